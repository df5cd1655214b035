"""The classifier: of very many labels it looks into the likely ones only, and still finds the right one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.matching import model
from bot.matching.features import Bags, Features, View
from bot.matching.learned import Learned
from bot.matching.model import Model, fit
from bot.matching.shelf import Shelf
from bot.matching.table import table

LABELS = 60


def said(label: int, how: str) -> View:
    words = tuple(f"{how} thing{label} of{label % 5}".split())
    return View(words, (), words, 0)


VIEWS = [said(label, how) for label in range(LABELS) for how in ("what", "where", "show me")]
NAMES = [f"{label:02}" for label in range(LABELS) for _ in range(3)]


@pytest.fixture
def features(monkeypatch: pytest.MonkeyPatch) -> tuple[Features, Bags]:
    monkeypatch.setattr(model, "MANY", 20)
    monkeypatch.setattr(model, "ALONE", 10)
    monkeypatch.setattr(model, "BRANCH", 8)
    monkeypatch.setattr(model, "LIKELY", 0.0)
    return Features.of(VIEWS, table())


def fitted(features: tuple[Features, Bags]) -> Model:
    return fit(features[1], NAMES, len(features[0].places))


def test_many_labels_stand_in_branches_and_each_is_found(features: tuple[Features, Bags]) -> None:
    learned = fitted(features)
    assert 10 + len(learned.branches) == len(learned.labels)
    assert all(len(branch.labels) <= 8 for branch in learned.branches)
    for view, name in zip(VIEWS, NAMES, strict=True):
        scores = learned.scores(features[0].bag(view))
        assert name == max(scores, key=lambda label: scores[label])


def test_the_probabilities_of_all_labels_are_one_together(features: tuple[Features, Bags]) -> None:
    scores = fitted(features).scores(features[0].bag(said(61, "what")))
    assert pytest.approx(1.0, abs=0.01) == sum(scores.values())


def test_branches_are_kept_and_read_back(features: tuple[Features, Bags], tmp_path: Path) -> None:
    learned = fitted(features)
    Shelf(tmp_path).put("k", Learned(features[0], learned, {}, {}))
    found = Shelf(tmp_path).find("k", table())
    assert found is not None
    bag = features[0].bag(VIEWS[7])
    assert learned.scores(bag) == found.model.scores(bag)


def test_a_bag_is_the_same_alone_and_among_many() -> None:
    features, bags = Features.of(VIEWS, table())
    for at in (0, 40, 179):
        one, many = features.bag(VIEWS[at]), bags.some(np.array([at]))
        order = np.argsort(one.places)
        assert np.array_equal(one.places[order], many.places)
        np.testing.assert_allclose(one.weights[order], many.weights, rtol=1e-5)
        np.testing.assert_allclose(one.meaning, many.meaning[0], atol=1e-5)
