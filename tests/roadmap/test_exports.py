"""Files of a road: each is read back by what reads such files, and nothing in a title becomes more than words."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from icalendar import Calendar
from markdown_it import MarkdownIt

from bot.catalog.script import Roadmap
from bot.roadmap import exports
from bot.roadmap.lettering import clean
from bot.roadmap.road import Mark, Passed, Road, Stretch
from tests.roadmap.roads import TODAY, lived, roads

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "roadmap-file.md"


def events(text: str) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


# JSON ---------------------------------------------------------------------------------------
@settings(max_examples=50, deadline=None)
@given(road=roads())
def test_a_road_written_as_json_is_read_back_the_same(road: Road) -> None:
    written = exports.json(road)
    assert road == exports.read_json(written)
    assert written == exports.json(exports.read_json(written))


def changed(script: Roadmap, **values: object) -> str:
    return json.dumps(json.loads(exports.json(lived(script))) | values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON object"),
        ("[" * 5000, "no JSON object"),
        ("[]", "no JSON object"),
        ("{}", '`format` must be "whichops-roadmap"'),
        ('{"format": "whichops-roadmap"}', "version None; version 1 can be read"),
        ('{"format": "whichops-roadmap", "version": 1}', "`topic`: Field required"),
        (" " * 1_000_001, "too long"),
    ],
)
def test_what_is_no_roadmap_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(exports.RoadError, match=re.escape(told)):
        exports.read_json(text)


def test_a_roadmap_that_cannot_be_is_refused_by_the_place_that_is_wrong(script: Roadmap) -> None:
    road = json.loads(exports.json(lived(script)))
    first, second, *_ = road["stretches"]
    wrong: dict[str, dict[str, Any]] = {
        "`stretches.0.hours`": {"stretches": [first | {"hours": "many"}]},
        "`hours_a_week`": {"hours_a_week": "NaN"},
        "`stretches.0.resources.0.url`": {
            "stretches": [first | {"resources": [{"title": "x", "url": "javascript:alert(1)"}]}]
        },
        f"{first['id']} is in it twice": {"stretches": [first, first]},
        f"{second['id']} ends before it starts": {"stretches": [first, second | {"to": "2020-01-01"}]},
        "`end` is before `start`": {"end": "2020-01-01"},
    }
    for told, values in wrong.items():
        with pytest.raises(exports.RoadError, match=re.escape(told)):
            exports.read_json(changed(script, **values))


def test_every_field_of_the_file_is_documented() -> None:
    told = set(re.findall(r"^\| `(\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    marks = set(Mark.model_fields)
    own = {field.name for each in (Road, Stretch, Passed) for field in fields(each)}
    assert own | marks | {"format", "version", "url", "checked"} == told


# Calendars ------------------------------------------------------------------------------------
@settings(max_examples=50, deadline=None)
@given(road=roads())
def test_a_calendar_reads_back_one_whole_day_event_a_module(road: Road, words: dict[str, str]) -> None:
    read = events(exports.ics(road, words, AT))
    assert len(road.stretches) == len(read)
    for stretch, event in zip(road.stretches, read, strict=True):
        assert (stretch.start, stretch.to + timedelta(days=1)) == (event.start, event.end)
        assert clean(stretch.title) in str(event["SUMMARY"])
        assert AT == event.DTSTAMP
        assert [] == event.walk("VALARM")


def test_an_export_after_a_change_moves_what_is_there_and_doubles_nothing(
    script: Roadmap, words: dict[str, str]
) -> None:
    road = lived(script)
    later = tuple(
        replace(each, start=each.start + timedelta(days=9), to=each.to + timedelta(days=9)) for each in road.stretches
    )
    changed = replace(road, path="another", topic="devops", stretches=later)
    before, after = events(exports.ics(road, words, AT)), events(exports.ics(changed, words, AT + timedelta(hours=1)))
    assert [each["UID"] for each in before] == [each["UID"] for each in after]
    assert len(road.stretches) == len({each["UID"] for each in before})
    assert all(new["SEQUENCE"] > old["SEQUENCE"] for old, new in zip(before, after, strict=True))
    assert all(new.start > old.start for old, new in zip(before, after, strict=True))
    assert all(0 < each["SEQUENCE"] < 2**31 for each in after)


def test_a_calendar_is_the_same_however_often_it_is_made(script: Roadmap, words: dict[str, str]) -> None:
    road = lived(script)
    assert exports.ics(road, words, AT) == exports.ics(road, words, AT)
    states = [str(each["STATUS"]) for each in events(exports.ics(road, words, AT))]
    assert ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"] == states[:5]


# Tables, Markdown, pages ----------------------------------------------------------------------
@settings(max_examples=50, deadline=None)
@given(road=roads())
def test_a_table_reads_back_and_holds_no_formula(road: Road, words: dict[str, str]) -> None:
    head, *rows = csv.reader(io.StringIO(exports.csv(road, words).removeprefix("\ufeff"), newline=""))
    assert len(road.stretches) == len(rows)
    for stretch, row in zip(road.stretches, rows, strict=True):
        told = dict(zip(head, row, strict=True))
        assert clean(stretch.title) == told["Module"].removeprefix("'") or clean(stretch.title) == told["Module"]
        assert (stretch.start.isoformat(), str(stretch.hours)) == (told["From"], told["Hours"])
        assert not any(cell.strip()[:1] in ("=", "+", "-", "@") for cell in row if cell)


def test_a_formula_in_a_title_is_disarmed(script: Roadmap, words: dict[str, str]) -> None:
    road = lived(script)
    for title in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"):
        one = replace(road, stretches=(replace(road.stretches[0], title=title),))
        assert f'"\'{clean(title)}"' in exports.csv(one, words)


@settings(max_examples=40, deadline=None)
@given(road=roads())
def test_markdown_shows_titles_as_they_are(road: Road, words: dict[str, str]) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).parse(exports.markdown(road, words))
    inline = [child for token in tokens for child in token.children or []]
    assert not [token for token in (*tokens, *inline) if token.type in ("html_block", "html_inline", "image", "fence")]
    strong = ["".join(child.content for child in token.children or []) for token in tokens if token.type == "inline"]
    told = "\n".join(strong)
    for each in road.stretches:
        assert re.sub(r"\s|\u00a0", "", clean(each.title)) in re.sub(r"\s|\u00a0", "", told)
    links = [child.attrs["href"] for child in inline if child.type == "link_open"]
    assert len([one for each in road.stretches for one in each.resources]) == len(links)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.titles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["h2"]:
            self.titles.append(data)


@settings(max_examples=40, deadline=None)
@given(road=roads())
def test_a_page_holds_no_markup_of_a_title_and_loads_nothing(road: Road, words: dict[str, str]) -> None:
    page = _Page()
    page.feed(exports.html(road, TODAY, words))
    known = {"html", "head", "meta", "title", "style", "body", "main", "figure", "section", "h1", "h2", "ol", "li", "p"}
    assert set(page.tags) <= known | {"a", "svg", "desc", "rect", "circle", "path", "text"}
    assert [str(one.url) for each in road.stretches for one in each.resources] == page.links
    titles = [clean(each.title) for each in road.stretches if clean(each.title)]
    assert "".join(titles) == "".join(page.titles)
