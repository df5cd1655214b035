"""What becomes of a reply when Teams says no: plainer, another way, later or never; and what is done stays done."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.sender import Later, Never, Outcome, Sent
from adapters.teams.api import Reference, TeamsError
from adapters.teams.deliver import Delivery
from adapters.teams.parse import Origin, Where, Who
from adapters.teams.reach import Reach
from bot.catalog.schema import Catalog
from bot.chat import Button, Buttons, Message, Place, Reply, Text
from bot.conversation import Conversation
from bot.store import Outgoing, Store, Turn

Json = dict[str, Any]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HERE = Place("teams", "T1", "19:ops", "100")
ONLY = Place("teams", "T1", "19:ops", "only:ana@100", private=True)
WORDS = Reply((Text("words"),))
CARD = Reply((Text("**which?**"), Buttons((Button("One", "/answer goal one"),))))
GONE = TeamsError("ConversationNotFound", 404, gone=True)


@dataclass
class Sends:
    """An Api that keeps what it is given, and fails by script."""

    faults: deque[TeamsError | None] = field(default_factory=deque)
    sent: list[tuple[str, str, Json]] = field(default_factory=list)
    updated: list[tuple[str, Json]] = field(default_factory=list)

    def _next(self) -> None:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            raise fault

    async def send(self, to: Reference, activity: Json, *, asker: str = "") -> str:
        self._next()
        self.sent.append((to.conversation, asker, activity))
        return str(len(self.sent))

    async def update(self, to: Reference, activity_id: str, activity: Json, *, asker: str = "") -> None:
        self._next()
        self.updated.append((activity_id, activity))

    async def delete(self, to: Reference, activity_id: str, *, asker: str = "") -> None:
        raise AssertionError

    async def create(self, to: Reference, user: str) -> str:
        self._next()
        return f"a:{user}"


@dataclass
class Desk:
    """A delivery on a real store, in a conversation that is known."""

    api: Sends
    store: Store[Conversation]
    delivery: Delivery

    async def deliver(self, reply: Reply = WORDS, place: Place = HERE, id_: str = "m1", tries: int = 1) -> Outcome:
        outcome = await self.delivery(Outgoing(len(id_), place, "ana", id_, 0, reply, tries))
        if not isinstance(outcome, Sent):
            return outcome
        await self.store.sent((len(id_),), NOW, outcome.posted)  # as the sender does
        return Sent()


@pytest.fixture
async def desk(store: Store[Conversation], catalog: Catalog) -> Desk:
    reach, api = Reach(store), Sends()
    where = Where("T1", "19:ops", "100", "https://smba.example/", "28:us", "channel")
    await reach.note(where, Who("ana", "29:ana"), NOW)
    return Desk(api, store, Delivery(api, reach, lambda: catalog))


async def test_where_nobody_told_the_way_nothing_can_be_sent(desk: Desk) -> None:
    assert isinstance(await desk.deliver(place=Place("teams", "T1", "19:other", "main")), Never)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TeamsError("TooManyRequests", 429, wait=3.0, passes=True), Later("TooManyRequests", 3.0)),
        (TeamsError("status-502", 502, passes=True), Later("status-502")),
        (TeamsError("BadArgument", 400), Never("BadArgument")),
    ],
)
async def test_what_teams_says_decides_what_follows(desk: Desk, error: TeamsError, expected: Outcome) -> None:
    desk.api.faults.append(error)
    assert expected == await desk.deliver()
    assert await desk.store.reference("teams/T1", "19:ops") is not None


async def test_a_conversation_that_is_gone_is_believed_the_second_time(desk: Desk) -> None:
    desk.api.faults += [GONE, GONE]
    assert Later("ConversationNotFound") == await desk.deliver(tries=1)
    assert await desk.store.reference("teams/T1", "19:ops") is not None
    assert Never("ConversationNotFound") == await desk.deliver(tries=2)
    assert await desk.store.reference("teams/T1", "19:ops") is None


async def test_being_blocked_is_believed_at_once(desk: Desk) -> None:
    desk.api.faults.append(TeamsError("MessageWritesBlocked", 403, gone=True))
    assert Never("MessageWritesBlocked") == await desk.deliver()
    assert await desk.store.reference("teams/T1", "19:ops") is None


async def test_a_card_that_is_refused_is_said_in_words(desk: Desk) -> None:
    desk.api.faults.append(TeamsError("BadSyntax", 400))
    assert Sent() == await desk.deliver(CARD)
    ((_, _, activity),) = desk.api.sent
    assert "attachments" not in activity and "which?" in activity["text"]


async def test_where_the_words_of_an_answer_are_there_only_its_buttons_are_said_plainly(desk: Desk) -> None:
    helpful, more = Button("Helpful", "/feedback r up"), Button("More", "/topic mlops")
    answer = Reply((Text("words"), Buttons((more,)), Buttons((helpful, Button("Not", "/feedback r down")))))
    desk.api.faults += [None, TeamsError("BadSyntax", 400)]
    assert Sent() == await desk.deliver(answer)
    said, plain = [activity["text"] for _, _, activity in desk.api.sent]
    assert ("words", "[More]") == (said, plain.partition("\n")[0])


async def test_only_what_is_missing_is_sent_again(desk: Desk) -> None:
    long = Reply(tuple(Text(f"w{n} " * 700) for n in range(40)))
    desk.api.faults += [None, TeamsError("status-503", 503, passes=True)]
    assert Later("status-503") == await desk.deliver(long)
    assert Sent() == await desk.deliver(long, tries=2)
    texts = "\n".join(activity["text"] for _, _, activity in desk.api.sent)
    assert [700] * 40 == [texts.split().count(f"w{n}") for n in range(40)]


async def test_what_is_for_the_asker_is_targeted_at_them(desk: Desk) -> None:
    assert Sent() == await desk.deliver(Reply((Text("psst"),), audience="asker"))
    assert Sent() == await desk.deliver(place=ONLY, id_="m22")
    assert [("19:ops;messageid=100", "29:ana")] * 2 == [sent[:2] for sent in desk.api.sent]


async def test_where_targeting_is_refused_it_goes_directly_and_says_so(desk: Desk) -> None:
    desk.api.faults.append(TeamsError("BadArgument", 400))
    assert Sent() == await desk.deliver(place=ONLY)
    assert [("a:29:ana", "")] * 2 == [sent[:2] for sent in desk.api.sent]
    known = await desk.store.person("teams/T1", "ana")
    assert known is not None and "a:29:ana" == known.direct


async def test_what_a_press_was_answered_is_not_said_again(desk: Desk) -> None:
    pressed = Origin("7", invoked=True).id("x")
    assert Sent() == await desk.deliver(Reply((Text("no"),), audience="asker"), id_=pressed)
    assert [] == desk.api.sent


async def test_a_card_somebody_deleted_comes_anew(desk: Desk) -> None:
    await desk.store.turn(Message("m", HERE, "ana", "x", True, NOW), lambda _: Turn(Conversation()))
    await desk.deliver(CARD)
    pressed = Origin("1", invoked=True, moves=True).id("x")
    assert Sent() == await desk.deliver(CARD, id_=pressed)
    assert ["1"] == [activity_id for activity_id, _ in desk.api.updated]
    desk.api.faults.append(TeamsError("ActivityNotFoundInConversation", 404))
    assert Sent() == await desk.deliver(CARD, id_=pressed + "2")
    assert 2 == len(desk.api.sent)
    live = await desk.store.live(HERE, "ana")
    assert live is not None and "2" == live.activity
