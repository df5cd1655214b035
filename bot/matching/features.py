"""A read question as a vector: word and character n-grams with names masked, plus the sentence's meaning.

Must never look at an answer: the same view is built for a curated phrasing and for what a person typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

import numpy as np

from bot.matching.spot import Spot
from bot.matching.table import Floats, Table

TOPIC, TERM = "topicx", "termx"
PLAIN = (640, 256)  # the commonest word and character n-grams have a dimension each
SPREAD = (512, 384)  # the others share dimensions: each has a random direction in them
SEED = 7  # any fixed number: the same catalog always gives the same matcher
WEIGHTS = (1.0, 0.7, 1.0)  # words, characters, meaning


@dataclass(frozen=True, slots=True)
class View:
    """A question with its names masked. `words` carry the form, `named` the masked words, `meaning` both but topics."""

    words: tuple[str, ...]
    named: tuple[str, ...]
    meaning: tuple[str, ...]
    topics: int


def view(words: Sequence[str], spots: Iterable[Spot]) -> View:
    """Mask the names found in a run of words."""
    masked: list[str] = []
    named: list[str] = []
    meaning: list[str] = []
    topics: set[str] = set()
    at = 0
    for spot in spots:
        masked += words[at : spot.start]
        meaning += words[at : spot.start]
        masked.append(TERM if spot.sort == "term" else TOPIC)
        if spot.sort == "topic":
            topics.add(spot.id)
        else:
            named += [f"{spot.sort}:{spot.id}", *words[spot.start : spot.end]]
            meaning += words[spot.start : spot.end]
        at = spot.end
    return View((*masked, *words[at:]), tuple(named), (*meaning, *words[at:]), len(topics))


def word_grams(seen: View) -> list[str]:
    """List the word features of a view: single words, pairs, names, and how many topics there are."""
    edged = ("^", *seen.words, "$")
    grams = list(seen.words)
    grams += [f"{left} {right}" for left, right in pairwise(edged)]
    grams += [f"n:{word}" for word in seen.named]
    grams.append(f"#{min(seen.topics, 3)}")
    return grams


def char_grams(seen: View) -> list[str]:
    """List the character features of a view: runs of 2 to 5 inside its words."""
    grams: list[str] = []
    for word in seen.words:
        if word in (TOPIC, TERM):
            continue
        edged = f" {word} "
        for size in (3, 4, 5):
            grams += [edged[at : at + size] for at in range(max(1, len(edged) - size + 1))]
    return grams


class Features:
    """Projects views to vectors; knows the weight of each n-gram from the curated phrasings."""

    def __init__(self, views: Sequence[View], table: Table) -> None:
        self._table = table
        self._words = _weights([word_grams(seen) for seen in views], least=2)
        self._chars = _weights([char_grams(seen) for seen in views], least=3)
        self._word_rows = _signs(max(0, len(self._words) - PLAIN[0]), SPREAD[0])
        self._char_rows = _signs(max(0, len(self._chars) - PLAIN[1]), SPREAD[1])

    def vector(self, seen: View) -> Floats:
        """Return the vector of one view; its three parts each have length 1 times their weight."""
        return np.concatenate(
            (
                WEIGHTS[0] * _project(word_grams(seen), self._words, PLAIN[0], self._word_rows),
                WEIGHTS[1] * _project(char_grams(seen), self._chars, PLAIN[1], self._char_rows),
                WEIGHTS[2] * self._table.vector(seen.meaning),
            )
        )


def _weights(documents: Sequence[Sequence[str]], least: int) -> dict[str, tuple[int, float]]:
    """Return each n-gram's place and inverse document frequency."""
    counts: Counter[str] = Counter()
    for grams in documents:
        counts.update(list(dict.fromkeys(grams)))  # a set would give each process another order, and matcher
    kept = sorted((gram for gram, count in counts.items() if count >= least), key=lambda gram: (-counts[gram], gram))
    total = len(documents)
    return {gram: (at, log((1 + total) / (1 + counts[gram])) + 1.0) for at, gram in enumerate(kept)}


def _signs(count: int, size: int) -> Floats:
    """Give each n-gram a fixed random direction: their sums keep the angles between bags (random projection)."""
    bits = np.random.default_rng(SEED).integers(0, 256, (count, size // 8), np.uint8)
    rows = np.unpackbits(bits, axis=1).astype(np.float32)
    rows *= 2.0 / sqrt(size)
    rows -= np.float32(1.0 / sqrt(size))
    return rows


def _project(grams: Sequence[str], weights: dict[str, tuple[int, float]], plain: int, rows: Floats) -> Floats:
    """Return the bag of n-grams as a vector of length 1: the common ones as they are, the rest projected.

    Random directions keep the angles between bags, with an error that grows with what is projected: that is why the
    common n-grams are kept out of it.
    """
    out = np.zeros(plain + rows.shape[1], np.float32)
    counts = Counter(gram for gram in grams if gram in weights)
    if not counts:
        return out
    places = np.array([weights[gram][0] for gram in counts])
    values = np.array([(1.0 + log(count)) * weights[gram][1] for gram, count in counts.items()], np.float32)
    values /= np.float32(sqrt(float(values @ values)))
    common = places < plain
    out[places[common]] = values[common]
    out[plain:] = values[~common] @ rows[places[~common] - plain]
    return out
