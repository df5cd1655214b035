"""`whichops doctor slack` finds what is wrong, says how to mend it, and posts nothing unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from click.testing import CliRunner
from cryptography.fernet import Fernet

from adapters.finding import Finding
from adapters.slack import needs
from adapters.slack.doctor import Doctor
from adapters.slack.installs import Installed, Installs, Seal
from bot.advisor import Knowledge
from bot.cli import main
from bot.conversation import Conversation
from bot.settings import Settings
from bot.store import Store
from tests.slack.fake import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, TOKEN, Broken, Hang, RateLimited, Refuse, Slack
from tests.slack.serving import options, serving
from tests.slack.sign import SECRET

KEY = Fernet.generate_key().decode()
ALL = ",".join(needs.REQUIRED + needs.OPTIONAL)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as slack:
        slack.scopes = ALL
        yield slack


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store[Conversation]]:
    store = Store(f"sqlite:///{tmp_path}/doctor.db", Conversation)
    await store.open()
    yield store
    await store.close()


async def look(
    settings: Settings, store: Store[Conversation], *, url: str = "", channel: str = "", ahead: float = 0.0
) -> list[Finding]:
    async with ClientSession() as session:
        doctor = Doctor(settings, session, store, lambda: datetime.now(UTC) + timedelta(seconds=ahead), url)
        return [finding async for finding in doctor.examine(channel, "Hello.")]


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.level for finding in findings}


def only(findings: list[Finding], what: str) -> Finding:
    (found,) = (finding for finding in findings if finding.what == what)
    return found


async def test_a_sound_set_up_over_http_has_nothing_to_mend_and_nothing_is_posted(
    slack: Slack, store: Store[Conversation], knowledge: Knowledge, tmp_path: Path
) -> None:
    settings = options(slack, SLACK_SIGNING_SECRET="0123456789abcdef" * 2)
    async with serving(knowledge, f"sqlite:///{tmp_path}/served.db", slack, options_=settings) as served:
        found = await look(settings, store, url=served.url)
    assert {"settings", "token", "scopes", "clock", "signing secret", "address"} == set(levels(found))
    assert {"ok"} == set(levels(found).values()), found
    assert [] == slack.posted
    assert "Acme" in only(found, "token").said


async def test_a_sound_set_up_by_socket_needs_no_address(slack: Slack, store: Store[Conversation]) -> None:
    found = await look(options(slack, socket=True), store)
    assert {"settings": "ok", "token": "ok", "scopes": "ok", "clock": "ok", "socket": "ok"} == levels(found)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_dead_token_is_told_with_the_way_to_a_new_one(
    slack: Slack, store: Store[Conversation], error: str
) -> None:
    slack.script("auth.test", Refuse(error))
    found = only(await look(options(slack, socket=True), store), "token")
    assert ("bad", True, True) == (found.level, error in found.said, "install the app again" in found.mend)


@pytest.mark.parametrize(("fault", "said"), [(RateLimited(), "ratelimited"), (Broken(), "status 500")])
async def test_a_slack_in_trouble_is_told(slack: Slack, store: Store[Conversation], fault: Any, said: str) -> None:
    slack.script("auth.test", fault)
    found = only(await look(options(slack, socket=True), store), "token")
    assert ("bad", True) == (found.level, said in found.said)
    assert found.mend


async def test_a_slack_that_cannot_be_reached_is_told(store: Store[Conversation], slack: Slack) -> None:
    settings = options(slack, socket=True, SLACK_API_URL="http://127.0.0.1:9/api/")
    found = await look(settings, store)
    assert {"settings": "ok", "token": "bad", "socket": "bad"} == levels(found)
    assert "HTTPS_PROXY" in only(found, "token").mend


async def test_missing_scopes_are_named_needed_ones_as_bad_others_with_what_is_lost(
    slack: Slack, store: Store[Conversation]
) -> None:
    slack.scopes = "app_mentions:read,commands,im:history,im:write,users:read,channels:read,files:read"
    found = [each for each in await look(options(slack, socket=True), store) if each.what == "scopes"]
    assert [("bad", "missing: chat:write")] == [(each.level, each.said) for each in found if each.level == "bad"]
    said = [each.said for each in found if each.level == "warn"]
    assert [
        "without channels:history, groups:history: every reply needs a mention",
        "without groups:read: no welcome, no hello when invited; it counts as shared until a message there is heard",
        "without files:write: a roadmap's picture and files are written out as words",
        "never used: files:read",
    ] == said
    assert all("install the app again" in each.mend for each in found)


@pytest.mark.parametrize(
    ("ahead", "level", "word"), [(400, "bad", "ahead"), (-400, "bad", "behind"), (90, "warn", "ahead")]
)
async def test_a_clock_that_is_off_is_told(
    slack: Slack, store: Store[Conversation], ahead: float, level: str, word: str
) -> None:
    found = only(await look(options(slack, socket=True), store, ahead=ahead), "clock")
    assert (level, True, True) == (found.level, word in found.said, "NTP" in found.mend)


@pytest.mark.parametrize(
    "secret", ["0123456789abcdef0123456789ABCDEF", "xoxb-not-a-signing-secret", f"{SECRET},0123456789abcdef0"]
)
async def test_a_signing_secret_of_another_shape_is_doubted_and_never_shown(
    slack: Slack, store: Store[Conversation], secret: str
) -> None:
    settings = options(slack, SLACK_SIGNING_SECRET=secret, WHICHOPS_PORT="9")
    findings = await look(settings, store)
    assert "warn" == only(findings, "signing secret").level
    assert not [finding for finding in findings if secret[:12] in str(finding) or "xoxb-fake" in str(finding)]


async def test_a_server_with_another_secret_is_told(
    slack: Slack, store: Store[Conversation], knowledge: Knowledge, tmp_path: Path
) -> None:
    async with serving(knowledge, f"sqlite:///{tmp_path}/served.db", slack) as served:
        other = options(slack, SLACK_SIGNING_SECRET="0" * 32)
        found = only(await look(other, store, url=served.url + "/"), "address")
    assert ("bad", True, True) == (found.level, "401" in found.said, "SLACK_SIGNING_SECRET" in found.mend)


@pytest.mark.parametrize(("public", "level"), [(True, "bad"), (False, "warn")])
async def test_no_server_is_told(slack: Slack, store: Store[Conversation], public: bool, level: str) -> None:
    url = "http://127.0.0.1:9" if public else ""
    settings = options(slack).model_copy(update={"port": 9})
    found = only(await look(settings, store, url=url), "address")
    assert level == found.level
    assert found.mend


async def test_another_server_at_the_address_is_told(slack: Slack, store: Store[Conversation]) -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found = only(await look(options(slack), store, url=f"http://127.0.0.1:{runner.addresses[0][1]}"), "address")
    await runner.cleanup()
    assert ("bad", True, True) == (found.level, "404" in found.said, "/slack/" in found.mend)


@pytest.mark.parametrize("error", ["not_allowed_token_type", "missing_scope", "invalid_auth"])
async def test_a_wrong_app_token_is_told(slack: Slack, store: Store[Conversation], error: str) -> None:
    slack.script("apps.connections.open", Refuse(error))
    found = only(await look(options(slack, socket=True), store), "socket")
    assert ("bad", True) == (found.level, error in found.said)
    assert found.mend


async def test_it_posts_one_line_when_told_to(slack: Slack, store: Store[Conversation]) -> None:
    found = await look(options(slack, socket=True), store, channel="C0OPS")
    assert "ok" == only(found, "post").level
    assert [("C0OPS", "Hello.")] == [(each.channel, each.text) for each in slack.posted]


async def test_it_says_how_to_get_into_a_channel(slack: Slack, store: Store[Conversation]) -> None:
    slack.channels["C0OPS"].members.clear()
    found = only(await look(options(slack, socket=True), store, channel="C0OPS"), "post")
    assert ("bad", True) == (found.level, "/invite" in found.mend)


async def test_a_slack_that_hangs_is_not_waited_for(slack: Slack, store: Store[Conversation]) -> None:
    slack.script("auth.test", Hang(5))
    async with ClientSession(timeout=ClientTimeout(total=0.2)) as session:
        doctor = Doctor(options(slack, socket=True), session, store, lambda: datetime.now(UTC))
        found = only([finding async for finding in doctor.examine()], "token")
    assert ("bad", True) == (found.level, "unreachable" in found.said)


# Several workspaces -----------------------------------------------------------------------
def several(slack: Slack, key: str = KEY) -> Settings:
    ways = {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET, "SLACK_ENCRYPTION_KEY": key}
    return Settings.model_validate(ways | {"SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.url})


async def test_every_workspace_is_looked_at(slack: Slack, store: Store[Conversation]) -> None:
    assert "warn" == levels(await look(several(slack), store))["workspaces"]
    installs = Installs(store, Seal(KEY))
    for tenant, token in (("T1", TOKEN), ("T2", "xoxb-dead")):
        await installs.keep(Installed(tenant, token, "U1", "B1", at=1.0))
    await Installs(store, Seal(Fernet.generate_key().decode())).keep(Installed("T3", TOKEN, "U1", "B1", at=1.0))
    found = levels(await look(several(slack), store))
    assert {"T1": "ok", "T2": "bad", "T3": "bad"} == {what: level for what, level in found.items() if what[0] == "T"}


# The command ------------------------------------------------------------------------------
@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("WHICHOPS_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    yield monkeypatch
    assert not (tmp_path / "none.db").exists()  # looking at one workspace needs no database


async def test_the_command_lists_findings_and_exits_by_the_worst(slack: Slack, clean: pytest.MonkeyPatch) -> None:
    clean.setenv("SLACK_BOT_TOKEN", TOKEN)
    clean.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    clean.setenv("SLACK_API_URL", slack.url)
    told = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "slack"])
    assert (0, 5, 0) == (told.exit_code, told.output.count("ok  "), told.output.count("mend:")), told.output
    slack.script("auth.test", Refuse("invalid_auth"))
    told = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "slack"])
    assert (1, 1) == (told.exit_code, told.output.count("mend:"))
    told = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "slack", "--post", "C0OPS"])
    assert (0, 1) == (told.exit_code, len(slack.posted))
    assert slack.posted[0].text.startswith("Hello. I'm Whichops")


def test_without_slack_it_says_what_to_set(clean: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(main, ["doctor", "slack"])
    assert (1, True) == (told.exit_code, "SLACK_BOT_TOKEN" in told.output)
