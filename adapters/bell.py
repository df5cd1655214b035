"""Wake the conversations of one platform when their time has come, and end what reaches nobody any more.

A claimed alarm becomes a message like any other, whose id is that of the alarm: whoever takes it, and however often,
the core answers it once, and sets the next alarm in the same transaction. Must never know what is said.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot import telemetry
from bot.chat import Message, Reply
from bot.store import ALARM, Due, Outgoing

MOST = 50  # alarms taken at a time
LEASE = timedelta(seconds=30)  # for how long nobody else takes them: a turn is refused after two seconds

log = structlog.get_logger()


class Answers(Protocol):
    """What the bell needs of the advisor."""

    async def handle(self, message: Message, *, deliver: bool = False) -> tuple[Reply, ...]:
        """Answer a message."""


class Alarms(Protocol):
    """What the bell needs of the store."""

    async def claim_alarms(
        self, now: datetime, platform: str, limit: int = ..., lease: timedelta = ...
    ) -> tuple[Due, ...]:
        """Take what is due."""

    async def end_alarm(self, which: Due) -> bool:
        """End an alarm of which nothing came."""


class Bell:
    """Rings for one platform. Everything raises StoreError while the database is away."""

    def __init__(self, advisor: Answers, alarms: Alarms, platform: str) -> None:
        self._advisor = advisor
        self._alarms = alarms
        self._platform = platform
        self.ended = 0  # reminders that reached nobody, since the start

    async def ring(self, now: datetime) -> int:
        """Wake what is due; say how many conversations it was."""
        due = await self._alarms.claim_alarms(now, self._platform, MOST, LEASE)
        await asyncio.gather(*(self._wake(each, now) for each in due))
        return len(due)

    async def _wake(self, due: Due, now: datetime) -> None:
        await self._advisor.handle(due.message(now), deliver=True)
        if await self._alarms.end_alarm(due):  # its turn set no other: it would come again for ever
            self.ended += 1

    async def undelivered(self, outgoing: Outgoing, now: datetime) -> None:
        """Hear of a reply that is given up: if it was a reminder, there will be no more of them."""
        if not outgoing.message.startswith(ALARM):
            return
        end = Message(f"{outgoing.message}/undelivered", outgoing.place, outgoing.asker, "/remind off", True, now)
        await self._advisor.handle(end)
        self.ended += 1
        log.error("reminder_ended", why="undeliverable", place=telemetry.place_hash(outgoing.place))
