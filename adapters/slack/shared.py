"""Which channels are shared with other organisations: events tell it of theirs; before one came, Slack is asked.

Kept in memory only: after a restart it is asked again, once a channel. What can't be learned counts as shared, so
that nothing of the team's own is told there. Must never hold up an answer.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from adapters.recent import Recent
from adapters.slack import forms
from adapters.slack.api import Api, Bot, SlackError
from adapters.wire import Json, table, text

WITHIN: Final = 0.8  # seconds for asking: a press has to be answered in three
LASTS: Final = timedelta(hours=1)
AGAIN: Final = timedelta(seconds=10)  # until it is asked again after Slack was too slow, or too busy

log = structlog.get_logger()


class Shared:
    """The channels shared with outsiders: `(tenant, channel) in shared`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: Recent[tuple[str, str], tuple[bool, datetime]] = Recent()

    def __contains__(self, where: object) -> bool:
        """Whether outsiders read along there, or may: only of a channel nothing is known of."""
        match where:
            case (str(tenant), str(channel)):
                known = self._known.find((tenant, channel))
                return known[0] if known else _is_channel(channel)
        return False

    def note(self, tenant: str, channel: str, shared: bool, now: datetime) -> None:
        """Keep what an event tells."""
        self._known.keep((tenant, channel), (shared, now))

    async def learn(self, bot: Bot, tenant: str, channel: str, now: datetime) -> None:
        """Ask Slack, where that isn't known of late."""
        known = self._known.find((tenant, channel))
        if not bot.token or not _is_channel(channel) or (known and now - known[1] < LASTS):
            return
        try:
            async with asyncio.timeout(WITHIN):
                told = await self._api.call(bot.token, "conversations.info", {"channel": channel})
        except (SlackError, TimeoutError) as error:
            why = error.code if isinstance(error, SlackError) else "timeout"
            log.info("slack_channel_unknown", why=why)
            meant = isinstance(error, SlackError) and not error.passes  # a scope is missing, or we aren't in there
            self.note(tenant, channel, (tenant, channel) in self, now if meant else now - LASTS + AGAIN)
            return
        self.note(tenant, channel, table(told.get("channel")).get("is_ext_shared") is True, now)


def untold(payload: Json) -> tuple[str, str]:
    """Name the channel (tenant, id) of a payload that doesn't tell itself whether it is shared; "" where it does."""
    place = forms.place_in(text(table(payload.get("view")), "private_metadata"))
    event, container = table(payload.get("event")), table(payload.get("container"))
    found = [
        text(payload, "channel_id") if "command" in payload else "",
        text(table(payload.get("channel")), "id") or text(container, "channel_id") if _is_press(payload) else "",
        place.channel if place and text(payload, "type") == "view_submission" else "",
        text(event, "channel") if event and not isinstance(payload.get("is_ext_shared_channel"), bool) else "",
    ]
    return forms.workspace(payload).tenant, next((each for each in found if each), "")


def _is_press(payload: Json) -> bool:
    return text(payload, "type") == "block_actions"


def _is_channel(channel: str) -> bool:
    """Tell whether others may be in there; in a direct conversation an event tells it."""
    return channel.startswith(("C", "G"))
