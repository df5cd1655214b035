"""A PostgreSQL for the bars: the one the tests use, with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.store.conftest import MISSING, Server, find_tools


@contextmanager
def postgres() -> Iterator[str]:
    """Start one until the block ends; its address."""
    tools = find_tools()
    if tools is None:
        raise RuntimeError(MISSING)
    server = Server(tools)
    try:
        yield server.url
    finally:
        server.stop()
