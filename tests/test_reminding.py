"""Reminders: asked for in words or by button, said when they are due, over by one word and by themselves."""

from __future__ import annotations

import asyncio
import getpass
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from adapters.bell import Bell
from adapters.console import app as console
from bot import commands, interview, reminding
from bot.advisor import Advisor, Knowledge
from bot.catalog.schema import Catalog
from bot.chat import Message, Place, Reply
from bot.conversation import Conversation
from bot.store import Store
from tests.talk import buttons

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # 09:00 in Berlin, three weeks before the clocks go forward
THREAD = Place("slack", "T1", "C1", "100.1")
DIRECT = Place("slack", "T1", "D1", "main", private=True)


class Person:
    """Somebody with a roadmap made in a channel's thread."""

    def __init__(self, advisor: Advisor, author: str = "U1", place: Place = THREAD) -> None:
        self.advisor, self.author, self.place, self.said = advisor, author, place, 0

    async def say(
        self, text: str, at: datetime = MONDAY, place: Place | None = None, zone: str = "Europe/Berlin"
    ) -> tuple[Reply, ...]:
        self.said += 1
        id_ = f"{self.author}/{self.said}"
        return await self.advisor.handle(Message(id_, place or self.place, self.author, text, True, at, zone))

    async def hear(
        self, text: str, at: datetime = MONDAY, place: Place | None = None, zone: str = "Europe/Berlin"
    ) -> str:
        return "\n".join(reply.plain for reply in await self.say(text, at, place, zone))

    async def plan(self, catalog: Catalog, store: Store[Conversation], goal: str = "ship-faster") -> None:
        wishes = {"goal": goal, "hours": "h8", "horizon": "six-months"}
        await self.say("/roadmap")
        while question := await self.asked(catalog, store):
            options = catalog.roadmap.questions[question].options if question in catalog.roadmap.questions else {}
            chosen = wishes.get(question) if wishes.get(question) in options else next(iter(options), "")
            await self.say(f"/answer {question} {chosen}")
        await self.say("/plan")

    async def asked(self, catalog: Catalog, store: Store[Conversation]) -> str:
        state = await store.peek(self.place)
        assert state is not None and state.interview is not None
        question = interview.open_question(catalog.roadmap, state.interview)
        return question.id if question else ""


@pytest.fixture
def advisor(knowledge: Knowledge, store: Store[Conversation]) -> Advisor:
    return Advisor(knowledge, store)


@pytest.fixture
async def ana(advisor: Advisor, catalog: Catalog, store: Store[Conversation]) -> Person:
    person = Person(advisor)
    await person.plan(catalog, store)
    return person


async def due(store: Store[Conversation], place: Place = THREAD) -> datetime | None:
    state = await store.peek(place)
    return state.due if state else None


# In words ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("remind me on Mondays at 9", "/remind mon 9:00"),
        ("Please remind me every Tuesday at 14:30.", "/remind tue 14:30"),
        ("remind me mon and thu 9:30 pm", "/remind mon thu 21:30"),
        ("remind me on weekdays at 8am Europe/Berlin", "/remind mon tue wed thu fri 08:00 Europe/Berlin"),
        ("remind me weekly", "/remind weekly"),
        ("remind me of my roadmap on friday afternoon", "/remind fri 14:00"),
        ("stop reminding me", "/remind off"),
        ("No more reminders!", "/remind off"),
        ("unsubscribe", "/remind off"),
        ("snooze a week", "/remind snooze"),
        ("remind me", "/remind"),
    ],
)
def test_a_wish_in_words_is_the_same_as_the_command(catalog: Catalog, said: str, typed: str) -> None:
    assert commands.parse(typed) == reminding.read(catalog, said)


@pytest.mark.parametrize(
    "said", ["remind me what MLOps is", "remind me to call Ben", "remind me at 25:00", "remind me at 13 pm", "reminded"]
)
def test_anything_else_is_no_wish_for_reminders(catalog: Catalog, said: str) -> None:
    assert reminding.read(catalog, said) is None


