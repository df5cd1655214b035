"""Where the app is installed: one sealed row a workspace or organisation, in the store's own database.

Why not slack_sdk's SQLAlchemy store: it keeps tokens in clear, adds a row for every installation, and would open the
same SQLite file a second time beside the store's one writer. This is its interface (`AsyncInstallationStore`, as Bolt's
OAuth flow calls it) over the store's own threads and transactions, so that a workspace and its data go together.
Must never log a token, nor hold one for longer than a request.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from logging import Logger, getLogger
from typing import Any, Final, Protocol

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot as SdkBot
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.api import LOCKED_OUT, Api, Bot, SlackError
from bot.errors import ConfigError

PLATFORM: Final = "slack"
BEGUN: Final = timedelta(minutes=10)  # for how long an installation that was begun may be finished

log = structlog.get_logger()

Clock = Callable[[], datetime]


def read_clock() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


class Keeps(Protocol):
    """What installations need of the store."""

    async def keep_installation(self, tenant: str, body: str, at: datetime) -> None:
        """Keep a sealed body; the newest of a tenant wins."""

    async def installation(self, tenant: str) -> str | None:
        """Read a sealed body."""

    async def drop_installation(self, tenant: str) -> bool:
        """Delete it."""

    async def issue_ticket(self, name: str, until: datetime) -> None:
        """Keep a ticket until then."""

    async def take_ticket(self, name: str, now: datetime) -> bool:
        """Take it, once."""

    async def forget_tenant(self, tenant: str) -> int:
        """Delete everything of a tenant."""


class Seal:
    """Seals what is kept. Several keys, comma-separated: the first seals, all open, so that keys can be changed."""

    def __init__(self, keys: str) -> None:
        """Take the keys; ConfigError when there is none, or one is not a key."""
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
        except ValueError:
            raise ConfigError(
                "SLACK_ENCRYPTION_KEY must be 32 random bytes in URL-safe base64 (to change it: new,old). "
                "Make one: openssl rand -base64 32 | tr '+/' '-_'"
            ) from None

    def close(self, words: str) -> str:
        """Seal a text."""
        return self._fernet.encrypt(words.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Open what was sealed; None when no key fits or it was changed."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


@dataclass(frozen=True, slots=True)
class Installed:
    """One installation: what is needed to speak in a workspace, and nobody's name."""

    tenant: str  # a place's tenant: the organisation where it is org-wide, else the team
    token: str
    bot: str  # its user id
    bot_id: str
    scopes: tuple[str, ...] = ()
    team: str = ""
    enterprise: str = ""
    app: str = ""
    url: str = ""  # of the workspace
    at: float = 0.0

    def __repr__(self) -> str:
        return f"Installed({self.tenant!r})"  # a token must not get into a log by way of an error


def tenant_of(enterprise: str | None, team: str | None, *, org_wide: bool) -> str:
    """Name the tenant of an installation, as `parse` names that of its payloads; "" if it can't be named."""
    return (enterprise or "") if org_wide else (team or "")


