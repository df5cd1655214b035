"""Installing in several workspaces, in the browser: /slack/install sends to Slack, /slack/oauth_redirect comes back.

Bolt's own OAuth flow does it (state in a cookie and in the database, both must agree, once, for ten minutes); this
gives it our stores and our pages. Only where the client id and secret are set. Must never show or log a code or token.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from html import escape
from importlib import resources
from string import Template
from typing import Any, Final
from urllib.parse import urljoin

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installs import Clock, Installs, Keeps, Tickets, read_clock
from adapters.slack.needs import INSTALL_PATH, OPTIONAL, REDIRECT_PATH, REQUIRED
from bot.errors import StoreError

BROWSER: Final = frozenset({"invalid_browser", "invalid_state"})  # another browser, too late, or a second time
PAGE_CSS: Final = "/slack/page.css"
_FOLDER = resources.files("adapters.slack")
_PAGE = Template(_FOLDER.joinpath("page.html").read_text(encoding="utf-8"))
_QUIET = logging.getLogger("adapters.slack.oauth.bolt")
_QUIET.disabled = True  # Bolt logs the code it could not use, the SDK (at debug) the token that came for one

log = structlog.get_logger()

Say = Callable[[str], str]


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, but for what it would keep."""

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Keep an installation that can be kept: a bot's token that doesn't expire."""
        if not installation.bot_token or installation.bot_refresh_token or installation.bot_token_expires_at:
            raise BoltError("no bot token, or token rotation is on")
        told = await self.client.auth_test(token=installation.bot_token)
        installation.set_custom_value("url", told.get("url", ""))
        await super().store_installation(request, installation)


class OAuth:
    """The way into several workspaces. `say` gives a sentence of the content by its key."""

    def __init__(
        self,
        store: Keeps,
        installs: Installs,
        api_url: str,
        *,
        client_id: str,
        client_secret: str,
        say: Say,
        clock: Clock = read_clock,
    ) -> None:
        self._say = say
        self.settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=[*REQUIRED, *OPTIONAL],
            user_scopes=[],
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            authorization_url=urljoin(api_url, "/oauth/v2/authorize"),
            callback_options=AsyncCallbackOptions(self._installed, self._refused),
            installation_store=installs,
            installation_store_bot_only=True,
            state_store=Tickets(store, clock),
            logger=_QUIET,
        )
        # Bolt fills this from SLACK_REDIRECT_URI by itself; what isn't in our settings must not count.
        self.settings.redirect_uri = self.settings.authorize_url_generator.redirect_uri = None
        client = AsyncWebClient(base_url=api_url, logger=_QUIET)  # not the app's: see _QUIET
        self._flow = _Flow(client=client, logger=_QUIET, settings=self.settings)

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts."""
        return [
            web.get(INSTALL_PATH, self._route(self._flow.handle_installation)),
            web.get(REDIRECT_PATH, self._route(self._flow.handle_callback)),
            web.get(PAGE_CSS, _css),
        ]

    def _route(
        self, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            # The team is a hint that Bolt would put into the address as it stands; Slack asks for it anyway.
            bare = request.clone(rel_url=request.rel_url.without_query_params("team"))
            try:
                answer = await to_aiohttp_response(await handle(await to_bolt_request(bare)))
            except StoreError:
                answer = await to_aiohttp_response(self._page(503, "slack-install-busy"))
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return serve

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        log.info("slack_installed", org_wide=args.installation.is_enterprise_install)
        return self._page(200, "slack-installed", args)

    async def _refused(self, args: AsyncFailureArgs) -> BoltResponse:
        reason = args.reason if args.reason.replace("_", "").isalnum() else "unknown"
        log.warning("slack_install_refused", reason=reason[:60])
        if args.reason in BROWSER:
            return self._page(args.suggested_status_code, "slack-install-again", args)
        if args.reason == "access_denied":
            return self._page(args.suggested_status_code, "slack-install-declined", args)
        return self._page(args.suggested_status_code, "slack-install-failed", args)

    def _page(self, status: int, key: str, args: AsyncSuccessArgs | AsyncFailureArgs | None = None) -> BoltResponse:
        again = "" if status == 200 and key == "slack-installed" else self._say("slack-install-link")
        words = {"title": self._say(f"{key}-title"), "text": self._say(key), "again": again, "path": INSTALL_PATH}
        page = _PAGE.substitute({name: escape(value) for name, value in words.items()})
        headers: dict[str, Any] = {"content-type": ["text/html; charset=utf-8"]}
        if args is not None:
            headers["set-cookie"] = [self.settings.state_utils.build_set_cookie_for_deletion()]
        return BoltResponse(status=status, body=page, headers=headers)


async def _css(request: web.Request) -> web.Response:
    text = _FOLDER.joinpath("page.css").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/css", headers={"Cache-Control": "max-age=3600"})
