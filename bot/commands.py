"""Slash commands and button presses as values: one text in, one `Command` out.

Everything a button can do can be typed, so console and web chat get every feature for free.
Must never decide anything: it only names what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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


Move = Give | Back | Change | Skip | WhyAsk | Pause | Resume | Restart | Stop | Finish | Relearn | StartOn


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


@dataclass(frozen=True, slots=True)
class Bad:
    """A slash command we don't have, or one whose words don't fit. `usage` is empty if unknown."""

    name: str
    usage: str = ""


Asked = Roadmap | Show | Help | Status | Welcome | Feedback | Explain | NoneOfThese
Command = Move | Asked | Mute | Greetings | Human | Bad

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
}
_SPOKEN = ("help", "roadmap", "status", "stop")
USAGE: dict[str, str] = {
    **{name: f"/{name}" for name in _PLAIN},
    "answer": "/answer QUESTION OPTION...",
    "change": "/change QUESTION",
    "relearn": "/relearn MODULE",
    "start": "/start YYYY-MM-DD",
    "show": "/show KIND TOPIC...",
    "feedback": "/feedback REF up|down [REASON]",
    "explain": "/explain REF",
    "human": "/human REF [WORDS]",
    "greetings": "/greetings on|off",
}


def parse(text: str) -> Command | None:
    """Read a command; None when the text is not one. Never raises: a misfit is `Bad`."""
    said = text.strip()
    if not said.startswith("/") or len(said) < 2 or not said[1].isalpha():
        return None
    name, *words = said[1:].split()
    name = name.lower()
    return _with_words(name, words) or _PLAIN.get(name) or Bad(name, USAGE.get(name, ""))


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
