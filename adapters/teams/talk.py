"""Take what came from Teams, once it is let in: one turn for what was said, pressed or judged; a welcome; a farewell.

`hear` returns after the commit: Teams is answered then, never before. Everything but the answer to a press leaves by
the outbox. Must never know an SDK, send anything, nor say a word that is not in the content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from adapters.pace import Calm, Verdict
from adapters.saying import SHARE
from adapters.teams import live, starts
from adapters.teams.forms import MAIN, aloud, is_quiet, quiet_thread
from adapters.teams.parse import (
    Ignored,
    Installed,
    Judged,
    Pressed,
    Removed,
    Said,
    Unknown,
    Where,
    Who,
    parse,
    where_of,
    who_of,
)
from adapters.teams.reach import Reach
from adapters.teams.render import card
from adapters.wire import Json
from bot import answers, commands, policy, telemetry, voice
from bot.advisor import MANNERS, Advisor, Manner
from bot.beyond import Own
from bot.catalog.schema import Catalog
from bot.chat import Message, Place, Reply
from bot.store import Posted

# Moves that mean another thing once the interview has gone on: from an old card they aren't taken.
_RELATIVE: Final = (commands.Skip, commands.Back, commands.WhyAsk, commands.Finish, commands.Stop, commands.Restart)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answered:
    """What Teams is answered: HTTP's status, and a press's or a thumb's body."""

    status: int = 200
    body: Json | None = None


