"""Softmax regression over weighted n-grams and meaning: a probability for each label.

Fitted in small batches in a fixed order, so the same phrasings give the same model. Of very many labels, the small
ones stand together in branches that are looked into only where they are likely, so neither fitting nor matching grows
with the square of the content. Knows nothing of language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.matching.features import Bag, Bags
from bot.matching.table import Floats

Places = npt.NDArray[np.intp]

ROUNDS = (5, 12)  # times each phrasing is looked at: at least, at most
LOOKS = 155_000  # ... and about this often in all, for a quick start
PACE = 0.12  # for the largest batch; smaller ones take smaller steps
BATCH = (32, 128)  # examples: at least, at most
ORDER = 7  # any fixed number: the order in which phrasings are learned
EVEN = -0.3  # how much less an example of a large label counts: its share to this power
NOTHING = 5e-5  # a label less probable than this is not told
MANY = 512  # labels from which the small ones go into branches ...
ALONE = 128  # ... but for this many of the largest ...
BRANCH = 128  # ... with so many labels each, at most
LIKELY = 0.02  # a branch less probable than this is not looked into


@dataclass(frozen=True, slots=True)
class Branch:
    """Labels that stand together: which n-grams tell them apart (rising places), and their rows of weights."""

    labels: tuple[str, ...]
    places: Places
    weights: Floats

    def scores(self, bag: Bag) -> Floats:
        """Return the probability of each label, given that it is one of these."""
        at = np.minimum(np.searchsorted(self.places, bag.places), len(self.places) - 1)
        known = self.places[at] == bag.places
        return _scores(self.weights, at[known], bag.weights[known], bag.meaning)


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier: a row of weights for each n-gram, then each dimension of meaning, then the bias."""

    labels: tuple[str, ...]  # the last ones stand for the branches, in their order
    weights: Floats
    branches: tuple[Branch, ...] = field(default=())

    def scores(self, bag: Bag) -> dict[str, float]:
        """Return the probability of each label that has any."""
        row = _scores(self.weights, bag.places, bag.weights, bag.meaning)
        told: dict[str, float] = {}
        alone = len(self.labels) - len(self.branches)
        for at in (row > NOTHING).nonzero()[0].tolist():
            score = float(row[at])
            if at < alone:
                told[self.labels[at]] = score
            elif score > LIKELY:
                branch = self.branches[at - alone]
                inside = score * branch.scores(bag)
                told.update((branch.labels[to], float(inside[to])) for to in (inside > NOTHING).nonzero()[0].tolist())
        return told


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some examples. N-grams that several of them have are columns, with meaning and bias; the others are a list.

    `rows` are the places of all of these in the model, in this order. `lines` says whose each listed one is; it rises,
    and `starts` is where each of its values (`owners`) begins.
    """

    rows: Places
    design: Floats
    lines: Places
    listed: Floats
    owners: Places
    starts: Places
    targets: Places
    share: Floats


def fit(bags: Bags, labels: Sequence[str], grams: int) -> Model:
    """Fit a model by Adagrad; every label counts, large ones a little less an example."""
    names = tuple(sorted(set(labels)))
    place = {name: at for at, name in enumerate(names)}
    targets = np.array([place[label] for label in labels], np.intp)
    if len(names) <= MANY:
        return Model(names, _fitted(bags, targets, len(names), grams))
    alone, groups = _groups(bags, targets, len(names))
    trunk = np.empty(len(names), np.intp)
    trunk[alone] = np.arange(len(alone))
    for at, group in enumerate(groups):
        trunk[group] = len(alone) + at
    weights = _fitted(bags, trunk[targets], len(alone) + len(groups), grams)
    told = (*(names[at] for at in alone), *(f"branch {at}" for at in range(len(groups))))
    return Model(told, weights, tuple(_branches(bags, targets, names, groups)))


def _branches(bags: Bags, targets: Places, names: Sequence[str], groups: Sequence[Places]) -> Iterator[Branch]:
    order = np.argsort(targets, kind="stable")
    starts = np.searchsorted(targets[order], np.arange(len(names) + 1))
    for group in groups:
        some = bags.some(np.concatenate([order[starts[at] : starts[at + 1]] for at in group]))
        inside = np.repeat(np.arange(len(group)), [starts[at + 1] - starts[at] for at in group])
        places, local = np.unique(some.places, return_inverse=True)
        weights = _fitted(some.moved(local), inside, len(group), len(places))
        yield Branch(tuple(names[at] for at in group), places, weights)


def _groups(bags: Bags, targets: Places, count: int) -> tuple[Places, list[Places]]:
    """Choose the labels that stand alone, the largest; put the others together by what they mean."""
    sizes = np.bincount(targets, minlength=count)
    ranked = np.argsort(-sizes, kind="stable")
    means = np.zeros((count, bags.meaning.shape[1]), np.float32)
    np.add.at(means, targets, bags.meaning)
    means /= sizes[:, None]
    done: list[Places] = []
    todo = [np.sort(ranked[ALONE:])]
    while todo:
        group = todo.pop()
        if len(group) <= BRANCH:
            done.append(group)
            continue
        spread = means[group] - means[group].mean(axis=0)
        along = spread @ np.linalg.eigh(spread.T @ spread)[1][:, -1]
        halves = np.argsort(along, kind="stable")
        todo += [np.sort(group[halves[: len(group) // 2]]), np.sort(group[halves[len(group) // 2 :]])]
    return np.sort(ranked[:ALONE]), done


def _fitted(bags: Bags, targets: Places, count: int, grams: int) -> Floats:
    """Fit the weights of some labels."""
    share = (np.bincount(targets, minlength=count).clip(1).astype(np.float32) ** np.float32(EVEN))[targets]
    share /= share.mean()
    size = min(BATCH[1], max(BATCH[0], len(bags) // 64))
    pace = PACE * (size / BATCH[1]) ** 0.5
    batches = list(_batches(bags, targets, share, grams, size))
    weights = np.zeros((grams + bags.meaning.shape[1] + 1, count), np.float32)
    bent = np.zeros_like(weights)
    rounds = min(ROUNDS[1], max(ROUNDS[0], LOOKS // len(bags)))
    steps, step = rounds * len(batches), 0
    order = np.random.default_rng(ORDER)
    for _ in range(rounds):
        for at in order.permutation(len(batches)):
            _learn(weights, bent, batches[at], pace * (1.0 - step / steps))
            step += 1
    return weights


def _batches(bags: Bags, targets: Places, share: Floats, grams: int, size: int) -> Iterator[_Batch]:
    order = np.random.default_rng(ORDER).permutation(len(bags))
    tail = np.arange(grams, grams + bags.meaning.shape[1] + 1)
    for start in range(0, len(bags), size):
        chosen = order[start : start + size]
        some = bags.some(chosen)
        lines = np.repeat(np.arange(len(chosen)), np.diff(some.ends, prepend=0))
        used, column, uses = np.unique(some.places, return_inverse=True, return_counts=True)
        single = uses[column] == 1
        shared = uses > 1
        column = (np.cumsum(shared) - 1)[column]
        width = int(shared.sum())
        design = np.zeros((len(chosen), width + len(tail)), np.float32)
        design[lines[~single], column[~single]] = some.weights[~single]
        design[:, width:-1] = some.meaning
        design[:, -1] = 1.0
        owners, starts = np.unique(lines[single], return_index=True)
        rows = np.concatenate((used[shared], tail, some.places[single]))
        listed = some.weights[single, None]
        shares = share[chosen, None] / np.float32(len(chosen))
        yield _Batch(rows, design, lines[single], listed, owners, starts, targets[chosen], shares)


def _learn(weights: Floats, bent: Floats, batch: _Batch, pace: float) -> None:
    """Step down the slope of one batch, shorter where it has been steep before."""
    held = weights[batch.rows]
    width = batch.design.shape[1]
    scores = batch.design @ held[:width]
    if len(batch.lines):
        scores[batch.owners] += np.add.reduceat(batch.listed * held[width:], batch.starts)
    miss = _softmax(scores)
    miss[np.arange(len(batch.targets)), batch.targets] -= 1.0
    miss *= batch.share
    slope = np.empty_like(held)
    np.matmul(batch.design.T, miss, out=slope[:width])
    np.multiply(miss[batch.lines], batch.listed, out=slope[width:])
    steep = bent[batch.rows]
    steep += slope * slope
    bent[batch.rows] = steep
    np.sqrt(steep, out=steep)
    steep += np.float32(1e-6)
    slope /= steep
    slope *= np.float32(pace)
    held -= slope
    weights[batch.rows] = held


def _scores(weights: Floats, places: Places, counted: Floats, meaning: Floats) -> Floats:
    total = meaning @ weights[-1 - len(meaning) : -1] + weights[-1]
    if len(places):
        total = total + counted @ weights[places]
    scores: Floats = _softmax(total[None])[0]
    return scores


def _softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