class Installs(AsyncInstallationStore):
    """Every workspace the app is installed in."""

    def __init__(self, store: Keeps, seal: Seal) -> None:
        self._store = store
        self._seal = seal

    @property
    def logger(self) -> Logger:
        """The log Bolt's interface asks for; nothing is written to it."""
        return getLogger(__name__)

    async def find(self, tenant: str) -> Installed | None:
        """Find a tenant's installation; None when there is none, or it can't be opened with our keys."""
        sealed = await self._store.installation(_owner(tenant)) if tenant else None
        if sealed is None:
            return None
        body = self._seal.open(sealed)
        found = _read(body) if body else None
        if found is None or found.tenant != tenant:  # a row that was moved to another tenant opens, but names its own
            log.error("installation_unreadable", fix="SLACK_ENCRYPTION_KEY lacks the key it was sealed with")
            return None
        return found

    async def keep(self, installed: Installed) -> None:
        """Keep an installation; the newest wins."""
        body = self._seal.close(json.dumps(asdict(installed)))
        await self._store.keep_installation(_owner(installed.tenant), body, datetime.fromtimestamp(installed.at, UTC))

    async def forget(self, tenant: str) -> int:
        """Delete an installation and everything that was kept for its people; say how many rows it was."""
        return await self._store.forget_tenant(_owner(tenant))

    # As Bolt calls it ---------------------------------------------------------------------
    async def async_save(self, installation: Installation) -> None:
        """Keep what an installation in the browser brought."""
        await self.async_save_bot(installation.to_bot())

    async def async_save_bot(self, bot: SdkBot) -> None:
        """Keep the bot's part, which is all we use."""
        tenant = tenant_of(bot.enterprise_id, bot.team_id, org_wide=bot.is_enterprise_install)
        await self.keep(
            Installed(
                tenant,
                bot.bot_token,
                bot.bot_user_id,
                bot.bot_id,
                tuple(bot.bot_scopes),
                bot.team_id or "",
                bot.enterprise_id or "",
                bot.app_id or "",
                str(bot.get_custom_value("url") or ""),
                bot.installed_at,
            )
        )

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> SdkBot | None:
        """Find what `async_save` kept."""
        found = await self.find(tenant_of(enterprise_id, team_id, org_wide=bool(is_enterprise_install)))
        if found is None:
            return None
        return SdkBot(
            app_id=found.app,
            enterprise_id=found.enterprise or None,
            team_id=found.team or None,
            bot_token=found.token,
            bot_id=found.bot_id,
            bot_user_id=found.bot,
            bot_scopes=found.scopes,
            is_enterprise_install=found.tenant == found.enterprise,
            installed_at=found.at,
        )

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Delete an installation alone, not what was kept for its people."""
        for tenant in (team_id, enterprise_id):
            if tenant and await self._store.drop_installation(_owner(tenant)):
                return

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Do nothing: a person's own token was taken back, and we hold none."""


class Tickets(AsyncOAuthStateStore):
    """The `state` of installations that were begun: good once, for ten minutes."""

    def __init__(self, store: Keeps, clock: Clock = read_clock) -> None:
        self._store = store
        self._clock = clock

    @property
    def logger(self) -> Logger:
        """The log Bolt's interface asks for; nothing is written to it."""
        return getLogger(__name__)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """Make a ticket."""
        name = secrets.token_urlsafe(32)
        await self._store.issue_ticket(name, self._clock() + BEGUN)
        return name

    async def async_consume(self, state: str) -> bool:
        """Take a ticket: True once, in time."""
        return await self._store.take_ticket(state, self._clock())


class ManyBots:
    """Who we are in each workspace that installed the app (`adapters.slack.api.Bots`)."""

    def __init__(self, installs: Installs, api: Api) -> None:
        self._installs = installs
        self._api = api

    async def find(self, tenant: str) -> Bot | None:
        """Find the bot of a tenant; None where the app isn't installed."""
        found = await self._installs.find(tenant)
        if found is None:
            return None
        return Bot(found.token, found.bot, found.bot_id, found.team, found.enterprise, found.url)

    async def gone(self, tenant: str, *, uninstalled: bool) -> None:
        """Forget a tenant and its data, if its token is dead indeed: "uninstalled" may come after a new installation.

        Raises SlackError when Slack doesn't say: then let it send the event again.
        """
        found = await self._installs.find(tenant)
        if found is not None and await self._lives(found.token):
            log.info("slack_removal_outlived")
            return
        log.info("slack_removed", uninstalled=uninstalled, rows=await self._installs.forget(tenant))

    async def _lives(self, token: str) -> bool:
        try:
            await self._api.call(token, "auth.test", {})
        except SlackError as error:
            if error.code in LOCKED_OUT:
                return False
            raise
        return True

    def problem(self) -> str:
        """Nothing stands in the way: workspaces come and go."""
        return ""


def _owner(tenant: str) -> str:
    return f"{PLATFORM}/{tenant}"


def _read(body: str) -> Installed | None:
    try:
        kept = json.loads(body)
        return Installed(**kept | {"scopes": tuple(kept.get("scopes", ()))})
    except (ValueError, TypeError, AttributeError):
        return None
