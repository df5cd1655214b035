"""Find the place for what was said outside of threads: slash commands, modals, the Home tab, a share.

In a channel that is a new thread under an opening message, which is committed with its answer and posted by the
sender; where the bot isn't a member it goes on in the direct conversation. What is nobody else's business, or what the
channel's admin doesn't want to be said aloud, stays between the two. Must never answer anything itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from adapters.saying import fresh_thread
from adapters.slack.api import Api, Bot, SlackError
from adapters.slack.deliver import Directs
from adapters.slack.limits import SECTION
from adapters.slack.parse import DIRECT, Heard, Unplaced, quiet_thread
from adapters.slack.starts import CLOSED, handle, share_thread
from adapters.slack.words import escape
from adapters.spans import clean, shorten
from adapters.wire import table
from bot import answers, commands, markup, policy, voice
from bot.advisor import Advisor
from bot.beyond import Own
from bot.chat import Message, Reply, Text

QUOTED: Final = SECTION // 3  # characters of a question that are shown where it is answered


class Turns(Protocol):
    """Takes a turn."""

    async def __call__(
        self, message: Message, *, guest: bool = False, lead: tuple[Reply, ...] = ()
    ) -> tuple[Reply, ...]:
        """Have a message answered; `lead` is said first."""


class Opening:
    """Gives what was said a place, and has it answered there. Each returns the key of a line for the person, or ""."""

    def __init__(self, advisor: Advisor, api: Api, directs: Directs, turn: Turns) -> None:
        self._advisor = advisor
        self._api = api
        self._directs = directs
        self._turn = turn

    def words(self, key: str) -> str:
        """Take a line for the person, as mrkdwn."""
        return escape(voice.say(self._advisor.catalog, key))

    async def place(self, bot: Bot, found: Unplaced) -> str:
        """Answer a slash command, a modal, or a press on the Home tab."""
        catalog = self._advisor.catalog
        command = commands.parse(found.text)
        if found.text.startswith("/share"):
            return await self._share_last(bot, found)
        if not found.channel or found.channel.startswith("D"):
            channel = await self._direct(bot, found, found.text)
            return "slack-at-home" if found.channel and found.channel != channel else ""
        if isinstance(command, commands.Team):
            return await self._team(found, aloud=command.joining is None)
        if isinstance(command, Own):
            key = await self._in_own_thread(found)
            if key is not None:
                return key
            replies = await self._turn(found.unseen(), guest=found.foreign)
            return "slack-at-home" if any(each.audience == "direct" for each in replies) else ""
        message = found.placed(found.channel, fresh_thread(found.id), private=False)
        rule = policy.rule(catalog, message.place)
        alone = command is not None and not isinstance(command, commands.Roadmap)
        if found.quietly or rule.private or rule.hushed or alone or policy.greetings(catalog, message):
            await self._turn(found.unseen(), guest=found.foreign)
            return ""
        lead = self._lead("slack-opens-roadmap" if command else "slack-opens-question", message)
        await self._turn(message, guest=found.foreign, lead=(lead,))
        return ""

    async def _team(self, found: Unplaced, *, aloud: bool) -> str:
        """Answer for the channel's people: how they stand in a thread of its own, the rest to who asked alone."""
        message = found.placed(found.channel, fresh_thread(found.id), private=False)
        rule = policy.rule(self._advisor.catalog, message.place)
        if aloud and not (found.quietly or rule.private or rule.hushed):
            await self._turn(message, guest=found.foreign, lead=(self._lead("slack-opens-team", message),))
        else:  # seen by nobody else, and yet of this channel
            unseen = found.unseen()
            await self._turn(replace(unseen, place=replace(unseen.place, private=False)), guest=found.foreign)
        return ""

    async def asked_above(self, bot: Bot, found: Heard) -> str:
        """Answer a modal about a message, in its thread: the question is shown there first."""
        message = found.message
        rule = policy.rule(self._advisor.catalog, message.place)
        if rule.private or rule.hushed:
            place = replace(message.place, thread=quiet_thread(message.author), private=True)
            await self._turn(replace(message, place=place), guest=found.foreign)
        else:
            await self._turn(message, guest=found.foreign, lead=(self._lead("slack-asks-above", message),))
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
        aloud = replace(message.place, private=False)
        if policy.rule(self._advisor.catalog, aloud).hushed:
            return "slack-hushed"
        if await self._shut_out(bot, aloud.channel):
            return "slack-refused"
        title = answers.title(self._advisor.catalog, answer)
        place = replace(aloud, thread=share_thread(message.id))
        shown = replace(message, place=place, text=f"/show {answer}", addressed=True)
        await self._turn(shown, guest=guest, lead=(self._lead("slack-shares", shown, title),))
        return "slack-shared"

    async def _shut_out(self, bot: Bot, channel: str) -> bool:
        """Tell whether Slack says that we can't write there; where it doesn't, posting will show."""
        try:
            told = await self._api.call(bot.token, "conversations.info", {"channel": channel})
        except SlackError as error:
            return error.code in CLOSED
        found = table(told.get("channel"))
        return found.get("is_member") is False or found.get("is_archived") is True

    # Places -------------------------------------------------------------------------------
    async def _direct(self, bot: Bot, found: Unplaced, text: str) -> str:
        channel = await self._directs.find(bot, found.workspace.tenant, found.author)
        await self._turn(found.placed(channel, DIRECT, private=True), guest=found.foreign)
        return channel

    async def _in_own_thread(self, found: Unplaced) -> str | None:
        """Say it in the thread of the person's roadmap in this channel; None if there is none."""
        tenant = found.unseen().place.owner
        for key, held in await self._advisor.roadmaps(tenant, found.author):
            channel, _, thread = key.partition("/")
            if channel == found.channel:
                private = thread == found.unseen().place.thread
                await self._turn(found.placed(channel, thread, private=private), guest=found.foreign)
                if private:
                    return ""
                return "slack-at-home" if held.kept else "slack-in-thread"
        return None

    def _lead(self, key: str, message: Message, said: str = "") -> Reply:
        """Say what a thread begins with, or what somebody asked in it."""
        said = markup.escape(shorten(clean(said or message.text), QUOTED))
        line = voice.say(self._advisor.catalog, key, who="\ue000", said="\ue001")
        text = line.replace("\ue000", handle(message.author)).replace("\ue001", said)
        return Reply((Text(text, mentions=(handle(message.author),)),))
