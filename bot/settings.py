"""What an admin can set, read once from the environment at start-up.

Every setting is listed here and in the README's table; a test compares the two.
Must never be read by the core: values are passed in.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SECRET = 16  # characters a secret has at least; Slack's signing secrets have 32
_UNSET = SecretStr("")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # Azure's


class Settings(BaseSettings):
    """The settings, checked. Names in the environment carry the prefix `WHICHOPS_`."""

    model_config = SettingsConfigDict(env_prefix="WHICHOPS_", extra="ignore", frozen=True)

    database_url: str = Field(
        default="sqlite:///whichops.db",
        description="Where conversations are kept: `sqlite:///file` or `postgresql://user@host/name`.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address the server binds. Anything but loopback also needs `WHICHOPS_WEB=off`.",
    )
    port: int = Field(default=3978, ge=0, le=65535, description="Port the server binds.")
    public_url: str = Field(
        default="",
        description="Teams: the `https://` address that leads here. With it, a roadmap's files come as links.",
    )
    web: Literal["on", "off"] = Field(
        default="on",
        description="The local web chat at `/`. It knows no accounts, so it is served on loopback only.",
    )
    content_dir: Path | None = Field(
        default=None,
        description="A folder of your own content, laid over the shipped one: it adds and overrides.",
    )
    ask_human: Annotated[str, StringConstraints(max_length=80)] = Field(
        default="",
        description="Whom to ask when the advisor doesn't know, as shown in chat: `#platform-help`.",
    )
    metrics: Literal["here", "anywhere"] = Field(
        default="here",
        description="Who may read `/metrics`: this machine, or whoever reaches the port (keep it off the internet).",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged. Message text is never logged."
    )

    # Slack: named as Slack and its tools name them.
    slack_bot_token: SecretStr = Field(
        default=_UNSET,
        validation_alias="SLACK_BOT_TOKEN",
        description="Slack, one workspace: the bot's token (`xoxb-...`). Switches Slack on.",
    )
    slack_signing_secret: SecretStr = Field(
        default=_UNSET,
        validation_alias="SLACK_SIGNING_SECRET",
        description="Slack over HTTP: proves that requests come from Slack. Two, with a comma, while you change it.",
    )
    slack_app_token: SecretStr = Field(
        default=_UNSET,
        validation_alias="SLACK_APP_TOKEN",
        description="Slack without a public URL (Socket Mode): the app's token (`xapp-...`).",
    )
    slack_client_id: str = Field(
        default="",
        validation_alias="SLACK_CLIENT_ID",
        description="Slack, several workspaces: with this and the next two the app can be installed by OAuth.",
    )
    slack_client_secret: SecretStr = Field(
        default=_UNSET, validation_alias="SLACK_CLIENT_SECRET", description="Belongs to the client id."
    )
    slack_encryption_key: SecretStr = Field(
        default=_UNSET,
        validation_alias="SLACK_ENCRYPTION_KEY",
        description="A Fernet key that seals the workspaces' tokens. Several, with commas: the newest first.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="Slack's Web API: another one for GovSlack (`https://slack-gov.com/api/`) or a test.",
    )

    # Microsoft Teams: named as Azure names them.
    teams_app_id: str = Field(
        default="",
        validation_alias="TEAMS_APP_ID",
        description="Teams: the bot's app id (Microsoft App ID). Switches Teams on.",
    )
    teams_app_password: SecretStr = Field(
        default=_UNSET,
        validation_alias="TEAMS_APP_PASSWORD",
        description="Teams: the app's client secret. A managed identity has none.",
    )
    teams_app_type: Literal["SingleTenant", "UserAssignedMSI"] = Field(
        default="SingleTenant",
        validation_alias="TEAMS_APP_TYPE",
        description="Teams: how the bot proves who it is: `SingleTenant` by its secret, `UserAssignedMSI` by Azure.",
    )
    teams_tenant_id: str = Field(
        default="", validation_alias="TEAMS_TENANT_ID", description="Teams: the tenant the app is registered in."
    )
    teams_allowed_tenants: str = Field(
        default="",
        validation_alias="TEAMS_ALLOWED_TENANTS",
        description="Teams: the tenants whose people are answered, with commas. Unset: only `TEAMS_TENANT_ID`.",
    )
    teams_openid_metadata_url: str = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        validation_alias="TEAMS_OPENID_METADATA_URL",
        description="Teams: who signs requests. Another one for a government cloud or a test.",
    )
    teams_service_hosts: str = Field(
        default="",
        validation_alias="TEAMS_SERVICE_HOSTS",
        description="Teams: hosts that replies may go to besides Microsoft's own, with commas. Loopback is for tests.",
    )
    teams_allow_anonymous: bool = Field(
        default=False,
        validation_alias="TEAMS_ALLOW_ANONYMOUS",
        description="Teams: `1` takes unsigned requests, for a client on this machine only, instead of `TEAMS_APP_ID`.",
    )

    @field_validator("teams_openid_metadata_url")
    @classmethod
    def _metadata(cls, url: str) -> str:
        return _https(url)

    @field_validator("public_url")
    @classmethod
    def _public(cls, url: str) -> str:
        return _https(url).rstrip("/") if url else ""

    @field_validator("slack_api_url")
    @classmethod
    def _api(cls, url: str) -> str:
        return _https(url).removesuffix("/") + "/"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return url

    @field_validator("content_dir")
    @classmethod
    def _folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"{str(folder)!r} is not a folder; create it or unset the variable")
        return folder

    @property
    def salt(self) -> str:
        """What nobody outside knows, the same after a restart and in every replica: for names in logs."""
        secrets = (self.slack_signing_secret, self.slack_bot_token, self.slack_client_secret, self.teams_app_password)
        return "|".join(each.get_secret_value() for each in secrets) + self.database_url

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in _LOOPBACK

    @property
    def slack(self) -> bool:
        """Whether Slack is switched on."""
        return bool(self.slack_bot_token.get_secret_value() or self.slack_client_id)

    @property
    def slack_signing_secrets(self) -> tuple[str, ...]:
        """The secrets a request from Slack may be signed with."""
        found = self.slack_signing_secret.get_secret_value().split(",")
        return tuple(each.strip() for each in found if each.strip())

    @property
    def teams(self) -> bool:
        """Whether Teams is switched on."""
        return bool(self.teams_app_id) or self.teams_allow_anonymous

    @property
    def teams_tenants(self) -> tuple[str, ...]:
        """The tenants whose people are answered."""
        return _listed(self.teams_allowed_tenants) or _listed(self.teams_tenant_id)

    @property
    def teams_hosts(self) -> tuple[str, ...]:
        """The hosts replies may be sent to besides Microsoft's own."""
        return _listed(self.teams_service_hosts)


