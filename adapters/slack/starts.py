"""Post the message a thread begins with, and take what was said along into that thread.

A slash command is committed before its thread exists, in a place that stands for it. So nothing is posted that
wasn't kept, and nothing that was kept stays unsaid: after a crash at any moment the opening comes, with its answer.
Must never decide what is said.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from adapters.slack.api import Api, Bot, SlackError
from adapters.slack.words import calling
from adapters.wire import Json, text
from bot.chat import Place, Reply, Text
from bot.store import Outgoing

FRESH: Final = "new:"  # begins the thread of a place whose thread doesn't exist yet
SHARED: Final = f"{FRESH}share:"  # the same for what is shared: that goes to the channel, or nowhere
# Where the bot can't post: then the conversation goes on directly.
CLOSED: Final = ("not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission")
KEPT: Final = 5_000  # openings that are posted, but not yet written down as such
_USER: Final = re.compile(r"[UW][A-Z0-9]{1,30}")


class Finds(Protocol):
    """Finds direct conversations (`adapters.slack.deliver.Directs`)."""

    async def find(self, bot: Bot, tenant: str, user: str) -> str:
        """Find or open the conversation with somebody; its channel."""


class Moves(Protocol):
    """Takes what was committed along (`bot.store.Store.move`)."""

    async def __call__(self, opening: Outgoing, to: Place, at: datetime, *, keep: bool) -> None:
        """Mark the opening as sent, and move the rest."""


def fresh_thread(id_: str) -> str:
    """Name the thread that will be opened for one command."""
    return FRESH + hashlib.blake2b(id_.encode(errors="replace"), digest_size=12).hexdigest()


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
        self._posted: OrderedDict[int, Place] = OrderedDict()

    async def begin(self, bot: Bot, outgoing: Outgoing, message: Json) -> None:
        """Post an opening, in the channel or else directly; what waits behind it follows. Raises SlackError."""
        to = self._posted.get(outgoing.id)
        if to is None:
            to = self._posted[outgoing.id] = await self._post(bot, outgoing, message)
            if len(self._posted) > KEPT:
                self._posted.popitem(last=False)
        if to != outgoing.place:
            await self._move(outgoing, to, datetime.now(UTC), keep=not outgoing.place.thread.startswith(FRESH))
        self._posted.pop(outgoing.id, None)

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
