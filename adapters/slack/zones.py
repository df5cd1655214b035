"""Which time zone somebody lives in, as their Slack profile says: asked when they want to be reminded, and only then.

Kept in memory for an hour. Without the scope `users:read`, or with a Slack that is slow, nobody knows; the reminder
then says so. Must never hold up an answer.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from adapters.recent import Recent
from adapters.slack.api import Api, Bots, SlackError
from adapters.wire import table, text

WITHIN: Final = 0.8  # seconds for asking: a press has to be answered in three
LASTS: Final = timedelta(hours=1)

log = structlog.get_logger()


class Zones:
    """The time zones of people."""

    def __init__(self, api: Api, bots: Bots) -> None:
        self._api = api
        self._bots = bots
        self._known: Recent[tuple[str, str], tuple[str, datetime]] = Recent()

    async def find(self, tenant: str, user: str, now: datetime) -> str:
        """Find somebody's zone by its IANA name; "" where Slack doesn't tell."""
        known = self._known.find((tenant, user))
        if known and now - known[1] < LASTS:
            return known[0]
        try:
            async with asyncio.timeout(WITHIN):
                bot = await self._bots.find(tenant)
                told = await self._api.call(bot.token, "users.info", {"user": user}) if bot else {}
        except (SlackError, TimeoutError) as error:
            log.info("slack_zone_unknown", why=error.code if isinstance(error, SlackError) else "timeout")
            return ""
        found = text(table(told.get("user")), "tz")
        self._known.keep((tenant, user), (found, now))
        return found
