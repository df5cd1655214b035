"""How long thinking takes: building the matcher, matching one question, a turn on SQLite. Nothing timed is asserted."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.advisor import Advisor, Knowledge
from bot.catalog.schema import Catalog
from bot.chat import Message, Place
from bot.conversation import Conversation
from bot.matching.shelf import Shelf
from bot.store import Store
from tests.talk import AT

pytestmark = pytest.mark.bench


def questions(catalog: Catalog) -> list[str]:
    """Take the questions of the content's own checks."""
    return [check.ask for body in catalog.checks.values() for check in body.checks]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def told(name: str, times: list[float]) -> None:
    ordered = sorted(1000 * each for each in times)
    p99 = ordered[int(0.99 * (len(ordered) - 1))]
    print(f"{name}: median {statistics.median(ordered):.2f} ms, p99 {p99:.2f} ms, {len(ordered)} runs")


def test_building(catalog: Catalog, tmp_path: Path) -> None:
    cold = seconds(lambda: Knowledge.of(catalog, Shelf(tmp_path)))
    kept = seconds(lambda: Knowledge.of(catalog, Shelf(tmp_path)))
    print(f"\nbuilding the matcher: {cold:.2f} s, with kept weights {kept:.2f} s")
    assert list(tmp_path.iterdir())


def test_matching_one_question(knowledge: Knowledge, catalog: Catalog) -> None:
    asked = questions(catalog)
    assert asked
    for text in asked[:50]:
        knowledge.matcher.match(text)
    print()
    told("matching one question", [seconds(partial(knowledge.matcher.match, text)) for text in asked])


def test_one_turn_on_sqlite(knowledge: Knowledge, catalog: Catalog, tmp_path: Path) -> None:
    async def run() -> list[float]:
        store = Store(f"sqlite:///{tmp_path}/bench.db", Conversation)
        await store.open()
        advisor = Advisor(knowledge, store)
        times = []
        for number, text in enumerate(questions(catalog)):
            place = Place("web", "local", "web", f"thread-{number % 20}")
            message = Message(f"{number}", place, "ana", text, True, AT)
            start = time.perf_counter()
            assert await advisor.handle(message)
            times.append(time.perf_counter() - start)
        await store.close()
        return times

    print()
    told("one whole turn on SQLite, durable", asyncio.run(run()))
