"""Read the parts of an activity: texts, words, presses; write conversations as places and back. Never raises.

An activity is signed, yet every field is read as if it could be missing or of another kind: one of a new shape must
end as "ignored", never as an error. What is inside a card's data was in a client's hands: it is words, no more.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from adapters.saying import FRESH, QUIETLY, ROADMAP, WHICHOPS, named
from adapters.teams.api import Kind
from adapters.wire import Json, listed, table, text
from bot.chat import Place

PLATFORM: Final = "teams"
MAIN: Final = "main"  # the thread of a conversation without threads

_ONLY: Final = "only:"
_ROOT: Final = ";messageid="
_AT: Final = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_BLANKS: Final = re.compile(r"[\u00a0\u2007\u202f]")
_LONGEST: Final = 4_000  # characters of what a press says


def moment(stamp: str, now: datetime) -> datetime:
    """Read an activity's timestamp; `now` where it is none, has no zone, or is of the future."""
    try:
        found = datetime.fromisoformat(stamp)
        return min(found.astimezone(UTC), now) if found.tzinfo else now
    except (ValueError, OverflowError):
        return now


# Conversations and places -----------------------------------------------------------------
def split(conversation: str) -> tuple[str, str]:
    """Part a conversation's id: the channel or chat, and the thread in it."""
    channel, found, root = conversation.partition(_ROOT)
    return (channel, root) if found and channel and root else (conversation, MAIN)


def joined(channel: str, thread: str) -> str:
    """Put the id of a conversation together again: where a reply to this thread is posted."""
    if thread.startswith(_ONLY):
        thread = thread.removeprefix(_ONLY).rpartition("@")[2]
    return channel if thread == MAIN or thread.startswith(FRESH) else f"{channel}{_ROOT}{thread}"


def quiet_thread(author: str, thread: str) -> str:
    """Name the conversation that only `author` sees beside a thread."""
    return f"{_ONLY}{author}@{thread}"


def is_quiet(place: Place) -> bool:
    """Tell whether only one person sees this conversation, in a channel or chat of many."""
    return place.thread.startswith(_ONLY)


def aloud(place: Place) -> Place:
    """Find the place that a quiet one is beside; any other is itself."""
    if not is_quiet(place):
        return place
    return Place(PLATFORM, place.tenant, place.channel, place.thread.rpartition("@")[2])


def kind_of(conversation: Json) -> Kind:
    """Tell what kind of conversation it is. Local clients leave the kind out: then its id tells."""
    match text(conversation, "conversationType"):
        case "personal":
            return "personal"
        case "groupChat":
            return "groupChat"
        case "channel":
            return "channel"
    id_ = text(conversation, "id")
    if _ROOT in id_ or "@thread.tacv2" in id_ or "@thread.skype" in id_:
        return "channel"
    return "groupChat" if conversation.get("isGroup") is True or id_.startswith("19:") else "personal"


# Words ------------------------------------------------------------------------------------
def mentions(activity: Json, bot: str) -> bool:
    """Tell whether an activity mentions us."""
    return any(True for _ in _mentions(activity, bot))


def _mentions(activity: Json, bot: str) -> Iterator[str]:
    for entity in listed(activity, "entities"):
        if text(entity, "type").lower() == "mention" and text(table(entity.get("mentioned")), "id") == bot and bot:
            yield text(entity, "text")


def spoken(activity: Json, bot: str) -> str:
    """Turn a message's text into the words the person sees, without the mentions of us."""
    said = text(activity, "text")
    for mention in _mentions(activity, bot):
        if mention:
            said = said.replace(mention, " ", 1)
    said = _AT.sub(lambda found: "@" + found[1].strip(), said)
    if text(activity, "textFormat") == "xml":
        said = _TAG.sub(" ", said)
    said = _BLANKS.sub(" ", html.unescape(said))
    return "\n".join(" ".join(line.split()) for line in said.splitlines()).strip(" \n,:")


def commanded(said: str, *, command: bool) -> tuple[str, bool]:
    """Read commands as people write them: what was said, and whether it is to be answered quietly.

    `roadmap`, `/roadmap`, `/roadmap stop`, `/whichops private what is MLOps`; with `command` (Teams' own slash
    command) also `help`. Everything else is left as it is.
    """
    words = said.split()
    if words and words[0].lower() == WHICHOPS:
        said, words, command = said[len(words[0]) :].strip(), words[1:], True
    quietly = bool(words) and (words[0].lower() == "/" + QUIETLY or (command and words[0].lower() == QUIETLY))
    if quietly:
        said, words, command = said[len(words[0]) :].strip(), words[1:], True
    name = words[0].lower() if words else ""
    if name == ROADMAP:
        return named(words[1:]) or ROADMAP, quietly
    if len(words) == 1 and name in ("roadmap", "share"):
        return f"/{name}", quietly
    if command and name == "roadmap" and named(words[1:]):
        return named(words[1:]), quietly
    if command and named(words):
        return named(words), quietly
    return said, quietly


def pressed(data: object) -> tuple[str, str]:
    """Tell what a press says, and the card's nonce; ("", "") for a press that says nothing.

    Whatever was chosen in inputs (their ids begin with "pick") is said after it.
    """
    held = table(data)
    says = text(held, "says").strip()
    if not says:
        return "", ""
    picked = [each.strip() for name in sorted(held) if name.startswith("pick") for each in text(held, name).split(",")]
    return " ".join([says, *(each for each in picked if each)])[:_LONGEST], text(held, "n")


def judged(value: object) -> tuple[bool, str] | None:
    """Read the thumbs under an answer: liked or not, and the words that were typed with it; None for another action."""
    told = table(table(value).get("actionValue"))
    reaction = text(told, "reaction")
    if reaction not in ("like", "dislike"):
        return None
    try:
        typed = json.loads(text(told, "feedback") or "{}")
    except (ValueError, RecursionError):
        typed = {}
    return reaction == "like", " ".join(text(table(typed), "feedbackText").split())
