"""Post one reply of the outbox to Slack: to the thread, to one person, or to a direct conversation.

What Slack refuses decides what follows: other blocks, another way to the person, later, or never. Must never
decide what is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

import structlog

from adapters import saying, wire
from adapters.files import files_of, parts
from adapters.recent import Recent
from adapters.sender import Later, Never, Outcome, Sent
from adapters.slack.api import Api, Bot, Bots, SlackError
from adapters.slack.parse import DIRECT, quiet_thread
from adapters.slack.render import render
from adapters.slack.starts import Moves, Starts, is_opening, is_share, people
from adapters.slack.uploads import REFUSED, Uploads
from adapters.slack.words import escape
from adapters.wire import Json
from bot import policy, voice
from bot.catalog.schema import Catalog
from bot.chat import File, Note, Place, Reply
from bot.store import Outgoing

PLATFORM: Final = "slack"
EVENT: Final = "whichops_reply"  # event_type of the mark in a message's metadata
URL_LIVES: Final = 29 * 60.0  # seconds; Slack says thirty minutes
URL_USES: Final = 5
_TS: Final = re.compile(r"\d+\.\d+")
_BLOCKS: Final = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments")
# The person can't be shown something in that channel: there are other ways to them.
_SHUT_OUT: Final = ("not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived", "restricted_action")

log = structlog.get_logger()


@dataclass(slots=True)
class _Url:
    url: str
    until: float
    left: int = URL_USES


class Urls:
    """The response URLs of late: they reach a person where the bot isn't a member. Lost with the process."""

    def __init__(self) -> None:
        self._kept: Recent[tuple[str, str, str], _Url] = Recent()

    def keep(self, tenant: str, channel: str, user: str, url: str) -> None:
        """Remember where somebody's last command or press in a channel may be answered."""
        if url:
            self._kept.keep((tenant, channel, user), _Url(url, monotonic() + URL_LIVES))

    def take(self, tenant: str, channel: str, user: str) -> str:
        """Use one; "" if there is none."""
        held = self._kept.find((tenant, channel, user))
        if held is None or held.left < 1 or held.until < monotonic():
            return ""
        held.left -= 1
        return held.url


