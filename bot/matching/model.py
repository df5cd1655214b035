"""Softmax regression over weighted n-grams and meaning: a probability for each label.

Fitted in small batches in a fixed order, so the same phrasings give the same model.
Knows nothing of language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.matching.features import Bag
from bot.matching.table import Floats

Places = npt.NDArray[np.intp]

ROUNDS = (9, 12)  # times each phrasing is looked at: at least, at most
LOOKS = 120_000  # ... and about this often in all, for a quick start
PACE = 0.12  # for the largest batch; smaller ones take smaller steps
BATCH = (32, 128)  # examples: at least, at most
ORDER = 7  # any fixed number: the order in which phrasings are learned
EVEN = -0.3  # how much less an example of a large label counts: its share to this power


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier: a row of weights for each n-gram, then each dimension of meaning, then the bias."""

    labels: tuple[str, ...]
    weights: Floats

    def scores(self, bag: Bag) -> Floats:
        """Return the probability of each label."""
        tail = self.weights[-1 - len(bag.meaning) :]
        total = bag.meaning @ tail[:-1] + tail[-1]
        if len(bag.places):
            total = total + bag.weights @ self.weights[bag.places]
        scores: Floats = _softmax(total[None])[0]
        return scores


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some examples, dense in the columns they use: `rows` are these columns' places in the model."""

    rows: Places
    design: Floats
    targets: Places
    share: Floats


def fit(bags: Sequence[Bag], labels: Sequence[str], grams: int) -> Model:
    """Fit a model by Adagrad; every label counts, large ones a little less an example."""
    names = tuple(sorted(set(labels)))
    place = {name: at for at, name in enumerate(names)}
    targets = np.array([place[label] for label in labels], np.intp)
    share = (np.bincount(targets).astype(np.float32) ** np.float32(EVEN))[targets]
    share /= share.mean()
    size = min(BATCH[1], max(BATCH[0], len(bags) // 64))
    pace = PACE * (size / BATCH[1]) ** 0.5
    batches = list(_batches(bags, targets, share, grams, size))
    weights = np.zeros((grams + len(bags[0].meaning) + 1, len(names)), np.float32)
    bent = np.zeros_like(weights)
    rounds = min(ROUNDS[1], max(ROUNDS[0], LOOKS // len(bags)))
    steps, step = rounds * len(batches), 0
    order = np.random.default_rng(ORDER)
    for _ in range(rounds):
        for at in order.permutation(len(batches)):
            _learn(weights, bent, batches[at], pace * (1.0 - step / steps))
            step += 1
    return Model(names, weights)


def _batches(bags: Sequence[Bag], targets: Places, share: Floats, grams: int, size: int) -> Iterator[_Batch]:
    order = np.random.default_rng(ORDER).permutation(len(bags))
    tail = np.arange(grams, grams + len(bags[0].meaning) + 1)
    for start in range(0, len(bags), size):
        chosen = order[start : start + size]
        some = [bags[at] for at in chosen]
        used, columns = np.unique(np.concatenate([bag.places for bag in some]), return_inverse=True)
        words = np.zeros((len(some), len(used)), np.float32)
        lines = np.repeat(np.arange(len(some)), [len(bag.places) for bag in some])
        words[lines, columns] = np.concatenate([bag.weights for bag in some])
        meaning = np.stack([bag.meaning for bag in some])
        design = np.hstack([words, meaning, np.ones((len(some), 1), np.float32)])
        yield _Batch(np.concatenate((used, tail)), design, targets[chosen], share[chosen] / np.float32(len(some)))


def _learn(weights: Floats, bent: Floats, batch: _Batch, pace: float) -> None:
    """Step down the slope of one batch, shorter where it has been steep before."""
    held = weights[batch.rows]
    miss = _softmax(batch.design @ held)
    miss[np.arange(len(batch.targets)), batch.targets] -= 1.0
    slope = batch.design.T @ (miss * batch.share[:, None])
    steep = bent[batch.rows]
    steep += slope * slope
    bent[batch.rows] = steep
    slope /= np.sqrt(steep) + np.float32(1e-6)
    weights[batch.rows] = held - np.float32(pace) * slope


def _softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
