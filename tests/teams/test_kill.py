"""The server stopped by force between a commit and a post, and by SIGTERM: nothing is lost, nothing said twice."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession

from tests.teams.fake import Hang, Teams
from tests.teams.people import Person, words
from tests.teams.sign import Door

ROOT = Path(__file__).parent.parent.parent


class Started:
    """A server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self.url = process, url

    async def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 15)


@asynccontextmanager
async def started(teams: Teams, folder: Path) -> AsyncIterator[Started]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TEAMS_", "WHICHOPS_"))}
    ours = teams.settings | {"WHICHOPS_PORT": "0", "WHICHOPS_DATABASE_URL": f"sqlite:///{folder}/talk.db"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.teams.alone", cwd=ROOT, env=own | ours, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(40):
            while not (found := re.search(rb'"address": "(http://[^"]+)"', await process.stderr.readline())):
                assert process.returncode is None
        yield Started(process, found.group(1).decode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


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
            await posted(teams, 1)
            door = Door(session, server.url, teams)
            assert 200 == (await door.send(asked)).status
            assert 200 == (await door.send(ana.say("what is AIOps?"))).status
            assert 0 == await server.end(signal.SIGTERM)
        assert 2 == len(teams.sent)  # the one, and what was under way when it was asked to stop


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
