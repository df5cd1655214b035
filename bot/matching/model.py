"""Softmax regression over example vectors: a probability for each label.

Fitted once with L-BFGS, deterministic, numpy only. Knows nothing of language.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.matching.table import Floats

Places = npt.NDArray[np.intp]

RIDGE = 1e-5  # pull towards zero; cross-validated: probabilities come out as sure as they are right
ROUNDS = 24
MEMORY = 8
FIRST = 1.0  # length of the first step
WARM = 16.0  # how far a label's start reaches towards the mean of its examples


class Model:
    """A fitted classifier."""

    def __init__(self, labels: tuple[str, ...], weights: Floats, bias: Floats) -> None:
        self.labels = labels
        self.weights = weights
        self.bias = bias

    def scores(self, vectors: Floats) -> Floats:
        """Return the probability of each label, one row a vector."""
        return _softmax(np.atleast_2d(vectors) @ self.weights + self.bias)


def fit(vectors: Floats, labels: Sequence[str], *, ridge: float = RIDGE, rounds: int = ROUNDS) -> Model:
    """Fit a model; every label counts, large ones a little less an example."""
    names = tuple(sorted(set(labels)))
    place = {name: at for at, name in enumerate(names)}
    targets = np.array([place[label] for label in labels])
    counts = np.bincount(targets, minlength=len(names)).astype(np.float32)
    share = (counts ** np.float32(-0.3))[targets]
    share /= share.sum()
    design = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)])

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(design.shape[1], len(names))
        scores = _softmax(design @ weights)
        picked = scores[np.arange(len(targets)), targets]
        value = float(-(share * np.log(picked + 1e-12)).sum())
        scores[np.arange(len(targets)), targets] -= 1.0
        slope = design.T @ (scores * share[:, None])
        held = weights.copy()
        held[-1] = 0.0
        return value + 0.5 * ridge * float((held * held).sum()), (slope + ridge * held).ravel()

    flat = _minimise(loss, _start(vectors, targets, counts), rounds)
    weights = flat.reshape(design.shape[1], len(names))
    return Model(names, np.ascontiguousarray(weights[:-1]), weights[-1].copy())


def _start(vectors: Floats, targets: Places, counts: Floats) -> Floats:
    """Begin at a nearest-mean classifier: a third of the rounds are saved against beginning at zero."""
    order = np.argsort(targets, kind="stable")
    first = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.intp)
    means = np.add.reduceat(vectors[order], first, axis=0) / counts[:, None]
    middle = means.mean(axis=0)
    bias = -0.5 * WARM * ((means * means).sum(axis=1) - float(middle @ middle))
    start: Floats = np.vstack(((WARM * (means - middle)).T, bias)).astype(np.float32).ravel()
    return start


def _softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _minimise(loss, point: Floats, rounds: int) -> Floats:  # type: ignore[no-untyped-def]
    """Run L-BFGS with a halving line search (Nocedal and Wright, algorithm 7.4)."""
    value, slope = loss(point)
    steps: list[tuple[Floats, Floats, float]] = []
    for _ in range(rounds):
        direction = _two_loops(slope, steps)
        down = float(direction @ slope)
        if down > -1e-10:
            break
        pace = 1.0 if steps else FIRST / max(1e-6, float(np.sqrt(slope @ slope)))
        for _ in range(20):
            new_point = point + np.float32(pace) * direction
            new_value, new_slope = loss(new_point)
            if new_value <= value + 1e-4 * pace * down:
                break
            pace *= 0.5
        else:
            break
        moved, bent = new_point - point, new_slope - slope
        curve = float(moved @ bent)
        if curve > 1e-12:
            steps.append((moved, bent, 1.0 / curve))
            del steps[:-MEMORY]
        if value - new_value < 1e-6 * max(1.0, abs(value)):
            point = new_point
            break
        point, value, slope = new_point, new_value, new_slope
    return point


def _two_loops(slope: Floats, steps: list[tuple[Floats, Floats, float]]) -> Floats:
    direction = -slope
    kept: list[float] = []
    for moved, bent, inverse in reversed(steps):
        factor = inverse * float(moved @ direction)
        kept.append(factor)
        direction = direction - np.float32(factor) * bent
    if steps:
        moved, bent, inverse = steps[-1]
        direction = direction * np.float32(1.0 / (inverse * float(bent @ bent)))
    for (moved, bent, inverse), factor in zip(steps, reversed(kept), strict=True):
        direction = direction + np.float32(factor - inverse * float(bent @ direction)) * moved
    return direction
