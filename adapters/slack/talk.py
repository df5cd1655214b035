"""Take what came from Slack, once it is let in: one turn for what was said, a modal, the Home tab, a welcome.

`hear` returns after the commit: Slack is answered then, never before. What is only for the eye (settling a card,
drawing the Home tab) happens beside it. Must never know an SDK, nor say a word that is not in the content.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import structlog

from adapters import wire
from adapters.pace import Calm
from adapters.recent import Recent
from adapters.saying import SHARE, wants_zone
from adapters.slack import forms, home
from adapters.slack.api import Api, Bot, Bots, SlackError
from adapters.slack.deliver import Directs, Urls
from adapters.slack.opening import Opening
from adapters.slack.parse import (
    DIRECT,
    Gone,
    Heard,
    HomeOpened,
    Ignored,
    Incoming,
    Invited,
    Joined,
    OpenModal,
    Pressed,
    Unplaced,
    parse,
    quiet_thread,
)
from adapters.slack.press import QUESTION
from adapters.slack.render import AskWords, ask_modal, settled
from adapters.slack.shared import Shared, untold
from adapters.slack.zones import Zones
from adapters.wire import Json
from bot import voice
from bot.advisor import MANNERS, Advisor, Manner
from bot.chat import Message, Place, Reply
from bot.errors import StoreError
from bot.policy import Rule, rule

ANSWER_WITHIN: Final = 2.2  # seconds; Slack gives three, and the way back takes some
RECENT: Final = 2_000  # commands and modals under way or just done
FINISH: Final = 2.0  # seconds that work beside the answers gets when the server stops


log = structlog.get_logger()


class Aside:
    """Work beside the answers: done soon, waited for when the server stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin; what Slack refuses there is logged and no more."""
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self) -> None:
        """Wait for what is under way, for a while."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH)


