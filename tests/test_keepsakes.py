"""A roadmap to take along: what is said for it, and that nothing else is taken for it."""

from __future__ import annotations

from typing import get_args

import pytest

from bot import commands, keepsakes
from bot.catalog.schema import Catalog
from bot.commands import Export

WISHES = [
    ("export as calendar", Export("ics")),
    ("Give me the picture!", Export("picture")),
    ("download my roadmap as JSON", Export("json")),
    ("can I have it as csv, please?", Export("csv")),
    ("print my plan", Export("html")),
    ("save this as markdown", Export("markdown")),
    ("take it along", Export()),
    ("export my roadmap", Export()),
]
OTHERS = [
    "",
    "calendar",
    "what is JSON?",
    "give me a plan",
    "show me the roadmap",
    "give me the picture and the calendar",
    "how do I export metrics to a csv",
    "export " * 40,
    "I need a picture of our pipeline",
    "\ud800 \u0130 picture",
]


@pytest.mark.parametrize(("said", "wish"), WISHES)
def test_a_wish_in_words_is_read(catalog: Catalog, said: str, wish: Export) -> None:
    assert wish == keepsakes.read(catalog, said)


@pytest.mark.parametrize("said", OTHERS)
def test_anything_else_is_no_such_wish(catalog: Catalog, said: str) -> None:
    assert keepsakes.read(catalog, said) is None


def test_every_form_has_a_button_that_says_it(catalog: Catalog) -> None:
    said = [commands.parse(button.says) for button in keepsakes.row(catalog).items]
    assert [Export(form) for form in keepsakes.FILES] == said
    assert set(keepsakes.FILES) == set(get_args(commands.Form))
