"""The server under test, as it really runs: in this process on a free loopback port, or in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from adapters import server

ROOT = Path(__file__).parent.parent


class Running:
    """A server in this process. `stop` lets turns finish, as SIGTERM does."""

    def __init__(self, app: web.Application, port: int = 0) -> None:
        self.url = ""
        self.host = ""
        self._stop = asyncio.Event()
        self._up = asyncio.Event()
        self._served = asyncio.create_task(server.listen(app, "127.0.0.1", port, self._stop, self._bound))

    def _bound(self, url: str) -> None:
        self.url, self.host = url, url.removeprefix("http://")
        self._up.set()

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    async def up(self) -> Running:
        waiting = asyncio.create_task(self._up.wait())
        await asyncio.wait({waiting, self._served}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        if self._served.done():
            self._served.result()
        assert self.url
        return self

    async def stop(self) -> None:
        self._stop.set()
        await self._served


class Started:
    """A server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self.url = process, url

    async def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 15)


@asynccontextmanager
async def started(folder: Path, settings: Mapping[str, str], *command: str) -> AsyncIterator[Started]:
    """Start Python with a command that serves and logs its address; its database is in `folder`.

    Of our own environment only what isn't a setting is handed on.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TEAMS_", "WHICHOPS_"))}
    ours = {"WHICHOPS_PORT": "0", "WHICHOPS_DATABASE_URL": f"sqlite:///{folder}/talk.db", **settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=own | ours, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(40):
            told = b""
            while not (found := re.search(rb'"address": "(http://[^"]+)"', line := await process.stderr.readline())):
                told += line
                assert line, f"it ended before it served: {told.decode(errors='replace')}"
        yield Started(process, found.group(1).decode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