async def _logged(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await work
    except (SlackError, StoreError) as error:
        log.warning("slack_refused", why=str(error))
        return None


@dataclass(frozen=True, slots=True)
class Links:
    """What `Talk` works with."""

    advisor: Advisor
    api: Api
    bots: Bots
    urls: Urls
    directs: Directs
    wake: Callable[[], None]


class Talk:
    """Hears what Slack sends and has it answered."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self.aside = Aside()
        self._opening = Opening(links.advisor, links.api, links.directs, self._turn)
        self._recent: Recent[str, None] = Recent(RECENT)
        self._shared = Shared(links.api)
        self._zones = Zones(links.api, links.bots)
        self._calm = Calm()

    async def hear(self, payload: Json, bot: Bot, now: datetime) -> Json | None:
        """Take one payload; what to answer it with at once, if anything.

        Raises StoreError or SlackError where Slack should send it again.
        """
        await self._shared.learn(bot, *untold(payload), now)
        found = parse(payload, bot=bot.user, now=now, shared=self._shared)
        if not bot.token and not isinstance(found, Gone | Ignored):
            log.warning("slack_not_installed")
            return self._line("slack-not-installed") if "command" in payload else None
        if not isinstance(found, Heard | Unplaced):
            return await self._beside(bot, found, payload, now)
        verdict = self._calm.take(*_turn_of(found), now.timestamp(), aloud=_is_addressed(found))
        if verdict != "go":
            return self._too_fast(bot, found, payload) if verdict == "tell" else None
        try:
            return await self._said(bot, found, payload, now)
        except StoreError:
            # What was typed into a form is typed again by its author, who has to know; all else Slack sends again.
            told = self._told(payload, "busy")
            if told is None:
                raise
            return told

    async def _said(self, bot: Bot, found: Heard | Unplaced, payload: Json, now: datetime) -> Json | None:
        if isinstance(found, Unplaced):
            self._links.urls.keep(found.workspace.tenant, found.channel, found.author, found.response_url)
            return await self._once(found.id, lambda: self._opening.place(bot, found), found.response_url)
        if isinstance(payload.get("is_ext_shared_channel"), bool):
            self._shared.note(found.message.place.tenant, found.message.place.channel, found.shared, now)
        if _is_form(payload):
            return await self._once(found.message.id, lambda: self._opening.asked_above(bot, found))
        await self._heard(bot, found)
        return None

    async def _beside(self, bot: Bot, found: Incoming, payload: Json, now: datetime) -> Json | None:
        match found:
            case OpenModal():
                await self._ask(bot, found)
            case HomeOpened():
                await self._at_home(bot, found, now)
            case Joined():
                await self._joined(bot, found, now)
            case Invited():
                await self._invited(found, now)
            case Gone(where, uninstalled):
                await self._links.bots.gone(where.tenant, uninstalled=uninstalled)
            case Ignored(why):
                log.debug("slack_ignored", why=why)
                return {"options": []} if wire.text(payload, "type") == "block_suggestion" else None
        return None

    def _told(self, payload: Json, key: str) -> Json | None:
        """Put a line into the answer to a command or a form; None where an answer has no room for one."""
        if "command" in payload:
            return self._line(key)
        if _is_form(payload):
            return {"response_action": "errors", "errors": {QUESTION: voice.say(self._links.advisor.catalog, key)}}
        return None

    def _too_fast(self, bot: Bot, found: Heard | Unplaced, payload: Json) -> Json | None:
        """Say once, to the one who asks too much, that this is too fast. Nothing of it is written."""
        told = self._told(payload, "too-fast")
        log.warning("slack_too_fast")
        if told is None and isinstance(found, Heard):
            line = {"text": self._opening.words("too-fast")}
            self.aside.start(tell(self._links.api, bot, found, line))
        return told

    # What was said ------------------------------------------------------------------------
    async def _turn(
        self, message: Message, *, guest: bool = False, manner: Manner = "asked", lead: tuple[Reply, ...] = ()
    ) -> tuple[Reply, ...]:
        # What others read along is said as to a guest: in a shared channel nobody hears of the team's own matters.
        if wants_zone(message.text):
            message = replace(message, zone=await self._zones.find(message.place.tenant, message.author, message.at))
        guest = guest or (not message.place.private and (message.place.tenant, message.place.channel) in self._shared)
        replies = await self._links.advisor.handle(message, deliver=True, manner=manner, guest=guest, lead=lead)
        if replies:
            self._links.wake()
        return replies

    async def _heard(self, bot: Bot, found: Heard) -> None:
        message, pressed = found.message, found.pressed
        if pressed and pressed.ephemeral:
            self._links.urls.keep(message.place.tenant, pressed.channel, message.author, pressed.response_url)
        if message.text.startswith(SHARE) and pressed:
            await self._once(message.id, lambda: self._share(bot, found, pressed))
            return
        rules = self._rules(message.place)
        if rules.private and message.addressed and not pressed:
            message = _in_private(message)
        replies = await self._turn(message, guest=found.foreign, manner=MANNERS[rules.mode])
        if pressed and pressed.settles and replies and replies[0].audience != "asker":
            self.aside.start(self._settle(bot, pressed))

    async def _share(self, bot: Bot, found: Heard, pressed: Pressed) -> str:
        """Share a private answer: the private one goes then, or says why it can't be."""
        key = await self._opening.share(bot, found)
        told = {"delete_original": True} if not key else self._line(key) | {"replace_original": False}
        self.aside.start(self._links.api.respond(pressed.response_url, told))
        return ""

    def _rules(self, place: Place) -> Rule:
        return rule(self._links.advisor.catalog, place)

    async def _settle(self, bot: Bot, pressed: Pressed) -> None:
        """Turn the card that was answered into what was chosen."""
        said = voice.say(self._links.advisor.catalog, "slack-chosen", label=pressed.label)
        card = settled(pressed.blocks, said)
        if pressed.ephemeral:
            await self._links.api.respond(pressed.response_url, card | {"replace_original": True})
        else:
            await self._links.api.call(bot.token, "chat.update", card | {"channel": pressed.channel, "ts": pressed.ts})

    async def _once(self, id_: str, work: Callable[[], Awaitable[str]], url: str = "") -> Json | None:
        """Do what may ask Slack before it commits: once, even if sent twice; in time, even if Slack is slow.

        `work` gives the key of a line for the person, or "". After the answer it goes to the response URL.
        """
        if id_ in self._recent:
            return None
        self._recent.keep(id_, None)
        task = asyncio.ensure_future(work())
        try:
            key = await asyncio.wait_for(asyncio.shield(task), ANSWER_WITHIN)
        except TimeoutError:
            self.aside.start(self._tell_later(task, url))
            key = "slack-later" if url else ""
        except BaseException:
            self._recent.drop(id_)
            raise
        return self._line(key) if key and url else None

    async def _tell_later(self, task: asyncio.Future[str], url: str) -> None:
        key = await task
        if key and url:
            await self._links.api.respond(url, self._line(key))

    def _line(self, key: str) -> Json:
        return {"response_type": "ephemeral", "text": self._opening.words(key)}

    # Beside the conversation --------------------------------------------------------------
    async def _ask(self, bot: Bot, found: OpenModal) -> None:
        catalog = self._links.advisor.catalog
        title, label, send, close = (
            voice.say(catalog, f"slack-ask-{name}") for name in ("title", "label", "send", "close")
        )
        view = ask_modal(AskWords(title, label, send, close), found.text, forms.metadata(found.place))
        try:
            await self._links.api.call(bot.token, "views.open", {"trigger_id": found.trigger_id, "view": view})
        except SlackError as error:
            log.warning("slack_modal_refused", why=error.code)  # too late: the person has to choose it again

    async def _at_home(self, bot: Bot, found: HomeOpened, now: datetime) -> None:
        tenant = found.workspace.tenant
        if found.tab == "home":
            self.aside.start(home.publish(self._links.advisor, self._links.api, bot, tenant, found.user))
        elif found.channel:
            await self._welcome(Place("slack", tenant, found.channel, DIRECT, private=True), found.user, now)

    async def _joined(self, bot: Bot, found: Joined, now: datetime) -> None:
        """Greet a newcomer, where the admin wants that: once, and never somebody who talked to us before."""
        tenant = found.workspace.tenant
        place = Place("slack", tenant, found.channel or found.user, quiet_thread(found.user), private=True)
        wanted = self._links.advisor.catalog.channels.welcome
        if found.channel:
            wanted = self._rules(replace(place, private=False)).welcome
        if found.foreign or not wanted:
            return
        if not found.channel:
            channel = await self._links.directs.find(bot, tenant, found.user)
            place = replace(place, channel=channel, thread=DIRECT)
        await self._welcome(place, found.user, now)

    async def _welcome(self, place: Place, user: str, now: datetime) -> None:
        if await self._links.advisor.may_greet(place, user):
            id_ = f"{place.tenant}/{place.key}/welcome/{user}"
            await self._turn(Message(id_, place, user, "/welcome unasked", True, now))

    async def _invited(self, found: Invited, now: datetime) -> None:
        """Say once, in one line, what we do."""
        tenant = found.workspace.tenant
        place = Place("slack", tenant, found.channel, DIRECT)
        if self._rules(place).hushed or await self._links.advisor.muted(place):
            return
        message = Message(f"{tenant}/{found.channel}/invited", place, found.inviter or "nobody", "", True, now)
        await self._links.advisor.tell(message, voice.line(self._links.advisor.catalog, "slack-invited"))
        self._links.wake()


def _is_form(payload: Json) -> bool:
    return wire.text(payload, "type") == "view_submission"


def _turn_of(found: Heard | Unplaced) -> tuple[str, str]:
    """Name who wants a turn, and which."""
    if isinstance(found, Heard):
        return f"{found.message.place.tenant}/{found.message.author}", found.message.id
    return f"{found.workspace.tenant}/{found.author}", found.id


def _is_addressed(found: Heard | Unplaced) -> bool:
    return isinstance(found, Unplaced) or found.message.addressed


async def tell(api: Api, bot: Bot, found: Heard, line: Json) -> None:
    """Say a line to the author of a message, where it was said, so that nobody else sees it."""
    place = found.message.place
    body = line | {"channel": place.channel}
    if forms.is_ts(place.thread):
        body["thread_ts"] = place.thread
    if place.channel.startswith("D"):
        await api.call(bot.token, "chat.postMessage", body)
    else:
        await api.call(bot.token, "chat.postEphemeral", body | {"user": found.message.author})


def _in_private(message: Message) -> Message:
    """Take it where only its author sees the answer: that is how this channel wants it."""
    place = replace(message.place, thread=quiet_thread(message.author), private=True)
    return replace(message, place=place)
