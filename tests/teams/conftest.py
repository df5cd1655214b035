"""A Teams for each test, and logs as in production: short, and without anybody's words."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from io import StringIO

import pytest
import structlog

from bot import telemetry
from tests.teams.fake import Teams


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with Teams() as fake:
        yield fake


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is logged."""
    before, kept = structlog.get_config(), StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", kept)
        telemetry.configure("info", json=True)
    yield kept
    structlog.configure(**before)
