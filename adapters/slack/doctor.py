"""Look at a Slack set-up as an admin would: what works, what doesn't, and how to mend it. Posts nothing unless told to.

Asks Slack what Slack knows (token, scopes, time) and our own server what it answers. Must never show a token or secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.finding import Finding, clock, date, reachable
from adapters.slack import installs, needs
from adapters.slack.api import LOCKED_OUT
from adapters.slack.installs import PLATFORM, Installs, Seal
from adapters.wire import Json, table, text
from bot.settings import Settings

PATIENCE: Final = ClientTimeout(total=10)
SHOWN: Final = 100  # installations that are looked at
_SECRET: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Told:
    """What Slack answered. `error` is "" when it said yes."""

    error: str
    body: Json
    scopes: tuple[str, ...] = ()
    at: datetime | None = None  # Slack's time


class Keeps(installs.Keeps, Protocol):
    """What is needed of the store, for several workspaces."""

    async def installations(self, platform: str) -> tuple[str, ...]:
        """List the tenants with an installation."""


class Doctor:
    """Examines one set-up. `url` is the public address of our server; without one, the local server is asked."""

    def __init__(
        self, options: Settings, session: ClientSession, store: Keeps, clock: Callable[[], datetime], url: str = ""
    ) -> None:
        self._options = options
        self._session = session
        self._store = store
        self._clock = clock
        self._url = (url or f"http://{reachable(options.host)}:{options.port}").rstrip("/")
        self._public = bool(url)

    async def examine(self, channel: str = "", words: str = "") -> AsyncIterator[Finding]:
        """Look at everything, in the order in which things depend on each other; post `words` if a channel is given."""
        if not self._options.slack:
            yield Finding("bad", "settings", "Slack is switched off", "set SLACK_BOT_TOKEN, see docs/slack.md")
            return
        yield Finding("ok", "settings", "complete")
        token = self._options.slack_bot_token.get_secret_value()
        if token:
            async for finding in self._token(token, "token"):
                yield finding
        else:
            async for finding in self._installations():
                yield finding
        app_token = self._options.slack_app_token.get_secret_value()
        if app_token:
            yield await self._socket(app_token)
        else:
            for finding in _secrets(self._options.slack_signing_secrets):
                yield finding
            yield await self._door()
        if channel and token:
            yield await self._post(token, channel, words)
        elif channel:
            yield Finding("warn", "post", "not done: which of the workspaces?", "set SLACK_BOT_TOKEN of one to try it")

    # What Slack knows ---------------------------------------------------------------------
    async def _token(self, token: str, what: str) -> AsyncIterator[Finding]:
        told = await self._ask(token, "auth.test")
        if told.error:
            yield Finding("bad", what, f"Slack says {told.error}", _MENDS.get(told.error, _ELSE))
            return
        where = text(told.body, "team") or text(told.body, "team_id")
        yield Finding("ok", what, f"good for {where}, as @{text(told.body, 'user')}")
        for finding in _scopes(told.scopes):
            yield finding
        if told.at is not None:
            yield clock((self._clock() - told.at).total_seconds(), "Slack's")

    async def _installations(self) -> AsyncIterator[Finding]:
        """Look at every workspace that installed the app."""
        known = Installs(self._store, Seal(self._options.slack_encryption_key.get_secret_value()))
        owners = await self._store.installations(PLATFORM)
        if not owners:
            yield Finding("warn", "workspaces", "none yet", f"open {self._url}{needs.INSTALL_PATH} in a browser")
        for owner in owners[:SHOWN]:
            tenant = owner.partition("/")[2]
            found = await known.find(tenant)
            if found is None:
                mend = "put the key it was sealed with behind a comma into SLACK_ENCRYPTION_KEY, or install again"
                yield Finding("bad", tenant, "its token can't be opened", mend)
                continue
            async for finding in self._token(found.token, tenant):
                yield finding

    async def _socket(self, token: str) -> Finding:
        """Ask for a websocket's address, which proves the app token; nothing is connected."""
        told = await self._ask(token, "apps.connections.open")
        if told.error:
            mend = {
                "missing_scope": "the app token needs the scope connections:write: make a new one on Basic Information",
                "not_allowed_token_type": "SLACK_APP_TOKEN must be the app-level token (xapp-...)",
            }.get(told.error, "make an app-level token with connections:write on the app's page Basic Information")
            return Finding("bad", "socket", f"Slack says {told.error}", _MENDS.get(told.error, mend))
        return Finding("ok", "socket", "Slack offers one, so no public address is needed")

    async def _post(self, token: str, channel: str, words: str) -> Finding:
        told = await self._ask(token, "chat.postMessage", {"channel": channel, "text": words})
        if told.error:
            mend = {
                "not_in_channel": "invite it there: /invite @Whichops",
                "channel_not_found": "give the channel's id (C0123456789); a private channel needs an invitation first",
            }.get(told.error, _ELSE)
            return Finding("bad", "post", f"Slack says {told.error}", mend)
        return Finding("ok", "post", f"posted to {channel}")

    async def _ask(self, token: str, method: str, body: Json | None = None) -> Told:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with self._session.post(
                self._options.slack_api_url + method, json=body or {}, headers=headers, allow_redirects=False
            ) as answer:
                at = date(answer.headers)
                if answer.status != 200:
                    return Told("ratelimited" if answer.status == 429 else f"status {answer.status}", {}, at=at)
                found = table(await answer.json(content_type=None))
        except (ClientError, TimeoutError, OSError):
            return Told("unreachable", {})
        except ValueError:
            return Told("no JSON", {})
        given = answer.headers.get("x-oauth-scopes", "")
        scopes = tuple(each.strip() for each in given.split(",") if each.strip())
        return Told("" if found.get("ok") is True else text(found, "error") or "no reason", found, scopes, at)

    # What our server answers --------------------------------------------------------------
    async def _door(self) -> Finding:
        """Send ourselves what Slack sends to check an address, signed as Slack signs it."""
        challenge = secrets.token_hex(8)
        body = json.dumps({"type": "url_verification", "challenge": challenge, "token": ""})
        headers = _signed(self._options.slack_signing_secrets[0], body, self._clock())
        address = self._url + needs.EVENTS_PATH
        try:
            async with self._session.post(address, data=body, headers=headers, allow_redirects=False) as answer:
                status, said = answer.status, (await answer.text())[:500]
        except (ClientError, TimeoutError, OSError):
            if self._public:
                return Finding("bad", "address", f"{address} can't be reached", "check DNS, the proxy and the firewall")
            mend = "start it (make run), or name the public address: --url https://whichops.example.com"
            return Finding("warn", "address", f"no server answers at {address}", mend)
        if status == 200 and challenge in said:
            kind = "" if self._public else " (this machine only: name the public address with --url)"
            return Finding("ok" if self._public else "warn", "address", f"{address} answers as Slack expects{kind}")
        mend = {
            401: "the server runs with another SLACK_SIGNING_SECRET, or its clock is off: set the same, restart it",
            404: "Slack is not switched on there, or the proxy doesn't pass /slack/ on",
        }.get(status, "check that the proxy passes requests on unchanged: method, body, X-Slack-... headers")
        return Finding("bad", "address", f"{address} answers {status}, not the challenge", mend)


