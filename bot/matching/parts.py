"""Cutting a text into the questions it may hold: sentences, and sentences joined by "and how", "also what".

Must never decide which of them is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.language import Words
from bot.matching.clean import Text

MOST = 10  # of a long text the last sentences are looked at


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words that may be a question of its own; `asks` when it has a question's form."""

    words: tuple[str, ...]
    asks: bool


class Parter:
    """Cuts texts by the words questions begin with."""

    def __init__(self, words: Words) -> None:
        self._asks = frozenset(words.asks)
        self._joins = frozenset(words.joins)

    def parts(self, text: Text) -> tuple[Part, ...]:
        """List the sentences and half-sentences of a text, in order."""
        out: list[Part] = []
        for words, asked in zip(text.sentences, text.asked, strict=True):
            pieces = self._halves(words, asked)
            out += [
                Part(piece, self._asking(piece) or (asked and at == len(pieces) - 1)) for at, piece in enumerate(pieces)
            ]
        return tuple(out[-MOST:])

    def _halves(self, words: tuple[str, ...], asked: bool) -> list[tuple[str, ...]]:
        """Cut "what is x and how do I y" in two, when both sides ask something."""
        if not (asked or self._asking(words)):
            return [words]
        for at in range(2, len(words) - 2):
            if words[at] not in self._joins:
                continue
            rest = self._skip(words[at + 1 :])
            if rest and rest[0] in self._asks and len(rest) >= 3 and words[:at]:
                return [words[:at], *self._halves(rest, asked)]
        return [words]

    def _skip(self, words: Sequence[str]) -> tuple[str, ...]:
        at = 0
        while at < len(words) and words[at] in self._joins:
            at += 1
        return tuple(words[at:])

    def _asking(self, words: Sequence[str]) -> bool:
        rest = self._skip(words)
        return bool(rest) and rest[0] in self._asks
