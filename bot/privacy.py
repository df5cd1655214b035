"""What somebody may ask of what is kept of them: to see it, and to have it deleted.

Pure: must never decide whose a row is, nor delete one; the store does.
"""

from __future__ import annotations

from typing import Final

from bot import markup
from bot.catalog.sayings import listed, plainly
from bot.catalog.schema import Catalog
from bot.chat import Button, Buttons, File, Message, Reply, Text
from bot.commands import Data, Forget
from bot.voice import line, say

_SAID: Final[tuple[tuple[str, Forget | Data], ...]] = (
    ("forget-said", Forget()),
    ("forget-now-said", Forget(sure=True)),
    ("data-said", Data()),
)


def read(catalog: Catalog, message: Message) -> Forget | Data | None:
    """Read such a wish as people say it to us; None for anything else."""
    if not message.addressed:
        return None
    words = plainly(message.text[:80])
    return next((each for key, each in _SAID if words in listed(catalog.replies[key])), None)


def ask(catalog: Catalog) -> Reply:
    """Say what would be deleted, and ask."""
    now = Buttons((Button(say(catalog, "forget-now"), "/forget now", "primary"),))
    return Reply((Text(say(catalog, "forget-asked")), now), audience="asker")


def gone(catalog: Catalog) -> Reply:
    """Say that everything is deleted: the last word."""
    return line(catalog, "forgotten", asker=True)


def given(catalog: Catalog, kept: str) -> Reply:
    """Give somebody what is kept of them (JSON), for their eyes only."""
    file = File("my-data.json", "application/json", kept, markup.plain(say(catalog, "data-file")))
    return Reply((Text(say(catalog, "data-given")), file), audience="asker")
