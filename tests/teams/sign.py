"""Requests as Teams signs them, sent to the app under test."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from adapters.teams.connector import NoTokens
from bot.settings import Settings
from tests.answer import Answer
from tests.teams.fake import ANA, BOT, CHANNEL, TENANT, Teams

Json = dict[str, Any]
PATH = "/api/messages"
_IDS = itertools.count(1_780_000_000_000)


class OneToken(NoTokens):
    """The token for sending that the fake Connector knows: MSAL asks nobody without https."""

    async def take(self, *, refused: str = "") -> str:
        return "sending-token"


def settings(teams: Teams, **more: str) -> Settings:
    """The settings of a bot of this Teams."""
    return Settings.model_validate(teams.settings | more)


def message(teams: Teams, text: str = "what is MLOps?", *, conversation: str = "", **more: Any) -> Json:
    """A message to the bot in a channel, as Teams sends it; for more see `people`."""
    id_ = str(next(_IDS))
    where = conversation or f"{CHANNEL};messageid={id_}"
    base: Json = {
        "type": "message",
        "id": id_,
        "timestamp": datetime.now(UTC).isoformat(),
        "serviceUrl": teams.service_url,
        "channelId": "msteams",
        "from": {"id": ANA, "name": "Ana", "aadObjectId": "aad00000-0000-4000-8000-0000000000a1"},
        "conversation": {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": where},
        "recipient": {"id": BOT, "name": "Whichops"},
        "text": f"<at>Whichops</at> {text}",
        "textFormat": "plain",
        "entities": [{"type": "mention", "text": "<at>Whichops</at>", "mentioned": {"id": BOT, "name": "Whichops"}}],
        "channelData": {"tenant": {"id": TENANT}, "channel": {"id": CHANNEL}, "team": {"id": "19:team@thread.tacv2"}},
    }
    return base | more


class Door:
    """Sends what Teams sends to one server."""

    def __init__(self, session: ClientSession, url: str, teams: Teams) -> None:
        self._session, self._url, self._teams = session, url.rstrip("/") + PATH, teams

    async def unsigned(self, activity: Json) -> Answer:
        """Deliver an activity as a local client does: nobody signs it."""
        return await self.raw(json.dumps(activity).encode(), None)

    async def send(self, activity: Json, **claims: Any) -> Answer:
        """Deliver an activity; `claims` go to the token (see `Teams.token`), to forge."""
        claims = {"serviceurl": activity.get("serviceUrl")} | claims
        return await self.raw(json.dumps(activity).encode(), f"Bearer {self._teams.token(**claims)}")

    async def raw(self, body: bytes, authorization: str | None, **headers: str) -> Answer:
        """Deliver any bytes with any header."""
        sent = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Microsoft-SkypeBotApi"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": authorization} if authorization is not None else {}
        timeout = ClientTimeout(total=15)
        async with self._session.post(self._url, data=body, headers=sent, timeout=timeout) as response:
            return Answer(response.status, await response.text(), dict(response.headers))
