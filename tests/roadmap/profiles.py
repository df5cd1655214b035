"""People of all kinds: random answers to the real questions."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import strategies as st

from bot.catalog.load import built_in, read
from bot.catalog.script import CLOSE_CALL, Question, Roadmap
from bot.catalog.tree import plain

Profile = dict[str, tuple[str, ...]]


def of(script: Roadmap) -> st.SearchStrategy[Profile]:
    """Any answers: none, one, or some where several fit."""
    return st.fixed_dictionaries({name: _answer(question) for name, question in script.questions.items()})


def _answer(question: Question) -> st.SearchStrategy[tuple[str, ...]]:
    options = st.sampled_from(list(question.options))
    if not question.several:
        return st.one_of(st.just(()), options.map(lambda option: (option,)))
    return st.lists(options, unique=True, max_size=4).map(tuple)


def sampled(script: Roadmap, count: int, seed: int = 6) -> Iterator[Profile]:
    """The same people every time."""
    chance = random.Random(seed)
    for _ in range(count):
        yield {
            name: tuple(chance.sample(list(question.options), chance.randint(1, 3) if question.several else 1))
            for name, question in script.questions.items()
        }


def content() -> Roadmap:
    """The real content, for strategies that need it before a test begins."""
    found = plain(read(content=built_in())[0])
    assert isinstance(found, dict)
    return Roadmap.model_validate(found["roadmap"])


SCRIPT = content()
ANSWERS = of(SCRIPT)
assert CLOSE_CALL not in SCRIPT.questions
