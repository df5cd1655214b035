"""The advisor: one message in, replies out. The only place that combines all the others.

Whatever goes wrong in thinking, the person gets a kind line with a reference and the log gets the
reason. Only a store that can't take the turn raises (StoreError), so that the platform retries.
Must never know a platform or send anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog

from bot import beyond, commands, dialogue, interview, keepsakes, privacy, telemetry, together, voice
from bot.catalog import load as catalog_load
from bot.catalog.schema import AnswerId, Catalog, Mode
from bot.chat import Message, Place, Reply, Text
from bot.conversation import Around, Conversation, Found, Step, decide
from bot.errors import ContentError, StoreError
from bot.interview import Interview
from bot.matching.match import Sure
from bot.matching.matcher import Matcher
from bot.matching.shelf import Shelf
from bot.roadmap import team
from bot.roadmap.road import Road
from bot.store import Shadowed, Store, Turn

log = structlog.get_logger()

UNASKED = 0.85  # how sure of a question nobody put to us

# How to take what nobody said to us: only where a conversation waits for it ("asked"), also where an answer is sure
# ("helpful"). And all that is said: never aloud, noting what would have been said ("shadow"), or not at all ("silent").
Manner = Literal["asked", "helpful", "shadow", "silent"]
# The manner of each mode that an admin can choose for a channel.
MANNERS: dict[Mode, Manner] = {
    "mention-only": "asked",
    "helpful": "helpful",
    "shadow": "shadow",
    "silent": "silent",
}

Outcome = Literal["answered", "silent", "refused", "failed"]
Shape = Callable[[tuple[Reply, ...]], tuple[Reply, ...]]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A catalog and the matcher built from it: swapped together, never half."""

    catalog: Catalog
    matcher: Matcher
    shelf: Shelf | None = None

    @classmethod
    def of(cls, catalog: Catalog, shelf: Shelf | None = None) -> Knowledge:
        """Build the matcher of a catalog; with a shelf, from weights fitted before where they fit."""
        return cls(catalog, Matcher(catalog, shelf), shelf)


