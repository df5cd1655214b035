"""What the app needs of Slack, and why: scopes, events, commands, shortcuts, Web API methods.

The one table behind `manifest.yaml`, the OAuth scopes, `whichops doctor slack` and the docs; tests compare each of
them, and the code, with it. A new event, method or command begins here. Must never import an SDK.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adapters.saying import ROADMAP, WHICHOPS
from adapters.slack import press


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission of the bot: what it is for, and what goes missing without it."""

    name: str
    why: str
    without: str = ""  # only for an optional one

    @property
    def optional(self) -> bool:
        """Whether everything else works without it."""
        return bool(self.without)


_UNREAD: Final = "no welcome, no hello when invited; it counts as shared until a message there is heard"
SCOPES: Final = (
    Scope("app_mentions:read", "hear @Whichops in channels"),
    Scope("chat:write", "answer, and settle a card that was answered"),
    Scope("commands", "/roadmap, /whichops and the two shortcuts"),
    Scope("im:history", "hear direct messages"),
    Scope("im:write", "open the direct conversation, where a channel can't be answered in"),
    Scope("channels:history", "hear replies without a mention in public channels", "every reply needs a mention"),
    Scope("groups:history", "the same in private channels", "every reply needs a mention"),
    Scope("channels:read", "notice who joins a public channel, and whether it is shared", _UNREAD),
    Scope("groups:read", "the same in private channels", _UNREAD),
    Scope(
        "files:write",
        "send a roadmap's picture and files, directly to its owner",
        "a roadmap's picture and files are written out as words",
    ),
    Scope(
        "users:read",
        "notice who joins the workspace; know the time zone of who wants to be reminded",
        "no welcome by direct message; reminders count in UTC unless a time zone is named",
    ),
)
REQUIRED: Final = tuple(scope.name for scope in SCOPES if not scope.optional)
OPTIONAL: Final = tuple(scope.name for scope in SCOPES if scope.optional)

# Each event with the scopes that let it arrive; any one of them is enough.
EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "team_join": ("users:read",),
    "tokens_revoked": (),
}

COMMANDS: Final = (ROADMAP, WHICHOPS)
ASK_ABOUT: Final = f"{press.ASK}_about"  # a callback_id of its own, as Slack tells shortcuts apart by it
SHORTCUTS: Final = {"global": press.ASK, "message": ASK_ABOUT}

# Each Web API method we call with the scopes it takes; any one of them is enough.
METHODS: Final[dict[str, tuple[str, ...]]] = {
    "apps.connections.open": (),  # Socket Mode, by the app's own token (connections:write)
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("im:history",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "oauth.v2.access": (),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
}

EVENTS_PATH: Final = "/slack/events"  # events, commands, interactivity
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
