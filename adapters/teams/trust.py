"""Who signed a request, and the token that signs ours: with `app` the only files that know Microsoft's SDKs.

The SDK's validation of tokens is used unpatched. The keys it validates with are fetched here, since its own fetching
blocks the loop and misses a rolled key; the token for sending is asked of Microsoft off the loop and kept here. Must
never log a token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientError, ClientSession
from botframework.connector.auth import (
    AuthenticationConstants,
    BotFrameworkAuthentication,
    ChannelValidation,
    ClaimsIdentity,
    GovernmentChannelValidation,
    GovernmentConstants,
    JwtTokenExtractor,
    SimpleCredentialProvider,
    VerifyOptions,
)
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError
from msal import ConfidentialClientApplication, ManagedIdentityClient, UserAssignedManagedIdentity
from msal.exceptions import MsalError
from requests import RequestException, Session

from adapters.teams.api import TeamsError
from adapters.wire import Json, RefusedError
from bot.settings import Settings

FETCH: Final = 5.0  # seconds that Microsoft gets for its keys or a token
COOLDOWN: Final = 60.0  # seconds between fetches that unknown keys cause: a forger must not make us ask and ask
STALE: Final = 24 * 3600.0  # seconds after which keys are fetched again anyway
PAUSE: Final = 2.0  # seconds between fetches that fail
_LEEWAY: Final = 300  # seconds a clock may be off
_MARGIN: Final = 300.0  # seconds before its end that a token is not used any more

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds: who issues requests' tokens, what ours are for, where they come from."""

    issuer: str
    audience: str
    login: str
    validate: Callable[..., Any]  # the SDK's check of issuer and audience


_PUBLIC: Final = Cloud(
    AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
    AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
    AuthenticationConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
    ChannelValidation.validate_identity,
)
_GOVERNMENT: Final = Cloud(
    GovernmentConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
    GovernmentConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
    GovernmentConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
    GovernmentChannelValidation.validate_identity,
)


def cloud_of(metadata_url: str) -> Cloud:
    """Tell the cloud by who signs requests there."""
    return _GOVERNMENT if (urlsplit(metadata_url).hostname or "").endswith(".azure.us") else _PUBLIC


# Who signed it ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Key:
    """A signing key as the SDK's validation wants it."""

    public_key: Any
    endorsements: Sequence[str]


class Keys:
    """Microsoft's signing keys, in the place of the SDK's own, which blocks the loop and misses a rolled key."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self._url = url
        self._session = session
        self._held: dict[str, Key] = {}
        self._fetched = self._unknown = self._failed = float("-inf")  # when: at all, for an unknown key, in vain
        self._fetching: asyncio.Task[None] | None = None
        self.problem = ""

    async def get(self, kid: str | None) -> Key:
        """Give a key; PermissionError where there is none of that name, RefusedError where nobody can tell."""
        now, kid = monotonic(), kid or ""
        stale = now - self._fetched > STALE
        if stale or (kid not in self._held and self._under_way()):
            await self._fetch()
        if kid not in self._held and not stale and now - self._unknown > COOLDOWN:
            await self._fetch()
            if not self.problem:
                self._unknown = now
        if kid in self._held:
            return self._held[kid]
        raise RefusedError(503, "keys") if self.problem else PermissionError("unknown key")

    def _under_way(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    async def _fetch(self) -> None:
        """Fetch the keys, once for all who wait; not at once again after it failed."""
        if not self._under_way():
            if monotonic() - self._failed < PAUSE:
                return
            self._fetching = asyncio.create_task(self._load())
        if self._fetching:
            await asyncio.shield(self._fetching)

    async def _load(self) -> None:
        try:
            async with asyncio.timeout(FETCH):
                metadata = await self._read(self._url)
                found = await self._read(str(metadata["jwks_uri"]))
            if not (held := dict(_keys(found))):
                raise LookupError("keys")
            self._held = held
        except (ClientError, OSError, TimeoutError, ValueError, LookupError, TypeError) as error:
            self._failed = monotonic()
            self.problem = "teams_keys"
            log.error("teams_keys_away", why=type(error).__name__, fix="let us reach TEAMS_OPENID_METADATA_URL")
        else:
            self._fetched = monotonic()
            self.problem = ""

    async def _read(self, url: str) -> Json:
        if urlsplit(url).scheme != urlsplit(self._url).scheme:  # https leads to https; http is for this machine
            raise ValueError("scheme")
        async with self._session.get(url, allow_redirects=False, raise_for_status=True) as response:
            found = await response.json(content_type=None)
        return dict(found)


def _keys(told: Json) -> Iterator[tuple[str, Key]]:
    """Read the keys that can be read: one odd key doesn't take the others away."""
    for each in told["keys"]:
        with suppress(InvalidKeyError, ValueError, LookupError, TypeError, AttributeError):
            yield each["kid"], Key(RSAAlgorithm.from_jwk(each), tuple(each.get("endorsements") or ()))


