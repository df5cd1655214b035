"""What Teams takes as an app's manifest, version 1.29: the part of Microsoft's schema that we use, as a model.

Keys it doesn't know, texts and lists too long, and parts that don't fit together are refused here, offline, rather than
by the upload. Must never know what our own manifest says.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

_URL: Final = r"^https://developer\.microsoft\.com/json-schemas/teams/v1\.29/MicrosoftTeams\.schema\.json$"
GUID: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
RELEASE: Final = r"^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$"
HOST: Final = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$"

Guid = Annotated[str, StringConstraints(pattern=GUID)]
Host = Annotated[str, StringConstraints(pattern=HOST, max_length=253)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/\S*)?$", max_length=2048)]
Icon = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+\.png$", max_length=2048)]  # beside the manifest
Text32 = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Text80 = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Text128 = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Text4000 = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Scope = Literal["personal", "team", "groupChat"]
Trigger = Literal["mention", "slash"]


class _Part(BaseModel):
    """A part of the manifest. What the schema doesn't know is refused."""

    # By alias only: a manifest is read, never made of Python's names.
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, strict=True, frozen=True)  # type: ignore[pydantic-alias]


class Developer(_Part):
    """Who makes the app, and the pages its details link to."""

    name: Text32
    website_url: Link
    privacy_url: Link
    terms_of_use_url: Link


class Name(_Part):
    """What the app is called."""

    short: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    full: Annotated[str, StringConstraints(max_length=100)] = ""


class Description(_Part):
    """What the app is for."""

    short: Text80
    full: Text4000


class Icons(_Part):
    """The icons' files."""

    color: Icon
    outline: Icon


class Command(_Part):
    """A command that is offered; a prompt is what Teams writes when it is chosen."""

    title: Text128
    description: Text4000
    type: Literal["basic", "prompt"] = "basic"
    prompt: Text4000 | None = None

    @model_validator(mode="after")
    def _prompts(self) -> Self:
        if (self.type == "prompt") != bool(self.prompt):
            raise ValueError("a command of type `prompt` has a prompt, any other has none")
        return self


class CommandList(_Part):
    """Commands, and where and at what sign they are offered."""

    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4)]
    triggers: Annotated[list[Trigger], Field(min_length=1, max_length=2)] = ["mention"]
    commands: Annotated[list[Command], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        titles = [each.title.lower() for each in self.commands]
        if len(set(titles)) < len(titles):
            raise ValueError("a title is there twice")
        if "slash" in self.triggers and "personal" in self.scopes:
            raise ValueError("slash commands are for teams and group chats: a personal chat has nobody to hide from")
        return self


class Bot(_Part):
    """The bot behind the app."""

    bot_id: Guid
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4)]
    supports_targeted_messages: bool = False
    supports_files: bool = False
    is_notification_only: bool = False
    command_lists: Annotated[list[CommandList], Field(max_length=3)] = []

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for each in self.command_lists:
            if not set(each.scopes) <= set(self.scopes):
                raise ValueError("commands are listed for a scope the bot is not in")
            if "slash" in each.triggers and not self.supports_targeted_messages:
                raise ValueError("slash commands need supportsTargetedMessages")
        return self


class GroupCapability(_Part):
    """What is opened where the app was added."""

    team: Literal["bot"]
    groupchat: Literal["bot"]


class WebApplication(_Part):
    """The app's registration at Microsoft Entra."""

    id: Guid
    resource: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Permission(_Part):
    """What whoever adds the app to a team or chat consents to."""

    name: Text128
    type: Literal["Application", "Delegated"]


class Permissions(_Part):
    """The permissions that are asked for."""

    resource_specific: Annotated[list[Permission], Field(min_length=1, max_length=16)]


class Authorization(_Part):
    """What the app may read."""

    permissions: Permissions


class Manifest(_Part):
    """The whole manifest."""

    schema_: Annotated[str, StringConstraints(pattern=_URL), Field(alias="$schema")]
    manifest_version: Literal["1.29"]
    version: Annotated[str, StringConstraints(pattern=RELEASE, max_length=256)]
    id: Guid
    developer: Developer
    name: Name
    description: Description
    icons: Icons
    accent_color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
    bots: Annotated[list[Bot], Field(min_length=1, max_length=1)]
    default_install_scope: Scope | None = None
    default_group_capability: GroupCapability | None = None
    valid_domains: Annotated[list[Host], Field(max_length=16)] = []
    web_application_info: WebApplication | None = None
    authorization: Authorization | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.authorization and not self.web_application_info:
            raise ValueError("permissions need webApplicationInfo")
        if self.default_install_scope and self.default_install_scope not in self.bots[0].scopes:
            raise ValueError("the app is installed first where its bot is not")
        return self
