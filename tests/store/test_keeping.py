"""What is kept, for how long, and what forgetting leaves: nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import BaseModel, ConfigDict

from bot.chat import Message, Place, Reply, Text
from bot.store import Gap, Health, Opinion, Record, Store, Turn, Unanswered, Verdict

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("slack", "T1", "C1", "100.1")


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[str, ...] = ()
    owner: str | None = None
    lasting: bool = False


def message(id: str, place: Place = HERE, author: str = "U1", at: datetime = NOW) -> Message:
    return Message(id, place, author, "hi", True, at)


async def note(store: Store[Talk], id: str, *records: Record, author: str = "U1", place: Place = HERE) -> None:
    await store.turn(message(id, place, author), lambda state: Turn(state or Talk(), (), records))


async def test_curators_see_what_was_asked_in_vain_most_asked_first(store: Store[Talk]) -> None:
    later = NOW + timedelta(hours=1)
    await note(store, "m1", Unanswered("what is gitops", "unknown", NOW))
    await note(store, "m2", Unanswered("best pizza", "off-topic", NOW), author="U2")
    await note(store, "m3", Unanswered("what is gitops", "unknown", later), author="U2")
    expected = (Gap("what is gitops", "unknown", 2, later), Gap("best pizza", "off-topic", 1, NOW))
    assert expected == await store.unanswered(NOW, 10)
    assert expected[:1] == await store.unanswered(NOW, 1)
    assert (Gap("what is gitops", "unknown", 1, later),) == await store.unanswered(later)


async def test_the_store_redacts_whatever_it_is_given(store: Store[Talk]) -> None:
    await note(store, "m1", Unanswered("I am ann@example.org, call +49 30 1234567", "unknown", NOW))
    await note(store, "m2", Verdict("r1", "define devops", False, "ask <@U777> instead", NOW))
    assert ["I am [mail], call [number]"] == [gap.text for gap in await store.unanswered(NOW)]
    assert [("ask [mention] instead",)] == [opinion.reasons for opinion in await store.feedback(NOW)]


async def test_a_persons_last_verdict_on_an_answer_counts(store: Store[Talk]) -> None:
    await note(store, "m1", Verdict("r1", "define devops", False, "too long", NOW))
    await note(store, "m2", Verdict("r1", "define devops", True, "", NOW))
    await note(store, "m3", Verdict("r1", "define devops", False, "dated", NOW), author="U2")
    await note(store, "m4", Verdict("r2", "define mlops", True, "", NOW))
    expected = (Opinion("define devops", 1, 1, ("dated",)), Opinion("define mlops", 1, 0, ()))
    assert expected == await store.feedback(NOW)
    assert () == await store.feedback(NOW + timedelta(seconds=1))


async def test_a_tenants_curators_see_their_tenant_only(store: Store[Talk]) -> None:
    other = replace(HERE, tenant="T2")
    for place, word in ((HERE, "ours"), (other, "theirs")):
        records = Unanswered(word, "unknown", NOW), Verdict("r1", word, True, "", NOW)
        await note(store, "m1", *records, place=place)
    assert ["ours"] == [gap.text for gap in await store.unanswered(NOW, tenant=HERE.owner)]
    assert ["theirs"] == [opinion.answer for opinion in await store.feedback(NOW, tenant=other.owner)]
    assert 2 == len(await store.unanswered(NOW))


async def test_a_sweep_takes_what_is_too_old_and_nothing_else(store: Store[Talk]) -> None:
    said = (Reply((Text("said"),)),)
    for days, thread in ((31, "old"), (2, "idle"), (0, "new")):
        at = NOW - timedelta(days=days)
        place = replace(HERE, thread=thread)
        await store.turn(message(thread, place, at=at), lambda _: Turn(Talk(), said), deliver=False)
    assert 5 == await store.sweep(NOW)  # two ids and two replies of yesterday and before, one idle conversation
    assert [None, Talk(), Talk()] == [await store.peek(replace(HERE, thread=t)) for t in ("old", "idle", "new")]
    replies = [await store.replies(message(t, replace(HERE, thread=t))) for t in ("old", "idle", "new")]
    assert [(), (), said] == replies
    assert (await store.turn(message("new", replace(HERE, thread="new")), lambda _: Turn(None))).repeated
    assert 0 == await store.sweep(NOW)


async def test_what_somebody_comes_back_to_is_kept_for_400_days(store: Store[Talk]) -> None:
    for days in (399, 401):
        at = NOW - timedelta(days=days)
        place = replace(HERE, thread=f"{days}")
        await store.turn(message(f"{days}", place, at=at), lambda _: Turn(Talk(lasting=True)), deliver=False)
    await store.sweep(NOW)
    assert [Talk(lasting=True), None] == [await store.peek(replace(HERE, thread=each)) for each in ("399", "401")]


async def test_a_sweep_keeps_replies_that_still_wait(store: Store[Talk]) -> None:
    old = NOW - timedelta(days=3)
    await store.turn(message("m1", at=old), lambda _: Turn(None, (Reply((Text("waits"),)),)))
    await store.sweep(NOW)
    assert ["waits"] == [outgoing.reply.plain for outgoing in await store.claim(NOW)]


async def test_a_sweep_of_many_rows_deletes_them_all(store: Store[Talk]) -> None:
    for n in range(1200):
        await store.turn(message(f"m{n}"), lambda _: Turn(None))
    assert 1200 == await store.sweep(NOW + timedelta(days=2))


async def test_a_check_writes_and_counts(store: Store[Talk]) -> None:
    await store.turn(message("m1"), lambda _: Turn(None, (Reply((Text("a"),)), Reply((Text("b"),)))))
    assert Health(waiting=2, parked=0, shelved=0) == await store.check(NOW)
    assert Health(waiting=2, parked=0, shelved=0) == await store.check(NOW + timedelta(seconds=1))


async def fill(store: Store[Talk], person: str, word: str) -> None:
    """Let a person leave a trace in every table, among those of others."""
    for n in range(40):
        for who, secret in ((person, word), (f"OTHER{n % 7}", f"otherword{n}")):
            place = replace(HERE, thread=f"{who}-{n}")
            turn = Turn(
                Talk(said=(f"{secret} " * 60,), owner=who),
                (Reply((Text(f"{secret} " * 40),)), Reply((Text(secret),), audience="asker")),
                (Unanswered(f"{secret} {n}", "unknown", NOW), Verdict(f"r{n}", "define devops", False, secret, NOW)),
            )
            await store.turn(message(f"{n}:{who}", place, who), lambda _, turn=turn: turn)  # type: ignore[misc]
            kind = (Reply((Text(f"only {who} can answer here"),), audience="asker"),)
            await store.turn(
                message(f"guest{n}-{len(who)}", place, f"GUEST{n}"),
                lambda state, kind=kind: Turn(state, kind),  # type: ignore[misc]
            )
    private = replace(HERE, channel="D9", thread="main", private=True)
    await store.turn(message("dm", private, person), lambda _: Turn(Talk(said=(word,))))


async def test_forgetting_a_person_leaves_none_of_their_rows_and_all_of_the_others(store: Store[Talk]) -> None:
    await fill(store, "UGONE77", "gonzowort")
    assert 0 < await store.forget(HERE.owner, "UGONE77")
    assert 0 == await store.forget(HERE.owner, "UGONE77")
    assert await store.peek(replace(HERE, thread="UGONE77-3")) is None
    assert await store.peek(replace(HERE, channel="D9", thread="main", private=True)) is None
    assert 40 == len(await store.unanswered(NOW, 1000))
    assert [Opinion] == [type(opinion) for opinion in await store.feedback(NOW)]
    assert 40 == (await store.feedback(NOW))[0].down
    assert 120 == (await store.check(NOW)).waiting
    for n in range(40):
        assert await store.peek(replace(HERE, thread=f"OTHER{n % 7}-{n}")) is not None


async def test_forgetting_stays_inside_the_tenant(store: Store[Talk]) -> None:
    other = replace(HERE, tenant="T2")
    for place in (HERE, other):
        await store.turn(message("m1", place), lambda _: Turn(Talk(owner="U1")))
    await store.forget(HERE.owner, "U1")
    assert [None, Talk(owner="U1")] == [await store.peek(HERE), await store.peek(other)]


async def test_what_was_shelved_is_forgotten_too(store: Store[Talk]) -> None:
    class Later(Talk):
        mood: str = "calm"

    await store.turn(message("m1"), lambda _: Turn(Later(owner="U1")))
    await store.turn(message("m2"), lambda _: Turn(Talk(owner="U1")))
    assert 1 == (await store.check(NOW)).shelved
    await store.forget(HERE.owner, "U1")
    assert 0 == (await store.check(NOW)).shelved


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_after_forgetting_no_byte_of_the_person_is_in_the_files(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/whichops.db", Talk)
    await store.open(serving=True)
    await fill(store, "UGONE77", "gonzowort")
    before = bytes_of(tmp_path)
    assert 40 < before.count(b"gonzowort")
    assert 40 < before.count(b"UGONE77")
    await store.forget(HERE.owner, "UGONE77")
    after = bytes_of(tmp_path)
    await store.close()
    assert (0, 0) == (after.count(b"gonzowort"), after.count(b"UGONE77"))
    assert 40 < after.count(b"otherword3")


async def test_after_forgetting_no_row_of_the_person_is_in_postgresql(new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    store = Store(url, Talk)
    await store.open()
    await fill(store, "UGONE77", "gonzowort")
    await store.forget(HERE.owner, "UGONE77")
    await store.close()
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        traces = "SELECT count(*) FROM {} AS row WHERE row::text ~ 'gonzowort|UGONE77'"
        found = {name: connection.execute(traces.format(name)).fetchone() for (name,) in tables}
    assert {name: (0,) for (name,) in tables} == found
    assert 7 < len(found)


@pytest.mark.parametrize("person", ["U1", "x\0y", "\ud800", "' OR 1=1 --"])
async def test_anyones_id_can_be_forgotten(store: Store[Talk], person: str) -> None:
    await store.turn(message("m1", author=person), lambda _: Turn(Talk(owner=person)))
    assert 2 == await store.forget(HERE.owner, person)
