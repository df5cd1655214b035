"""A strict Bot Connector on loopback, with what belongs to it: the OpenID metadata and keys that requests are signed
with, and Entra's tokens. Requests carry real RS256 tokens, so the SDK's own validation runs.

It checks tokens, conversations, who is in them, sizes and what a message may hold (`rules`), slows senders down as
Teams does (7 a second and conversation), does by script what goes wrong in real life, and keeps everything posted.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.teams import rules

Json = dict[str, Any]
APP_ID = "0a1b2c3d-0000-4000-8000-00000000b07a"
PASSWORD = "fake~secret.of-the-app"
TENANT = "7e4a47aa-0000-4000-8000-000000000001"
BOT = f"28:{APP_ID}"
ISSUER = "https://api.botframework.com"
CHANNEL, GROUP, PERSONAL = "19:ops@thread.tacv2", "19:group@thread.v2", "a:personal-ana"
ANA, BEN = "29:ana", "29:ben"
PACE = 7  # posts a second and conversation


@cache
def key(name: str) -> RSAPrivateKey:
    """A signing key by its name; made once, since that takes a while."""
    del name
    return generate_private_key(public_exponent=65537, key_size=2048)


# What goes wrong by script ----------------------------------------------------------------
@dataclass(frozen=True)
class Fail:
    """An error with the Connector's envelope; `after` is its Retry-After, `done`: it took effect all the same."""

    status: int
    code: str = ""
    after: str = ""
    html: bool = False
    done: bool = False


@dataclass(frozen=True)
class Hang:
    """No answer for a while, then as usual."""

    seconds: float = 30.0


@dataclass(frozen=True)
class Empty:
    """It took effect, and the answer is an empty 200."""


Fault = Fail | Hang | Empty


@dataclass
class Conversation:
    """A place to talk. `kind` is personal, groupChat or channel."""

    id: str
    kind: str
    members: set[str] = field(default_factory=set)
    tenant: str = TENANT
    blocked: bool = False  # the bot was blocked or uninstalled


@dataclass
class Posted:
    """A message of the bot's, as it is now."""

    id: str
    conversation: str  # as it was sent to: with ";messageid=" in a thread
    activity: Json
    only: str = ""  # a targeted one: who sees it
    before: list[Json] = field(default_factory=list)  # what stood there
    gone: bool = False

    @property
    def text(self) -> str:
        """Its text."""
        return str(self.activity.get("text") or "")

    @property
    def cards(self) -> list[Json]:
        """Its Adaptive Cards."""
        return [
            each["content"] for each in self.activity.get("attachments") or [] if each["contentType"] == rules.ADAPTIVE
        ]


@dataclass
class Call:
    """One call of the Connector's REST."""

    verb: str
    path: str
    body: Json
    status: int = 0
    code: str = ""


