"""The server stopped by force between a commit and a post, and by SIGTERM: nothing is lost, nothing said twice."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from aiohttp import ClientSession

from tests import running
from tests.running import Started
from tests.teams.fake import Hang, Teams
from tests.teams.people import Person, words
from tests.teams.sign import Door


def started(teams: Teams, folder: Path) -> AbstractAsyncContextManager[Started]:
    return running.started(folder, teams.settings, "-m", "tests.teams.alone")


async def posted(teams: Teams, count: int) -> None:
    async with asyncio.timeout(10):  # well within the lease the dead server held
        while len(teams.sent) < count:
            await asyncio.sleep(0.01)


async def test_a_reply_that_was_committed_arrives_after_a_kill(teams: Teams, tmp_path: Path) -> None:
    ana = Person(teams)
    asked = ana.say("what is MLOps?")
    async with ClientSession() as session:
        async with started(teams, tmp_path) as server:
            teams.faults.append(Hang(60))
            assert 200 == (await Door(session, server.url, teams).send(asked)).status
            async with asyncio.timeout(5):
                while not teams.calls:
                    await asyncio.sleep(0.01)
            await server.end(signal.SIGKILL)
        assert [] == teams.sent
        async with started(teams, tmp_path) as server:
            await posted(teams, 2)  # its words and the card below
            door = Door(session, server.url, teams)
            assert 200 == (await door.send(asked)).status
            assert 200 == (await door.send(ana.say("what is AIOps?"))).status
            assert 0 == await server.end(signal.SIGTERM)
        assert 4 == len(teams.sent)  # the one, and what was under way when it was asked to stop


async def test_an_interview_goes_on_in_its_card_after_a_kill(teams: Teams, tmp_path: Path) -> None:
    ana = Person(teams)
    async with ClientSession() as session:
        async with started(teams, tmp_path) as server:
            assert 200 == (await Door(session, server.url, teams).send(ana.slash("roadmap"))).status
            await posted(teams, 2)
            await asyncio.sleep(0.5)  # until it is written down that they are posted
            await server.end(signal.SIGKILL)
        async with started(teams, tmp_path) as server:
            _, card = teams.sent
            answer = await Door(session, server.url, teams).send(ana.press(card, "Not sure"))
            assert "Question 2" in words(answer.json["value"])
            async with asyncio.timeout(5):
                while not card.before:
                    await asyncio.sleep(0.01)
        assert "Question 2" in words(card.activity)
        assert 2 == len(teams.sent)
