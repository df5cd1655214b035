"""Who asks too much, and too many at once: refused cheaply, said once, by both ways in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.pace import BURST, TURNS, Calm, Gate
from adapters.saying import fresh_thread
from bot.advisor import Knowledge
from bot.chat import Message, Place
from tests.slack.fake import BOT, TEAM, Slack
from tests.slack.people import Person
from tests.slack.serving import Served, serving

pytestmark = pytest.mark.usefixtures("logs")


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as fake:
        yield fake


@pytest.fixture(params=[False, True], ids=["http", "socket"])
async def served(
    request: pytest.FixtureRequest, knowledge: Knowledge, tmp_path: Path, slack: Slack
) -> AsyncIterator[Served]:
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", slack, socket=request.param) as running:
        yield running


@pytest.fixture
def ana(slack: Slack) -> Person:
    return Person(slack)


async def test_who_asks_too_much_is_told_once_and_nothing_of_it_is_written(
    served: Served, slack: Slack, ana: Person
) -> None:
    said = [ana.say(f"<@{BOT}> what is MLOps?") for _ in range(BURST + 5)]
    for _, (mention, twin) in said:
        assert [200, 200] == await served.events([mention, twin])
    await served.until(lambda: [message for message in slack.sent if message.only])
    posted = await served.settled()
    assert BURST == len([message for message in posted if not message.only])
    (told,) = [message for message in posted if message.only]
    assert ("U0ANA", said[BURST][0].ts) == (told.only, told.thread_ts)
    assert "too fast" in told.text
    for root, _ in said[BURST:]:
        assert await served.store.peek(Place("slack", TEAM, "C0OPS", root.ts)) is None
    await served.events(Person(slack, "U0BEN").say(f"<@{BOT}> what is MLOps?")[1])
    assert BURST + 2 == len(await served.settled())


async def test_a_command_too_many_is_answered_in_its_place(served: Served, ana: Person) -> None:
    for _ in range(BURST):
        await served.command(ana.command("/whichops", "help"))
    assert "too fast" in (await served.command(ana.command("/whichops", "help"))).json["text"]
    assert "" == (await served.command(ana.command("/whichops", "help"))).text
    assert BURST == len(await served.settled())


async def test_what_does_not_fit_at_once_comes_again(
    served: Served, slack: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()
    real = served.advisor.handle

    async def slow(message: Message, **how: object) -> object:
        await go.wait()
        return await real(message, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(served.advisor, "handle", slow)
    people = [Person(slack, f"U0P{n}") for n in range(TURNS)]
    waiting = [asyncio.create_task(served.event(each.say(f"<@{BOT}> what is MLOps?")[1][0])) for each in people]
    await asyncio.sleep(0.5)
    _, (one_more, _) = ana.say(f"<@{BOT}> what is MLOps?")
    if served.socket:
        assert None is await slack.socket_mode.send("events_api", one_more, seconds=0.3)
    else:
        assert 503 == await served.event(one_more)
    go.set()
    assert {200} == set(await asyncio.gather(*waiting))
    assert 200 == await served.event(one_more, retry=1)
    assert TURNS + 1 == len(await served.settled(20))


# The rules themselves ---------------------------------------------------------------------
def test_after_too_much_there_is_one_word_then_silence_until_a_whole_window_was_quiet() -> None:
    calm = Calm(burst=2, window=10)
    assert ["go", "go", "tell", "drop"] == [calm.take("ana", f"m{n}", n) for n in range(4)]
    assert "drop" == calm.take("ana", "m5", 10.5)  # the first is over, the second is not
    assert ["go", "go", "tell"] == [calm.take("ana", f"m{n}", 11.5) for n in (6, 7, 8)]
    assert "go" == calm.take("ben", "m9", 11.5)


def test_the_same_again_costs_nothing_and_who_is_not_spoken_to_is_not_told() -> None:
    calm = Calm(burst=2, window=10)
    assert ["go"] * 4 == [calm.take("ana", each, 0) for each in ("a", "a", "b", "a")]
    assert ["drop", "tell"] == [calm.take("ana", "c", 1, aloud=False), calm.take("ana", "d", 1)]
    assert "go" == calm.take("ana", "b", 1)


def test_only_so_many_people_are_remembered() -> None:
    calm = Calm(burst=1, window=10, known=1)
    assert ["go", "go", "go"] == [calm.take(each, each, 0) for each in ("ana", "ben", "cem")]


def test_the_gate_counts_who_is_inside() -> None:
    gate = Gate(1)
    with gate.enter() as first, gate.enter() as second:
        assert (True, False) == (first, second)
    with gate.enter() as third:
        assert third


def test_the_place_of_a_thread_to_come_is_the_same_for_the_same_command() -> None:
    assert fresh_thread("1.2.abc") == fresh_thread("1.2.abc") != fresh_thread("1.2.abd")
