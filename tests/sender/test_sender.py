"""The sender on a real outbox: order, patience, and what it makes of a platform's moods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from adapters import sender as sending
from adapters.sender import Later, Never, Outcome, Sender, Sent, backoff
from bot.chat import Message, Place, Reply, Text
from bot.conversation import Conversation
from bot.errors import StoreError
from bot.store import Outgoing, Store, Turn


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store[Conversation]]:
    store = Store(f"sqlite:///{tmp_path}/outbox.db", Conversation)
    await store.open()
    yield store
    await store.close()


@dataclass
class Platform:
    """What the sender posts to. `moods` are the next outcomes; then all is well."""

    moods: list[Outcome] = field(default_factory=list)
    got: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    slow: Callable[[Outgoing], float] = lambda outgoing: 0.0
    most: int = 0
    now: int = 0

    def has(self, count: int) -> bool:
        return len(self.got) == count

    async def __call__(self, outgoing: Outgoing) -> Outcome:
        self.now += 1
        self.most = max(self.most, self.now)
        self.at.append(monotonic())
        try:
            await asyncio.sleep(self.slow(outgoing))
            mood = self.moods.pop(0) if self.moods else Sent()
            if isinstance(mood, Sent):
                self.got.append(outgoing.reply.plain)
            return mood
        finally:
            self.now -= 1


async def put(store: Store[Conversation], *words: str, thread: str = "1.0", channel: str = "C1") -> None:
    for word in words:
        place = Place("slack", "T1", channel, thread)
        message = Message(f"{channel}/{thread}/{word}", place, "U1", word, True, datetime.now(UTC))
        await store.turn(message, partial(saying, word))


def saying(word: str, kept: Conversation | None) -> Turn[Conversation]:
    return Turn(kept, (Reply((Text(word),)),))


@asynccontextmanager
async def sends(store: Store[Conversation], platform: Platform) -> AsyncIterator[Sender]:
    sender = Sender(store, "slack", platform)
    running = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.stop()
        await asyncio.wait_for(running, 10)


async def until(done: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.002)


async def waiting(store: Store[Conversation]) -> int:
    return (await store.check(datetime.now(UTC))).waiting


async def test_a_woken_sender_sends_at_once(store: Store[Conversation]) -> None:
    platform = Platform()
    async with sends(store, platform) as sender:
        await asyncio.sleep(0.1)
        took = []
        for n in range(10):
            await put(store, f"word {n}")
            begun = monotonic()
            sender.wake()
            await until(partial(platform.has, n + 1))
            took.append(monotonic() - begun)
    assert 0.05 > sorted(took)[5]


async def test_a_thread_keeps_its_order_and_threads_do_not_wait_for_each_other(store: Store[Conversation]) -> None:
    platform = Platform(slow=lambda outgoing: 0.3 if outgoing.place.channel == "C1" else 0.0)
    await put(store, "a1", "a2")
    await put(store, "b1", "b2", "b3", channel="C2")
    async with sends(store, platform):
        await until(lambda: len(platform.got) == 5)
    assert ["b1", "b2", "b3", "a1", "a2"] == platform.got


async def test_a_channel_gets_one_post_at_a_time(store: Store[Conversation]) -> None:
    platform = Platform(slow=lambda outgoing: 0.02)
    for thread in range(8):
        await put(store, f"word {thread}", thread=f"{thread}.0")
    async with sends(store, platform):
        await until(lambda: len(platform.got) == 8)
    assert 1 == platform.most


async def test_a_wish_to_wait_holds_the_whole_channel_and_costs_no_try(store: Store[Conversation]) -> None:
    platform = Platform([Later("ratelimited", 0.4)] * 9)  # one more than the tries a reply has
    platform.moods[1:] = [Later("ratelimited", 0.05)] * 8
    await put(store, "one")
    await put(store, "two", thread="2.0")
    async with sends(store, platform) as sender:
        begun = monotonic()
        await until(lambda: len(platform.got) == 2)
        assert 0 == sender.given_up
    assert 0.4 <= platform.at[1] - platform.at[0]
    assert 0.8 <= monotonic() - begun


async def test_a_long_wait_is_waited_out_in_the_outbox(
    store: Store[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.1)
    platform = Platform([Later("ratelimited", 0.6)])
    await put(store, "word")
    async with sends(store, platform):
        await until(lambda: bool(platform.got))
    assert 0.6 <= platform.at[1] - platform.at[0]


async def test_an_unknown_outcome_is_tried_again_with_patience(store: Store[Conversation]) -> None:
    platform = Platform([Later("timeout")])
    await put(store, "first", "second")
    async with sends(store, platform):
        await until(lambda: len(platform.got) == 2)
    assert ["first", "second"] == platform.got
    assert 0.7 <= platform.at[1] - platform.at[0]


async def test_what_cannot_work_is_parked_and_the_thread_goes_on(store: Store[Conversation]) -> None:
    platform = Platform([Never("is_archived")])
    await put(store, "first", "second")
    async with sends(store, platform) as sender:
        await until(lambda: platform.got == ["second"])
        assert 1 == sender.given_up
    assert 1 == await store.parked()


async def test_an_error_of_ours_stops_nobody_else(store: Store[Conversation]) -> None:
    platform = Platform()

    async def deliver(outgoing: Outgoing) -> Outcome:
        if outgoing.reply.plain == "bad":
            raise ZeroDivisionError
        return await platform(outgoing)

    await put(store, "bad")
    await put(store, "good", thread="2.0")
    sender = Sender(store, "slack", deliver)
    running = asyncio.create_task(sender.run())
    await until(lambda: platform.got == ["good"])
    sender.stop()
    await running
    assert 1 == await waiting(store)


async def test_a_database_that_is_away_loses_nothing(
    store: Store[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, away = Platform(), [True]
    real = store.sent

    async def sent(*given: object) -> None:
        if away.pop() if away else False:
            raise StoreError("away")
        await real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "sent", sent)
    await put(store, "first", "second")
    async with sends(store, platform):
        await until(lambda: len(platform.got) == 2)
    assert ["first", "second"] == platform.got
    assert 0 == await waiting(store)


async def test_a_stop_lets_what_is_under_way_arrive(store: Store[Conversation]) -> None:
    platform = Platform(slow=lambda outgoing: 0.3)
    await put(store, "first", "second")
    async with sends(store, platform):
        await until(lambda: platform.now == 1)
    assert ["first"] == platform.got
    assert 1 == await waiting(store)


async def test_two_senders_send_everything_once(store: Store[Conversation]) -> None:
    platform = Platform(slow=lambda outgoing: 0.005)
    for thread in range(40):
        await put(store, f"word {thread}", thread=f"{thread}.0", channel=f"C{thread % 7}")
    async with sends(store, platform), sends(store, platform):
        await until(lambda: len(platform.got) == 40)
        await asyncio.sleep(0.1)
    assert 40 == len(platform.got) == len(set(platform.got))


def test_the_back_off_grows_and_covers_half_an_hour() -> None:
    waits = [backoff(tries) for tries in range(1, 9)]
    assert all(low < high for low, high in pairwise(waits[:6]))
    assert 1_500 < sum(waits[:7]) < 3_000
