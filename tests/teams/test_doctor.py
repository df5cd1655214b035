"""`whichops doctor teams` finds what is wrong, says how to mend it, and posts nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from click.testing import CliRunner

from adapters.finding import Finding
from adapters.teams import doctor, package
from adapters.teams.api import TeamsError
from adapters.teams.connector import NoTokens
from adapters.teams.doctor import Doctor
from bot.cli import main
from bot.settings import Settings
from tests.teams.fake import APP_ID, PASSWORD, Fail, Hang, Teams
from tests.teams.front import fronting
from tests.teams.sign import OneToken, settings

OTHER = "ffffffff-0000-4000-8000-000000000000"


class NoToken(NoTokens):
    """Microsoft says no."""

    def __init__(self, why: str) -> None:
        self.why = why

    async def take(self, *, refused: str = "") -> str:
        raise TeamsError(f"token-{self.why}")


async def look(
    options: Settings,
    *,
    url: str = "",
    ahead: float = 0.0,
    tokens: NoTokens | None = None,
    built: bytes | None = None,
    seconds: float = 5.0,
) -> list[Finding]:
    async with ClientSession(timeout=ClientTimeout(total=seconds)) as session:
        found = Doctor(
            options, session, tokens or OneToken(), lambda: datetime.now(UTC) + timedelta(seconds=ahead), url
        )
        return [finding async for finding in found.examine(built)]


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.level for finding in findings}


def only(findings: list[Finding], what: str) -> Finding:
    (found,) = (finding for finding in findings if finding.what == what)
    return found


@pytest.fixture
def options(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A bot that is served as in production: no host is named, and the Connector is there."""
    monkeypatch.setattr(doctor, "WORLD", f"{teams.url}/")
    return settings(teams, TEAMS_SERVICE_HOSTS="").model_copy(update={"port": 9})


async def test_a_sound_set_up_has_nothing_to_mend_and_nothing_is_posted(teams: Teams, options: Settings) -> None:
    async with fronting(teams, options) as here:
        found = await look(options, url=here.url + "/")
        assert [] == here.reached.heard
    expected = {"settings", "token", "signing keys", "clock", "connector", "service hosts", "address", "app package"}
    assert expected == set(levels(found))
    assert {"ok"} == set(levels(found).values()), found
    assert [] == teams.calls
    assert not [each for each in found if each.mend]


async def test_no_secret_is_shown(teams: Teams, options: Settings) -> None:
    for tokens in (OneToken(), NoToken("invalid_client")):
        found = await look(options, tokens=tokens)
        assert not [each for each in found if PASSWORD in str(each) or "sending-token" in str(each)]


async def test_without_teams_it_says_what_to_set() -> None:
    found = await look(Settings.model_validate({}))
    assert {"settings": "bad"} == levels(found)
    assert "TEAMS_APP_ID" in found[0].mend and "docs/teams.md" in found[0].mend


# Microsoft --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("why", "word"),
    [
        ("invalid_client", "TEAMS_APP_PASSWORD"),
        ("unauthorized_client", "TEAMS_APP_ID"),
        ("ValueError", "TEAMS_TENANT_ID"),
        ("ConnectTimeout", "HTTPS_PROXY"),
        ("ManagedIdentityError", "SingleTenant"),
        ("something_new", "Microsoft's list"),
    ],
)
async def test_a_token_that_is_refused_is_told_with_the_mend(options: Settings, why: str, word: str) -> None:
    found = only(await look(options, tokens=NoToken(why)), "token")
    assert ("bad", True, True) == (found.level, why in found.said, word in found.mend)


@pytest.mark.parametrize("fault", [Fail(503), Hang(3)], ids=["fails", "hangs"])
async def test_keys_that_cannot_be_had_are_told(teams: Teams, options: Settings, fault: Any) -> None:
    teams.keys_fault = fault
    found = only(await look(options, seconds=0.5), "signing keys")
    assert ("bad", True) == (found.level, "TEAMS_OPENID_METADATA_URL" in found.mend)


async def test_keys_that_are_not_for_teams_are_told(teams: Teams, options: Settings) -> None:
    teams.keys.clear()
    assert "bad" == only(await look(options), "signing keys").level
    teams.add_key("key-1", ("webchat",))
    found = only(await look(options), "signing keys")
    assert ("bad", "1 there, none of them for Teams") == (found.level, found.said)


async def answering(body: Any) -> tuple[web.AppRunner, str]:
    """Serve one JSON body everywhere."""

    async def serve(request: web.Request) -> web.Response:
        return web.json_response(body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"issuer": "https://evil.example", "jwks_uri": "http://127.0.0.1:9/keys"}, "evil.example"),
        ({"issuer": "https://api.botframework.com"}, "names no keys"),
        ({"issuer": "https://api.botframework.com", "jwks_uri": "ftp://127.0.0.1/keys"}, "plain address"),
        ({"issuer": "https://api.botframework.com", "jwks_uri": "http://127.0.0.1:9/keys"}, "can't be reached"),
        (["nothing"], "names no keys"),
    ],
)
async def test_metadata_of_somebody_else_is_told(options: Settings, body: Any, word: str) -> None:
    runner, url = await answering(body)
    found = only(await look(options.model_copy(update={"teams_openid_metadata_url": url})), "signing keys")
    await runner.cleanup()
    assert ("bad", True, True) == (found.level, word in found.said, "TEAMS_OPENID_METADATA_URL" in found.mend)


@pytest.mark.parametrize(
    ("ahead", "level", "word"), [(400, "bad", "ahead"), (-400, "bad", "behind"), (90, "warn", "ahead")]
)
async def test_a_clock_that_is_off_is_told(options: Settings, ahead: float, level: str, word: str) -> None:
    found = only(await look(options, ahead=ahead), "clock")
    assert (level, True, True) == (found.level, word in found.said, "NTP" in found.mend)


