"""The real roadmap content, read once by the real loader."""

from __future__ import annotations

import pytest

from bot.catalog.load import read
from bot.catalog.script import Roadmap
from bot.catalog.tree import plain


@pytest.fixture(scope="session")
def script() -> Roadmap:
    tree, problems = read()
    assert [] == [str(problem) for problem in problems if "/roadmap/" in problem.file]
    content = plain(tree)
    assert isinstance(content, dict)
    return Roadmap.model_validate(content["roadmap"])


@pytest.fixture(scope="session")
def words() -> dict[str, str]:
    """The real replies, as what is drawn and exported says them."""
    tree, _ = read()
    content = plain(tree)
    assert isinstance(content, dict)
    return dict(content["replies"])
