"""A roadmap somebody keeps, in the web chat: where they are on it, and reminders while the page is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar
from playwright.async_api import Page, expect

from bot import interview
from bot.advisor import Advisor, Knowledge
from bot.chat import Message, Place, Reply, Text
from bot.conversation import Conversation
from bot.store import Store
from tests.running import Running
from tests.web.conftest import running
from tests.web.fake import FakeAdvisor

pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


class Browser:
    """A session of its own, which does what the page's script does."""

    def __init__(self, url: str, thread: str = "") -> None:
        self.session = ClientSession(url, cookie_jar=CookieJar(unsafe=True))
        self.thread = thread or str(uuid4())

    async def say(self, text: str, zone: str = "Asia/Tokyo") -> str:
        said = {"id": str(uuid4()), "text": text, "zone": zone}
        async with self.session.post(f"/t/{self.thread}/say", json=said) as response:
            assert 200 == response.status
            return await response.text()

    async def due(self) -> str:
        async with self.session.post(f"/t/{self.thread}/due") as response:
            return await response.text()

    async def road(self) -> str:
        async with self.session.get(f"/t/{self.thread}/road") as response:
            return await response.text()


@pytest_asyncio.fixture(loop_scope="session")
async def kept(knowledge: Knowledge, tmp_path: Path) -> AsyncIterator[tuple[Browser, Browser, Advisor, str]]:
    """Somebody with a roadmap and somebody without, and whose it is."""
    store = Store(f"sqlite:///{tmp_path}/talk.db", Conversation)
    await store.open()
    advisor = Advisor(knowledge, store)
    async with running(advisor) as served:
        mine, theirs = Browser(served.url), Browser(served.url)
        await mine.say("/roadmap")
        while True:
            state = await store.peek(Place("web", "local", "web", mine.thread))
            assert state is not None and state.interview is not None
            question = interview.open_question(knowledge.catalog.roadmap, state.interview)
            if question is None:
                break
            await mine.say(f"/answer {question.id} {next(iter(question.options))}")
        await mine.say("/plan")
        yield mine, theirs, advisor, state.interview.owner
        await mine.session.close()
        await theirs.session.close()
    await store.close()


async def test_reminders_come_once_to_whoever_has_the_page_open(kept: tuple[Browser, Browser, Advisor, str]) -> None:
    mine, theirs, advisor, owner = kept
    assert "(Asia/Tokyo)" in await mine.say("remind me on Mondays at 9")  # the browser's own
    assert "" == await mine.due()
    place = Place("web", "local", "web", mine.thread)
    await advisor.handle(Message("long-ago", place, owner, "/remind mon 09:00", True, LONG_AGO))
    assert "" == await theirs.due()
    said = await mine.due()
    assert "Your next step" in said and 'value="/remind off"' in said
    assert "" == await mine.due()


async def test_the_page_shows_where_its_owner_is_on_their_roadmap_from_any_conversation(
    kept: tuple[Browser, Browser, Advisor, str],
) -> None:
    mine, theirs, *_ = kept
    thread, mine.thread = mine.thread, str(uuid4())
    shown = await mine.road()
    assert f'href="/t/{thread}"' in shown and "steps are behind" in shown
    assert "" == await theirs.road()
    assert "Your progress" in await mine.say("/status")  # said elsewhere, it finds it
    mine.thread = thread
    assert "/publish" not in await mine.say("/status")  # there is nobody to show it to


async def test_a_reminder_appears_in_the_open_page(served: Running, page: Page, advisor: FakeAdvisor) -> None:
    await page.goto(served.url)
    await expect(page.locator(".reply")).to_have_count(1)
    advisor.reminders.append((Reply((Text("Your next step: Git."),)),))
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_text("Your next step: Git.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Your next step: Git.")).to_be_visible()  # and stays in the conversation
    await expect(page.locator("#road")).to_be_hidden()