# Asking, moving, ending -------------------------------------------------------------------
async def test_nobody_is_reminded_who_did_not_ask(ana: Person, store: Store[Conversation]) -> None:
    assert await due(store) is None
    assert () == await store.claim_alarms(MONDAY + timedelta(days=400), "slack")


async def test_a_reminder_comes_at_the_time_on_the_persons_own_wall(ana: Person, store: Store[Conversation]) -> None:
    said = await ana.hear("remind me on Mondays at 9")
    assert "on Mondays at 09:00 (Europe/Berlin)" in said and "Monday 2026-03-16, 09:00" in said
    assert MONDAY + timedelta(weeks=1) == await due(store)


async def test_without_a_known_time_zone_it_counts_in_utc_and_says_so(ana: Person, store: Store[Conversation]) -> None:
    assert "I don't know your time zone" in await ana.hear("remind me on Tuesdays at 9", zone="Mars/Olympus")
    assert datetime(2026, 3, 10, 9, tzinfo=UTC) == await due(store)
    assert "America/New_York" in await ana.hear("/remind tue 9:00 America/New_York", zone="")
    assert datetime(2026, 3, 10, 13, tzinfo=UTC) == await due(store)
    assert "I don't know the time zone Mars/Olympus" in await ana.hear("/remind Mars/Olympus")


async def test_snoozing_gives_a_quiet_week_and_one_word_ends_it(ana: Person, store: Store[Conversation]) -> None:
    assert "I don't remind you" in await ana.hear("snooze a week")
    await ana.say("/remind mon 09:00")
    assert "Monday 2026-03-23" in await ana.hear("snooze a week", MONDAY + timedelta(hours=1))
    assert "no more reminders" in await ana.hear("stop reminding me")
    assert await due(store) is None
    assert () == await store.claim_alarms(MONDAY + timedelta(days=400), "slack")


async def test_only_who_has_a_roadmap_can_be_reminded_of_it(ana: Person, advisor: Advisor) -> None:
    ben = Person(advisor, "U2")
    assert "There is no roadmap of yours" in await ben.hear("remind me on Mondays at 9")
    assert "There is no roadmap of yours" in await ben.hear("/remind off", place=DIRECT)


async def test_deleting_the_roadmap_ends_its_reminders(ana: Person, store: Store[Conversation]) -> None:
    await ana.say("/remind mon 09:00")
    await ana.say("/stop")
    await ana.say("/stop")
    assert () == await store.claim_alarms(MONDAY + timedelta(days=400), "slack")


# When the time has come -------------------------------------------------------------------
async def fire(advisor: Advisor, store: Store[Conversation], now: datetime) -> list[Reply]:
    """Let three replicas look for what is due at once; what they put into the outbox."""
    await asyncio.gather(*(Bell(advisor, store, "slack").ring(now) for _ in range(3)))
    found = []
    while claimed := await store.claim(now, 50):
        await store.sent([each.id for each in claimed], now)
        found += [each.reply for each in claimed if each.message.startswith("alarm/")]
    return found


async def test_each_reminder_is_said_once_over_a_clock_change(
    ana: Person, advisor: Advisor, store: Store[Conversation]
) -> None:
    await ana.say("/remind mon 09:00")
    summer = MONDAY + timedelta(weeks=3) - timedelta(hours=1)  # 30 March: 09:00 in Berlin is an hour earlier now
    expected = {MONDAY + timedelta(weeks=1), MONDAY + timedelta(weeks=2), summer}
    said = set()
    for hour in range(24 * 22):
        now = MONDAY + timedelta(hours=hour)
        for reply in await fire(advisor, store, now):
            assert "direct" == reply.audience
            said.add(now)
    assert expected == said
    assert [] == await fire(advisor, store, summer - timedelta(hours=1))  # the clock was set back


