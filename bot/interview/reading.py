"""Free text to a move, or None where the text is plainly none.

Conservative: what could be a question of its own ("what is mlops?") is never read as an answer,
for it is answered elsewhere. Phrases and their meaning are content; this file only compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot import commands
from bot.catalog.script import CLOSE_CALL, Question, Roadmap
from bot.interview.answering import answer
from bot.interview.answering import asks as _asks
from bot.interview.counting import count
from bot.interview.phrases import Tokens, flat, holds_any, tokens
from bot.interview.state import Interview, Stage, given, open_question, stage
from bot.roadmap import known_modules

_ABOUT = Decimal("0.15")  # "about three months" is 12 weeks
LONGEST = 400  # characters; nobody answers with more
Read = commands.Move | commands.Walk | commands.Look | commands.Status
_BLANK = re.compile(r"\{\w+\}")
_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_THINGS = ("module", "one", "part", "thing", "step", "stuff")  # "the docker one"
_DAY_TOKEN = "isoday"  # noqa: S105 (no secret: stands for the day while phrases are compared)

_TICKS = {
    "done": commands.Tick("", "done"),
    "stuck": commands.Tick("", "stuck"),
    "aside": commands.Tick("", "skipped"),
    "undo": commands.Tick("", "open"),
}
_PLAIN: dict[str, Read] = {
    "back": commands.Back(),
    "skip": commands.Skip(),
    "why": commands.WhyAsk(),
    "pause": commands.Pause(),
    "resume": commands.Resume(),
    "restart": commands.Restart(),
    "stop": commands.Stop(),
    "finish": commands.Finish(),
    "agree": commands.Finish(),
    "status": commands.Status(),
    "accept": commands.Accept(),
    "keep": commands.Keep(),
    "replan": commands.Replan(),
    "whatif": commands.WhatIf(),
    "everything": commands.All(),
    **_TICKS,
}
_SAYABLE: dict[Stage, tuple[str, ...]] = {  # what can be said at each stage, in the order it is tried
    "asking": ("back", "why", "skip", "pause", "stop", "restart", "finish", "resume", "change", "start", "off"),
    "review": ("finish", "agree", "back", "pause", "stop", "restart", "change", "off", "start", "relearn"),
    "finished": (
        "status", "whatif", "everything", "replan", "done", "stuck", "aside", "undo",
        "finish", "restart", "stop", "change", "off", "weekdays", "start", "relearn", "whymodule",
    ),
    "paused": ("resume", "finish", "stop", "restart", "change"),
    "stopped": ("restart",),
}  # fmt: skip


def read(script: Roadmap, interview: Interview, said: str) -> Read | None:
    """Read what the interview's owner typed as a move, or as a look at their plan. None: it is something else."""
    if len(said) > LONGEST:
        return None
    move = _move(script, interview, said)
    question = open_question(script, interview)
    if move is not None:
        return move
    if question is None:
        return _news(script, said) if interview.finished else None
    values = _answer(script, question, said)
    return commands.Give(question.id, values, _near(script, question, values, said)) if values else None


def _near(script: Roadmap, question: Question, values: tuple[str, ...], said: str) -> bool:
    """Tell whether an amount was said that is clearly not the one that is taken for it."""
    if question.number is None or not question.number.nearest:
        return False
    amount = count(script.reading, question.number, tokens(said))
    return amount is not None and abs(amount - int(values[0])) > amount * _ABOUT


def _news(script: Roadmap, said: str) -> commands.Change | None:
    """Read what has changed since a plan was agreed: "we have 10 hours a week now". An amount, and nothing else."""
    words = tokens(said)
    if not tells(script, said):
        return None
    for question in script.questions.values():
        if question.number and count(script.reading, question.number, words, beside=0) is not None:
            values = _answer(script, question, said)
            if values:
                return commands.Change(question.id, values)
    return None


def asks(script: Roadmap, said: str) -> bool:
    """Tell whether a text puts a question."""
    return _asks(script.reading, said, tokens(said))


def tells(script: Roadmap, said: str) -> bool:
    """Tell whether a text says something of the speaker and asks nothing: "we are eight"."""
    words = tokens(said)
    if _asks(script.reading, said, words) or holds_any(words, script.reading.question_words):
        return False
    return not flat(script.reading.own).isdisjoint(words)


def _answer(script: Roadmap, question: Question, said: str) -> tuple[str, ...]:
    others = [each.number for each in script.questions.values() if each.number and each.id != question.id]
    return answer(script.reading, question, others, said)


def _move(script: Roadmap, interview: Interview, said: str) -> Read | None:
    days = _DAY.findall(said)
    heard = tokens(_DAY.sub(f" {_DAY_TOKEN} ", said) if days else said)
    sayable = _sayable(script, interview)
    for words in _without_courtesy(script, heard):
        for name in sayable:
            phrases: tuple[str, ...] = getattr(script.reading.moves, name)
            if name in _PLAIN and words in map(tokens, phrases):
                return _proved(interview, _PLAIN[name])
            for slot, rest in _slots(phrases, words):
                move = _filled(script, interview, name, slot, rest, days)
                if move is not None:
                    return move
    return None


def _sayable(script: Roadmap, interview: Interview) -> tuple[str, ...]:
    """List what can be said now. Yes and no mean something only after a question."""
    now = _SAYABLE[stage(script, interview)]
    if interview.finished and (interview.proposed or interview.proving):
        return ("accept", "agree", "keep", *now)
    return now