class Advisor:
    """Answers messages from one store and one body of knowledge."""

    def __init__(self, knowledge: Knowledge, store: Store[Conversation], *, ask_human: str = "") -> None:
        self._knowledge = knowledge
        self._store = store
        self._ask_human = ask_human
        self.content_problem = ""  # why the newest content isn't served; empty when it is
        self.tally: Callable[[Outcome], None] = lambda outcome: None  # whoever counts gets what became of each message

    @property
    def catalog(self) -> Catalog:
        """The content that is being served."""
        return self._knowledge.catalog

    def learn(self, overlay: Path | None) -> None:
        """Load the content again; on any problem go on serving the last good one.

        Blocking (about a second): call it in a worker thread. The problem, if any, is logged with
        file and line and kept in `content_problem`.
        """
        try:
            self._knowledge = Knowledge.of(catalog_load.load(overlay), self._knowledge.shelf)
        except ContentError as error:
            self.content_problem = str(error)
            log.error("content_refused", problems=len(error.problems), first=str(error.problems[0]))
        else:
            self.content_problem = ""
            log.info("content_loaded", topics=len(self.catalog.topics), terms=len(self.catalog.glossary.terms))

    async def handle(
        self,
        message: Message,
        *,
        deliver: bool = False,
        manner: Manner = "asked",
        guest: bool = False,
        lead: tuple[Reply, ...] = (),
        shape: Shape = tuple,
    ) -> tuple[Reply, ...]:
        """Answer one message; `()` means: stay silent. A repeated message gets the replies it got before.

        With `deliver` the replies also wait in the outbox for a sender; without, the caller shows them. A
        `guest` belongs to another organisation: nothing of the team's onboarding is told. `lead` is said first,
        in the same transaction: what opens a thread. `shape` puts what is said together as the platform shows it; it
        must be pure.
        """
        if manner == "silent":
            return ()
        knowledge = self._knowledge
        reference = telemetry.reference(message)

        def whole(said: tuple[Reply, ...]) -> tuple[Reply, ...]:
            return (*lead, *shape(said))

        try:
            return self._counted(await self._turn(knowledge, message, deliver, manner, guest, whole))
        except StoreError as error:
            self.tally("refused")
            log.warning("turn_refused", place=telemetry.place_hash(message.place), ref=reference, why=str(error))
            raise
        except Exception:
            # The one place that catches everything: a person never sees a traceback, the log always does.
            self.tally("failed")
            log.exception("turn_failed", place=telemetry.place_hash(message.place), ref=reference)
            apology = voice.line(knowledge.catalog, "apology", ref=reference)
            return await self.tell(message, *lead, apology) if deliver and manner != "shadow" else (apology,)

    def _counted(self, said: tuple[Reply, ...]) -> tuple[Reply, ...]:
        self.tally("answered" if said else "silent")
        return said

    async def _turn(
        self,
        knowledge: Knowledge,
        message: Message,
        deliver: bool,
        manner: Manner,
        guest: bool,
        shape: Shape,
    ) -> tuple[Reply, ...]:
        asked = commands.parse(message.text) or privacy.read(knowledge.catalog, message)
        if manner != "shadow" and message.addressed and asked == commands.Forget(sure=True):
            return await self._leave(message, deliver, shape)
        around = await self._around(message, asked)
        peeked = None if _begins(message) else await self._store.peek(message.place)
        home = await self._home(message, peeked)
        if home is not None:
            message, around = replace(message, place=home), replace(around, from_afar=True)
            peeked = await self._store.peek(home)
        state = peeked or Conversation()
        waited_for = message.addressed or _waits(knowledge.catalog, state.interview, message)
        if not waited_for and peeked is None and manner == "asked":
            return ()
        found = _find(knowledge, message, state)  # before the transaction, which must be short
        if not waited_for and (not _is_sure_question(message, found, manner) or await self._store.muted(message.place)):
            return ()

        def decide_now(kept: Conversation | None) -> Turn[Conversation]:
            now = kept or Conversation()
            # Someone else may have spoken since the peek: then "and AIOps?" means something else.
            current = found if now.context == state.context else _find(knowledge, message, now)
            turn = decide(Step(knowledge.catalog, message, now, current, self._ask_human, guest, around))
            if manner == "shadow":
                return Turn(kept, (), _shadowed(message, current, turn))
            return replace(turn, replies=shape(turn.replies))

        turned = await self._store.turn(message, decide_now, deliver=deliver)
        if turned.repeated:
            return await self._store.replies(message)
        return turned.replies

    async def _leave(self, message: Message, deliver: bool, shape: Shape) -> tuple[Reply, ...]:
        """Forget the author, and say so. A repeated message is told the same where nobody delivers it."""
        said = shape((privacy.gone(self.catalog),))
        turned = await self._store.leave(message, *said, deliver=deliver)
        return () if turned.repeated and deliver else said

    async def _home(self, message: Message, peeked: Conversation | None) -> Place | None:
        """Find where the roadmap is that a message is about, when it is said where its author has none; else None."""
        held = peeked.interview if peeked else None
        if held is not None and held.owner == message.author:
            return None
        command = _own(self.catalog, message) if message.addressed else None
        if held is not None and isinstance(command, commands.Move | commands.Walk):
            return None
        if command is None and (held is not None or not message.place.private or message.text.startswith("/")):
            return None
        found = [each for each in await self._roads(message.place.owner, message.author) if each[0] != message.place]
        if command is None:  # in private, words may answer what was asked there about it
            found = [each for each in found[:1] if dialogue.read(self.catalog, each[1], message.text)]
        return found[0][0] if found else None

    async def _roads(self, tenant: str, author: str) -> tuple[tuple[Place, Interview], ...]:
        """List somebody's agreed plans and where they are, the last touched first."""
        homes = await self._store.homes(tenant, author)
        held = [(place, state.interview) for place, state in homes if state.interview is not None]
        return tuple(each for each in held if each[1].owner == author and each[1].kept is not None)

    async def _around(self, message: Message, asked: commands.Command | None) -> Around:
        """Read what a team view needs, or somebody who asks what is kept of them; nothing for any other message."""
        if asked == commands.Data():
            kept = await self._store.about(message.place.owner, message.author)
            return Around(kept=json.dumps(kept, ensure_ascii=False, indent=1))
        command = asked or (beyond.read(self.catalog, message.text) if message.addressed else None)
        if not isinstance(command, commands.Team):
            return Around()
        tenant, channel = message.place.owner, "" if message.place.private else message.place.channel
        found = await self._roads(tenant, message.author)
        if not channel and found and not found[0][0].private:
            channel = found[0][0].channel
        road = interview.road(self.catalog.roadmap, found[0][1]) if found else None
        standing = team.write(team.standing(road)) if road else ""
        if not channel:
            return Around(standing=standing)
        people, counted = await self._store.counted(tenant, channel, message.author)
        return Around(channel, standing, people, counted)

    async def said(self, message: Message) -> tuple[Reply, ...]:
        """Say again what was said to a message, while that is kept; nothing of it happens again.

        What was about a roadmap elsewhere was said there.
        """
        found = await self._store.replies(message)
        for place, _ in () if found else await self._roads(message.place.owner, message.author):
            found = found or await self._store.replies(replace(message, place=place))
        return found

    async def tell(self, message: Message, *replies: Reply) -> tuple[Reply, ...]:
        """Say something to a message without thinking about it, once, by the sender; what the thread remembers stays.

        Raises StoreError when the store can't take it now.
        """
        await self._store.turn(message, lambda kept: Turn(kept, replies))
        return replies

    async def muted(self, place: Place) -> bool:
        """Tell whether people asked for quiet in this place's channel: then nobody is spoken to unasked."""
        return await self._store.muted(place)

    async def may_greet(self, place: Place, author: str) -> bool:
        """Tell whether somebody may be greeted unasked: a stranger here, where nobody asked for quiet."""
        if await self._store.peek(place) is not None or await self._store.muted(place):
            return False
        return not await self._store.ungreeted(place.owner, author)

    async def given(self, place: Place, ref: str = "") -> AnswerId | None:
        """Find the answer given in a place under `ref`, or the last one there; None when it is too far back."""
        state = await self._store.peek(place)
        found = [each for each in (state.answered if state else ()) if ref in ("", each.ref)]
        return found[-1].id if found else None

    async def roadmaps(self, tenant: str, author: str) -> tuple[tuple[str, Interview], ...]:
        """List somebody's roadmaps, the last touched first, each with the key of its place."""
        owned = await self._store.owned(tenant, author)
        return tuple(
            (key, state.interview) for key, state in owned if state.interview and state.interview.owner == author
        )

    async def at_home(self, tenant: str, author: str) -> tuple[Place, Road, Text] | None:
        """Find somebody's roadmap, the one last touched of several: its place, and a line on where they are on it."""
        found = await self._roads(tenant, author)
        road = interview.road(self.catalog.roadmap, found[0][1]) if found else None
        return (found[0][0], road, together.at_home(self.catalog, road)) if road else None

    async def remind(self, tenant: str, author: str, now: datetime) -> tuple[Reply, ...]:
        """Say what somebody is to be reminded of by now, where nobody sends it to them: once."""
        due = await self._store.alarms(tenant, author, now)
        return tuple([reply for each in due for reply in await self.handle(each.message(now))])

    async def open(self, place: Place, author: str) -> tuple[Reply, ...]:
        """Say what someone sees who comes (back) to a thread: the open question, or a welcome."""
        catalog = self._knowledge.catalog
        state = await self._store.peek(place)
        if state is None:
            return (dialogue.welcome(catalog),)
        return dialogue.reopened(catalog, state.interview, author)


