"""Logs as in production: short, and without anybody's words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from bot import telemetry


@pytest.fixture
def logs() -> Iterator[None]:
    before = structlog.get_config()
    telemetry.configure("info", json=True)
    yield
    structlog.configure(**before)
