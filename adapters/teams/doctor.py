"""Look at a Teams set-up as an admin would: what works, what doesn't, and how to mend it. Posts nothing, ever.

Asks Microsoft for a token and for its signing keys, whether the Connector can be reached, and our own server whether
it refuses what nobody signed. Must never show a token or secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.finding import Finding, clock, date, reachable
from adapters.teams import app, package, trust
from adapters.teams.api import TeamsError
from adapters.teams.connector import NoTokens, Tokens
from adapters.teams.door import CHANNEL, LOOPBACK
from adapters.wire import Json, listed, table, text
from bot.errors import ConfigError
from bot.settings import Settings

PATIENCE: Final = ClientTimeout(total=10)
WORLD: Final = "https://smba.trafficmanager.net/"
GOVERNMENT: Final = "https://smba.infra.gov.teams.microsoft.us/"
_HOST: Final = re.compile(r"(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+(:\d{1,5})?")
# An activity that no server of ours lets in: without a token, and with a serviceUrl that is nobody's.
_KNOCK: Final = {
    "type": "typing",
    "channelId": CHANNEL,
    "serviceUrl": "https://doctor.invalid/",
    "conversation": {"id": "doctor"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody answered. `error` is "" when it was an answer we can use."""

    error: str
    status: int = 0
    body: Json = field(default_factory=dict)
    at: datetime | None = None  # their time


