"""Slack's wire: the one file (with `web`, `oauth` and `installs`) that knows Slack's SDKs.

One Bolt app for HTTP and Socket Mode alike. A payload is taken in a global middleware, which Bolt runs before it
answers: so the 200 follows the commit. Bolt's listeners are not used; they run after the answer, and a crash loses
what they were given. Must never log a body, nor let the environment set what the settings don't.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.bell import Bell
from adapters.pace import Gate
from adapters.sender import SEND, Sender
from adapters.slack.api import Bot, Bots, OneBot, SlackError
from adapters.slack.deliver import Delivery, Directs, Urls
from adapters.slack.door import NO_RETRY, Door, shaped
from adapters.slack.installs import Installs, ManyBots, Seal
from adapters.slack.needs import EVENTS_PATH
from adapters.slack.oauth import OAuth
from adapters.slack.talk import Links, Talk
from adapters.slack.web import QUIET, WebApi
from adapters.wire import Json, RefusedError
from bot import voice
from bot.advisor import Advisor
from bot.conversation import Conversation
from bot.errors import StoreError
from bot.settings import Settings
from bot.store import Store

PING: Final = 5.0  # seconds between pings of a websocket; Slack's end is gone after four unanswered
WATCH: Final = 1.0  # seconds between looks at the websocket
DEAD: Final = 30.0  # seconds without a connection until the client is made anew: some never come back (sdk #1110)

log = structlog.get_logger()

Hear = Callable[[Json], Awaitable[BoltResponse]]


# Bolt -------------------------------------------------------------------------------------
class _Hearing(AsyncMiddleware):
    """Where a payload is taken: in Bolt's chain, after it knows who we are there, before it answers."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Answer with what the talk says, after its commit. Nothing comes after us: what we don't know is 200 too."""
        who = req.context.authorize_result  # without a token: not installed there
        bot = Bot(
            (who and who.bot_token) or "",
            (who and who.bot_user_id) or "",
            (who and who.bot_id) or "",
            url=(who and who.url) or "",
        )
        return BoltResponse(status=200, body=await self._talk.hear(req.body, bot, datetime.now(UTC)) or "")


def build(talk: Talk, api: WebApi, bots: Bots) -> AsyncApp:
    """Make the Bolt app."""
    with _blind():
        app = AsyncApp(
            name="whichops",
            client=api.client,
            authorize=authorizing(bots),
            signing_secret="",
            request_verification_enabled=False,  # the door did it, with either of two secrets
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            logger=QUIET,
        )
    app.use(_Hearing(talk))
    app.error(_failed)
    return app


async def _failed(error: Exception) -> BoltResponse:
    """Have Slack send it again: nothing of it was kept."""
    if isinstance(error, StoreError | SlackError):
        log.warning("slack_turned_away", why=str(error))
    else:
        log.error("slack_failed", exc_info=error)
    return BoltResponse(status=503, body="")


def authorizing(bots: Bots) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Tell Bolt who we are in a workspace.

    Where we are nobody it is told that, and never None: on None Bolt would post to whatever response URL came in.
    """

    async def authorize(context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        tenant = enterprise_id if context.is_enterprise_install else team_id
        bot = await bots.find(tenant) if isinstance(tenant, str) else None
        if bot is None:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=bot.token,
            bot_user_id=bot.user,
            bot_id=bot.bot_id,
            url=bot.url,
        )

    return authorize


