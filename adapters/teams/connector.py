"""The Bot Connector's REST: post, change and take away activities, open a personal conversation.

One connection pool, one token. What passes by itself is tried again here for a few seconds, in order; what takes
longer is told to the caller with how long. A token is never sent to a host that isn't the Connector's. Must never
log a body or a token.
"""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from adapters.teams.api import Reference, TeamsError
from adapters.teams.door import Hosts
from adapters.wire import Json

TRIES: Final = 4
AGAIN: Final = (412, 429, 502, 503, 504)  # Microsoft's list of what to try again
PATIENCE: Final = 4.0  # seconds of waiting in one call; the sender gives a whole delivery ten
ANSWER: Final = 6.0  # seconds an answer may take
_BACKOFF: Final = 0.2  # seconds before the second try without a Retry-After; twice as long each time
# The envelope of an error comes in several shapes: the word is looked for in all of it.
_GONE: Final = {
    403: ("MessageWritesBlocked", "ForbiddenOperationException", "BotDisabledByAdmin"),
    404: ("ConversationNotFound", "BotNotInConversationRoster"),
}

log = structlog.get_logger()


class Tokens(Protocol):
    """Where the token for sending comes from. `problem` is a word for what is wrong; "" when all is well."""

    problem: str

    async def take(self, *, refused: str = "") -> str:
        """Give a token that is good for a while, and not the one just refused; "" where none is needed.

        Raises TeamsError where there is none to be had.
        """


class NoTokens:
    """Local clients want no token."""

    problem = ""

    async def take(self, *, refused: str = "") -> str:
        """Give none."""
        return ""


@dataclass(frozen=True, slots=True)
class _Call:
    verb: str
    url: URL
    body: Json | None


class Connector:
    """The Connector, as `Api` wants it."""

    def __init__(self, session: ClientSession, tokens: Tokens, hosts: Hosts) -> None:
        """Take the pool, the tokens, and where they may be sent."""
        self._session = session
        self._tokens = tokens
        self._hosts = hosts

    async def send(self, to: Reference, activity: Json, *, asker: str = "") -> str:
        """Post an activity; its id."""
        body = _routed(to, activity)
        if asker:
            body["recipient"] = {"id": asker}
        told = await self._call("POST", to, f"{_at(to)}/activities", body, targeted=bool(asker))
        return _id(told)

    async def update(self, to: Reference, activity_id: str, activity: Json, *, asker: str = "") -> None:
        """Put another activity in the place of one of ours."""
        body = _routed(to, activity) | {"id": activity_id}
        await self._call("PUT", to, f"{_at(to)}/activities/{_quoted(activity_id)}", body, targeted=bool(asker))

    async def delete(self, to: Reference, activity_id: str, *, asker: str = "") -> None:
        """Take one of ours away."""
        await self._call("DELETE", to, f"{_at(to)}/activities/{_quoted(activity_id)}", None, targeted=bool(asker))

    async def create(self, to: Reference, user: str) -> str:
        """Open the personal conversation with somebody of that tenant; its id."""
        body: Json = {"isGroup": False, "bot": {"id": to.bot}, "members": [{"id": user}], "tenantId": to.tenant}
        body["channelData"] = {"tenant": {"id": to.tenant}}
        found = _id(await self._call("POST", to, "/v3/conversations", body))
        if not found:
            raise TeamsError("no-conversation", 200)
        return found

    async def _call(self, verb: str, to: Reference, path: str, body: Json | None, *, targeted: bool = False) -> Json:
        if not self._hosts.allow(to.service_url):
            raise TeamsError("foreign-service-url")
        query = "?isTargetedActivity=true" if targeted else ""
        call = _Call(verb, URL(to.service_url.rstrip("/") + path + query, encoded=True), body)
        waited, refused = 0.0, ""
        for number in range(1, TRIES + 1):
            token = await self._tokens.take(refused=refused)
            try:
                return await self._once(call, token)
            except TeamsError as error:
                if error.status == 401 and token and not refused and number < TRIES:
                    refused = token  # taken back before its time: a new one, once
                    continue
                wait = _BACKOFF * 2**number * random.uniform(0.5, 1) if error.wait is None else error.wait  # noqa: S311  (spreads the load)
                if error.status not in AGAIN or number == TRIES or waited + wait > PATIENCE:
                    raise
                log.info("teams_again", status=error.status, seconds=round(wait, 2), tries=number)
                waited += wait
                await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    async def _once(self, call: _Call, token: str) -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sending = self._session.request(
            call.verb,
            call.url,
            json=call.body,
            headers=headers,
            allow_redirects=False,
            timeout=ClientTimeout(total=ANSWER),
        )
        try:
            async with sending as response:
                text = (await response.read()).decode("utf-8", "replace")
        except TimeoutError:
            raise TeamsError("timeout", passes=True) from None
        except (ClientError, OSError):
            raise TeamsError("connection", passes=True) from None
        told = _json(text)
        if 200 <= response.status < 300:
            return told
        raise _refusal(response, told, text)


def _routed(to: Reference, activity: Json) -> Json:
    """Say who speaks where; what the activity holds stays as it is (the SDK's models lose mentions and citations)."""
    return activity | {"from": {"id": to.bot}, "conversation": {"id": to.conversation}}


def _at(to: Reference) -> str:
    return f"/v3/conversations/{_quoted(to.conversation)}"


def _quoted(id_: str) -> str:
    return quote(id_, safe="")


def _json(text: str) -> Json:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # nothing, or a proxy's HTML
        return {}
    return found if isinstance(found, dict) else {}


def _id(told: Json) -> str:
    found = told.get("id")
    return found if isinstance(found, str) else ""


def _refusal(response: ClientResponse, told: Json, text: str) -> TeamsError:
    status = response.status
    words = _GONE.get(status, ())
    gone = next((word for word in words if word.lower() in text.lower()), "")
    passes = status in AGAIN or status in (401, 408, 500)
    return TeamsError(gone or _word(told) or f"status-{status}", status, _wait(response), passes, bool(gone))


def _word(told: Json) -> str:
    """Take the Connector's own word for what is wrong, if it is a word."""
    inner: Any = told.get("error")
    held: Json = inner if isinstance(inner, dict) else told
    found = held.get("code") or told.get("errorCode")
    return found if isinstance(found, str) and found.isalnum() and len(found) <= 60 else ""


def _wait(response: ClientResponse) -> float | None:
    """Read a Retry-After in seconds. What is no number says only that we should wait."""
    header = response.headers.get("Retry-After")
    if header is None:
        return 1.0 if response.status == 429 else None
    try:
        return max(0.1, min(float(header), 900.0))
    except ValueError:
        return 1.0
