"""What an admin sets is taken whole, or refused with the variable's name and the fix."""

from __future__ import annotations

import os

import pytest

from bot import settings
from bot.errors import ConfigError

TOKEN, SECRET, APP = "xoxb-1-2-abc", "0123456789abcdef0123456789abcdef", "xapp-1-abc"
BOT, HOME, GUEST = (f"0a1b2c3d-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
PASSWORD = "abc8Q~secret.of.the-app"
TEAMS = {"TEAMS_APP_ID": BOT, "TEAMS_APP_PASSWORD": PASSWORD, "TEAMS_TENANT_ID": HOME}
MANAGED = {"TEAMS_APP_ID": BOT, "TEAMS_TENANT_ID": HOME, "TEAMS_APP_TYPE": "UserAssignedMSI"}
ANONYMOUS = {"TEAMS_ALLOW_ANONYMOUS": "1"}
OAUTH = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s" * 32, "SLACK_ENCRYPTION_KEY": "k" * 44}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "TEAMS_", "WHICHOPS_")):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> settings.Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return settings.load()


def test_nothing_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch)
    assert (False, "https://slack.com/api/") == (found.slack, found.slack_api_url)
    assert (False, (), ()) == (found.teams, found.teams_tenants, found.teams_hosts)


@pytest.mark.parametrize(
    "values",
    [
        {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET},
        {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": f"{SECRET}, {SECRET[::-1]}"},
        {"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP},
        {"SLACK_SIGNING_SECRET": SECRET, **OAUTH},
    ],
    ids=" ".join,
)
def test_what_is_whole_switches_slack_on(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    assert load(monkeypatch, **values).slack


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"SLACK_BOT_TOKEN": TOKEN}, "SLACK_SIGNING_SECRET: missing"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET: missing"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": " , "}, "SLACK_SIGNING_SECRET: missing"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": "short"}, "SLACK_SIGNING_SECRET: too short"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": f"{SECRET},x"}, "SLACK_SIGNING_SECRET: too short"),
        ({"SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN: missing"),
        ({"SLACK_APP_TOKEN": APP}, "SLACK_BOT_TOKEN: missing"),
        ({"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN: must be the bot token"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: must be the app-level token"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, **OAUTH}, "SLACK_BOT_TOKEN is for one workspace"),
        (
            {"SLACK_SIGNING_SECRET": SECRET, "SLACK_CLIENT_ID": "1.2"},
            "SLACK_CLIENT_SECRET, SLACK_ENCRYPTION_KEY: missing",
        ),
        (OAUTH, "SLACK_SIGNING_SECRET: missing"),
        ({"SLACK_API_URL": "http://slack.example/api/"}, "SLACK_API_URL: Value error, must be an https:// address"),
        ({"WHICHOPS_PORT": "x"}, "WHICHOPS_PORT: "),
    ],
)
def test_what_is_set_by_halves_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(monkeypatch, **values)
    assert named in str(refused.value)
    assert not any(secret in str(refused.value) for secret in (TOKEN, SECRET, APP, OAUTH["SLACK_CLIENT_SECRET"]))


def test_no_secret_is_ever_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch, SLACK_BOT_TOKEN=TOKEN, SLACK_SIGNING_SECRET=SECRET, **TEAMS)
    assert not any(secret in f"{found!r} {found}" for secret in (TOKEN, SECRET, PASSWORD))


def test_the_api_address_ends_as_the_sdk_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "https://slack-gov.com/api/" == load(monkeypatch, SLACK_API_URL="https://slack-gov.com/api").slack_api_url


