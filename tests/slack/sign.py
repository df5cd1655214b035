"""Requests as Slack signs them, sent to the app under test."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from time import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.signature import SignatureVerifier

from tests.answer import Answer

Json = dict[str, Any]
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PATH = "/slack/events"


def signed(body: str, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """Sign a body; `at` is when Slack says it sent it."""
    stamp = str(int(time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    assert signature
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


def signed_bytes(body: bytes) -> dict[str, str]:
    """Sign what may be no text at all: the library signs text only."""
    stamp = str(int(time()))
    made = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


class Door:
    """Sends what Slack sends to one server. Every method takes `secret` and `at`, to forge."""

    def __init__(self, session: ClientSession, url: str, secret: str = SECRET) -> None:
        self._session, self._url, self._secret = session, url.rstrip("/") + PATH, secret

    async def event(self, payload: Json, *, retry: int = 0, reason: str = "http_timeout", **forged: Any) -> Answer:
        """Deliver an event; `retry` counts from 1."""
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}
        return await self.send(json.dumps(payload), "application/json", again, **forged)

    async def interact(self, payload: Json, **forged: Any) -> Answer:
        """Deliver a press, a shortcut or a modal."""
        body = urlencode({"payload": json.dumps(payload)})
        return await self.send(body, "application/x-www-form-urlencoded", {}, **forged)

    async def command(self, form: Json, **forged: Any) -> Answer:
        """Deliver a slash command."""
        return await self.send(urlencode(form), "application/x-www-form-urlencoded", {}, **forged)

    async def send(
        self, body: str, kind: str, headers: Mapping[str, str], *, secret: str = "", at: float | None = None
    ) -> Answer:
        """Deliver any body."""
        sent = (
            {"Content-Type": kind, "User-Agent": "Slackbot 1.0"}
            | dict(headers)
            | signed(body, secret or self._secret, at)
        )
        timeout = ClientTimeout(total=10)
        async with self._session.post(self._url, data=body.encode(), headers=sent, timeout=timeout) as response:
            return Answer(response.status, await response.text(), dict(response.headers))
