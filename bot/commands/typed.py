"""Typed text to a command.

Everything a button can do can be typed, so console and web chat get every feature for free. Must never raise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Literal, get_args

from bot.commands.values import (
    Accept,
    All,
    Back,
    Bad,
    Change,
    Command,
    Data,
    Explain,
    Export,
    Feedback,
    Finish,
    Forget,
    Form,
    Give,
    Greetings,
    Help,
    Human,
    Keep,
    Kept,
    Mute,
    NoneOfThese,
    Off,
    Pause,
    Publish,
    Relearn,
    Remind,
    Replan,
    Restart,
    Resume,
    Ring,
    Roadmap,
    Show,
    Skip,
    Snooze,
    StartOn,
    Status,
    Stop,
    Team,
    Tick,
    Unremind,
    Weekdays,
    Welcome,
    WhatIf,
    WhyAsk,
    WhyModule,
)

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
    "done": Tick("", "done"),
    "stuck": Tick("", "stuck"),
    "undo": Tick("", "open"),
    "accept": Accept(),
    "keep": Keep(),
    "replan": Replan(),
    "weekdays": Weekdays(()),
    "whatif": WhatIf(),
    "all": All(),
    "remind": Remind(bare=True),
    "publish": Publish(),
    "team": Team(),
    "export": Export(),
    "forget": Forget(),
    "data": Data(),
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STATES: dict[str, Literal["done", "skipped", "stuck", "open"]] = {
    "done": "done",
    "skip": "skipped",
    "stuck": "stuck",
    "undo": "open",
}
_FORMS: dict[str, Form] = {
    **{form: form for form in get_args(Form)},
    **dict.fromkeys(("png", "svg", "image"), "picture"),
    **dict.fromkeys(("calendar", "ical"), "ics"),
    **dict.fromkeys(("print", "page"), "html"),
    "md": "markdown",
    "spreadsheet": "csv",
}
_SPOKEN = ("help", "roadmap", "status", "stop")
USAGE: dict[str, str] = {
    **{name: f"/{name}" for name in _PLAIN},
    "skip": "/skip [MODULE]",
    "why": "/why [MODULE]",
    "accept": "/accept [MARK]",
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
    "forget": "/forget [now]",
}


def parse(text: str) -> Command | None:
    """Read a command; None when the text is not one. Never raises: a misfit is `Bad`."""
    said = text.strip()
    if not said.startswith("/") or len(said) < 2 or not said[1].isalpha():
        return None
    name, *words = said[1:].split()
    name = name.lower()
    return (
        _with_words(name, words)
        or _on_road(name, words)
        or _kept(name, words)
        or _PLAIN.get(name)
        or Bad(name, USAGE.get(name, ""))
    )


def spoken(text: str) -> Command | None:
    """Read one word that is a command without its slash too: not every place has slash commands in a thread."""
    word = text.strip(" .!?").lower()
    return _PLAIN[word] if word in _SPOKEN else None


def _on_road(name: str, words: list[str]) -> Command | None:
    match name, words:
        case "accept", [mark]:
            return Accept(mark)
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
    return None


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
        case "export", [form] if form.lower() in _FORMS:
            return Export(_FORMS[form.lower()])
        case "forget", ["now"]:
            return Forget(sure=True)
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


def _kept(name: str, words: list[str]) -> Kept | Team | Bad | None:
    match name, words:
        case "remind", ["off"]:
            return Unremind()
        case "remind", ["snooze"]:
            return Snooze()
        case "remind", ["due", moment]:
            return _ring(moment)
        case "remind", [_, *_]:
            return _remind(words) or Bad(name, USAGE[name])
        case "publish", ["now"]:
            return Publish(now=True)
        case "team", ["join" | "leave" as wanted]:
            return Team(wanted == "join")
        case "publish" | "team", [_, *_]:
            return Bad(name, USAGE[name])
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
