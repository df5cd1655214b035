"""What a turn promises, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from bot.chat import (
    Bullets,
    Button,
    Buttons,
    Choices,
    File,
    Link,
    Links,
    Message,
    Note,
    Option,
    Place,
    Reply,
    Table,
    Text,
)
from bot.errors import StoreError
from bot.store import Store, Turn, Turned, Unanswered

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("slack", "T1", "C1", "100.1")
ALL_BLOCKS = Reply(
    (
        Text("**bold** \u00e4 \u2014 \U0001f680"),
        Bullets(("one", "two"), ordered=True),
        Table(("a", "b"), (("1", "2"),), "title"),
        Links((Link("label", "https://example.org"),)),
        Buttons((Button("Press", "/topic mlops", "primary"),), "next"),
        Choices("Which?", (Option("x", "X", True), Option("y", "Y")), "/answer runs", "Done"),
        Note("small"),
        File("plan.svg", "image/svg+xml", "<svg>\u00e4</svg>", "A plan", "<svg/>"),
    ),
    "A title",
    "asker",
)


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[str, ...] = ()
    owner: str | None = None
    lasting: bool = False


Opening = Callable[..., Awaitable[Store[Any]]]


def message(id: str, place: Place = HERE, author: str = "U1", text: str = "hi") -> Message:
    return Message(id, place, author, text, True, NOW)


def saying(*words: str, owner: str | None = None) -> Callable[[Talk | None], Turn[Talk]]:
    """Decide to remember the words and to say them back."""

    def decide(state: Talk | None) -> Turn[Talk]:
        before = state.said if state else ()
        return Turn(Talk(said=(*before, *words), owner=owner), tuple(Reply((Text(word),)) for word in words))

    return decide


def words(replies: tuple[Reply, ...]) -> list[str]:
    return [reply.plain for reply in replies]


async def test_a_turn_keeps_the_state_and_returns_the_replies(store: Store[Talk]) -> None:
    turned = await store.turn(message("m1"), saying("a", "b"))
    assert ["a", "b"] == words(turned.replies)
    assert 2 == len(set(turned.ids))
    assert Talk(said=("a", "b")) == await store.peek(HERE)


async def test_a_new_conversation_has_no_state(store: Store[Talk]) -> None:
    assert await store.peek(HERE) is None
    seen: list[Talk | None] = []

    def look(state: Talk | None) -> Turn[Talk]:
        seen.append(state)
        return Turn(None)

    await store.turn(message("m1"), look)
    assert [None] == seen
    assert await store.peek(HERE) is None


async def test_a_state_of_none_ends_the_conversation(store: Store[Talk]) -> None:
    await store.turn(message("m1"), saying("a"))
    await store.turn(message("m2"), lambda _: Turn(None))
    assert await store.peek(HERE) is None


async def test_a_retry_is_answered_once(store: Store[Talk]) -> None:
    await store.turn(message("m1"), saying("a"))
    assert Turned(repeated=True) == await store.turn(message("m1"), saying("never"))
    assert Talk(said=("a",)) == await store.peek(HERE)


async def test_a_retry_finds_what_was_said_before(store: Store[Talk]) -> None:
    await store.turn(message("m1"), lambda _: Turn(Talk(), (ALL_BLOCKS, Reply((Text("second"),)))))
    await store.turn(message("m2"), saying("another"))
    assert (ALL_BLOCKS, Reply((Text("second"),))) == await store.replies(message("m1"))


async def test_a_forged_id_shows_nobody_what_was_said_elsewhere(store: Store[Talk]) -> None:
    await store.turn(message("m1"), saying("mine"))
    assert () == await store.replies(message("m1", replace(HERE, thread="200.2")))
    assert () == await store.replies(message("m1", author="U2"))
    assert () == await store.replies(message("m1", replace(HERE, tenant="T2")))


async def test_twins_that_arrive_at_once_have_one_effect(store: Store[Talk]) -> None:
    for n in range(30):
        twins = [store.turn(message(f"m{n}"), saying(str(n))) for _ in range(4)]
        assert 1 == sum(not turned.repeated for turned in await asyncio.gather(*twins))
    assert tuple(map(str, range(30))) == (await store.peek(HERE)).said  # type: ignore[union-attr]


async def test_two_messages_at_once_in_one_thread_lose_nothing(store: Store[Talk]) -> None:
    async def race(n: int) -> None:
        place = replace(HERE, thread=str(n))
        a, b = store.turn(message(f"a{n}", place), saying("a")), store.turn(message(f"b{n}", place), saying("b"))
        await asyncio.gather(a, b)
        state = await store.peek(place)
        assert state is not None
        assert ["a", "b"] == sorted(state.said)

    for start in range(0, 200, 10):
        await asyncio.gather(*(race(n) for n in range(start, start + 10)))


async def test_two_replicas_on_one_thread_lose_nothing(new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    replicas = [Store(url, Talk), Store(url, Talk)]
    await asyncio.gather(*(replica.open(serving=True) for replica in replicas))
    for n in range(100):
        twice = (replica.turn(message(f"m{n}"), saying(f"m{n}")) for replica in replicas)
        own = (replica.turn(message(f"{i}-{n}"), saying(f"{i}-{n}")) for i, replica in enumerate(replicas))
        await asyncio.gather(*twice, *own)
    state = await replicas[0].peek(HERE)
    await asyncio.gather(*(replica.close() for replica in replicas))
    assert state is not None
    assert sorted(f"{who}{n}" for who in ("m", "0-", "1-") for n in range(100)) == sorted(state.said)


async def test_turns_of_one_thread_keep_the_order_they_came_in(store: Store[Talk]) -> None:
    await asyncio.gather(*(store.turn(message(f"m{n:03}"), saying(f"{n:03}")) for n in range(100)))
    assert tuple(f"{n:03}" for n in range(100)) == (await store.peek(HERE)).said  # type: ignore[union-attr]


async def test_a_decision_that_fails_undoes_its_own_turn_only(store: Store[Talk]) -> None:
    def fail(_: Talk | None) -> Turn[Talk]:
        raise LookupError("a bug")

    turns = [
        store.turn(message(f"m{n}", replace(HERE, thread=str(n))), fail if n % 3 == 0 else saying("kept"))
        for n in range(60)
    ]
    outcomes = await asyncio.gather(*turns, return_exceptions=True)
    assert [n % 3 == 0 for n in range(60)] == [isinstance(outcome, LookupError) for outcome in outcomes]
    for n in range(60):
        state = await store.peek(replace(HERE, thread=str(n)))
        assert (None if n % 3 == 0 else Talk(said=("kept",))) == state
    retried = await store.turn(message("m0", replace(HERE, thread="0")), saying("now"))
    assert not retried.repeated


async def test_what_fails_after_the_decision_undoes_it_too(store: Store[Talk]) -> None:
    broken = Unanswered("x", "unknown", datetime(2026, 1, 1))  # noqa: DTZ001 - without a zone it is refused
    with pytest.raises(ValueError, match="aware"):
        await store.turn(message("m1"), lambda _: Turn(Talk(said=("a",)), (ALL_BLOCKS,), (broken,)))
    assert await store.peek(HERE) is None
    assert () == await store.replies(message("m1"))


async def test_tenants_with_the_same_ids_never_meet(store: Store[Talk]) -> None:
    places = [replace(HERE, tenant="T1"), replace(HERE, tenant="T2"), replace(HERE, platform="teams")]
    turned = [await store.turn(message("m1", place), saying(str(n))) for n, place in enumerate(places)]
    assert [False] * 3 == [turn.repeated for turn in turned]
    assert [("0",), ("1",), ("2",)] == [(await store.peek(place)).said for place in places]  # type: ignore[union-attr]


async def test_hostile_text_is_stored_and_comes_back_fit_to_send(store: Store[Talk]) -> None:
    hostile = "nul \0 lone \ud800 pair \U0001f680 rtl \u202e '; DROP TABLE inbox; --"
    place = replace(HERE, thread="\0\udfff")
    record = Unanswered(hostile, hostile, NOW)
    said = (Reply((Text(hostile),), title=hostile),)
    await store.turn(message(hostile, place, author=hostile), lambda _: Turn(Talk(said=(hostile,)), said, (record,)))
    state = await store.peek(place)
    assert state is not None
    assert "pair \U0001f680" in state.said[0]
    (reply,) = await store.replies(message(hostile, place, author=hostile))
    assert "lone \ufffd pair \U0001f680 rtl" in reply.title
    reply.title.encode()
    (gap,) = await store.unanswered(NOW)
    assert "\0" not in gap.text
    assert (await store.turn(message(hostile, place, author=hostile), saying("x"))).repeated


async def test_an_id_of_any_length_is_taken(store: Store[Talk]) -> None:
    long = "".join(chr(0x4E00 + n) for n in range(5000))
    place = replace(HERE, thread=long)
    assert not (await store.turn(message(long, place), saying("a"))).repeated
    assert (await store.turn(message(long, place), saying("b"))).repeated
    assert not (await store.turn(message(long[:-1], place), saying("c"))).repeated
    assert Talk(said=("a", "c")) == await store.peek(place)
    (claimed,) = await store.claim(NOW)
    assert place == claimed.place


async def test_a_state_this_version_cannot_read_is_kept_aside_whole(opening: Opening) -> None:
    class Later(Talk):
        mood: str = "calm"

    newer = await opening(Later)
    await newer.turn(message("m1"), lambda _: Turn(Later(said=("a",), owner="U1")))
    older = await opening(Talk)
    assert await older.peek(HERE) is None
    await older.turn(message("m2"), saying("anew"))
    assert Talk(said=("anew",)) == await older.peek(HERE)
    assert 1 == (await older.check(NOW)).shelved


async def test_a_closed_store_refuses(store: Store[Talk]) -> None:
    await store.close()
    with pytest.raises(StoreError, match="not open"):
        await store.turn(message("m1"), saying("a"))


async def test_closing_finishes_what_was_accepted(opening: Opening) -> None:
    store = await opening()
    turns = [asyncio.ensure_future(store.turn(message(f"m{n}"), saying(str(n)))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert 50 == len(await asyncio.gather(*turns))
    again = await opening()
    assert Talk(said=tuple(map(str, range(50)))) == await again.peek(HERE)


async def test_a_caller_who_left_before_the_turn_began_leaves_no_trace(store: Store[Talk]) -> None:
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(_: Talk | None) -> Turn[Talk]:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(5)
        return Turn(Talk(said=("slow",)))

    first = asyncio.ensure_future(store.turn(message("m1"), slow))
    await asyncio.sleep(0.1)
    second = asyncio.ensure_future(store.turn(message("m2"), saying("never")))
    await asyncio.sleep(0.05)
    second.cancel()
    gate.set()
    await first
    await store.check(NOW + timedelta(seconds=1))
    assert Talk(said=("slow",)) == await store.peek(HERE)
    assert not (await store.turn(message("m2"), saying("now"))).repeated
