"""A strict Slack on loopback: the Web API, response URLs, uploads and Socket Mode, as Slack behaves.

It checks tokens, membership, limits (`rules`), triggers (three seconds, once) and response URLs (five times,
thirty minutes), takes GET, form and JSON as Slack does, does by script what goes wrong in real life, and
keeps everything that was posted, in order.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import time
from typing import Any, Self

from aiohttp import web

from tests.slack import rules
from tests.slack.socketmode import APP, SocketMode

Json = dict[str, Any]
TOKEN, APP_TOKEN = "xoxb-fake-1", "xapp-fake-1"
CLIENT_ID, CLIENT_SECRET = "11.22", "fake-client-secret"
BOT, BOT_ID, TEAM = "U0BOT", "B0BOT", "T0TEAM"
FORM_ONLY = {
    "conversations.history",
    "conversations.replies",
    "conversations.info",
    "users.info",
    "files.getUploadURLExternal",
    "oauth.v2.access",
}
AS_JSON = {"blocks", "view", "metadata", "files", "attachments"}  # written as JSON inside a form


# What goes wrong by script ----------------------------------------------------------------
@dataclass(frozen=True)
class RateLimited:
    """429 with Retry-After."""

    after: int = 1


@dataclass(frozen=True)
class Broken:
    """An error of Slack's own; `done` when the call took effect all the same."""

    status: int = 500
    done: bool = False


@dataclass(frozen=True)
class Hang:
    """No answer for a while, then as usual; `done`: it is done at once, and only the answer is late."""

    seconds: float = 30.0
    done: bool = False


@dataclass(frozen=True)
class Refuse:
    """`ok: false` with any error."""

    error: str


Fault = RateLimited | Broken | Hang | Refuse


@dataclass
class Channel:
    """A place. `private` ones can't be found by those outside."""

    id: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    user: str = ""  # of a direct conversation
    shared: bool = False  # with another organisation


@dataclass
class Posted:
    """A message, as it is now."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    only: str = ""  # an ephemeral one: who sees it
    metadata: Json | None = None
    asked: Json = field(default_factory=dict)  # the call's other parameters
    edits: int = 0
    team: str = TEAM

    @property
    def by_bot(self) -> bool:
        """Whether the bot posted it."""
        return self.user.startswith("U0BOT")


@dataclass
class Call:
    """One call of the Web API. `style` is get, form or json."""

    method: str
    style: str
    params: Json
    answer: Json = field(default_factory=dict)


@dataclass
class Install:
    """A token's workspace and bot."""

    team: str = TEAM
    bot: str = BOT
    enterprise: str = ""


