"""The page in a real browser, over a stand-in advisor: what the page itself promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.running import Running
from tests.web.conftest import Eyes, running
from tests.web.fake import FakeAdvisor

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def eyes(page: Page) -> Eyes:
    return Eyes(page.context)


@pytest_asyncio.fixture(loop_scope="session")
async def at_home(served: Running, page: Page, eyes: Eyes) -> AsyncIterator[Page]:
    """The first screen. When the test ends nothing may have been logged or fetched elsewhere."""
    await page.goto(served.url)
    await expect(page.locator(".reply")).to_have_count(1)
    yield page
    assert [] == eyes.errors
    assert [] == [url for url in eyes.requests if not url.startswith(served.url + "/")]


async def say(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.keyboard.press("Enter")


async def test_the_first_screen_shows_what_to_do(at_home: Page) -> None:
    assert "Whichops: which Ops?" == await at_home.title()
    for name in ("DevOps vs MLOps", "First steps with AIOps", "Which one do we need?", "Start my roadmap"):
        await expect(at_home.get_by_role("button", name=name)).to_be_in_viewport()
    await expect(at_home.locator("#text")).to_be_focused()
    await expect(at_home.get_by_text("Slack: off")).to_be_visible()


async def test_a_question_gets_its_answer_as_a_table(at_home: Page, advisor: FakeAdvisor) -> None:
    await say(at_home, "DevOps vs MLOps?")
    table = at_home.get_by_role("table", name="DevOps and MLOps side by side")
    await expect(table.get_by_role("columnheader", name="MLOps")).to_be_visible()
    await expect(table.get_by_role("rowheader", name="Measured by")).to_be_visible()
    await expect(at_home.locator("#text")).to_have_value("")
    await expect(at_home.locator("#text")).to_be_focused()
    await expect(at_home.locator("#threads a")).to_have_text("DevOps vs MLOps?")
    assert ["DevOps vs MLOps?"] == [message.text for message in advisor.heard]


async def test_a_press_says_what_the_button_says_and_shows_its_label(at_home: Page, advisor: FakeAdvisor) -> None:
    await at_home.get_by_role("button", name="DevOps vs MLOps").click()
    await expect(at_home.locator(".mine")).to_have_text("You: DevOps vs MLOps")
    await expect(at_home.get_by_role("table")).to_be_visible()
    assert ["/show compare devops mlops"] == [message.text for message in advisor.heard]


async def test_an_interview_by_buttons_closes_each_question_behind_it(at_home: Page, advisor: FakeAdvisor) -> None:
    await at_home.get_by_role("button", name="Start my roadmap").click()
    await at_home.get_by_role("button", name="I write software").click()
    await expect(at_home.get_by_role("heading", name="Question 2 of 3")).to_be_visible()
    await expect(at_home.get_by_role("button", name="I write software")).to_be_disabled()
    await expect(at_home.get_by_role("button", name="I lead, plan or manage")).to_be_disabled()
    group = at_home.get_by_role("group", name="Choose all that fit, then confirm. You can also type them.")
    await group.get_by_label("Applications or APIs").check()
    await group.get_by_label("Someone is on call").check()
    await at_home.get_by_role("button", name="That's all").click()
    await expect(at_home.locator(".mine").last).to_have_text("You: Applications or APIs, Someone is on call")
    await at_home.get_by_role("button", name="4 to 6").click()
    await expect(at_home.get_by_role("heading", name="Your roadmap: DevOps first")).to_be_visible()
    assert ["/roadmap", "/answer role developer", "/answer runs apps-apis on-call", "/answer hours 4-6"] == [
        message.text for message in advisor.heard
    ]
    await at_home.reload()
    await expect(group.get_by_label("Someone is on call")).to_be_checked()
    await expect(group.get_by_label("Nothing yet")).to_be_disabled()


async def test_a_press_by_keyboard_goes_on_at_the_next_question(at_home: Page) -> None:
    await at_home.get_by_role("button", name="Start my roadmap").focus()
    await at_home.keyboard.press("Enter")
    await expect(at_home.get_by_role("button", name="I write software")).to_be_focused()
    await at_home.keyboard.press("Space")
    await expect(at_home.get_by_label("Applications or APIs")).to_be_focused()


async def test_feedback_leaves_the_open_question_open(at_home: Page) -> None:
    await say(at_home, "DevOps vs MLOps?")
    await expect(at_home.get_by_role("table")).to_be_visible()
    await say(at_home, "/roadmap")
    await expect(at_home.get_by_role("button", name="I write software")).to_be_enabled()
    await at_home.get_by_role("button", name="Helpful", exact=True).click()
    await expect(at_home.get_by_text("Only you see this")).to_be_visible()
    await expect(at_home.get_by_role("button", name="I write software")).to_be_enabled()


async def test_help_leaves_the_open_question_open(at_home: Page) -> None:
    await say(at_home, "/roadmap")
    await expect(at_home.get_by_role("button", name="I write software")).to_be_enabled()
    await say(at_home, "/help")
    await expect(at_home.locator(".turn .reply")).to_have_count(3)
    await expect(at_home.get_by_role("button", name="I write software")).to_be_enabled()


async def test_a_reload_shows_the_conversation_and_nothing_twice(at_home: Page) -> None:
    await say(at_home, "DevOps vs MLOps?")
    await expect(at_home.get_by_role("table")).to_be_visible()
    await say(at_home, "/roadmap")
    await expect(at_home.get_by_text("What do you mostly do?")).to_have_count(1)
    for _ in range(2):
        await at_home.reload()
        await at_home.wait_for_load_state("networkidle")
        await expect(at_home.locator(".mine")).to_have_count(2)
        await expect(at_home.get_by_role("table")).to_have_count(1)
        await expect(at_home.get_by_text("What do you mostly do?")).to_have_count(1)
        await expect(at_home.get_by_role("button", name="I write software")).to_be_enabled()


async def test_the_front_door_goes_on_with_the_newest_conversation(at_home: Page, served: Running) -> None:
    await say(at_home, "DevOps vs MLOps?")
    await expect(at_home.get_by_role("table")).to_be_visible()
    here = at_home.url
    await at_home.goto(served.url)
    await expect(at_home.get_by_role("table")).to_be_visible()
    assert here == at_home.url


async def test_conversations_are_apart(at_home: Page) -> None:
    await say(at_home, "DevOps vs MLOps?")
    await expect(at_home.get_by_role("table")).to_be_visible()
    await at_home.get_by_role("link", name="New conversation").first.click()
    await expect(at_home.get_by_role("button", name="Start my roadmap")).to_be_visible()
    await expect(at_home.get_by_role("table")).to_have_count(0)
    await say(at_home, "hello there")
    await expect(at_home.locator("#threads a")).to_have_text(["hello there", "DevOps vs MLOps?"])
    await at_home.get_by_role("link", name="DevOps vs MLOps?").click()
    await expect(at_home.get_by_role("table")).to_be_visible()
    await expect(at_home.get_by_role("link", name="DevOps vs MLOps?")).to_have_attribute("aria-current", "page")


async def test_what_is_said_while_the_server_is_away_arrives_once(page: Page) -> None:
    advisor = FakeAdvisor()
    async with running(advisor) as served:
        port = served.port
        await page.goto(served.url)
        await say(page, "/roadmap")
        await page.get_by_role("button", name="I write software").click()
        await expect(page.get_by_role("heading", name="Question 2 of 3")).to_be_visible()
    await page.get_by_label("Applications or APIs").check()
    await page.get_by_role("button", name="That's all").click()
    await expect(page.get_by_role("status")).to_contain_text("Reconnecting")
    await expect(page.locator(".mine").last).to_have_text("You: Applications or APIs")
    async with running(advisor, port):
        await page.get_by_role("button", name="Try now").click()
        await expect(page.get_by_role("heading", name="Question 3 of 3")).to_have_count(1)
        await expect(page.get_by_role("status")).to_be_empty()
        assert 1 == [message.text for message in advisor.heard].count("/answer runs apps-apis")


async def test_after_a_restart_a_reload_sends_what_waited_and_asks_once(page: Page) -> None:
    advisor = FakeAdvisor()
    async with running(advisor) as served:
        port = served.port
        await page.goto(served.url)
        await say(page, "/roadmap")
        await page.get_by_role("button", name="I write software").wait_for()
    await say(page, "I write software")
    await expect(page.get_by_role("status")).to_contain_text("Reconnecting")
    async with running(advisor, port):
        await page.reload()
        await expect(page.get_by_text("What do you run for real users")).to_have_count(1)
        await expect(page.get_by_role("button", name="That's all")).to_be_enabled()
        await page.reload()
        await page.wait_for_load_state("networkidle")
        await expect(page.get_by_text("What do you run for real users")).to_have_count(1)
        assert ["/roadmap", "I write software"] == [message.text for message in advisor.heard]


async def test_a_busy_store_is_asked_again_under_the_same_id(at_home: Page, advisor: FakeAdvisor, eyes: Eyes) -> None:
    advisor.failing = 1
    await say(at_home, "DevOps vs MLOps?")
    await expect(at_home.get_by_role("status")).to_contain_text("A lot is going on")
    await expect(at_home.get_by_role("table")).to_be_visible()
    await expect(at_home.get_by_role("status")).to_be_empty()
    assert 1 == len(advisor.heard)
    eyes.errors.clear()  # the browser itself notes every 503


async def test_what_is_refused_comes_back_into_the_box(at_home: Page, eyes: Eyes) -> None:
    await at_home.route("**/say", lambda route: route.fulfill(status=400, json={"error": "unreadable"}))
    await say(at_home, "my long thought")
    await expect(at_home.locator("#text")).to_have_value("my long thought")
    await expect(at_home.get_by_role("status")).to_contain_text("could not be sent")
    eyes.errors.clear()


async def test_two_things_said_at_once_are_answered_in_order(at_home: Page, advisor: FakeAdvisor) -> None:
    advisor.slow = 0.3
    for text in ("one", "two", "three"):
        await say(at_home, text)
    await expect(at_home.locator(".turn .reply p").last).to_have_text("You said: three")
    assert ["one", "two", "three"] == [message.text for message in advisor.heard]
    said = await at_home.locator(".mine, .turn:has(.mine) .reply").all_inner_texts()
    assert ["one", "one", "two", "two", "three", "three"] == [text.split()[-1] for text in said]


async def test_a_slash_lists_the_commands_for_the_keyboard(at_home: Page, advisor: FakeAdvisor) -> None:
    box = at_home.locator("#text")
    await at_home.keyboard.type("/")
    await expect(at_home.get_by_role("option")).to_have_count(await at_home.locator("#palette > li").count())
    await expect(at_home.get_by_role("option", selected=True)).to_contain_text("/roadmap")
    await at_home.keyboard.press("ArrowDown")
    await expect(at_home.get_by_role("option", selected=True)).to_contain_text("/help")
    await expect(box).to_have_attribute("aria-activedescendant", "command-help")
    await at_home.keyboard.type("st")
    await expect(at_home.get_by_role("option")).to_have_count(2)
    await at_home.keyboard.press("Escape")
    await expect(at_home.get_by_role("listbox")).to_be_hidden()
    await box.fill("/roa")
    await at_home.keyboard.press("Enter")
    await expect(at_home.get_by_role("heading", name="Question 1 of 3")).to_be_visible()
    assert ["/roadmap"] == [message.text for message in advisor.heard]


async def test_shift_enter_makes_a_line(at_home: Page, advisor: FakeAdvisor) -> None:
    await at_home.keyboard.type("one")
    await at_home.keyboard.press("Shift+Enter")
    await at_home.keyboard.type("two")
    await at_home.keyboard.press("Enter")
    await expect(at_home.locator(".reply")).to_have_count(2)
    assert ["one\ntwo"] == [message.text for message in advisor.heard]


@pytest.mark.parametrize(
    "said", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "[x](javascript:alert(1))"]
)
async def test_what_someone_types_stays_text(at_home: Page, said: str) -> None:
    await say(at_home, said)
    await expect(at_home.locator(".mine")).to_have_text(f"You: {said}")
    await expect(at_home.locator(".turn .reply").last).to_have_text(f"You said: {said}")
    await at_home.reload()
    await expect(at_home.locator(".mine")).to_have_text(f"You: {said}")
    assert 0 == await at_home.locator("#log img, #log script, #log a").count()


NAMELESS = """() => [...document.querySelectorAll(
    'a, button, input:not([type=hidden]), textarea, [role=region], table')]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !(each.getAttribute('aria-label') || each.innerText || each.labels?.length || each.caption))
  .map((each) => each.outerHTML)"""
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
  return ids.length - new Set(ids).size }"""


