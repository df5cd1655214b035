"""What every place to chat promises: the same conversations at the console, the web, Slack by both ways, and Teams."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import interview
from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.interview import Interview
from tests.contract.seats import Seat, seat

ALL = ("console", "web", "slack-http", "slack-socket", "teams")
WIRED = ALL[1:]  # where a delivery can be repeated, and somebody else can join in
POSTED = ALL[2:]  # where replies are posted by the sender

Sit = Callable[..., Any]


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/talk.db"


@pytest.fixture
async def here(request: pytest.FixtureRequest, knowledge: Knowledge, database: str) -> AsyncIterator[Seat]:
    async with seat(request.param, knowledge, database) as taken:
        yield taken


def at(kinds: tuple[str, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("here", kinds, indirect=True)


async def held(here: Seat) -> Interview:
    state = await here.store.peek(here.place)
    assert state is not None and state.interview is not None
    return state.interview


# Questions --------------------------------------------------------------------------------
@at(ALL)
async def test_a_question_is_answered_once_and_a_follow_up_understood(here: Seat) -> None:
    first = await here.say("DevOps vs MLOps?")
    assert 1 == first.pieces
    assert "MLOps" in first.text and "Sources:" in first.text
    assert "AIOps" in (await here.say("and AIOps?")).text


@at(WIRED)
async def test_a_repeated_delivery_changes_nothing(here: Seat) -> None:
    first = await here.say("what is MLOps?")
    await here.again()
    await here.again()
    state = await here.store.peek(here.place)
    assert state is not None and 1 == len(state.answered)
    assert "MLOps" in first.text


@at(POSTED)
async def test_a_repeated_delivery_says_nothing_twice(here: Seat) -> None:
    assert 1 == (await here.say("what is MLOps?")).pieces
    assert [0, 0, 0] == [(await here.again()).pieces for _ in range(3)]


@at(POSTED)
async def test_chatter_is_ignored(here: Seat) -> None:
    assert 0 == (await here.say("anyone for lunch?", plain=True)).pieces
    assert 0 == (await here.say("what is MLOps?", plain=True)).pieces
    assert await here.store.peek(here.place) is None


@at(POSTED)
async def test_in_a_thread_of_ours_a_sure_question_needs_no_mention_and_chatter_stays_unanswered(here: Seat) -> None:
    await here.say("DevOps vs MLOps?")
    assert "AIOps" in (await here.say("and AIOps?", plain=True)).text
    assert 0 == (await here.say("lunch at noon?", plain=True)).pieces
    assert 0 == (await here.say("I like MLOps a lot", plain=True)).pieces


# The roadmap ------------------------------------------------------------------------------
async def answer_by_clicks(here: Seat, catalog: Catalog) -> str:
    """Press the first answer each time, until there is a plan."""
    shown = await here.start()
    for _ in range(20):
        now = await held(here)
        question = interview.open_question(catalog.roadmap, now)
        if question is not None:
            first = next(iter(question.options.values()))
            if question.several:
                picked = first.label if here.place.platform == "console" else first.id
                shown = await here.press(catalog.replies["confirm"], picked)
            else:
                shown = await here.press(first.label)
        elif interview.stage(catalog.roadmap, now) == "review":
            shown = await here.press(catalog.replies["review-make"])
        else:
            return shown.text
    raise AssertionError("no plan after 20 clicks")


@at(ALL)
async def test_the_roadmap_comes_by_clicks_only(here: Seat, catalog: Catalog) -> None:
    assert "Start with" in await answer_by_clicks(here, catalog)


@at(ALL)
async def test_the_roadmap_comes_by_words_only(here: Seat, catalog: Catalog) -> None:
    shown = await here.say("roadmap")
    for _ in range(20):
        state = await here.store.peek(here.place)
        now = state.interview if state else None
        if now is None:  # "roadmap" alone may be taken as the topic: it is offered first
            shown = await here.say("/roadmap")
            continue
        question = interview.open_question(catalog.roadmap, now)
        if question is not None:
            shown = await here.say(next(iter(question.options.values())).label, plain=True)
        elif interview.stage(catalog.roadmap, now) == "review":
            shown = await here.say("make my roadmap", plain=True)
        else:
            break
    assert "Start with" in shown.text


@at(WIRED)
async def test_an_old_button_changes_nothing(here: Seat, catalog: Catalog) -> None:
    await here.start()
    (question,) = [interview.open_question(catalog.roadmap, await held(here))]
    assert question is not None
    first, second, *_ = question.options.values()
    await here.press(first.label)
    before = await held(here)
    shown = await here.press(second.label)
    assert "already answered" in shown.text
    assert before == await held(here)


@at(WIRED)
async def test_somebody_else_cannot_answer_and_is_told_so(here: Seat, catalog: Catalog) -> None:
    await here.start()
    question = interview.open_question(catalog.roadmap, await held(here))
    assert question is not None
    before = await held(here)
    other = await here.other()
    shown = await other.press(next(iter(question.options.values())).label)
    assert "belongs to someone else" in shown.text
    assert before == await held(here)


@pytest.mark.parametrize("kind", POSTED)
async def test_the_same_holds_on_postgresql(
    knowledge: Knowledge, catalog: Catalog, new_postgres: Callable[[], str], kind: str
) -> None:
    async with seat(kind, knowledge, new_postgres()) as here:
        assert "Start with" in await answer_by_clicks(here, catalog)
        assert 1 == (await here.say("what is MLOps?")).pieces
        assert 0 == (await here.again()).pieces


# Long, and broken -------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ALL)
async def test_a_long_answer_arrives_whole(knowledge: Knowledge, database: str, kind: str) -> None:
    catalog = knowledge.catalog
    entry = catalog.topics["mlops"].define
    assert entry is not None
    long = tuple(f"word{n} " * 220 for n in range(12))
    topic = catalog.topics["mlops"].model_copy(update={"define": entry.model_copy(update={"bullets": long})})
    grown = catalog.model_copy(update={"topics": catalog.topics | {"mlops": topic}})
    async with seat(kind, Knowledge(grown, knowledge.matcher), database) as here:
        shown = await here.say("what is MLOps?")
    assert [220] * 12 == [len(re.findall(rf"\bword{n}\b", shown.text)) for n in range(12)]


class Broken:
    """A matcher with a bug."""

    def match(self, *given: object) -> None:
        raise ZeroDivisionError

    after = match


@pytest.mark.parametrize("kind", ALL)
async def test_a_crash_is_an_apology_with_a_reference(knowledge: Knowledge, database: str, kind: str) -> None:
    async with seat(kind, Knowledge(knowledge.catalog, Broken()), database) as here:  # type: ignore[arg-type]
        shown = await here.say("what is MLOps?")
    assert 1 == shown.pieces
    assert re.search(r"the reference\s+[0-9a-f]{8}", shown.text)
