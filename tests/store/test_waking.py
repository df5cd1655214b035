"""Alarms on both databases: each leads to one turn, however many replicas look for it, and whoever dies of it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from adapters.bell import Bell
from bot.chat import Message, Place, Reply, Text
from bot.store import Alarm, Counting, Due, Store, Turn
from bot.store.waking import TRIES

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
HERE = Place("slack", "T1", "C1", "100.1")


class Talk(BaseModel):
    """A conversation that counts how often it was woken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    woken: int = 0
    owner: str | None = None
    lasting: bool = False


async def wind(store: Store[Talk], due: datetime | None, place: Place = HERE, author: str = "U1") -> None:
    said = Message(f"{place.key}/set/{due}", place, author, "hi", True, NOW)
    await store.turn(said, lambda kept: Turn(kept or Talk(owner=author), alarm=Alarm(due)))


class Weekly:
    """Says a word when it is woken, and sets the next alarm a week on."""

    def __init__(self, store: Store[Talk]) -> None:
        self.store = store
        self.said: list[str] = []

    async def handle(self, message: Message, *, deliver: bool = False) -> tuple[Reply, ...]:
        self.said.append(message.text)

        def decide(kept: Talk | None) -> Turn[Talk]:
            was = kept or Talk()
            if "due" not in message.text:
                return Turn(was, alarm=Alarm(None))
            due = datetime.fromisoformat(message.text.split()[-1]) + WEEK
            return Turn(was.model_copy(update={"woken": was.woken + 1}), (Reply((Text("word"),)),), alarm=Alarm(due))

        return (await self.store.turn(message, decide, deliver=deliver)).replies


async def test_an_alarm_goes_off_when_it_is_due_and_not_before(store: Store[Talk]) -> None:
    await wind(store, NOW)
    assert () == await store.claim_alarms(NOW - timedelta(seconds=1), "slack")
    assert () == await store.claim_alarms(NOW, "teams")
    assert (Due(HERE, "U1", NOW),) == await store.claim_alarms(NOW, "slack")
    assert () == await store.claim_alarms(NOW + timedelta(seconds=29), "slack")
    assert (Due(HERE, "U1", NOW, 2),) == await store.claim_alarms(NOW + timedelta(seconds=30), "slack")


async def test_a_new_alarm_takes_the_place_of_the_old_one_and_none_ends_it(store: Store[Talk]) -> None:
    await wind(store, NOW)
    await store.claim_alarms(NOW, "slack")
    await wind(store, NOW + WEEK)
    assert () == await store.claim_alarms(NOW + timedelta(hours=1), "slack")
    (later,) = await store.claim_alarms(NOW + WEEK, "slack")
    assert not await store.end_alarm(replace(later, due=NOW))  # the one from before is gone already
    await wind(store, None)
    assert () == await store.claim_alarms(NOW + 2 * WEEK, "slack")


async def test_a_turn_that_says_nothing_of_alarms_leaves_them_alone(store: Store[Talk]) -> None:
    await wind(store, NOW)
    await store.turn(Message("m2", HERE, "U2", "hi", True, NOW), Turn)
    assert 1 == len(await store.claim_alarms(NOW, "slack"))


async def test_an_alarm_that_leads_to_nothing_is_given_up(store: Store[Talk]) -> None:
    await wind(store, NOW)
    at = NOW
    for number in range(TRIES):
        (due,) = await store.claim_alarms(at, "slack")
        assert number + 1 == due.tries
        at += timedelta(seconds=31)
    assert () == await store.claim_alarms(at, "slack")
    assert () == await store.claim_alarms(at + WEEK, "slack")


async def test_what_a_turn_sets_no_other_for_is_over(store: Store[Talk]) -> None:
    class Silent(Weekly):
        async def handle(self, message: Message, *, deliver: bool = False) -> tuple[Reply, ...]:
            await self.store.turn(message, Turn, deliver=deliver)
            return ()

    await wind(store, NOW)
    bell = Bell(Silent(store), store, "slack")
    assert [1, 0] == [await bell.ring(NOW), await bell.ring(NOW + timedelta(minutes=1))]
    assert 1 == bell.ended


async def test_three_replicas_wake_each_conversation_once_a_week(opening: Callable[..., Any]) -> None:
    stores: list[Store[Talk]] = [await opening() for _ in range(3)]
    places = [replace(HERE, thread=f"{number}.1") for number in range(40)]
    for place in places:
        await wind(stores[0], NOW, place)
    bells = [Bell(Weekly(store), store, "slack") for store in stores]
    back = NOW - timedelta(hours=1)  # a clock that is set back fires nothing twice
    for week, now in enumerate((NOW, back, NOW + timedelta(minutes=1), NOW + WEEK)):
        rung = await asyncio.gather(*(bell.ring(now) for bell in bells))
        assert (40 if week in (0, 3) else 0) == sum(rung)
    woken = [await stores[1].peek(place) for place in places]
    assert [2] * 40 == [talk.woken for talk in woken if talk]
    assert 80 == (await stores[2].check(NOW)).waiting
    assert [0] * 3 == [bell.ended for bell in bells]


