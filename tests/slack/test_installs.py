"""Installing in several workspaces: by browser against the fake Slack, kept sealed, found again, and gone when gone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, web
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.api import Bot, SlackError
from adapters.slack.app import authorizing
from adapters.slack.installs import Installed, Installs, ManyBots, Seal, Tickets
from adapters.slack.needs import OPTIONAL, REQUIRED
from adapters.slack.oauth import OAuth
from adapters.slack.parse import parse
from adapters.wire import Json
from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.chat import Message, Place
from bot.conversation import Conversation
from bot.errors import ConfigError
from bot.settings import Settings
from bot.store import Store, Turn
from tests.slack.fake import BOT, BOT_ID, CLIENT_ID, CLIENT_SECRET, TOKEN, Slack
from tests.slack.people import Person
from tests.slack.serving import serving
from tests.slack.sign import SECRET
from tests.slack.test_parse import load

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
HERE = Installed("T1", "xoxb-secret-1", "U1BOT", "B1BOT", ("chat:write",), "T1", "E1", "A1", at=1000.0)


@pytest.fixture
def installs(store: Store[Conversation]) -> Installs:
    return Installs(store, Seal(KEY))


class Answers:
    """Slack's Web API as far as a token's life goes."""

    def __init__(self, *refusals: str) -> None:
        self.refusals = list(refusals)

    async def call(self, token: str, method: str, body: Json) -> Json:
        assert "auth.test" == method
        if self.refusals:
            raise SlackError(self.refusals.pop(0))
        return {"ok": True}

    async def respond(self, url: str, body: Json) -> None:
        raise AssertionError

    async def upload(self, url: str, body: bytes) -> None:
        raise AssertionError


# Kept and found ---------------------------------------------------------------------------
async def test_an_installation_is_found_again_and_the_newest_wins(installs: Installs) -> None:
    await installs.keep(HERE)
    assert HERE == await installs.find("T1")
    newer = replace(HERE, token="xoxb-secret-2", at=2000.0)
    await installs.keep(newer)
    await installs.keep(HERE)
    assert newer == await installs.find("T1")
    assert [None, None] == [await installs.find(tenant) for tenant in ("T2", "")]


async def test_no_token_is_readable_in_the_files(installs: Installs, tmp_path: Path) -> None:
    await installs.keep(HERE)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"slack/T1" in kept
    assert [0, 0, 0] == [kept.count(word) for word in (b"xoxb", b"secret-1", b"U1BOT")]


async def test_a_token_is_not_shown_by_accident() -> None:
    assert "xoxb" not in f"{HERE} {HERE!r} {[HERE]}"


async def test_keys_can_be_changed(store: Store[Conversation]) -> None:
    await Installs(store, Seal(OTHER_KEY)).keep(HERE)
    assert await Installs(store, Seal(KEY)).find("T1") is None
    assert HERE == await Installs(store, Seal(f"{KEY}, {OTHER_KEY}")).find("T1")


async def test_a_row_copied_to_another_tenant_opens_nothing(installs: Installs, store: Store[Conversation]) -> None:
    await installs.keep(HERE)
    sealed = await store.installation("slack/T1")
    assert sealed
    await store.keep_installation("slack/T2", sealed, NOW)
    await store.keep_installation("slack/T3", sealed[:-8] + "AAAAAAA=", NOW)
    await store.keep_installation("slack/T4", Seal(KEY).close("[1]"), NOW)
    assert [None] * 3 == [await installs.find(tenant) for tenant in ("T2", "T3", "T4")]


@pytest.mark.parametrize("keys", ["", " , ", "short", "x" * 44, f"{KEY},short"], ids=str.__len__)
def test_a_missing_or_wrong_key_is_refused_by_name_and_not_shown(keys: str) -> None:
    with pytest.raises(ConfigError, match="SLACK_ENCRYPTION_KEY") as refusal:
        Seal(keys)
    assert KEY not in str(refusal.value)


# Which one a payload belongs to -----------------------------------------------------------
async def test_an_organisation_wide_installation_answers_for_all_its_workspaces(installs: Installs) -> None:
    org = Installation(
        enterprise_id="E1", team_id=None, bot_token="xoxb-org", bot_id="B", bot_user_id="U", user_id="U9",
        is_enterprise_install=True, installed_at=1000.0,
    )  # fmt: skip
    await installs.async_save(org)
    await installs.keep(HERE)
    kept = await installs.async_find_bot(enterprise_id="E1", team_id=None, is_enterprise_install=True)
    assert kept
    assert ("xoxb-org", True, None) == (kept.bot_token, kept.is_enterprise_install, kept.team_id)


@pytest.mark.parametrize("name", ["message_org_wide", "slash_org_wide", "app_mention", "button", "global_shortcut"])
async def test_an_installation_is_kept_where_its_payloads_look_for_it(installs: Installs, name: str) -> None:
    where: Any = parse(load(name), now=NOW)
    workspace = where.workspace
    installed = Installation(
        enterprise_id=workspace.enterprise or None,
        team_id=None if workspace.org_wide else workspace.team,
        bot_token="xoxb-1", bot_id="B", bot_user_id="U", user_id="U9", is_enterprise_install=workspace.org_wide,
    )  # fmt: skip
    await installs.async_save(installed)
    assert await installs.find(workspace.tenant)


async def test_bolt_is_told_who_we_are_in_each_workspace(installs: Installs) -> None:
    await installs.keep(HERE)
    await installs.keep(replace(HERE, tenant="E1", token="xoxb-org", team=""))
    authorize = authorizing(ManyBots(installs, Answers()))

    async def token(enterprise: str | None, team: str | None, *, wide: bool | None) -> str | None:
        context: Any = SimpleNamespace(is_enterprise_install=wide)
        found = await authorize(context=context, enterprise_id=enterprise, team_id=team)
        return found.bot_token if found else None

    assert "xoxb-secret-1" == await token("E1", "T1", wide=None)
    assert ["xoxb-org"] * 2 == [await token("E1", team, wide=True) for team in ("T1", None)]
    assert [None] * 3 == [await token(*at, wide=False) for at in (("E1", "T2"), ("E2", "T2"), (None, None))]


# Gone -------------------------------------------------------------------------------------
async def test_a_workspace_that_goes_takes_its_data_and_no_other(
    installs: Installs, store: Store[Conversation]
) -> None:
    for tenant in ("T1", "T2"):
        place = Place("slack", tenant, "C1", "1.0")
        await installs.keep(replace(HERE, tenant=tenant))
        await store.turn(Message("m", place, "U1", "hi", True, NOW), lambda _: Turn(Conversation(kind="define")))
    assert 3 == await installs.forget("T1")  # the installation, the conversation, the message's id
    assert [False, True] == [await installs.find(tenant) is not None for tenant in ("T1", "T2")]
    kept = [await store.peek(Place("slack", tenant, "C1", "1.0")) for tenant in ("T1", "T2")]
    assert [None, Conversation(kind="define")] == kept


async def test_a_persons_own_token_taken_back_removes_nothing(installs: Installs) -> None:
    await installs.keep(HERE)
    await installs.async_delete_installation(enterprise_id="E1", team_id="T1", user_id="U1")
    assert await installs.find("T1")
    await installs.async_delete_bot(enterprise_id="E1", team_id="T1")
    assert await installs.find("T1") is None


async def test_who_we_are_is_found_by_tenant(installs: Installs) -> None:
    await installs.keep(replace(HERE, url="https://acme.example/"))
    bots = ManyBots(installs, Answers())
    assert Bot("xoxb-secret-1", "U1BOT", "B1BOT", "T1", "E1", "https://acme.example/") == await bots.find("T1")
    assert await bots.find("T2") is None


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_workspace_whose_token_is_dead_is_forgotten(installs: Installs, error: str) -> None:
    await installs.keep(HERE)
    await ManyBots(installs, Answers(error)).gone("T1", uninstalled=True)
    assert await installs.find("T1") is None


async def test_a_late_removal_does_not_undo_a_new_installation(installs: Installs) -> None:
    await installs.keep(HERE)
    await ManyBots(installs, Answers()).gone("T1", uninstalled=True)
    assert await installs.find("T1")


async def test_while_slack_does_not_say_nothing_is_forgotten(installs: Installs) -> None:
    await installs.keep(HERE)
    bots = ManyBots(installs, Answers("internal_error"))
    with pytest.raises(SlackError):
        await bots.gone("T1", uninstalled=True)
    assert await installs.find("T1")


# In the browser ---------------------------------------------------------------------------
class Browser:
    """A browser that keeps our cookie by hand, for it is only for https."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self.session, self.url, self.cookie = session, url, ""

    async def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with self.session.get(self.url + path, headers=headers, allow_redirects=False) as response:
            text = await response.text()
            self.set_cookie = response.headers.get("Set-Cookie", "")
            return response.status, text, dict(response.headers)

    async def begin(self) -> tuple[str, dict[str, list[str]]]:
        """Go to /slack/install; give the address it sends to and that address's query."""
        status, _, headers = await self.get("/slack/install?team=T1%26scope%3Dadmin")
        assert 302 == status
        self.cookie = self.set_cookie.partition(";")[0]
        return headers["Location"], parse_qs(urlsplit(headers["Location"]).query)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as slack:
        slack.codes |= {"T0NEW", "T0NEXT"}
        yield slack


