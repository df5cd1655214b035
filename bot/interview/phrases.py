"""Text as comparable words: one spelling for what people write in many ways.

Only for comparing: what was typed is never changed or shown from here. Must never know a
question or a move.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

Tokens = tuple[str, ...]

_SIGNS = (
    (re.compile(r"[\u2018\u2019\u02bc`\u00b4]"), "'"),
    (re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])"), ""),  # don't -> dont
    (re.compile(r"<=|\u2264"), " at most "),
    (re.compile(r">=|\u2265"), " at least "),
    (re.compile(r"<(?=\s*\d)"), " less than "),
    (re.compile(r">(?=\s*\d)"), " more than "),
    (re.compile(r"&"), " and "),
    (re.compile(r"(?<=\d)\s*[-\u2013\u2014]\s*(?=\d)"), " to "),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),  # 1,200
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_LONGEST_TOKEN = 24


@lru_cache(maxsize=8192)
def tokens(text: str) -> Tokens:
    """Split into lower-case words and numbers; plural and singular become one."""
    text = unicodedata.normalize("NFKC", text).casefold()
    for sign, plain in _SIGNS:
        text = sign.sub(plain, text)
    return tuple(_singular(token) for token in _TOKEN.findall(text))


def flat(phrases: Iterable[str]) -> frozenset[str]:
    """Collect all words of some phrases."""
    return frozenset(token for phrase in phrases for token in tokens(phrase))


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase found in a text: what it stands for, and the words it takes."""

    meaning: str
    first: int
    end: int


def spot(words: Tokens, phrases: Mapping[Tokens, str]) -> Iterator[Spotted]:
    """Find phrases from left to right, the longest first, none overlapping."""
    longest = max(map(len, phrases), default=0)
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            meaning = phrases.get(words[at : at + length])
            if meaning is not None:
                yield Spotted(meaning, at, at + length)
                at += length
                break
        else:
            at += 1


def left_over(words: Tokens, taken: Set[int], phrases: Iterable[str]) -> bool:
    """Tell whether any of the phrases stands among the words that are not taken."""
    return any(
        not any(at in taken for at in range(each.first, each.end))
        for each in spot(words, {tokens(p): p for p in phrases})
    )


def holds_any(words: Tokens, phrases: Iterable[str]) -> bool:
    """Tell whether any of the phrases stands in the text."""
    return next(spot(words, {tokens(phrase): phrase for phrase in phrases}), None) is not None


def mend(words: Tokens, known: frozenset[str], wanted: frozenset[str]) -> Tokens:
    """Put right slips of the keyboard: a word nobody knows becomes the nearest wanted word."""
    return tuple(word if word in known or word in wanted else _near(word, wanted) for word in words)


def _near(word: str, wanted: frozenset[str]) -> str:
    if not 4 <= len(word) <= _LONGEST_TOKEN or not word.isalpha():
        return word
    slips = 2 if len(word) >= 9 else 1
    near = [(_distance(word, each), -len(each), each) for each in wanted if _may_be(word, each, slips)]
    best = min(near, default=(_LONGEST_TOKEN, 0, word))
    return best[2] if best[0] <= slips else word


def _may_be(word: str, other: str, slips: int) -> bool:
    return len(other) >= 5 and word[0] == other[0] and abs(len(word) - len(other)) <= slips


def _distance(one: str, other: str) -> int:
    """Count the slips between two words: letters more, less, other or swapped (optimal string alignment)."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        now = [row]
        for column, right in enumerate(other, 1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]


def _singular(token: str) -> str:
    return token[:-1] if len(token) > 3 and token.endswith("s") and not token.endswith("ss") else token
