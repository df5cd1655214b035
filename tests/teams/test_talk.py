"""Whole conversations on Teams' wire: who is answered where, who sees it, and what one press does to a card."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.advisor import Knowledge
from bot.catalog.schema import Catalog, Channel, Channels
from bot.chat import Place
from tests.teams.fake import ANA, BEN, BOT, CHANNEL, GROUP, PERSONAL, TENANT, Fail, Teams
from tests.teams.people import Person, labels, words
from tests.teams.serving import Served, serving, told

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def ruled(knowledge: Knowledge, **rules: Any) -> Knowledge:
    """The same knowledge where the admin wants something else of us."""
    return Knowledge(knowledge.catalog.model_copy(update={"channels": Channels(**rules)}), knowledge.matcher)


# Where it is answered ---------------------------------------------------------------------
async def test_a_mention_is_answered_in_its_thread(served: Served, ana: Person) -> None:
    asked = ana.say("what is MLOps?")
    posted, more = await served.said(asked)
    assert f"{CHANNEL};messageid={asked['id']}" == posted.conversation
    assert "MLOps" in posted.text and "" == posted.only == more.only
    assert posted.conversation == more.conversation and "DevOps vs MLOps" in labels(more)
    assert {"feedbackLoop": {"type": "default"}} == posted.activity["channelData"]
    assert any(entity["type"] == "https://schema.org/Message" for entity in posted.activity["entities"])


async def test_a_group_chat_and_a_chat_alone_are_answered_there(served: Served, ana: Person) -> None:
    assert [GROUP] * 2 == [each.conversation for each in await served.said(ana.say("what is MLOps?", GROUP))]
    assert [PERSONAL] * 2 == [each.conversation for each in await served.said(ana.direct("what is MLOps?"))]


async def test_words_not_said_to_us_are_left_alone(served: Served, ana: Person) -> None:
    assert [] == await served.said(ana.say("what is MLOps?", mention=False))
    assert [] == await served.said(ana.say("what is MLOps?", GROUP, mention=False))


@pytest.mark.parametrize(
    "kind", ["messageUpdate", "messageDelete", "messageReaction", "typing", "event", "endOfConversation"]
)
async def test_edits_reactions_and_what_is_new_are_taken_and_ignored(served: Served, ana: Person, kind: str) -> None:
    assert [] == await served.said(ana.say("what is MLOps?") | {"type": kind})


async def test_an_unknown_invoke_is_not_implemented(served: Served, ana: Person) -> None:
    posted, _ = await served.said(ana.say("what is MLOps?"))
    answer = await served.door.send(ana.invoke("task/fetch", posted, {"data": {}}))
    assert 501 == answer.status


async def test_the_same_message_twice_is_answered_once(served: Served, ana: Person) -> None:
    asked = ana.say("what is MLOps?")
    assert [2, 0, 0] == [len(await served.said(asked)) for _ in range(3)]


# The roadmap ------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["roadmap", "/roadmap", "/whichops roadmap"])
async def test_the_roadmap_begins_by_word_in_its_thread(served: Served, ana: Person, text: str) -> None:
    (card,) = await served.said(ana.say(text))
    assert "Question 1" in words(card.activity)


async def test_a_slash_command_opens_a_thread_in_the_askers_name(served: Served, ana: Person) -> None:
    opening, card = await served.said(ana.slash("roadmap"))
    assert (CHANNEL, f"{CHANNEL};messageid={opening.id}") == (opening.conversation, card.conversation)
    assert "<at>Ana Lima</at>" in opening.text
    assert {"id": ANA, "name": "Ana Lima"} == opening.activity["entities"][0]["mentioned"]
    assert "Question 1" in words(card.activity)


async def test_the_whole_interview_is_one_card_in_place(served: Served, ana: Person, catalog: Catalog) -> None:
    _, card = await served.said(ana.slash("roadmap"))
    for _ in range(20):
        shown = labels(card)
        if catalog.replies["review-make"] in shown:
            break
        boxes = catalog.replies["confirm"] in shown
        pressed = ana.press(card, catalog.replies["confirm"] if boxes else shown[0])
        answer = await served.hear(pressed)
        await served.settled()
        assert words(answer.json["value"]) == words(card.cards[0])  # the presser sees what everybody will see
    answer = await served.hear(ana.press(card, catalog.replies["review-make"]))
    await served.settled()
    assert catalog.replies["teams-at-home"] == told(answer)
    assert catalog.replies["teams-at-home"] in words(card.activity) and not labels(card)
    opening, one, *roadmap = served.teams.posted
    assert ([CHANNEL] * 2, 8) == ([each.conversation.partition(";")[0] for each in (opening, one)], len(card.before))
    assert "Start with" in words(roadmap[0].activity)
    assert not [each for each in roadmap if each.conversation.startswith(CHANNEL)]  # it is hers alone


async def test_a_press_sent_again_has_the_same_answer_and_moves_once(served: Served, ana: Person) -> None:
    _, card = await served.said(ana.slash("roadmap"))
    pressed = ana.press(card, "Not sure")
    again = deepcopy(pressed) | {"id": pressed["id"] + "1"}  # as a client that gave up waiting
    answers = [await served.hear(each) for each in (pressed, pressed, again)]
    assert 1 == len({answer.text for answer in answers})
    assert "Question 2" in told(answers[0])
    await served.settled()
    assert "Question 2" in words(card.activity)


async def test_a_double_click_counts_once(served: Served, ana: Person) -> None:
    _, card = await served.said(ana.slash("roadmap"))
    presses = [ana.press(card, "Not sure") for _ in range(5)]
    answers = await asyncio.gather(*(served.hear(each) for each in presses))
    assert {"Question 2"} == {told(each).partition(" of")[0][-10:] for each in answers}


async def test_an_old_card_moves_nothing_and_says_so(served: Served, ana: Person, catalog: Catalog) -> None:
    _, card = await served.said(ana.slash("roadmap"))
    old = deepcopy(card)
    for _ in range(2):
        await served.hear(ana.press(card, "Not sure"))
        await served.settled()
    answer = await served.hear(ana.press(old, "Not sure"))
    await served.settled()
    assert catalog.replies["teams-stale"] == told(answer)
    assert "Question 3" in words(card.activity)


async def test_a_forged_press_is_words_and_no_more(served: Served, ana: Person, ben: Person) -> None:
    _, card = await served.said(ana.slash("roadmap"))
    forged = ben.press(card, "Not sure")
    forged["value"]["action"]["data"] = {"says": "/stop", "n": "x", "user": ANA, "step": 7}
    assert "belongs to someone else" in told(await served.hear(forged))
    await served.settled()
    assert "Question 1" in words(card.activity) and 2 == len(served.teams.posted)


async def test_typed_words_go_on_in_a_new_card_and_settle_the_old(
    served: Served, ana: Person, catalog: Catalog
) -> None:
    (card,) = await served.said(ana.say("roadmap"))
    (following,) = await served.said(ana.say("not sure", card.conversation))
    assert "Question 2" in words(following.activity)
    assert [] == labels(card) and catalog.replies["teams-goes-on"] in words(card.activity)
    assert catalog.replies["teams-hint"] in words(following.activity)


async def test_a_client_without_execute_moves_the_same_card(served: Served, ana: Person) -> None:
    (card,) = await served.said(ana.say("roadmap"))
    assert [] == await served.said(ana.press(card, "Not sure", submit=True))
    assert "Question 2" in words(card.activity)


async def test_stopping_leaves_nothing_to_press(served: Served, ana: Person) -> None:
    (card,) = await served.said(ana.say("roadmap"))
    await served.said(ana.say("stop", card.conversation))
    assert [] == labels(card)


async def test_two_people_in_one_chat_each_have_their_roadmap(served: Served, ana: Person, ben: Person) -> None:
    (first,) = await served.said(ana.slash("roadmap", GROUP))
    (second,) = await served.said(ben.slash("roadmap", GROUP))
    assert ("", BEN) == (first.only, second.only)
    answer = await served.hear(ben.press(second, "Not sure"))
    await served.settled()
    assert "Question 2" in told(answer) and "Question 2" in words(second.activity)
    assert "Question 1" in words(first.activity)


# Alone ------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["/whichops private what is MLOps?", "/private what is MLOps?"])
async def test_what_is_asked_privately_only_the_asker_sees(served: Served, ana: Person, text: str) -> None:
    posted, more = await served.said(ana.say(text))
    assert ANA == posted.only == more.only and "MLOps" in posted.text


async def test_a_private_answer_is_shared_with_the_name_of_who_shares(
    served: Served, ana: Person, catalog: Catalog
) -> None:
    asked = ana.say("/whichops private what is MLOps?")
    _, more = await served.said(asked)
    pressed = ana.press(more, catalog.replies["teams-share"])
    assert catalog.replies["teams-shared"] == told(await served.hear(pressed))
    assert catalog.replies["teams-shared"] == told(await served.hear(pressed))
    _, _, opening, shared, below = await served.settled()
    assert ["", "", ""] == [opening.only, shared.only, below.only]
    assert "<at>Ana Lima</at>" in opening.text and "MLOps" in shared.text
    assert f"{CHANNEL};messageid={asked['id']}" == shared.conversation


async def test_where_teams_shows_nothing_alone_it_is_written_directly_and_said(
    served: Served, ana: Person, catalog: Catalog
) -> None:
    served.teams.faults.append(Fail(400, "BadArgument"))
    first, answer, more = await served.said(ana.say("/whichops private what is MLOps?"))
    assert [PERSONAL] * 3 == [first.conversation, answer.conversation, more.conversation]
    assert catalog.replies["teams-to-direct"] in first.text.replace("&#39;", "'")
    pressed = ana.press(more, catalog.replies["teams-share"])
    assert catalog.replies["teams-shared"] == told(await served.hear(pressed))
    assert CHANNEL in (await served.settled())[-1].conversation


async def test_a_channel_may_be_answered_alone_by_its_rule(knowledge: Knowledge, teams: Teams, tmp_path: Path) -> None:
    private = ruled(knowledge, places={"teams": {CHANNEL: Channel(private=True)}})
    async with serving(private, f"sqlite:///{tmp_path}/talk.db", teams) as served:
        assert [ANA] * 2 == [each.only for each in await served.said(Person(teams).say("what is MLOps?"))]


# Policy -----------------------------------------------------------------------------------
async def test_helpful_speaks_up_when_sure_and_mute_ends_that(
    knowledge: Knowledge, teams: Teams, tmp_path: Path, catalog: Catalog
) -> None:
    helpful = ruled(knowledge, places={"teams": {CHANNEL: Channel(mode="helpful")}})
    ana = Person(teams)
    async with serving(helpful, f"sqlite:///{tmp_path}/talk.db", teams) as served:
        assert 2 == len(await served.said(ana.say("what is MLOps?", mention=False)))
        assert catalog.replies["muted"].split("“")[0][:30] in (await served.said(ana.say("mute")))[0].text
        assert [] == await served.said(ana.say("what is MLOps?", mention=False))


@pytest.mark.parametrize("mode", ["silent", "shadow"])
async def test_a_hushed_channel_hears_nothing_aloud(
    knowledge: Knowledge, teams: Teams, tmp_path: Path, mode: str
) -> None:
    hushed = ruled(knowledge, places={"teams": {CHANNEL: {"mode": mode}}})
    async with serving(hushed, f"sqlite:///{tmp_path}/talk.db", teams) as served:
        assert [] == await served.said(Person(teams).say("what is MLOps?"))
        assert [] == await served.said(Person(teams).install(CHANNEL))
        assert [ANA] == [each.only for each in await served.said(Person(teams).slash("roadmap"))]


async def test_a_guest_learns_nothing_of_the_teams_onboarding(served: Served, ana: Person, catalog: Catalog) -> None:
    asked = ana.say("how do I get repo access?")
    asked["from"]["tenantId"] = "99999999-0000-4000-8000-000000000009"
    (posted,) = await served.said(asked)
    assert catalog.replies["not-for-guests"][:20] in posted.text


async def test_asking_a_human_mentions_them(knowledge: Knowledge, teams: Teams, tmp_path: Path) -> None:
    rules = {"places": {"teams": {CHANNEL: Channel(expert="@ben")}}, "people": {"teams": {"@ben": BEN}}}
    ana = Person(teams)
    async with serving(ruled(knowledge, **rules), f"sqlite:///{tmp_path}/talk.db", teams) as served:
        answer, _ = await served.said(ana.say("what is MLOps?"))
        (asked,) = await served.said(ana.judge(answer, like=False))
        (called,) = await served.said(ana.press(asked, knowledge.catalog.replies["human-ask"]))
    assert (ANA, "") == (asked.only, called.only)
    assert {"id": BEN, "name": "ben"} == called.activity["entities"][0]["mentioned"]


# Coming and going -------------------------------------------------------------------------
async def test_one_welcome_however_often_it_is_told(served: Served, ana: Person) -> None:
    told_twice = [ana.install(), ana.members(added=(BOT, ANA)), ana.install()]
    assert [1, 0, 0] == [len(await served.said(each)) for each in told_twice]


async def test_a_team_is_greeted_in_one_line_and_never_per_member(served: Served, ana: Person) -> None:
    news = [ana.members(CHANNEL, added=(ANA, BEN, BOT)), ana.install(CHANNEL), ana.members(CHANNEL, added=(BEN,))]
    assert [1, 0, 0] == [len(await served.said(each)) for each in news]


async def test_a_team_that_takes_us_out_is_forgotten(served: Served, ana: Person) -> None:
    asked = ana.say("what is MLOps?")
    await served.said(asked)
    await served.said(ana.install(CHANNEL, "remove"))
    assert await served.store.peek(Place("teams", TENANT, CHANNEL, asked["id"])) is None
    assert await served.store.reference(f"teams/{TENANT}", CHANNEL) is None
    assert 1 == len(await served.said(ana.install(CHANNEL)))  # and is greeted when it comes back


async def test_a_blocked_conversation_is_dropped(served: Served, ana: Person) -> None:
    served.teams.conversations[PERSONAL].blocked = True
    await served.hear(ana.direct("what is MLOps?"))
    await served.until(lambda: served.app.sender.given_up)
    assert await served.store.reference(f"teams/{TENANT}", PERSONAL) is None
    served.teams.conversations[PERSONAL].blocked = False
    assert 2 == len(await served.said(ana.direct("what is AIOps?")))