NAME_OF_FOCUS = """() => document.activeElement.getAttribute('aria-label')
  || document.activeElement.innerText || document.activeElement.id"""
OUTLINE_OF_FOCUS = (
    "() => getComputedStyle(document.activeElement.closest('.composer') ?? document.activeElement).outlineStyle"
)


async def test_every_control_has_a_name_and_every_id_is_one(at_home: Page) -> None:
    for text in ("DevOps vs MLOps?", "again: DevOps vs MLOps?", "/roadmap", "developer"):
        count = await at_home.locator(".turn").count()
        await say(at_home, text)
        await expect(at_home.locator(".turn")).to_have_count(count + 1)
        await expect(at_home.locator(".waiting")).to_have_count(0)
    assert [] == await at_home.evaluate(NAMELESS)
    assert 0 == await at_home.evaluate(TWICE)
    for role in ("log", "main", "navigation", "status"):
        await expect(at_home.get_by_role(role)).to_have_count(1)


async def test_tab_reaches_everything_in_reading_order(at_home: Page) -> None:
    await at_home.focus(".skip")
    seen = []
    for _ in range(9):
        seen.append(" ".join((await at_home.evaluate(NAME_OF_FOCUS)).split()))
        assert "none" != await at_home.evaluate(OUTLINE_OF_FOCUS), seen[-1]
        await at_home.keyboard.press("Tab")
    assert [
        "Skip to your question",
        "Whichops which Ops?",
        "New conversation",
        "DevOps vs MLOps",
        "First steps with AIOps",
        "Which one do we need?",
        "Start my roadmap",
        "text",
        "Send",
    ] == seen


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_width_makes_the_page_scroll_sideways(
    browser: Browser, served: Running, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 700}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(served.url)
    await expect(page.get_by_role("button", name="Start my roadmap")).to_be_visible()
    await say(page, "DevOps vs MLOps?")
    await expect(page.get_by_role("table")).to_be_visible()
    await say(page, "word" * 200)
    await say(page, "/roadmap")
    await expect(page.get_by_role("button", name="I write software")).to_be_in_viewport()
    assert width == await page.evaluate("document.scrollingElement.scrollWidth")
    await expect(page.locator("#text")).to_be_in_viewport()
    await context.close()