async def test_a_connector_that_cannot_be_reached_is_told(options: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "WORLD", "http://127.0.0.1:9/")
    found = only(await look(options), "connector")
    assert ("bad", True) == (found.level, "HTTPS_PROXY" in found.mend)


async def test_a_government_bot_is_looked_at_there(options: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "GOVERNMENT", "http://127.0.0.1:9/")
    url = "https://login.botframework.azure.us/v1/.well-known/openidconfiguration"
    government = options.model_copy(update={"teams_openid_metadata_url": url})
    assert "bad" == only(await look(government, seconds=1), "connector").level
    assert "ok" == only(await look(options), "connector").level


@pytest.mark.parametrize(
    ("named", "level", "word"),
    [
        ("", "ok", "no others"),
        ("smba.acme.example", "ok", "smba.acme.example"),
        ("127.0.0.1:8080", "warn", "this machine"),
        ("*.acme.example", "warn", "wide"),
        ("*.example", "bad", "no host's name"),
        ("https://smba.acme.example/", "bad", "no host's name"),
    ],
)
async def test_hosts_that_get_the_token_are_judged(options: Settings, named: str, level: str, word: str) -> None:
    found = only(await look(options.model_copy(update={"teams_service_hosts": named})), "service hosts")
    assert (level, True) == (found.level, word in found.said)


# Our server -------------------------------------------------------------------------------
@pytest.mark.parametrize(("public", "level"), [(True, "bad"), (False, "warn")])
async def test_no_server_is_told(options: Settings, public: bool, level: str) -> None:
    found = only(await look(options, url="http://127.0.0.1:9" if public else ""), "address")
    assert (level, True) == (found.level, bool(found.mend))


async def test_a_plain_public_address_is_told_and_not_called(options: Settings) -> None:
    found = only(await look(options, url="http://ops.acme.example"), "address")
    assert ("bad", True) == (found.level, "https://" in found.mend)


async def test_a_local_server_is_well_but_not_seen_from_outside(teams: Teams, options: Settings) -> None:
    async with fronting(teams, options) as here:
        local = options.model_copy(update={"port": int(here.url.rpartition(":")[2])})
        found = only(await look(local), "address")
    assert ("warn", True) == (found.level, "--url" in found.mend)


async def test_another_server_at_the_address_is_told(teams: Teams, options: Settings) -> None:
    found = only(await look(options, url=teams.url), "address")
    assert ("bad", True, True) == (found.level, "404" in found.said, "/api/messages" in found.mend)
    runner, url = await answering({"ok": True})
    found = only(await look(options, url=url), "address")
    await runner.cleanup()
    assert ("bad", True, True) == (found.level, "200" in found.said, "proxy" in found.mend)


def anonymous(**more: str) -> Settings:
    return Settings.model_validate({"TEAMS_ALLOW_ANONYMOUS": "1", **more})


async def test_a_server_that_takes_unsigned_requests_is_told(teams: Teams, options: Settings) -> None:
    async with fronting(teams, anonymous()) as here:
        found = only(await look(options, url=here.url), "address")
        assert [] == here.reached.heard
    assert ("bad", True) == (found.level, "TEAMS_ALLOW_ANONYMOUS" in found.mend)


async def test_the_anonymous_mode_is_warned_of_and_asks_microsoft_nothing(teams: Teams) -> None:
    async with fronting(teams, anonymous()) as here:
        local = anonymous().model_copy(update={"port": int(here.url.rpartition(":")[2])})
        found = await look(local, tokens=NoToken("unasked"))
        assert [] == here.reached.heard
    assert {"settings": "warn", "service hosts": "ok", "address": "ok", "app package": "ok"} == levels(found)
    assert "TEAMS_ALLOW_ANONYMOUS" in found[0].said


# The package ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("built", "level", "said"),
    [
        (package.build(package.Order(APP_ID, hear_all=True)), "ok", "version 1.0.0, hears all; Teams' own rules hold"),
        (package.build(package.Order(OTHER)), "bad", "is for another bot than TEAMS_APP_ID"),
        (b"no zip", "bad", "is no zip file"),
    ],
    ids=["ours", "another's", "junk"],
)
async def test_a_package_that_was_built_is_looked_at(options: Settings, built: bytes, level: str, said: str) -> None:
    found = only(await look(options, built=built), "app package")
    assert (level, said, level == "bad") == (found.level, found.said, bool(found.mend))


# The command ------------------------------------------------------------------------------
async def test_the_command_lists_findings_and_exits_by_the_worst(
    teams: Teams, options: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in (teams.settings | {"TEAMS_SERVICE_HOSTS": "", "WHICHOPS_PORT": "9"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("adapters.teams.trust.Entra", lambda options: OneToken())
    built = tmp_path / "app.zip"
    built.write_bytes(package.build(package.Order(APP_ID)))
    told = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "teams", "--package", str(built)])
    assert (0, 7, 1) == (told.exit_code, told.output.count("ok  "), told.output.count("mend:")), told.output
    teams.keys.clear()
    told = await asyncio.to_thread(CliRunner().invoke, main, ["doctor", "teams"])
    assert (1, 1) == (told.exit_code, told.output.count("bad ")), told.output
    assert [] == teams.calls


def test_the_command_without_teams_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEAMS_APP_ID", "TEAMS_ALLOW_ANONYMOUS"):
        monkeypatch.delenv(name, raising=False)
    told = CliRunner().invoke(main, ["doctor", "teams"])
    assert (1, True) == (told.exit_code, "TEAMS_APP_ID" in told.output)