class Delivery:
    """Posts replies. `catalog` gives the content of the moment: words of our own, and who may be called."""

    def __init__(
        self, bots: Bots, api: Api, urls: Urls, directs: Directs, catalog: Callable[[], Catalog], move: Moves
    ) -> None:
        self._bots = bots
        self._api = api
        self._starts = Starts(api, directs, move, self._moved)
        self._urls = urls
        self._directs = directs
        self._uploads = Uploads(api)
        self._catalog = catalog
        self._simple: set[str] = set()  # tenants that refused the newer blocks
        self._told: Recent[str, None] = Recent()  # messages whose author was told where the answer is
        self._half: Recent[int, int] = Recent()  # how many messages of a reply are posted already

    async def __call__(self, outgoing: Outgoing) -> Outcome:
        """Post one reply, in as many messages as it takes."""
        tenant = outgoing.place.tenant
        if is_share(outgoing) and not is_opening(outgoing):
            return Sent()  # nowhere: its opening was refused, and who shared it was told
        try:
            bot = await self._bots.find(tenant)
            if bot is None:
                return Never("the app is not installed there")
            told = outgoing
            outgoing = await self._apart(bot, told)
            if outgoing.tries > 1 and outgoing.id not in self._half and await self._is_there(bot, outgoing):
                return Sent()
            try:
                await self._post_all(bot, outgoing, simple=tenant in self._simple)
            except SlackError as error:
                if error.code not in _BLOCKS or tenant in self._simple:
                    raise
                self._half.drop(outgoing.id)
                await self._post_all(bot, outgoing, simple=True)
                log.warning("slack_blocks_refused", why=error.code)
                self._simple.add(tenant)
        except SlackError as error:
            return _outcome(error)
        self._half.drop(outgoing.id)
        if outgoing.place != told.place:
            await self._say_where(bot, told)
        return Sent()

    async def _post_all(self, bot: Bot, outgoing: Outgoing, *, simple: bool) -> None:
        drawn = replace(outgoing, reply=self._shareable(outgoing))
        messages = self._drawn(drawn, people(outgoing), simple=simple)
        for number, message in enumerate(messages):
            if number < (self._half.find(outgoing.id) or 0):
                continue
            if isinstance(message, File):
                await self._share(bot, outgoing, message, number, simple=simple)
            else:
                await self._post(bot, outgoing, message, number)
            if number + 1 < len(messages):
                self._half.keep(outgoing.id, number + 1)

    def _drawn(self, outgoing: Outgoing, more: Mapping[str, str], *, simple: bool) -> list[Json | File]:
        named = next((held for name, held in self._catalog().channels.people.items() if name == PLATFORM), {})
        drawn: list[Json | File] = []
        for part in (outgoing.reply,) if _is_alone(outgoing) else parts(outgoing.reply):
            drawn += [part] if isinstance(part, File) else render(part, simple=simple, people={**named, **more})
        return drawn

    # Files --------------------------------------------------------------------------------
    async def _apart(self, bot: Bot, outgoing: Outgoing) -> Outgoing:
        """Take what is for one person for keeps out of the channel; a file too, which all in a conversation see."""
        place = outgoing.place
        if not _is_alone(outgoing) or (outgoing.reply.audience != "direct" and not any(files_of((outgoing.reply,)))):
            return outgoing
        try:
            direct = await self._directs.find(bot, place.tenant, outgoing.asker)
        except SlackError as error:
            if error.passes or error.wait is not None:
                raise
            log.warning("slack_no_direct", why=error.code)
            return outgoing  # written out there, for their eyes
        return replace(outgoing, place=replace(place, channel=direct, thread=DIRECT, private=True))

    async def _share(self, bot: Bot, outgoing: Outgoing, file: File, number: int, *, simple: bool) -> None:
        """Share a file, or write it out where Slack takes none of us."""
        place = outgoing.place
        where: Json = {"channel_id": place.channel}
        if _TS.fullmatch(place.thread):
            where["thread_ts"] = place.thread
        try:
            await self._uploads.share(bot, (outgoing.id, number), file, where)
        except SlackError as error:
            if error.code not in REFUSED:
                raise
            log.warning("slack_file_refused", why=error.code)
            why = voice.say(self._catalog(), "slack-no-scope" if error.code == "missing_scope" else "slack-no-files")
            for message in render(Reply((file, Note(why))), simple=simple):
                await self._post(bot, outgoing, message, number)

    async def _say_where(self, bot: Bot, told: Outgoing) -> None:
        """Say, once, where it was asked for, that it went directly. It is there in any case."""
        if told.message in self._told or not told.message.startswith(f"{told.place.tenant}/{told.place.channel}/"):
            return  # the clock asked, or it was asked for elsewhere
        self._told.keep(told.message, None)
        key = "slack-at-home" if told.reply.audience == "direct" else "slack-file-direct"
        line = voice.line(self._catalog(), key, asker=True)
        with suppress(SlackError):
            for message in render(line):
                await self._post(bot, replace(told, reply=line), message, 0)

    async def _moved(self, outgoing: Outgoing) -> None:
        """Tell somebody that it goes on directly, or can't be shared, where their command was typed."""
        url = self._urls.take(outgoing.place.tenant, outgoing.place.channel, outgoing.asker)
        said = escape(voice.say(self._catalog(), "slack-refused" if is_share(outgoing) else "slack-to-direct"))
        if url:
            with suppress(SlackError):  # the opening in the direct conversation is there in any case
                await self._api.respond(url, {"response_type": "ephemeral", "text": said})

    def _shareable(self, outgoing: Outgoing) -> Reply:
        """Put the "share" button below an answer that only one person sees, where it may be said aloud."""
        reply, place = outgoing.reply, outgoing.place
        if not is_quiet(place) or policy.rule(self._catalog(), replace(place, private=False)).hushed:
            return reply
        return saying.shareable(reply, voice.say(self._catalog(), "slack-share"))

    async def _post(self, bot: Bot, outgoing: Outgoing, message: Json, number: int) -> None:
        place, asker = outgoing.place, outgoing.asker
        message = message | {"unfurl_links": False, "unfurl_media": False}
        mark: Json = {"event_type": EVENT, "event_payload": {"mark": f"{outgoing.mark}:{number}"}}
        if is_opening(outgoing):
            await self._starts.begin(bot, outgoing, message | {"metadata": mark})
            return
        thread = {"thread_ts": place.thread} if _TS.fullmatch(place.thread) else {}
        if not _is_alone(outgoing):
            body = message | thread | {"channel": place.channel, "metadata": mark}
            await self._api.call(bot.token, "chat.postMessage", body)
            return
        hidden = {key: value for key, value in message.items() if not key.startswith("unfurl")}
        try:
            body = hidden | thread | {"channel": place.channel, "user": asker}
            await self._api.call(bot.token, "chat.postEphemeral", body)
        except SlackError as error:
            if error.code not in _SHUT_OUT:
                raise
            await self._otherwise(bot, place, asker, message)

    async def _otherwise(self, bot: Bot, place: Place, asker: str, message: Json) -> None:
        """Reach somebody where the bot isn't a member: by their own command, else directly."""
        url = self._urls.take(place.tenant, place.channel, asker)
        if url:
            try:
                await self._api.respond(url, message | {"response_type": "ephemeral", "replace_original": False})
            except SlackError as error:
                if error.passes or error.code in _BLOCKS:
                    raise
            else:
                return
        channel = await self._directs.find(bot, place.tenant, asker)
        await self._api.call(bot.token, "chat.postMessage", message | {"channel": channel})

    async def _is_there(self, bot: Bot, outgoing: Outgoing) -> bool:
        """Look for a reply that may have been posted before, by its mark. Without the scope to read: post again."""
        place = outgoing.place
        in_thread = bool(_TS.fullmatch(place.thread))
        if _is_alone(outgoing) or not (in_thread or place.channel.startswith("D")):
            return False
        method = "conversations.replies" if in_thread else "conversations.history"
        asked: Json = {"channel": place.channel, "include_all_metadata": True, "limit": 200 if in_thread else 50}
        asked |= {"ts": place.thread} if in_thread else {}
        try:
            told = await self._api.call(bot.token, method, asked)
        except SlackError:
            return False
        marks = [wire.text(_payload(each), "mark") for each in wire.listed(told, "messages")]
        posted = [int(mark.rpartition(":")[2]) for mark in marks if mark.startswith(f"{outgoing.mark}:")]
        done = 1 + max(posted, default=-1)
        needed = len(self._drawn(outgoing, {}, simple=outgoing.place.tenant in self._simple))
        if 0 < done < needed:
            self._half.keep(outgoing.id, done)
        return done >= needed > 0


