"""A Teams for each test, a server at it, two people; and logs as in production: short, and without anybody's words."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog

from bot import telemetry
from bot.advisor import Knowledge
from tests.teams.fake import BEN, Teams
from tests.teams.people import Person
from tests.teams.serving import Served, serving


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with Teams() as fake:
        yield fake


@pytest.fixture
async def served(knowledge: Knowledge, teams: Teams, tmp_path: Path) -> AsyncIterator[Served]:
    """The server as it is, at this Teams."""
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", teams) as running:
        yield running


@pytest.fixture
def ana(teams: Teams) -> Person:
    return Person(teams)


@pytest.fixture
def ben(teams: Teams) -> Person:
    return Person(teams, BEN)


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is logged."""
    before, kept = structlog.get_config(), StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", kept)
        telemetry.configure("info", json=True)
    yield kept
    structlog.configure(**before)
