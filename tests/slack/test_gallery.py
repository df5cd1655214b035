"""The page with what the replies look like shows what is really sent."""

from __future__ import annotations

import os

from tests.slack.gallery import ABOUT, GOLDEN, PAGE, page
from tests.slack.replies import REPLIES


def test_the_page_of_replies_shows_what_is_sent() -> None:
    if os.environ.get("GOLDEN") == "write":
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_main_reply_is_on_the_page_and_has_its_golden_file() -> None:
    assert set(REPLIES) == set(ABOUT)
    assert all((GOLDEN / f"{name}.json").is_file() for name in ABOUT)
