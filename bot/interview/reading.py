"""Free text to a move, or None where the text is plainly none.

Conservative: what could be a question of its own ("what is mlops?") is never read as an answer,
for it is answered elsewhere. Phrases and their meaning are content; this file only compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot import commands
from bot.catalog.script import CLOSE_CALL, Question, Roadmap
from bot.interview.answering import answer
from bot.interview.phrases import Tokens, flat, tokens
from bot.interview.state import Interview, Stage, given, open_question, stage
from bot.roadmap import known_modules

LONGEST = 400  # characters; nobody answers with more
_BLANK = re.compile(r"\{\w+\}")
_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_DAY_TOKEN = "isoday"  # noqa: S105 (no secret: stands for the day while phrases are compared)

_PLAIN: dict[str, commands.Move] = {
    "back": commands.Back(),
    "skip": commands.Skip(),
    "why": commands.WhyAsk(),
    "pause": commands.Pause(),
    "resume": commands.Resume(),
    "restart": commands.Restart(),
    "stop": commands.Stop(),
    "finish": commands.Finish(),
    "agree": commands.Finish(),
}
_SAYABLE: dict[Stage, tuple[str, ...]] = {  # what can be said at each stage, in the order it is tried
    "asking": ("back", "why", "skip", "pause", "stop", "restart", "finish", "resume", "change", "start"),
    "review": ("finish", "agree", "back", "pause", "stop", "restart", "change", "start", "relearn"),
    "finished": ("finish", "restart", "stop", "change", "start", "relearn"),
    "paused": ("resume", "finish", "stop", "restart", "change"),
    "stopped": ("restart",),
}


def read(script: Roadmap, interview: Interview, said: str) -> commands.Move | None:
    """Read what the interview's owner typed as a move. None: it is something else."""
    if len(said) > LONGEST:
        return None
    move = _move(script, interview, said)
    question = open_question(script, interview)
    if move is not None or question is None:
        return move
    values = _answer(script, question, said)
    return commands.Give(question.id, values) if values else None


def _answer(script: Roadmap, question: Question, said: str) -> tuple[str, ...]:
    others = [each.number for each in script.questions.values() if each.number and each.id != question.id]
    return answer(script.reading, question, others, said)


def _move(script: Roadmap, interview: Interview, said: str) -> commands.Move | None:
    days = _DAY.findall(said)
    heard = tokens(_DAY.sub(f" {_DAY_TOKEN} ", said) if len(days) == 1 else said)
    sayable = _SAYABLE[stage(script, interview)]
    for words in _without_courtesy(script, heard):
        for name in sayable:
            phrases: tuple[str, ...] = getattr(script.reading.moves, name)
            if name in _PLAIN:
                if words in map(tokens, phrases):
                    return _PLAIN[name]
                continue
            for slot, rest in _slots(phrases, words):
                move = _filled(script, interview, name, slot, days)
                if isinstance(move, commands.Change) and rest:
                    move = _change_to(script, interview, move, rest)
                if move is not None:
                    return move
    return None


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
        before, after, *second = map(tokens, _BLANK.split(pattern))
        start, size = len(before), len(after)
        if words[:start] != before:
            continue
        ends = range(start + 1, len(words) - size) if second else (len(words) - size,)
        for end in ends:
            if end > start and words[end : end + size] == after:
                yield words[start:end], words[end + size :]


def _filled(script: Roadmap, interview: Interview, name: str, slot: Tokens, days: list[str]) -> commands.Move | None:
    match name:
        case "change":
            return _change(script, slot)
        case "relearn":
            return _relearn(script, interview, slot)
    return _start_on(slot, days)


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
    return change if values else None


def _relearn(script: Roadmap, interview: Interview, slot: Tokens) -> commands.Relearn | None:
    """Find the module of that id or title, known ones first; a part of the title is enough where only one has it."""
    slot = _bare(script, slot)
    near = []
    for name in (*known_modules(script, given(script, interview)), *script.module):
        module = script.module[name]
        whole = tokens(name)
        if slot in (whole, whole[1:], _bare(script, tokens(module.title))):
            return commands.Relearn(name)
        if slot and set(slot) <= set(tokens(module.title)):
            near.append(name)
    return commands.Relearn(near[0]) if len(set(near)) == 1 else None


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
