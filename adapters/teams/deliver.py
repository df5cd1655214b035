"""Post one reply of the outbox to Teams: to the thread, to one person, onto a card that is there, or to a direct chat.

What Teams refuses decides what follows: plainer words, another way to the person, later, or never. Must never decide
what is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import structlog

from adapters import saying
from adapters.files import PNG, UNREADABLE, files_of, make, parts
from adapters.recent import Recent
from adapters.sender import Later, Never, Outcome, Sent
from adapters.taking import Taking
from adapters.teams import files, limits, live, starts
from adapters.teams.api import Api, Reference, TeamsError
from adapters.teams.forms import MAIN, PLATFORM, is_quiet
from adapters.teams.parse import Origin
from adapters.teams.reach import Reach
from adapters.teams.render import Person, is_card, render, settled
from adapters.teams.talk import hint
from adapters.wire import Json
from bot import markup, voice
from bot.catalog.schema import Catalog
from bot.chat import Buttons, Choices, File, Note, Place, Reply, Table
from bot.store import ALARM, Outgoing, Posted

PLAIN: Final = 10_000  # characters of a plain message, where Teams refused a card
_REFUSED: Final = (400, 413)  # the drawing was refused, not the message

log = structlog.get_logger()


@dataclass(slots=True)
class _Way:
    """How a reply goes: where, who alone sees it (""), and where that is kept."""

    to: Reference
    channel: str
    asker: str = ""


@dataclass(slots=True)
class _Half:
    """What is done of a reply already."""

    way: _Way
    activities: list[str] = field(default_factory=list)
    told: bool = False  # that it goes on directly


class Delivery:
    """Posts replies. `catalog` gives the content of the moment: words of our own, and who may be called."""

    def __init__(self, api: Api, reach: Reach, catalog: Callable[[], Catalog], taking: Taking | None = None) -> None:
        self._taking = taking  # None: the admin named no public address
        self._api = api
        self._reach = reach
        self._catalog = catalog
        self._half: Recent[int, _Half] = Recent()
        self._told: Recent[str, None] = Recent()  # messages whose author was told where the answer is
        self._begun: Recent[int, Place] = Recent()  # openings that are posted, but not yet written down as such

    async def __call__(self, outgoing: Outgoing) -> Outcome:
        """Post one reply, in as many messages as it takes."""
        origin = Origin.of(outgoing.message)
        if origin.invoked and outgoing.reply.audience == "asker" and live.is_line(outgoing.reply):
            return Sent()  # it was said in the answer to the press
        way = await self._way(outgoing)
        if way is None:
            return Never("nobody told where that conversation is reached")
        try:
            posted = await self._carry(outgoing, origin, way)
        except TeamsError as error:
            return await self._outcome(error, outgoing, way)
        self._half.drop(outgoing.id)
        return Sent(posted)

    async def _carry(self, outgoing: Outgoing, origin: Origin, way: _Way) -> tuple[Posted, ...]:
        """Post it; what of it can be judged or pressed."""
        if starts.is_opening(outgoing):
            await self._begin(outgoing, way)
            return ()
        now = await self._reach.store.live(outgoing.place, outgoing.asker)
        pressed = origin.card and outgoing.reply.audience == "thread" and not _filed(outgoing)
        here = now is not None and pressed and (origin.moves or origin.card == now.activity)
        if now is not None and here and await self._in_place(outgoing, way, now):
            return ()
        half = await self._posted(outgoing, way)
        goes_on = live.is_live(outgoing.reply) and outgoing.reply.audience == "thread"
        direct = outgoing.reply.audience == "direct" and not outgoing.message.startswith(ALARM)
        if now is not None and (goes_on or direct or await self._is_over(outgoing.place)):
            key = "teams-at-home" if direct else "teams-goes-on" if goes_on else "teams-over"
            await self._settle(outgoing, now, key)
        return _found_again(outgoing, half, goes_on=goes_on)

    # Where and to whom --------------------------------------------------------------------
    async def _way(self, outgoing: Outgoing) -> _Way | None:
        half = self._half.find(outgoing.id)
        if half is not None:
            return half.way
        place = outgoing.place
        reference = await self._reach.reference(place)
        if reference is None:
            return await self._own_chat(outgoing) if outgoing.reply.audience == "direct" else None
        alone = (outgoing.reply.audience != "thread" or is_quiet(place)) and reference.kind != "personal"
        if not alone:
            return _Way(reference, place.channel)
        known = await self._reach.known(place, outgoing.asker)
        return _Way(reference, place.channel, known.address if known else outgoing.asker)

    async def _own_chat(self, outgoing: Outgoing) -> _Way | None:
        """Find the conversation with the asker alone, where nothing is known of the thread any more."""
        known = await self._reach.known(outgoing.place, outgoing.asker)
        found = await self._reach.reference(outgoing.place, known.direct) if known and known.direct else None
        return _Way(found, known.direct) if known and found else None

    async def _directly(self, outgoing: Outgoing, way: _Way) -> _Way:
        """Find the conversation with the asker alone, and open it where there is none. Raises TeamsError."""
        place, now = outgoing.place, datetime.now(UTC)
        known = await self._reach.known(place, outgoing.asker)
        if known and known.direct:
            found = await self._reach.reference(place, known.direct)
            if found is not None:
                return _Way(found, known.direct)
        id_ = await self._api.create(way.to, way.asker)
        direct = Reference(place.tenant, id_, way.to.service_url, way.to.bot, "personal")
        await self._reach.opened(place, outgoing.asker, direct, now)
        return _Way(direct, id_)

    # Posting ------------------------------------------------------------------------------
    async def _posted(self, outgoing: Outgoing, way: _Way) -> _Half:
        half = self._half.find(outgoing.id) or _Half(way)
        self._half.keep(outgoing.id, half)
        for_keeps = _filed(outgoing) or outgoing.reply.audience == "direct"
        if half.way.asker and for_keeps and not half.activities:
            await self._apart(outgoing, half)
        try:
            await self._post_all(outgoing, half)
        except TeamsError as error:
            if not half.way.asker or half.activities or error.passes or error.wait is not None:
                raise
            # Teams doesn't let one person see it there: then it goes directly.
            log.warning("teams_targeted_refused", why=str(error))
            half.way = await self._directly(outgoing, half.way)
            await self._post_all(outgoing, half)
        return half

    async def _apart(self, outgoing: Outgoing, half: _Half) -> None:
        """Take what is for one person for keeps out of the channel: what only they see there is gone after a day."""
        there = half.way
        try:
            half.way = await self._directly(outgoing, there)
        except TeamsError as error:
            if error.passes or error.wait is not None:
                raise
            log.warning("teams_no_direct", why=str(error))  # written out there, for their eyes
            return
        half.told = True
        direct = outgoing.reply.audience == "direct"
        if direct and (outgoing.message in self._told or not outgoing.message.startswith(f"{outgoing.place.channel}/")):
            return  # the clock asked, or a press that was answered itself
        self._told.keep(outgoing.message, None)
        with suppress(TeamsError):
            line = self._line("teams-at-home" if direct else "teams-file-direct")
            await self._api.send(there.to, line, asker=there.asker)

    async def _post_all(self, outgoing: Outgoing, half: _Half) -> None:
        way = half.way
        if way.channel != outgoing.place.channel and not half.told and outgoing.reply.audience != "direct":
            await self._api.send(way.to, self._line("teams-to-direct"))
            half.told = True
        bodies = await self._drawn(outgoing, written=bool(way.asker))
        for number, body in enumerate(bodies):
            if number < len(half.activities):
                continue
            try:
                half.activities.append(await self._api.send(way.to, body, asker=way.asker))
            except TeamsError as error:
                if error.status not in _REFUSED or not body.get("attachments") or way.asker:
                    raise
                log.warning("teams_card_refused", why=str(error))
                if _is_picture(body):
                    half.activities.append("")  # its words stand above it
                    continue
                said = number > 0 and not is_card(outgoing.reply)
                for plain in _plainly(outgoing.reply, said=said):
                    half.activities.append(await self._api.send(way.to, plain, asker=way.asker))
                return

    async def _drawn(self, outgoing: Outgoing, *, as_card: bool = False, written: bool = False) -> list[Json]:
        """Draw a reply with its files, or (`written`) with what is in them as words."""
        place, reply = outgoing.place, outgoing.reply
        if is_quiet(place):
            reply = saying.shareable(reply, voice.say(self._catalog(), "teams-share"))
        people = await self._people(outgoing)
        if starts.is_opening(outgoing):
            known = await self._reach.known(place, outgoing.asker)
            name = _speakable(self._reach.name(place, outgoing.asker))
            name = name or voice.say(self._catalog(), "teams-somebody")
            reply = starts.named(reply, name)
            people[name] = Person(known.address if known else outgoing.asker, name)
        told = "" if reply.audience == "direct" else hint(self._catalog(), place)
        drawn: list[Json] = []
        for part in (reply,) if written else parts(reply):
            if isinstance(part, File):
                drawn += await self._file(outgoing, part)
            else:
                drawn += render(part, mentions=people, nonce=live.marked(outgoing), hint=told, as_card=as_card)
        return drawn

    async def _file(self, outgoing: Outgoing, file: File) -> list[Json]:
        """Draw a picture below its words, another file by its address; where neither can be, as words."""
        if file.pictured:
            made = await make(file, most=limits.SIDE)
            drawn = files.picture(file, made) if made else None
            return [*render(Reply((file,))), *([drawn] if drawn else [])]
        if self._taking:
            return [files.address(file, self._taking.address(outgoing.id, file.name, datetime.now(UTC)))]
        key = "teams-no-page" if file.media in UNREADABLE else "teams-copy"
        why = voice.say(self._catalog(), key, name=markup.escape(file.name))
        return render(Reply((file, Note(why))), as_card=True)

    async def _people(self, outgoing: Outgoing) -> dict[str, Person]:
        """Name whom a reply may call: those the admin named, by the address we know or else by their id."""
        wanted = {handle for block in outgoing.reply.blocks for handle in getattr(block, "mentions", ())}
        named = next((held for name, held in self._catalog().channels.people.items() if name == PLATFORM), {})
        found: dict[str, Person] = {}
        for handle in wanted & set(named):
            known = await self._reach.known(outgoing.place, named[handle])
            found[handle] = Person(known.address if known else named[handle], handle.removeprefix("@"))
        return found

    def _line(self, key: str) -> Json:
        return render(voice.line(self._catalog(), key))[0]

    # Openings -----------------------------------------------------------------------------
    async def _begin(self, outgoing: Outgoing, way: _Way) -> None:
        """Post what a thread begins with; what waits behind it follows into the thread."""
        to = self._begun.find(outgoing.id)
        if to is None:
            (body, *_) = await self._drawn(outgoing)
            root = await self._api.send(way.to, body)
            to = replace(outgoing.place, thread=root or MAIN) if starts.is_fresh(outgoing.place) else outgoing.place
            self._begun.keep(outgoing.id, to)
        if to != outgoing.place:
            await self._reach.store.move(outgoing, to, datetime.now(UTC))
        self._begun.drop(outgoing.id)

    # Cards --------------------------------------------------------------------------------
    async def _in_place(self, outgoing: Outgoing, way: _Way, now: Posted) -> bool:
        """Put a reply in the place of the card it came from; False where that card is gone."""
        if now.channel != way.channel:
            found = await self._reach.reference(outgoing.place, now.channel)
            if found is None:
                return False
            way = _Way(found, now.channel)
        bodies = await self._drawn(outgoing, as_card=True)
        first = next((each for each in bodies if "attachments" in each), None)
        if first is None:
            return False
        try:
            await self._api.update(way.to, now.activity, first, asker=way.asker)
        except TeamsError as error:
            if error.status != 404 or error.code in ("ConversationNotFound", "BotNotInConversationRoster"):
                raise
            return False
        for body in (each for each in bodies if each is not first):
            await self._api.send(way.to, body, asker=way.asker)
        if now.live and not live.is_live(outgoing.reply):
            await self._reach.store.keep_posted(replace(now, live=False), datetime.now(UTC))
        return True

    async def _is_over(self, place: Place) -> bool:
        state = await self._reach.store.peek(place)
        return state is None or state.interview is None

    async def _settle(self, outgoing: Outgoing, before: Posted, key: str) -> None:
        """Leave nothing to press on the card before. It is for the eye: what goes wrong there is logged, no more."""
        try:
            to = await self._reach.reference(outgoing.place, before.channel) if _elsewhere(outgoing, before) else None
            to = to or await self._reach.reference(outgoing.place)
            if to is None:
                return
            alone = is_quiet(outgoing.place) and to.kind != "personal"
            known = await self._reach.known(outgoing.place, outgoing.asker) if alone else None
            body = settled(voice.say(self._catalog(), key))
            await self._api.update(to, before.activity, body, asker=known.address if known else "")
        except TeamsError as error:
            log.warning("teams_card_left", why=str(error))
        await self._reach.store.keep_posted(replace(before, live=False), datetime.now(UTC))

    # What became of it --------------------------------------------------------------------
    async def _outcome(self, error: TeamsError, outgoing: Outgoing, way: _Way) -> Outcome:
        half = self._half.find(outgoing.id)
        if error.gone and error.status == 404 and outgoing.tries == 1:
            return Later(error.code)  # about one in a hundred is said by mistake
        if error.gone:
            await self._reach.drop(outgoing.place, (half.way if half else way).channel)
            return Never(error.code)
        if error.wait is not None:
            return Later(error.code, error.wait)
        return Later(error.code) if error.passes else Never(error.code)


def _speakable(name: str) -> str:
    """Keep of a name what can be no mark of any markup."""
    return " ".join(re.sub(r"[^\w .,'’-]|_", " ", name).split())[:60]


def _filed(outgoing: Outgoing) -> bool:
    return any(files_of((outgoing.reply,)))


def _is_picture(body: Json) -> bool:
    return any(each["contentType"] == PNG for each in body.get("attachments", []))


def _found_again(outgoing: Outgoing, half: _Half, *, goes_on: bool) -> tuple[Posted, ...]:
    """List what can be judged or pressed; a new card of the interview takes over from the one before."""
    place, ref = outgoing.place, saying.ref_of(outgoing.reply)
    if not ref and not goes_on and not (is_quiet(place) and any(saying.says(outgoing.reply))):
        return ()
    mark, last = live.marked(outgoing), half.activities[-1:]
    channel, asker = half.way.channel, outgoing.asker
    return tuple(
        Posted(place.owner, channel, each, place.key, asker, ref, mark, live=goes_on and [each] == last)
        for each in half.activities
        if each
    )


def _elsewhere(outgoing: Outgoing, before: Posted) -> bool:
    return before.channel != outgoing.place.channel


def _plainly(reply: Reply, *, said: bool) -> list[Json]:
    """Draw a reply as words and nothing else: for a Teams that refuses its card. `said`: its own words are there."""
    pressed = tuple(each for each in reply.blocks if isinstance(each, Buttons | Choices | Table))
    words = Reply(pressed).plain if said else reply.plain
    parts = [words[at : at + PLAIN] for at in range(0, len(words), PLAIN)]
    return [{"type": "message", "textFormat": "plain", "text": part} for part in parts]
