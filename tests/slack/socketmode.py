"""Slack's end of Socket Mode: tickets, hello, envelopes, acknowledgements, disconnects."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]
APP = "A0APP"


class SocketMode:
    """Slack's end of the websockets: hello, envelopes, acknowledgements, disconnects."""

    def __init__(self) -> None:
        self.connections: list[web.WebSocketResponse] = []
        self.opened = 0
        self.acked: dict[str, Json] = {}
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    def ticket(self) -> str:
        """Hand out the right to connect, once."""
        found = secrets.token_hex(8)
        self._tickets.add(found)
        return found

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Take one connection."""
        if request.query.get("ticket", "") not in self._tickets:
            return web.Response(status=408)
        self._tickets.discard(request.query["ticket"])
        if len(self.connections) >= 10:
            return web.Response(status=429)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections.append(socket)
        self.opened += 1
        hello = {"type": "hello", "num_connections": len(self.connections), "connection_info": {"app_id": APP}}
        await socket.send_json(hello | {"debug_info": {"host": "applink", "approximate_connection_time": 18060}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(json.loads(message.data))
        finally:
            self.connections.remove(socket)
        return socket

    def _take(self, told: Json) -> None:
        id_ = str(told.get("envelope_id", ""))
        self.acked[id_] = told
        waiting = self._waiting.pop(id_, None)
        if waiting and not waiting.done():
            waiting.set_result(told)

    async def connected(self, count: int = 1, seconds: float = 5.0) -> None:
        """Wait for the app to have connected `count` times."""
        async with asyncio.timeout(seconds):
            while self.opened < count or not self.connections:
                await asyncio.sleep(0.01)

    async def send(
        self, kind: str, payload: Json, *, retry: int = 0, reason: str = "", id_: str = "", seconds: float = 3.0
    ) -> Json | None:
        """Send an envelope (events_api, interactive, slash_commands); its acknowledgement, or None if there is none."""
        envelope: Json = {"type": kind, "envelope_id": id_ or secrets.token_hex(8), "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        await self.connections[-1].send_json(envelope)
        try:
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            self._waiting.pop(envelope["envelope_id"], None)
            return None

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, as Slack does every few hours, and close."""
        for socket in list(self.connections):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})
            await socket.close()

    async def close(self) -> None:
        """Drop every connection without a word."""
        for socket in list(self.connections):
            await socket.close()
