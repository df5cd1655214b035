"""Find the place for what was said outside of threads: slash commands, modals, the Home tab, a share.

In a channel that is a new thread under an opening message; where the bot isn't a member it goes on in the direct
conversation and says so; what is nobody else's business stays between the two. Must never answer anything itself.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from adapters.slack.api import Api, Bot, SlackError
from adapters.slack.deliver import Directs
from adapters.slack.forms import Json
from adapters.slack.limits import SECTION
from adapters.slack.parse import DIRECT, Heard, Unplaced
from adapters.slack.words import clean, escape, literal, mrkdwn, shorten
from bot import answers, commands
from bot.advisor import Advisor
from bot.chat import Message, Place, Reply
from bot.commands import Move, Status

# Where the bot can't post: then the conversation goes on directly.
_CLOSED: Final = ("not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission")
_USER: Final = re.compile(r"[UW][A-Z0-9]{1,30}")


class Turns(Protocol):
    """Takes a turn."""

    async def __call__(self, message: Message, *, guest: bool = False) -> tuple[Reply, ...]:
        """Have a message answered."""


class Opening:
    """Gives what was said a place, and has it answered there. Each returns the key of a line for the person, or ""."""

    def __init__(self, advisor: Advisor, api: Api, directs: Directs, turn: Turns) -> None:
        self._advisor = advisor
        self._api = api
        self._directs = directs
        self._turn = turn

    def words(self, key: str) -> str:
        """Take a line for the person, as mrkdwn."""
        return escape(answers.say(self._advisor.catalog, key))

    async def place(self, bot: Bot, found: Unplaced) -> str:
        """Answer a slash command, a modal, or a press on the Home tab."""
        command = commands.parse(found.text)
        if found.text.startswith("/share"):
            return await self._share_last(bot, found)
        if not found.channel or found.channel.startswith("D"):
            channel = await self._direct(bot, found, found.text)
            return "slack-at-home" if found.channel and found.channel != channel else ""
        if isinstance(command, Move | Status):
            key = await self._in_own_thread(found)
            if key is not None:
                return key
        if found.quietly or (command is not None and not isinstance(command, commands.Roadmap)):
            await self._turn(found.unseen(), guest=found.foreign)
            return ""
        key = "slack-opens-roadmap" if command else "slack-opens-question"
        try:
            ts = await self._open(bot, found.channel, key, found.author, found.text)
        except SlackError as error:
            if error.code not in _CLOSED:
                raise
            await self._direct(bot, found, found.text)
            return "slack-to-direct"
        await self._turn(found.placed(found.channel, ts, private=False), guest=found.foreign)
        return ""

    async def asked_above(self, bot: Bot, found: Heard) -> str:
        """Answer a modal about a message, in its thread: the question is shown there first."""
        message = found.message
        place = message.place
        try:
            await self._open(bot, place.channel, "slack-asks-above", message.author, message.text, place.thread)
        except SlackError as error:
            if error.code not in _CLOSED:
                raise
            channel = await self._directs.find(bot, place.tenant, message.author)
            place = Place("slack", place.tenant, channel, DIRECT, private=True)
        moved = Message(message.id, place, message.author, message.text, True, message.at)
        await self._turn(moved, guest=found.foreign)
        return ""

    async def share(self, bot: Bot, found: Heard) -> str:
        """Take a private answer to the channel, with the name of who shares it; "" when that is done."""
        ref = found.message.text.partition(" ")[2].strip()
        key = await self._share(bot, found.message, ref, found.foreign)
        return "" if key == "slack-shared" else key

    async def _share_last(self, bot: Bot, found: Unplaced) -> str:
        if not found.channel:
            return "slack-nothing-to-share"
        return await self._share(bot, found.unseen(), "", found.foreign)

    async def _share(self, bot: Bot, message: Message, ref: str, guest: bool) -> str:
        answer = await self._advisor.given(message.place, ref)
        if answer is None:
            return "slack-nothing-to-share"
        title = answers.title(self._advisor.catalog, answer)
        try:
            ts = await self._open(bot, message.place.channel, "slack-shares", message.author, title)
        except SlackError as error:
            if error.code not in _CLOSED:
                raise
            return "slack-refused"
        place = Place("slack", message.place.tenant, message.place.channel, ts)
        shown = Message(message.id, place, message.author, f"/show {answer}", True, message.at)
        await self._turn(shown, guest=guest)
        return "slack-shared"

    # Places -------------------------------------------------------------------------------
    async def _direct(self, bot: Bot, found: Unplaced, text: str) -> str:
        channel = await self._directs.find(bot, found.workspace.tenant, found.author)
        await self._turn(found.placed(channel, DIRECT, private=True), guest=found.foreign)
        return channel

    async def _in_own_thread(self, found: Unplaced) -> str | None:
        """Say it in the thread of the person's roadmap in this channel; None if there is none."""
        tenant = found.unseen().place.owner
        for key, _ in await self._advisor.roadmaps(tenant, found.author):
            channel, _, thread = key.partition("/")
            if channel == found.channel:
                private = thread == found.unseen().place.thread
                await self._turn(found.placed(channel, thread, private=private), guest=found.foreign)
                return "" if private else "slack-in-thread"
        return None

    async def _open(self, bot: Bot, channel: str, key: str, author: str, said: str, thread: str = "") -> str:
        """Post the message a thread begins with (or that tells a thread what was asked); its ts."""
        line = escape(answers.say(self._advisor.catalog, key, who="\ue000", said="\ue001"))
        quoted = mrkdwn(literal(shorten(clean(said), SECTION // 3)))
        text = line.replace("\ue000", mention(author)).replace("\ue001", quoted)
        body: Json = {"channel": channel, "text": text, "unfurl_links": False, "unfurl_media": False}
        body["blocks"] = [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]
        told = await self._api.call(bot.token, "chat.postMessage", body | ({"thread_ts": thread} if thread else {}))
        ts = told.get("ts")
        if not isinstance(ts, str) or not ts:
            raise SlackError("internal_error")
        return ts


def mention(user: str) -> str:
    """Mention a person; only what is surely a user's id becomes a mention."""
    return f"<@{user}>" if _USER.fullmatch(user) else escape(user)
