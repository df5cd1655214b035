"""What comes over a platform's wire, read with care: bodies of bounded size, fields that may be missing or odd.

Must never raise for a field of another kind than expected: a payload of a new shape ends as "ignored" with whoever
reads it, never as an error that the platform sends again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]


@dataclass(eq=False)
class RefusedError(Exception):
    """A request that isn't let in."""

    status: int
    why: str

    def response(self, headers: Mapping[str, str] | None = None) -> web.Response:
        """Answer it: what is wrong."""
        return web.json_response({"error": self.why}, status=self.status, headers=headers)


async def body(request: web.Request, limit: int) -> bytes:
    """Read a request's body; raises RefusedError when it has more than `limit` bytes, of which no more are read."""
    if (request.content_length or 0) > limit:
        raise RefusedError(413, "too-large")
    held = bytearray()
    async for chunk in request.content.iter_any():
        held += chunk
        if len(held) > limit:
            raise RefusedError(413, "too-large")
    return bytes(held)


def table(value: object) -> Json:
    """Take a JSON object; anything else is an empty one."""
    return {str(key): each for key, each in value.items()} if isinstance(value, Mapping) else {}


def text(body: Mapping[str, Any], key: str) -> str:
    """Take a text; anything else is "". Half characters, which no database takes, are dropped."""
    value = body.get(key)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "ignore").decode().replace("\x00", "")


def listed(body: Mapping[str, Any], key: str) -> list[Json]:
    """Take the objects of a list; anything else is an empty one."""
    value = body.get(key)
    return [table(each) for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
