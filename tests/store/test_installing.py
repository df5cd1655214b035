"""Installations, tickets, quiet channels, and what a tenant leaves when it goes: nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, func, select

from bot.chat import Message, Place, Reply, Text
from bot.store import (
    Alarm,
    Counting,
    Known,
    Muting,
    Posted,
    Reached,
    Record,
    Shadowed,
    Store,
    Turn,
    Unanswered,
    Unsaid,
    Verdict,
)
from bot.store.tables import metadata

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("slack", "T1", "C1", "100.1")
OTHER = replace(HERE, tenant="T2")


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[str, ...] = ()
    owner: str | None = None
    lasting: bool = False


async def note(store: Store[Talk], id: str, *records: Record, author: str = "U1", place: Place = HERE) -> None:
    message = Message(id, place, author, "hi", True, NOW)
    await store.turn(message, lambda state: Turn(state, (), records))


# Installations ----------------------------------------------------------------------------
async def test_the_newest_installation_of_a_tenant_wins(store: Store[Talk]) -> None:
    assert await store.installation("slack/T1") is None
    await store.keep_installation("slack/T1", "first", NOW)
    await store.keep_installation("slack/T1", "second", NOW + timedelta(minutes=1))
    await store.keep_installation("slack/T1", "late", NOW)  # begun before the second, done after it
    await store.keep_installation("slack/T2", "other", NOW)
    assert ["second", "other"] == [await store.installation(f"slack/{tenant}") for tenant in ("T1", "T2")]


async def test_dropping_an_installation_leaves_the_others_and_the_data(store: Store[Talk]) -> None:
    for tenant in ("slack/T1", "slack/T2"):
        await store.keep_installation(tenant, "sealed", NOW)
    await store.turn(Message("m1", HERE, "U1", "hi", True, NOW), lambda _: Turn(Talk(owner="U1")))
    assert await store.drop_installation("slack/T1")
    assert not await store.drop_installation("slack/T1")
    assert [None, "sealed"] == [await store.installation(f"slack/{tenant}") for tenant in ("T1", "T2")]
    assert Talk(owner="U1") == await store.peek(HERE)


async def test_a_ticket_is_good_once_and_in_time(store: Store[Talk]) -> None:
    await store.issue_ticket("one", NOW + timedelta(minutes=10))
    await store.issue_ticket("two", NOW + timedelta(minutes=10))
    assert not await store.take_ticket("three", NOW)
    assert await store.take_ticket("one", NOW + timedelta(minutes=9))
    assert not await store.take_ticket("one", NOW + timedelta(minutes=9))
    assert not await store.take_ticket("two", NOW + timedelta(minutes=10))


async def test_tickets_nobody_took_are_swept(store: Store[Talk], url: str) -> None:
    await store.issue_ticket("one", NOW + timedelta(minutes=10))
    await store.issue_ticket("two", NOW + timedelta(hours=2))
    assert 1 == await store.sweep(NOW + timedelta(hours=1))
    assert await store.take_ticket("two", NOW + timedelta(hours=1))


# Quiet channels ---------------------------------------------------------------------------
async def test_a_channel_is_muted_for_all_its_threads_and_no_other_channel(store: Store[Talk]) -> None:
    await note(store, "m1", Muting("C1", True, NOW))
    await note(store, "m2", Muting("C1", True, NOW))
    elsewhere = (replace(HERE, thread="200.2"), replace(HERE, channel="C2"), OTHER)
    assert [True, False, False] == [await store.muted(place) for place in elsewhere]
    await note(store, "m3", Muting("C1", False, NOW))
    assert not await store.muted(HERE)


async def test_what_would_have_been_said_is_kept_redacted_newest_first(store: Store[Talk]) -> None:
    later = NOW + timedelta(hours=1)
    await note(store, "m1", Shadowed("C1", "what is mlops, ann@example.org?", "define mlops", NOW))
    await note(store, "m2", Shadowed("C2", "and aiops?", "define aiops", later), place=OTHER)
    expected = (
        Unsaid("slack/T2", "C2", "and aiops?", "define aiops", later),
        Unsaid("slack/T1", "C1", "what is mlops, [mail]?", "define mlops", NOW),
    )
    assert expected == await store.unsaid(NOW)
    assert expected[:1] == await store.unsaid(NOW, 1)
    assert expected[:1] == await store.unsaid(later)
    assert expected[1:] == await store.unsaid(NOW, tenant="slack/T1")
    assert 2 <= await store.sweep(NOW + timedelta(days=400))
    assert () == await store.unsaid(NOW)


async def test_forgetting_a_person_takes_what_they_asked_in_a_shadowed_channel(store: Store[Talk]) -> None:
    await note(store, "m1", Shadowed("C1", "mine", "define mlops", NOW))
    await note(store, "m2", Shadowed("C1", "theirs", "define mlops", NOW), author="U2")
    await store.forget(HERE.owner, "U1")
    assert ["theirs"] == [each.text for each in await store.unsaid(NOW)]


# A tenant goes ----------------------------------------------------------------------------
async def fill(store: Store[Talk], place: Place, word: str) -> None:
    """Leave a trace of a tenant in every table."""
    records: tuple[Record, ...] = (
        Unanswered(word, "unknown", NOW),
        Verdict(word, word, False, word, NOW),
        Shadowed(word, word, word, NOW),
        Muting(word, True, NOW),
        Counting(word, word, NOW),
    )

    class Later(Talk):
        mood: str = word

    shelving = replace(place, thread="200.2")
    said = (Reply((Text(f"{word} " * 50),)),)
    filled = Turn(Talk(owner=word), said, records, Alarm(NOW))
    await store.turn(Message(f"{word}1", place, word, word, True, NOW), lambda _: filled)
    await store.turn(Message(f"{word}2", shelving, word, word, True, NOW), lambda _: Turn(Later(owner=word)))
    await store.turn(Message(f"{word}3", shelving, word, word, True, NOW), lambda _: Turn(Talk(owner=word)))
    await store.keep_installation(place.owner, f"sealed {word}", NOW)
    await store.keep_reference(Reached(place.owner, word, "https://example.org", "28:us", "channel", word), NOW)
    await store.keep_person(place.owner, word, Known(f"29:{word}", f"a:{word}"), NOW)
    await store.keep_posted(Posted(place.owner, word, "1", f"{word}/main", word, word, word, live=True), NOW)


def driven(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


def rows(url: str, tenant: str) -> dict[str, int]:
    engine = create_engine(driven(url))
    with engine.connect() as connection:
        found = {
            table.name: connection.execute(
                select(func.count()).select_from(table).where(table.c.tenant == tenant)
            ).scalar_one()
            for table in metadata.sorted_tables
            if "tenant" in table.c
        }
    engine.dispose()
    return found


async def test_a_tenant_that_goes_leaves_nothing_and_the_others_stay(store: Store[Talk], url: str) -> None:
    await fill(store, HERE, "leaver")
    await fill(store, OTHER, "stayer")
    before, others = rows(url, "slack/T1"), rows(url, "slack/T2")
    assert all(before.values()), before  # every table that has a tenant was filled
    assert sum(before.values()) == await store.forget_tenant("slack/T1")
    assert not any(rows(url, "slack/T1").values())
    assert others == rows(url, "slack/T2")
    assert 0 == await store.forget_tenant("slack/T1")


async def test_no_byte_of_a_tenant_that_went_is_in_the_files(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/whichops.db", Talk)
    await store.open(serving=True)
    for word, place in (("leaverword", HERE), ("stayerword", OTHER)):
        await fill(store, place, word)
    await store.forget_tenant("slack/T1")
    after = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))
    await store.close()
    assert 0 == after.count(b"leaverword")
    assert 10 < after.count(b"stayerword")


@pytest.mark.parametrize("name", ["", "x" * 5000, "null\0byte", "\ud800"])
async def test_any_ticket_can_be_shown_and_none_of_these_is_good(store: Store[Talk], name: str) -> None:
    assert not await store.take_ticket(name, NOW)
