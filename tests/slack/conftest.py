"""Logs as in production: short, and without anybody's words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from bot import telemetry


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    telemetry.configure("info", json=True)
    yield
    structlog.reset_defaults()
