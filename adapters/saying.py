"""What presses and slash commands say, alike in every place to chat; and the name of a thread that is yet to begin.

Must never know a platform's wire.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.chat import Button, Buttons, Choices, Reply
from bot.commands import Bad, Feedback, parse

ROADMAP: Final = "/roadmap"
WHICHOPS: Final = "/whichops"
QUIETLY: Final = "private"
SHARE: Final = "/share"
EXPORT: Final = "export"  # takes a word more: what as
# Words after a slash command that are commands themselves; anything else is a question.
WORDS: Final = (
    "help", "status", "stop", "share", "roadmap", "back", "skip", "pause", "resume", "restart", "plan", EXPORT
)  # fmt: skip
ABOUT_ROADMAPS: Final = ("remind", "publish", "team")  # take more words
FRESH: Final = "new:"  # begins the thread of a place whose thread doesn't exist yet


def named(words: Sequence[str]) -> str:
    """Read the words after a slash command as a command of their own; "" where they are a question."""
    name = words[0].lower() if words else ""
    known = (len(words) == 1 and name in WORDS) or (len(words) == 2 and name == EXPORT)
    if name in ABOUT_ROADMAPS and not known:
        said = "/" + " ".join([name, *words[1:]])
        return " ".join(words) if isinstance(parse(said), Bad) else said  # "remind me on Mondays" is words, but ours
    return "/" + " ".join(words).lower() if known else ""


def says(reply: Reply) -> Iterator[str]:
    """List what pressing something on a reply says."""
    for block in reply.blocks:
        if isinstance(block, Buttons):
            yield from (button.says for button in block.items)
        elif isinstance(block, Choices):
            yield block.says


def ref_of(reply: Reply) -> str:
    """Find the reference under which an answer can be judged; "" where it can't."""
    said = (parse(each) for each in says(reply))
    return next((each.ref for each in said if isinstance(each, Feedback)), "")


def shareable(reply: Reply, label: str) -> Reply:
    """Put the "share" button below an answer that only one person sees; anything else stays as it is."""
    said = [parse(each) for each in says(reply)]
    answered = any(isinstance(each, Feedback) and each.helpful for each in said)
    share = Buttons((Button(label, f"{SHARE} {ref_of(reply)}", "primary"),))
    return replace(reply, blocks=(*reply.blocks, share)) if answered and len(said) > 1 else reply


def wants_zone(said: str) -> bool:
    """Tell whether something may be about reminders, so that a platform has to be asked for the person's time zone."""
    return "remind" in said.lower()


def fresh_thread(id_: str) -> str:
    """Name the thread that will be begun for one message."""
    return FRESH + hashlib.blake2b(id_.encode(errors="replace"), digest_size=12).hexdigest()
