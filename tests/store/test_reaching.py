"""Where conversations are reached, who is who, which card goes on: kept over a restart, and gone with whom it is of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from bot.chat import Message, Place, Reply, Text
from bot.store import Known, Muting, Posted, Reached, Shadowed, Store, Turn

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("teams", "T1", "19:ops", "100")
CHANNEL = Reached("teams/T1", "19:ops", "https://smba.example/emea/", "28:us", "channel", "19:team")
CARD = Posted("teams/T1", "19:ops", "1", "19:ops/100", "ana", nonce="n1", live=True)


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str | None = None
    lasting: bool = False


# Conversations ----------------------------------------------------------------------------
async def test_the_latest_activity_says_where_and_the_first_one_since_when(store: Store[Talk]) -> None:
    assert await store.reference("teams/T1", "19:ops") is None
    moved = replace(CHANNEL, service_url="https://smba.example/amer/", bot="28:new")
    assert NOW == await store.keep_reference(CHANNEL, NOW)
    assert NOW == await store.keep_reference(moved, NOW + timedelta(hours=1))
    assert moved == await store.reference("teams/T1", "19:ops")
    assert await store.reference("teams/T2", "19:ops") is None


async def test_a_team_once_named_stays_known(store: Store[Talk]) -> None:
    await store.keep_reference(CHANNEL, NOW)
    await store.keep_reference(replace(CHANNEL, team=""), NOW)
    assert CHANNEL == await store.reference("teams/T1", "19:ops")


async def test_a_conversation_that_was_dropped_begins_anew(store: Store[Talk]) -> None:
    await store.keep_reference(CHANNEL, NOW)
    assert await store.drop_reference("teams/T1", "19:ops")
    assert not await store.drop_reference("teams/T1", "19:ops")
    assert await store.reference("teams/T1", "19:ops") is None
    later = NOW + timedelta(days=1)
    assert later == await store.keep_reference(CHANNEL, later)


async def test_a_conversation_names_its_tenant_on_its_own_platform(store: Store[Talk]) -> None:
    await store.keep_reference(CHANNEL, NOW)
    await store.keep_reference(replace(CHANNEL, tenant="slack/T9"), NOW + timedelta(hours=1))
    assert "teams/T1" == await store.tenant_of("teams", "19:ops")
    assert "" == await store.tenant_of("teams", "19:other")


# People -----------------------------------------------------------------------------------
async def test_the_chat_with_somebody_stays_known_when_they_write_elsewhere(store: Store[Talk]) -> None:
    assert await store.person("teams/T1", "ana") is None
    await store.keep_person("teams/T1", "ana", Known("29:old", "a:ana"), NOW)
    await store.keep_person("teams/T1", "ana", Known("29:new"), NOW)
    assert Known("29:new", "a:ana") == await store.person("teams/T1", "ana")
    assert await store.person("teams/T2", "ana") is None


async def test_forgetting_a_person_takes_their_address_their_chat_and_their_cards(store: Store[Talk]) -> None:
    direct = replace(CHANNEL, conversation="a:ana", kind="personal", team="")
    for found in (CHANNEL, direct):
        await store.keep_reference(found, NOW)
    for author in ("ana", "ben"):
        await store.keep_person("teams/T1", author, Known(f"29:{author}", f"a:{author}"), NOW)
        await store.keep_posted(replace(CARD, activity=author, owner=author), NOW)
    assert 3 == await store.forget("teams/T1", "ana")
    assert [None, Known("29:ben", "a:ben")] == [await store.person("teams/T1", each) for each in ("ana", "ben")]
    assert await store.reference("teams/T1", "a:ana") is None
    assert CHANNEL == await store.reference("teams/T1", "19:ops")
    assert [None, "ben"] == [
        found and found.owner for found in [await store.posted("teams/T1", "19:ops", each) for each in ("ana", "ben")]
    ]


# Cards ------------------------------------------------------------------------------------
async def test_what_was_posted_is_kept_with_the_mark_that_it_was_sent(store: Store[Talk]) -> None:
    said = Message("m1", HERE, "ana", "x", True, NOW)
    (id_,) = (await store.turn(said, lambda _: Turn(Talk(), (Reply((Text("words"),)),)))).ids
    answers = [replace(CARD, activity=each, ref=f"r{each}", live=False) for each in "12"]
    await store.sent((id_,), NOW, [CARD, replace(CARD, activity="3", ref="")])
    await store.sent((), NOW + timedelta(seconds=1), answers)
    assert [] == list(await store.claim(NOW))
    assert tuple(reversed(answers)) == await store.answers("teams/T1", "19:ops")
    assert () == await store.answers("teams/T1", "19:other")


async def test_one_card_a_person_and_thread_is_live(store: Store[Talk]) -> None:
    await store.keep_posted(CARD, NOW)
    await store.keep_posted(replace(CARD, activity="9", owner="ben"), NOW)
    await store.keep_posted(replace(CARD, activity="8", thread="19:ops/200"), NOW)
    await store.keep_posted(replace(CARD, activity="2", nonce="n2"), NOW)
    assert replace(CARD, activity="2", nonce="n2") == await store.live(HERE, "ana")
    assert replace(CARD, live=False) == await store.posted("teams/T1", "19:ops", "1")
    assert replace(CARD, activity="9", owner="ben") == await store.live(HERE, "ben")
    assert await store.live(replace(HERE, tenant="T2"), "ana") is None


async def test_a_card_that_is_over_is_no_longer_live(store: Store[Talk]) -> None:
    await store.keep_posted(CARD, NOW)
    await store.keep_posted(replace(CARD, live=False), NOW)
    assert await store.live(HERE, "ana") is None


async def test_old_cards_are_swept_and_references_are_kept_a_year(store: Store[Talk]) -> None:
    await store.keep_reference(CHANNEL, NOW)
    await store.keep_person("teams/T1", "ana", Known("29:ana"), NOW)
    await store.keep_posted(CARD, NOW)
    assert 0 == await store.sweep(NOW + timedelta(days=29))
    assert 1 == await store.sweep(NOW + timedelta(days=31))
    assert CHANNEL == await store.reference("teams/T1", "19:ops")
    assert 2 == await store.sweep(NOW + timedelta(days=366))
    assert await store.reference("teams/T1", "19:ops") is None


# A team goes ------------------------------------------------------------------------------
async def test_a_team_that_goes_takes_its_channels_and_no_other(store: Store[Talk]) -> None:
    second = replace(CHANNEL, conversation="19:dev")
    other = replace(CHANNEL, conversation="19:ops2", team="19:elsewhere")
    for found in (CHANNEL, second, other):
        await store.keep_reference(found, NOW)
        place = Place("teams", "T1", found.conversation, "100")
        records = (Muting(place.channel, True, NOW), Shadowed(place.channel, "q", "a", NOW))
        message = Message(place.key, place, "ana", "hi", True, NOW)
        await store.turn(message, lambda _, records=records: Turn(Talk(), (Reply((Text("said"),)),), records))  # type: ignore[misc]
        await store.keep_posted(replace(CARD, channel=place.channel, thread=place.key), NOW)
    assert 12 == await store.forget_channels("teams/T1", ("19:ops",), "19:team")
    for gone in ("19:ops", "19:dev"):
        assert await store.reference("teams/T1", gone) is None
        assert await store.peek(Place("teams", "T1", gone, "100")) is None
        assert not await store.muted(Place("teams", "T1", gone, "100"))
    kept = Place("teams", "T1", "19:ops2", "100")
    assert Talk() == await store.peek(kept)
    assert await store.muted(kept)
    assert other == await store.reference("teams/T1", "19:ops2")
    assert ["19:ops2"] == [each.place.channel for each in await store.claim(NOW)]
    assert ["19:ops2"] == [each.channel for each in await store.unsaid(NOW)]
