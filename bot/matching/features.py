"""A read question as weighted n-grams with names masked, plus the sentence's meaning.

Must never look at an answer: the same view is built for a curated phrasing and for what a person typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt

from bot.matching.spot import Spot
from bot.matching.table import Floats, Table

TOPIC, TERM = "topicx", "termx"
LEAST = 2  # phrasings an n-gram must stand in to count
MEANING = 3.0  # how much a sentence's meaning weighs
WORDS = 3.0  # ... and its n-grams
FEW, SELDOM = (2000, 1.5)  # of fewer phrasings than this the n-grams weigh less: each was seen too seldom
LONG = 24  # words from which a question is simply long


@dataclass(frozen=True, slots=True)
class View:
    """A question with its names masked. `words` carry the form, `named` the masked words, `meaning` both but topics."""

    words: tuple[str, ...]
    named: tuple[str, ...]
    meaning: tuple[str, ...]
    topics: int


@dataclass(frozen=True, slots=True)
class Bag:
    """What the model sees of a view: the places and weights of its n-grams, and its meaning."""

    places: npt.NDArray[np.intp]
    weights: Floats
    meaning: Floats

    def likeness(self, other: Bag) -> float:
        """Return the similarity of two bags: 1 for the same, 0 for nothing in common."""
        _, mine, theirs = np.intersect1d(self.places, other.places, assume_unique=True, return_indices=True)
        shared = float(self.weights[mine] @ other.weights[theirs] + self.meaning @ other.meaning)
        return shared / max(1e-6, self.size * other.size)

    @property
    def size(self) -> float:
        """Return the length of the whole bag."""
        return float(np.sqrt(self.weights @ self.weights + self.meaning @ self.meaning))


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


def grams(seen: View) -> list[str]:
    """List the n-grams of a view: single words, pairs, names, how many topics there are and how long it is."""
    out = list(seen.words)
    out += [f"{left} {right}" for left, right in pairwise(("^", *seen.words, "$"))]
    out += [f"n:{word}" for word in seen.named]
    return [*out, f"#{min(seen.topics, 3)}", f"long{min(len(seen.words), LONG) // 4}"]


class Features:
    """Weighs the n-grams of views; knows from the curated phrasings which there are and how rare."""

    def __init__(self, places: dict[str, int], rarity: Floats, middle: Floats, force: float, table: Table) -> None:
        self.places = places
        self.rarity = rarity
        self.middle = middle  # mean meaning of the phrasings: what all have in common tells nothing
        self.force = force  # how much the n-grams of a question weigh together
        self._table = table

    @classmethod
    def of(cls, views: Sequence[View], table: Table) -> Features:
        """Learn the n-grams of some views."""
        counts: Counter[str] = Counter()
        for seen in views:
            counts.update(dict.fromkeys(grams(seen), 1))
        kept = sorted(gram for gram, count in counts.items() if count >= LEAST)
        rarity = np.array([log((1 + len(views)) / (1 + counts[gram])) + 1.0 for gram in kept], np.float32)
        middle: Floats = np.stack([table.vector(seen.meaning) for seen in views]).mean(axis=0)
        force = WORDS if len(views) >= FEW else SELDOM
        return cls({gram: place for place, gram in enumerate(kept)}, rarity, middle, force, table)

    def bag(self, seen: View) -> Bag:
        """Return what the model sees of a view."""
        counts = Counter(self.places[gram] for gram in grams(seen) if gram in self.places)
        places = np.fromiter(counts, np.intp, len(counts))
        weights: Floats = self.rarity[places] * (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts))))
        weights *= np.float32(self.force / max(1e-6, float(np.sqrt(weights @ weights))))
        return Bag(places, weights, np.float32(MEANING) * (self._table.vector(seen.meaning) - self.middle))
