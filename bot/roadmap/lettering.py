"""How wide words are in the bundled fonts, and how they are cut into lines. Pure; must never know what they say."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from bot.roadmap.widths import LETTERS, WIDTHS

Style = Literal["plain", "strong", "display"]
STYLES: Final[dict[Style, str]] = {
    "plain": "Inter-Regular.otf",
    "strong": "Inter-SemiBold.otf",
    "display": "InterDisplay-Bold.otf",
}
_WIDE: Final = 1.0  # of a letter the fonts don't have
_TABLES: Final = {
    style: {letter: (ord(width) - 0x100) / 100 for letter, width in zip(LETTERS, widths, strict=True)}
    for style, widths in WIDTHS.items()
}
_BETWEEN: Final = re.compile(r"\s+")


def clean(text: str) -> str:
    """Give a text as one line of what XML can hold: no control signs, no lone surrogates, plain spaces."""
    held = "".join(each if unicodedata.category(each) not in ("Cc", "Cs", "Cn") else " " for each in text)
    return _BETWEEN.sub(" ", held).strip()


def width(text: str, size: float, style: Style = "plain") -> float:
    """Measure a line, in the units of its size; kerning makes it a trifle narrower."""
    table = _TABLES[style]
    return size * sum(table.get(letter, _WIDE) for letter in text)


def wrap(text: str, room: float, size: float, style: Style = "plain") -> list[str]:
    """Cut a text into lines that fit; a word longer than a line is cut where the line ends."""
    lines: list[str] = []
    for word in clean(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if width(longer, size, style) <= room:
            lines[-1:] = [longer]
            continue
        pieces = _pieces(word, room, size, style)
        lines.extend(pieces)
    return lines or [""]


def fitted(text: str, room: float, sizes: tuple[float, ...], style: Style, most: int = 1) -> tuple[float, list[str]]:
    """Find the first size at which a text takes at most so many lines, else the first with the fewest.

    Of several lines none is much longer than the others.
    """
    tried = [(size, wrap(text, room, size, style)) for size in sizes]
    size, lines = min(tried, key=lambda each: max(most, len(each[1])))
    while len(lines) > 1:
        room *= 0.94
        narrower = wrap(text, room, size, style)
        if len(narrower) > len(lines) or _cut(narrower, text):
            break
        lines = narrower
    return size, lines


def _cut(lines: list[str], text: str) -> bool:
    """Tell whether a word was cut to make it fit."""
    return " ".join(lines) != clean(text)


def _pieces(word: str, room: float, size: float, style: Style) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, style) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