@contextmanager
def _blind() -> Iterator[None]:
    """Hide Slack's variables: Bolt would read secrets, tokens and a whole OAuth set-up from them by itself."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


# Both ways in -----------------------------------------------------------------------------
class Front:
    """The two ways in, which are one: every payload goes through the same Bolt app."""

    def __init__(self, app: AsyncApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def hear(self, payload: Json) -> BoltResponse:
        """Take one payload. The headers it came with are not signed, so nothing is told of them."""
        try:
            request = AsyncBoltRequest(body=payload, mode="socket_mode")
        except (AttributeError, LookupError, TypeError, ValueError):  # Bolt looks into it, and takes much for granted
            return BoltResponse(status=400, body={"error": "shape"})
        return await self._app.async_dispatch(request)

    async def serve(self, request: web.Request) -> web.Response:
        """Take one HTTP request."""
        try:
            payload = await self._door.read(request)
        except RefusedError as refused:
            log.warning("slack_request_refused", why=refused.why)
            return refused.response(NO_RETRY)
        answer = await self.hear(payload)
        if answer.status == 400:
            return RefusedError(400, "shape").response(NO_RETRY)
        kind = "application/json" if answer.body.startswith("{") else "text/plain"
        return web.Response(status=answer.status, text=answer.body, content_type=kind)


class Socket:
    """Socket Mode: keeps one websocket to Slack, and makes everything anew when it stays dead."""

    def __init__(self, token: str, client: AsyncWebClient, hear: Hear, gate: Gate) -> None:
        self._token = token
        self._web = client
        self._hear = hear
        self._gate = gate
        self._client: SocketModeClient | None = None
        self.connected = False

    async def run(self) -> None:
        """Connect and watch, until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                client = self._client = SocketModeClient(
                    app_token=self._token, web_client=self._web, logger=QUIET, ping_interval=PING
                )
                client.socket_mode_request_listeners.append(self._take)  # type: ignore[arg-type]
                connecting = asyncio.create_task(client.connect())  # type: ignore[no-untyped-call]
                alive = loop.time()
                while loop.time() - alive < DEAD:
                    # is_connected is no promise, but with the age of the last pong in it, it is close to one.
                    self.connected = await client.is_connected()
                    alive = loop.time() if self.connected else alive
                    await asyncio.sleep(0.05 if not self.connected else WATCH)
                log.warning("slack_socket_dead", seconds=DEAD)
                connecting.cancel()
                await self._close()
        finally:
            await self._close()

    async def _close(self) -> None:
        client, self._client, self.connected = self._client, None, False
        if client is not None:
            with suppress(ClientError, OSError):
                await client.close()  # type: ignore[no-untyped-call]

    async def _take(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        """Take an envelope. What is not acknowledged comes again; so does what came while too much was under way."""
        with self._gate.enter() as let_in:
            if not let_in:
                return
            try:
                answer = await self._hear(shaped(request.payload))
            except RefusedError:
                answer = BoltResponse(status=400)
        if answer.status == 503:
            return
        told = _body(answer)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, told))


def _body(answer: BoltResponse) -> Json | None:
    if answer.status != 200 or not answer.body:
        return None
    found = json.loads(answer.body) if answer.body.startswith("{") else {"text": answer.body}
    return found if isinstance(found, dict) else None


# Put together -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Slack:
    """Slack, served. Leave `running` to stop it."""

    front: Front
    sender: Sender
    socket: Socket | None
    bots: Bots
    more: Sequence[web.RouteDef] = ()

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts; with Socket Mode Slack needs no address of ours."""
        mine = [] if self.socket else [web.post(EVENTS_PATH, self.front.serve)]
        return [*mine, *self.more]

    def warnings(self) -> Sequence[str]:
        """Say what is wrong, for `/ready`."""
        found = [self.bots.problem()] if self.bots.problem() else []
        if self.socket and not self.socket.connected:
            found.append("slack_socket")
        return [*found, *(["slack_undelivered"] if self.sender.given_up else [])]


@asynccontextmanager
async def running(
    advisor: Advisor, store: Store[Conversation], options: Settings, gate: Gate | None = None
) -> AsyncIterator[Slack]:
    """Serve Slack until the block ends; then send what is under way, and let go. `gate`: that of the HTTP server."""
    async with ClientSession(timeout=ClientTimeout(total=SEND)) as session:
        api = WebApi(options.slack_api_url, session)
        bots, installing = _bots(advisor, store, options, api)
        urls, directs = Urls(), Directs(api)
        delivery = Delivery(bots, api, urls, directs, lambda: advisor.catalog, store.move)
        sender = Sender(store, "slack", delivery, Bell(advisor, store, "slack"))
        talk = Talk(Links(advisor, api, bots, urls, directs, sender.wake))
        front = Front(build(talk, api, bots), Door(options.slack_signing_secrets))
        app_token = options.slack_app_token.get_secret_value()
        socket = Socket(app_token, api.client, front.hear, gate or Gate()) if app_token else None
        sending = asyncio.create_task(sender.run())
        others = [asyncio.create_task(_introduce(bots)), *([asyncio.create_task(socket.run())] if socket else [])]
        try:
            yield Slack(front, sender, socket, bots, installing)
        finally:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await talk.aside.finish()
            sender.stop()
            await sending


def _bots(
    advisor: Advisor, store: Store[Conversation], options: Settings, api: WebApi
) -> tuple[Bots, Sequence[web.RouteDef]]:
    """Know who we are: by one token, or by what was installed in the browser."""
    if not options.slack_client_id:
        return OneBot(options.slack_bot_token.get_secret_value(), api, store.forget_tenant), ()
    installs = Installs(store, Seal(options.slack_encryption_key.get_secret_value()))
    oauth = OAuth(
        store,
        installs,
        options.slack_api_url,
        client_id=options.slack_client_id,
        client_secret=options.slack_client_secret.get_secret_value(),
        say=lambda key: voice.say(advisor.catalog, key),
    )
    return ManyBots(installs, api), oauth.routes()


async def _introduce(bots: Bots) -> None:
    """Ask who we are before the first message does."""
    if isinstance(bots, OneBot):
        with suppress(SlackError):
            await bots.ask()
