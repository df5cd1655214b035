"""Fitted weights are kept on disk: the same answers, sooner; a bad file costs time and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.catalog.schema import Catalog
from bot.matching.matcher import Matcher
from bot.matching.model import Model
from bot.matching.shelf import KEPT, Shelf, key

ASKED = ("what is mlops", "devops vs aiops", "how do i get access", "best pizza in town", "why bother with slos")


def test_a_kept_model_answers_as_the_fitted_one_without_fitting(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = Matcher(catalog, Shelf(tmp_path))
    monkeypatch.setattr("bot.matching.matcher.fit", None)
    kept = Matcher(catalog, Shelf(tmp_path))
    assert [kept.match(text) for text in ASKED] == [fitted.match(text) for text in ASKED]


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 not really", b"\x93NUMPY", b"{}"])
def test_a_broken_file_is_no_model(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "matcher-k.npz").write_bytes(junk)
    assert Shelf(tmp_path).find("k") is None


def test_a_missing_or_unwritable_folder_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file")
    shelf.put("k", model())
    assert shelf.find("k") is None


def test_what_was_put_is_found_and_only_the_newest_stay(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in range(KEPT + 3):
        shelf.put(str(number), model())
    found = shelf.find(str(KEPT + 2))
    assert found is not None
    assert found.labels == ("a", "b")
    assert np.array_equal(found.weights, model().weights)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_other_phrasings_have_another_key() -> None:
    assert key(["a", "b"]) == key(["a", "b"])
    assert len({key(["a", "b"]), key(["ab"]), key(["b", "a"]), key(["a", "b", ""])}) == 4


def model() -> Model:
    return Model(("a", "b"), np.eye(2, dtype=np.float32))
