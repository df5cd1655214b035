"""Free text to the options of one question.

Tried in this order: the exact words of an option, its number in the list, an amount, and at last
known phrases that together explain nearly all that was said. Must never read a question as an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from bot.catalog.reading import ReadingPage
from bot.catalog.script import Number, Question
from bot.interview.counting import count, counts_other
from bot.interview.phrases import Spotted, Tokens, flat, holds_any, left_over, mend, spot, tokens

_CLAUSE = re.compile(r"[,;.\n]|\bbut\b")
_MOST_WORDS = 40
_MINUS = re.compile(r"(?:^|[^\w\s])\s*[-\u2212\u2013]\s*\d|(?<=[^\W\d])\s+[-\u2212\u2013]\d")  # "-3", not "4 - 6"


def answer(reading: ReadingPage, question: Question, others: Iterable[Number], said: str) -> tuple[str, ...]:
    """Give the option ids that were meant; none when this is no answer.

    Several for a question that takes one mean that the person named several. `others` is what the
    other questions count: an amount of that is no answer here.
    """
    words = tokens(said)
    if not words or len(words) > _MOST_WORDS or _MINUS.search(said):
        return ()
    phrases = _phrases(question)
    if "?" not in said and words in phrases:
        return (phrases[words],)
    if asks(reading, said, words) or (question.number and counts_other(reading, question, others, words)):
        return ()
    if question.several and words in {tokens(each) for each in reading.everything}:
        return tuple(name for name, option in question.options.items() if not option.alone)
    if question.number:
        amount = count(reading, question.number, words)
        if amount is not None:
            return (_sized(question, amount),)
    else:
        listed = _by_number(reading, question, words)
        if listed:
            return _counting(question, listed)
    return _counting(question, _by_phrases(reading, question, said, phrases))


def _counting(question: Question, names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what can't stand beside an option that stands alone: what is confirmed is what is stored."""
    return tuple(name for name in names if question.options[name].alone)[:1] or names


def asks(reading: ReadingPage, said: str, words: Tokens) -> bool:
    """Tell whether the text asks something."""
    if "?" in said:
        return True
    return any(words[: len(start)] == start for start in map(tokens, reading.question_starts))


def _phrases(question: Question) -> dict[Tokens, str]:
    """Collect everything that means an option: id, label, other words."""
    found: dict[Tokens, str] = {}
    for name, option in question.options.items():
        for phrase in (name, option.label, *option.words):
            found.setdefault(tokens(phrase), name)
    return found


def _sized(question: Question, amount: Decimal) -> str:
    return next(name for name, option in question.options.items() if option.to is None or amount <= option.to)


def _by_number(reading: ReadingPage, question: Question, words: Tokens) -> tuple[str, ...]:
    """Read numbers of options and nothing else: "2", "the third", "1 and 4"."""
    names = list(question.options)
    ordinals = {tokens(name): number for name, number in reading.ordinals.items()}
    around = flat(reading.option_names)
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        step, number = _ordinal(ordinals, words, at)
        if number is None:
            if words[at] not in around:
                return ()
        elif not 1 <= number <= len(names):
            return ()
        else:
            found[names[number - 1]] = None
        at += step
    return tuple(found)


def _ordinal(ordinals: dict[Tokens, int], words: Tokens, at: int) -> tuple[int, int | None]:
    for length in (2, 1):
        if words[at : at + length] in ordinals:
            return length, ordinals[words[at : at + length]]
    return 1, int(words[at]) if words[at].isdecimal() and len(words[at]) < 4 else None


def _by_phrases(reading: ReadingPage, question: Question, said: str, phrases: dict[Tokens, str]) -> tuple[str, ...]:
    whole = _explained(reading, question, tokens(said), phrases)
    if whole or not question.several or not holds_any(tokens(said), reading.negations):
        return whole
    kept: dict[str, None] = {}  # "apps and models, but no on-call"
    for clause in _CLAUSE.split(said.casefold()):
        words = tokens(clause)
        found = _explained(reading, question, words, phrases)
        kept |= dict.fromkeys(found)
        if words and not found and not _denies(reading, question, words, phrases):
            return ()
    return tuple(name for name in question.options if name in kept)


def _denies(reading: ReadingPage, question: Question, words: Tokens, phrases: dict[Tokens, str]) -> bool:
    """Tell whether a clause says no to known options, and nothing more: "no on-call"."""
    negations = flat(reading.negations)
    said = tuple(word for word in words if word not in negations)
    return len(said) < len(words) and bool(_explained(reading, question, said, phrases))


def _explained(reading: ReadingPage, question: Question, heard: Tokens, phrases: dict[Tokens, str]) -> tuple[str, ...]:
    """Find the options whose phrases explain what was said; empty when too much is left over."""
    light = flat(reading.light)
    phrases = {_heavy(phrase, light): name for phrase, name in reversed(phrases.items())}
    suspicious = (*reading.question_words, *reading.negations)
    fillers = flat(reading.fillers) | flat(question.names)
    if question.number is None:
        fillers |= flat(reading.numbers) | {word for word in heard if word.isdecimal()}  # "two models"
    wanted = frozenset(word for phrase in phrases for word in phrase)
    words = _heavy(mend(heard, fillers | flat(suspicious), wanted | light), light)
    spotted = list(spot(words, phrases))
    taken = {at for each in spotted for at in range(each.first, each.end)}
    if not spotted or left_over(words, taken, suspicious):
        return ()
    unknown = {at for at, word in enumerate(words) if at not in taken and word not in fillers}
    own = not flat(reading.own).isdisjoint(heard)
    tolerated = 0 if question.number is not None else max(1, len(taken)) + own
    if len(unknown) > tolerated or any(_belongs_elsewhere(each, unknown, question, own) for each in spotted):
        return ()
    found = {each.meaning for each in spotted}
    covered = {other for name in found for other in question.options[name].over}
    return tuple(name for name in question.options if name in found - covered)


def _heavy(words: Tokens, light: frozenset[str]) -> Tokens:
    return tuple(word for word in words if word not in light) or words


def _belongs_elsewhere(each: Spotted, unknown: set[int], question: Question, own: bool) -> bool:
    """Tell whether a phrase is but part of another idea: "model registry" says nothing of models."""
    single = each.end - each.first == 1
    if each.end in unknown and (single or not own):
        return True
    return single and question.several and each.first - 1 in unknown