class RefusedError(Exception):
    """What Slack says no with."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(error)
        self.error, self.detail = error, detail


class Slack:
    """The fake. `async with Slack() as slack:`; `slack.url` is what SLACK_API_URL is set to."""

    def __init__(self) -> None:
        self.url = ""
        self.tokens = {TOKEN: Install()}
        self.scopes = "app_mentions:read,chat:write,commands,files:write,im:history,im:write,users:read"
        self.channels = {"C0OPS": Channel("C0OPS", {BOT, "U0ANA", "U0BEN"})}
        self.users: dict[str, Json] = {user: {} for user in ("U0ANA", "U0BEN", BOT)}
        self.posted: list[Posted] = []
        self.calls: list[Call] = []
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.codes: set[str] = set()
        self.socket_mode = SocketMode()
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._triggers: dict[str, float] = {}
        self._responses: dict[str, Json] = {}
        self._count = 0
        self._ahead = 0.0

    # Running ------------------------------------------------------------------------------
    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/api/{method:.+}", self._api)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/link", self.socket_mode.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = self._base + "/api/"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.socket_mode.close()
        await self._runner.cleanup()

    def script(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, in this order."""
        self._faults[method] += faults

    def wait(self, seconds: float) -> None:
        """Let time pass, for triggers and response URLs."""
        self._ahead += seconds

    def now(self) -> float:
        """Tell the time it is here."""
        return time() + self._ahead

    def ts(self) -> str:
        """Make the next timestamp."""
        self._count += 1
        return f"{int(self.now())}.{self._count:06d}"

    def trigger(self) -> str:
        """Hand out a trigger: three seconds, once."""
        found = f"{self._count}.{secrets.token_hex(8)}"
        self._triggers[found] = self.now()
        return found

    def response_url(self, channel: str, user: str, ts: str = "", thread: str = "") -> str:
        """Hand out a response URL: five times, thirty minutes."""
        key = secrets.token_hex(8)
        self._responses[key] = {
            "at": self.now(),
            "left": 5,
            "channel": channel,
            "user": user,
            "ts": ts,
            "thread": thread,
        }
        return f"{self._base}/respond/{key}"

    def said(self, user: str, channel: str, text: str, thread: str = "") -> Posted:
        """Let a person write something; the event is for the test to send."""
        message = Posted(channel, self.ts(), user, text, thread_ts=thread)
        self.posted.append(message)
        return message

    def direct(self, user: str, team: str = TEAM) -> str:
        """Find or open the bot's direct conversation with somebody."""
        channel = "D" + user[1:] + ("" if team == TEAM else team)
        self.channels.setdefault(channel, Channel(channel, {BOT, user}, True, user))
        return channel

    @property
    def sent(self) -> list[Posted]:
        """Everything the bot posted, in order."""
        return [message for message in self.posted if message.by_bot]

    def thread(self, channel: str, ts: str) -> list[Posted]:
        """Everything in a thread that all can see."""
        return [
            each
            for each in self.posted
            if each.channel == channel and ts in (each.ts, each.thread_ts) and not each.only
        ]

    def called(self, method: str) -> list[Call]:
        """Every call of one method."""
        return [call for call in self.calls if call.method == method]

    # The Web API --------------------------------------------------------------------------
    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        style, params = await _params(request, method)
        call = Call(method, style, {key: value for key, value in params.items() if key != "token"})
        self.calls.append(call)
        fault = self._faults[method].popleft() if self._faults[method] else None
        if isinstance(fault, RateLimited):
            call.answer = {"ok": False, "error": "ratelimited"}
            return web.json_response(call.answer, status=429, headers={"Retry-After": str(fault.after)})
        if isinstance(fault, Broken) and not fault.done:
            return web.Response(status=fault.status, text="<html>upstream error</html>", content_type="text/html")
        if isinstance(fault, Hang) and not fault.done:
            await asyncio.sleep(fault.seconds)
        call.answer = (
            {"ok": False, "error": fault.error}
            if isinstance(fault, Refuse)
            else await self._answer(request, call, params)
        )
        if isinstance(fault, Hang) and fault.done:
            await asyncio.sleep(fault.seconds)
        if isinstance(fault, Broken):
            return web.Response(status=fault.status, text="<html>upstream error</html>", content_type="text/html")
        headers = {"x-oauth-scopes": self.scopes} if method == "auth.test" else {}
        return web.json_response(call.answer, headers=headers)

    async def _answer(self, request: web.Request, call: Call, params: Json) -> Json:
        try:
            does = METHODS.get(call.method)
            if does is None:
                raise RefusedError("unknown_method")
            if call.method == "oauth.v2.access":
                return {"ok": True} | self._access(request, params)
            install = self._install(request, params, call.method)
            return {"ok": True} | await does(self, install, params)
        except RefusedError as refused:
            detail = {"response_metadata": {"messages": [f"[ERROR] {refused.detail}"]}} if refused.detail else {}
            return {"ok": False, "error": refused.error} | detail

    def _install(self, request: web.Request, params: Json, method: str) -> Install:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(params.get("token", ""))
        if not token:
            raise RefusedError("not_authed")
        if token == APP_TOKEN:
            if method != "apps.connections.open":
                raise RefusedError("not_allowed_token_type")
            return Install()
        if token not in self.tokens:
            raise RefusedError("invalid_auth")
        if method == "apps.connections.open":
            raise RefusedError("not_allowed_token_type")
        return self.tokens[token]

    def _channel(self, install: Install, params: Json) -> Channel:
        """Find a channel the bot can write to."""
        name = str(params.get("channel", ""))
        if name.startswith("U"):
            if name not in self.users:
                raise RefusedError("channel_not_found")
            name = self.direct(name, install.team)
        channel = self.channels.get(name)
        if channel is None or (channel.private and install.bot not in channel.members and not channel.user):
            raise RefusedError("channel_not_found")
        if channel.user and BOT not in channel.members:
            raise RefusedError("channel_not_found")
        if install.bot not in channel.members and not channel.user:
            raise RefusedError("not_in_channel")
        return channel

    def _checked(self, params: Json, most: int) -> tuple[str, list[Json]]:
        """Check a message's text and blocks."""
        text, blocks = params.get("text") or "", params.get("blocks") or []
        if not text and not blocks:
            raise RefusedError("no_text")
        if rules.units(str(text)) > most:
            raise RefusedError("msg_too_long")
        refused = rules.refusal(blocks)
        if refused:
            error, _, detail = refused.partition(": ")
            raise RefusedError(error, detail)
        metadata = params.get("metadata")
        if metadata is not None and not (
            isinstance(metadata, dict) and {"event_type", "event_payload"} <= set(metadata)
        ):
            raise RefusedError("invalid_metadata_format")
        # Slack gives every block an id, and says it back with each press.
        return str(text), [{"block_id": secrets.token_urlsafe(4)} | block for block in blocks]

    async def post_message(self, install: Install, params: Json) -> Json:
        channel = self._channel(install, params)
        text, blocks = self._checked(params, 40_000)
        thread = _ts(params.get("thread_ts"))
        message = Posted(channel.id, self.ts(), install.bot, text, blocks, thread, team=install.team)
        message.metadata, message.asked = params.get("metadata"), _rest(params)
        self.posted.append(message)
        return {"channel": channel.id, "ts": message.ts, "message": _shown(message)}

    async def post_ephemeral(self, install: Install, params: Json) -> Json:
        channel = self._channel(install, params)
        if params.get("user") not in channel.members:
            raise RefusedError("user_not_in_channel")
        text, blocks = self._checked(params, 40_000)
        thread = _ts(params.get("thread_ts"))
        message = Posted(channel.id, self.ts(), install.bot, text, blocks, thread, str(params["user"]))
        message.asked = _rest(params)
        self.posted.append(message)
        return {"message_ts": message.ts}

    async def update(self, install: Install, params: Json) -> Json:
        channel = self._channel(install, params)
        found = [
            each for each in self.posted if (each.channel, each.ts) == (channel.id, params.get("ts")) and not each.only
        ]
        if not found:
            raise RefusedError("message_not_found")
        if found[0].user != install.bot:
            raise RefusedError("cant_update_message")
        found[0].text, found[0].blocks = self._checked(params, 4_000)
        found[0].edits += 1
        return {"channel": channel.id, "ts": found[0].ts, "text": found[0].text, "message": _shown(found[0])}

    async def delete(self, install: Install, params: Json) -> Json:
        channel = self._channel(install, params)
        found = [each for each in self.posted if (each.channel, each.ts) == (channel.id, params.get("ts"))]
        if not found or found[0].only:
            raise RefusedError("message_not_found")
        if found[0].user != install.bot:
            raise RefusedError("cant_delete_message")
        self.posted.remove(found[0])
        return {"channel": channel.id, "ts": found[0].ts}

    async def auth_test(self, install: Install, params: Json) -> Json:
        return {
            "url": "https://acme.example/",
            "team": "Acme",
            "user": "whichops",
            "team_id": install.team,
            "user_id": install.bot,
            "bot_id": BOT_ID,
            "enterprise_id": install.enterprise or None,
            "is_enterprise_install": bool(install.enterprise),
        }

    async def open_direct(self, install: Install, params: Json) -> Json:
        users = [user for user in str(params.get("users", "")).split(",") if user]
        if not users:
            raise RefusedError("users_list_not_supplied")
        if any(user not in self.users for user in users):
            raise RefusedError("user_not_found")
        return {"channel": {"id": self.direct(users[0], install.team)}}

    async def channel_info(self, install: Install, params: Json) -> Json:
        channel = self.channels.get(str(params.get("channel", "")))
        if channel is None or (channel.private and install.bot not in channel.members):
            raise RefusedError("channel_not_found")
        told = {"id": channel.id, "is_member": install.bot in channel.members, "is_private": channel.private}
        return {"channel": told | {"is_ext_shared": channel.shared}}

    async def replies(self, install: Install, params: Json) -> Json:
        channel = self._channel(install, params)
        found = self.thread(channel.id, _ts(params.get("ts"), "invalid_arguments"))
        if not found:
            raise RefusedError("thread_not_found")
        told = [_shown(each) for each in found[: int(params.get("limit", 1000))]]
        if str(params.get("include_all_metadata", "")).lower() not in ("true", "1"):
            told = [{key: value for key, value in each.items() if key != "metadata"} for each in told]
        return {"messages": told, "has_more": False}

    async def history(self, install: Install, params: Json) -> Json:
        channel = self._channel(install, params)
        found = [each for each in self.posted if each.channel == channel.id and not each.thread_ts and not each.only]
        told = [_shown(each) for each in reversed(found)][: int(params.get("limit", 100))]  # the newest first
        if str(params.get("include_all_metadata", "")).lower() not in ("true", "1"):
            told = [{key: value for key, value in each.items() if key != "metadata"} for each in told]
        return {"messages": told, "has_more": False}

    async def user_info(self, install: Install, params: Json) -> Json:
        user = str(params.get("user", ""))
        if user not in self.users:
            raise RefusedError("user_not_found")
        base = {"id": user, "team_id": install.team, "is_bot": user == BOT, "is_restricted": False}
        return {"user": base | self.users[user]}

    async def open_view(self, install: Install, params: Json) -> Json:
        trigger = str(params.get("trigger_id", ""))
        at = self._triggers.get(trigger)
        if at is None:
            raise RefusedError("invalid_trigger_id")
        if at < 0:
            raise RefusedError("exchanged_trigger_id")
        if self.now() - at > 3:
            raise RefusedError("expired_trigger_id")
        view = _view(params.get("view"), install, "modal")
        self._triggers[trigger] = -1
        self.views[view["id"]] = view
        return {"view": view}

    async def publish_view(self, install: Install, params: Json) -> Json:
        if params.get("user_id") not in self.users:
            raise RefusedError("user_not_found")
        view = _view(params.get("view"), install, "home")
        self.homes[str(params["user_id"])] = view
        return {"view": view}

    async def update_view(self, install: Install, params: Json) -> Json:
        known = self.views.get(str(params.get("view_id", "")))
        if known is None:
            raise RefusedError("not_found")
        self.views[known["id"]] = _view(params.get("view"), install, "modal") | {"id": known["id"]}
        return {"view": self.views[known["id"]]}

    async def upload_url(self, install: Install, params: Json) -> Json:
        if not params.get("filename") or not str(params.get("length", "")).isdigit() or int(params["length"]) < 1:
            raise RefusedError("invalid_arguments")
        self._needs("files:write")
        if rules.units(str(params.get("alt_txt") or "")) > 1000:
            raise RefusedError("alt_txt_too_large")
        key = f"F{secrets.token_hex(4).upper()}"
        self.files[key] = {
            "id": key,
            "name": params["filename"],
            "length": int(params["length"]),
            "alt": params.get("alt_txt"),
        }
        return {"upload_url": f"{self._base}/upload/{key}", "file_id": key}

    def _needs(self, scope: str) -> None:
        if scope not in self.scopes.split(","):
            raise RefusedError("missing_scope")

    async def complete_upload(self, install: Install, params: Json) -> Json:
        files = params.get("files")
        if not isinstance(files, list) or not files:
            raise RefusedError("invalid_arguments")
        self._needs("files:write")
        if any("data" not in self.files.get(str(each.get("id")), {}) for each in files):
            raise RefusedError("file_not_found")
        if params.get("channel_id"):
            channel = self._channel(install, {"channel": params["channel_id"]})
            comment = str(params.get("initial_comment") or "")
            message = Posted(channel.id, self.ts(), install.bot, comment, thread_ts=_ts(params.get("thread_ts")))
            message.asked = {"files": [each["id"] for each in files]}
            self.posted.append(message)
        return {"files": [{"id": each["id"], "title": each.get("title", "")} for each in files]}

    async def open_connection(self, install: Install, params: Json) -> Json:
        return {"url": self._base.replace("http", "ws", 1) + f"/link?ticket={self.socket_mode.ticket()}"}

    def _access(self, request: web.Request, params: Json) -> Json:
        given = (str(params.get("client_id", "")), str(params.get("client_secret", "")))
        basic = request.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            id_, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
            given = (id_, secret)
        if given[0] != CLIENT_ID:
            raise RefusedError("invalid_client_id")
        if given[1] != CLIENT_SECRET:
            raise RefusedError("bad_client_secret")
        code = str(params.get("code", ""))
        if code not in self.codes:
            raise RefusedError("invalid_code")
        self.codes.remove(code)
        team = code if code.startswith("T") else TEAM
        token = f"xoxb-fake-{secrets.token_hex(6)}"
        self.tokens[token] = Install(team)
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": self.scopes,
            "bot_user_id": BOT,
            "app_id": APP,
            "team": {"id": team, "name": "Acme"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U0ANA"},
        }

    # Beside the API -----------------------------------------------------------------------
    async def _upload(self, request: web.Request) -> web.Response:
        known = self.files.get(request.match_info["id"])
        data = await request.read()
        if known is None or len(data) != known["length"] or "data" in known:  # an address is good for one upload
            return web.Response(status=400, text="upload failed")
        if request.headers.get("Authorization"):
            return web.Response(status=400, text="no token belongs here")
        known["data"] = data
        return web.Response(text=f"OK - {len(data)}")

    async def _respond(self, request: web.Request) -> web.Response:
        known = self._responses.get(request.match_info["id"])
        if known is None or self.now() - known["at"] > 30 * 60:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if known["left"] < 1:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        known["left"] -= 1
        body = await request.json()
        self.calls.append(Call("response_url", "json", body, {}))
        shown = [each for each in self.posted if (each.channel, each.ts) == (known["channel"], known["ts"])]
        if body.get("delete_original"):
            self.posted = [each for each in self.posted if each not in shown]
            return web.Response(text="ok")
        try:
            text, blocks = self._checked(body, 40_000)
        except RefusedError as refused:
            return web.Response(status=400, text=refused.error)
        if body.get("replace_original") and shown:
            shown[0].text, shown[0].blocks = text, blocks
            shown[0].edits += 1
            return web.Response(text="ok")
        only = "" if body.get("response_type") == "in_channel" else known["user"]
        thread = str(body.get("thread_ts") or known["thread"])
        self.posted.append(
            Posted(known["channel"], self.ts(), BOT, text, blocks, thread, only, asked={"response_url": True})
        )
        return web.Response(text="ok")


