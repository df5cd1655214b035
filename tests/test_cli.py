"""The command line: what a person at a prompt meets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.roadmap import exports
from bot.roadmap.road import Road


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WHICHOPS_DATABASE_URL", f"sqlite:///{tmp_path}/cli.db")
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def told(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return result.output


def test_help_lists_every_command(run: CliRunner) -> None:
    text = told(run.invoke(main, ["--help"]))
    assert all(name in text for name in ("serve", "chat", "ask", "roadmap", "content"))


def test_lint_says_what_is_there_and_which_blanks_are_open(run: CliRunner) -> None:
    text = told(run.invoke(main, ["content", "lint"]))
    assert text.startswith("ok: ")
    assert "help_channel" in text


def test_a_broken_file_stops_lint_with_place_and_fix(run: CliRunner, overlay: Path) -> None:
    (overlay / "glossary.yaml").write_text("terms:\n  slo:\n    laed: wrong key\n")
    text = told(run.invoke(main, ["content", "lint", "--dir", str(overlay)]), 1)
    assert "glossary.yaml:3:" in text
    assert "fix:" in text
    assert "lead" in text


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("WHICHOPS_PORT", "http", "WHICHOPS_PORT"),
        ("WHICHOPS_DATABASE_URL", "mysql://x", "sqlite:///"),
        ("WHICHOPS_CONTENT_DIR", "/nowhere/at/all", "not a folder"),
        ("WHICHOPS_HOST", "0.0.0.0", "WHICHOPS_WEB=off"),
    ],
)
def test_a_wrong_setting_names_the_variable_and_the_fix(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(name, value)
    text = told(run.invoke(main, ["serve"]), 1)
    assert name in text
    assert hint in text


def test_what_was_asked_in_vain_is_listed(run: CliRunner) -> None:
    assert told(run.invoke(main, ["content", "unanswered"])) == ""


def test_ask_needs_a_question(run: CliRunner) -> None:
    assert "Give a question" in told(run.invoke(main, ["ask"]), 2)


def test_a_roadmap_that_was_taken_along_is_shown(run: CliRunner, tmp_path: Path) -> None:
    at = date(2026, 1, 5)
    road = Road("devops", "DevOps", "devops-base", "A base", at, at, Decimal(5), 1, ())
    (tmp_path / "roadmap.json").write_text(exports.json(road), encoding="utf-8")
    assert "# Roadmap: DevOps" in told(run.invoke(main, ["roadmap", "show", "roadmap.json"]))
    (tmp_path / "other.json").write_text('{"format": "x"}', encoding="utf-8")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    assert "no roadmap of Whichops" in told(run.invoke(main, ["roadmap", "show", "other.json"]), 1)
    assert "can't be read" in told(run.invoke(main, ["roadmap", "show", "binary.json"]), 1)
    assert "--jsonl" in told(run.invoke(main, ["roadmap"]), 2)