class Directs:
    """The direct conversations with people, opened when they are needed."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: Recent[tuple[str, str], str] = Recent()

    async def find(self, bot: Bot, tenant: str, user: str) -> str:
        """Find or open the conversation with somebody; its channel."""
        known = self._known.find((tenant, user))
        if known:
            return known
        told = await self._api.call(bot.token, "conversations.open", {"users": user})
        channel = wire.text(wire.table(told.get("channel")), "id")
        if not channel:
            raise SlackError("channel_not_found")
        self._known.keep((tenant, user), channel)
        return channel


def is_quiet(place: Place) -> bool:
    """Tell whether only one person sees this conversation, in a channel of many."""
    return place.thread.startswith(quiet_thread("")) and not place.channel.startswith("D")


def _is_alone(outgoing: Outgoing) -> bool:
    """Tell whether only one person may see a reply, in a channel of many."""
    return (outgoing.reply.audience != "thread" and not outgoing.place.channel.startswith("D")) or is_quiet(
        outgoing.place
    )


def _payload(message: Json) -> Json:
    return wire.table(wire.table(message.get("metadata")).get("event_payload"))


def _outcome(error: SlackError) -> Outcome:
    if error.wait is not None:
        return Later(error.code, error.wait)
    return Later(error.code) if error.passes else Never(error.code)
