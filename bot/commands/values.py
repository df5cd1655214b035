"""What can be asked for, as values.

Must never decide anything: a command only names what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal


# Moves of the interview -----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Give:
    """`/answer goal ship-faster`: answer by option ids. No values = not sure; `near`: roughly what was said."""

    question: str
    values: tuple[str, ...]
    near: bool = False


@dataclass(frozen=True, slots=True)
class Back:
    """`/back`: reopen the question before."""


@dataclass(frozen=True, slots=True)
class Change:
    """`/change goal`: reopen one question, and with values answer it anew; the other answers stay."""

    question: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """`/skip`: not sure; scores nothing."""


@dataclass(frozen=True, slots=True)
class WhyAsk:
    """`/why`: why this question is asked."""


@dataclass(frozen=True, slots=True)
class Pause:
    """`/pause`: keep everything, ask nothing until resumed."""


@dataclass(frozen=True, slots=True)
class Resume:
    """`/resume`: go on where it stopped."""


@dataclass(frozen=True, slots=True)
class Restart:
    """`/restart`: forget the answers and begin again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """`/stop`: end the interview and forget its answers."""


@dataclass(frozen=True, slots=True)
class Finish:
    """`/plan`: the answers are right, make the plan."""


@dataclass(frozen=True, slots=True)
class Relearn:
    """`/relearn f-git`: put a module that counts as known back into the plan, or out again."""

    module: str


@dataclass(frozen=True, slots=True)
class StartOn:
    """`/start 2026-01-05`: the plan's first day."""

    day: date


@dataclass(frozen=True, slots=True)
class Tick:
    """`/done M`, `/done M yes`, `/skip M`, `/stuck M`, `/undo M`: how far one module of the plan is.

    Without a module: the next one, or the last one marked for an undo. `sure`: the proof is there.
    """

    module: str
    state: Literal["done", "skipped", "stuck", "open"]
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    """`/accept [MARK]`: take the plan that was proposed, the one of that mark only."""

    mark: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """`/keep`: stay with the plan as it was."""


@dataclass(frozen=True, slots=True)
class Replan:
    """`/replan`: lay what is open of the plan anew from today on."""


@dataclass(frozen=True, slots=True)
class Off:
    """`/off 2026-12-21 2027-01-03`: no learning on these days; the same again: learning after all."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Weekdays:
    """`/weekdays mon wed`: the days of the week for it, Monday is 0; none: any."""

    days: tuple[int, ...]


# A move settles what it was pressed on; a step on the agreed plan doesn't.
Move = (
    Give | Back | Change | Skip | WhyAsk | Pause | Resume | Restart | Stop | Finish | Relearn | StartOn | Accept | Keep
)  # fmt: skip
Walk = Tick | Replan | Off | Weekdays


# Looks at the plan -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class WhyModule:
    """`/why MODULE`: why it is, or isn't, in the plan."""

    module: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`/whatif`: which one answer would change the plan most."""


@dataclass(frozen=True, slots=True)
class All:
    """`/all`: the whole plan, with every proof."""


Look = WhyModule | WhatIf | All


# Everything else ------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Roadmap:
    """`/roadmap`: start the interview, or go on with the one that is open."""


@dataclass(frozen=True, slots=True)
class Show:
    """`/show facet:tools mlops`: one curated answer, no matching."""

    kind: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """`/help`."""


@dataclass(frozen=True, slots=True)
class Status:
    """`/status`: what is open in this thread."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """`/welcome`: someone arrived; `/welcome unasked`: and is greeted without having said a word."""

    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """`/feedback REF up`, `/feedback REF down`, `/feedback REF down outdated`."""

    ref: str
    helpful: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Explain:
    """`/explain REF`: why this answer was given."""

    ref: str


@dataclass(frozen=True, slots=True)
class NoneOfThese:
    """`/none`: no suggestion of the last "did you mean" fits."""


@dataclass(frozen=True, slots=True)
class Mute:
    """`/mute`: speak in this channel only when mentioned; `/unmute`: as the admin set it."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class Greetings:
    """`/greetings off`: never greet me unasked; `/greetings on`: you may again."""

    on: bool


@dataclass(frozen=True, slots=True)
class Human:
    """`/human REF [WORDS]`: call somebody who knows, about the answer or question of that reference."""

    ref: str
    words: str = ""


# Files ------------------------------------------------------------------------------------
Form = Literal["picture", "ics", "markdown", "html", "csv", "json"]


@dataclass(frozen=True, slots=True)
class Export:
    """`/export picture|ics|markdown|html|csv|json`: my roadmap as a file; bare: which forms there are."""

    form: Form | None = None


# Reminders, sharing, the team ------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Remind:
    """`/remind mon thu 09:30 Europe/Berlin`: remind me weekly of the next step; bare: say what is set."""

    weekdays: tuple[int, ...] = ()  # Monday is 0
    at: time | None = None
    zone: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Unremind:
    """`/remind off`: no more reminders."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """`/remind snooze`: no reminder for a week."""


@dataclass(frozen=True, slots=True)
class Ring:
    """`/remind due 2026-01-05T09:00:00+00:00`: what the clock says when a reminder is due."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Publish:
    """`/publish`: show what others would see of my roadmap; `/publish now`: show it to them."""

    now: bool = False


@dataclass(frozen=True, slots=True)
class Team:
    """`/team`: how the people of this channel stand; `/team join`, `/team leave`: count me in, or no longer."""

    joining: bool | None = None


Kept = Remind | Unremind | Snooze | Ring | Publish  # what is about a roadmap that is made


@dataclass(frozen=True, slots=True)
class Forget:
    """`/forget`: say what would be deleted of me, and ask; `/forget now`: delete it."""

    sure: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """`/data`: what is kept of me, as a file."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A slash command we don't have, or one whose words don't fit. `usage` is empty if unknown."""

    name: str
    usage: str = ""


Asked = Roadmap | Show | Help | Status | Welcome | Feedback | Explain | NoneOfThese
Command = Move | Walk | Look | Asked | Mute | Greetings | Human | Export | Kept | Team | Forget | Data | Bad
