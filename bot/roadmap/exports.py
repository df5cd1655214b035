"""A road as files to take along: Markdown, JSON, CSV, iCalendar, a page to print. Pure.

The JSON is whole: what `read_json` makes of it is the same road (docs/roadmap-file.md tells its fields). The others
are for people. Whatever a title holds, it can't become markup, a formula or an address.
"""

from __future__ import annotations

import csv as spreadsheets
import io
import re
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bot.errors import WhichopsError
from bot.roadmap.ical import ics
from bot.roadmap.lettering import clean
from bot.roadmap.page import html
from bot.roadmap.road import Road, Stretch
from bot.roadmap.wording import Words, done, facts, lane, pace, period, say, state

__all__ = ["RoadError", "csv", "html", "ics", "json", "markdown", "read_json"]

FORMAT: Final = "whichops-roadmap"
VERSION: Final = 1
_LONGEST: Final = 1_000_000  # characters of a file that is read
_ROADS: Final = TypeAdapter(Road)
_FILES: Final = TypeAdapter(dict[str, Any])
_SIGNS: Final = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
_FORMULA: Final = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")  # the last four are their wide twins
_SHOWN: Final = 3  # problems of a file that are told


class RoadError(WhichopsError):
    """A file is no roadmap; the text says where and why."""


# JSON ---------------------------------------------------------------------------------------
def json(road: Road) -> str:
    """Write a road, whole."""
    told = {"format": FORMAT, "version": VERSION, **_ROADS.dump_python(road, mode="json")}
    return _FILES.dump_json(told, indent=2).decode() + "\n"


def read_json(text: str) -> Road:
    """Read what `json` wrote. Raises RoadError for anything else."""
    if len(text) > _LONGEST:
        raise RoadError(f"this file is too long for a roadmap: {len(text)} characters, at most {_LONGEST} are read")
    try:
        held = _FILES.validate_json(text)
    except ValidationError as error:
        raise RoadError(f"this is no JSON object: {error.errors()[0]['msg']}") from None
    if held.pop("format", None) != FORMAT:
        raise RoadError(f'this is no roadmap of Whichops: its `format` must be "{FORMAT}"')
    version = held.pop("version", None)
    if version != VERSION:
        raise RoadError(f"this roadmap is of version {str(version)[:20]}; version {VERSION} can be read here")
    try:
        road = _ROADS.validate_python(held)
    except ValidationError as error:
        raise RoadError(_told(error)) from None
    _check(road)
    return road


def _told(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    told = [f"`{'.'.join(map(str, each['loc']))[:80]}`: {each['msg']}" for each in problems[:_SHOWN]]
    more = len(problems) - len(told)
    return "this roadmap can't be read: " + "; ".join(told) + (f"; and {more} more" if more else "")


def _check(road: Road) -> None:
    """Refuse what no plan can be."""
    ids = [each.id for each in road.stretches]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise RoadError(f"this roadmap can't be read: the module {clean(twice)[:60]} is in it twice")
    late = next((each for each in road.stretches if each.to < each.start), None)
    if late:
        raise RoadError(f"this roadmap can't be read: the module {clean(late.id)[:60]} ends before it starts")
    if road.end < road.start:
        raise RoadError("this roadmap can't be read: `end` is before `start`")


# For people -----------------------------------------------------------------------------------
def markdown(road: Road, words: Words) -> str:
    """Write a road as Markdown with boxes to tick."""
    said = [
        f"# {_plain(say(words, 'export-name', topic=road.topic_title))}",
        f"**{_plain(road.title)}**",
        _plain(f"{period(words, road)} · {pace(words, road)} · {_progress(words, road)}"),
        "\n".join(_item(road, each, words) for each in road.stretches),
    ]
    if road.known:
        known = [f"- {_plain(each.title)}" for each in road.known]
        said.append("\n".join([f"## {_plain(words['export-known'])}", "", *known]))
    if road.later:
        later = [f"- {_plain(each)}" for each in road.later]
        said.append("\n".join([f"## {_plain(words['picture-later'])}", "", *later]))
    said.append(f"_{_plain(words['picture-note'])}_")
    return "\n\n".join(each for each in said if each) + "\n"


def csv(road: Road, words: Words) -> str:
    """Write a road as a table, a row a module, for spreadsheets: comma, CRLF, and a sign that it is UTF-8."""
    out = io.StringIO()
    writer = spreadsheets.writer(out, quoting=spreadsheets.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_cell(each) for each in words["export-columns"].split("; "))
    for place, each in enumerate(road.stretches, 1):
        links = " ".join(resource.url for resource in each.resources)
        since = each.mark.on.isoformat() if each.mark else ""
        what = (place, each.id, each.title, lane(words, each.track), each.hours, each.start, each.to)
        writer.writerow(map(_cell, (*what, state(words, each, road), since, each.exit, links)))
    return "\ufeff" + out.getvalue()


def _item(road: Road, each: Stretch, words: Words) -> str:
    box = "x" if each.mark and each.mark.state == "done" else " "
    lines = [f"- [{box}] **{_plain(each.title)}**: {_plain(', '.join(facts(words, road, each)))}"]
    lines += [f"    - {_plain(say(words, 'export-exit', exit=each.exit))}"] if each.exit else []
    lines += [f"    - [{_plain(resource.title)}](<{resource.url}>)" for resource in each.resources]
    return "\n".join(lines)


def _progress(words: Words, road: Road) -> str:
    return say(words, "export-progress", done=done(road), total=len(road.stretches))


def _plain(text: str) -> str:
    """Keep a text from being Markdown."""
    return _SIGNS.sub(r"\\\1", clean(text))


def _cell(value: object) -> str:
    """Keep a cell from being a formula (OWASP, CSV Injection): a quote before what would begin one."""
    said = clean(value) if isinstance(value, str) else str(value)
    return f"'{said}" if _FORMULA.match(said) else said
