"""What an admin sets is taken whole, or refused with the variable's name and the fix."""

from __future__ import annotations

import os

import pytest

from bot import settings
from bot.errors import ConfigError

TOKEN, SECRET, APP = "xoxb-1-2-abc", "0123456789abcdef0123456789abcdef", "xapp-1-abc"
OAUTH = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s" * 32, "SLACK_ENCRYPTION_KEY": "k" * 44}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "WHICHOPS_")):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> settings.Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return settings.load()


def test_nothing_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch)
    assert (False, "https://slack.com/api/") == (found.slack, found.slack_api_url)


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
    found = load(monkeypatch, SLACK_BOT_TOKEN=TOKEN, SLACK_SIGNING_SECRET=SECRET)
    assert not any(secret in f"{found!r} {found}" for secret in (TOKEN, SECRET))


def test_the_api_address_ends_as_the_sdk_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "https://slack-gov.com/api/" == load(monkeypatch, SLACK_API_URL="https://slack-gov.com/api").slack_api_url