async def test_a_reminder_is_one_line_with_the_next_step_and_what_can_be_done(
    ana: Person, advisor: Advisor, store: Store[Conversation], catalog: Catalog
) -> None:
    await ana.say("/remind mon 09:00")
    (reply,) = await fire(advisor, store, MONDAY + timedelta(weeks=1))
    state = await store.peek(THREAD)
    assert state is not None and state.interview is not None
    road = interview.road(catalog.roadmap, state.interview)
    assert road is not None and road.next is not None
    assert road.next.title in reply.plain and road.next.exit in reply.plain and str(road.next.hours) in reply.plain
    assert [f"/done {road.next.id}", "/remind snooze", "/remind off"] == [each.says for each in buttons((reply,))]


async def test_stop_right_after_a_reminder_ends_the_reminders_and_deletes_nothing(
    ana: Person, advisor: Advisor, store: Store[Conversation]
) -> None:
    await ana.say("/remind mon 09:00")
    await fire(advisor, store, MONDAY + timedelta(weeks=1))
    assert "no more reminders" in await ana.hear("stop", place=DIRECT)
    state = await store.peek(THREAD)
    assert state is not None and state.interview is not None and state.interview.kept is not None
    assert state.due is None


async def test_a_changed_reminder_does_not_go_off_as_it_was(
    ana: Person, advisor: Advisor, store: Store[Conversation]
) -> None:
    await ana.say("/remind mon 09:00")
    (old,) = await store.claim_alarms(MONDAY + timedelta(weeks=1), "slack")
    await ana.say("/remind fri 09:00")
    assert () == await advisor.handle(old.message(MONDAY + timedelta(weeks=1)))
    assert datetime(2026, 3, 13, 8, tzinfo=UTC) == await due(store)


async def test_days_off_are_spared(ana: Person, advisor: Advisor, store: Store[Conversation]) -> None:
    await ana.say("/remind mon 09:00")
    await ana.say("/off 2026-03-14 2026-03-29")
    await ana.say("/accept")
    assert [] == await fire(advisor, store, MONDAY + timedelta(weeks=1))
    assert datetime(2026, 3, 30, 7, tzinfo=UTC) == await due(store)


async def test_five_reminders_without_a_word_are_enough_and_any_word_starts_over(
    ana: Person, advisor: Advisor, store: Store[Conversation]
) -> None:
    await ana.say("/remind mon 09:00")
    said = [await fire(advisor, store, MONDAY + timedelta(weeks=week)) for week in range(1, 4)]
    await ana.say("/status", MONDAY + timedelta(weeks=3, hours=1))
    said += [await fire(advisor, store, MONDAY + timedelta(weeks=week)) for week in range(4, 11)]
    assert [1] * 8 + [0] * 2 == [len(each) for each in said]
    assert "my last one" in said[7][0].plain
    assert await due(store) is None


async def test_with_the_last_step_done_the_reminders_end(
    ana: Person, advisor: Advisor, store: Store[Conversation], catalog: Catalog
) -> None:
    await ana.say("/remind mon 09:00")
    state = await store.peek(THREAD)
    assert state is not None and state.interview is not None
    road = interview.road(catalog.roadmap, state.interview)
    assert road is not None
    for stretch in road.stretches:
        assert await due(store) is not None
        await ana.say(f"/done {stretch.id} yes")
    assert await due(store) is None
    assert [] == await fire(advisor, store, MONDAY + timedelta(weeks=1))
    assert "nothing left to remind you of" in await ana.hear("remind me")


# The roadmap follows the person -----------------------------------------------------------
async def test_what_is_said_elsewhere_about_ones_roadmap_finds_it_and_is_answered_to_its_owner_alone(
    ana: Person, advisor: Advisor, store: Store[Conversation]
) -> None:
    for text in ("/status", "remind me on Mondays at 9", "/remind"):
        assert {"direct"} == {reply.audience for reply in await ana.say(text, place=DIRECT)}
    assert await due(store) is not None
    elsewhere = replace(THREAD, thread="200.1")
    assert {"direct"} == {reply.audience for reply in await ana.say("/status", place=elsewhere)}
    ben = Person(advisor, "U2")
    assert {"asker"} == {reply.audience for reply in await ben.say("/status")}  # not somebody else's
    assert "Nothing is open" in await ben.hear("/status", place=replace(DIRECT, channel="D2"))