async def test_on_a_phone_the_conversations_are_behind_a_button(browser: Browser, served: Running) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(served.url)
    menu = page.get_by_role("button", name="Conversations and settings")
    await expect(page.get_by_text("Slack: off")).to_be_hidden()
    await menu.click()
    await expect(page.get_by_text("Slack: off")).to_be_visible()
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Slack: off")).to_be_hidden()
    await expect(menu).to_be_focused()
    await context.close()


async def test_another_tab_goes_on_with_the_same_conversation(at_home: Page) -> None:
    other = await at_home.context.new_page()
    await other.goto(at_home.url)
    await expect(other.locator(".reply")).to_have_count(1)
    await say(at_home, "DevOps vs MLOps?")
    await expect(other.get_by_role("table")).to_be_visible()
    await expect(other.locator(".mine")).to_have_text("You: DevOps vs MLOps?")


async def test_a_page_of_another_site_can_neither_post_nor_read(
    page: Page, served: Running, advisor: FakeAdvisor
) -> None:
    async with running(FakeAdvisor()) as other:  # another port is another site
        await page.goto(other.url)
        outcome = await page.evaluate(
            """(url) => fetch(`${url}/t/some-thread/say`, {method: "POST", mode: "no-cors", credentials: "include",
                 headers: {"Content-Type": "text/plain"},
                 body: '{"id":"7d3c2d7e-4e57-4a3f-9f0e-3a3f5f0c1a11","text":"/stop"}'})
                 .then(() => "sent", () => "blocked")""",
            served.url,
        )
    assert "blocked" == outcome
    assert [] == advisor.heard


