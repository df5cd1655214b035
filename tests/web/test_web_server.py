"""The server's door: who may post, what a post must look like, and how it stops."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientConnectorError, ClientSession, CookieJar

from adapters import pace as paces
from adapters import server
from adapters.web import app
from bot.errors import ConfigError
from tests.running import Running
from tests.web.conftest import running
from tests.web.fake import FakeAdvisor

pytestmark = pytest.mark.asyncio(loop_scope="session")
THREAD = "0a1b2c3d-thread"
AT = f"/t/{THREAD}"


def session(served: Running, **headers: str) -> ClientSession:
    return ClientSession(served.url, headers=headers, cookie_jar=CookieJar(unsafe=True))


def turn(text: str = "DevOps vs MLOps?", turn_id: str = "") -> dict[str, str]:
    return {"id": turn_id or str(uuid4()), "text": text}


# Who may post ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/", "/new", AT, AT + "/open", "/static/chat.js", "/nowhere", "/live", "/ready", "/favicon.ico"]
)
async def test_every_answer_carries_the_policy(served: Running, path: str) -> None:
    async with session(served) as client, client.get(path, allow_redirects=False) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "nosniff" == response.headers["X-Content-Type-Options"]
        assert "aiohttp" not in response.headers["Server"]


async def test_the_page_holds_no_script_style_or_address_of_its_own(served: Running) -> None:
    async with session(served) as client, client.get(AT) as response:
        page = await response.text()
    assert "<script>" not in page and "<style" not in page and " style=" not in page and " onclick" not in page
    assert "http://" not in page and "https://" not in page


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3978", "127.0.0.1.evil.example", "10.0.0.1", "", "[::1", "localhost.evil"]
)
@pytest.mark.parametrize("path", ["/", AT + "/open", AT + "/say", "/static/chat.js"])
async def test_another_name_that_leads_here_is_refused(
    served: Running, advisor: FakeAdvisor, host: str, path: str
) -> None:
    async with session(served, Host=host) as client:
        method = "POST" if path.endswith("say") else "GET"
        async with client.request(method, path, json=turn() if method == "POST" else None) as response:
            assert response.status in (400, 403)
    assert [] == advisor.heard


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_a_page_of_another_site_cannot_post(
    served: Running, advisor: FakeAdvisor, headers: dict[str, str]
) -> None:
    async with session(served, **headers) as client, client.post(AT + "/say", json=turn()) as response:
        assert 403 == response.status
    assert [] == advisor.heard


async def test_our_own_page_can_post(served: Running) -> None:
    async with session(served, Origin=served.url) as client, client.post(AT + "/say", json=turn()) as response:
        assert 200 == response.status
        assert "<table>" in await response.text()


# What a post must look like -------------------------------------------------------------
SOME = "7d3c2d7e-4e57-4a3f-9f0e-3a3f5f0c1a11"
BAD: list[Any] = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "{}",
    json.dumps({"id": SOME}),
    json.dumps({"text": "hello"}),
    json.dumps({"id": "1", "text": "hello"}),
    json.dumps({"id": SOME, "text": ""}),
    json.dumps({"id": SOME, "text": " \n "}),
    json.dumps({"id": SOME, "text": 7}),
    json.dumps({"id": SOME, "text": ["hello"]}),
    json.dumps({"id": SOME, "text": "x" * 6001}),
    json.dumps({"id": SOME, "text": "hello", "author": "someone else"}),
    json.dumps({"id": SOME, "text": "\ud800"}),
    "[" * 30_000,
    b"\xff\xfe\x00",
    gzip.compress(json.dumps({"id": SOME, "text": "hello"}).encode(), mtime=0),
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: repr(body)[:40])
async def test_what_cannot_be_read_is_refused(served: Running, advisor: FakeAdvisor, body: Any) -> None:
    headers = {"Content-Type": "application/json"}
    async with session(served) as client, client.post(AT + "/say", data=body, headers=headers) as response:
        assert 400 == response.status
        assert {"error": "unreadable"} == await response.json()
    assert [] == advisor.heard


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
async def test_only_json_and_plain_forms_are_read(served: Running, advisor: FakeAdvisor, kind: str) -> None:
    headers = {"Content-Type": kind}
    async with (
        session(served) as client,
        client.post(AT + "/say", data=json.dumps(turn()), headers=headers) as response,
    ):
        assert 400 == response.status
    assert [] == advisor.heard


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_too_much_is_refused_unread(served: Running, kind: str) -> None:
    headers = {"Content-Type": kind}
    async with session(served) as client, client.post(AT + "/say", data=b"x" * 70_000, headers=headers) as response:
        assert 413 == response.status


async def test_a_packed_body_is_not_unpacked(served: Running) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * 40_000_000, mtime=0)
    assert len(bomb) < app.BODY_LIMIT
    async with session(served) as client, client.post(AT + "/say", data=bomb, headers=headers) as response:
        assert 400 == response.status


@pytest.mark.parametrize(
    "thread",
    [
        "short",
        "UPPERCASE-THREAD",
        "a" * 49,
        "../../etc/passwd",
        "a b c d e f g",
        "-abcdefgh",
        "%00%00%00%00%00",
        "ü" * 10,
    ],
)
async def test_a_thread_has_a_plain_name(served: Running, thread: str) -> None:
    async with (
        session(served) as client,
        client.get(f"/t/{thread}") as page,
        client.post(f"/t/{thread}/say", json=turn()) as said,
    ):
        assert [404, 404] == [page.status, said.status]


@pytest.mark.parametrize("name", ["page.html", "app.py", "../app.py", "%2e%2e/app.py", "chat.js/", ""])
async def test_only_the_pages_own_files_are_sent(served: Running, name: str) -> None:
    async with session(served) as client, client.get(f"/static/{name}") as response:
        assert 404 == response.status


async def test_a_file_is_sent_once_and_then_known(served: Running) -> None:
    async with session(served) as client:
        async with client.get("/static/chat.css") as first:
            tag = first.headers["ETag"]
        async with client.get("/static/chat.css", headers={"If-None-Match": tag}) as again:
            assert 304 == again.status


# One turn -------------------------------------------------------------------------------
async def test_a_retry_is_answered_once(served: Running, advisor: FakeAdvisor) -> None:
    said = turn()
    async with session(served) as client:
        bodies = []
        for _ in range(3):
            async with client.post(AT + "/say", json=said) as response:
                bodies.append(_without_ids(await response.text()))
    assert 1 == len(advisor.heard)
    assert bodies[0] == bodies[1] == bodies[2] != ""


def _without_ids(drawn: str) -> str:
    return drawn.replace(drawn.partition('name="id" value="')[2][:36], "")


async def test_an_id_counts_in_its_own_thread_only(served: Running, advisor: FakeAdvisor) -> None:
    said = turn()
    async with session(served) as client:
        for thread in ("thread-one", "thread-two"):
            async with client.post(f"/t/{thread}/say", json=said):
                pass
    assert ["thread-one", "thread-two"] == [message.place.thread for message in advisor.heard]


async def test_one_browser_is_one_author_and_the_store_never_sees_its_cookie(
    served: Running, advisor: FakeAdvisor
) -> None:
    cookies = []
    for _ in range(2):
        async with session(served) as client:
            async with client.get(AT + "/open") as response:
                cookies.append(response.cookies[app.COOKIE])
            for _ in range(2):
                async with client.post(AT + "/say", json=turn()) as response:
                    assert app.COOKIE not in response.cookies
    authors = [message.author for message in advisor.heard]
    assert authors[0] == authors[1] != authors[2] == authors[3]
    assert all(cookie["httponly"] and cookie["samesite"] == "Strict" for cookie in cookies)
    assert all(cookie.value not in author for cookie in cookies for author in authors)


async def test_a_forged_session_is_replaced(served: Running, advisor: FakeAdvisor) -> None:
    forged = f"{app.COOKIE}=web-admin"
    async with session(served, Cookie=forged) as client, client.post(AT + "/say", json=turn()) as response:
        assert 22 == len(response.cookies[app.COOKIE].value)


async def test_coming_from_another_site_does_not_replace_the_session(served: Running) -> None:
    async with session(served) as client, client.get(AT) as response:
        assert app.COOKIE not in response.cookies


@pytest.mark.parametrize("path", [AT + "/say", AT + "/open"])
async def test_a_store_that_is_away_asks_for_a_retry(served: Running, advisor: FakeAdvisor, path: str) -> None:
    advisor.failing = 1
    said = turn()
    async with session(served) as client:
        for status in (503, 200):
            call = client.post(path, json=said) if path.endswith("say") else client.get(path)
            async with call as response:
                assert status == response.status
                assert ("Retry-After" in response.headers) is (status == 503)


async def test_one_person_cannot_take_every_turn(advisor: FakeAdvisor) -> None:
    slow = paces.Pace(burst=3)
    async with running(advisor, pace=slow) as served, session(served) as hasty, session(served) as calm:
        async with hasty.get(AT + "/open"), calm.get(AT + "/open"):
            pass
        statuses = []
        for client in (hasty, hasty, hasty, hasty, calm):
            async with client.post(AT + "/say", json=turn()) as response:
                statuses.append(response.status)
    assert [200, 200, 200, 429, 200] == statuses
    assert 4 == len(advisor.heard)


async def test_pace_gives_back_one_turn_a_second_and_forgets_the_oldest() -> None:
    pace = paces.Pace(burst=2, known=2)
    assert [0, 0] == [pace.wait("a", 100), pace.wait("a", 100)]
    assert 1 == pace.wait("a", 100)
    assert 0 == pace.wait("a", 101.1)
    assert [0, 0, 0] == [pace.wait(each, 101.1) for each in ("b", "c", "a")]


async def test_too_many_turns_at_once_are_refused_at_once(advisor: FakeAdvisor) -> None:
    advisor.slow = 1
    async with running(advisor, pace=paces.Pace(burst=1000)) as served, session(served) as client:

        async def post() -> int:
            async with client.post(AT + "/say", json=turn()) as response:
                return response.status

        statuses = await asyncio.gather(*(post() for _ in range(paces.TURNS + 6)))
        assert (paces.TURNS, 6) == (statuses.count(200), statuses.count(503))
        assert 200 == await post()


# Without the page's script --------------------------------------------------------------
async def test_a_plain_form_gets_a_whole_page(served: Running, advisor: FakeAdvisor) -> None:
    form = {"id": str(uuid4()), "text": "<b>you</b>"}
    async with (
        session(served, Origin=served.url) as client,
        client.post(AT + "/say", data=form) as response,
        client.post(AT + "/say", data=form),
    ):
        page = await response.text()
    assert "&lt;b&gt;you&lt;/b&gt;" in page and "<b>you" not in page
    assert page.startswith("<!doctype html>")
    assert 1 == len(advisor.heard)


async def test_two_buttons_of_one_plain_form_are_two_turns(served: Running, advisor: FakeAdvisor) -> None:
    form = str(uuid4())
    async with session(served) as client:
        for options in ([], [("option", "a"), ("option", "b")]):
            async with client.post(AT + "/say", data=[("id", form), ("text", "/answer runs"), *options]):
                pass
    assert ["/answer runs", "/answer runs a b"] == [message.text for message in advisor.heard]


@pytest.mark.parametrize("form", [{"text": "hi"}, {"id": "x", "text": "hi"}, {"id": SOME}, {"id": SOME, "text": " "}])
async def test_a_bad_plain_form_gets_a_page_that_says_so(served: Running, form: dict[str, str]) -> None:
    async with session(served) as client, client.post(AT + "/say", data=form) as response:
        assert 400 == response.status
        assert "could not be sent" in await response.text()


# Starting and stopping ------------------------------------------------------------------
async def test_a_turn_under_way_is_finished_before_the_server_stops(advisor: FakeAdvisor) -> None:
    advisor.slow = 0.5
    served = await Running(server.build(advisor)).up()
    async with session(served) as client:
        saying = asyncio.create_task(_status(client))
        await asyncio.sleep(0.2)
        await served.stop()
        assert 200 == await saying
    async with session(served) as client:
        with pytest.raises(ClientConnectorError):
            await client.get("/live")


async def _status(client: ClientSession) -> int:
    async with client.post(AT + "/say", json=turn()) as response:
        return response.status


async def test_ready_tells_every_reason_why_not(advisor: FakeAdvisor) -> None:
    reasons = ["database"]

    async def why() -> list[str]:
        return reasons

    async with running(advisor, reasons=why, warnings=lambda: ["content_stale"]) as served, session(served) as client:
        async with client.get("/ready") as response:
            assert (503, {"ready": False, "reasons": ["database"], "warnings": ["content_stale"]}) == (
                response.status,
                await response.json(),
            )
        reasons.clear()
        async with client.get("/ready") as response:
            assert (200, {"ready": True, "reasons": [], "warnings": ["content_stale"]}) == (
                response.status,
                await response.json(),
            )
        async with client.get("/live") as response:
            assert 200 == response.status


async def test_a_server_that_stops_is_not_ready() -> None:
    application = server.build(FakeAdvisor())
    health = application[server.HEALTH]
    health.stopping = True
    response = await health.ready(None)  # type: ignore[arg-type]
    assert 503 == response.status


async def test_a_taken_port_is_told_with_the_fix(served: Running, advisor: FakeAdvisor) -> None:
    with pytest.raises(ConfigError, match="WHICHOPS_PORT"):
        await server.listen(server.build(advisor), "127.0.0.1", served.port, asyncio.Event())


async def test_the_chat_can_be_switched_off(advisor: FakeAdvisor) -> None:
    async with (
        running(advisor, web_chat=False) as served,
        session(served) as client,
        client.get("/") as page,
        client.post(AT + "/say", json=turn()) as said,
        client.get("/live") as live,
    ):
        assert [404, 404, 200] == [page.status, said.status, live.status]


async def test_the_page_says_how_to_switch_on_what_is_off(served: Running) -> None:
    async with session(served) as client, client.get("/") as response:
        page = await response.text()
    assert "Slack: off" in page
    assert "<code>SLACK_BOT_TOKEN</code> and <code>SLACK_SIGNING_SECRET</code>" in page


@pytest.mark.parametrize(("path", "says"), [("/privacy", "# Privacy"), ("/terms", "MIT License")])
async def test_what_the_apps_details_link_to_is_shown(served: Running, path: str, says: str) -> None:
    async with ClientSession() as session, session.get(served.url + path) as answer:
        assert (200, "text/plain") == (answer.status, answer.content_type)
        assert says in await answer.text()
