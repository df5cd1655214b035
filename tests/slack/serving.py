"""The real server with Slack switched on, against the fake, over HTTP or Socket Mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession
from slack_sdk.models.blocks import Block

from adapters import server
from adapters.slack import app as slack_app
from bot.advisor import Advisor, Knowledge
from bot.conversation import Conversation
from bot.settings import Settings
from bot.store import Store
from tests.answer import Answer
from tests.running import Running
from tests.slack import rules
from tests.slack.fake import APP_TOKEN, TOKEN, Posted, Slack
from tests.slack.sign import SECRET, Door

Json = dict[str, Any]


def options(slack: Slack, *, socket: bool = False, **more: str) -> Settings:
    """The settings of the issue: a token, a secret (or the app's token), and where Slack is."""
    ways = {"SLACK_APP_TOKEN": APP_TOKEN} if socket else {"SLACK_SIGNING_SECRET": SECRET}
    return Settings.model_validate({"SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": slack.url} | ways | more)


@dataclass
class Served:
    """A server, the Slack it serves, and the way from there to here."""

    slack: Slack
    store: Store[Conversation]
    advisor: Advisor
    app: slack_app.Slack
    url: str
    door: Door
    socket: bool

    async def event(self, payload: Json, *, retry: int = 0) -> int:
        """Deliver an event; its status, 0 where a websocket stays silent."""
        if not self.socket:
            return (await self.door.event(payload, retry=retry)).status
        return await self._send("events_api", payload, retry)

    async def events(self, payloads: Sequence[Json]) -> list[int]:
        """Deliver several, one after the other."""
        return [await self.event(payload) for payload in payloads]

    async def interact(self, payload: Json) -> int:
        """Deliver a press, a shortcut, a modal."""
        if not self.socket:
            return (await self.door.interact(payload)).status
        return await self._send("interactive", payload)

    async def command(self, form: Json) -> Answer:
        """Deliver a slash command."""
        if not self.socket:
            return await self.door.command(form)
        told = await self.slack.socket_mode.send("slash_commands", form)
        text = json.dumps(told["payload"]) if told and told.get("payload") else ""
        return Answer(200 if told else 0, text)

    async def _send(self, kind: str, payload: Json, retry: int = 0) -> int:
        return 200 if await self.slack.socket_mode.send(kind, payload, retry=retry) else 0

    # What came of it ----------------------------------------------------------------------
    async def settled(self, seconds: float = 5.0) -> list[Posted]:
        """Wait until nothing waits to be sent; everything the bot posted."""
        return await settled(self.slack, self.store, seconds)

    async def until(self, found: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait for something to be so."""
        async with asyncio.timeout(seconds):
            while not (value := found()):
                await asyncio.sleep(0.005)
        return value


async def settled(slack: Slack, store: Store[Conversation], seconds: float = 5.0) -> list[Posted]:
    """Wait until the outbox is empty; everything posted, each of it valid."""
    async with asyncio.timeout(seconds):
        while (await store.check(datetime.now(UTC))).waiting:
            await asyncio.sleep(0.01)
    for message in slack.sent:
        valid(message)
    return slack.sent


def valid(message: Posted) -> None:
    """Check a message as Slack does, and as Slack's own library does."""
    assert message.text.strip() or message.asked.get("files")
    assert "" == rules.refusal(message.blocks), message.text
    for block in message.blocks:
        parsed = Block.parse(block)
        assert parsed is not None, block["type"]
        parsed.validate_json()


@asynccontextmanager
async def serving(
    knowledge: Knowledge, database: str, slack: Slack, *, socket: bool = False, options_: Settings | None = None
) -> AsyncIterator[Served]:
    """Serve until the block ends, as SIGTERM ends it."""
    store = Store(database, Conversation)
    await store.open(serving=True)
    advisor = Advisor(knowledge, store, ask_human="#platform-help")
    try:
        async with slack_app.running(advisor, store, options_ or options(slack, socket=socket)) as running:
            built = server.build(advisor, routes=running.routes(), warnings=running.warnings)
            ours = await Running(built).up()
            if socket:
                await slack.socket_mode.connected()
            async with ClientSession() as session:
                yield Served(slack, store, advisor, running, ours.url, Door(session, ours.url), socket)
            await ours.stop()
    finally:
        await store.close()
