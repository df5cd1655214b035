"""Teams' wire: the one file that knows Microsoft's SDKs (botbuilder, its token validation, MSAL).

The SDK is archived and its shipped adapter answers bad tokens and every invoke with 500. So of it we use what is
sound: the turn of `CloudAdapterBase` and the validation of tokens, unpatched. The keys it validates with are fetched
here, the token for sending is kept here, and replies leave by `connector`. The way out is `Adapter.hear` (a header
and an activity in, a status and a body out) and `Api`. Must never log a body or a token. A little over 400 lines,
since nothing else may know these SDKs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.schema import Activity, ActivityTypes
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

from adapters.sender import SEND, Sender
from adapters.teams.api import TeamsError
from adapters.teams.connector import Connector, NoTokens, Tokens
from adapters.teams.deliver import Delivery
from adapters.teams.door import Door, Hosts, RefusedError
from adapters.teams.reach import Reach
from adapters.teams.talk import Answered, Talk
from adapters.wire import Json
from bot.advisor import Advisor
from bot.conversation import Conversation
from bot.errors import StoreError
from bot.settings import Settings, check_teams
from bot.store import Store

PATH: Final = "/api/messages"
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

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
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


# The turn ---------------------------------------------------------------------------------
class Hears(Protocol):
    """Where a turn is taken: `Talk`."""

    async def hear(self, activity: Json, now: datetime) -> Answered:
        """Take one activity."""


class Adapter(CloudAdapterBase):  # type: ignore[misc]  # the SDK has no types
    """Our adapter: the SDK's turn around an activity that stays as it came (the SDK's models lose parts of it)."""

    def __init__(self, gate: Gate, door: Door, talk: Hears) -> None:
        super().__init__(gate)
        self.on_turn_error = _failed
        self._door = door
        self._talk = talk

    async def hear(self, header: str, activity: Json) -> Answered:
        """Take an activity: who sent it, whose it is, the turn, and what an invoke is answered. Raises RefusedError."""
        kind, name = activity["type"], activity.get("name")
        seen = Activity(type=kind, name=name, channel_id=activity["channelId"], service_url=activity["serviceUrl"])
        known = await self.bot_framework_authentication.authenticate_request(seen, header)
        self._door.check(activity)
        answered = await self.process_activity(known, seen, partial(self._turn, activity))
        return answered or Answered(200, None)

    async def _turn(self, activity: Json, context: TurnContext) -> None:
        answered = await self._talk.hear(activity, datetime.now(UTC))
        # As `send_activity` of an invokeResponse would, without a deep copy of the card.
        context.turn_state[self._INVOKE_RESPONSE_KEY] = Activity(type=ActivityTypes.invoke_response, value=answered)


async def _failed(context: TurnContext, error: Exception) -> None:
    """Have Teams send it again, or the person: nothing of it was kept."""
    if isinstance(error, StoreError | TeamsError):
        log.warning("teams_turned_away", why=str(error))
    else:
        log.error("teams_failed", exc_info=error)
    raise RefusedError(503, "busy") from None


class Front:
    """The way in."""

    def __init__(self, adapter: Adapter, door: Door) -> None:
        self._adapter = adapter
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts."""
        return [web.post(PATH, self.serve)]

    async def serve(self, request: web.Request) -> web.Response:
        """Take one HTTP request."""
        try:
            activity = await self._door.read(request)
            answered = await self._adapter.hear(request.headers.get("Authorization", ""), activity)
        except RefusedError as refused:
            log.warning("teams_request_refused", why=refused.why)
            return refused.response()
        if answered.body is None:
            return web.Response(status=answered.status)
        return web.json_response(answered.body, status=answered.status)


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


# Put together -----------------------------------------------------------------------------
def door(options: Settings) -> Door:
    """Make the door the settings ask for."""
    return Door(Hosts(options.teams_hosts, signed=not options.teams_allow_anonymous), options.teams_tenants)


def build(options: Settings, keys: Keys, door: Door, talk: Hears) -> Front:
    """Put the way in together: door, gate, turn."""
    return Front(Adapter(Gate(options, keys), door, talk), door)


@dataclass(frozen=True, slots=True)
class Teams:
    """Teams, served. Leave `running` to stop it."""

    front: Front
    sender: Sender
    keys: Keys
    tokens: Tokens

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts."""
        return self.front.routes()

    def warnings(self) -> Sequence[str]:
        """Say what is wrong, for `/ready`."""
        found = [self.keys.problem, self.tokens.problem, "teams_undelivered" if self.sender.given_up else ""]
        return [each for each in found if each]


@asynccontextmanager
async def running(
    advisor: Advisor, store: Store[Conversation], options: Settings, tokens: Tokens | None = None
) -> AsyncIterator[Teams]:
    """Serve Teams until the block ends; then send what is under way, and let go. `tokens`: other than Microsoft's."""
    check_teams(options, needed=True)  # whoever made the settings: unsigned requests are for this machine only
    if options.teams_allow_anonymous:
        log.warning("teams_anonymous", fix="unset TEAMS_ALLOW_ANONYMOUS: requests are taken that nobody signed")
    tokens, ours = tokens or (Entra(options) if options.teams_app_id else NoTokens()), door(options)
    proxied = bool(getproxies())  # only then: aiohttp also reads ~/.netrc for each call, and trips over what is there
    async with ClientSession(timeout=ClientTimeout(total=SEND), trust_env=proxied) as session:
        reach = Reach(store)
        sender = Sender(
            store, "teams", Delivery(Connector(session, tokens, ours.hosts), reach, lambda: advisor.catalog)
        )
        talk = Talk(advisor, reach, sender.wake)
        keys = Keys(options.teams_openid_metadata_url, session)
        front = build(options, keys, ours, talk)
        sending = asyncio.create_task(sender.run())
        try:
            yield Teams(front, sender, keys, tokens)
        finally:
            sender.stop()
            await sending
