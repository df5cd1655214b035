"""Logs as in production: short, and without anybody's words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from bot import telemetry
from tests.store.conftest import new_postgres, postgres

__all__ = ["new_postgres", "postgres"]


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    before = structlog.get_config()
    telemetry.configure("info", json=True)
    yield
    structlog.configure(**before)
