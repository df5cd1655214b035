"""The outbox's other ways out, on both databases: put off without a try, parked at once, let go by a dead server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Message, Place, Reply, Text
from bot.conversation import Conversation as Talk
from bot.interview import Interview
from bot.store import Store, Turn
from bot.store.sending import TRIES

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
__all__ = ["Talk"]  # the state that `opening` opens stores of


async def put(store: Store[Talk], thread: str = "1.0", state: Talk | None = None, at: datetime = NOW) -> None:
    message = Message(f"C1/{thread}", Place("slack", "T1", "C1", thread), "U1", "hi", True, at)
    await store.turn(message, lambda _: Turn(state, (Reply((Text("word"),)),)))


async def test_a_reply_put_off_is_due_later_and_never_wears_out(store: Store[Talk]) -> None:
    await put(store)
    now = NOW
    for _ in range(TRIES * 2):
        (claimed,) = await store.claim(now)
        assert 1 == claimed.tries
        await store.put_off(claimed.id, now + timedelta(seconds=10), "ratelimited")
        assert () == await store.claim(now + timedelta(seconds=9))
        now += timedelta(seconds=10)
    assert 0 == await store.parked()


async def test_a_parked_reply_is_out_of_the_way_at_once(store: Store[Talk]) -> None:
    await put(store)
    (claimed,) = await store.claim(NOW)
    await store.park(claimed.id, NOW, "is_archived")
    assert 1 == await store.parked()
    assert () == await store.claim(LATER)


async def test_somebodys_conversations_are_found_newest_first(store: Store[Talk]) -> None:
    mine = Talk(interview=Interview(owner="U1", started=NOW.date()))
    await put(store, "1.0", mine, NOW)
    await put(store, "2.0", mine, LATER)
    await put(store, "3.0", Talk(interview=Interview(owner="U2", started=NOW.date())), LATER)
    assert ["C1/2.0", "C1/1.0"] == [key for key, _ in await store.owned("slack/T1", "U1")]
    assert ["C1/2.0"] == [key for key, _ in await store.owned("slack/T1", "U1", 1)]
    assert () == await store.owned("slack/T2", "U1")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_the_next_server_need_not_wait_for_a_dead_ones_lease(url: str) -> None:
    store = Store(url, Talk)
    await store.open(serving=True)
    await put(store)
    assert 1 == len(await store.claim(NOW))
    assert () == await store.claim(NOW)
    await store.close()
    await store.open(serving=True)
    (claimed,) = await store.claim(NOW)
    assert 2 == claimed.tries
    await store.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_second_server_does_not_take_what_the_first_one_sends(url: str) -> None:
    first, second = Store(url, Talk), Store(url, Talk)
    await first.open(serving=True)
    await put(first)
    assert 1 == len(await first.claim(NOW))
    await second.open(serving=True)
    assert () == await second.claim(NOW)
    await first.close()
    await second.close()
