"""Teams' own thumbs under an answer: each finds its answer, in every kind of conversation, or says that it didn't."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.teams.reach import Reach
from adapters.teams.talk import Talk
from bot.catalog.schema import Catalog
from bot.conversation import KEPT_ANSWERS
from tests.teams.fake import CHANNEL, GROUP, PERSONAL, Empty
from tests.teams.people import Person
from tests.teams.serving import Served

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def opinions(served: Served) -> list[tuple[str, int, int]]:
    return [(each.answer, each.up, each.down) for each in await served.store.feedback(LONG_AGO)]


def nameless(judged: dict[str, Any]) -> dict[str, Any]:
    """A thumb of Microsoft's local client: it names neither the message nor the thread."""
    del judged["replyToId"]
    judged["conversation"]["id"] = judged["conversation"]["id"].partition(";messageid=")[0]
    return judged


@pytest.mark.parametrize("where", ["", GROUP, PERSONAL])
async def test_a_thumb_is_a_verdict_wherever_the_answer_was_given(served: Served, ana: Person, where: str) -> None:
    """The Connector tells a message's id where it is words or a card, never both: so it is kept, and found."""
    posted, below = await served.said(ana.say("what is MLOps?", where))
    assert {} == (await served.hear(ana.judge(posted, like=True))).json
    assert [("define mlops", 1, 0)] == await opinions(served)
    owner = ana.say("x", where)["conversation"]
    channel, tenant = owner["id"].partition(";")[0], f"teams/{ana.tenant}"
    kept = [await served.store.posted(tenant, channel, each.id) for each in (posted, below)]
    assert 1 == len({each.ref for each in kept if each}) and all(kept)


async def test_everybodys_thumb_counts_with_its_words(served: Served, ana: Person, ben: Person) -> None:
    posted, _ = await served.said(ana.say("what is MLOps?"))
    assert {} == (await served.hear(ana.judge(posted, like=True))).json
    assert {} == (await served.hear(ben.judge(posted, like=False, words="too long"))).json
    assert 2 == len(await served.settled())
    (opinion,) = await served.store.feedback(LONG_AGO)
    assert (1, 1, ("too long",)) == (opinion.up, opinion.down, opinion.reasons)


async def test_a_thumb_on_a_private_answer_counts(served: Served, ana: Person) -> None:
    posted, _ = await served.said(ana.say("/whichops private what is MLOps?"))
    await served.hear(ana.judge(posted, like=False, words="too long"))
    assert [("define mlops", 0, 1)] == await opinions(served)


async def test_a_thumb_without_a_tenant_finds_its_answer(served: Served, ana: Person) -> None:
    posted, _ = await served.said(ana.direct("what is MLOps?"))
    judged = ana.judge(posted, like=True)
    del judged["channelData"], judged["conversation"]["tenantId"]
    await Talk(served.advisor, Reach(served.store), lambda: None).hear(judged, datetime.now(UTC))
    assert [("define mlops", 1, 0)] == await opinions(served)


# Thumbs that name no message --------------------------------------------------------------
@pytest.mark.parametrize("where", ["", GROUP, PERSONAL])
async def test_a_thumb_that_names_no_message_judges_the_last_answer_there(
    served: Served, ana: Person, where: str
) -> None:
    await served.said(ana.say("what is MLOps?", where))
    posted, _ = await served.said(ana.say("what is AIOps?", where))
    await served.hear(nameless(ana.judge(posted, like=True)))
    assert [("define aiops", 1, 0)] == await opinions(served)


async def test_a_thumb_that_names_its_thread_judges_the_last_answer_in_it(served: Served, ana: Person) -> None:
    posted, _ = await served.said(ana.say("what is MLOps?"))
    await served.said(ana.say("what is AIOps?"))
    judged = ana.judge(posted, like=True)
    del judged["replyToId"]
    await served.hear(judged)
    assert [("define mlops", 1, 0)] == await opinions(served)


async def test_a_thumb_that_names_nothing_judges_an_answer_that_its_author_saw(
    served: Served, ana: Person, ben: Person
) -> None:
    posted, _ = await served.said(ana.say("what is MLOps?"))
    await served.said(ben.say("what is AIOps?"))
    await served.said(ben.say("/whichops private what is GitOps?"))
    await served.hear(nameless(ana.judge(posted, like=True)))
    assert [("define mlops", 1, 0)] == await opinions(served)
    carla = Person(served.teams, "29:carla")
    await served.hear(nameless(carla.judge(posted, like=False, words="x")))
    assert {("define mlops", 1, 0), ("define aiops", 0, 1)} == set(await opinions(served))


# Thumbs without an answer -----------------------------------------------------------------
async def test_a_thumb_whose_answer_cant_be_found_is_told_so_once(
    served: Served, ana: Person, catalog: Catalog
) -> None:
    served.teams.faults.append(Empty())  # the Connector took it, and told no id
    posted, _ = await served.said(ana.say("what is MLOps?"))
    judged = ana.judge(posted, like=True)
    assert {} == (await served.hear(judged)).json
    (told,) = (await served.settled())[2:]
    assert catalog.replies["teams-thumb-lost"].split("'")[0] in told.text and ana.id == told.only
    assert posted.conversation == told.conversation
    assert [] == await served.said(judged)  # sent again
    assert [] == await opinions(served)


async def test_a_thumb_where_nothing_was_answered_is_told_so(served: Served, ana: Person) -> None:
    (welcome,) = await served.said(ana.install())
    (told,) = await served.said(nameless(ana.judge(welcome, like=True)))
    assert PERSONAL == told.conversation and "thumb" in told.text


async def test_a_thumb_on_an_answer_too_far_back_is_told_so(served: Served, ana: Person) -> None:
    served.teams.pace = 0
    posted, _ = await served.said(ana.direct("what is MLOps?"))
    for _ in range(KEPT_ANSWERS):
        await served.hear(ana.direct("what is AIOps?"))
    before = len(await served.settled())
    assert before + 1 == len([*(await served.settled()), *(await served.said(ana.judge(posted, like=True)))])
    assert [] == await opinions(served)
    assert CHANNEL not in served.teams.posted[-1].conversation
