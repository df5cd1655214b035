"""The manifest asks for what the code needs, no more and no less, and Slack's own limits hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.slack import needs
from adapters.slack.parse import Ignored, OpenModal, parse
from tests.slack.test_parse import NOW, load

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "adapters/slack").glob("*.py"))
TEXT = (ROOT / "manifest.yaml").read_text()
PLACEHOLDER = "https://whichops.example.com"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found = yaml.safe_load(TEXT)
    assert isinstance(found, dict)
    return found


# The code and the manifest ----------------------------------------------------------------
def test_the_scopes_are_those_the_code_needs(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert sorted(needs.REQUIRED + needs.OPTIONAL) == sorted(scopes["bot"])  # Slack wants the optional ones here too
    assert sorted(needs.OPTIONAL) == sorted(scopes["bot_optional"])
    assert {"bot", "bot_optional"} == set(scopes)


def test_every_scope_is_needed_by_something_that_exists() -> None:
    used = {scope for group in (*needs.EVENTS.values(), *needs.METHODS.values()) for scope in group} | {"commands"}
    assert used == {scope.name for scope in needs.SCOPES}


def test_every_method_we_call_works_with_the_scopes_we_ask_for() -> None:
    known = set(needs.REQUIRED + needs.OPTIONAL)
    assert all(set(scopes) <= known for scopes in (*needs.EVENTS.values(), *needs.METHODS.values()))


def test_the_events_are_those_the_code_needs(manifest: dict[str, Any]) -> None:
    assert sorted(needs.EVENTS) == sorted(manifest["settings"]["event_subscriptions"]["bot_events"])


def test_the_events_are_those_that_are_read() -> None:
    assert events_read() == {name.partition(".")[0] for name in needs.EVENTS}


def events_read() -> set[str]:
    """The event types `parse` tells apart, from its own source."""
    module = ast.parse((ROOT / "adapters/slack/parse.py").read_text())
    body = next(node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "_event")
    match = next(node for node in ast.walk(body) if isinstance(node, ast.Match))
    return {
        node.value.value
        for case in match.cases
        for node in ast.walk(case.pattern)
        if isinstance(node, ast.MatchValue)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def test_the_commands_are_those_that_are_read(manifest: dict[str, Any]) -> None:
    listed = [each["command"] for each in manifest["features"]["slash_commands"]]
    assert list(needs.COMMANDS) == listed
    payload = load("slash_whichops")
    for command in listed:
        assert not isinstance(parse(payload | {"command": command}, now=NOW), Ignored)
    assert isinstance(parse(payload | {"command": "/other"}, now=NOW), Ignored)


def test_the_shortcuts_are_those_that_open_the_modal(manifest: dict[str, Any]) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert needs.SHORTCUTS == {each["type"]: each["callback_id"] for each in shortcuts}
    for name, kind in (("global_shortcut", "global"), ("message_shortcut", "message")):
        payload = load(name) | {"callback_id": needs.SHORTCUTS[kind]}
        assert isinstance(parse(payload, now=NOW), OpenModal)


METHOD = re.compile(
    r"(?!.*\.com$)(?:apps|assistant|auth|bots|chat|conversations|files|oauth|reactions|team|users|views)\.[a-zA-Z.]+"
)
BY_SDK = {"oauth.v2.access"}  # called inside Bolt's OAuth flow


def test_the_methods_are_those_that_are_called() -> None:
    texts = {
        node.value
        for path in SOURCES
        if path.name != "needs.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(needs.METHODS) - BY_SDK == {text for text in texts if METHOD.fullmatch(text)}


def test_the_sdk_s_own_calls_are_not_made_by_attribute() -> None:
    """Else the test above would not see them: `client.chat_postMessage(...)`. Bolt's own flow needs `auth_test`."""
    found = {
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and METHOD.fullmatch(node.attr.replace("_", ".", 1))
        and not node.attr.endswith("_id")
    }
    assert {"auth_test"} == found


# Slack's own limits -----------------------------------------------------------------------
FIELDS: dict[str, set[str]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains", "agent_view"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "url", "description", "usage_hint", "should_escape"},
    "features.agent_view": {"agent_description", "suggested_prompts", "actions"},
    "oauth_config": {"redirect_urls", "scopes", "pkce_enabled", "token_management_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "event_subscriptions", "interactivity", "incoming_webhooks", "org_deploy_enabled", "socket_mode_enabled",
        "token_rotation_enabled", "is_hosted", "function_runtime", "is_mcp_enabled", "allowed_ip_address_ranges",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events", "metadata_subscriptions"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}  # fmt: skip
LENGTHS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.description": (1, 150),
    "features.shortcuts.callback_id": (1, 255),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.agent_view.agent_description": (1, 300),
}
MOST = {"features.shortcuts": 10, "features.slash_commands": 50}


def faults(value: object, path: str = "") -> Iterator[str]:
    """What Slack would refuse: keys it doesn't know, texts too long or short, lists too long."""
    if isinstance(value, dict):
        yield from (f"{path}.{key} is not known" for key in sorted(set(value) - FIELDS.get(path, set())))
        for key, below in value.items():
            yield from faults(below, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        if len(value) > MOST.get(path, 100):
            yield f"{path} has {len(value)} entries"
        for each in value:
            yield from faults(each, path) if isinstance(each, dict) else ()
    elif isinstance(value, str) and path in LENGTHS:
        least, most = LENGTHS[path]
        if not least <= len(value) <= most:
            yield f"{path} has {len(value)} characters"


def test_slack_would_take_it(manifest: dict[str, Any]) -> None:
    assert [] == list(faults(manifest))
    assert re.fullmatch(r"#[0-9a-f]{6}", manifest["display_information"]["background_color"])
    assert all(re.fullmatch(r"/[a-z]+", each["command"]) for each in manifest["features"]["slash_commands"])
    assert manifest["features"]["app_home"]["messages_tab_enabled"]
    assert not manifest["features"]["app_home"]["messages_tab_read_only_enabled"]  # else nobody can write to the bot


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  name: Whichops", f"  name: {'x' * 36}", "display_information.name has 36 characters"),
        ("background_color", "colour", "display_information.colour is not known"),
        ("name: Ask Whichops about it", f"name: {'x' * 25}", "features.shortcuts.name has 25 characters"),
        ("bot_optional:", "optional:", "oauth_config.scopes.optional is not known"),
    ],
)
def test_the_check_sees_what_slack_would_refuse(old: str, new: str, fault: str) -> None:
    assert [fault] == list(faults(yaml.safe_load(TEXT.replace(old, new, 1))))


def test_guests_are_not_shut_out_and_tokens_stay(manifest: dict[str, Any]) -> None:
    assert not {"agent_view", "assistant_view"} & set(manifest["features"])
    assert manifest["settings"]["token_rotation_enabled"] is False


def test_every_address_is_the_placeholder_and_our_own_path(manifest: dict[str, Any]) -> None:
    addresses = re.findall(r"url: (\S+)", TEXT)
    assert [PLACEHOLDER + needs.EVENTS_PATH] * 4 == addresses
    assert manifest["settings"]["event_subscriptions"]["request_url"] == addresses[0]
