"""Files by an address that only who has it can guess: for places that take no file of a bot's.

The address names one reply in the outbox and one file of it, until when it is good, and a seal over all of that. So it
lives no longer than the reply is kept (a day after it was delivered), and not at all after "forget me". Must never
serve anything without a seal of ours, nor anything to be run.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from aiohttp import web

from adapters import files
from bot.chat import Reply
from bot.errors import StoreError

LIVES: Final = timedelta(hours=24)


class Keeps(Protocol):
    """What is needed of the store."""

    async def reply(self, which: int) -> Reply | None:
        """Read a reply of the outbox; None when it is gone."""


class Taking:
    """Makes addresses and serves them. `base` is our public address, `secret` what seals are made with."""

    def __init__(self, base: str, secret: str, store: Keeps) -> None:
        self._base = base.rstrip("/")
        self._key = hashlib.sha256(f"whichops-take|{secret}".encode()).digest()
        self._store = store

    def address(self, which: int, name: str, now: datetime) -> str:
        """Make the address of one file of one reply."""
        until = int((now + LIVES).timestamp())
        return f"{self._base}/take/{which}-{until}-{self._seal(which, until, name)}/{name}"

    def routes(self) -> Sequence[web.RouteDef]:
        """List what the server mounts."""
        return [
            web.get(
                "/take/{which:[0-9]{1,18}}-{until:[0-9]{1,12}}-{seal:[0-9a-f]{64}}/{name:" + files.NAME + "}",
                self.serve,
            )
        ]

    async def serve(self, request: web.Request) -> web.Response:
        """Send a file, to be saved. What is sealed wrong, late or gone is not there."""
        found = request.match_info
        which, until, name = int(found["which"]), int(found["until"]), found["name"]
        good = hmac.compare_digest(found["seal"], self._seal(which, until, name))
        if not good or datetime.now(UTC).timestamp() > until:
            raise web.HTTPNotFound
        try:
            reply = await self._store.reply(which)
        except StoreError:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "1"}) from None
        made = await files.found((reply,), name) if reply else None
        if made is None:
            raise web.HTTPNotFound
        return files.response(made, save=True)

    def _seal(self, which: int, until: int, name: str) -> str:
        return hmac.new(self._key, f"{which}/{until}/{name}".encode(), hashlib.sha256).hexdigest()
