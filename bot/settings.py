"""What an admin can set, read once from the environment at start-up.

Every setting is listed here and in the README's table; a test compares the two.
Must never be read by the core: values are passed in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged. Message text is never logged."
    )

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
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in _LOOPBACK


def load() -> Settings:
    """Read the environment.

    Raises ConfigError naming every variable that is wrong and how to mend it.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"WHICHOPS_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise ConfigError("\n".join(lines)) from None
    if settings.web == "on" and not settings.loopback:
        raise ConfigError(
            f"WHICHOPS_HOST is {settings.host}, but the web chat has no accounts and is for this machine only: "
            "set WHICHOPS_WEB=off, or WHICHOPS_HOST=127.0.0.1"
        )
    return settings