@pytest.fixture
async def browsers(
    slack: Slack, store: Store[Conversation], installs: Installs, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[], Browser]]:
    monkeypatch.setenv("SLACK_REDIRECT_URI", "https://surprise.example.com")
    monkeypatch.setenv("SLACK_SCOPES", "admin")
    monkeypatch.setenv("SLACK_USER_SCOPES", "admin")
    oauth = OAuth(
        store,
        installs,
        slack.url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        say=lambda key: catalog.replies[key],
    )
    app = web.Application()
    app.router.add_routes(oauth.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield lambda: Browser(session, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


Browsers = Callable[[], Browser]


async def test_installing_asks_slack_for_our_scopes_and_nothing_the_environment_says(
    browsers: Browsers, slack: Slack
) -> None:
    browser = browsers()
    address, query = await browser.begin()
    assert address.startswith(slack.url.removesuffix("/api/") + "/oauth/v2/authorize?")
    assert [[",".join(REQUIRED + OPTIONAL)], [CLIENT_ID]] == [query["scope"], query["client_id"]]
    assert {"scope", "client_id", "state"} == set(query)
    flags = {flag.strip().lower() for flag in browser.set_cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "max-age=600"} <= flags
    assert f"slack-app-oauth-state={query['state'][0]}" == browser.cookie


async def test_an_installation_ends_with_a_page_and_a_sealed_token(
    browsers: Browsers, slack: Slack, installs: Installs, tmp_path: Path
) -> None:
    browser = browsers()
    _, query = await browser.begin()
    status, page, headers = await browser.get(f"/slack/oauth_redirect?code=T0NEW&state={query['state'][0]}")
    assert (200, True) == (status, "Whichops is installed" in page)
    assert "no-store" == headers["Cache-Control"]
    assert "deleted" in browser.set_cookie
    found = await installs.find("T0NEW")
    assert found
    assert (BOT, BOT_ID, "T0NEW", True) == (found.bot, found.bot_id, found.team, found.token in slack.tokens)
    assert "https://acme.example/" == found.url
    assert "chat:write" in found.scopes
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [0, 0] == [kept.count(word.encode()) for word in (found.token, query["state"][0])]
    assert 200 == (await browser.get("/slack/page.css"))[0]


async def test_a_second_installation_replaces_the_first(browsers: Browsers, slack: Slack, installs: Installs) -> None:
    tokens = []
    for _ in range(2):
        slack.codes.add("T0NEW")
        browser = browsers()
        _, query = await browser.begin()
        await browser.get(f"/slack/oauth_redirect?code=T0NEW&state={query['state'][0]}")
        tokens.append(getattr(await installs.find("T0NEW"), "token", ""))
    assert all(tokens)
    assert tokens[0] != tokens[1]


@pytest.mark.parametrize(
    ("query", "cookie", "status", "title"),
    [
        ("code=T0NEW&state={state}", "", 400, "Please begin again"),
        ("code=T0NEW&state=forged", "slack-app-oauth-state=forged", 401, "Please begin again"),
        ("code=T0NEW", "{cookie}", 400, "Please begin again"),
        ("state={state}", "{cookie}", 401, "That didn"),
        ("code=wrong&state={state}", "{cookie}", 401, "That didn"),
        ("error=access_denied&state={state}", "{cookie}", 200, "Nothing was installed"),
        ("error=%3Cscript%3E&state={state}", "{cookie}", 200, "That didn"),
    ],
)
async def test_what_is_not_a_finished_installation_installs_nothing(
    browsers: Browsers, store: Store[Conversation], query: str, cookie: str, status: int, title: str
) -> None:
    browser = browsers()
    _, asked = await browser.begin()
    browser.cookie = cookie.format(cookie=browser.cookie)
    found, page, _ = await browser.get("/slack/oauth_redirect?" + query.format(state=asked["state"][0]))
    assert (status, True) == (found, title in page)
    assert "<script>" not in page
    assert [None, None] == [await store.installation(f"slack/{tenant}") for tenant in ("T0NEW", "T0TEAM")]


async def test_a_state_counts_once(browsers: Browsers) -> None:
    browser = browsers()
    _, query = await browser.begin()
    state = query["state"][0]
    assert 200 == (await browser.get(f"/slack/oauth_redirect?code=T0NEW&state={state}"))[0]
    assert 401 == (await browser.get(f"/slack/oauth_redirect?code=T0NEXT&state={state}"))[0]


async def test_a_state_counts_for_ten_minutes(store: Store[Conversation]) -> None:
    now = NOW
    tickets = Tickets(store, lambda: now)
    first, second = await tickets.async_issue(), await tickets.async_issue()
    now = NOW + timedelta(minutes=9, seconds=59)
    assert await tickets.async_consume(first)
    now = NOW + timedelta(minutes=10)
    assert not await tickets.async_consume(second)


async def test_a_token_that_expires_by_itself_is_not_kept(
    browsers: Browsers, slack: Slack, store: Store[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    access = slack._access
    rotating = {"refresh_token": "xoxe-1-abc", "expires_in": 43200}
    monkeypatch.setattr(slack, "_access", lambda request, params: access(request, params) | rotating)
    browser = browsers()
    _, query = await browser.begin()
    status, page, _ = await browser.get(f"/slack/oauth_redirect?code=T0NEW&state={query['state'][0]}")
    assert (500, True) == (status, "token rotation" in page)
    assert await store.installation("slack/T0NEW") is None


async def test_a_database_that_is_away_is_told_kindly(browsers: Browsers, store: Store[Conversation]) -> None:
    await store.close()
    status, page, _ = await browsers().get("/slack/install")
    assert (503, True) == (status, "One moment" in page)


async def test_no_code_token_or_secret_is_logged(
    browsers: Browsers, capsys: pytest.CaptureFixture[str], slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for code in ("T0NEW", "T0WRONGCODE"):
        browser = browsers()
        _, query = await browser.begin()
        await browser.get(f"/slack/oauth_redirect?code={code}&state={query['state'][0]}")
    shown = "".join(capsys.readouterr()) + caplog.text
    assert ["slack_installed", "slack_install_refused"] == re.findall(r"slack_install\w+", shown)
    tokens = [token for token in slack.tokens if token != TOKEN]
    assert [0] * (3 + len(tokens)) == [shown.count(word) for word in ("T0WRONGCODE", "T0NEW", CLIENT_SECRET, *tokens)]


# The whole way ----------------------------------------------------------------------------
async def test_a_workspace_installs_asks_and_goes_and_nothing_of_it_stays(
    slack: Slack, knowledge: Knowledge, tmp_path: Path
) -> None:
    ways = {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET, "SLACK_ENCRYPTION_KEY": KEY}
    settings = Settings.model_validate(ways | {"SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.url})
    async with (
        serving(knowledge, f"sqlite:///{tmp_path}/served.db", slack, options_=settings) as served,
        ClientSession() as session,
    ):
        ana = Person(slack, team="T0NEW")
        question, events = ana.say(f"<@{BOT}> what is mlops?")
        await served.events(events)
        assert [] == await served.settled()  # not installed there yet
        browser = Browser(session, served.url)
        _, query = await browser.begin()
        status, _, _ = await browser.get(f"/slack/oauth_redirect?code=T0NEW&state={query['state'][0]}")
        assert 200 == status
        await served.events(events)
        (answer,) = await served.settled()
        assert (question.ts, "T0NEW") == (answer.thread_ts, answer.team)
        gone = ana.envelope({"type": "app_uninstalled"})
        assert 200 == await served.event(gone)
        assert await served.store.installation("slack/T0NEW")  # its token still works: that event was an old one
        slack.tokens.clear()
        assert 200 == await served.event(gone | {"event_id": "Ev2"})
        assert await served.store.installation("slack/T0NEW") is None
        assert await served.store.peek(Place("slack", "T0NEW", "C0OPS", question.ts)) is None
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("served.db*"))
    assert 0 == kept.count(b"T0NEW")
