"""A real server on a free loopback port and a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from adapters import server
from tests.running import Running
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
