"""Golden pictures of every kind of reply, in all four places: Slack's and Teams' are checked with their renderers."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from adapters.console.render import to_text
from adapters.web.render import Press, article
from bot.chat import Reply
from tests.slack.replies import REPLIES

GOLDEN = Path(__file__).parents[1] / "golden"
PRESS = Press("/t/some-thread/say", "00000000-0000-4000-8000-000000000000", "/t/some-thread/file/1")
KINDS = {"console": ".txt", "web": ".html", "slack": ".json", "teams": ".json"}


def drawn(place: str, reply: Reply) -> str:
    """Draw a reply; HTML with a line for each element that holds others, to be read."""
    if place == "console":
        return to_text((reply,))
    return (
        re.sub(
            r"(?<=.)(?=<(?:p|ul|ol|li|h2|tr|thead|tbody|form|fieldset|button|label|div)\b)", "\n", article(reply, PRESS)
        )
        + "\n"
    )


@pytest.mark.parametrize("place", ["console", "web"])
@pytest.mark.parametrize("name", sorted(REPLIES))
def test_the_main_replies_look_as_agreed(name: str, place: str) -> None:
    path, text = GOLDEN / place / f"{name}{KINDS[place]}", drawn(place, REPLIES[name])
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("place", "suffix"), KINDS.items())
def test_every_kind_of_reply_has_its_picture_everywhere(place: str, suffix: str) -> None:
    assert [] == [name for name in REPLIES if not (GOLDEN / place / f"{name}{suffix}").is_file()]


@pytest.mark.parametrize("place", ["console", "web"])
def test_there_is_no_golden_file_of_a_reply_that_is_gone(place: str) -> None:
    assert set(REPLIES) == {path.stem for path in (GOLDEN / place).iterdir()}
