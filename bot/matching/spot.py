"""Finding topics, glossary terms and hints in a run of words, the longest name first.

Must never decide what is asked: it only says what is named, and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Sort = Literal["topic", "term", "hint"]


@dataclass(frozen=True, slots=True)
class Spot:
    """One name found: what sort, which id, and the words `start` to `end` (excluded) that say it."""

    sort: Sort
    id: str
    start: int
    end: int


class Spotter:
    """A dictionary of names as runs of words. A topic's name beats a term's, a term's beats a hint."""

    def __init__(self, names: Iterable[tuple[Sort, str, Sequence[str]]]) -> None:
        self._names: dict[tuple[str, ...], tuple[Sort, str]] = {}
        self._lengths: dict[str, int] = {}  # first word -> the longest name it begins
        rank = {"topic": 0, "term": 1, "hint": 2}
        for sort, id_, words in names:
            run = tuple(words)
            if not run or (run in self._names and rank[self._names[run][0]] <= rank[sort]):
                continue
            self._names[run] = (sort, id_)
            self._lengths[run[0]] = max(self._lengths.get(run[0], 0), len(run))

    def find(self, words: Sequence[str]) -> tuple[Spot, ...]:
        """Return the names in a run of words, left to right, none overlapping."""
        spots: list[Spot] = []
        at = 0
        while at < len(words):
            spot = self._at(words, at)
            if spot:
                spots.append(spot)
            at = spot.end if spot else at + 1
        return tuple(spots)

    def _at(self, words: Sequence[str], at: int) -> Spot | None:
        for length in range(min(self._lengths.get(words[at], 0), len(words) - at), 0, -1):
            found = self._names.get(tuple(words[at : at + length]))
            if found:
                return Spot(found[0], found[1], at, at + length)
        return None

    @property
    def vocabulary(self) -> set[str]:
        """Every word that is part of a name."""
        return {word for run in self._names for word in run}
