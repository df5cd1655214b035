"""Draw files for Teams: a picture as an inline image, anything else as a button that opens its address.

A bot can upload nothing to a channel, and to a personal chat only what somebody consents to, file by file, into their
OneDrive. So a picture travels in a message itself, below one with its description (Teams reads out no other). A file
waits at an address of ours (`adapters.taking`), where the admin named one; else it is written out (`cards.file`). Pure.
"""

from __future__ import annotations

from base64 import b64encode

from adapters.files import PNG, Made
from adapters.spans import literal, shorten, words
from adapters.teams import cards, limits
from adapters.teams.words import undated
from adapters.wire import Json
from bot.chat import File


def picture(file: File, made: Made) -> Json | None:
    """Draw a picture, which stands below its words; None where it is too big."""
    if len(made.body) > limits.PICTURE:
        return None
    data = f"data:{PNG};base64,{b64encode(made.body).decode()}"
    shown = {"contentType": PNG, "contentUrl": data, "name": made.name}
    return {"type": "message", "summary": _summary(file), "attachments": [shown]}


def address(file: File, url: str) -> Json:
    """Draw what a file is good for, and the button that opens its address."""
    title = undated(shorten(file.name, limits.LABEL))
    opens = {"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": title, "url": url}]}
    body = [*cards.paragraphs(literal(file.alt)), opens]
    return {"type": "message", "summary": _summary(file), "attachments": [cards.attachment(body)]}


def _summary(file: File) -> str:
    return shorten(" ".join(words(file.alt).split()), limits.SUMMARY) or file.name
