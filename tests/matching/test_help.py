"""What the help names as an example is answered: nothing there may end in a shrug."""

from __future__ import annotations

import re

import pytest

from bot.advisor import Knowledge
from bot.answers import exists
from bot.catalog.load import load
from bot.matching.match import Sure

EXAMPLES = [text for bullet in load().language.smalltalk["help"].bullets for text in re.findall(r"\*([^*]+)\*", bullet)]


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_help_is_answered(knowledge: Knowledge, text: str) -> None:
    for match in knowledge.matcher.match(text):
        assert isinstance(match, Sure), match
        assert exists(knowledge.catalog, match.answer)


def test_the_help_has_examples() -> None:
    assert len(EXAMPLES) > 5
