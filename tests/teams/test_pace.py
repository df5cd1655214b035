"""Who asks too much, and too many at once: refused cheaply and said once, as everywhere else."""

from __future__ import annotations

import asyncio
from copy import deepcopy

import pytest

from adapters.pace import BURST, TURNS
from bot.chat import Message
from tests.teams.fake import BEN, Teams
from tests.teams.people import Json, Person
from tests.teams.serving import Served, told


async def test_who_asks_too_much_is_told_once(served: Served, teams: Teams, ana: Person) -> None:
    teams.pace = 0
    for activity in [ana.say("what is MLOps?") for _ in range(BURST + 5)]:
        await served.hear(activity)
        await served.hear(activity)  # sent again: that costs nothing
    posted = await served.settled()
    assert 2 * BURST + 1 == len(posted)  # an answer is its words and the card below
    (said,) = [each for each in posted if "too fast" in each.text]
    assert said.only
    assert "MLOps" in (await served.said(Person(teams, BEN).say("what is MLOps?")))[0].text


async def test_a_press_too_many_is_answered_in_its_place(served: Served, ana: Person) -> None:
    _, card = await served.said(ana.slash("roadmap"))
    for _ in range(BURST - 1):
        await served.hear(ana.slash("help"))
    before = len(await served.settled())
    assert "too fast" in told(await served.hear(ana.press(card, "Not sure")))
    assert "" == told(await served.hear(ana.press(card, "Not sure")))
    assert before == len(await served.settled())


async def test_what_does_not_fit_at_once_is_refused_and_taken_when_it_comes_again(
    served: Served, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()
    real = served.advisor.handle

    async def slow(message: Message, **how: object) -> object:
        await go.wait()
        return await real(message, **how)  # type: ignore[arg-type]

    def of(number: int) -> Json:
        activity = deepcopy(ana.direct("what is MLOps?"))
        activity["from"] |= {"id": f"29:person-{number}", "aadObjectId": f"{number:08d}-0000-0000-0000-000000000000"}
        activity["conversation"]["id"] = f"a:{number}"
        return activity

    monkeypatch.setattr(served.advisor, "handle", slow)
    waiting = [asyncio.create_task(served.door.send(of(number))) for number in range(TURNS)]
    await asyncio.sleep(0.5)
    one_more = ana.say("what is MLOps?")
    assert 503 == (await served.door.send(one_more)).status
    go.set()
    assert {200} == {answer.status for answer in await asyncio.gather(*waiting)}
    await served.hear(one_more)
