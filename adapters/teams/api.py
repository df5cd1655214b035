"""What we need of the Bot Connector, and where a conversation is reached. Knows no SDK: `app` brings it.

Must never show a token: not in a repr, not in an error, not in a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.wire import Json

Kind = Literal["personal", "groupChat", "channel"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a conversation is reached, as its latest activity said."""

    tenant: str
    conversation: str  # as received: a channel's keeps ";messageid=ROOT"
    service_url: str
    bot: str  # our own id there: "28:" and the app's
    kind: Kind


@dataclass(eq=False)
class TeamsError(Exception):
    """The Connector said no, or nothing."""

    code: str  # its own word, or "status-502", "timeout", "connection"
    status: int = 0  # of HTTP; 0: there was no answer
    wait: float | None = None  # the Retry-After it gave, in seconds
    passes: bool = False  # the same may work in a while
    gone: bool = False  # the conversation can't be reached any more: forget the reference

    def __str__(self) -> str:
        """Show the word and the status."""
        return f"{self.code} ({self.status})"


class Api(Protocol):
    """The Connector's REST. Every call raises TeamsError where it says no or can't be reached.

    With `asker` (their Connector user id) a message is targeted: only that person sees it. Groups and channels only.
    """

    async def send(self, to: Reference, activity: Json, *, asker: str = "") -> str:
        """Post an activity; its id ("" where the Connector gives none)."""

    async def update(self, to: Reference, activity_id: str, activity: Json, *, asker: str = "") -> None:
        """Put another activity in the place of one of ours."""

    async def delete(self, to: Reference, activity_id: str, *, asker: str = "") -> None:
        """Take one of ours away."""

    async def create(self, to: Reference, user: str) -> str:
        """Open the personal conversation with somebody of that tenant; its id."""