def _proved(interview: Interview, said: Read) -> Read:
    """Take a yes or no for what was asked last: whether the proof is there, or whether to take another plan."""
    if not interview.finished:
        return said
    if interview.proving and isinstance(said, commands.Finish | commands.Accept):
        return commands.Tick(interview.proving, "done", sure=True)
    if interview.proving and isinstance(said, commands.Keep):
        return commands.Status()
    if interview.proposed and said == _PLAIN["agree"]:
        return commands.Accept()
    return said


def _without_courtesy(script: Roadmap, heard: Tokens) -> Iterator[Tokens]:
    """Give the text, then the text with ever less courtesy around it. At most some hundred variants."""
    polite = [tokens(phrase) for phrase in script.reading.polite]
    waiting, seen = [heard] if heard else [], {heard}
    while waiting:
        words = waiting.pop(0)
        yield words
        for phrase in polite:
            size = len(phrase)
            for shorter, cut in ((words[size:], words[:size]), (words[:-size], words[-size:])):
                if cut == phrase and shorter and shorter not in seen and len(seen) < 200:
                    seen.add(shorter)
                    waiting.append(shorter)


def _slots(patterns: tuple[str, ...], words: Tokens) -> Iterator[tuple[Tokens, Tokens]]:
    """Find what stands in the blank of each pattern that fits, and in its second blank if it has one."""
    for pattern in patterns:
        if "{" not in pattern:
            continue
        before, after, *second = map(tokens, _BLANK.split(pattern))
        start, size = len(before), len(after)
        if words[:start] != before:
            continue
        ends = range(start + 1, len(words) - size) if second else (len(words) - size,)
        for end in ends:
            if end > start and words[end : end + size] == after:
                yield words[start:end], words[end + size :]


def _filled(
    script: Roadmap, interview: Interview, name: str, slot: Tokens, rest: Tokens, days: list[str]
) -> Read | None:
    match name:
        case "change":
            change = _change(script, slot)
            return _change_to(script, interview, change, rest) if change and rest else change
        case "relearn":
            known = known_modules(script, given(script, interview))
            found = _module(script, known, slot)
            return commands.Relearn(found) if found else None
        case "done" | "stuck" | "aside" | "undo" | "whymodule":
            found = _module(script, interview.kept.ids if interview.kept else (), slot)
            if not found:
                return None
            return commands.WhyModule(found) if name == "whymodule" else replace(_TICKS[name], module=found)
        case "off":
            return _off(slot, rest, days)
        case "weekdays":
            return _weekdays(script, slot)
        case "start":
            return _start_on(slot, days)
    return None


def _change(script: Roadmap, slot: Tokens) -> commands.Change | None:
    """Find the question of that name or number."""
    slot = _bare(script, slot)
    known = {**script.questions, CLOSE_CALL: script.interview.close_call}
    for number, (name, question) in enumerate(known.items(), 1):
        names = {_bare(script, tokens(each)) for each in (name, question.title, *question.names)}
        if slot in names | {(str(number),)}:
            return commands.Change(name)
    return None


def _change_to(script: Roadmap, interview: Interview, change: commands.Change, rest: Tokens) -> commands.Move | None:
    """Read "change hours to 10": the answer where that question is open, else the wish to be asked it again."""
    question = {**script.questions, CLOSE_CALL: script.interview.close_call}[change.question]
    values = _answer(script, question, " ".join(rest))
    open_ = open_question(script, interview)
    if values and open_ is not None and open_.id == question.id:
        return commands.Give(question.id, values)
    return replace(change, values=values) if values else None


def _module(script: Roadmap, first: Iterable[str], slot: Tokens) -> str | None:
    """Find the module of that id, title or other name, those of `first` before the others.

    A part of the title is enough where only one has it.
    """
    slot = _bare(script, slot)
    slot = tuple(word for word in slot if word not in _THINGS) or slot
    near: dict[str, None] = {}
    wanted = list(first)
    for name in (*wanted, *script.module):
        module = script.module.get(name)
        if module is None:
            continue
        whole = tokens(name)
        others = [_bare(script, tokens(each)) for each in (module.title, *module.words)]
        if slot in (whole, whole[1:], *others):
            return name
        if slot and set(slot) <= set(tokens(module.title)):
            near[name] = None
    here = [name for name in near if name in wanted]
    found = here or list(near)
    return found[0] if len(found) == 1 else None


def _bare(script: Roadmap, words: Tokens) -> Tokens:
    """Leave out "my" and the like."""
    polite = flat(script.reading.polite)
    kept = tuple(word for word in words if word not in polite)
    return kept or words


def _start_on(slot: Tokens, days: list[str]) -> commands.StartOn | None:
    if slot != (_DAY_TOKEN,) or len(days) != 1:
        return None
    try:
        return commands.StartOn(date.fromisoformat(days[0]))
    except ValueError:
        return None


def _off(slot: Tokens, rest: Tokens, days: list[str]) -> commands.Off | None:
    if slot != (_DAY_TOKEN,) or rest not in ((), (_DAY_TOKEN,)) or len(days) != 1 + len(rest):
        return None
    try:
        return commands.Off(date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
    except ValueError:
        return None


def _weekdays(script: Roadmap, slot: Tokens) -> commands.Weekdays | None:
    """Read days of the week and nothing else."""
    joins = flat(script.reading.number_joins)
    names = [word for word in slot if word not in joins]
    known = [name[:3] for name in names if name[:3] in commands.WEEKDAYS]
    if not names or len(known) < len(names):
        return None
    return commands.Weekdays(tuple(sorted({commands.WEEKDAYS.index(name) for name in known})))
