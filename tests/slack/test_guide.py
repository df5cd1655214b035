"""The admin's guide is true: its tables, its commands, its files."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.slack import needs
from bot.catalog.load import load
from bot.cli import main
from bot.settings import Settings, variable
from tests.slack.test_manifest import PLACEHOLDER, TEXT, faults

GUIDE = (Path(__file__).parents[2] / "docs/slack.md").read_text()


def files() -> list[Any]:
    """Every YAML block of the guide, read."""
    found = re.findall(r"^( *)```yaml\n(.*?)^ *```", GUIDE, re.MULTILINE | re.DOTALL)
    return [yaml.safe_load("\n".join(line[len(margin) :] for line in text.splitlines())) for margin, text in found]


def test_the_scopes_are_those_we_need_with_reasons() -> None:
    part = GUIDE.split("<!-- scopes -->")[1].split("<!-- /scopes -->")[0]
    expected = [f"| `{scope.name}` | {scope.why} | {scope.without or '(needed)'} |" for scope in needs.SCOPES]
    assert expected == part.strip().splitlines()[2:]


def test_every_variable_exists() -> None:
    known = {variable(name, field) for name, field in Settings.model_fields.items()}
    named = set(re.findall(r"\b(?:SLACK|WHICHOPS)_[A-Z_]+\b", GUIDE))
    assert set() == named - known
    slack = {name for name in known if name.startswith("SLACK_")}
    assert slack <= named


def test_every_command_exists() -> None:
    for line in re.findall(r"whichops ((?:doctor|shadow|content) [a-z]+)", GUIDE):
        group, command = line.split()
        assert command in main.commands[group].commands, line  # type: ignore[attr-defined]


def test_the_channels_file_is_one_that_is_taken(overlay: Path) -> None:
    (text,) = (text for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if text.startswith("default:"))
    (overlay / "channels.yaml").write_text(text)
    channels = load(overlay).channels
    assert {"C0123456789", "C0123456790", "C0123456791"} == set(channels.places["slack"])
    modes = set(re.findall(r"^\| `([a-z-]+)` \|", GUIDE.split("| mode |")[1], re.MULTILINE))
    assert {"mention-only", "helpful", "shadow", "silent"} == modes


def test_the_lines_for_the_manifest_are_such_that_slack_would_take() -> None:
    manifest = yaml.safe_load(TEXT)
    added = {key: value for file in files() for key, value in file.items()}
    manifest["features"]["agent_view"] = added["agent_view"]
    manifest["oauth_config"]["redirect_urls"] = added["redirect_urls"]
    # The prompts' own keys are not in the checker's table: two texts each.
    prompts = manifest["features"]["agent_view"].pop("suggested_prompts")
    assert [{"title", "message"}] == [set(prompt) for prompt in prompts]
    assert [] == list(faults(manifest))
    assert added["redirect_urls"][0].endswith(needs.REDIRECT_PATH)


@pytest.mark.parametrize("command", re.findall(r"^ *(sed .*) manifest\.yaml$", GUIDE, re.MULTILINE))
def test_the_manifest_is_made_by_the_command_that_is_shown(command: str) -> None:
    made = subprocess.run(shlex.split(command), input=TEXT, capture_output=True, text=True, check=True).stdout
    manifest = yaml.safe_load(made)
    assert [] == list(faults(manifest))
    assert PLACEHOLDER not in made.partition("_metadata:")[2]
    socket = manifest["settings"]["socket_mode_enabled"]
    addresses = re.findall(r"url: (\S+)", made)
    assert (0 if socket else 4) == len(addresses)
    assert all(address.endswith(needs.EVENTS_PATH) for address in addresses)


def test_both_ways_are_shown() -> None:
    assert 2 == len(re.findall(r"^ *sed .* manifest\.yaml$", GUIDE, re.MULTILINE))
    assert needs.INSTALL_PATH in GUIDE


def test_every_page_that_is_linked_exists() -> None:
    linked = re.findall(r"\]\(([a-z-]+\.md)\)", GUIDE)
    assert "slack-replies.md" in linked
    assert all((Path(__file__).parents[2] / "docs" / name).is_file() for name in linked)