class Talk:
    """Hears what Teams sends and has it answered. `wake` tells the sender that something waits."""

    def __init__(self, advisor: Advisor, reach: Reach, wake: Callable[[], None]) -> None:
        self._advisor = advisor
        self._reach = reach
        self._wake = wake
        self._calm = Calm()

    async def hear(self, activity: Json, now: datetime) -> Answered:
        """Take one activity. Raises StoreError where nothing of it was kept: Teams should send it again."""
        where = where_of(activity)
        tenant = await self._reach.tenant(where) if where else ""
        found = parse(activity, tenant=tenant, now=now)
        where = where_of(activity, tenant)
        who = Who("", "") if isinstance(found, Ignored | Unknown) else who_of(activity)
        since = now
        if where and not isinstance(found, Removed):
            since = await self._reach.note(where, who, now)
        if isinstance(found, Said | Pressed | Judged):
            verdict = self._calm.take(*_turn_of(found), now.timestamp(), aloud=_is_addressed(found))
            if verdict != "go":
                return await self._too_fast(found, verdict)
        match found:
            case Said():
                await self._said(found)
            case Pressed():
                return await self._pressed(found)
            case Judged():
                await self._judged(found)
                return Answered(body={})
            case Installed():
                await self._installed(found, since)
            case Removed():
                rows = await self._reach.leave(found.where, team=found.team)
                log.info("teams_removed", place=telemetry.place_hash(found.where.place), rows=rows)
            case Ignored(why):
                log.debug("teams_ignored", why=why)
            case Unknown(why):
                log.warning("teams_unknown_invoke", why=why)
                return Answered(501)
        return Answered()

    async def _turn(
        self,
        message: Message,
        *,
        guest: bool,
        manner: Manner = "asked",
        lead: tuple[Reply, ...] = (),
        shape: Callable[[tuple[Reply, ...]], tuple[Reply, ...]] = live.fold,
    ) -> tuple[Reply, ...]:
        replies = await self._advisor.handle(message, deliver=True, manner=manner, guest=guest, lead=lead, shape=shape)
        if replies:
            self._wake()
        return replies

    async def _tell(self, message: Message, key: str, *, asker: bool = False) -> None:
        await self._advisor.tell(message, voice.line(self._advisor.catalog, key, asker=asker))
        self._wake()

    async def _too_fast(self, found: Said | Pressed | Judged, verdict: Verdict) -> Answered:
        """Say once, to the one who asks too much, that this is too fast; the rest is let go."""
        tell = verdict == "tell"
        if tell:
            log.warning("teams_too_fast")
        match found:
            case Pressed():
                return self._words(found, voice.say(self._advisor.catalog, "too-fast") if tell else "")
            case Judged():
                return Answered(body={})
        if tell:
            await self._tell(_message(found, _beside(found)), "too-fast", asker=True)
        return Answered()

    # What was said ------------------------------------------------------------------------
    async def _said(self, said: Said) -> None:
        place = said.where.place
        rule = policy.rule(self._advisor.catalog, place)
        if said.text.startswith(SHARE) and said.addressed:
            await self._share(_message(said, _beside(said)), said.text, said.where, said.who)
        elif place.private:
            await self._turn(_message(said, place), guest=said.who.foreign)
        elif said.quietly or (said.addressed and rule.private) or (said.targeted and rule.hushed):
            await self._turn(_message(said, _beside(said)), guest=said.who.foreign)
        elif said.targeted:
            await self._commanded(said)
        else:
            await self._turn(_message(said, place), guest=said.who.foreign, manner=MANNERS[rule.mode])

    async def _commanded(self, said: Said) -> None:
        """Answer a slash command, which nobody else saw: the roadmap aloud, in its thread; the rest alone."""
        command = commands.parse(said.text)
        if isinstance(command, commands.Roadmap):
            await self._begin(said)
            return
        if isinstance(command, commands.Team):
            await self._team(said, aloud=command.joining is None)
            return
        if isinstance(command, Own):
            place = await self._roadmap_in(said)
            if place is not None:
                replies = await self._turn(_message(said, place), guest=said.who.foreign)
                direct = any(reply.audience == "direct" for reply in replies)
                if place != said.where.place and not is_quiet(place) and not direct:
                    beside = _message(said, _beside(said))
                    await self._tell(replace(beside, id=f"{beside.id}/told"), "teams-in-thread")
                return
        await self._turn(_message(said, _beside(said)), guest=said.who.foreign)

    async def _begin(self, said: Said) -> None:
        """Begin a roadmap: in a thread of its own in a channel; in a chat alone, where somebody else has theirs."""
        place = said.where.place
        if said.where.kind == "groupChat":
            held = await self._reach.store.peek(place)
            taken = held is not None and held.interview is not None and held.interview.owner != said.who.author
            await self._turn(_message(said, _beside(said) if taken else place), guest=said.who.foreign)
            return
        message = _message(said, starts.fresh(place, said.id) if said.root else place)
        lead = starts.lead(self._advisor.catalog, "teams-opens-roadmap")
        await self._turn(message, guest=said.who.foreign, lead=(lead,))

    async def _team(self, said: Said, *, aloud: bool) -> None:
        """Answer for the channel's people: how they stand in a thread of its own, the rest to who asked alone."""
        if aloud:
            place = said.where.place
            apart = said.root and said.where.kind == "channel"
            message = _message(said, starts.fresh(place, said.id) if apart else place)
            lead = (starts.lead(self._advisor.catalog, "teams-opens-team"),)
            await self._turn(message, guest=said.who.foreign, lead=lead)
        else:  # seen by nobody else, and yet of this channel
            beside = _beside(said)
            await self._turn(_message(said, replace(beside, private=False)), guest=said.who.foreign)

    async def _roadmap_in(self, said: Said) -> Place | None:
        """Find the thread of the person's roadmap in this channel."""
        place = said.where.place
        for key, _ in await self._advisor.roadmaps(place.owner, said.who.author):
            channel, _, thread = key.rpartition("/")
            if channel == place.channel:
                found = replace(place, thread=thread)
                return replace(found, private=is_quiet(found))
        return None

    # What was pressed ---------------------------------------------------------------------
    async def _pressed(self, pressed: Pressed) -> Answered:
        place = self._place_of(pressed.where, pressed.who, await self._reach.posted(pressed.where, pressed.card))
        if pressed.targeted and not place.private:
            place = replace(place, thread=quiet_thread(pressed.who.author, place.thread), private=True)
        if pressed.says.startswith(SHARE):
            key = await self._share(pressed.message(place, once=True), pressed.says, pressed.where, pressed.who)
            return self._words(pressed, voice.say(self._advisor.catalog, key))
        now = await self._reach.store.live(place, pressed.who.author)
        on_live = now is not None and now.activity == pressed.card
        if pressed.moves and now is not None and now.nonce != pressed.nonce:
            message, replies = await self._stale(pressed, place, now)
        else:
            message = pressed.message(place, once=pressed.moves)
            rule = policy.rule(self._advisor.catalog, place)
            shape = live.onto if pressed.moves or on_live else live.fold
            manner = MANNERS[rule.mode]
            replies = await self._turn(message, guest=pressed.who.foreign, manner=manner, shape=shape)
        return await self._answer(pressed, message, replies, now if pressed.moves or on_live else None)

    async def _stale(self, pressed: Pressed, place: Place, now: Posted) -> tuple[Message, tuple[Reply, ...]]:
        """Take a press on a card that the interview has left behind.

        The press that led to the card of now came twice: it has the same answer. Any other is told how things stand.
        """
        before = pressed.message(place, once=True)
        replies = await self._reach.store.replies(before)
        if now.nonce in (live.nonce(before, part) for part in range(len(replies))):
            return before, replies
        message = pressed.message(place, once=False)
        lead: tuple[Reply, ...] = ()
        if isinstance(commands.parse(pressed.says), _RELATIVE):
            message = replace(message, text="/status")
            lead = (voice.line(self._advisor.catalog, "teams-stale", asker=True),)
        return message, await self._turn(message, guest=pressed.who.foreign, lead=lead, shape=live.onto)

    async def _answer(
        self, pressed: Pressed, message: Message, replies: tuple[Reply, ...], now: Posted | None
    ) -> Answered:
        """Answer a press: with what its card becomes, or with words for the presser."""
        told = [reply for reply in replies if reply.audience == "asker" and live.is_line(reply)]
        at, seen = next(((n, each) for n, each in enumerate(replies) if each.audience == "thread"), (0, None))
        mark = live.nonce(message, at)
        if now is not None and seen is not None and now.nonce != mark:
            await self._reach.store.keep_posted(replace(now, nonce=mark, live=live.is_live(seen)), message.at)
        if told:
            return self._words(pressed, live.plainly(told))
        if seen is None or now is None or now.activity != pressed.card:
            away = not message.place.private and any(reply.audience == "direct" for reply in replies)
            key = "teams-at-home" if away else "teams-below"
            return self._words(pressed, voice.say(self._advisor.catalog, key) if replies else "")
        return self._body(
            pressed, live.answer("card", card(seen, nonce=mark, hint=hint(self._advisor.catalog, message.place)))
        )

    def _words(self, pressed: Pressed, words: str) -> Answered:
        return self._body(pressed, live.answer("words", words))

    def _body(self, pressed: Pressed, body: Json) -> Answered:
        return Answered(body=body) if pressed.invoked else Answered()

    def _place_of(self, where: Where, who: Who, posted: Posted | None) -> Place:
        """Find the conversation of a card: a quiet one's is beside the channel, and may have come by another way."""
        if posted is None:
            return where.place
        channel, _, thread = posted.thread.rpartition("/")
        found = replace(where.place, channel=channel, thread=thread)
        if not is_quiet(found):
            return found if channel == where.channel else where.place
        mine = quiet_thread(who.author, thread.rpartition("@")[2])
        return replace(found, thread=mine, private=True)

    async def _judged(self, judged: Judged) -> None:
        posted = await self._judged_answer(judged)
        place = self._place_of(judged.where, judged.who, posted)
        if posted and posted.ref and await self._advisor.given(place, posted.ref):
            await self._turn(judged.message(place, posted.ref), guest=judged.who.foreign)
        else:
            lost = replace(judged.message(place, ""), id=f"lost/{judged.where.channel}/{judged.activity}")
            await self._tell(lost, "teams-thumb-lost", asker=True)

    async def _judged_answer(self, judged: Judged) -> Posted | None:
        """Find what a thumb is about. Microsoft's local client names neither message nor thread: the latest, then.

        Their own answers count first, and of those that everybody sees.
        """
        where, who = judged.where, judged.who
        if judged.answer:
            return await self._reach.posted(where, judged.answer)
        seen = [(each, self._place_of(where, who, each)) for each in await self._reach.answers(where)]
        if where.thread != MAIN:
            seen = [(each, place) for each, place in seen if aloud(place).thread == where.thread]
        mine = [each for each, _ in seen if each.owner == who.author]
        shared = [each for each, place in seen if not is_quiet(place)]
        return next(iter((*mine, *shared)), None)

    # Sharing ------------------------------------------------------------------------------
    async def _share(self, message: Message, said: str, where: Where, who: Who) -> str:
        """Take a private answer to the channel, with the name of who shares it; the key of what to tell them."""
        catalog, place = self._advisor.catalog, message.place
        to = aloud(place)
        answer = await self._advisor.given(place, said.removeprefix(SHARE).strip()) if is_quiet(place) else None
        refused = "teams-nothing-to-share" if answer is None else "teams-hushed" if _hushed(catalog, to) else ""
        if answer is None or refused:
            if not message.id.startswith("press/"):
                await self._tell(message, refused, asker=True)
            return refused
        reference = await self._reach.reference(to)
        if reference is not None and reference.kind == "channel" and to.thread == MAIN:
            to = starts.fresh(to, message.id)
        shown = replace(message, place=to, text=f"/show {answer}", addressed=True)
        lead = starts.lead(catalog, "teams-shares", answers.title(catalog, answer))
        await self._turn(shown, guest=who.foreign, lead=(lead,))
        return "teams-shared"

    # Coming -------------------------------------------------------------------------------
    async def _installed(self, found: Installed, since: datetime) -> None:
        """Greet once, whichever of Teams' two ways to say it comes first: alone as anybody new, in a team in a line."""
        place, author = found.where.place, found.who.author or "nobody"
        message = Message(f"welcome/{place.channel}/{since.timestamp():.3f}", place, author, "", True, found.at)
        if place.private:
            if await self._advisor.may_greet(place, author):
                await self._turn(replace(message, text="/welcome unasked"), guest=found.who.foreign)
            return
        rule = policy.rule(self._advisor.catalog, place)
        if not rule.hushed and not await self._advisor.muted(place):
            await self._tell(replace(message, place=replace(place, thread=MAIN)), "teams-invited")


def hint(catalog: Catalog, place: Place) -> str:
    """Say below a question that words reach us only with a mention, where that is so."""
    return "" if place.private else voice.say(catalog, "teams-hint")


def _turn_of(found: Said | Pressed | Judged) -> tuple[str, str]:
    """Name who wants a turn, and which."""
    return f"{found.where.place.owner}/{found.who.author}", found.id if isinstance(found, Said) else found.activity


def _is_addressed(found: Said | Pressed | Judged) -> bool:
    """Tell whether somebody waits for an answer: a thumb has none with words in it."""
    return isinstance(found, Pressed) or (isinstance(found, Said) and found.addressed)


def _hushed(catalog: Catalog, place: Place) -> bool:
    return policy.rule(catalog, place).hushed


def _message(said: Said, place: Place) -> Message:
    return Message(said.id, place, said.who.author, said.text, said.addressed, said.at, said.who.zone)


def _beside(said: Said) -> Place:
    """Find where only the author sees the answer: beside the thread, or alone with them already."""
    place = said.where.place
    if place.private:
        return place
    thread = MAIN if said.targeted and said.root else place.thread  # nobody else sees what would be its root
    return replace(place, thread=quiet_thread(said.who.author, thread), private=True)
