"""Slash commands and button presses as values: one text in, one `Command` out.

Everything a button can do can be typed, so console and web chat get every feature for free.
Must never decide anything: it only names what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal


# Moves of the interview -----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Give:
    """`/answer goal ship-faster`: answer a question, by option ids. No values = not sure."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Back:
    """`/back`: reopen the question before."""


@dataclass(frozen=True, slots=True)
class Change:
    """`/change goal`: reopen one question; the other answers stay."""

    question: str


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
    """`/accept`: take the plan that was proposed."""


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


Move = (
    Give | Back | Change | Skip | WhyAsk | Pause | Resume | Restart | Stop | Finish | Relearn | StartOn
    | Tick | Accept | Keep | Replan | Off | Weekdays
)  # fmt: skip


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
class Bad:
    """A slash command we don't have, or one whose words don't fit. `usage` is empty if unknown."""

    name: str
    usage: str = ""


Asked = Roadmap | Show | Help | Status | Welcome | Feedback | Explain | NoneOfThese
Command = Move | Look | Asked | Mute | Greetings | Human | Export | Kept | Team | Bad

_PLAIN: dict[str, Command] = {
    "roadmap": Roadmap(),
    "help": Help(),
    "status": Status(),
    "welcome": Welcome(),
    "none": NoneOfThese(),
    "mute": Mute(),
    "unmute": Mute(on=False),
    "back": Back(),
    "skip": Skip(),
    "why": WhyAsk(),
    "pause": Pause(),
    "resume": Resume(),
    "restart": Restart(),
    "stop": Stop(),
    "plan": Finish(),
    "remind": Remind(bare=True),
    "publish": Publish(),
    "team": Team(),
    "export": Export(),
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STATES: dict[str, Literal["done", "skipped", "stuck", "open"]] = {
    "done": "done",
    "skip": "skipped",
    "stuck": "stuck",
    "undo": "open",
}
_SPOKEN = ("help", "roadmap", "status", "stop")
USAGE: dict[str, str] = {
    **{name: f"/{name}" for name in _PLAIN},
    "skip": "/skip [MODULE]",
    "why": "/why [MODULE]",
    "done": "/done [MODULE]",
    "stuck": "/stuck [MODULE]",
    "undo": "/undo [MODULE]",
    "off": "/off YYYY-MM-DD [YYYY-MM-DD]",
    "weekdays": "/weekdays [mon tue wed thu fri sat sun]",
    "answer": "/answer QUESTION OPTION...",
    "change": "/change QUESTION",
    "relearn": "/relearn MODULE",
    "start": "/start YYYY-MM-DD",
    "show": "/show KIND TOPIC...",
    "feedback": "/feedback REF up|down [REASON]",
    "explain": "/explain REF",
    "human": "/human REF [WORDS]",
    "greetings": "/greetings on|off",
    "remind": "/remind [DAYS] [HH:MM] [ZONE] | off | snooze",
    "publish": "/publish [now]",
    "export": "/export [picture|ics|markdown|html|csv|json]",
    "team": "/team [join|leave]",
}


def parse(text: str) -> Command | None:
    """Read a command; None when the text is not one. Never raises: a misfit is `Bad`."""
    said = text.strip()
    if not said.startswith("/") or len(said) < 2 or not said[1].isalpha():
        return None
    name, *words = said[1:].split()
    name = name.lower()
    return _with_words(name, words) or _kept(name, words) or _PLAIN.get(name) or Bad(name, USAGE.get(name, ""))


def spoken(text: str) -> Command | None:
    """Read one word that is a command without its slash too: not every place has slash commands in a thread."""
    word = text.strip(" .!?").lower()
    return _PLAIN[word] if word in _SPOKEN else None


def _with_words(name: str, words: list[str]) -> Command | None:
    match name, words:
        case "answer", [question, *values]:
            return Give(question, tuple(values))
        case "change", [question]:
            return Change(question)
        case "relearn", [module]:
            return Relearn(module)
        case "start", [day]:
            return _start_on(day)
        case "roadmap", ["status"]:
            return Status()
        case "why", [module]:
            return WhyModule(module)
        case "done", [module, "yes"]:
            return Tick(module, "done", sure=True)
        case "done" | "skip" | "stuck" | "undo", [module]:
            return Tick(module, _STATES[name])
        case "off", [_] | [_, _]:
            return _off(words)
        case "weekdays", [_, *_]:
            return _weekdays(words)
        case "show", [kind, *topics]:
            return Show(kind, tuple(topics))
        case "welcome", ["unasked"]:
            return Welcome(unasked=True)
        case "greetings", ["on" | "off" as wanted]:
            return Greetings(wanted == "on")
        case "explain", [ref]:
            return Explain(ref)
        case "human", [ref, *said]:
            return Human(ref, " ".join(said))
        case "feedback", [ref, "up"]:
            return Feedback(ref, True)
        case "feedback", [ref, "down", *reason]:
            return Feedback(ref, False, " ".join(reason))
    return None


def _start_on(day: str) -> StartOn | None:
    try:
        return StartOn(date.fromisoformat(day))
    except ValueError:
        return None


def _kept(name: str, words: list[str]) -> Kept | Team | None:
    match name, words:
        case "remind", ["off"]:
            return Unremind()
        case "remind", ["snooze"]:
            return Snooze()
        case "remind", ["due", moment]:
            return _ring(moment)
        case "remind", [_, *_]:
            return _remind(words)
        case "publish", ["now"]:
            return Publish(now=True)
        case "team", ["join" | "leave" as wanted]:
            return Team(wanted == "join")
    return None


def _ring(moment: str) -> Ring | None:
    try:
        due = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Ring(due) if due.tzinfo else None


def _remind(words: list[str]) -> Remind | None:
    """Read the days, the time and the time zone, in any order; None for any other word."""
    wanted = Remind()
    for word in words:
        low = word.lower()
        if low[:3] in WEEKDAYS and low.isalpha():
            wanted = replace(wanted, weekdays=tuple(sorted({*wanted.weekdays, WEEKDAYS.index(low[:3])})))
        elif low == "weekly":
            continue
        elif low[:1].isdigit() and ":" in low:
            try:
                wanted = replace(wanted, at=time.fromisoformat(low.zfill(5)).replace(tzinfo=None))
            except ValueError:
                return None
        elif "/" in word or word == "UTC":
            wanted = replace(wanted, zone=word)
        else:
            return None
    return wanted


def _off(days: list[str]) -> Off | None:
    try:
        return Off(date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
    except ValueError:
        return None


def _weekdays(names: list[str]) -> Weekdays | None:
    """Read days of the week, with or without commas; None where one of them is none."""
    short = [name[:3] for name in " ".join(names).lower().replace(",", " ").split()]
    known = all(name in WEEKDAYS for name in short)
    return Weekdays(tuple(sorted({WEEKDAYS.index(name) for name in short}))) if known else None
