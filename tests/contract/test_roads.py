"""A roadmap that is kept, the whole line in every place to chat: plan, progress, a change agreed to, a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.conversation import Conversation
from bot.roadmap.kept import Kept
from bot.store import Store
from tests.contract.seats import Seat, seat
from tests.contract.test_adapters import ALL, held
from tests.talk import ANSWERS


async def answer(here: Seat, catalog: Catalog) -> str:
    """Answer by buttons, until there is a plan."""
    await here.start()
    for name, option in ANSWERS.items():
        question = catalog.roadmap.questions[name]
        label = question.options[option].label
        if question.several:
            await here.press(catalog.replies["confirm"], label if here.place.platform == "console" else option)
        else:
            await here.press(label)
    return (await here.press(catalog.replies["review-make"])).text


async def tick_off(here: Seat, catalog: Catalog) -> str:
    """Press "done" for the next module and say that the proof is there."""
    proof = await here.press(catalog.replies["step-done"])
    assert "when you can show a colleague" in proof.text
    return (await here.press(catalog.replies["tick-yes"])).text


async def plan(here: Seat) -> Kept:
    kept = (await held(here)).kept
    assert kept is not None
    return kept


@pytest.mark.parametrize("kind", ALL)
async def test_the_whole_line_of_a_kept_roadmap(
    knowledge: Knowledge, catalog: Catalog, tmp_path: Path, kind: str
) -> None:
    database = f"sqlite:///{tmp_path}/talk.db"
    async with seat(kind, knowledge, database) as here:
        assert "week by week" in await answer(here, catalog)
        first = await plan(here)
        assert "1 of" in await tick_off(here, catalog)
        assert "2 of" in await tick_off(here, catalog)
        assert list(first.ids[:2]) == list((await held(here)).marks)

        await here.say("change my hours")
        await here.press("11 or more")
        offered = await here.press(catalog.replies["review-make"])
        assert "Hours to go" in offered.text
        assert first == await plan(here)  # nothing changes without consent
        taken = await here.press(catalog.replies["offer-accept"])
        assert "2 of" in taken.text
        second = await plan(here)
        assert first.ids[:2] == second.ids[:2]
        assert len(first.ids) < len(second.ids)
        assert "Behind you: 2" in (await here.say("how far am I?")).text
        last, place = await held(here), here.place

    again = Store(database, Conversation)
    await again.open()
    try:
        state = await again.peek(place)
    finally:
        await again.close()
    assert state is not None
    assert last == state.interview
