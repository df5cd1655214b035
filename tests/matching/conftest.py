"""One matcher on the shipped content for all matching tests: building it takes seconds."""

from __future__ import annotations

import pytest

from bot.catalog.load import load
from bot.catalog.schema import Catalog
from bot.matching.matcher import Matcher


@pytest.fixture(scope="session")
def shipped() -> Catalog:
    return load()


@pytest.fixture(scope="session")
def matcher(shipped: Catalog) -> Matcher:
    return Matcher(shipped)