async def test_it_works_without_scripts(browser: Browser, served: Running, advisor: FakeAdvisor) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(served.url)
    await page.fill("#text", "/roadmap")
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("button", name="I write software").click()
    await page.get_by_label("Applications or APIs").check()
    await page.get_by_label("Someone is on call").check()
    await page.get_by_role("button", name="That's all").click()
    await page.get_by_role("button", name="4 to 6").click()
    await expect(page.get_by_role("heading", name="Your roadmap: DevOps first")).to_be_visible()
    assert ["/roadmap", "/answer role developer", "/answer runs apps-apis on-call", "/answer hours 4-6"] == [
        message.text for message in advisor.heard
    ]
    assert 1 == len({(message.author, message.place) for message in advisor.heard})
    await context.close()


async def test_the_browser_forgets_the_oldest_conversations_first(at_home: Page, served: Running) -> None:
    await at_home.evaluate(
        """() => {
          const many = Array.from({length: 45}, (_, at) => ({id: `old-thread-${at}`, title: `old ${at}`, at}));
          localStorage.setItem("whichops.threads", JSON.stringify(many));
          for (const each of many) localStorage.setItem(`whichops.thread.${each.id}`, "[]");
        }"""
    )
    await say(at_home, "hello")
    await expect(at_home.locator("#threads a")).to_have_count(40)
    assert await at_home.evaluate("localStorage.getItem('whichops.thread.old-thread-44')") is None
    assert await at_home.evaluate("localStorage.getItem('whichops.thread.old-thread-1')") is not None
