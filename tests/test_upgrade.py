"""A database that an earlier release wrote: it opens, and what was begun there goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.advisor import Advisor, Knowledge
from bot.chat import Message, Place
from bot.conversation import Conversation
from bot.store import Store

RELEASES = sorted((Path(__file__).parent / "store" / "releases").glob("*.sql"))
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
async def advisor(request: pytest.FixtureRequest, tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[Advisor]:
    """The advisor of today at a database of then: Ana was asked the fourth question, Ben has his plan."""
    with sqlite3.connect(tmp_path / "talk.db") as connection:
        connection.executescript(request.param.read_text())
    store = Store(f"sqlite:///{tmp_path}/talk.db", Conversation)
    await store.open()
    yield Advisor(knowledge, store)
    await store.close()


async def say(advisor: Advisor, who: str, text: str) -> str:
    place = Place("slack", "T0TEAM", f"D0{who}", "main", private=True)
    replies = await advisor.handle(Message(f"{who}-{text}", place, f"U0{who}", text, True, NOW))
    return "\n".join(reply.plain for reply in replies)


async def test_an_interview_begun_there_ends_here(advisor: Advisor) -> None:
    assert "Question 5 of 7" in await say(advisor, "ANA", "/answer runs apps-apis on-call")
    for text in ("8 people", "5 hours"):
        await say(advisor, "ANA", text)
    assert "Are these answers right?" in await say(advisor, "ANA", "12 weeks")
    assert "DevOps first" in await say(advisor, "ANA", "/plan")


async def test_a_roadmap_made_there_is_kept_here(advisor: Advisor) -> None:
    assert "0 of 7 modules" in await say(advisor, "BEN", "/status")
