"""A read question as weighted n-grams with names masked, plus the sentence's meaning.

Must never look at an answer: the same view is built for a curated phrasing and for what a person typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from bot.matching.spot import Spot
from bot.matching.table import Floats, Table

TOPIC, TERM = "topicx", "termx"
LEAST = 2  # phrasings an n-gram must stand in to count
MOST = 200_000  # n-grams that count: of more, those in the most phrasings
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


@dataclass(frozen=True, slots=True)
class Bags:
    """The bags of many views as one: the n-grams of each end at its place in `ends`, its meaning is a row."""

    places: npt.NDArray[np.intp]
    weights: Floats
    ends: npt.NDArray[np.intp]
    meaning: Floats

    def __len__(self) -> int:
        """Return how many bags there are."""
        return len(self.ends)

    def some(self, chosen: npt.NDArray[np.intp]) -> Bags:
        """Return some of the bags."""
        lengths = np.diff(self.ends, prepend=0)[chosen]
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1]) + np.repeat(self.ends[chosen] - ends, lengths)
        return Bags(self.places[at], self.weights[at], ends, self.meaning[chosen])

    def moved(self, places: npt.NDArray[np.intp]) -> Bags:
        """Return the same bags with their n-grams at other places."""
        return Bags(places, self.weights, self.ends, self.meaning)


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
    def of(cls, views: Sequence[View], table: Table) -> tuple[Features, Bags]:
        """Learn the n-grams of some views; return also what the model sees of each of these."""
        ids: dict[str, int] = {}
        found = [[ids.setdefault(gram, len(ids)) for gram in grams(seen)] for seen in views]
        lines = np.repeat(np.arange(len(views)), [len(each) for each in found])
        flat = lines * len(ids) + np.fromiter(chain.from_iterable(found), np.intp, len(lines))
        keys, repeats = np.unique(flat, return_counts=True)
        lines, keys = np.divmod(keys, len(ids))
        counts = np.bincount(keys, minlength=len(ids))
        kept = np.sort(np.argsort(-counts, kind="stable")[:MOST])
        kept = kept[counts[kept] >= LEAST]
        rarity = (np.log((1 + len(views)) / (1 + counts[kept])) + 1.0).astype(np.float32)
        place = np.full(len(ids), -1, np.intp)
        place[kept] = np.arange(len(kept))
        meaning = table.vectors([seen.meaning for seen in views])
        names = list(ids)
        features = cls(
            {names[at]: to for to, at in enumerate(kept.tolist())},
            rarity,
            meaning.mean(axis=0),
            WORDS if len(views) >= FEW else SELDOM,
            table,
        )
        counted = place[keys] >= 0
        return features, features.bags(lines[counted], place[keys[counted]], repeats[counted], meaning)

    def bags(
        self,
        lines: npt.NDArray[np.intp],
        places: npt.NDArray[np.intp],
        repeats: npt.NDArray[np.intp],
        meaning: Floats,
    ) -> Bags:
        """Weigh the n-grams of many views at once: `lines` says whose each is, `repeats` how often it stands there."""
        weights = self.rarity[places] * (1 + np.log(repeats.astype(np.float32)))
        length = np.sqrt(np.bincount(lines, weights * weights, len(meaning))).astype(np.float32)
        weights *= (np.float32(self.force) / length.clip(1e-6))[lines]
        ends = np.cumsum(np.bincount(lines, minlength=len(meaning)))
        return Bags(places, weights, ends, np.float32(MEANING) * (meaning - self.middle))

    def bag(self, seen: View) -> Bag:
        """Return what the model sees of a view."""
        counts = Counter(self.places[gram] for gram in grams(seen) if gram in self.places)
        places = np.fromiter(counts, np.intp, len(counts))
        weights: Floats = self.rarity[places] * (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts))))
        weights *= np.float32(self.force / max(1e-6, float(np.sqrt(weights @ weights))))
        return Bag(places, weights, np.float32(MEANING) * (self._table.vector(seen.meaning) - self.middle))
