"""The door before everything else: size, signature, time, shape. Nothing that fails here is looked at any further.

Bolt alone answers 25 of 44 bad requests with 500 and writes bodies into the log; behind this door it sees none of
them. Must never log a body or a signature, and never decide anything from a header that isn't signed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import time
from typing import Any, Final
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from adapters import wire
from adapters.wire import Json, RefusedError

LIMIT: Final = 512 * 1024  # bytes of a body
SKEW: Final = 300  # seconds a signed request stays good
_FIELDS: Final = 200  # of a form
NO_RETRY: Final = {"X-Slack-No-Retry": "1"}  # sending the same again can't help

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what one of the secrets signed, lately. `clock` gives seconds since 1970."""

    secrets: Sequence[str]
    clock: Callable[[], float] = time

    async def read(self, request: web.Request) -> Json:
        """Read a request's payload; raises RefusedError for what Slack never sends."""
        body = await wire.body(request, LIMIT)
        headers = request.headers
        self.check(headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", ""), body)
        return payload(request.content_type, body)

    def check(self, stamp: str, signature: str, body: bytes) -> None:
        """Check who sent it and when; raises RefusedError."""
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or abs(self.clock() - int(stamp)) > SKEW:
            raise RefusedError(401, "timestamp")
        signed = f"v0:{stamp}:".encode() + body
        given = signature.encode("utf-8", "replace")
        # Each secret is tried, whatever came of the others: the time taken tells nothing.
        good = [
            hmac.compare_digest(f"v0={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}".encode(), given)
            for secret in self.secrets
        ]
        if not any(good):
            raise RefusedError(401, "signature")


def payload(kind: str, body: bytes) -> Json:
    """Read a body: an event's JSON, an interaction's form with JSON inside, a command's form."""
    try:
        text = body.decode("utf-8")
        if kind == "application/json":
            return shaped(json.loads(text))
        if kind == "application/x-www-form-urlencoded":
            form = {name: values[0] for name, values in parse_qs(text, True, max_num_fields=_FIELDS).items()}
            return shaped(json.loads(form["payload"]) if "payload" in form else form)
    except (ValueError, RecursionError):  # broken UTF-8, JSON, forms; JSON of a thousand brackets
        raise RefusedError(400, "unreadable") from None
    raise RefusedError(400, "content-type")


def shaped(found: Any) -> Json:
    """Take a payload of a shape that can be looked at: an object, whose event, if any, is one too."""
    if not isinstance(found, dict) or not isinstance(found.get("event", {}), dict):
        raise RefusedError(400, "shape")
    return found