class Doctor:
    """Examines one set-up. `url` is the public address of our server; without one, the local server is asked."""

    def __init__(
        self, options: Settings, session: ClientSession, tokens: Tokens, clock: Callable[[], datetime], url: str = ""
    ) -> None:
        self._options = options
        self._session = session
        self._tokens = tokens
        self._clock = clock
        self._url = (url or f"http://{reachable(options.host)}:{options.port}").rstrip("/")
        self._public = bool(url)
        self._cloud = trust.cloud_of(options.teams_openid_metadata_url)

    async def examine(self, built: bytes | None = None) -> AsyncIterator[Finding]:
        """Look at everything, in the order in which things depend on each other; at a package that was `built`, too."""
        if not self._options.teams:
            mend = "set TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID, see docs/teams.md"
            yield Finding("bad", "settings", "Teams is switched off", mend)
            return
        if self._options.teams_allow_anonymous:
            mend = "for a client on this machine that is right; for Teams unset it and set TEAMS_APP_ID"
            yield Finding("warn", "settings", "TEAMS_ALLOW_ANONYMOUS: requests are taken that nobody signed", mend)
        else:
            count = len(self._options.teams_tenants)
            people = "the people of one tenant are" if count == 1 else f"the people of {count} tenants are"
            yield Finding("ok", "settings", f"complete for {self._options.teams_app_type}; {people} answered")
            yield await self._token()
            async for finding in self._keys():
                yield finding
            yield await self._connector()
        for finding in _hosts(self._options.teams_hosts):
            yield finding
        yield await self._door()
        yield self._package(built)

    # What Microsoft knows -----------------------------------------------------------------
    async def _token(self) -> Finding:
        try:
            await self._tokens.take()
        except TeamsError as error:
            why = error.code.removeprefix("token-")
            return Finding("bad", "token", f"Microsoft says {why}", _MENDS.get(why, _ELSE))
        return Finding("ok", "token", "Microsoft gives one, so replies can be sent")

    async def _keys(self) -> AsyncIterator[Finding]:
        """Look at the keys that requests are signed with, as the server will."""
        url = self._options.teams_openid_metadata_url
        told = await self._get(url)
        issuer, address = text(told.body, "issuer"), text(told.body, "jwks_uri")
        if told.error or not address:
            yield Finding("bad", "signing keys", f"{url}: {told.error or 'names no keys'}", _METADATA)
            return
        if issuer != self._cloud.issuer:
            said = f"{url} is of {issuer or 'nobody'}, not {self._cloud.issuer}"
            yield Finding("bad", "signing keys", said, "unset TEAMS_OPENID_METADATA_URL, or set your cloud's")
        elif urlsplit(address).scheme != urlsplit(url).scheme:
            yield Finding("bad", "signing keys", f"{url} leads to a plain address", _METADATA)
        else:
            yield await self._keys_at(address)
        if told.at is not None:
            yield clock((self._clock() - told.at).total_seconds(), "Microsoft's")

    async def _keys_at(self, url: str) -> Finding:
        told = await self._get(url)
        if told.error:
            return Finding("bad", "signing keys", f"{url}: {told.error}", _METADATA)
        found = [each for each in listed(told.body, "keys") if text(each, "kty") == "RSA"]
        ours = [each for each in found if CHANNEL in (each.get("endorsements") or ())]
        if not ours:
            return Finding("bad", "signing keys", f"{len(found)} there, none of them for Teams", _METADATA)
        return Finding("ok", "signing keys", f"{len(ours)} there for Teams")

    async def _connector(self) -> Finding:
        """See whether replies could leave."""
        government = self._cloud.issuer != trust.cloud_of("").issuer
        url = GOVERNMENT if government else WORLD
        if _only_loopback(self._options.teams_hosts):
            return Finding("warn", "connector", "on this machine, as a test has it", _LOOPBACK)
        told = await self._get(url)
        if told.status:  # whatever it says: it is there
            return Finding("ok", "connector", f"{urlsplit(url).hostname} can be reached")
        return Finding("bad", "connector", f"{urlsplit(url).hostname}: {told.error}", _MENDS["unreachable"])

    async def _get(self, url: str) -> Told:
        try:
            async with self._session.get(url, allow_redirects=False) as answer:
                at = date(answer.headers)
                if answer.status != 200:
                    return Told(f"answers {answer.status}", answer.status, at=at)
                return Told("", 200, table(await answer.json(content_type=None)), at)
        except (ClientError, TimeoutError, OSError):
            return Told("can't be reached")
        except ValueError:
            return Told("answers no JSON", 200)

    # What our server answers --------------------------------------------------------------
    async def _door(self) -> Finding:
        """Knock without a token: a server that is well turns us away, and says that the token is missing."""
        address = self._url + app.PATH
        where = urlsplit(self._url)
        if where.scheme != "https" and where.hostname not in _HERE and self._public:
            return Finding("bad", "address", f"{address} is not encrypted", "Teams calls https:// addresses only")
        try:
            async with self._session.post(address, json=_KNOCK, allow_redirects=False) as answer:
                status, said = answer.status, (await answer.text())[:500]
        except (ClientError, TimeoutError, OSError):
            if self._public:
                return Finding("bad", "address", f"{address} can't be reached", "check DNS, the proxy and the firewall")
            mend = "start it (make run), or name the public address: --url https://whichops.example.com"
            return Finding("warn", "address", f"no server answers at {address}", mend)
        if self._options.teams_allow_anonymous:
            if (status, _reason(said)) == (403, "service-url"):
                return Finding("ok", "address", f"{address} answers clients on this machine")
        elif (status, _reason(said)) == (401, "token"):
            if self._public:
                return Finding("ok", "address", f"{address} refuses what nobody signed")
            mend = "name the public address, to look at it from outside: --url https://whichops.example.com"
            return Finding("warn", "address", f"{address} is well, but this machine's only", mend)
        return Finding("bad", "address", f"{address} answers {status}, not as it should", _AT_DOOR.get(status, _PROXY))

    def _package(self, built: bytes | None) -> Finding:
        app_id = self._options.teams_app_id.lower()
        try:
            held = package.build(package.Order(app_id or _NOBODY)) if built is None else built
        except (ConfigError, OSError):
            return Finding("bad", "app package", "can't be built", "install Whichops again: its own files are damaged")
        found = list(package.faults(held))
        if found:
            return Finding("bad", "app package", "; ".join(found), _BUILD)
        manifest = package.told(held)
        if built is not None and app_id and manifest["bots"][0]["botId"] != app_id:
            return Finding("bad", "app package", "is for another bot than TEAMS_APP_ID", _BUILD)
        hears = ", hears all" if "authorization" in manifest else ""
        said = "can be built" if built is None else f"version {manifest['version']}{hears}"
        return Finding("ok", "app package", f"{said}; Teams' own rules hold")