async def examine(
    options: Settings, store: Keeps, *, url: str = "", channel: str = "", words: str = ""
) -> AsyncIterator[Finding]:
    """Examine a set-up, over a connection of its own."""
    async with ClientSession(timeout=PATIENCE, trust_env=True) as session:
        doctor = Doctor(options, session, store, lambda: datetime.now(UTC), url)
        async for finding in doctor.examine(channel, words):
            yield finding


# Small checks ---------------------------------------------------------------------------
_REINSTALL = "add them on the app's page OAuth & Permissions, then install the app again"
_ELSE = "look the error up in Slack's documentation of the method; if it is theirs, try again in a minute"
_MENDS: Final = {
    **dict.fromkeys(LOCKED_OUT, "copy the token again from the app's page, or install the app again"),
    "unreachable": "check this machine's way to Slack: DNS, firewall, HTTPS_PROXY, SLACK_API_URL",
    "ratelimited": "wait a minute and try again",
}


def _scopes(given: Sequence[str]) -> list[Finding]:
    if not given:
        return [Finding("warn", "scopes", "Slack didn't say which were given", "look at OAuth & Permissions")]
    found: list[Finding] = []
    missing = [name for name in needs.REQUIRED if name not in given]
    if missing:
        found.append(Finding("bad", "scopes", f"missing: {', '.join(missing)}", _REINSTALL))
    without: dict[str, list[str]] = {}
    for scope in needs.SCOPES:
        if scope.optional and scope.name not in given:
            without.setdefault(scope.without, []).append(scope.name)
    for effect, names in without.items():
        found.append(
            Finding("warn", "scopes", f"without {', '.join(names)}: {effect}", f"if you want it, {_REINSTALL}")
        )
    more = sorted(set(given) - set(needs.REQUIRED) - set(needs.OPTIONAL))
    if more:
        mend = "remove them on OAuth & Permissions, then install the app again"
        found.append(Finding("warn", "scopes", f"never used: {', '.join(more)}", mend))
    return found or [Finding("ok", "scopes", "all there, none too many")]


def _secrets(given: Sequence[str]) -> list[Finding]:
    odd = [number for number, secret in enumerate(given, 1) if not _SECRET.fullmatch(secret)]
    if not odd:
        return [Finding("ok", "signing secret", "has the shape of one")]
    which = "it" if len(given) == 1 else f"number {', '.join(map(str, odd))}"
    mend = "copy `Signing Secret` from the app's page Basic Information (not the client secret, nor the old token)"
    return [Finding("warn", "signing secret", f"{which} is not 32 digits and letters a-f", mend)]


def _signed(secret: str, body: str, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    mark = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = {"Content-Type": "application/json"}
    return kind | {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mark}"}