def _https(url: str) -> str:
    """Take an address of the web: unencrypted only on this machine."""
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _LOOPBACK):
        raise ValueError("must be an https:// address")
    return url


def _listed(value: str) -> tuple[str, ...]:
    return tuple(each.strip().lower() for each in value.split(",") if each.strip())


def variable(name: str, field: FieldInfo) -> str:
    """Name the environment variable of a setting."""
    return str(field.validation_alias or f"WHICHOPS_{name.upper()}")


def load() -> Settings:
    """Read the environment.

    Raises ConfigError naming every variable that is wrong and how to mend it.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        names = {str(e["loc"][0]): e["msg"] for e in error.errors()}
        lines = [f"{name if name.isupper() else 'WHICHOPS_' + name.upper()}: {what}" for name, what in names.items()]
        raise ConfigError("\n".join(lines)) from None
    if settings.web == "on" and not settings.loopback:
        raise ConfigError(
            f"WHICHOPS_HOST is {settings.host}, but the web chat has no accounts and is for this machine only: "
            "set WHICHOPS_WEB=off, or WHICHOPS_HOST=127.0.0.1"
        )
    _check_slack(settings)
    check_teams(settings)
    return settings


def _check_slack(settings: Settings) -> None:
    """Refuse what is set by halves: each refusal names the variable and the fix."""
    bot, app = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    secrets = settings.slack_signing_secrets
    oauth = {
        "SLACK_CLIENT_ID": settings.slack_client_id,
        "SLACK_CLIENT_SECRET": settings.slack_client_secret.get_secret_value(),
        "SLACK_ENCRYPTION_KEY": settings.slack_encryption_key.get_secret_value(),
    }
    if not bot and not app and not secrets and not any(oauth.values()):
        return
    _check_shapes(bot, app, secrets)
    missing = [name for name, value in oauth.items() if not value]
    if bot and any(oauth.values()):
        raise ConfigError(
            f"SLACK_BOT_TOKEN is for one workspace, {_named(oauth)} for several: unset the one or the others"
        )
    if any(oauth.values()) and missing:
        raise ConfigError(f"{', '.join(missing)}: missing. For several workspaces all of {', '.join(oauth)} are needed")
    if not bot and not any(oauth.values()):
        raise ConfigError(
            "SLACK_BOT_TOKEN: missing, so Slack can't be answered. Copy the bot token (xoxb-...) from your app's "
            "page OAuth & Permissions, or unset the other SLACK_ variables"
        )
    if not secrets and not app:
        raise ConfigError(
            "SLACK_SIGNING_SECRET: missing, so no request could be trusted. Copy it from your app's page Basic "
            "Information; or, without a public URL, set SLACK_APP_TOKEN (xapp-...) for Socket Mode"
        )


def _check_shapes(bot: str, app: str, secrets: tuple[str, ...]) -> None:
    if bot and not bot.startswith("xoxb-"):
        raise ConfigError("SLACK_BOT_TOKEN: must be the bot token, which begins with xoxb-")
    if app and not app.startswith("xapp-"):
        raise ConfigError("SLACK_APP_TOKEN: must be the app-level token, which begins with xapp-")
    if any(len(secret) < _SECRET for secret in secrets):
        raise ConfigError("SLACK_SIGNING_SECRET: too short; copy it whole from your app's page Basic Information")


def check_teams(settings: Settings, *, needed: bool = False) -> None:
    """Refuse what is set by halves, and unsigned requests from anywhere but this machine; raises ConfigError.

    `needed`: Teams is to be served, so nothing set is too little.
    """
    password = settings.teams_app_password.get_secret_value()
    given = {
        "TEAMS_APP_ID": settings.teams_app_id,
        "TEAMS_APP_PASSWORD": password,
        "TEAMS_TENANT_ID": settings.teams_tenant_id,
        "TEAMS_ALLOWED_TENANTS": settings.teams_allowed_tenants,
    }
    if settings.teams_allow_anonymous:
        if any(given.values()):
            raise ConfigError(
                f"TEAMS_ALLOW_ANONYMOUS takes requests nobody signed, {_named(given)} signed ones: unset the one or "
                "the others"
            )
        if not settings.loopback:
            raise ConfigError(
                f"TEAMS_ALLOW_ANONYMOUS: takes requests nobody signed, and WHICHOPS_HOST is {settings.host}: unset "
                "it, or set WHICHOPS_HOST=127.0.0.1"
            )
        return
    if not any(given.values()) and not needed:
        return
    names = ["TEAMS_APP_ID", "TEAMS_TENANT_ID", *(["TEAMS_APP_PASSWORD"] if not _is_identity(settings) else [])]
    missing = [name for name in names if not given[name]]
    if missing:
        raise ConfigError(
            f"{', '.join(missing)}: missing. Teams as {settings.teams_app_type} needs {', '.join(names)}; copy them "
            "from the bot's page Configuration in Azure, or unset the other TEAMS_ variables"
        )
    if password and _is_identity(settings):
        raise ConfigError("TEAMS_APP_PASSWORD: a managed identity has none; unset it, or TEAMS_APP_TYPE")
    for name in ("TEAMS_APP_ID", "TEAMS_TENANT_ID", "TEAMS_ALLOWED_TENANTS"):
        if not all(_ID.fullmatch(each) for each in _listed(given[name])):
            raise ConfigError(f"{name}: must be an id like 00000000-0000-0000-0000-000000000000")


def _is_identity(settings: Settings) -> bool:
    return settings.teams_app_type == "UserAssignedMSI"


def _named(values: dict[str, str]) -> str:
    return ", ".join(name for name, value in values.items() if value)


def cache_folder() -> Path:
    """Name the folder for what can be made again: XDG's, as on any desktop or server."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path("~/.cache").expanduser()) / "whichops"
