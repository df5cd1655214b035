"""A database with a past: conversations, and rows so old that they are swept."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import create_engine

from bot.conversation import Conversation
from bot.store import Store, tables

LONG_AGO = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)


async def fill(url: str, *, conversations: int, taken: int) -> None:
    """Make the tables and put so many conversations of today and so many old messages that were taken into them."""
    store = Store(url, Conversation)
    await store.open()
    await store.close()
    now = int(datetime.now(UTC).timestamp() * 1000)
    state = Conversation(kind="define", topics=("devops",)).model_dump_json()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            tables.conversation.insert(),
            [
                {"tenant": "slack/T0TEAM", "thread": f"C0OLD/{n}", "version": 1, "state": state, "updated": now}
                for n in range(conversations)
            ],
        )
        connection.execute(
            tables.inbox.insert(),
            [{"tenant": "slack/T0TEAM", "key": f"old-{n}", "who": "U0OLD", "at": LONG_AGO} for n in range(taken)],
        )
    engine.dispose()
