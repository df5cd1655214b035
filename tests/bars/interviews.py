"""People who answer twelve times each while servers die: nothing acknowledged may be lost, doubled or out of order.

Each person writes to the bot directly and sends every message again until it is taken, as Slack does. What everybody
must have read in the end is what the first one read, who was served in peace.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession

from tests.bars.wire import settings
from tests.running import Started, started
from tests.slack.fake import Slack
from tests.slack.people import Person
from tests.slack.sign import Door

SAYS = (
    "/roadmap",
    "/answer role developer",
    "/answer goal ship-faster",
    "/answer delivery ci-only",
    "/back",
    "/answer delivery manual",
    "/answer runs apps-apis on-call",
    "what is devops?",
    "8 people",
    "5 hours",
    "12 weeks",
    "/plan",
)


@dataclass
class Servers:
    """Servers at one database, each of which may be killed and comes back."""

    folder: Path
    settings: dict[str, str]
    running: list[Started | None] = field(default_factory=list)
    kills: int = 0
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def kill(self, number: int) -> None:
        """Kill one by force and start another in its place."""
        server = self.running[number]
        assert server is not None
        self.running[number] = None
        server.process.kill()
        await server.process.wait()
        self.kills += 1
        self.running[number] = await self.start()

    async def start(self) -> Started:
        """Start one."""
        return await self.stack.enter_async_context(started(self.folder, self.settings, "-m", "bot", "serve"))

    def url(self) -> str:
        """Name one that may be up."""
        up = [each.url for each in self.running if each is not None]
        return random.choice(up) if up else ""


@asynccontextmanager
async def servers(folder: Path, slack: Slack, number: int = 1, database: str = "") -> AsyncIterator[Servers]:
    """Start so many servers."""
    made = Servers(folder, settings(slack) | ({"WHICHOPS_DATABASE_URL": database} if database else {}))
    try:
        made.running = [await made.start() for _ in range(number)]
        yield made
    finally:
        await made.stack.aclose()


@dataclass
class Told:
    """What came of it."""

    acknowledged: int = 0
    refused: int = 0  # and sent again
    missing: int = 0
    disordered: int = 0
    doubled: int = 0


async def say(session: ClientSession, at: Servers, person: Person, text: str, told: Told) -> None:
    """Send one message until it is taken."""
    body = json.dumps(person.direct(text)[1][0])
    for attempt in range(400):
        url = at.url()
        if url:
            try:
                answer = await Door(session, url).send(body, "application/json", {"X-Slack-Retry-Num": str(attempt)})
                if answer.status == 200:
                    told.acknowledged += 1
                    return
                told.refused += 1
            except (ClientError, TimeoutError):
                told.refused += 1
        await asyncio.sleep(0.05)
    raise TimeoutError(f"never taken: {text}")


def read_by(slack: Slack, person: Person) -> list[str]:
    """Tell what somebody has read from the bot, in order."""
    channel = slack.direct(person.id)
    return [each.text for each in slack.sent if each.channel == channel]


def compare(read: Sequence[str], expected: Sequence[str], told: Told) -> None:
    """Count what is missing, out of order and there twice."""
    at = 0
    for text in read:
        if at < len(expected) and text == expected[at]:
            at += 1
        elif text in expected[:at]:
            told.doubled += 1
        else:
            told.disordered += 1
    told.missing += len(expected) - at


async def hold(
    slack: Slack, at: Servers, people: int, trouble: Callable[[], Awaitable[None]], patience: float = 45
) -> Told:
    """Let them all answer while there is trouble, and compare what each has read with what the first one read."""
    told = Told()
    async with ClientSession() as session:
        first = Person(slack, "U0FIRST")
        for text in SAYS:
            await say(session, at, first, text, Told())
        expected = await _still(lambda: read_by(slack, first))
        others = [Person(slack, f"U0P{n:03}") for n in range(people)]

        async def answer(person: Person) -> None:
            for text in SAYS:
                await say(session, at, person, text, told)
                await asyncio.sleep(random.uniform(2.0, 4.5))

        await asyncio.gather(trouble(), *(answer(person) for person in others))
        async with asyncio.timeout(patience):
            while any(len(read_by(slack, person)) < len(expected) for person in others):
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)  # what is there twice comes last
        for person in others:
            compare(read_by(slack, person), expected, told)
    return told


async def _still(found: Callable[[], list[str]]) -> list[str]:
    """Wait until nothing more comes."""
    last: list[str] = []
    while True:
        await asyncio.sleep(1.0)
        now = found()
        if now and now == last:
            return now
        last = now
