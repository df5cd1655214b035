"""What was learned is kept on disk: the same answers, sooner; a bad file costs time and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bot.catalog.schema import Catalog
from bot.matching.features import Features
from bot.matching.learned import Learned
from bot.matching.matcher import Matcher
from bot.matching.model import Model
from bot.matching.shelf import KEPT, Shelf, key
from bot.matching.table import table

ASKED = ("what is mlops", "devops vs aiops", "how do i get access", "best pizza in town", "why bother with slos")


def test_what_was_kept_answers_as_what_was_learned_without_learning(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = Matcher(catalog, Shelf(tmp_path))
    monkeypatch.setattr("bot.matching.matcher.learn", None)
    kept = Matcher(catalog, Shelf(tmp_path))
    assert [kept.match(text) for text in ASKED] == [fitted.match(text) for text in ASKED]
    assert [kept.explain(text) for text in ASKED] == [fitted.explain(text) for text in ASKED]


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 not really", b"\x93NUMPY", b"{}"])
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "matcher-k.npz").write_bytes(junk)
    assert Shelf(tmp_path).find("k", table()) is None


@pytest.mark.parametrize(
    "weights",
    [np.zeros((3, 2), np.float32), np.full((table().size + 3, 2), np.nan, np.float32)],
    ids=["another shape", "not numbers"],
)
def test_weights_that_do_not_fit_are_not_taken(tmp_path: Path, weights: np.ndarray) -> None:
    Shelf(tmp_path).put("k", learned(weights))
    assert Shelf(tmp_path).find("k", table()) is None


def test_a_missing_or_unwritable_folder_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file")
    shelf.put("k", learned())
    assert shelf.find("k", table()) is None


def test_what_was_put_is_found_and_only_the_newest_stay(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in range(KEPT + 3):
        shelf.put(str(number), learned())
        os.utime(tmp_path / f"matcher-{number}.npz", (number, number))
    found = shelf.find(str(KEPT + 2), table())
    assert found is not None
    assert ("a", "b") == found.model.labels
    assert np.array_equal(learned().model.weights, found.model.weights)
    assert learned().features.places == found.features.places
    assert learned().exact == found.exact
    assert learned().spoken == found.spoken
    assert KEPT == len(list(tmp_path.iterdir()))


def test_other_phrasings_have_another_key() -> None:
    assert key(["a", "b"]) == key(["a", "b"])
    assert len({key(["a", "b"]), key(["ab"]), key(["b", "a"]), key(["a", "b", ""])}) == 4


def learned(weights: np.ndarray | None = None) -> Learned:
    size = table().size
    features = Features({"a": 0, "b c": 1}, np.ones(2, np.float32), np.zeros(size, np.float32), 3.0, table())
    model = Model(("a", "b"), np.ones((size + 3, 2), np.float32) if weights is None else weights)
    return Learned(features, model, {("why", "<topic>"): "a", (): "b"}, {"a": frozenset({"why"})})
