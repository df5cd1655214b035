"""A roadmap somebody keeps, on Teams' wire: for them alone, shown when they say so, reminded of in private, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Place
from tests.talk import Talk
from tests.teams.fake import BEN, CHANNEL, PERSONAL, TENANT, Fail, Posted
from tests.teams.people import Person, labels, words
from tests.teams.serving import Served, told

LONG_AGO = datetime.now(UTC) - timedelta(days=30)


class Owner:
    """Somebody whose roadmap was made in a thread of the channel."""

    def __init__(self, served: Served, id_: str = "") -> None:
        self.served = served
        self.person = Person(served.teams, id_) if id_ else Person(served.teams)
        self.root = ""

    @property
    def place(self) -> Place:
        return Place("teams", TENANT, CHANNEL, self.root)

    async def plan(self) -> list[Posted]:
        """Begin by the wire, answer, and confirm by the wire."""
        before = len(await self.served.settled())
        await self.served.said(self.person.slash("roadmap"))
        self.root = self.served.teams.posted[before].id
        self.talk = Talk(self.served.advisor, self.person.author, self.place)
        await self.talk.answer_all(self.served.store, datetime.now(UTC))
        return await self.say("/plan")

    async def tell(self, text: str, at: datetime | None = None) -> None:
        """Say something beside the wire, at any time."""
        await self.talk.say(text, at=at or datetime.now(UTC))

    async def say(self, text: str) -> list[Posted]:
        return await self.served.said(self.person.say(text, f"{CHANNEL};messageid={self.root}"))

    async def press(self, label: str) -> list[Posted]:
        found = [each for each in self.served.teams.posted if label in labels(each)]
        return await self.served.said(self.person.press(found[-1], label))


@pytest.fixture
async def ana(served: Served) -> Owner:
    await served.said(Person(served.teams).install())  # they know each other
    owner = Owner(served)
    await owner.plan()
    return owner


def alone(posted: Posted) -> bool:
    return not posted.conversation.startswith(CHANNEL)


async def test_the_thread_hears_the_questions_and_its_owner_alone_the_roadmap(ana: Owner, served: Served) -> None:
    plan = [each for each in served.teams.posted if "Start with" in words(each.activity)]
    assert [PERSONAL] == [each.conversation for each in plan]
    (told_,) = [each for each in served.teams.posted if each.only]
    assert served.advisor.catalog.replies["teams-at-home"] in words(told_.activity) + told_.text


async def test_a_press_in_the_own_chat_moves_the_roadmap_of_the_thread(ana: Owner, served: Served) -> None:
    (asked,) = await ana.press("Done")
    assert alone(asked)
    await ana.press("Yes, done")
    state = await served.store.peek(ana.place)
    assert state is not None and state.interview is not None
    assert ["done"] == [mark.state for mark in state.interview.marks.values()]
    answer = await served.hear(Person(served.teams, BEN).press(asked, "Yes, done"))
    assert "2 of" not in told(answer)


async def test_a_roadmap_is_shown_in_its_thread_after_a_look_and_a_word(ana: Owner, served: Served) -> None:
    (preview,) = await ana.press("Show it to the channel")
    assert alone(preview) and "isn't sent before you say so" in words(preview.activity)
    shown, told_ = sorted(await ana.press("Show it to them"), key=alone)
    assert (f"{CHANNEL};messageid={ana.root}", "") == (shown.conversation, shown.only)
    assert alone(told_) and "release by hand" not in words(shown.activity)


async def test_a_reminder_is_in_the_clients_time_zone_and_comes_directly_and_once(ana: Owner, served: Served) -> None:
    (set_,) = await ana.say("remind me on Mondays at 9")
    assert "on Mondays at 09:00 (Europe/Berlin)" in words(set_.activity) + set_.text and set_.only
    await ana.tell("/remind mon tue wed thu fri sat sun 09:00", LONG_AGO)

    def reminders() -> list[Posted]:
        return [each for each in served.teams.posted if "Your next step" in words(each.activity)]

    (sent,) = await served.until(reminders)
    await served.settled()
    assert PERSONAL == sent.conversation and "Skip a week" in labels(sent)
    (ended,) = await ana.press("Stop reminding me")
    assert alone(ended) and "no more reminders" in words(ended.activity) + ended.text
    assert 1 == len(reminders())


async def test_a_reminder_that_reaches_nobody_is_the_last_one(ana: Owner, served: Served) -> None:
    served.teams.faults += [Fail(403, "BotDisabledByAdmin")] * 8
    await ana.tell("/remind mon tue wed thu fri sat sun 09:00", LONG_AGO)
    await served.until(lambda: served.app.sender.given_up)
    state = await served.store.peek(ana.place)
    assert state is not None and state.interview is not None
    assert (None, True) == (state.interview.reminding, state.interview.kept is not None)


async def test_a_team_view_is_said_aloud_and_who_counts_in_is_told_alone(ana: Owner, served: Served) -> None:
    (joined,) = await served.said(ana.person.slash("roadmap team join"))
    assert "You count in" in words(joined.activity) + joined.text and joined.only
    opening, seen = await served.said(ana.person.slash("roadmap team"))
    assert "how this team stands" in opening.text and f"{CHANNEL};messageid={opening.id}" == seen.conversation
    assert "1 of the people here" in words(seen.activity) and "" == seen.only