def _ts(value: object, error: str = "invalid_thread_ts") -> str:
    if value in (None, ""):
        return ""
    whole, dot, part = str(value).partition(".")
    if not (whole.isdigit() and dot and part.isdigit() and len(part) == 6):
        raise RefusedError(error)
    return str(value)


def _rest(params: Json) -> Json:
    return {
        key: value for key, value in params.items() if key not in ("token", "text", "blocks", "channel", "metadata")
    }


def _shown(message: Posted) -> Json:
    told: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": message.team}
    if message.blocks:
        told["blocks"] = message.blocks
    if message.thread_ts:
        told["thread_ts"] = message.thread_ts
    if message.by_bot:
        told |= {"bot_id": BOT_ID, "app_id": APP}
    return told | ({"metadata": message.metadata} if message.metadata else {})


def _view(view: object, install: Install, kind: str) -> Json:
    refused = rules.view_refusal(view)
    if not refused and isinstance(view, dict) and view["type"] != kind:
        refused = f"invalid_arguments: must be a {kind} view"
    if refused or not isinstance(view, dict):
        error, _, detail = refused.partition(": ")
        raise RefusedError(error, detail)
    base = {
        "id": f"V{secrets.token_hex(4).upper()}",
        "team_id": install.team,
        "private_metadata": "",
        "callback_id": "",
    }
    return base | view | {"app_installed_team_id": install.team, "bot_id": BOT_ID, "app_id": APP}


