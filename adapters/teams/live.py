"""The one card an interview goes on in: what becomes of replies there, and the mark that tells a fresh press.

In a place of cards "Noted: ..." and the next question are one thing, drawn in the place of the question before. Pure:
must never decide what is said, only what is said together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from adapters.saying import says
from adapters.wire import Json
from bot import commands, markup
from bot.chat import Block, Message, Note, Reply, Text
from bot.commands import Move
from bot.store import Outgoing

NONCE: Final = 12  # characters of a card's mark


def is_live(reply: Reply) -> bool:
    """Tell whether an interview goes on from this reply."""
    return any(isinstance(commands.parse(each), Move) for each in says(reply))


def is_line(reply: Reply) -> bool:
    """Tell whether a reply is mere words."""
    return not reply.title and all(isinstance(block, Text) for block in reply.blocks)


# What is said together --------------------------------------------------------------------
def fold(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Put the lines that lead to a question onto its card."""
    folded: list[Reply] = []
    for reply in replies:
        while is_live(reply) and folded and is_line(folded[-1]) and folded[-1].audience == reply.audience:
            reply = _together([folded.pop(), reply])  # noqa: PLW2901 - it grows upwards
        folded.append(reply)
    return tuple(folded)


def onto(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Put everything the thread sees onto one card; what only the presser sees stays apart."""
    told = [reply for reply in replies if reply.audience == "asker"]
    seen = [reply for reply in replies if reply.audience == "thread"]
    direct = [reply for reply in replies if reply.audience == "direct"]
    return (*told, *([_together(seen)] if seen else ()), *direct)


def _together(replies: Sequence[Reply]) -> Reply:
    """Make one reply of several: its title is the first one's that has one."""
    title, blocks = "", list[Block]()
    for reply in replies:
        if reply.title and title:
            blocks.append(Text(f"**{markup.escape(reply.title)}**"))
        title = title or reply.title
        led = is_line(reply) and reply is not replies[-1]
        blocks += [Note(each.markdown) if led and isinstance(each, Text) else each for each in reply.blocks]
    return Reply(tuple(blocks), title, replies[0].audience)


# The mark of a card -----------------------------------------------------------------------
def nonce(message: Message, part: int) -> str:
    """Mark the card of one reply: the same here and when it is delivered."""
    return marked(Outgoing(0, message.place, message.author, message.id, part, Reply(()), 0))


def marked(outgoing: Outgoing) -> str:
    """Mark the card of a reply that is delivered."""
    return outgoing.mark[:NONCE]


def plainly(replies: Iterable[Reply]) -> str:
    """Write what only the presser sees as words."""
    return "\n\n".join(reply.plain for reply in replies if reply.plain)


def answer(kind: str, value: Json | str) -> Json:
    """Answer a press: `kind` is "card" with the next card, or "words" that only the presser sees."""
    names = {"card": "application/vnd.microsoft.card.adaptive", "words": "application/vnd.microsoft.activity.message"}
    return {"statusCode": 200, "type": names[kind], "value": value}
