"""Shared fixtures: the catalog as it is shipped, and a copy of the content to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.advisor import Knowledge
from bot.catalog.load import built_in, load
from bot.catalog.schema import Catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped content."""
    return load()


@pytest.fixture(scope="session")
def knowledge(catalog: Catalog) -> Knowledge:
    """The shipped content with its matcher, built once."""
    return Knowledge.of(catalog)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the shipped content: break it."""
    return Path(shutil.copytree(built_in(), tmp_path / "content"))


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An empty folder for a team's own content."""
    folder = tmp_path / "ours"
    folder.mkdir()
    return folder
