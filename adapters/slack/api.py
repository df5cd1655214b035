"""What we need of Slack's Web API, and who we are in each workspace. Knows no SDK: `app` brings it.

Must never show a token: not in a repr, not in an error, not in a log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from adapters.wire import Json, text

# What passes by itself. Everything else that Slack says no with is meant.
PASSING: Final = {
    "connection",
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "timeout",
}
# The token is no good any more: nothing works until somebody installs the app again.
LOCKED_OUT: Final = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}

log = structlog.get_logger()


class SlackError(Exception):
    """Slack said no, or nothing. `wait` is the Retry-After it gave, in seconds."""

    def __init__(self, code: str, wait: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait

    @property
    def passes(self) -> bool:
        """Whether the same may work in a while."""
        return self.code in PASSING


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot in one workspace (or organisation)."""

    token: str = field(repr=False)
    user: str  # its own user id
    bot_id: str = ""
    team: str = ""
    enterprise: str = ""
    url: str = ""  # of the workspace, to link to threads


class Api(Protocol):
    """Slack's Web API. Every call raises SlackError where Slack says no or can't be reached; nothing is tried again."""

    async def call(self, token: str, method: str, body: Json) -> Json:
        """Call a method."""

    async def respond(self, url: str, body: Json) -> None:
        """Answer by the response URL of a command or a press."""

    async def upload(self, url: str, body: bytes) -> None:
        """Send a file's bytes to the address Slack gave for it."""


class Bots(Protocol):
    """Knows who we are where."""

    async def find(self, tenant: str) -> Bot | None:
        """Find the bot of a tenant; None where the app isn't installed. Raises SlackError when Slack can't be asked."""

    async def gone(self, tenant: str, *, uninstalled: bool) -> None:
        """Forget a tenant: it removed the app, or took the token back."""

    def problem(self) -> str:
        """Say in a word why nothing can be answered; "" if it can."""


class OneBot:
    """The bot of a single workspace, by its token. Asks Slack once who it is."""

    def __init__(self, token: str, api: Api, forget: Callable[[str], Awaitable[int]]) -> None:
        """Take the token, and how to forget everything of a tenant (a place's `owner`)."""
        self._token = token
        self._api = api
        self._forget = forget
        self._bot: Bot | None = None
        self._asking = asyncio.Lock()
        self._problem = "slack_unknown"

    async def find(self, tenant: str) -> Bot | None:
        """Find the bot of a tenant: ours, or none."""
        bot = self._bot or await self.ask()
        return bot if tenant in (bot.team, bot.enterprise) else None

    async def ask(self) -> Bot:
        """Ask Slack who we are."""
        async with self._asking:
            if self._bot is None:
                try:
                    told = await self._api.call(self._token, "auth.test", {})
                except SlackError as error:
                    if error.code in LOCKED_OUT:
                        self._problem = "slack_token"
                        fix = "copy SLACK_BOT_TOKEN from the app's page again"
                        log.error("slack_token_refused", why=error.code, fix=fix)
                    raise
                self._bot = Bot(
                    self._token,
                    text(told, "user_id"),
                    text(told, "bot_id"),
                    text(told, "team_id"),
                    text(told, "enterprise_id"),
                    text(told, "url"),
                )
                self._problem = ""
                log.info("slack_ready")
            return self._bot

    async def gone(self, tenant: str, *, uninstalled: bool) -> None:
        """Forget the workspace and its data, if the token is dead indeed: the news may come after a reinstallation."""
        if self._bot and tenant not in (self._bot.team, self._bot.enterprise):
            return
        known, self._bot = self._bot, None
        try:
            await self.ask()
        except SlackError as error:
            if error.code not in LOCKED_OUT:
                self._bot = known
                raise
            log.error("slack_removed", uninstalled=uninstalled, rows=await self._forget(f"slack/{tenant}"))

    def problem(self) -> str:
        """Say why nothing can be answered."""
        return self._problem


def link(bot: Bot, channel: str, ts: str) -> str:
    """Link to a message; "" where the workspace's address isn't known."""
    if not bot.url.startswith("https://"):
        return ""
    return f"{bot.url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def error_of(told: Any) -> str:
    """Take the error of an answer of Slack's."""
    return text(told, "error") if isinstance(told, dict) else ""