def _begins(message: Message) -> bool:
    """Whether a message is the first of its thread, which is named after it: nothing can be remembered there yet."""
    return message.id == f"{message.place.tenant}/{message.place.key}"


def _own(catalog: Catalog, message: Message) -> commands.Command | None:
    """Read a command, or words, about its author's own roadmap; None for anything else."""
    text = message.text
    said = commands.parse(text) or commands.spoken(text) or keepsakes.read(catalog, text)
    said = said or beyond.read(catalog, text)
    return said if isinstance(said, beyond.Own) and not isinstance(said, commands.Ring) else None


def _waits(catalog: Catalog, held: Interview | None, message: Message) -> bool:
    """Whether something unaddressed is meant for us: the answer to an open question, or a word on one's reminders."""
    if dialogue.waits_for(catalog, held, message):
        return True
    mine = held is not None and held.owner == message.author and held.kept is not None
    return mine and beyond.read(catalog, message.text) is not None


def _find(knowledge: Knowledge, message: Message, state: Conversation) -> Found:
    """Match a message in the light of what was said before; an answer to the interview goes on from no other answer."""
    answering = dialogue.answers_it(knowledge.catalog, state.interview, message)
    matches = knowledge.matcher.match(message.text, None if answering else state.context)
    return Found(matches, knowledge.matcher.after(matches, state.context))


def _is_sure_question(message: Message, found: Found, manner: Manner) -> bool:
    """Whether to speak up unasked: somebody puts a question, and there is no doubt about any of it.

    What people ask each other at work ("is the build green?") is close to onboarding: that needs the admin's word.
    """
    sure = [match for match in found.matches if isinstance(match, Sure) and match.score >= UNASKED]
    kinds = [match.answer.kind.partition(":")[0] for match in sure]
    spared = {"smalltalk"} if manner != "asked" else {"smalltalk", "onboarding"}
    return "?" in message.text and bool(sure) and len(sure) == len(found.matches) and not spared & set(kinds)


def _shadowed(message: Message, found: Found, turn: Turn[Conversation]) -> tuple[Shadowed, ...]:
    """Note what would have been said."""
    sure = [str(match.answer) for match in found.matches if isinstance(match, Sure)]
    answer = "; ".join(sure) or next((reply.title or reply.plain for reply in turn.replies), "")
    return (Shadowed(message.place.channel, message.text, answer[:200], message.at),) if turn.replies else ()
