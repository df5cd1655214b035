"""No module id that was ever released disappears without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.catalog.history import HistoryPage
from bot.catalog.load import load
from bot.catalog.schema import Catalog
from bot.errors import ContentError

HISTORY, MODULES, PATHS = (f"roadmap/{name}.yaml" for name in ("history", "modules", "paths"))
KNOWN = dict.fromkeys(["a", "b", "c"])


def rename(content: Path, old: str, new: str) -> None:
    for path in (content / "roadmap").glob("*.yaml"):
        if path.name != "history.yaml":
            path.write_text(re.sub(rf"\b{old}\b", new, path.read_text()))


def test_every_module_that_ships_is_listed_as_released(catalog: Catalog) -> None:
    script = catalog.roadmap
    assert set(script.module) <= set(script.history.released)


def test_a_released_id_that_is_gone_is_refused_with_its_line_and_a_fix(content: Path) -> None:
    rename(content, "d-metrics", "d-dora")
    with pytest.raises(ContentError) as caught:
        load(None, content)
    lines = (content / HISTORY).read_text().splitlines()
    (problem,) = caught.value.problems
    assert (f"{content}/{HISTORY}", lines.index("  - d-metrics") + 1) == (problem.file, problem.line)
    assert "d-metrics was released and is gone" in problem.what
    assert "renamed, split, merged or retired" in problem.fix


def test_a_declared_change_is_taken(content: Path) -> None:
    rename(content, "d-metrics", "d-dora")
    path = content / HISTORY
    path.write_text(path.read_text().replace("renamed: {}", "renamed: {d-metrics: d-dora}"))
    assert "d-dora" in load(None, content).roadmap.module


WRONG = [
    ({"renamed": {"a": "b"}}, "a is still a module"),
    ({"renamed": {"x": "y"}}, "there is no module y"),
    ({"renamed": {"x": "a"}, "retired": {"x": "Gone."}}, "x is declared twice"),
    ({"split": {"x": ["a", "nowhere"]}}, "there is no module nowhere"),
    ({"merged": {"a": ["x", "b"]}}, "b is still a module"),
    ({"renamed": {"x": "y", "y": "x"}}, "go round in a circle"),
]


@pytest.mark.parametrize(("page", "said"), WRONG)
def test_a_declaration_that_does_not_fit_is_refused(page: dict[str, object], said: str) -> None:
    assert any(said in what for _, what in HistoryPage.model_validate(page).flaws(KNOWN))


def test_changes_come_in_the_order_they_build_on_each_other() -> None:
    page = HistoryPage.model_validate({"renamed": {"z": "a"}, "split": {"x": ["y", "b"]}, "merged": {"z": ["y", "w"]}})
    assert [("x",), ("y", "w"), ("z",)] == [change.before for change in page.changes]
    assert [] == list(page.flaws(KNOWN))
