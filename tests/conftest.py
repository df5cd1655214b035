"""Shared fixtures: the catalog as it is shipped, and a copy of the content to break."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from bot.advisor import Knowledge
from bot.catalog.load import built_in, load
from bot.catalog.schema import Catalog
from bot.conversation import Conversation
from bot.store import Store


@pytest.fixture(autouse=True)
def _own_logs() -> None:
    """Log as nobody set it up: a test that runs a command sets up the whole process."""
    # structlog's own default draws every local variable of a traceback: 20 s for one that holds the catalog.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.PrintLoggerFactory(),
    )


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped content."""
    return load()


@pytest.fixture(scope="session")
def knowledge(catalog: Catalog) -> Knowledge:
    """The shipped content with its matcher, built once."""
    return Knowledge.of(catalog)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store[Conversation]]:
    """A store of conversations on a real SQLite file."""
    store = Store(f"sqlite:///{tmp_path}/talk.db", Conversation)
    await store.open()
    yield store
    await store.close()


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
