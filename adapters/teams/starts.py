"""Begin a thread in somebody's name: the opening is committed with its answer and posted by the sender.

What was committed before its thread existed moves along into it, so nothing is posted that wasn't kept, and nothing
that was kept stays unsaid. Must never decide what is answered.
"""

from __future__ import annotations

from dataclasses import replace

from adapters.saying import FRESH, fresh_thread
from bot import markup, voice
from bot.catalog.schema import Catalog
from bot.chat import Place, Reply, Text
from bot.store import Outgoing

ASKER = "\ue002"  # the handle of who asked, in an opening: nothing anybody can write
QUOTED = 900  # characters of what somebody said that are shown where it is answered


def fresh(place: Place, id_: str) -> Place:
    """Stand in for the thread that will be begun for one message."""
    return replace(place, thread=fresh_thread(id_), private=False)


def is_fresh(place: Place) -> bool:
    """Tell whether a place waits for its thread."""
    return place.thread.startswith(FRESH)


def lead(catalog: Catalog, key: str, said: str = "") -> Reply:
    """Say what a thread begins with, and for whom."""
    quoted = markup.escape(said if len(said) <= QUOTED else said[: QUOTED - 1] + "…")
    line = voice.say(catalog, key, who="\ue000", said="\ue001")
    return Reply((Text(line.replace("\ue000", ASKER).replace("\ue001", quoted), mentions=(ASKER,)),))


def named(reply: Reply, name: str) -> Reply:
    """Write the asker's name into an opening: it is never kept, so it comes last."""
    blocks = [
        replace(each, markdown=each.markdown.replace(ASKER, name), mentions=(name,))
        if isinstance(each, Text) and ASKER in each.mentions
        else each
        for each in reply.blocks
    ]
    return replace(reply, blocks=tuple(blocks))


def is_opening(outgoing: Outgoing) -> bool:
    """Tell whether a reply opens a thread, or a part of one, in somebody's name."""
    return outgoing.part == 0 and any(
        isinstance(block, Text) and ASKER in block.mentions for block in outgoing.reply.blocks
    )
