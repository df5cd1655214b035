"""Logs as in production: short, and without anybody's words. And a seat at which somebody has their roadmap."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot import telemetry
from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from tests.contract.seats import Seat, seat
from tests.contract.test_adapters import answer_by_clicks
from tests.store.conftest import new_postgres, postgres

__all__ = ["new_postgres", "postgres"]


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    before = structlog.get_config()
    telemetry.configure("info", json=True)
    yield
    structlog.configure(**before)


@pytest.fixture
async def planned(
    request: pytest.FixtureRequest, knowledge: Knowledge, catalog: Catalog, tmp_path: Path
) -> AsyncIterator[Seat]:
    """A place to chat (parametrized: which) where an interview was answered by clicks."""
    async with seat(request.param, knowledge, f"sqlite:///{tmp_path}/talk.db") as taken:
        await answer_by_clicks(taken, catalog)
        yield taken
