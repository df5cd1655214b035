"""The picture of a road: everything is on it, nothing beyond it, and it needs nothing from outside."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.script import Roadmap
from bot.roadmap import picture, widths
from bot.roadmap.lettering import STYLES, Style, clean, width, wrap
from bot.roadmap.palette import PALETTES, Palette, Theme, contrast, mixed
from bot.roadmap.raster import FONTS, png
from bot.roadmap.road import Road
from tests.roadmap import fonts
from tests.roadmap.roads import TODAY, lived, roads

SVG = "{http://www.w3.org/2000/svg}"
THEMES: tuple[Theme, ...] = ("light", "dark")


def texts(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}text"))


def style(text: ET.Element) -> Style:
    if "font-family" in text.attrib:
        return "display"
    return "strong" if text.attrib["font-weight"] == "600" else "plain"


def letters(said: str) -> str:
    return re.sub(r"\s", "", clean(said))


@settings(max_examples=40, deadline=None)
@given(road=roads(), today=st.dates(date(2020, 1, 1), date(2036, 1, 1)), theme=st.sampled_from(THEMES))
def test_any_road_is_drawn_whole_and_within_its_sheet(
    road: Road, today: date, theme: Theme, words: dict[str, str]
) -> None:
    svg = picture.draw(road, today=today, words=words, theme=theme)
    sheet = ET.fromstring(svg)
    wide, high = int(sheet.attrib["width"]), int(sheet.attrib["height"])
    for text in texts(svg):
        x, y, size = (float(text.attrib[name]) for name in ("x", "y", "font-size"))
        assert x >= 0 and x + width(text.text or "", size, style(text)) <= wide
        assert y - size >= 0 and y + size / 3 <= high
    for box in sheet.iter(f"{SVG}rect"):
        x, y, w, h = (float(box.attrib.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert x >= 0 and x + w <= wide and y >= 0 and y + h <= high and w > 0 and h > 0
    written = "".join(letters(text.text or "") for text in texts(svg))
    for said in (road.topic_title, road.title, *(each.title for each in road.stretches), *road.later[:6]):
        assert letters(said) in written


@settings(max_examples=40, deadline=None)
@given(road=roads())
def test_a_drawing_names_nothing_outside_of_it(road: Road, words: dict[str, str]) -> None:
    svg = picture.draw(road, today=TODAY, words=words)
    for element in ET.fromstring(svg).iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "rect", "circle", "path", "text"}
        assert not any("href" in name or "url(" in value or "//" in value for name, value in element.attrib.items())


@settings(max_examples=40, deadline=None)
@given(road=roads(), today=st.dates(date(2020, 1, 1), date(2036, 1, 1)))
def test_its_words_say_all_that_it_shows(road: Road, today: date, words: dict[str, str]) -> None:
    told = picture.alt(road, today, words)
    for said in (road.topic_title, road.title, *(each.title for each in road.stretches), *road.later):
        assert clean(said) in told
    assert f"Today is {today.day} " in told
    for each in road.stretches:
        assert f"{each.hours} hours" in told
    assert sum(each.mark is not None for each in road.stretches) <= told.count(" since ")
    assert clean(told) == ET.fromstring(picture.draw(road, today=today, words=words)).findtext(f"{SVG}desc")


def test_what_became_of_a_module_is_seen_and_said(script: Roadmap, words: dict[str, str]) -> None:
    road = lived(script)
    svg = picture.draw(road, today=TODAY, words=words)
    drawn = [text.text for text in texts(svg)]
    assert [3, 1, 1, 1] == [drawn.count(each) for each in ("done", "left out", "stuck", "Today")]  # one in the ring
    assert f"2 of {len(road.stretches)}" in drawn
    assert "stuck since 25 Nov" in picture.alt(road, TODAY, words)
    assert "Days off: 24 Dec – 3 Jan." in picture.alt(road, TODAY, words)


def test_today_is_drawn_only_while_the_road_goes(script: Roadmap, words: dict[str, str]) -> None:
    road = lived(script)
    for today, shown, said in (
        (road.start, True, "Today is 2 Nov 2026."),
        (date(2026, 11, 1), False, "before it begins"),
        (date(2028, 1, 1), False, "after its last day"),
    ):
        drawn = [text.text for text in texts(picture.draw(road, today=today, words=words))]
        assert shown == ("Today" in drawn)
        assert said in picture.alt(road, today, words)


def test_only_the_nearest_of_what_comes_before_is_connected(script: Roadmap, words: dict[str, str]) -> None:
    road = lived(script)
    first, second, third = (replace(each, needs=()) for each in road.stretches[:3])
    chain = (first, replace(second, needs=(first.id,)), replace(third, needs=(first.id, second.id)))
    short = (chain[0], chain[1], replace(third, needs=(second.id,)))
    drawings = [picture.draw(replace(road, stretches=each), today=TODAY, words=words) for each in (chain, short)]
    assert drawings[0].split("</desc>")[1] == drawings[1].split("</desc>")[1]


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read_by_weak_eyes(theme: Theme) -> None:
    colours: Palette = PALETTES[theme]
    tracks = [*colours.tracks.values(), *colours.others]
    for text in (colours.ink, colours.soft, colours.done, colours.stuck, *tracks):
        assert 4.5 <= contrast(text, colours.paper)
    assert 4.5 <= min(contrast(text, colours.ground) for text in (colours.ink, colours.soft))
    for filled in (colours.today, colours.done, colours.stuck, *tracks):
        assert 4.5 <= contrast(colours.on, filled)
        assert 3 <= contrast(filled, colours.paper)
    assert 4.5 <= min(contrast(colours.ink, mixed(each, colours.paper, 0.16)) for each in tracks)
    assert 3 <= min(contrast(colours.thread, each) for each in (colours.paper, colours.ground))
    assert 21 == pytest.approx(contrast("#000000", "#ffffff"))


def test_both_themes_say_the_same(script: Roadmap, words: dict[str, str]) -> None:
    light, dark = (picture.draw(lived(script), today=TODAY, words=words, theme=theme) for theme in THEMES)
    assert light != dark
    assert [text.text for text in texts(light)] == [text.text for text in texts(dark)]


# Pixels and fonts ------------------------------------------------------------------------------
def size(image: bytes) -> tuple[int, int]:
    assert b"\x89PNG\r\n\x1a\n" == image[:8]
    wide, high = struct.unpack(">II", image[16:24])
    return wide, high


def test_pixels_fit_where_they_go(script: Roadmap, words: dict[str, str]) -> None:
    svg = picture.draw(lived(script), today=TODAY, words=words)
    wide, high = size(png(svg))
    assert 700 <= wide <= 1080  # twice the width of a phone: sharp there
    assert wide * high <= 1_260_000
    assert 1024 >= max(size(png(svg, most=1024))) > 1000
    with pytest.raises(ValueError, match=r"."):
        png("no drawing")


def test_no_font_of_the_machine_is_used() -> None:
    sheet = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60">{}</svg>'
    text = '<text x="9" y="40" font-size="30" font-family="{}">Hamburg 42</text>'
    drawn = {
        png(sheet.format(text.format(each))) for each in ("Inter", "monospace", "serif", "Noto Sans", "DejaVu Sans")
    }
    assert 1 == len(drawn)
    assert png(sheet.format("")) not in drawn


def test_letters_are_as_wide_as_the_fonts_say() -> None:
    told = fonts.written({style: fonts.advances(FONTS / name) for style, name in STYLES.items()})
    assert told == fonts.TARGET.read_text(encoding="utf-8")
    assert sorted(STYLES) == sorted(widths.WIDTHS)
    assert all(100_000 > (FONTS / name).stat().st_size for name in STYLES.values())
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text()


@settings(max_examples=40, deadline=None)
@given(said=st.text(max_size=200), room=st.integers(60, 900))
def test_lines_hold_every_letter_and_fit(said: str, room: int) -> None:
    lines = wrap(said, room, 32, "strong")
    assert letters(said) == letters("".join(lines))
    assert all(width(line, 32, "strong") <= room for line in lines)
