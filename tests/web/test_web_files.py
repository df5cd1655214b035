"""Files in the web chat: seen and saved by the session they were made for, under their name, with no script in them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from aiohttp import ClientSession, CookieJar
from playwright.async_api import Page, expect

from tests.running import Running
from tests.web.fake import FakeAdvisor

pytestmark = pytest.mark.asyncio(loop_scope="session")
AT = "/t/0a1b2c3d-thread"


def session(served: Running) -> ClientSession:
    return ClientSession(served.url, cookie_jar=CookieJar(unsafe=True))


async def asked(client: ClientSession) -> str:
    """Ask for files; where they are."""
    turn = str(uuid4())
    async with client.post(AT + "/say", json={"id": turn, "text": "/export"}) as response:
        assert f"{AT}/file/{turn}/roadmap.ics" in await response.text()
    return f"{AT}/file/{turn}/"


@pytest.mark.parametrize(
    ("name", "media", "begins"),
    [
        ("roadmap.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR\r\n"),
        ("roadmap.html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("roadmap.svg", "image/svg+xml", b"<svg"),
        ("roadmap.png", "image/png", b"\x89PNG"),
        ("roadmap-dark.png", "image/png", b"\x89PNG"),
    ],
)
async def test_a_file_comes_under_its_name_and_type(served: Running, name: str, media: str, begins: bytes) -> None:
    async with session(served) as client:
        base = await asked(client)
        for query, how in (("", "inline"), ("?save", "attachment")):
            async with client.get(base + name + query) as response:
                assert 200 == response.status
                assert (await response.read()).startswith(begins)
                assert media == response.headers["Content-Type"]
                assert f'{how}; filename="{name}"' == response.headers["Content-Disposition"]
                assert "nosniff" == response.headers["X-Content-Type-Options"]
                policy = response.headers["Content-Security-Policy"]
                assert "sandbox" in policy and "script" not in policy


async def test_nobody_else_gets_it(served: Running) -> None:
    async with session(served) as mine, session(served) as theirs:
        base = await asked(mine)
        for client, path in (
            (theirs, base + "roadmap.ics"),
            (mine, base + "roadmap.csv"),
            (mine, base.replace(base.split("/")[-2], str(uuid4())) + "roadmap.ics"),
            (mine, base.replace("0a1b2c3d", "1a1b2c3d") + "roadmap.ics"),
        ):
            async with client.get(path) as response:
                assert 404 == response.status, path


async def test_another_site_cannot_show_it(served: Running) -> None:
    async with session(served) as client:
        base = await asked(client)
        async with client.get(base + "roadmap.ics", headers={"Host": "evil.example"}) as response:
            assert 403 == response.status
        async with client.get(base + "roadmap.ics") as response:
            assert "same-origin" == response.headers["Cross-Origin-Resource-Policy"]


async def test_the_picture_is_seen_in_the_chat_and_files_are_saved(served: Running, page: Page) -> None:
    await page.goto(served.url)
    await page.fill("#text", "/export")
    await page.keyboard.press("Enter")
    picture = page.get_by_role("img", name="All of the plan")
    await expect(picture).to_be_visible()
    assert 0 < await picture.evaluate("async each => (await each.decode(), each.naturalWidth)")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="roadmap.ics").click()
    assert "roadmap.ics" == (await saved.value).suggested_filename
    async with page.expect_popup() as popup:
        await page.get_by_role("link", name="roadmap.html").click()
    await expect((await popup.value).get_by_role("heading", name="Plan")).to_be_visible()


async def test_a_picture_that_is_gone_leaves_its_words(served: Running, advisor: FakeAdvisor, page: Page) -> None:
    await page.goto(served.url)
    await page.fill("#text", "/export")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("img", name="All of the plan")).to_be_visible()
    advisor.given.clear()
    advisor.heard.clear()
    await page.context.clear_cookies()  # else the browser still has it
    await page.evaluate(
        "document.querySelectorAll('.picture img, .picture source').forEach(each => {"
        "  each.srcset = each.srcset && each.srcset + '?again'; each.src = each.src + '?again' })"
    )
    await expect(page.get_by_text("was kept for a day")).to_be_visible()
    await expect(page.locator(".picture").get_by_text("All of the plan")).to_be_visible()
