"""A PostgreSQL for the bars: the one the tests use, with a database of its own."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.store.conftest import MISSING, Server, find_tools


class Postgres:
    """A server that can crash: killed with all that belongs to it, and started again on the same data."""

    def __init__(self, tools: Path) -> None:
        self._server = Server(tools)
        self.url = self._server.url
        self.crashes = 0

    def crash(self) -> None:
        """Stop it at once, as a crash does, and start it again."""
        server = self._server
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait(20)
        self.crashes += 1
        server.process = subprocess.Popen(
            server.process.args, cwd=server.folder, stdout=server.log, stderr=subprocess.STDOUT, **server._as
        )
        server._wait()

    def stop(self) -> None:
        """End it and remove its folder."""
        self._server.stop()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start one until the block ends."""
    tools = find_tools()
    if tools is None:
        raise RuntimeError(MISSING)
    server = Postgres(tools)
    try:
        yield server
    finally:
        server.stop()
