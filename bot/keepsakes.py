"""A roadmap to take along: its picture, a calendar, files to read, print or load again; for its owner alone.

What a file holds is made by `bot.roadmap`; here it gets its name and the words that go with it. Pure: must never draw
pixels (that is done at delivery), nor decide what is on the road.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot import markup
from bot.catalog import sayings
from bot.catalog.schema import Catalog
from bot.chat import PICTURE, Button, Buttons, File, Reply
from bot.commands import Export, Form
from bot.roadmap import exports, picture
from bot.roadmap.road import Road
from bot.voice import line, say

FILES: Final[Mapping[Form, tuple[str, str]]] = {
    "picture": ("roadmap.svg", PICTURE),
    "ics": ("roadmap.ics", "text/calendar"),
    "markdown": ("roadmap.md", "text/markdown"),
    "html": ("roadmap.html", "text/html"),
    "csv": ("roadmap.csv", "text/csv"),
    "json": ("roadmap.json", "application/json"),
}
_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 120  # characters of such a wish


def read(catalog: Catalog, said: str) -> Export | None:
    """Read "export as calendar" and "give me the picture": a wish and one form, in words known here and no other."""
    words = _WORD.findall(said[:_LONGEST].casefold())
    if not words or len(said) > _LONGEST:
        return None
    asks, fillers = (_known(catalog, f"export-{name}-said") for name in ("asks", "fillers"))
    if not asks & set(words):
        return None
    forms = {form: _known(catalog, f"export-{form}-said") for form in FILES}
    meant = [form for form, known in forms.items() if known & set(words)]
    if len(meant) > 1 or not set(words) <= asks | fillers | set().union(*forms.values()):
        return None
    if meant:
        return Export(meant[0])
    return Export() if set(words) & _known(catalog, "export-asks-alone-said") else None


def _known(catalog: Catalog, key: str) -> frozenset[str]:
    return sayings.words(catalog.replies[key])


def row(catalog: Catalog) -> Buttons:
    """Offer every form, as one row."""
    items = [Button(say(catalog, f"export-{form}-label"), f"/export {form}", "quiet") for form in FILES]
    return Buttons(tuple(items), say(catalog, "export-label"))


def given(catalog: Catalog, road: Road | None, form: Form | None, at: datetime) -> Reply:
    """Give a form of somebody's road, for their eyes; without a form offer all, without a road say so."""
    if road is None:
        return line(catalog, "export-nothing", asker=True)
    if form is None:
        return Reply((row(catalog),), audience="asker")
    return Reply((_file(catalog, road, form, at),), audience="asker")


def _file(catalog: Catalog, road: Road, form: Form, at: datetime) -> File:
    name, media = FILES[form]
    words, today = catalog.replies, at.date()
    if form == "picture":
        light = picture.draw(road, today=today, words=words, theme="light")
        dark = picture.draw(road, today=today, words=words, theme="dark")
        return File(name, media, light, picture.alt(road, today, words), dark)
    values = {"start": road.start.isoformat(), "end": road.end.isoformat()}
    return File(name, media, _text(road, form, words, at), markup.plain(say(catalog, f"export-{form}", **values)))


def _text(road: Road, form: Form, words: Mapping[str, str], at: datetime) -> str:
    match form:
        case "ics":
            return exports.ics(road, words, at)
        case "markdown":
            return exports.markdown(road, words)
        case "html":
            return exports.html(road, at.date(), words)
        case "csv":
            return exports.csv(road, words)
    return exports.json(road)
