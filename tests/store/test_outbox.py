"""What the outbox promises a sender, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, text

from bot.chat import Message, Place, Reply, Text
from bot.store import Health, Outgoing, Store, Turn

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("slack", "T1", "C1", "100.1", private=True)
LEASE = timedelta(seconds=30)


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[str, ...] = ()
    owner: str | None = None
    lasting: bool = False


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


async def post(store: Store[Talk], id: str, *words: str, place: Place = HERE, deliver: bool = True) -> tuple[int, ...]:
    """Say the words in answer to a message."""
    said = tuple(Reply((Text(word),)) for word in words)
    turned = await store.turn(Message(id, place, "U1", "hi", True, NOW), lambda _: Turn(Talk(), said), deliver=deliver)
    return turned.ids


def words(claimed: tuple[Outgoing, ...]) -> list[str]:
    return [outgoing.reply.plain for outgoing in claimed]


async def drain(store: Store[Talk], now: datetime) -> list[str]:
    """Send all there is, as a sender does."""
    said: list[str] = []
    while claimed := await store.claim(now, lease=LEASE):
        said += words(claimed)
        await store.sent([outgoing.id for outgoing in claimed], now)
    return said


async def test_a_claimed_reply_says_where_it_goes_and_whom_it_answers(store: Store[Talk]) -> None:
    (id,) = await post(store, "m1", "hello")
    (claimed,) = await store.claim(NOW)
    assert Outgoing(id, HERE, "U1", "m1", 0, Reply((Text("hello"),)), 1) == claimed


async def test_replies_of_a_thread_leave_in_order_one_at_a_time(store: Store[Talk]) -> None:
    await post(store, "m1", "a", "b")
    await post(store, "m2", "c")
    claimed = await store.claim(NOW)
    assert ["a"] == words(claimed)
    assert () == await store.claim(NOW)
    await store.sent([claimed[0].id], NOW)
    assert ["b", "c"] == await drain(store, NOW)


async def test_threads_do_not_wait_for_each_other(store: Store[Talk]) -> None:
    for thread in "abc":
        await post(store, f"m{thread}", thread, place=replace(HERE, thread=thread))
    assert ["a", "b", "c"] == sorted(words(await store.claim(NOW)))


async def test_the_same_thread_in_two_tenants_is_two_threads(store: Store[Talk]) -> None:
    await post(store, "m1", "a")
    await post(store, "m1", "b", place=replace(HERE, tenant="T2"))
    assert ["a", "b"] == sorted(words(await store.claim(NOW)))


async def test_a_limit_is_kept_and_the_oldest_go_first(store: Store[Talk]) -> None:
    for n in range(5):
        await post(store, f"m{n}", str(n), place=replace(HERE, thread=str(n)))
    assert ["0", "1"] == words(await store.claim(NOW, limit=2))
    assert ["2", "3"] == words(await store.claim(NOW, limit=2))


async def test_a_sender_gets_its_own_platforms_only(store: Store[Talk]) -> None:
    await post(store, "m1", "for slack")
    await post(store, "m2", "for teams", place=replace(HERE, platform="teams"))
    assert ["for teams"] == words(await store.claim(NOW, platforms=["teams"]))
    assert ["for slack"] == words(await store.claim(NOW, platforms=["slack", "web"]))


async def test_a_reply_that_leaves_with_the_request_is_never_claimed_but_can_be_said_again(store: Store[Talk]) -> None:
    await post(store, "m1", "in the response", deliver=False)
    assert () == await store.claim(at(3600))
    said = await store.replies(Message("m1", HERE, "U1", "hi", True, NOW))
    assert ["in the response"] == [reply.plain for reply in said]
    assert Health(0, 0, 0) == await store.check(NOW)


async def test_a_lease_that_ran_out_gives_the_reply_to_the_next(store: Store[Talk]) -> None:
    await post(store, "m1", "a")
    (first,) = await store.claim(NOW, lease=LEASE)
    assert () == await store.claim(at(29), lease=LEASE)
    (second,) = await store.claim(at(30), lease=LEASE)
    assert (1, 2) == (first.tries, second.tries)
    assert first.mark == second.mark


async def test_late_news_that_a_reply_was_sent_still_counts(store: Store[Talk]) -> None:
    (id,) = await post(store, "m1", "a")
    await store.claim(NOW, lease=LEASE)
    await store.claim(at(60), lease=LEASE)
    await store.sent([id], at(61))
    assert () == await store.claim(at(600), lease=LEASE)


async def test_a_reply_is_read_by_its_id_until_it_is_forgotten(store: Store[Talk]) -> None:
    (id,) = await post(store, "m1", "hello")
    assert Reply((Text("hello"),)) == await store.reply(id)
    await drain(store, NOW)
    assert Reply((Text("hello"),)) == await store.reply(id)
    await store.forget(HERE.owner, "U1")
    assert [None, None] == [await store.reply(which) for which in (id, 10**12)]


async def test_every_reply_has_a_mark_of_its_own(store: Store[Talk]) -> None:
    await post(store, "m1", "a", "b")
    await post(store, "m1", "c", place=replace(HERE, tenant="T2"))
    marks = []
    while claimed := await store.claim(NOW):
        marks += [outgoing.mark for outgoing in claimed]
        await store.sent([outgoing.id for outgoing in claimed], NOW)
    assert 3 == len(set(marks))


async def test_a_failed_reply_is_not_tried_before_its_time_and_holds_its_thread_back(store: Store[Talk]) -> None:
    await post(store, "m1", "a", "b")
    (claimed,) = await store.claim(NOW)
    assert not await store.failed(claimed.id, NOW, at(60), "429 Too Many Requests")
    assert () == await store.claim(at(59))
    assert ["a", "b"] == await drain(store, at(60))


async def test_after_eight_tries_a_reply_is_parked_and_its_thread_goes_on(store: Store[Talk]) -> None:
    await post(store, "m1", "a", "b")
    outcomes = []
    for n in range(8):
        (claimed,) = await store.claim(at(n))
        outcomes.append(await store.failed(claimed.id, at(n), at(n + 1), "no"))
    assert [False] * 7 + [True] == outcomes
    assert 1 == await store.parked()
    assert ["b"] == await drain(store, at(100))
    assert Health(waiting=0, parked=1, shelved=0) == await store.check(NOW)


async def test_a_reply_that_kills_its_sender_every_time_is_parked(store: Store[Talk]) -> None:
    await post(store, "m1", "a")
    claims = [len(await store.claim(at(100 * n), lease=LEASE)) for n in range(10)]
    assert [1] * 8 + [0] * 2 == claims
    assert 1 == await store.parked()


async def test_a_reply_of_another_version_is_parked_and_not_sent_half_understood(store: Store[Talk], url: str) -> None:
    await post(store, "m1", "a", "b")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    newer = '{"blocks":[{"type":"hologram","markdown":"x"}],"title":"","audience":"thread"}'
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET body = :newer WHERE part = 0"), {"newer": newer})
    engine.dispose()
    assert () == await store.claim(NOW)
    assert 1 == await store.parked()
    assert ["b"] == await drain(store, NOW)


async def test_a_reminder_for_later_is_in_nobodys_way(store: Store[Talk], url: str) -> None:
    (reminder, _) = await post(store, "m1", "later", "now")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        due = {"due": round(at(3600).timestamp() * 1000), "id": reminder}
        connection.execute(text("UPDATE outbox SET due = :due WHERE id = :id"), due)
    engine.dispose()
    assert ["now"] == await drain(store, NOW)
    assert ["later"] == await drain(store, at(3600))


async def test_senders_at_once_never_share_a_reply(new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    replicas = [Store(url, Talk) for _ in range(3)]
    await asyncio.gather(*(replica.open() for replica in replicas))
    for n in range(60):
        await post(replicas[0], f"m{n}", f"{n:02}a", f"{n:02}b", place=replace(HERE, thread=str(n % 20)))

    async def send(replica: Store[Talk]) -> list[tuple[str, str]]:
        said: list[tuple[str, str]] = []
        while claimed := await replica.claim(NOW, limit=3):
            said += [(outgoing.place.thread, outgoing.reply.plain) for outgoing in claimed]
            await asyncio.sleep(0.002)
            await replica.sent([outgoing.id for outgoing in claimed], NOW)
        return said

    said = [pair for part in await asyncio.gather(*map(send, replicas)) for pair in part]
    said += await send(replicas[0])  # what a sender gave up on while others held the heads
    await asyncio.gather(*(replica.close() for replica in replicas))
    assert 120 == len(said)
    assert 120 == len(set(said))
