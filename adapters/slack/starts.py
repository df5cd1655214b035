"""Post the message a thread begins with, and take what was said along into that thread.

A slash command is committed before its thread exists, in a place that stands for it. So nothing is posted that
wasn't kept, and nothing that was kept stays unsaid: after a crash at any moment the opening comes, with its answer.
Must never decide what is said.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from adapters.recent import Recent
from adapters.saying import FRESH, fresh_thread
from adapters.slack.api import Api, Bot, SlackError
from adapters.slack.words import calling
from adapters.wire import Json, text
from bot.chat import Place, Reply, Text
from bot.store import Outgoing

SHARED: Final = f"{FRESH}share:"  # the same for what is shared: that goes to the channel, or nowhere
# Where the bot can't post: then the conversation goes on directly.
CLOSED: Final = ("not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission")
_USER: Final = re.compile(r"[UW][A-Z0-9]{1,30}")


class Finds(Protocol):
    """Finds direct conversations (`adapters.slack.deliver.Directs`)."""

    async def find(self, bot: Bot, tenant: str, user: str) -> str:
        """Find or open the conversation with somebody; its channel."""


class Moves(Protocol):
    """Takes what was committed along (`bot.store.Store.move`)."""

    async def __call__(self, opening: Outgoing, to: Place, at: datetime, *, keep: bool) -> None:
        """Mark the opening as sent, and move the rest."""


def share_thread(id_: str) -> str:
    """Name the thread that will be opened for what somebody shares."""
    return SHARED + fresh_thread(id_).removeprefix(FRESH)


def is_share(outgoing: Outgoing) -> bool:
    """Tell whether a reply waits for the thread of what is shared."""
    return outgoing.place.thread.startswith(SHARED)


def handle(user: str) -> str:
    """Write a person so that an opening can mention them."""
    return f"@{user}"


def people(outgoing: Outgoing) -> dict[str, str]:
    """Tell whom a reply may mention beside those the admin named: who asked, in an opening."""
    return {handle(outgoing.asker): outgoing.asker} if is_opening(outgoing) and _USER.fullmatch(outgoing.asker) else {}


def is_opening(outgoing: Outgoing) -> bool:
    """Tell whether a reply opens a thread, or a part of one, in somebody's name."""
    return outgoing.part == 0 and _names(outgoing.reply, outgoing.asker)


def _names(reply: Reply, user: str) -> bool:
    return any(isinstance(block, Text) and handle(user) in block.mentions for block in reply.blocks)


class Starts:
    """Opens threads. `tell` lets the one who asked know where it goes on."""

    def __init__(self, api: Api, directs: Finds, move: Moves, tell: Callable[[Outgoing], Awaitable[None]]) -> None:
        self._api = api
        self._directs = directs
        self._move = move
        self._tell = tell
        self._posted: Recent[int, Place] = Recent()  # openings that are not yet written down as such

    async def begin(self, bot: Bot, outgoing: Outgoing, message: Json) -> None:
        """Post an opening, in the channel or else directly; what waits behind it follows. Raises SlackError."""
        to = self._posted.find(outgoing.id)
        if to is None:
            to = await self._post(bot, outgoing, message)
            self._posted.keep(outgoing.id, to)
        if to != outgoing.place:
            await self._move(outgoing, to, datetime.now(UTC), keep=not outgoing.place.thread.startswith(FRESH))
        self._posted.drop(outgoing.id)

    async def _post(self, bot: Bot, outgoing: Outgoing, message: Json) -> Place:
        place = outgoing.place
        body = message | {"text": calling(message["text"], people(outgoing)), "channel": place.channel}
        fresh = place.thread.startswith(FRESH)
        try:
            ts = await self._said(bot, body if fresh else body | {"thread_ts": place.thread})
        except SlackError as error:
            if error.code not in CLOSED:
                raise
            if is_share(outgoing):
                await self._tell(outgoing)
                raise
        else:
            return Place(place.platform, place.tenant, place.channel, ts) if fresh else place
        channel = await self._directs.find(bot, place.tenant, outgoing.asker)
        ts = await self._said(bot, body | {"channel": channel})
        await self._tell(outgoing)
        return Place(place.platform, place.tenant, channel, ts, private=True)

    async def _said(self, bot: Bot, body: Json) -> str:
        ts = text(await self._api.call(bot.token, "chat.postMessage", body), "ts")
        if not ts:
            raise SlackError("internal_error")
        return ts
