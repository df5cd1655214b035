"""A road as a drawing to look at: lanes by track, modules as bars over their days, made for a phone first.

It stands upright, 1080 wide: on a phone every letter is a third of its size and still a letter to read. A title has
the whole width, above its bar. Pure: the day and the words are handed in. Must never load anything.
"""

from __future__ import annotations

from datetime import date
from math import cos, pi, sin
from typing import Final

from bot.roadmap.lanes import EDGE, LEFT, RIGHT, SMALL, Days, laid, module, named, nearest, panel, thread
from bot.roadmap.lettering import fitted, width
from bot.roadmap.palette import PALETTES, Palette, Theme
from bot.roadmap.road import Road
from bot.roadmap.sheet import Sheet
from bot.roadmap.wording import Words, alt, day, done, lane, pace, period, say

__all__ = ["alt", "draw"]

_WIDE: Final = 1080
_MOST_LATER: Final = 6
_RING: Final = (_WIDE - EDGE - 112, 160.0)  # its middle
_RADIUS: Final = 96


def draw(road: Road, *, today: date, words: Words, theme: Theme = "light") -> str:
    """Draw a road as SVG."""
    sheet, colours, calendar = Sheet(_WIDE), PALETTES[theme], Days(road, today)
    axis = _head(sheet, colours, road, words) + (28 if calendar.holds(today) else -24)
    lanes = laid(road, calendar, words, axis + 110)
    end = lanes[-1].bottom if lanes else axis + 110
    for each in lanes:
        panel(sheet, colours, each)
    _grid(sheet, colours, road, calendar, [(each.top + 76, each.bottom - 2) for each in lanes])
    _today(sheet, colours, calendar, words, (axis, end), today)
    _axis(sheet, colours, calendar, words, axis)
    bars = {bar.stretch.id: bar for each in lanes for bar in each.bars}
    for bar in bars.values():
        for name in nearest(bar.stretch, bars):
            thread(sheet, colours, bars[name], bar)
    for each in lanes:
        named(sheet, colours, each, lane(words, each.track))
        for bar in each.bars:
            module(sheet, colours, words, bar)
    y = _later(sheet, colours, road, words, end + 28)
    y = _foot(sheet, colours, road, words, y)
    return sheet.written(y, colours.ground, f"{road.topic_title}: {road.title}", alt(road, today, words))


def _head(sheet: Sheet, colours: Palette, road: Road, words: Words) -> float:
    """Write what it is, from when to when, and how far; return where it ends."""
    room = _RING[0] - _RADIUS - 30 - LEFT
    y = 60.0
    size, lines = fitted(road.topic_title, room, (92, 76, 64, 54), "display")
    for each in lines:
        y += size
        sheet.text((LEFT, y), each, size, colours.ink, "display")
        y += 0.14 * size
    size, lines = fitted(road.title, room, (42, 38, 36), "strong", 2)
    y += 8
    for each in lines:
        y += 1.25 * size
        sheet.text((LEFT, y), each, size, colours.ink, "strong")
    y = max(y, _RING[1] + _RADIUS - 40) + 8
    for said in (period(words, road), pace(words, road)):
        y += 46
        sheet.text((LEFT, y), said, 34, colours.soft)
    _ring(sheet, colours, road, words)
    return max(y, _RING[1] + _RADIUS)


def _ring(sheet: Sheet, colours: Palette, road: Road, words: Words) -> None:
    """Draw how far it is: one arc a module."""
    total = len(road.stretches)
    for number, each in enumerate(road.stretches):
        colour = colours.line
        if each.mark:
            colour = {"done": colours.done, "stuck": colours.stuck, "skipped": colours.thread}[each.mark.state]
        gap = 0.0 if total == 1 else min(0.3, 1.2 / total)  # of an arc, left free for the round ends
        sheet.path(_arc((number + gap) / total, (number + 1 - gap) / total), colour, 20)
    said = say(words, "picture-done-of", done=done(road), total=total)
    size, _ = fitted(said, 1.5 * _RADIUS, (46, 40, 34, 28), "strong")
    sheet.text((_RING[0] - width(said, size, "strong") / 2, _RING[1] + 8), said, size, colours.ink, "strong")
    left = _RING[0] - width(words["picture-done"], SMALL) / 2
    sheet.text((left, _RING[1] + 50), words["picture-done"], SMALL, colours.soft)


