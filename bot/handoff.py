"""Hand a question over to a person: the button that offers it, and the call itself.

Only where the admin named somebody who knows, and where that person can read along. The question is repeated as the
asker's own words, redacted, and never as anything but words. Pure: must never store, send or know a platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import policy
from bot.answers import title
from bot.catalog.schema import AnswerId, Catalog
from bot.chat import Block, Button, Buttons, Place, Reply, Text
from bot.redact import redact
from bot.voice import line, say

WORDS = 300  # characters of a question that are repeated
# Refusals that no colleague could turn into an answer: nobody is called for them.
NOT_FOR_PEOPLE = frozenset({"advice", "collision", "injection", "prices-pay", "unrelated"})


def offered(catalog: Catalog, place: Place, reply: Reply, topics: Sequence[str], ref: str, words: str = "") -> Reply:
    """Add the button that calls somebody who knows, where there is somebody."""
    if place.private or not policy.expert(catalog, place, topics):
        return reply
    says = f"/human {ref} {_kept(words)}".strip()
    return replace(reply, blocks=(*reply.blocks, Buttons((Button(say(catalog, "human-ask"), says),))))


def whom(catalog: Catalog, place: Place, topics: Sequence[str], otherwise: str) -> str:
    """Name who can help, for a refusal's small print: in private that is the expert, who can't be called there."""
    return (policy.expert(catalog, place, topics) if place.private else "") or otherwise


def call(catalog: Catalog, place: Place, topics: Sequence[str], words: str, about: AnswerId | None) -> Reply | None:
    """Call somebody who knows into the thread; None where nobody can be called."""
    handle = policy.expert(catalog, place, topics)
    if place.private or not handle:
        return None
    blocks: list[Block] = [Text(say(catalog, "human-call", whom=handle), mentions=(handle,))]
    if _kept(words):
        blocks.append(Text(say(catalog, "human-words", words=_kept(words))))
    if about:
        blocks.append(Text(say(catalog, "human-about", title=title(catalog, about))))
    return Reply(tuple(blocks))


def refused(catalog: Catalog, place: Place, topics: Sequence[str], otherwise: str) -> Reply:
    """Say that nobody can be called here, and whom to ask instead."""
    name = whom(catalog, place, topics, otherwise)
    if not name:
        return line(catalog, "human-nobody", asker=True)
    return line(catalog, "ask-human", asker=True, whom=name)


def _kept(words: str) -> str:
    return " ".join(redact(words[: WORDS * 4]).split())[:WORDS].strip()
