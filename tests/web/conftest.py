"""A real server on a free loopback port and a real browser."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from adapters import server
from tests.web.fake import SPOTS, FakeAdvisor

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Running:
    """A server under test. `stop` lets turns finish, as SIGTERM does."""

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


@asynccontextmanager
async def running(advisor: Any, port: int = 0, **options: Any) -> AsyncIterator[Running]:
    """Serve an advisor until the block ends."""
    served = await Running(server.build(advisor, spots=SPOTS, **options), port).up()
    try:
        yield served
    finally:
        await served.stop()


@pytest.fixture
def advisor() -> FakeAdvisor:
    return FakeAdvisor()


@pytest_asyncio.fixture(loop_scope="session")
async def served(advisor: FakeAdvisor) -> AsyncIterator[Running]:
    async with running(advisor) as server_running:
        yield server_running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's browser. Where none is installed the test is skipped, unless WHICHOPS_REQUIRE_BROWSER is set."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("WHICHOPS_REQUIRE_BROWSER"):
            pytest.fail("WHICHOPS_REQUIRE_BROWSER is set and no Chromium is installed")
        pytest.skip("no Chromium is installed")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        await started.close()


class Eyes:
    """What the browser complained about and whom it called."""

    def __init__(self, context: BrowserContext) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        context.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", lambda request: self.requests.append(request.url))


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of a fresh profile that must end without an error of its own."""
    context = await browser.new_context(viewport={"width": 1100, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(8000)
    opened = await context.new_page()
    yield opened
    await context.close()
