"""The page, the server, the core and the database together: what a person does in a browser."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession
from playwright.async_api import Locator, Page, expect

from bot.advisor import Advisor, Knowledge
from bot.catalog.schema import Catalog
from bot.conversation import Conversation
from bot.matching.match import Unsure
from bot.store import Store
from tests.web.conftest import Eyes, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def chat(page: Page, knowledge: Knowledge, tmp_path: Path) -> AsyncIterator[Page]:
    """A fresh conversation with the real advisor. Nothing may be fetched elsewhere or go wrong in the page."""
    eyes = Eyes(page.context)
    store = Store(f"sqlite:///{tmp_path / 'whichops.db'}", Conversation)
    await store.open(serving=True)
    try:
        async with running(Advisor(knowledge, store)) as served:
            await visit(page, served.url)
            yield page
            assert [] == eyes.errors
            assert [] == [url for url in eyes.requests if not url.startswith(served.url + "/")]
    finally:
        await store.close()


async def visit(page: Page, url: str) -> None:
    """Open the page and wait for the welcome: what is said comes below it."""
    await page.goto(f"{url}/")
    await expect(page.locator(".reply")).to_have_count(1)


async def say(page: Page, text: str) -> Locator:
    """Say something and get the turn that answers it."""
    before = await page.locator(".turn").count()
    await page.fill("#text", text)
    await page.keyboard.press("Enter")
    return await answered(page, before)


async def press(page: Page, button: Locator) -> Locator:
    """Press a button and get the turn that answers it."""
    before = await page.locator(".turn").count()
    await button.click()
    return await answered(page, before)


async def answered(page: Page, before: int) -> Locator:
    turn = page.locator(".turn").nth(before)
    await expect(turn.locator(".reply").first).to_be_visible()
    return turn


async def make_roadmap(page: Page, words: Mapping[str, str]) -> Locator:
    """Answer every question in words and get the turn with the plan."""
    for said in ("/roadmap", "developer", "ship faster", "by hand", "apps", "five people", "5 hours", "12 weeks"):
        await say(page, said)
    return await press(page, page.get_by_role("button", name=words["review-make"]))


async def tick_off_and_change(page: Page, words: Mapping[str, str]) -> None:
    """Make a roadmap, mark two modules done, give it more hours and take the new plan."""
    plan = await make_roadmap(page, words)
    await expect(plan.get_by_role("columnheader", name=words["plan-column-until"])).to_be_visible()
    for number in (1, 2):
        await press(page, page.get_by_role("button", name=words["step-done"], exact=True).last)
        done = await press(page, page.get_by_role("button", name=words["tick-yes"]).last)
        await expect(done.get_by_text(f"Behind you: {number} of 7")).to_be_visible()
    await press(page, page.get_by_role("button", name=words["plan-pace"]).last)
    await press(page, page.get_by_role("button", name="11 or more").last)
    offered = await press(page, page.get_by_role("button", name=words["review-make"]).last)
    await expect(offered.get_by_text("Hours to go")).to_be_visible()
    await press(page, offered.get_by_role("button", name=words["offer-accept"]))


async def test_the_first_screen_offers_examples_and_the_roadmap(chat: Page, catalog: Catalog) -> None:
    await expect(chat.get_by_text(catalog.replies["welcome"])).to_be_visible()
    await expect(chat.get_by_role("button", name=catalog.replies["start-roadmap"])).to_be_in_viewport()
    assert await chat.locator(".reply button.plain").count() >= 3


async def test_a_conversation_gets_the_right_kind_of_reply_each_time(chat: Page, catalog: Catalog) -> None:
    turn = await say(chat, "DevOps vs MLOps?")
    for topic in ("DevOps", "MLOps"):
        await expect(turn.get_by_role("columnheader", name=topic)).to_be_visible()
    await expect(turn.get_by_text(catalog.replies["sources"])).to_be_visible()
    turn = await say(chat, "and AIOps?")
    await expect(turn.get_by_role("columnheader", name="AIOps")).to_be_visible()
    turn = await say(chat, "what stays the same then")
    await expect(turn.get_by_role("heading").first).to_contain_text("stays the same")
    turn = await say(chat, "feature store, explain")
    await expect(turn.get_by_role("heading").first).to_contain_text("eature store")
    turn = await say(chat, "how do I get repo access")
    await expect(turn.get_by_role("heading").first).to_contain_text("access")
    turn = await say(chat, "best pizza in town")
    await expect(turn.locator(".note a")).to_have_count(0)
    await expect(turn.get_by_role("button", name=catalog.replies["helpful"])).to_have_count(0)


async def test_an_uncertain_question_is_asked_back_once(chat: Page, knowledge: Knowledge, catalog: Catalog) -> None:
    vague = ("drift thing", "tell me about ops", "ops", "pipelines thing", "the platform stuff", "monitoring thing")
    asked = next(text for text in vague if isinstance(knowledge.matcher.match(text)[0], Unsure))
    turn = await say(chat, asked)
    await expect(turn.get_by_text(catalog.replies["did-you-mean"])).to_be_visible()
    none = turn.get_by_role("button", name=catalog.replies["none-of-these"])
    suggestions = turn.locator("button.plain")
    assert 2 <= await suggestions.count() <= 4
    await expect(none).to_be_enabled()
    title = await suggestions.first.inner_text()
    turn = await press(chat, suggestions.first)
    await expect(turn.get_by_role("heading", name=title)).to_be_visible()
    await expect(none).to_have_count(0)  # it would answer a question that is no longer asked


async def test_an_answer_can_be_judged_and_explained(chat: Page, catalog: Catalog) -> None:
    await say(chat, "what is mlops?")
    turn = await press(chat, chat.get_by_role("button", name=catalog.replies["why-answer"]))
    await expect(turn.locator("li").first).to_be_visible()
    turn = await press(chat, chat.get_by_role("button", name=catalog.replies["not-helpful"]))
    turn = await press(chat, turn.get_by_role("button", name=catalog.replies["reason-outdated"]))
    await expect(turn.get_by_text(catalog.replies["thanks-feedback"])).to_be_visible()


async def test_the_interview_runs_to_a_plan_by_buttons_only(chat: Page, catalog: Catalog) -> None:
    turn = await press(chat, chat.get_by_role("button", name=catalog.replies["start-roadmap"]))
    for number, question in enumerate(catalog.roadmap.questions.values(), 1):
        await expect(turn.get_by_role("heading", name=f"Question {number} of 7")).to_be_visible()
        await expect(turn.get_by_text(question.ask)).to_be_visible()
        labels = [option.label for option in question.options.values()]
        if question.several:
            await turn.get_by_label(labels[0]).check()
            await turn.get_by_label(labels[1]).check()
            turn = await press(chat, turn.get_by_role("button", name=catalog.replies["confirm"]))
            await expect(turn.locator(".mine")).to_have_text(f"You: {labels[0]}, {labels[1]}")
        else:
            turn = await press(chat, turn.get_by_role("button", name=labels[1], exact=True))
    await expect(turn.get_by_role("heading", name=catalog.replies["review-title"])).to_be_visible()
    turn = await press(chat, turn.get_by_role("button", name=catalog.replies["review-make"]))
    await expect(turn.get_by_role("heading").first).to_contain_text("Your roadmap")
    await expect(turn.get_by_role("table").last).to_be_visible()
    assert await turn.locator("tbody tr").count() >= 3


WORDS = (
    "I'm a developer",
    "releases are slow",
    "we deploy by hand",
    "apps and apis, and we are on call",
    "about 5 people",
    "around 5 hours",
    "three months",
)


async def test_the_interview_runs_to_a_plan_by_typed_words_only(chat: Page, catalog: Catalog) -> None:
    turn = await say(chat, "/roadmap")
    for number, words in enumerate(WORDS, 1):
        await expect(turn.get_by_role("heading", name=f"Question {number} of 7")).to_be_visible()
        turn = await say(chat, words)
    await expect(turn.get_by_role("heading", name=catalog.replies["review-title"])).to_be_visible()
    turn = await say(chat, "/plan")
    await expect(turn.get_by_role("heading").first).to_contain_text("Your roadmap: DevOps first")


async def test_a_roadmap_is_taken_along_as_a_picture_and_as_files(chat: Page, catalog: Catalog) -> None:
    await make_roadmap(chat, catalog.replies)
    shown = await press(chat, chat.get_by_role("button", name=catalog.replies["export-picture-label"], exact=True).last)
    picture = shown.get_by_role("img")
    assert 500 < await picture.evaluate("async each => (await each.decode(), each.naturalWidth)")
    assert "Linux and the shell" in (await picture.get_attribute("alt") or "")
    for said, name, begins in (
        ("export it as a calendar", "roadmap.ics", b"BEGIN:VCALENDAR"),
        ("/export json", "roadmap.json", b"{"),
        ("/export markdown", "roadmap.md", b"# Roadmap"),
    ):
        turn = await say(chat, said)
        async with chat.expect_download() as saving:
            await turn.get_by_role("link", name=name).click()
        saved = await saving.value
        assert name == saved.suggested_filename
        assert (await asyncio.to_thread(Path(await saved.path()).read_bytes)).startswith(begins)


async def test_a_question_in_mid_interview_is_answered_and_the_interview_goes_on(chat: Page) -> None:
    turn = await say(chat, "/roadmap")
    first = await turn.get_by_role("heading").last.inner_text()
    turn = await say(chat, "what is MLOps?")
    await expect(turn.get_by_role("heading").first).to_contain_text("MLOps")
    await expect(turn.get_by_role("heading").last).to_have_text(first)
    await expect(turn.locator("button[data-move]").first).to_be_enabled()
    await expect(chat.locator(".turn").nth(1).locator("button[data-move]").first).to_be_disabled()


async def test_back_why_pause_and_resume_work_by_button(chat: Page, catalog: Catalog) -> None:
    turn = await say(chat, "/roadmap")
    turn = await press(chat, turn.locator(".options .plain").first)
    turn = await press(chat, turn.get_by_role("button", name=catalog.replies["why-ask"]))
    await expect(turn.get_by_role("heading", name="Question 2 of 7")).to_be_visible()
    turn = await press(chat, turn.get_by_role("button", name=catalog.replies["back"]))
    await expect(turn.get_by_role("heading", name="Question 1 of 7")).to_be_visible()
    turn = await press(chat, turn.get_by_role("button", name=catalog.replies["pause"]))
    turn = await press(chat, turn.get_by_role("button", name=catalog.replies["resume"], exact=True))
    await expect(turn.get_by_role("heading", name="Question 1 of 7")).to_be_visible()


async def test_a_thread_lost_by_the_browser_is_found_again_at_its_question(chat: Page, catalog: Catalog) -> None:
    turn = await say(chat, "/roadmap")
    await press(chat, turn.locator(".options .plain").first)
    await chat.evaluate("localStorage.clear()")
    await chat.reload()
    await expect(chat.get_by_text(catalog.replies["interview-welcome-back"])).to_be_visible()
    await expect(chat.get_by_role("heading", name="Question 2 of 7")).to_have_count(1)


async def test_someone_elses_interview_cannot_be_answered(chat: Page, catalog: Catalog) -> None:
    await say(chat, "/roadmap")
    browser = chat.context.browser
    assert browser
    other = await browser.new_context()
    page = await other.new_page()
    await page.goto(chat.url)
    await page.wait_for_load_state("networkidle")
    await page.fill("#text", "/answer role developer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(catalog.replies["only-owner"])).to_be_visible()
    await other.close()
    await chat.reload()
    await expect(chat.get_by_role("heading", name="Question 1 of 7")).to_have_count(1)


# A real process, killed -------------------------------------------------------------------
@asynccontextmanager
async def process(port: int, database: Path, log: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `whichops serve` until the block ends; then kill it if it still lives."""
    options = {"WHICHOPS_PORT": str(port), "WHICHOPS_DATABASE_URL": f"sqlite:///{database}"} | settings
    with log.open("ab") as output:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from bot.cli import main; main()", "serve",
            env=os.environ | options, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        await _ready(port, started, log)
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def _ready(port: int, started: asyncio.subprocess.Process, log: Path) -> None:
    async with ClientSession() as client:
        for _ in range(600):
            assert started.returncode is None, log.read_text()
            try:
                async with client.get(f"http://127.0.0.1:{port}/ready") as response:
                    if response.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(log.read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_after_a_kill_a_reload_goes_on_at_the_same_question(page: Page, tmp_path: Path, catalog: Catalog) -> None:
    port, database, log = free_port(), tmp_path / "whichops.db", tmp_path / "log"
    asks = [question.ask for question in catalog.roadmap.questions.values()]
    async with process(port, database, log) as served:
        await visit(page, f"http://127.0.0.1:{port}")
        turn = await say(page, "/roadmap")
        turn = await press(page, turn.locator(".options .plain").first)
        await press(page, turn.locator(".options .plain").first)
        await expect(page.get_by_text(asks[2])).to_have_count(1)
        served.send_signal(signal.SIGKILL)
        await served.wait()
    third = page.locator(".turn").last.locator(".options .plain").first
    await third.click()  # said while the server is dead
    await expect(page.get_by_role("status")).to_contain_text("Reconnecting")
    async with process(port, database, log) as served:
        await page.reload()
        await expect(page.get_by_text(asks[3])).to_have_count(1)
        await page.reload()
        await page.wait_for_load_state("networkidle")
        for ask in asks[:4]:
            await expect(page.get_by_text(ask)).to_have_count(1)
        await expect(page.locator(".turn").last.get_by_role("checkbox").first).to_be_enabled()
        await page.evaluate("localStorage.clear()")
        await page.reload()
        await expect(page.get_by_text(asks[3])).to_have_count(1)
        await expect(page.get_by_role("heading", name="Question 4 of 7")).to_be_visible()
        served.send_signal(signal.SIGTERM)
        assert 0 == await asyncio.wait_for(served.wait(), 10)
    assert "Traceback" not in log.read_text()


async def test_a_roadmap_is_ticked_off_changed_by_consent_and_there_after_a_kill(
    page: Page, tmp_path: Path, catalog: Catalog
) -> None:
    port, database, log = free_port(), tmp_path / "whichops.db", tmp_path / "log"
    url, before = f"http://127.0.0.1:{port}", Eyes(page.context)
    async with process(port, database, log):  # killed at the end of the block
        await visit(page, url)
        await tick_off_and_change(page, catalog.replies)
        assert [] == before.errors
    async with process(port, database, log):
        await page.reload()
        await expect(page.locator(".turn").first).to_be_visible()
        after = Eyes(page.context)
        told = await say(page, "how far am I?")
        await expect(told.get_by_text("Behind you: 2 of 15")).to_be_visible()
        everything = await press(page, told.get_by_role("button", name=catalog.replies["plan-all"]))
        await expect(everything.get_by_role("cell", name=catalog.replies["mark-done"], exact=True)).to_have_count(2)
        assert [] == after.errors
    assert [] == [each for each in before.requests if not each.startswith(url + "/")]


async def test_new_content_is_taken_and_broken_content_is_not(tmp_path: Path, overlay: Path) -> None:
    port, database, log = free_port(), tmp_path / "whichops.db", tmp_path / "log"
    ours = overlay / "replies.yaml"
    at = f"http://127.0.0.1:{port}"
    async with process(port, database, log, WHICHOPS_CONTENT_DIR=str(overlay)), ClientSession(at) as client:
        ours.write_text("welcome: Hello from our own team.\n")
        await _until(client, "/t/some-thread/open", "Hello from our own team.")
        ours.write_text("welcome: [not, a, text]\n")
        await _until(client, "/ready", "content_stale")
        await _until(client, "/t/some-thread/open", "Hello from our own team.")
        await _until(client, "/ready", '"ready": true')
        assert "replies.yaml:1" in log.read_text()
        ours.write_text("welcome: Hello again.\n")
        await _until(client, "/t/some-thread/open", "Hello again.")
        await _until(client, "/ready", '"warnings": []')


async def _until(client: ClientSession, path: str, text: str) -> None:
    told = ""
    for _ in range(300):
        async with client.get(path) as response:
            told = await response.text()
        if text in told:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(told)
