"""What goes into a turn and what comes back: plain values, no database.

Must never read a clock: every time here was carried by a message or handed in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, Self, TypeVar

from bot.chat import Message, Place, Reply


class State(Protocol):
    """What a conversation remembers: any frozen pydantic model that says whose it is."""

    @property
    def owner(self) -> str | None:
        """The author whose conversation this is, or None."""

    @property
    def lasting(self) -> bool:
        """Whether it is kept for long after the last touch: somebody made something they come back to."""

    def model_dump_json(self) -> str:
        """Write it as JSON."""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray) -> Self:
        """Read it back; ValueError if this version can't."""


S = TypeVar("S", bound=State)

ALARM = "alarm/"  # begins the id of a message that the clock sends
LEAVING = "leave/"  # begins the id of a last word to somebody who is forgotten


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question nobody could answer, for the curators. `reason` is a key of `language.refusals`."""

    text: str  # redacted again before it is kept
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """One person's helpful / not helpful on the answer given under `ref`; their last word counts."""

    ref: str
    answer: str
    helpful: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shadowed:
    """What would have been said to a message, had this channel not been for listening only."""

    channel: str
    text: str  # redacted again before it is kept
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Muting:
    """Somebody asked for quiet in a channel, or (`on` is False) for the opposite."""

    channel: str
    on: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Greeting:
    """Somebody doesn't want to be greeted unasked, or (`on`) may be again."""

    on: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Counting:
    """Somebody wants to count in the team view of a channel, with what `body` tells of them; "": no longer.

    Without a channel: wherever they are counted already.
    """

    channel: str
    body: str
    at: datetime


Record = Unanswered | Verdict | Shadowed | Muting | Greeting | Counting


@dataclass(frozen=True, slots=True)
class Alarm:
    """When the clock is to wake this conversation next; None: never again."""

    due: datetime | None


@dataclass(frozen=True, slots=True)
class Turn(Generic[S]):
    """What `decide` returns: the state to keep (None: keep nothing), what to say, what to note.

    An `alarm` takes the place of the one that is set; without one, that stays.
    """

    state: S | None
    replies: tuple[Reply, ...] = ()
    records: tuple[Record, ...] = ()
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn that is stored: its replies and, in the same order, their outbox ids.

    `repeated`: this message was taken before, nothing happened now; `Store.replies` has what was said then.
    """

    replies: tuple[Reply, ...] = ()
    ids: tuple[int, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply to be sent now. `tries` counts this one: above 1 it may have been sent before."""

    id: int
    place: Place
    asker: str  # who the reply answers: an "asker" reply goes to this person only
    message: str  # the id of the message it answers
    part: int
    reply: Reply
    tries: int

    @property
    def mark(self) -> str:
        """A stable mark of this one reply, to find it again on the platform; tells nothing about the person."""
        seed = f"{self.place.owner}|{self.place.key}|{self.message}|{self.part}"
        return hashlib.blake2b(seed.encode(errors="replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation whose alarm went off. `tries` counts this one: above 1 its message may be taken already."""

    place: Place
    owner: str
    due: datetime
    tries: int = 1

    @property
    def id(self) -> str:
        """The id of its message: the same however often, and by whomever, it is claimed."""
        return f"{ALARM}{self.place.key}/{millis(self.due)}"

    def message(self, now: datetime) -> Message:
        """Make the message that the clock sends."""
        return Message(self.id, self.place, self.owner, f"/remind due {self.due.isoformat()}", True, now)


@dataclass(frozen=True, slots=True)
class Health:
    """How the database is: `waiting` replies to send, those `parked` as undeliverable, states `shelved` unread."""

    waiting: int
    parked: int
    shelved: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A reply nobody could deliver: of whom, since when, after how many tries, and why. Not what it says."""

    id: int
    tenant: str
    since: datetime
    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One question that stayed unanswered, and how often."""

    text: str
    reason: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What would have been said, to what, and where."""

    tenant: str
    channel: str
    text: str
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """What people thought of one answer: thumbs up, thumbs down, and the reasons given, newest first."""

    answer: str
    up: int
    down: int
    reasons: tuple[str, ...]


def millis(at: datetime) -> int:
    """Write an aware time as milliseconds since 1970, UTC."""
    if at.tzinfo is None:
        raise ValueError("a time must be aware (UTC)")
    return round(at.timestamp() * 1000)


def moment(at: int) -> datetime:
    """Read milliseconds since 1970 as an aware time, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def who(tenant: str, author: str) -> str:
    """Name a person in tables that need no name: the same person in the same tenant has the same hash."""
    return hashlib.blake2b(f"{tenant}|{author}".encode(errors="replace"), digest_size=12).hexdigest()