# Microsoft Teams --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "tenants"),
    [
        (TEAMS, (HOME,)),
        ({**TEAMS, "TEAMS_APP_TYPE": "SingleTenant"}, (HOME,)),
        (MANAGED, (HOME,)),
        ({**TEAMS, "TEAMS_ALLOWED_TENANTS": f"{HOME}, {GUEST.upper()},"}, (HOME, GUEST)),
        ({**TEAMS, "TEAMS_ALLOWED_TENANTS": GUEST}, (GUEST,)),
        ({name: value.upper() for name, value in TEAMS.items()}, (HOME,)),
        (ANONYMOUS, ()),
        ({**ANONYMOUS, "WHICHOPS_HOST": "::1"}, ()),
        ({**TEAMS, "TEAMS_ALLOW_ANONYMOUS": "0", "WHICHOPS_HOST": "0.0.0.0", "WHICHOPS_WEB": "off"}, (HOME,)),
        ({**TEAMS, "TEAMS_OPENID_METADATA_URL": "http://127.0.0.1:8080/openid"}, (HOME,)),
    ],
)
def test_what_is_whole_switches_teams_on(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], tenants: tuple[str, ...]
) -> None:
    found = load(monkeypatch, **values)
    assert (True, tenants) == (found.teams, found.teams_tenants)


def test_hosts_are_read_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch, **TEAMS, TEAMS_SERVICE_HOSTS="SMBA.acme.example, *.bots.acme.example,")
    assert ("smba.acme.example", "*.bots.acme.example") == found.teams_hosts


@pytest.mark.parametrize(
    ("values", "named"),
    [
        *(({name: value}, "missing. Teams as SingleTenant needs") for name, value in TEAMS.items()),
        *(
            (
                {other: value for other, value in TEAMS.items() if other != name},
                f"{name}: missing. Teams as SingleTenant",
            )
            for name in TEAMS
        ),
        ({"TEAMS_ALLOWED_TENANTS": HOME}, "TEAMS_APP_ID, TEAMS_TENANT_ID, TEAMS_APP_PASSWORD: missing"),
        ({**MANAGED, "TEAMS_APP_ID": ""}, "TEAMS_APP_ID: missing. Teams as UserAssignedMSI needs"),
        ({**MANAGED, "TEAMS_TENANT_ID": ""}, "TEAMS_TENANT_ID: missing. Teams as UserAssignedMSI needs"),
        ({**MANAGED, "TEAMS_APP_PASSWORD": PASSWORD}, "TEAMS_APP_PASSWORD: a managed identity has none"),
        ({**TEAMS, "TEAMS_APP_ID": "whichops"}, "TEAMS_APP_ID: must be an id like"),
        ({**TEAMS, "TEAMS_TENANT_ID": "acme.onmicrosoft.com"}, "TEAMS_TENANT_ID: must be an id like"),
        ({**TEAMS, "TEAMS_ALLOWED_TENANTS": f"{HOME},*"}, "TEAMS_ALLOWED_TENANTS: must be an id like"),
        ({**TEAMS, "TEAMS_APP_TYPE": "MultiTenant"}, "TEAMS_APP_TYPE: "),
        ({**TEAMS, "TEAMS_OPENID_METADATA_URL": "http://login.acme.example/"}, "TEAMS_OPENID_METADATA_URL: "),
        ({**TEAMS, "TEAMS_OPENID_METADATA_URL": "https://"}, "TEAMS_OPENID_METADATA_URL: "),
        ({"TEAMS_ALLOW_ANONYMOUS": "perhaps"}, "TEAMS_ALLOW_ANONYMOUS: "),
        *(({**ANONYMOUS, name: value}, f"{name} signed ones") for name, value in TEAMS.items()),
        ({**ANONYMOUS, "TEAMS_ALLOWED_TENANTS": HOME}, "TEAMS_ALLOWED_TENANTS signed ones"),
        (
            {**ANONYMOUS, "WHICHOPS_HOST": "0.0.0.0", "WHICHOPS_WEB": "off"},
            "TEAMS_ALLOW_ANONYMOUS: takes requests nobody",
        ),
    ],
)
def test_teams_by_halves_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(monkeypatch, **values)
    assert named in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_what_only_tunes_teams_switches_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load(monkeypatch, TEAMS_APP_TYPE="UserAssignedMSI", TEAMS_SERVICE_HOSTS="smba.acme.example").teams
