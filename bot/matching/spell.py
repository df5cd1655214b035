"""Spelling correction against the catalog's own vocabulary.

A word that is neither in the catalog nor in the general word table is moved to the nearest catalog word, if one is
near enough. Must never change a word that is known.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

LIMIT = 24  # corrections a text: more unknown words than that are no typing slips
COMMON = 3.3  # Zipf frequency from which a word is one that people often type
EVERYDAY = 0.25  # worth of a correction for each step a word is more common than others: "does", not "dora"
RARE = 3.0  # Zipf frequency under which a general word may be a slip of a catalog word


class Speller:
    """Knows the catalog's words by how often they are used there, and which other words exist."""

    def __init__(
        self, counts: Mapping[str, int], general: Mapping[str, float], strong: Container[str] = (), shortest: int = 4
    ) -> None:
        self._counts = dict(counts)
        self._general = general
        self._shortest = shortest  # letters of a word that may be a slip: where there are acronyms, not 3
        self._strong = strong  # names of topics and terms: the words worth most
        self._by_length: dict[int, list[str]] = {}
        for word, count in self._counts.items():
            real = count > 1 or word in strong or general.get(word, 0.0) > 0  # not a slip that is curated as one
            if len(word) >= 3 and word.isalpha() and real:
                self._by_length.setdefault(len(word), []).append(word)
        self._common: dict[tuple[str, int], list[str]] = {}
        for word, zipf in general.items():
            if zipf >= COMMON and word.isalpha():
                self._common.setdefault((word[:1], len(word)), []).append(word)

    def known(self, word: str) -> bool:
        """Tell whether a word stands as it is."""
        if word in self._counts or not word.isalpha() or len(word) < self._shortest:
            return True
        return self._general.get(word, 0.0) >= RARE

    def correct(self, words: list[str]) -> tuple[list[str], dict[str, str]]:
        """Return the words with slips mended, and what was mended."""
        mended: dict[str, str] = {}
        out: list[str] = []
        for word in words:
            if self.known(word):
                out.append(word)
                continue
            if word not in mended and len(mended) < LIMIT:
                mended[word] = self._nearest(word)
            out.append(mended.get(word, word))
        return out, {word: near for word, near in mended.items() if near != word}

    def _nearest(self, word: str) -> str:
        """Find the catalog word a slip was meant to be; the word itself when none is near."""
        most = 1 if len(word) < 7 else 2
        if self._general.get(word, 0.0) > 0:
            most = 1
        best, reward = word, 0.0
        for length in range(len(word) - most, len(word) + most + 1):
            found = process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=most, limit=8
            )
            for near, distance, _ in found:
                value = self._value(word, near, int(distance))
                if value > reward:
                    best, reward = near, value
        return best if reward > 0 else self._everyday(word)

    def _everyday(self, word: str) -> str:
        """Find the common word a slip was meant to be: one edit away, with the same first letter."""
        near = [
            other
            for length in (len(word) - 1, len(word), len(word) + 1)
            for other, _, _ in process.extract(
                word, self._common.get((word[:1], length), ()), scorer=OSA.distance, score_cutoff=1, limit=4
            )
        ]
        if word.endswith("ops") or self._general.get(word, 0.0) > 0:
            return word
        return max(near, key=lambda other: (self._general[other], other), default=word)

    def _value(self, word: str, near: str, distance: int) -> float:
        """Rate a correction: few edits, same first letter, same letters, a frequent or important word."""
        if word.endswith("ops") and not near.endswith("ops"):
            return 0.0  # "chatops" is a word of its own that we don't know, no slip of "chatbots"
        if len(near) < 4 and len(near) < len(word) and not word.startswith(near):
            return 0.0  # acronyms are near to any letters: "asdf" is no slip of "adf"
        value = 4.0 - 1.5 * distance + 0.1 * min(self._counts[near], 20) / 2
        value += 0.8 if word[0] == near[0] else 0.0
        value += 0.5 if sorted(word) == sorted(near) else 0.0
        value += 1.0 if near in self._strong else 0.0
        value += EVERYDAY * max(0.0, self._general.get(near, 0.0) - COMMON)
        return value
