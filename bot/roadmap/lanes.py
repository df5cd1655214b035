"""The lanes of a drawn road: where each module stands, and how it is drawn. Must never cut a title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.roadmap.lettering import Style, fitted, width
from bot.roadmap.palette import Palette, mixed
from bot.roadmap.road import Road, Stretch
from bot.roadmap.sheet import Sheet, line
from bot.roadmap.wording import Words, days, say, state

EDGE: Final = 40  # around the lanes
LEFT, RIGHT = 76, 1004  # of what stands in a lane
SMALL: Final = 32  # size of the smallest text, the least that is read on a phone
_TITLES: Final = (38.0, 36.0, 34.0)
_LINE = 46  # from line to line of a title
_BAR = 34
_BADGE = 24  # radius
_FROM: Final = LEFT + 66  # where titles and days begin, right of the badges
_HEAD = 86  # of a lane
_STEPS: Final = (1, 2, 4, 8, 13, 26, 52, 104, 260, 520)  # weeks between two lines of the grid


_Run = tuple[str, float, str, Style]  # words, size, colour, style


class Days:
    """Days as places from left to right."""

    def __init__(self, road: Road, today: date) -> None:
        """Spread the days of a road over the sheet, up to its last module or today, whichever is later."""
        self.first = min([road.start, *(each.start for each in road.stretches)])
        self.last = max([self.first, min(today, road.end), *(each.to for each in road.stretches)])
        self._each = (RIGHT - _FROM) / ((self.last - self.first).days + 1)

    def at(self, day: date) -> float:
        """Find the left end of a day."""
        return _FROM + (min(max(day, self.first), self.last) - self.first).days * self._each

    def after(self, day: date) -> float:
        """Find the right end of a day."""
        return self.at(day) + self._each

    def holds(self, day: date) -> bool:
        """Tell whether a day is on the sheet."""
        return self.first <= day <= self.last

    def steps(self) -> list[date]:
        """Choose the days at which lines are drawn: as many as their names have room for."""
        step = 7 * next((each for each in _STEPS if 7 * each * self._each >= 150), _STEPS[-1])
        return [self.first + timedelta(days=at) for at in range(0, (self.last - self.first).days + 1, step)]


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a module is drawn."""

    stretch: Stretch
    place: int  # its number on the road
    top: float
    size: float
    lines: tuple[str, ...]
    left: float
    right: float
    told: tuple[str, str]  # its days, and what it is: next, done...
    told_at: float
    below: bool  # its days have no room beside it

    @property
    def bar(self) -> float:
        """The upper edge of the bar itself."""
        return self.top + len(self.lines) * _LINE + 12

    @property
    def middle(self) -> float:
        """The middle of the bar itself."""
        return self.bar + _BAR / 2

    @property
    def bottom(self) -> float:
        """Where the next one begins."""
        return self.bar + _BAR + (_LINE if self.below else 0) + 28


@dataclass(frozen=True, slots=True)
class Lane:
    """The modules of one track, from top to bottom."""

    track: str
    top: float
    bottom: float
    bars: tuple[Bar, ...]


def laid(road: Road, calendar: Days, words: Words, y: float) -> list[Lane]:
    """Lay modules into lanes, the lanes in the order in which they are first needed."""
    lanes: list[Lane] = []
    for track in dict.fromkeys(each.track for each in road.stretches):
        top, bars = y, []
        y += _HEAD
        for place, stretch in enumerate(road.stretches, 1):
            if stretch.track == track:
                bars.append(_bar(road, stretch, place, calendar, words, y))
                y = bars[-1].bottom
        lanes.append(Lane(track, top, y + 4, tuple(bars)))
        y += 28
    return lanes


def _bar(road: Road, stretch: Stretch, place: int, calendar: Days, words: Words, top: float) -> Bar:
    hours = width(say(words, "picture-hours", hours=stretch.hours), SMALL)
    size, lines = fitted(stretch.title, RIGHT - _FROM - hours - 24, _TITLES, "strong")
    left, right = calendar.at(stretch.start), calendar.after(max(stretch.start, stretch.to))
    if right - left < _BAR:  # never narrower than round
        left = min(left, RIGHT - _BAR)
        right = left + _BAR
    marked = state(words, stretch, road)
    told = (days(words, stretch.start, stretch.to) + (" · " if marked else ""), marked)
    wide = width(told[0], SMALL) + width(told[1], SMALL, "strong")
    beside = next((at for at in (right + 18, left - 18 - wide) if _FROM <= at <= RIGHT - wide), None)
    at = _FROM if beside is None else beside
    return Bar(stretch, place, top, size, tuple(lines), left, right, told, at, below=beside is None)


def panel(sheet: Sheet, colours: Palette, lane: Lane) -> None:
    """Draw a lane's ground."""
    size = (sheet.width - 2 * EDGE, lane.bottom - lane.top)
    sheet.rect((EDGE, lane.top), size, colours.paper, 28, f'stroke="{colours.line}" stroke-width="2"')


def named(sheet: Sheet, colours: Palette, lane: Lane, name: str) -> None:
    """Write a lane's name."""
    colour = colours.track(lane.track)
    size, lines = fitted(name, RIGHT - LEFT - 40, (34, 28, 20, 10), "strong")
    _plated(sheet, colours, (LEFT + 30, lane.top + 60), ((lines[0], size, colour, "strong"),))
    sheet.rect((LEFT, lane.top + 32), (14, 32), colour, 7)