async def examine(options: Settings, *, url: str = "", built: bytes | None = None) -> AsyncIterator[Finding]:
    """Examine a set-up, over a connection of its own."""
    tokens = trust.Entra(options) if options.teams_app_id else NoTokens()
    async with ClientSession(timeout=PATIENCE, trust_env=True) as session:
        doctor = Doctor(options, session, tokens, lambda: datetime.now(UTC), url)
        async for finding in doctor.examine(built):
            yield finding


# Small checks ---------------------------------------------------------------------------
_HERE: Final = ("127.0.0.1", "localhost", "::1")
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_BUILD: Final = "build it again: whichops teams package --app-id ... --out whichops-teams.zip"
_METADATA: Final = "let this machine reach it (DNS, firewall, HTTPS_PROXY), or unset TEAMS_OPENID_METADATA_URL"
_LOOPBACK: Final = "for Teams itself unset TEAMS_SERVICE_HOSTS: Microsoft's hosts need no naming"
_PROXY: Final = "check that the proxy passes requests on unchanged: method, body, the Authorization header"
_ELSE: Final = "look the error up in Microsoft's list of Entra errors; if it is theirs, try again in a minute"
_AWAY: Final = "check this machine's way to Microsoft: DNS, firewall, HTTPS_PROXY"
_REGISTERED: Final = (
    "check TEAMS_APP_ID and TEAMS_TENANT_ID: no such app in that tenant (Azure: the bot's Configuration)"
)
_MENDS: Final = {
    "invalid_client": "make a new client secret (they expire) and set TEAMS_APP_PASSWORD to its Value, not its ID",
    "unauthorized_client": _REGISTERED,
    "invalid_request": _REGISTERED,
    "invalid_tenant": _REGISTERED,
    "ValueError": _REGISTERED,
    "unreachable": _AWAY,
    **dict.fromkeys(("ConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "SSLError", "OSError"), _AWAY),
    "ManagedIdentityError": "run it in Azure, with that managed identity assigned; elsewhere use SingleTenant",
}
_AT_DOOR: Final = {
    403: "the server runs with other settings, such as TEAMS_ALLOW_ANONYMOUS: set the same, restart it",
    404: f"Teams is not switched on there, or the proxy doesn't pass {app.PATH} on",
    405: f"the proxy doesn't pass {app.PATH} on, or not with POST",
    503: "the server can't reach Microsoft's keys, or is busy: look at its log and /ready",
}


def _reason(said: str) -> str:
    """Read why our door refused."""
    try:
        return text(table(json.loads(said)), "error")
    except (ValueError, RecursionError):
        return ""


def _only_loopback(hosts: tuple[str, ...]) -> bool:
    return bool(hosts) and all(_bare(each) in LOOPBACK for each in hosts)


def _bare(host: str) -> str:
    return re.sub(r":\d+$", "", host)


def _hosts(named: tuple[str, ...]) -> Iterator[Finding]:
    """Judge the hosts that were named besides Microsoft's: a token is sent there."""
    what = "service hosts"
    if not named:
        yield Finding("ok", what, "Microsoft's own, and no others")
    for host in named:
        if _bare(host) in LOOPBACK:
            yield Finding("warn", what, f"{host} is this machine", _LOOPBACK)
        elif not _HOST.fullmatch(host):
            yield Finding("bad", what, f"{host} is no host's name", "write names like smba.example.com, with commas")
        elif host.startswith("*.") and host.count(".") < 3:
            yield Finding(
                "warn", what, f"{host} is wide: the bot's token may be sent to all of it", "name the very host"
            )
        else:
            yield Finding("ok", what, f"Microsoft's own, and {host}")
