"""The README can't drift from the code: its tables are compared with what is really there."""

from __future__ import annotations

import re
from pathlib import Path

from bot.commands import USAGE
from bot.settings import Settings, variable

README = (Path(__file__).parent.parent / "README.md").read_text()


def part(name: str) -> str:
    return README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]


def test_every_setting_is_in_the_readme_with_its_default_and_meaning() -> None:
    rows = []
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default and str(field.default) else ""
        rows.append(f"| `{variable(name, field)}` | {default} | {field.description} |".replace("|  |", "| |"))
    assert part("settings").strip().splitlines()[2:] == rows


def test_every_command_is_in_the_readme() -> None:
    listed = set(re.findall(r"`(/[a-z]+)[^`]*`", part("commands")))
    assert listed == {f"/{name}" for name in USAGE} | {"/show"}


def test_every_command_of_the_command_line_exists() -> None:
    from bot.cli import main  # noqa: PLC0415
    from bot.cli.curators import content  # noqa: PLC0415

    named = set(re.findall(r"`whichops ([a-z]+)(?: ([a-z]+))?", README))
    for first, second in named:
        assert first in main.commands, first
        if first == "content" and second:
            assert second in content.commands, second


def test_every_picture_exists() -> None:
    for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (Path(__file__).parent.parent / name).is_file(), name
