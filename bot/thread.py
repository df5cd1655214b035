"""A thread as values: what it remembers, one message on its way through it, and what that comes to.

Must never decide what is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bot import dialogue, interview
from bot.catalog.schema import AnswerId, Catalog
from bot.chat import Message, Reply
from bot.interview import Interview
from bot.matching.match import Context, Match
from bot.roadmap.road import Road
from bot.store import Record, Turn
from bot.telemetry import reference


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Answered(_Kept):
    """An answer given in this thread, so that it can be explained and judged later."""

    ref: str
    kind: str
    topics: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def id(self) -> AnswerId:
        """What was answered."""
        return AnswerId(self.kind, self.topics)


class Conversation(_Kept):
    """What a thread remembers. Holds no words anyone typed."""

    schema_version: int = 1
    kind: str = ""  # of the last answer: "and AIOps?" goes on from here
    topics: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()  # the last "did you mean", never shown twice
    answered: tuple[Answered, ...] = ()
    called: tuple[str, ...] = ()  # for what a person was called already
    interview: Interview | None = None

    @property
    def owner(self) -> str | None:
        """Whose roadmap this is: the person `forget me` finds it by."""
        return self.interview.owner if self.interview else None

    @property
    def lasting(self) -> bool:
        """Whether there is a finished roadmap: it is kept for long."""
        return self.interview is not None and self.interview.kept is not None

    @property
    def due(self) -> datetime | None:
        """When the clock is to wake this thread."""
        return self.interview.reminding.due if self.interview and self.interview.reminding else None

    @property
    def context(self) -> Context:
        """What the matcher goes on from."""
        return Context(self.kind, self.topics)

    def find(self, ref: str) -> Answered | None:
        """Find an answer that was given here; None when it is too far back."""
        return next((each for each in self.answered if each.ref == ref), None)

    def remember(self, context: Context) -> Conversation:
        """Keep what was last talked about."""
        return self.model_copy(update={"kind": context.kind, "topics": context.topics, "offered": ()})

    def having(self, interview: Interview | None) -> Conversation:
        """Keep the interview as it is now."""
        return self.model_copy(update={"interview": interview})


@dataclass(frozen=True, slots=True)
class Found:
    """What matching found in a message, and what to remember of it."""

    matches: tuple[Match, ...]
    context: Context


@dataclass(frozen=True, slots=True)
class Around:
    """What there is outside of the thread, as far as a message is about it: read before the turn."""

    channel: str = ""  # whose people a team view is about; "": none
    standing: str = ""  # what would be told there of the author; "": they have no roadmap
    people: tuple[str, ...] = ()  # what is told of those who count
    counted: bool = False  # the author does
    kept: str = ""  # what is kept of the author, where they ask to see it
    from_afar: bool = False  # the message was said elsewhere, and is about the roadmap of this thread


@dataclass(frozen=True, slots=True)
class Step:
    """One message on its way through the thread's state."""

    catalog: Catalog
    message: Message
    state: Conversation
    found: Found
    ask_human: str = ""
    guest: bool = False  # of another organisation: nothing of the team's onboarding is for them
    around: Around = Around()

    @property
    def ref(self) -> str:
        """The reference of the answer this message gets."""
        return reference(self.message)

    @property
    def mine(self) -> bool:
        """Whether the interview of this thread is the author's."""
        return self.state.interview is not None and self.state.interview.owner == self.message.author

    @property
    def road(self) -> Road | None:
        """The author's agreed plan, where it is this thread's."""
        held = self.state.interview
        return interview.road(self.catalog.roadmap, held) if held and self.mine else None

    @property
    def asking(self) -> bool:
        """Whether an interview question is waiting for this author."""
        return self.mine and dialogue.is_open(self.catalog, self.state.interview)


@dataclass(frozen=True, slots=True)
class Said:
    """What a message comes to: the state to keep, what to say, what to note."""

    state: Conversation
    replies: tuple[Reply, ...] = ()
    records: tuple[Record, ...] = ()
    own: bool = False  # about somebody's agreed roadmap: for them alone

    def turn(self) -> Turn[Conversation]:
        """Hand it to the store."""
        return Turn(self.state, self.replies, self.records)