class Gate(BotFrameworkAuthentication):  # type: ignore[misc]  # the SDK has no types
    """Says whether a request comes from Teams and is for us. Without an app id everything passes: local clients."""

    def __init__(self, options: Settings, keys: Keys) -> None:
        self._app_id = options.teams_app_id.lower()
        self._cloud = cloud_of(options.teams_openid_metadata_url)
        self._ours = SimpleCredentialProvider(self._app_id, "")
        checks = VerifyOptions([self._cloud.issuer], None, _LEEWAY, False)
        self._tokens = JwtTokenExtractor(checks, options.teams_openid_metadata_url, ["RS256"])
        self._tokens.open_id_metadata = keys

    async def authenticate_request(self, activity: Any, auth_header: str) -> AuthenticateRequestResult:
        """Check a request's token; raises RefusedError."""
        result = AuthenticateRequestResult()
        result.connector_factory = self
        result.claims_identity = ClaimsIdentity({}, True, AuthenticationConstants.ANONYMOUS_AUTH_TYPE)
        if self._app_id:
            result.claims_identity = identity = await self._identity(auth_header, activity.channel_id)
            if identity.get_claim_value("exp") is None:
                raise RefusedError(401, "token")  # the SDK takes a token without an end
            if identity.get_claim_value(AuthenticationConstants.SERVICE_URL_CLAIM) != activity.service_url:
                raise RefusedError(403, "service-url")
        return result

    async def _identity(self, header: str, channel: str) -> ClaimsIdentity:
        try:
            identity = await self._tokens.get_identity_from_auth_header(header, channel)
            return await self._cloud.validate(identity, self._ours)
        except RefusedError:
            raise
        except Exception as error:  # noqa: BLE001  (the SDK raises plain ones: whatever is wrong with a token refuses it)
            log.debug("teams_token_refused", why=type(error).__name__)
            raise RefusedError(401, "token") from None

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Refuse: nothing streams here."""
        raise RefusedError(403, "streaming")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> Gate:
        """Stand in for the SDK's sending; ours is the outbox's."""
        return self

    async def create(self, service_url: str, audience: str | None) -> Gate:
        """Stand in for the SDK's client: a turn sends nothing."""
        return self

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """Give none: nobody signs in here."""


# The token for sending --------------------------------------------------------------------
class Entra:
    """Microsoft Entra's token for the app, or Azure's for a managed identity: one, by MSAL, off the loop."""

    def __init__(self, options: Settings, http: Any = None) -> None:
        """Take the settings; `http` is what MSAL asks with."""
        self._options = options
        self._cloud = cloud_of(options.teams_openid_metadata_url)
        self._http = http
        self._client: Any = None
        self._token, self._until = "", 0.0
        self._asking = asyncio.Lock()
        self.problem = ""

    async def take(self, *, refused: str = "") -> str:
        """Give the token; a new one where it ends soon or was refused."""
        async with self._asking:
            if self._token and self._token == refused:
                self._client, self._token = None, ""  # MSAL would give the same again
            if not self._token or monotonic() > self._until:
                self._keep(await asyncio.to_thread(self._ask))
            return self._token

    def _keep(self, told: Json) -> None:
        token = told.get("access_token")
        if not isinstance(token, str):
            why = str(told.get("error", "no-answer"))
            self.problem = "teams_token"
            log.error("teams_token_missing", why=why, fix="check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID")
            raise TeamsError(f"token-{why}", passes=True)
        self._token, self.problem = token, ""
        self._until = monotonic() + float(told.get("expires_in", 0)) - _MARGIN

    def _ask(self) -> Json:
        """Ask Microsoft (this blocks)."""
        options, resource = self._options, self._cloud.audience
        try:
            if options.teams_app_type == "UserAssignedMSI":
                identity = UserAssignedManagedIdentity(client_id=options.teams_app_id)
                self._client = self._client or ManagedIdentityClient(identity, http_client=self._http or _Session())
                return dict(self._client.acquire_token_for_client(resource=resource))
            self._client = self._client or ConfidentialClientApplication(
                options.teams_app_id,
                client_credential=options.teams_app_password.get_secret_value(),
                authority=self._cloud.login + options.teams_tenant_id,
                http_client=self._http or _Session(),
            )
            return dict(self._client.acquire_token_for_client(scopes=[f"{resource}/.default"]))
        except (MsalError, RequestException, OSError, ValueError) as error:  # some of MSAL's own are ValueErrors
            self._client = None
            return {"error": type(error).__name__}


class _Session(Session):
    def request(self, *args: Any, **kwargs: Any) -> Any:
        return super().request(*args, **{"timeout": FETCH} | kwargs)
