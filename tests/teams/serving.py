"""The real server with Teams switched on, against the fake: real HTTP, real tokens, the SDK's own validation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession

from adapters import server
from adapters.teams import app as teams_app
from bot.advisor import Advisor, Knowledge
from bot.conversation import Conversation
from bot.settings import Settings
from bot.store import Store
from tests.answer import Answer
from tests.running import Running
from tests.teams import rules
from tests.teams.fake import Posted, Teams
from tests.teams.people import words
from tests.teams.sign import Door, OneToken, settings

Json = dict[str, Any]


@dataclass
class Served:
    """A server, the Teams it serves, and the way from there to here."""

    teams: Teams
    store: Store[Conversation]
    advisor: Advisor
    app: teams_app.Teams
    url: str
    door: Door

    async def hear(self, activity: Json) -> Answer:
        """Deliver an activity that is taken."""
        answer = await self.door.send(activity)
        assert 200 == answer.status, answer
        if activity["type"] == "invoke" and activity["name"] == "adaptiveCard/action":
            valid_answer(answer.json)
        return answer

    async def said(self, activity: Json) -> list[Posted]:
        """Deliver an activity; what was posted then."""
        before = len(self.teams.posted)
        await self.hear(activity)
        return (await self.settled())[before:]

    async def settled(self, seconds: float = 8.0) -> list[Posted]:
        """Wait until nothing waits to be sent; everything the bot posted, each of it valid."""
        async with asyncio.timeout(seconds):
            while (await self.store.check(datetime.now(UTC))).waiting:
                await asyncio.sleep(0.01)
        for each in self.teams.posted:
            assert "" == rules.refusal(each.activity), each.activity
        return self.teams.posted

    async def until(self, found: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait for something to be so."""
        async with asyncio.timeout(seconds):
            while not (value := found()):
                await asyncio.sleep(0.005)
        return value


def valid_answer(body: Json) -> None:
    """Check the answer to a press as Teams does."""
    assert {"statusCode", "type", "value"} == set(body) and 200 == body["statusCode"]
    if body["type"] == rules.ADAPTIVE:
        assert "" == rules.card_refusal(body["value"])
    else:
        assert "application/vnd.microsoft.activity.message" == body["type"] and isinstance(body["value"], str)


def told(answer: Answer) -> str:
    """Every word of the answer to a press."""
    value = answer.json["value"]
    return value if isinstance(value, str) else words(value)


@asynccontextmanager
async def serving(
    knowledge: Knowledge, database: str, teams: Teams, options: Settings | None = None
) -> AsyncIterator[Served]:
    """Serve until the block ends, as SIGTERM ends it."""
    store = Store(database, Conversation)
    await store.open(serving=True)
    advisor = Advisor(knowledge, store, ask_human="#platform-help")
    try:
        options = options or settings(teams)
        tokens = None if options.teams_allow_anonymous else OneToken()
        async with teams_app.running(advisor, store, options, tokens) as running:
            built = server.build(advisor, routes=running.routes(), warnings=running.warnings)
            ours = await Running(built).up()
            async with ClientSession() as session:
                yield Served(teams, store, advisor, running, ours.url, Door(session, ours.url, teams))
            await ours.stop()
    finally:
        await store.close()
