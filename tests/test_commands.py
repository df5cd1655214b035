"""What is typed with a slash becomes a value; nothing else does, and nothing raises."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import commands

READ = [
    ("/roadmap", commands.Roadmap()),
    ("  /ROADMAP  ", commands.Roadmap()),
    ("/help", commands.Help()),
    ("/answer goal ship-faster", commands.Give("goal", ("ship-faster",))),
    ("/answer runs apps-apis on-call", commands.Give("runs", ("apps-apis", "on-call"))),
    ("/answer role", commands.Give("role", ())),
    ("/change goal", commands.Change("goal")),
    ("/start 2026-01-05", commands.StartOn(date(2026, 1, 5))),
    ("/show facet:tools mlops", commands.Show("facet:tools", ("mlops",))),
    ("/feedback ab12 up", commands.Feedback("ab12", True)),
    ("/feedback ab12 down outdated", commands.Feedback("ab12", False, "outdated")),
    ("/explain ab12", commands.Explain("ab12")),
    ("/none", commands.NoneOfThese()),
    ("/start tomorrow", commands.Bad("start", "/start YYYY-MM-DD")),
    ("/feedback", commands.Bad("feedback", "/feedback REF up|down [REASON]")),
    ("/deploy prod", commands.Bad("deploy", "")),
]


@pytest.mark.parametrize(("text", "command"), READ)
def test_a_command_is_read(text: str, command: commands.Command) -> None:
    assert commands.parse(text) == command


@pytest.mark.parametrize("text", ["", "/", "what is mlops?", "/ roadmap", "//", "/1", "a /roadmap"])
def test_other_text_is_no_command(text: str) -> None:
    assert commands.parse(text) is None


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    commands.parse(text)
    commands.parse("/" + text)


def test_every_command_says_how_it_is_written() -> None:
    for name, usage in commands.USAGE.items():
        assert usage.startswith(f"/{name}")
        assert not isinstance(commands.parse(f"/{name}"), commands.Bad) or commands.parse(f"/{name}") == commands.Bad(
            name, usage
        )


@pytest.mark.parametrize(("said", "command"), [("Status!", commands.Status()), (" roadmap ", commands.Roadmap())])
def test_one_word_that_is_a_command_needs_no_slash(said: str, command: commands.Command) -> None:
    assert command == commands.spoken(said)


@pytest.mark.parametrize("said", ["why", "status of the build", "answer", ""])
def test_other_words_are_no_commands(said: str) -> None:
    assert commands.spoken(said) is None
