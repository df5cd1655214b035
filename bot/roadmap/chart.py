"""A team view as one picture: bars of how many share what. Must never show what the words beside it don't tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.roadmap.lettering import wrap
from bot.roadmap.palette import PALETTES, Palette, Theme, mixed
from bot.roadmap.sheet import Sheet
from bot.roadmap.team import Bar, View

WIDTH = 760
_EDGE, _LINE, _BAR = 36, 26, 22  # pixels: the margin, from line to line, a bar's height
_ROOM = WIDTH - 2 * _EDGE

Words = Mapping[str, str]  # "title", "steps", "topics", "together", "of", and "own" for what only one has


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    count: int
    colour: str


def draw(view: View, words: Words, told: str, theme: Theme = "light") -> str:
    """Draw it as SVG; `told` says the same in words. Raises ValueError for a team too small to be shown."""
    if view.missing:
        raise ValueError(f"a team view takes {view.missing} people more")
    colours, sheet = PALETTES[theme], Sheet(WIDTH)
    y = 64.0
    sheet.text((_EDGE, y), words["title"], 26, colours.ink, "display")
    y += 14
    y = _group(sheet, colours, (words["steps"], _rows(view.steps, view.own_step, words, colours.accent)), view.size, y)
    topics = [_Row(each.title, each.count, colours.track(each.id)) for each in view.topics]
    if view.own_way and topics:
        topics.append(_Row(words["own"], view.own_way, colours.thread))
    y = _group(sheet, colours, (words["topics"], topics), view.size, y)
    y += 14
    for line in wrap(words["together"], _ROOM, 17, "strong") if words["together"] else ():
        y += _LINE
        sheet.text((_EDGE, y), line, 17, colours.ink, "strong")
    return sheet.written(y + _EDGE, colours.ground, words["title"], told)


def _rows(bars: Sequence[Bar], own: int, words: Words, colour: str) -> list[_Row]:
    rows = [_Row(each.title, each.count, colour) for each in bars]
    return [*rows, _Row(words["own"], own, "")] if own and rows else rows


def _group(sheet: Sheet, colours: Palette, group: tuple[str, Sequence[_Row]], size: int, y: float) -> float:
    """Draw the bars of one kind; where they end. Nothing for none."""
    heading, rows = group
    if not rows:
        return y
    y += 34
    sheet.text((_EDGE, y), heading, 15, colours.soft)
    for row in rows:
        y += _LINE
        colour = row.colour or colours.thread
        sheet.text((_EDGE, y), wrap(row.label, _ROOM - 60, 17)[0], 17, colours.ink)
        sheet.text((WIDTH - _EDGE - 34, y), f"{row.count}/{size}", 17, colours.ink, "strong")
        y += 10
        sheet.rect((_EDGE, y), (_ROOM, _BAR / 2), mixed(colour, colours.ground, 0.18), _BAR / 4)
        sheet.rect((_EDGE, y), (_ROOM * row.count / size, _BAR / 2), colour, _BAR / 4)
        y += _BAR / 2 + 4
    return y