async def _params(request: web.Request, method: str) -> tuple[str, Json]:
    """Read parameters as Slack does: from the query, a form or (where it takes one) JSON."""
    params: Json = dict(request.query)
    if request.method == "GET":
        return "get", _decoded(params)
    if request.content_type == "application/json":
        body = {} if method in FORM_ONLY else await request.json()
        return "json", params | body
    return "form", _decoded(params | dict(await request.post()))


def _decoded(params: Json) -> Json:
    for key in AS_JSON & set(params):
        try:
            params[key] = json.loads(params[key])
        except (TypeError, ValueError):
            params[key] = "not JSON"
    return params


Does = Callable[[Slack, Install, Json], Awaitable[Json]]


async def _nothing(slack: Slack, install: Install, params: Json) -> Json:
    return {}


METHODS: dict[str, Does] = {
    "api.test": _nothing,
    "auth.test": Slack.auth_test,
    "chat.delete": Slack.delete,
    "chat.postMessage": Slack.post_message,
    "chat.postEphemeral": Slack.post_ephemeral,
    "chat.update": Slack.update,
    "conversations.open": Slack.open_direct,
    "conversations.info": Slack.channel_info,
    "conversations.history": Slack.history,
    "conversations.replies": Slack.replies,
    "users.info": Slack.user_info,
    "views.open": Slack.open_view,
    "views.publish": Slack.publish_view,
    "views.update": Slack.update_view,
    "files.getUploadURLExternal": Slack.upload_url,
    "files.completeUploadExternal": Slack.complete_upload,
    "apps.connections.open": Slack.open_connection,
    "oauth.v2.access": _nothing,
}
