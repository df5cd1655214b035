"""Our door and token check in the real server, with a talk that only keeps what reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import ClientSession

from adapters import server
from adapters.teams import app as teams_app
from adapters.teams import trust
from adapters.teams.talk import Answered
from bot.settings import Settings
from tests.teams.fake import Teams
from tests.teams.sign import Door, settings

Json = dict[str, Any]


@dataclass
class Reached:
    """Where a turn would be taken. `answer` is what it answers; an exception is raised."""

    heard: list[Json] = field(default_factory=list)
    answer: Answered | Exception = field(default_factory=lambda: Answered(200, None))

    async def hear(self, activity: Json, now: datetime) -> Answered:
        self.heard.append(activity)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Fronted:
    """A server, the Teams before it, and what came through."""

    teams: Teams
    door: Door
    reached: Reached
    keys: trust.Keys
    url: str
    session: ClientSession


class _Nobody:
    async def handle(self, message: object) -> tuple[()]:
        return ()

    async def open(self, place: object, author: object) -> tuple[()]:
        return ()

    async def said(self, message: object) -> tuple[()]:
        return ()

    async def remind(self, tenant: object, author: object, now: object) -> tuple[()]:
        return ()

    async def at_home(self, tenant: object, author: object) -> None:
        return None


@asynccontextmanager
async def fronting(teams: Teams, options: Settings | None = None) -> AsyncIterator[Fronted]:
    """Serve until the block ends."""
    options = options or settings(teams)
    reached, stop, up = Reached(), asyncio.Event(), asyncio.Event()
    found: list[str] = []

    def bound(url: str) -> None:
        found.append(url)
        up.set()

    async with ClientSession() as session:
        door = teams_app.door(options)
        keys = trust.Keys(options.teams_openid_metadata_url, session)
        front = teams_app.build(options, keys, door, reached)
        built = server.build(_Nobody(), web_chat=False, routes=front.routes())
        listening = asyncio.create_task(server.listen(built, "127.0.0.1", 0, stop, bound))
        await asyncio.wait_for(up.wait(), 5)
        yield Fronted(teams, Door(session, found[0], teams), reached, keys, found[0], session)
        stop.set()
        await listening
