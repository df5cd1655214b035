"""A roadmap somebody keeps, on Slack's wire: for them alone, shown when they say so, reminded of in private, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.chat import Place
from tests.contract.seats import words
from tests.slack.fake import BOT, TEAM, Posted, Refuse, Slack
from tests.slack.people import Person, labels
from tests.slack.serving import Served, serving
from tests.talk import Talk

pytestmark = pytest.mark.usefixtures("logs")
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as fake:
        yield fake


@pytest.fixture
async def served(knowledge: Knowledge, tmp_path: Path, slack: Slack) -> AsyncIterator[Served]:
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", slack) as running:
        yield running


class Owner:
    """Somebody whose roadmap was made in a thread of the channel."""

    def __init__(self, served: Served, user: str = "U0ANA") -> None:
        self.served, self.user = served, user
        self.person = Person(served.slack, user)
        self.root = ""

    @property
    def place(self) -> Place:
        return Place("slack", TEAM, "C0OPS", self.root)

    async def plan(self) -> list[Posted]:
        """Begin by the wire, answer, and confirm by the wire."""
        before = len(await self.served.settled())
        await self.served.command(self.person.command("/roadmap"))
        self.root = (await self.served.settled())[before].ts
        self.talk = Talk(self.served.advisor, self.user, self.place)
        await self.talk.answer_all(self.served.store, datetime.now(UTC))
        return await self.say("/plan")

    async def tell(self, text: str, at: datetime | None = None) -> None:
        """Say something beside the wire, at any time."""
        await self.talk.say(text, at=at or datetime.now(UTC))

    async def say(self, text: str) -> list[Posted]:
        before = len(self.served.slack.sent)
        for event in self.person.say(f"<@{BOT}> {text}", thread=self.root)[1]:
            assert 200 == await self.served.event(event)
        return (await self.served.settled())[before:]

    async def press(self, label: str) -> list[Posted]:
        before = len(self.served.slack.sent)
        found = [each for each in self.served.slack.sent if label in labels(each)]
        assert 200 == await self.served.interact(self.person.press(found[-1], label))
        return (await self.served.settled())[before:]


@pytest.fixture
async def ana(served: Served) -> Owner:
    owner = Owner(served)
    await owner.plan()
    return owner


async def test_the_thread_hears_the_questions_and_its_owner_alone_the_roadmap(ana: Owner, served: Served) -> None:
    plan = [each for each in served.slack.sent if "Start with" in words(each)]
    assert ["D0ANA"] == [each.channel for each in plan]
    told = [each for each in served.slack.sent if each.only]
    assert [("C0OPS", ana.root, "U0ANA")] == [(each.channel, each.thread_ts, each.only) for each in told]
    assert "direct messages" in words(told[0])


async def test_what_is_pressed_in_direct_messages_moves_the_roadmap_of_the_thread(ana: Owner, served: Served) -> None:
    (asked,) = await ana.press("Done")
    assert ("D0ANA", "") == (asked.channel, asked.only)
    await ana.press("Yes, done")
    state = await served.store.peek(ana.place)
    assert state is not None and state.interview is not None
    assert ["done"] == [mark.state for mark in state.interview.marks.values()]
    assert not [each for each in served.slack.thread("C0OPS", ana.root) if "done" in words(each)]


async def test_a_roadmap_is_shown_in_its_thread_after_a_look_and_a_word(ana: Owner, served: Served) -> None:
    (preview,) = await ana.press("Show it to the channel")
    assert "D0ANA" == preview.channel and "isn't sent before you say so" in words(preview)
    shown = {each.channel: each for each in await ana.press("Show it to them")}
    assert {"C0OPS", "D0ANA"} == set(shown)
    assert (ana.root, "") == (shown["C0OPS"].thread_ts, shown["C0OPS"].only)
    assert "release by hand" not in words(shown["C0OPS"])


async def test_a_reminder_is_asked_for_in_the_profiles_time_zone(ana: Owner, served: Served) -> None:
    served.slack.users["U0ANA"] = {"tz": "Europe/Amsterdam"}
    (offered,) = await ana.press("Remind me")
    assert "D0ANA" == offered.channel
    (set_,) = await ana.press("Mondays at 09:00")
    assert "Mondays at 09:00 (Europe/Amsterdam)" in words(set_)
    assert 1 == len(served.slack.called("users.info"))  # and not for each word


async def test_a_slow_or_unwilling_profile_makes_it_utc_and_says_so(ana: Owner, served: Served) -> None:
    served.slack.script("users.info", Refuse("missing_scope"))
    await ana.press("Remind me")
    assert "I don't know your time zone" in "".join(map(words, await ana.say("remind me on Mondays at 9")))


async def test_a_reminder_that_is_due_is_sent_directly_and_once(ana: Owner, served: Served) -> None:
    await ana.tell("/remind mon tue wed thu fri sat sun 09:00", LONG_AGO)
    sent = await served.until(lambda: [each for each in served.slack.sent if "Your next step" in words(each)])
    await served.settled()
    assert [("D0ANA", "")] == [(each.channel, each.only) for each in sent]
    assert ["Skip a week", "Stop reminding me"] == labels(sent[0])[-2:]
    (ended,) = await ana.press("Stop reminding me")
    assert "no more reminders" in words(ended)
    assert 1 == len([each for each in served.slack.sent if "Your next step" in words(each)])


async def test_a_reminder_that_reaches_nobody_is_the_last_one(ana: Owner, served: Served) -> None:
    served.slack.script("chat.postMessage", *[Refuse("account_inactive")] * 3)
    await ana.tell("/remind mon tue wed thu fri sat sun 09:00", LONG_AGO)
    await served.until(lambda: served.app.sender.given_up)
    state = await served.store.peek(ana.place)
    assert state is not None and state.interview is not None
    assert (None, True) == (state.interview.reminding, state.interview.kept is not None)
    assert ["slack_undelivered"] == list(served.app.warnings())


async def test_a_team_of_three_is_shown_as_one_in_a_thread_of_its_own(
    ana: Owner, served: Served, catalog: Catalog
) -> None:
    for user in ("U0BEN", "U0CAT"):
        served.slack.users[user] = {}
        served.slack.channels["C0OPS"].members.add(user)
    people = [ana, Owner(served, "U0BEN"), Owner(served, "U0CAT")]
    for owner in people:
        if owner is not ana:
            await owner.plan()
        answer = await served.command(owner.person.command("/roadmap", "team join"))
        assert 200 == answer.status
    joined = [each for each in await served.settled() if "You count in" in words(each)]
    assert ["U0ANA", "U0BEN", "U0CAT"] == [each.only for each in joined]
    before = len(served.slack.sent)
    await served.command(ana.person.command("/roadmap", "team"))
    opening, *seen = (await served.settled())[before:]
    assert {(opening.ts, "")} == {(each.thread_ts, each.only) for each in seen}
    shown = "".join(map(words, seen))
    assert "3 of 3" in shown and ["team.png"] == [each["name"] for each in served.slack.files.values()]
    assert not any(owner.user in shown for owner in people)


async def test_the_home_tab_shows_where_somebody_is_on_their_roadmap(ana: Owner, served: Served) -> None:
    from adapters.slack import home  # noqa: PLC0415
    from adapters.slack.api import Bot  # noqa: PLC0415

    owned = await served.advisor.roadmaps(ana.place.owner, "U0ANA")
    drawn = "\n".join(reply.plain for reply in home.draw(served.advisor.catalog, Bot("", ""), "U0ANA", owned))
    assert "steps are behind you. Next:" in drawn and "[Show me where I am] | [Remind me]" in drawn