async def test_what_reaches_nobody_ends_the_reminders(store: Store[Talk]) -> None:
    await wind(store, NOW)
    weekly = Weekly(store)
    bell = Bell(weekly, store, "slack")
    await bell.ring(NOW)
    (lost,) = await store.claim(NOW)
    for _ in range(2):  # told twice, it ends once
        await bell.undelivered(lost, NOW)
    assert () == await store.claim_alarms(NOW + WEEK, "slack")
    await store.turn(Message("m9", HERE, "U1", "hi", True, NOW), lambda kept: Turn(kept, (Reply((Text("other"),)),)))
    before = len(weekly.said)
    await bell.undelivered(replace(lost, message="m9"), NOW)  # any other reply is no reminder
    assert before == len(weekly.said)


REPLICA = """
import asyncio, sys
from datetime import datetime
sys.path[:0] = sys.argv[3:4]
from adapters.bell import Bell
from bot.store import Store
from tests.store.test_waking import Talk, Weekly
async def main(url, now):
    store = Store(url, Talk)
    await store.open()
    bell = Bell(Weekly(store), store, "slack")
    print("ready", flush=True)
    sys.stdin.readline()
    while await bell.ring(now):
        print("rung", flush=True)
    await store.close()
asyncio.run(main(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
"""


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_replica_killed_at_work_costs_no_reminder_and_doubles_none(
    store: Store[Talk], url: str, request: pytest.FixtureRequest
) -> None:
    places = [replace(HERE, thread=f"{number}.1") for number in range(200)]
    await asyncio.gather(*(wind(store, NOW, place) for place in places))
    pipe = subprocess.PIPE
    start = [sys.executable, "-c", REPLICA, url, NOW.isoformat(), str(request.config.rootpath)]
    replicas = [subprocess.Popen(start, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for replica in replicas:
        assert replica.stdout is not None and "ready\n" == replica.stdout.readline()
    for replica in replicas:
        assert replica.stdin is not None
        replica.stdin.write("go\n")
        replica.stdin.flush()
    assert replicas[0].stdout is not None
    replicas[0].stdout.readline()  # it has woken some, and is at the next
    replicas[0].kill()
    for replica in replicas:
        await asyncio.to_thread(replica.communicate)
    after = NOW + timedelta(seconds=31)  # what the dead one had claimed
    bell = Bell(Weekly(store), store, "slack")
    while await bell.ring(after):
        pass
    woken = [await store.peek(place) for place in places]
    assert [1] * 200 == [talk.woken for talk in woken if talk]
    assert 200 == (await store.check(NOW)).waiting


# The team view ----------------------------------------------------------------------------
async def join(store: Store[Talk], author: str, channel: str, body: str, id_: str = "") -> None:
    said = Message(id_ or f"{author}/{channel}/{body}", HERE, author, "hi", True, NOW)
    await store.turn(said, lambda kept: Turn(kept, (), (Counting(channel, body, NOW),)))


async def test_who_counts_is_told_without_a_name_and_kept_up_to_date(store: Store[Talk]) -> None:
    for author in ("U1", "U2"):
        await join(store, author, "C1", f"of {author}")
    await join(store, "U1", "C2", "of U1")
    assert ("of U1", "of U2") == (await store.counted(HERE.owner, "C1"))[0]
    await join(store, "U1", "", "newer")  # wherever they are counted
    await join(store, "U3", "", "newer")  # nobody is counted by being mentioned
    assert (("newer", "of U2"), True) == await store.counted(HERE.owner, "C1", "U1")
    assert (("newer",), False) == await store.counted(HERE.owner, "C2", "U2")
    assert ((), False) == await store.counted("slack/T2", "C1", "U1")
    await join(store, "U1", "C1", "", "leaving")
    assert [("of U2",), ("newer",)] == [(await store.counted(HERE.owner, each))[0] for each in ("C1", "C2")]


async def test_forgetting_a_person_a_channel_or_a_tenant_takes_alarms_and_counts_along(store: Store[Talk]) -> None:
    async def left() -> tuple[int, int]:
        due = await store.alarms(HERE.owner, "U1", NOW), await store.alarms(HERE.owner, "U2", NOW)
        return sum(map(len, due)), len((await store.counted(HERE.owner, "C1"))[0])

    async def fill(round_: str) -> None:
        for author in ("U1", "U2"):
            await wind(store, NOW, replace(HERE, thread=f"{author}.{round_}"), author)
            await join(store, author, "C1", f"of {author}", f"{author}/{round_}")
        assert (2, 2) == await left()

    await fill("1")
    await store.forget(HERE.owner, "U1")
    assert (1, 1) == await left()
    await store.forget(HERE.owner, "U2")
    await fill("2")
    await store.forget_channels(HERE.owner, ("C1",))
    assert (0, 0) == await left()
    await fill("3")
    await store.forget_tenant(HERE.owner)
    assert (0, 0) == await left()
