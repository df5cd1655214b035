"""The advisor: one message in, replies out. The only place that combines all the others.

Whatever goes wrong in thinking, the person gets a kind line with a reference and the log gets the
reason. Only a store that can't take the turn raises (StoreError), so that the platform retries.
Must never know a platform or send anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

from bot import answers, dialogue, telemetry
from bot.catalog import load as catalog_load
from bot.catalog.schema import Catalog
from bot.chat import Message, Place, Reply
from bot.conversation import Conversation, Found, Step, decide
from bot.errors import ContentError, StoreError
from bot.matching.matcher import Matcher
from bot.store import Store, Turn

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A catalog and the matcher built from it: swapped together, never half."""

    catalog: Catalog
    matcher: Matcher

    @classmethod
    def of(cls, catalog: Catalog) -> Knowledge:
        """Build the matcher of a catalog."""
        return cls(catalog, Matcher(catalog))


class Advisor:
    """Answers messages from one store and one body of knowledge."""

    def __init__(self, knowledge: Knowledge, store: Store[Conversation], *, ask_human: str = "") -> None:
        self._knowledge = knowledge
        self._store = store
        self._ask_human = ask_human
        self.content_problem = ""  # why the newest content isn't served; empty when it is

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
            self._knowledge = Knowledge.of(catalog_load.load(overlay))
        except ContentError as error:
            self.content_problem = str(error)
            log.error("content_refused", problems=len(error.problems), first=str(error.problems[0]))
        else:
            self.content_problem = ""
            log.info("content_loaded", topics=len(self.catalog.topics), terms=len(self.catalog.glossary.terms))

    async def handle(self, message: Message, *, deliver: bool = False) -> tuple[Reply, ...]:
        """Answer one message; `()` means: stay silent. A repeated message gets the replies it got before.

        With `deliver` the replies also wait in the outbox for a sender; without, the caller shows them.
        """
        knowledge = self._knowledge
        reference = telemetry.reference(message)
        try:
            return await self._turn(knowledge, message, deliver)
        except StoreError as error:
            log.warning("turn_refused", place=telemetry.place_hash(message.place), ref=reference, why=str(error))
            raise
        except Exception:
            # The one place that catches everything: a person never sees a traceback, the log always does.
            log.exception("turn_failed", place=telemetry.place_hash(message.place), ref=reference)
            return (answers.line(knowledge.catalog, "apology", ref=reference),)

    async def _turn(self, knowledge: Knowledge, message: Message, deliver: bool) -> tuple[Reply, ...]:
        state = await self._store.peek(message.place) or Conversation()
        if not message.addressed and not dialogue.waits_for(knowledge.catalog, state.interview, message):
            return ()
        found = _find(knowledge.matcher, message, state)  # before the transaction, which must be short

        def decide_now(kept: Conversation | None) -> Turn[Conversation]:
            now = kept or Conversation()
            # Someone else may have spoken since the peek: then "and AIOps?" means something else.
            current = found if now.context == state.context else _find(knowledge.matcher, message, now)
            return decide(Step(knowledge.catalog, message, now, current, self._ask_human))

        turned = await self._store.turn(message, decide_now, deliver=deliver)
        if turned.repeated:
            return await self._store.replies(message)
        return turned.replies

    async def open(self, place: Place, author: str) -> tuple[Reply, ...]:
        """Say what someone sees who comes (back) to a thread: the open question, or a welcome."""
        catalog = self._knowledge.catalog
        state = await self._store.peek(place)
        if state is None:
            return (dialogue.welcome(catalog),)
        return dialogue.reopened(catalog, state.interview, author)


def _find(matcher: Matcher, message: Message, state: Conversation) -> Found:
    matches = matcher.match(message.text, state.context)
    return Found(matches, matcher.after(matches, state.context))