class RefusedError(Exception):
    """What the Connector says no with."""

    def __init__(self, status: int, code: str, after: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.after = status, code, after


class Teams:
    """The fake. `async with Teams() as teams:`; `teams.settings` is what the environment would say."""

    def __init__(self) -> None:
        self.url = ""
        self.keys: dict[str, Json] = {}
        self.kid = "key-1"
        self.add_key(self.kid)
        self.bearers = {"sending-token"}
        self.signed = True  # False: as Microsoft's local client, to which no token is sent
        self.conversations = {
            CHANNEL: Conversation(CHANNEL, "channel", {ANA, BEN}),
            GROUP: Conversation(GROUP, "groupChat", {ANA, BEN}),
            PERSONAL: Conversation(PERSONAL, "personal", {ANA}),
        }
        self.people = {ANA, BEN}
        self.pace = PACE
        self.pictures = True  # whether inline pictures are taken
        self.faults: deque[Fault] = deque()
        self.posted: list[Posted] = []
        self.calls: list[Call] = []
        self.fetched: list[str] = []  # of metadata and keys
        self.token_requests: list[Json] = []
        self.tokens_last = 3600  # seconds
        self.keys_fault: Fault | None = None
        self.keys_told: bytes | None = None  # what is served in the place of the keys
        self.token_fault: Fault | None = None
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._next_id = 1_790_000_000_000
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        one = "/teams/v3/conversations/{conversation}/activities"
        app.add_routes(
            [
                web.get("/openid", self._metadata),
                web.get("/keys", self._keys),
                web.get("/{tenant}/v2.0/.well-known/openid-configuration", self._authority),
                web.get("/common/discovery/instance", self._instance),
                web.post("/{tenant}/oauth2/v2.0/token", self._token),
                web.get("/msi/token", self._token),
                web.post("/teams/v3/conversations", self._served(self._create)),
                web.post(one, self._served(self._post)),
                web.put(one + "/{activity}", self._served(self._put)),
                web.delete(one + "/{activity}", self._served(self._delete)),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner
        await self._runner.cleanup()

    @property
    def service_url(self) -> str:
        """The serviceUrl of its activities."""
        return f"{self.url}/teams/"

    @property
    def settings(self) -> dict[str, str]:
        """What the environment of a bot of this Teams says."""
        return {
            "TEAMS_APP_ID": APP_ID,
            "TEAMS_APP_PASSWORD": PASSWORD,
            "TEAMS_TENANT_ID": TENANT,
            "TEAMS_OPENID_METADATA_URL": f"{self.url}/openid",
            "TEAMS_SERVICE_HOSTS": "127.0.0.1",
        }

    @property
    def sent(self) -> list[Posted]:
        """What the bot posted and didn't take back."""
        return [each for each in self.posted if not each.gone]

    # Who signs ----------------------------------------------------------------------------
    def add_key(self, kid: str, endorsements: tuple[str, ...] = ("msteams", "webchat")) -> None:
        """Publish a key; earlier ones stay."""
        told: Json = RSAAlgorithm.to_jwk(key(kid).public_key(), as_dict=True)
        self.keys[kid] = told | {"kid": kid, "use": "sig", "endorsements": list(endorsements)}

    def roll(self, kid: str = "key-2") -> None:
        """Sign with a new key from now on; the old one is published no more."""
        self.keys.clear()
        self.add_key(kid)
        self.kid = kid

    def token(self, *, kid: str = "", signed_by: str = "", alg: str = "RS256", **claims: Any) -> str:
        """Sign a token as Teams does. A claim of None is left out; `signed_by` another key than `kid` forges it."""
        kid, now = kid or self.kid, int(time.time())
        whole = {"iss": ISSUER, "aud": APP_ID, "serviceurl": self.service_url, "nbf": now - 10, "exp": now + 3600}
        whole = {name: value for name, value in (whole | claims).items() if value is not None}
        secret = key(signed_by or kid) if alg.startswith("RS") else "x" * 64 if alg != "none" else None
        return jwt.encode(whole, secret, algorithm=alg, headers={"kid": kid})  # type: ignore[arg-type]  # None goes with "none"

    async def _metadata(self, request: web.Request) -> web.Response:
        self.fetched.append("metadata")
        if isinstance(self.keys_fault, Hang):
            await asyncio.sleep(self.keys_fault.seconds)
        elif isinstance(self.keys_fault, Fail):
            return web.Response(status=self.keys_fault.status)
        algorithms = ["RS256"]
        return web.json_response(
            {"issuer": ISSUER, "jwks_uri": f"{self.url}/keys", "id_token_signing_alg_values_supported": algorithms}
        )

    async def _keys(self, request: web.Request) -> web.Response:
        self.fetched.append("keys")
        if self.keys_told is not None:
            return web.Response(body=self.keys_told, content_type="application/json")
        return web.json_response({"keys": list(self.keys.values())})

    # Entra --------------------------------------------------------------------------------
    async def _authority(self, request: web.Request) -> web.Response:
        base = f"https://login.microsoftonline.com/{request.match_info['tenant']}"
        return web.json_response(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            }
        )

    async def _instance(self, request: web.Request) -> web.Response:
        return web.json_response({"tenant_discovery_endpoint": "", "metadata": []})

    async def _token(self, request: web.Request) -> web.Response:
        asked: Json = {**request.query, **await request.post()}
        self.token_requests.append(asked)
        if isinstance(self.token_fault, Hang):
            await asyncio.sleep(self.token_fault.seconds)
        elif isinstance(self.token_fault, Fail):
            told = {"error": self.token_fault.code, "error_description": f"AADSTS: {self.token_fault.code}"}
            return web.json_response(told, status=self.token_fault.status)
        token = f"sending-token-{len(self.token_requests)}"
        self.bearers.add(token)
        given: Json = {"token_type": "Bearer", "access_token": token, "expires_in": self.tokens_last}
        return web.json_response(given | {"resource": asked.get("resource", "")})

    # The Connector ------------------------------------------------------------------------
    def _served(self, serve: Callable[[web.Request, Call], Awaitable[Json]]) -> Callable[..., Awaitable[web.Response]]:
        async def served(request: web.Request) -> web.Response:
            raw = await request.read()
            call = Call(request.method, request.path_qs, json.loads(raw) if raw else {})
            self.calls.append(call)
            fault = self.faults.popleft() if self.faults else None
            try:
                self._check_bearer(request)
                if isinstance(fault, Hang):
                    await asyncio.sleep(fault.seconds)
                if isinstance(fault, Fail) and not fault.done:
                    raise RefusedError(fault.status, fault.code, fault.after)
                told = await serve(request, call)
                if isinstance(fault, Fail):
                    raise RefusedError(fault.status, fault.code, fault.after)
            except RefusedError as refused:
                call.status, call.code = refused.status, refused.code
                return _error(refused, html=isinstance(fault, Fail) and fault.html)
            call.status = 201 if request.method == "POST" else 200
            if isinstance(fault, Empty) or not told:
                return web.Response(status=202 if _split(call.body) else 200)
            return web.json_response(told, status=call.status)

        return served

    def _check_bearer(self, request: web.Request) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if (kind != "Bearer" or token not in self.bearers) if self.signed else kind:
            raise RefusedError(401, "Unauthorized")

    def _conversation(self, request: web.Request) -> Conversation:
        whole = request.match_info["conversation"]
        base, _, root = whole.partition(";messageid=")
        found = self.conversations.get(base)
        if found is None or (root and found.kind == "personal"):
            raise RefusedError(404, "ConversationNotFound")
        if found.blocked:
            raise RefusedError(403, "MessageWritesBlocked")
        return found

    def _slow_down(self, conversation: Conversation) -> None:
        recent, now = self._recent[conversation.id], time.monotonic()
        while recent and recent[0] < now - 1:
            recent.popleft()
        if self.pace and len(recent) >= self.pace:
            raise RefusedError(429, "TooManyRequests", "1")
        recent.append(now)

    def _check(self, activity: Json) -> None:
        kinds = {each.get("contentType") for each in activity.get("attachments") or []}
        if "image/png" in kinds and not self.pictures:
            raise RefusedError(400, "BadArgument")
        if refused := rules.refusal(activity):
            raise RefusedError(413 if refused == "MessageSizeTooBig" else 400, refused.replace(":", "", 1))

    def _own(self, request: web.Request, *, targeted: bool) -> Posted:
        wanted, where = request.match_info["activity"], request.match_info["conversation"]
        for each in self.sent:
            if each.id == wanted and _base(each.conversation) == _base(where):
                if targeted != bool(each.only):
                    raise RefusedError(400, "BadArgument targeted")
                return each
        raise RefusedError(404, "ActivityNotFoundInConversation")

    async def _create(self, request: web.Request, call: Call) -> Json:
        body = call.body
        members = [each.get("id") for each in body.get("members", [])]
        if body.get("isGroup") or len(members) != 1 or (body.get("bot") or {}).get("id") != BOT:
            raise RefusedError(400, "BadSyntax")
        if (body.get("channelData") or {}).get("tenant", {}).get("id") != TENANT or body.get("tenantId") != TENANT:
            raise RefusedError(400, "BadSyntax tenant")
        if members[0] not in self.people:
            raise RefusedError(404, "NotFound")
        for known in self.conversations.values():
            if known.kind == "personal" and known.members == {members[0]}:
                return {"id": known.id}
        made = Conversation(f"a:personal-{members[0].removeprefix('29:')}", "personal", {members[0]})
        self.conversations[made.id] = made
        return {"id": made.id}

    async def _post(self, request: web.Request, call: Call) -> Json:
        conversation, targeted = self._conversation(request), _targeted(request)
        self._slow_down(conversation)
        self._check(call.body)
        only = ""
        if targeted:
            only = (call.body.get("recipient") or {}).get("id", "")
            if conversation.kind == "personal" or only not in conversation.members:
                raise RefusedError(400, "BadArgument recipient")
        parts = _split(call.body) or [call.body]
        for part in parts:
            self._next_id += 1
            self.posted.append(Posted(str(self._next_id), request.match_info["conversation"], part, only))
        return {"id": str(self._next_id)} if len(parts) == 1 else {}

    async def _put(self, request: web.Request, call: Call) -> Json:
        self._conversation(request)
        if _targeted(request) and "recipient" in call.body:
            raise RefusedError(400, "BadArgument recipient")
        self._check(call.body)
        if _split(call.body):
            raise RefusedError(400, "BadSyntax Activity resulted into multiple skype activities")
        found = self._own(request, targeted=_targeted(request))
        found.before.append(found.activity)
        found.activity = call.body
        return {"id": found.id}

    async def _delete(self, request: web.Request, call: Call) -> Json:
        self._conversation(request)
        self._own(request, targeted=_targeted(request)).gone = True
        return {}


def _base(conversation: str) -> str:
    return conversation.partition(";messageid=")[0]


def _split(activity: Json) -> list[Json]:
    """Words and a card in one activity become two messages, and the Connector tells the id of neither."""
    attachments = activity.get("attachments") or []
    if not activity.get("text") or not attachments:
        return []
    rest = {name: value for name, value in activity.items() if name not in ("text", "attachments")}
    return [rest | {"text": activity["text"]}, *(rest | {"attachments": [each]} for each in attachments)]


def _targeted(request: web.Request) -> bool:
    return request.query.get("isTargetedActivity") == "true"


def _error(refused: RefusedError, *, html: bool) -> web.Response:
    headers = {"Retry-After": refused.after} if refused.after else {}
    if html:
        text = "<html><body><h1>502 Bad Gateway</h1></body></html>"
        return web.Response(status=refused.status, text=text, content_type="text/html", headers=headers)
    code, _, more = refused.code.partition(" ")
    told = {"error": {"code": code or "ServiceError", "message": more or "said no"}}
    return web.json_response(told, status=refused.status, headers=headers)
