"""Whether a text is written at all, whether a lead can be read aloud in one breath, and whose review is due.

The last two are for curators only: a server runs on content that reads badly or is overdue. Must never read the clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.catalog.tree import Node, Path
from bot.errors import Problem

WORDS = 66  # in a lead: 25 seconds at 160 words a minute
SENTENCE = 40  # words; longer ones are lost before they end
EASE = 35.0  # Flesch reading ease, at least (30 to 50: hard; names such as "infrastructure" weigh heavily)
ENOUGH = 25  # words below which the formula says nothing
MONTHS = 12  # between two reviews, where the content doesn't say

_SPOKEN = ("topics", "pairs", "general", "glossary", "onboarding")  # where leads are answers
_SIGNS = re.compile(r"[*`\[]|\]\([^)]*\)")
_WORD = re.compile(r"\w[\w'’.,%/-]*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_CLAUSE_END = re.compile(r"(?<=[.!?:;])\s+")
_MUTE = re.compile(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$")
_VOWELS = re.compile(r"[aeiouy]{1,2}")


def hard_to_read(tree: Node) -> Iterator[Problem]:
    """Check that every lead is short, in sentences that end, and in plain words."""
    for path, node in tree.walk():
        if len(path) > 1 and path[0] in _SPOKEN and path[-1] == "lead" and node.text:
            for what, fix in _faults(node.text):
                yield Problem(node.file, max(node.line, 1), f"`{_place(path)}` {what}", fix)


def unwritten(tree: Node) -> Iterator[Problem]:
    """Check that nothing was left to be written."""
    for path, node in tree.walk():
        if node.text.startswith("TODO"):
            key = next(part for part in reversed(path) if isinstance(part, str))
            yield Problem(node.file, max(node.line, 1), f"`{key}` is still to be written", "write it, or remove it")


def ease(text: str) -> float:
    """Rate a text from 0 (hard) to 100 (easy): Flesch 1948, syllables estimated by groups of vowels."""
    words = _WORD.findall(text)
    clauses = [part for part in _CLAUSE_END.split(text) if _WORD.search(part)]
    if not words:
        return 100.0
    syllables = sum(_syllables(word) for word in words)
    return 206.835 - 1.015 * len(words) / max(1, len(clauses)) - 84.6 * syllables / len(words)


def due(tree: Node, today: date) -> list[str]:
    """List the answers whose review is over, oldest first: reviewed on ... and then `review_in` months."""
    late: list[tuple[date, str]] = []
    for path, node in tree.walk():
        day = _day(node.child("reviewed"))
        told = node.child("review_in")
        months = told.value if told and isinstance(told.value, int) else MONTHS
        if day and _after(day, months) < today:
            late.append((day, f"{node.file}:{node.line}: {_place(path)}, last on {day}, every {months} months"))
    return [said for _, said in sorted(late)]


def _faults(lead: str) -> Iterator[tuple[str, str]]:
    text = _SIGNS.sub("", lead)
    count = len(_WORD.findall(text))
    longest = max(len(_WORD.findall(sentence)) for sentence in _SENTENCE_END.split(text))
    if count > WORDS:
        yield f"has {count} words, at most {WORDS} can be listened to", "move the details to `bullets`"
    if longest > SENTENCE:
        yield f"has a sentence of {longest} words, at most {SENTENCE} can be followed", "make two of it"
    if count >= ENOUGH and ease(text) < EASE:
        what = f"is hard to read (Flesch {ease(text):.0f}, at least {EASE:.0f})"
        yield what, "take shorter words and sentences; say who does what"


def _syllables(word: str) -> int:
    return max(1, len(_VOWELS.findall(_MUTE.sub("", word.lower()))))


def _day(node: Node | None) -> date | None:
    try:
        return date.fromisoformat(node.text) if node else None
    except ValueError:  # reported by the schema
        return None


def _after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))


def _place(path: Path) -> str:
    return ".".join(map(str, path))
