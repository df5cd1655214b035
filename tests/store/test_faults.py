"""Killed, locked, frozen, restarted, full: what was acknowledged is stored, and no one waits for ever."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from pydantic import BaseModel, ConfigDict

from bot.chat import Message, Place, Reply, Text
from bot.errors import StoreError
from bot.store import Store, Turn

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("slack", "T1", "C1", "100.1")


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[str, ...] = ()
    owner: str | None = None
    lasting: bool = False


def message(id: str, place: Place = HERE) -> Message:
    return Message(id, place, "U1", "hi", True, NOW)


def saying(word: str) -> Callable[[Talk | None], Turn[Talk]]:
    def decide(state: Talk | None) -> Turn[Talk]:
        return Turn(Talk(said=(*(state.said if state else ()), word)), (Reply((Text(word),)),))

    return decide


# Serves until it is killed; says the number of each turn after it is acknowledged.
TALK = """
import asyncio, sys
from datetime import UTC, datetime
from pydantic import BaseModel
from bot.chat import Message, Place, Reply, Text
from bot.store import Store, Turn
class Talk(BaseModel):
    said: tuple[str, ...] = ()
    owner: str | None = None
    lasting: bool = False
async def main(url, first):
    store = Store(url, Talk)
    await store.open(serving=True)
    async def talk(thread):
        place = Place("slack", "T1", "C1", str(thread))
        for n in range(first, 100000):
            def decide(state):
                return Turn(Talk(said=(*(state.said if state else ()), str(n))), (Reply((Text(str(n)),)),))
            turned = await store.turn(Message(f"{thread}:{n}", place, "U1", "hi", True, datetime.now(UTC)), decide)
            if not turned.repeated:
                print(thread, n, flush=True)
    await asyncio.gather(*(talk(thread) for thread in range(8)))
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def kill_after(server: subprocess.Popen[str], lines: int) -> list[str]:
    """Kill the process in the middle of its work, after so many lines; return all it said whole."""
    assert server.stdout is not None
    said = [server.stdout.readline() for _ in range(lines)]
    server.kill()
    said += server.stdout.readlines()
    server.wait()
    server.stdout.close()
    return [line for line in said if line.endswith("\n")]


async def test_what_was_acknowledged_survives_kill_minus_nine(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/whichops.db"
    told: dict[int, list[int]] = {thread: [] for thread in range(8)}
    for _ in range(5):
        first = min((numbers[-1] if numbers else 0) for numbers in told.values())
        server = subprocess.Popen([sys.executable, "-c", TALK, url, str(first)], stdout=subprocess.PIPE, text=True)
        for line in await asyncio.to_thread(kill_after, server, 200):
            thread, n = map(int, line.split())
            told[thread].append(n)
    assert 1000 <= sum(map(len, told.values()))
    store = Store(url, Talk)
    await store.open(serving=True)
    for thread, numbers in told.items():
        state = await store.peek(replace(HERE, thread=str(thread)))
        assert state is not None
        stored = [int(word) for word in state.said]
        assert list(range(len(stored))) == stored  # each once, in order
        assert set(numbers) <= set(stored)
        assert len(stored) - len(set(numbers)) <= 5  # at most the one in flight at each kill
    waiting = (await store.check(NOW)).waiting
    await store.close()
    with sqlite3.connect(tmp_path / "whichops.db") as file:
        assert ("ok",) == file.execute("PRAGMA integrity_check").fetchone()
        assert waiting == file.execute("SELECT count(*) FROM inbox").fetchone()[0]


async def test_a_locked_file_is_refused_in_time_and_works_at_once_after(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/whichops.db", Talk)
    await store.open()
    intruder = sqlite3.connect(tmp_path / "whichops.db", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    outcomes = await asyncio.gather(
        *(store.turn(message(f"m{n}"), saying(str(n))) for n in range(20)), return_exceptions=True
    )
    assert {StoreError} == {type(outcome) for outcome in outcomes}
    assert 2.5 > time.monotonic() - started
    intruder.rollback()
    started = time.monotonic()
    assert not (await store.turn(message("m0"), saying("after"))).repeated
    assert 1.0 > time.monotonic() - started
    assert Talk(said=("after",)) == await store.peek(HERE)
    intruder.close()
    await store.close()


async def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/whichops.db", Talk)
    await store.open()
    await store.turn(message("m0"), saying("before"))
    (writer, _) = store._opened._engines  # type: ignore[union-attr]
    with writer.connect() as connection:  # the database may not grow: the same error as a full disk
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    words = "x" * 100_000
    outcomes = await asyncio.gather(
        *(store.turn(message(f"big{n}", replace(HERE, thread=str(n))), saying(words)) for n in range(10)),
        return_exceptions=True,
    )
    assert {StoreError} == {type(outcome) for outcome in outcomes}
    assert "full" in str(outcomes[0])
    assert words[:9] not in str(outcomes[0])
    with writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert not (await store.turn(message("big0"), saying("after"))).repeated
    assert Talk(said=("before", "after")) == await store.peek(HERE)
    await store.close()


async def test_a_database_error_tells_no_one_what_was_said(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/whichops.db", Talk)
    await store.open()
    with sqlite3.connect(tmp_path / "whichops.db") as file:
        file.execute("DROP TABLE outbox")
    with pytest.raises(StoreError, match="no such table") as refusal:
        await store.turn(message("m1"), saying("a secret word"))
    assert "secret" not in f"{refusal.value!r} {refusal.value.__cause__!r} {refusal.value.__context__!r}"
    assert await store.peek(HERE) is None
    await store.close()


async def test_connections_that_died_are_replaced_without_a_lost_turn(new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    store = Store(url, Talk)
    await store.open()
    places = [replace(HERE, thread=str(n)) for n in range(12)]
    await asyncio.gather(*(store.turn(message("a" + place.thread, place), saying("a")) for place in places))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await asyncio.gather(*(store.turn(message("b" + place.thread, place), saying("b")) for place in places))
    assert [Talk(said=("a", "b"))] * 12 == [await store.peek(place) for place in places]
    await store.close()


async def test_a_frozen_postgresql_is_refused_in_time_and_works_again(new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    store = Store(url, Talk)
    await store.open()
    await store.turn(message("m0"), saying("before"))
    if "WHICHOPS_TEST_POSTGRES_URL" in os.environ:
        pytest.skip("only a PostgreSQL of our own may be frozen")
    with psycopg.connect(url, autocommit=True) as connection:
        pids = [
            row[0]
            for row in connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'whichops' AND datname = current_database()"
            )
        ]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        outcome = await asyncio.gather(store.turn(message("m1"), saying("frozen")), return_exceptions=True)
        assert 2.5 > time.monotonic() - started
        assert [StoreError] == [type(error) for error in outcome]
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    await asyncio.sleep(0.3)
    await store.turn(message("m1"), saying("frozen"))  # the platform's retry
    assert Talk(said=("before", "frozen")) == await store.peek(HERE)
    await store.close()


async def test_a_busy_conversation_does_not_hold_up_the_others(new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    store = Store(url, Talk)
    await store.open()

    def slow(state: Talk | None) -> Turn[Talk]:
        time.sleep(0.1)
        return saying("slow")(state)

    busy = [asyncio.ensure_future(store.turn(message(f"s{n}"), slow)) for n in range(12)]
    await asyncio.sleep(0.05)
    started = time.monotonic()
    for n in range(5):
        await store.turn(message(f"q{n}", replace(HERE, thread=f"q{n}")), saying("quick"))
    assert 0.5 > time.monotonic() - started
    await asyncio.gather(*busy)
    await store.close()
