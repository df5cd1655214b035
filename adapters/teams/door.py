"""The door before everything else: size, encoding, shape, where replies would go, whose tenant it is.

The SDK's own adapter answers broken bodies with 500, takes a body without a serviceUrl, and asks for no tenant.
Who signed a request is checked by `app`, which knows the SDK. Must never log a body, nor decide anything from what
a client may write freely (a card's data, a name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from adapters import wire
from adapters.wire import Json, RefusedError

LIMIT: Final = 256 * 1024  # bytes of a body; Teams' own limit is about 100 KB
CHANNEL: Final = "msteams"
# The Bot Connector's hosts: the world's, and the three of the government clouds.
MICROSOFT: Final = (
    "smba.trafficmanager.net",
    "*.botframework.com",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
    "*.botframework.azure.us",
)
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
# Narrower than any URL: nothing in it can be read in two ways.
_URL: Final = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[::1\])(?::(\d{1,5}))?(?:/[A-Za-z0-9._~/-]*)?")
_OBJECTS: Final = ("conversation", "from", "recipient", "channelData")
_LISTS: Final = ("attachments", "entities", "membersAdded", "membersRemoved")
_TEXTS: Final = ("name", "text", "replyToId", "action")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where replies, and the token they carry, may be sent.

    `more` are hosts besides Microsoft's, `*.` before one stands for any below it. Without `signed` requests only
    this machine is allowed.
    """

    more: Sequence[str] = ()
    signed: bool = True

    def allow(self, url: str) -> bool:
        """Tell whether a serviceUrl is one of theirs. Plain http only on this machine, where it was named."""
        parts = _URL.fullmatch(url)
        if not parts:
            return False
        scheme, host, port = parts[1], parts[2].lower(), parts[3]
        if not self.signed:
            return host in LOOPBACK
        named = any(_matches(each, host, port) for each in self.more)
        if scheme == "http":
            return named and host in LOOPBACK
        return named or (port in (None, "443") and any(_matches(each, host, None) for each in MICROSOFT))


def _matches(pattern: str, host: str, port: str | None) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return pattern in (host, f"{host}:{port}")


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in what Teams sends, of the tenants we answer. Without `tenants` everything is of ours: local clients."""

    hosts: Hosts
    tenants: Sequence[str] = ()

    async def read(self, request: web.Request) -> Json:
        """Read a request's activity; raises RefusedError for what Teams never sends."""
        if not self.hosts.signed and not _is_here(request.headers.get("Host", "")):
            raise RefusedError(403, "host")  # a web page whose name leads here
        if request.content_type != "application/json":
            raise RefusedError(400, "content-type")
        body = await wire.body(request, LIMIT)
        return parsed(body)

    def check(self, activity: Json) -> None:
        """Check where its replies would go and whose it is; raises RefusedError."""
        if not self.hosts.allow(activity["serviceUrl"]):
            raise RefusedError(403, "service-url")
        if self.tenants and tenant_of(activity).lower() not in self.tenants:
            raise RefusedError(403, "tenant")


def tenant_of(activity: Json) -> str:
    """Take the tenant of an activity; "" where it names none. The SDK loses it: it looks for `tenantID`."""
    told = activity.get("channelData", {}).get("tenant")
    found = told.get("id") if isinstance(told, dict) else activity["conversation"].get("tenantId")
    return found if isinstance(found, str) else ""


def parsed(body: bytes) -> Json:
    """Read a body: UTF-8, JSON, an activity of Teams' shape; raises RefusedError."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_number)
        if b"\\u" in body:
            json.dumps(found, ensure_ascii=False).encode("utf-8")  # half a character can't be written down again
    except (ValueError, RecursionError):  # broken UTF-8, broken JSON, numbers without end; a thousand brackets
        raise RefusedError(400, "unreadable") from None
    return shaped(found)


def _no_number(name: str) -> float:
    raise ValueError(name)


def shaped(found: Any) -> Json:
    """Take an activity that can be looked at: the parts we go by are there, and of their kind."""
    if not isinstance(found, dict):
        raise RefusedError(400, "shape")
    for name in _OBJECTS:
        if found.get(name) is None:
            found.pop(name, None)
        elif not isinstance(found[name], dict):
            raise RefusedError(400, name)
    for name in _LISTS:
        if not isinstance(found.get(name) or [], list):
            raise RefusedError(400, name)
    for name in _TEXTS:
        if not isinstance(found.get(name) or "", str):
            raise RefusedError(400, name)
    if found.get("channelId") != CHANNEL:
        raise RefusedError(400, "channelId")  # without one the SDK checks no endorsement
    for name in ("type", "serviceUrl"):
        _needed(found, name)
    _needed(found.get("conversation", {}), "id", "conversation.id")
    if found["type"] in ("message", "invoke"):
        _needed(found, "id")  # by which a delivery is known again
        _needed(found.get("from", {}), "id", "from.id")
    return found


def _needed(held: Json, name: str, called: str = "") -> None:
    if not isinstance(held.get(name), str) or not held[name]:
        raise RefusedError(400, called or name)


def _is_here(host: str) -> bool:
    return re.sub(r":\d+$", "", host) in LOOPBACK