def _arc(first: float, last: float) -> str:
    """Give the path along the ring from one share of it to another, from the top on."""
    around = [(2 * share - 0.5) * pi for share in (first, (first + last) / 2, min(last, first + 0.9999))]
    points = [(_RING[0] + _RADIUS * cos(each), _RING[1] + _RADIUS * sin(each)) for each in around]
    (x, y), *rest = points
    return f"M{x:.1f} {y:.1f}" + "".join(f"A{_RADIUS} {_RADIUS} 0 0 1 {x:.1f} {y:.1f}" for x, y in rest)


def _grid(sheet: Sheet, colours: Palette, road: Road, calendar: Days, spans: list[tuple[float, float]]) -> None:
    """Draw days off and the lines of the calendar into each lane."""
    off = [(first, last) for first, last in road.off if first <= calendar.last and last >= calendar.first]
    for top, bottom in spans:
        for first, last in off:
            left, right = calendar.at(first), calendar.after(last)
            sheet.hatch((left, top), (max(right - left, 4), bottom - top), colours.line, 4, 22)
        for each in calendar.steps():
            x = calendar.at(each)
            sheet.path(f"M{x:.1f} {top:.1f}V{bottom:.1f}", colours.line, 2)


def _axis(sheet: Sheet, colours: Palette, calendar: Days, words: Words, y: float) -> None:
    """Write the days of the calendar's lines."""
    free = 0.0
    for each in calendar.steps():
        said = day(words, each)
        x = min(calendar.at(each), RIGHT - width(said, SMALL))
        if x >= free:
            sheet.rect((x - 4, y + 58), (width(said, SMALL) + 8, 42), colours.ground, 8)
            sheet.text((x, y + 90), said, SMALL, colours.soft)
            free = x + width(said, SMALL) + 20


def _today(
    sheet: Sheet, colours: Palette, calendar: Days, words: Words, span: tuple[float, float], today: date
) -> None:
    """Draw today's line through all lanes, with its name on top."""
    if not calendar.holds(today):
        return
    x = (calendar.at(today) + calendar.after(today)) / 2
    wide = width(words["picture-today"], SMALL, "strong") + 40
    left = min(max(x - wide / 2, EDGE), _WIDE - EDGE - wide)
    sheet.path(f"M{x:.1f} {span[0] + 40:.1f}V{span[1]:.1f}", colours.today, 4)
    sheet.rect((left, span[0]), (wide, 50), colours.today, 25)
    sheet.text((left + 20, span[0] + 36), words["picture-today"], SMALL, colours.on, "strong")


def _later(sheet: Sheet, colours: Palette, road: Road, words: Words, y: float) -> float:
    """Draw what didn't fit, as far as there is room; return where it ends."""
    if not road.later:
        return y
    titles = list(road.later[:_MOST_LATER])
    more = len(road.later) - len(titles)
    titles += [say(words, "picture-later-more", count=more)] if more else []
    sheet.text((LEFT, y + 50), words["picture-later"], 38, colours.ink, "strong")
    x, y, outline = float(LEFT), y + 80, f'stroke="{colours.thread}" stroke-width="2" stroke-dasharray="8 7"'
    high = 0.0  # of the row; the first chip makes one
    for title in titles:
        _, lines = fitted(title, RIGHT - LEFT - 48, (SMALL,), "plain")
        wide = max(width(each, SMALL) for each in lines) + 48
        if high and (x + wide > RIGHT or len(lines) > 1 or high > 62):
            x, y = float(LEFT), y + high + 14
        high = 62.0 + 42 * (len(lines) - 1)
        sheet.rect((x, y), (wide, high), colours.ground, 31, outline)
        for number, each in enumerate(lines):
            sheet.text((x + 24, y + 42 + 42 * number), each, SMALL, colours.soft)
        x += wide + 14
    return y + high


def _foot(sheet: Sheet, colours: Palette, road: Road, words: Words, y: float) -> float:
    """Say what the slanted lines mean and how sure the hours are; return where it ends."""
    y += 66
    x = float(LEFT)
    if road.off:
        sheet.hatch((x, y - 30), (46, 38), colours.thread, 3, 14)
        sheet.text((x + 62, y), words["picture-off"], SMALL, colours.soft)
        y += 52
    _, lines = fitted(words["picture-note"], RIGHT - LEFT, (SMALL,), "plain")
    for each in lines:
        sheet.text((LEFT, y), each, SMALL, colours.soft)
        y += 44
    return y + 16
