"""What small words tell about the names beside them: who leans on what was said, where somebody comes from.

Must never decide what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.language import Words
from bot.matching.reader import Reading
from bot.matching.spot import Spot

LONGEST_TURN = 16  # a longer turn says itself what it is about
APART = 1  # words that may stand between "coming from" and the topic


class Pointer:
    """Reads pointing words with one language content."""

    def __init__(self, words: Words) -> None:
        self._leans = frozenset(words.leans)
        self._points = frozenset(words.points)
        self._joins = frozenset(words.joins)
        self._behind = {tuple(run.split()) for run in words.behind}
        self._longest = max((len(run) for run in self._behind), default=0)

    def leans(self, said: Sequence[str], kept: Sequence[str]) -> bool:
        """Tell whether a turn goes on from the answer before: "but why", "how is that different"."""
        if not said or len(kept) > LONGEST_TURN:
            return False
        return said[0] in self._leans or self.points(kept)

    def points(self, words: Sequence[str]) -> bool:
        """Tell whether a word stands for what was said before."""
        return not self._points.isdisjoint(words)

    def joined(self, reading: Reading) -> bool:
        """Tell whether the topics named are one to the asker: nothing but "and" between the first two."""
        spots = [spot for spot in reading.spots if spot.sort == "topic"]
        if len(spots) < 2:
            return False
        between = reading.words[spots[0].end : spots[1].start]
        return all(word in self._joins for word in between)

    def behind(self, reading: Reading) -> tuple[str, ...]:
        """List the topics the asker comes from, as far as they are told: "I have been in devops"."""
        spots = [spot for spot in reading.spots if spot.sort != "term"]
        return tuple(dict.fromkeys(spot.id for spot in spots if self._before(reading.words, spot)))

    def _before(self, words: Sequence[str], spot: Spot) -> bool:
        for end in range(spot.start, max(0, spot.start - APART) - 1, -1):
            for length in range(1, min(self._longest, end) + 1):
                if tuple(words[end - length : end]) in self._behind:
                    return True
        return False