async def test_others_see_a_roadmap_only_when_its_owner_shows_it(ana: Person, advisor: Advisor) -> None:
    shown = await ana.say("/publish")
    assert {"direct"} == {reply.audience for reply in shown}
    ben = Person(advisor, "U2")
    assert "There is no roadmap of yours" in await ben.hear("/publish now")
    (aloud,) = await ana.say("/publish now")
    assert "thread" == aloud.audience
    assert "you release" not in aloud.plain and "because" not in aloud.plain.lower()


# The team view ----------------------------------------------------------------------------
async def test_a_team_is_shown_from_three_on_and_follows_their_progress(
    ana: Person, advisor: Advisor, store: Store[Conversation], catalog: Catalog
) -> None:
    channel = replace(THREAD, thread="900.1")
    people = [ana, *(Person(advisor, f"U{number}", replace(THREAD, thread=f"{number}.1")) for number in (2, 3))]
    for person in people[1:]:
        await person.plan(catalog, store)
    stranger = Person(advisor, "U9", replace(THREAD, thread="900.1"))
    assert "roadmap of your own first" in await stranger.hear("/team join")
    for number, person in enumerate(people):
        assert f"{number} of the people here" in await stranger.hear("/team")
        assert "You count in" in await person.hear("/team join", place=DIRECT if person is ana else None)
    seen = await stranger.hear("/team")
    assert "3 of 3" in seen and "Do it together" in seen
    state = await store.peek(people[1].place)
    assert state is not None and state.interview is not None
    first = interview.road(catalog.roadmap, state.interview)
    assert first is not None and first.next is not None
    await people[1].say(f"/done {first.next.id} yes")
    assert "2 of 3" in await stranger.hear("/team")
    assert "don't count" in await people[2].hear("/team leave", place=channel)
    assert "One more" in await stranger.hear("/team")
    await store.forget(THREAD.owner, "U1")
    assert "1 of the people here" in await stranger.hear("/team")
    for _ in range(2):
        await people[1].say("/stop")  # with the roadmap goes what was told of it
    assert "0 of the people here" in await stranger.hear("/team")
    assert "belongs to a channel" in await stranger.hear("/team", place=replace(DIRECT, channel="D9"))


async def test_in_private_words_move_the_roadmap_of_the_thread_too(
    ana: Person, store: Store[Conversation], catalog: Catalog
) -> None:
    (asked,) = [each for each in await ana.say("/change goal", place=DIRECT) if buttons((each,))]
    assert "direct" == asked.audience
    first = next(iter(catalog.roadmap.questions["goal"].options.values()))
    await ana.say(first.label, place=DIRECT)
    assert "" == await ana.asked(catalog, store)
    assert "DevOps" in await ana.hear("what is DevOps?", place=DIRECT)
    assert await store.peek(DIRECT) is not None


async def test_where_nobody_sends_it_a_reminder_waits_for_the_next_start(
    advisor: Advisor, catalog: Catalog, store: Store[Conversation]
) -> None:
    place = Place("console", "local", getpass.getuser(), "main", private=True)
    person = Person(advisor, "ana", place)
    await person.plan(catalog, store)
    await person.say("/remind mon 09:00")

    async def leave() -> str:
        raise EOFError

    screens = []
    for _ in range(2):
        screen = Console(file=StringIO(), width=100, record=True)
        await console.talk(advisor, "ana", "main", console=screen, read=leave)
        screens.append(screen.export_text())
    assert [True, False] == ["Your next step" in each for each in screens]