def thread(sheet: Sheet, colours: Palette, before: Bar, bar: Bar) -> None:
    """Draw that a module comes after another: a line from the end of one bar to the beginning of the other."""
    down = bar.top >= before.top
    x = max(before.right - 17, (before.left + before.right) / 2)
    y = before.bar + _BAR if down else before.bar
    near = bar.bar if down else bar.bar + _BAR
    turn = 14 if down else -14
    if bar.left - x >= 14:
        end = (bar.left - 4, bar.middle)
        points = f"M{x:.1f} {y:.1f}V{end[1] - turn:.1f}Q{x:.1f} {end[1]:.1f} {x + 14:.1f} {end[1]:.1f}H{end[0]:.1f}"
    else:
        end = (min(max(x, bar.left + 17), max(bar.right - 17, bar.left + 17)), near)
        points = f"M{x:.1f} {y:.1f}L{x:.1f} {near - 2 * turn:.1f}L{end[0]:.1f} {near - turn:.1f}V{near:.1f}"
    sheet.path(points, colours.thread, 3)
    sheet.circle(end, 6, colours.thread)


def nearest(stretch: Stretch, bars: Mapping[str, Bar]) -> list[str]:
    """List what must come right before a module: not what comes before that anyway."""
    needs = [name for name in stretch.needs if name in bars and name != stretch.id]
    implied = {far for name in needs for far in _before(name, bars)}
    return [name for name in needs if name not in implied]


def _before(name: str, bars: Mapping[str, Bar]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for each in bars[waiting.pop()].stretch.needs:
            if each in bars and each not in found:
                found.add(each)
                waiting.append(each)
    return found


def module(sheet: Sheet, colours: Palette, words: Words, bar: Bar) -> None:
    """Draw a module: its title, its hours, its bar and its days."""
    mark = bar.stretch.mark.state if bar.stretch.mark else ""
    ink = colours.soft if mark in ("done", "skipped") else colours.ink
    _badge(sheet, colours, bar, mark)
    for number, each in enumerate(bar.lines):
        _plated(sheet, colours, (_FROM, bar.top + 34 + number * _LINE), ((each, bar.size, ink, "strong"),))
    hours = say(words, "picture-hours", hours=bar.stretch.hours)
    at = (RIGHT - width(hours, SMALL), bar.top + 34)
    _plated(sheet, colours, at, ((hours, SMALL, colours.soft, "plain"),))
    _shape(sheet, colours, bar, mark)
    tint = {"done": colours.done, "stuck": colours.stuck, "skipped": colours.soft}
    colour = tint.get(mark, colours.track(bar.stretch.track))
    told: tuple[_Run, ...] = ((bar.told[0], SMALL, colours.soft, "plain"), (bar.told[1], SMALL, colour, "strong"))
    at = (bar.told_at, bar.bar + _BAR + 44 if bar.below else bar.middle + 11)
    _plated(sheet, colours, at, told if bar.told[1] else told[:1])


def _plated(sheet: Sheet, colours: Palette, at: tuple[float, float], runs: tuple[_Run, ...]) -> None:
    """Write a line on a plate, so that no other line runs through it."""
    x, y = at
    wide = sum(width(said, size, style) for said, size, _, style in runs)
    sheet.rect((x - 6, y - 32), (wide + 12, 42), colours.paper, 8)
    for said, size, colour, style in runs:
        sheet.text((x, y), said, size, colour, style)
        x += width(said, size, style)


def _badge(sheet: Sheet, colours: Palette, bar: Bar, mark: str) -> None:
    x, y = LEFT + _BADGE, bar.top + 22
    colour, label = colours.track(bar.stretch.track), str(bar.place)
    sheet.circle((x, y), _BADGE + 5, colours.paper)  # threads end at its edge
    if mark == "done":
        sheet.circle((x, y), _BADGE, colours.done)
        sheet.path(line((x - 11, y), (x - 3, y + 9), (x + 12, y - 9)), colours.on, 6)
    elif mark == "stuck":
        sheet.circle((x, y), _BADGE, colours.stuck)
        sheet.path(line((x, y - 12), (x, y + 2)), colours.on, 7)
        sheet.circle((x, y + 13), 4, colours.on)
    elif mark == "skipped":
        sheet.circle((x, y), _BADGE - 2, colours.paper, f'stroke="{colours.thread}" stroke-width="3"')
        sheet.path(line((x - 10, y), (x + 10, y)), colours.thread, 5)
    else:
        marked = bool(bar.told[1])  # the next one
        sheet.circle((x, y), _BADGE, colour if marked else mixed(colour, colours.paper, 0.16))
        size = 28 if len(label) < 3 else 20
        left = x - width(label, size, "strong") / 2
        sheet.text((left, y + 0.36 * size), label, size, colours.on if marked else colours.ink, "strong")


def _shape(sheet: Sheet, colours: Palette, bar: Bar, mark: str) -> None:
    colour = colours.track(bar.stretch.track)
    box = ((bar.left, bar.bar), (bar.right - bar.left, float(_BAR)))
    if mark == "skipped":
        (x, y), (w, h) = box
        outline = f'stroke="{colours.thread}" stroke-width="3" stroke-dasharray="9 7"'
        sheet.hatch((x + _BAR / 2, y + 5), (w - _BAR, h - 10), colours.thread, 2, 12)
        sheet.rect((x + 1.5, y + 1.5), (w - 3, h - 3), "none", _BAR / 2, outline)
    elif mark == "done":
        sheet.rect(*box, mixed(colour, colours.paper, 0.42), _BAR / 2)
    elif mark == "stuck":
        sheet.rect(*box, colour, _BAR / 2)
        (x, y), (w, h) = box
        sheet.rect((x - 5, y - 5), (w + 10, h + 10), "none", _BAR / 2 + 5, f'stroke="{colours.stuck}" stroke-width="4"')
    else:
        sheet.rect(*box, colour, _BAR / 2)
