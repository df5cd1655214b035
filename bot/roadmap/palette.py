"""The colours of drawings, light and dark. Text has 4.5:1 on what it stands on, shapes that tell something 3:1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """What is drawn in which colour."""

    ground: str
    paper: str
    line: str  # of no meaning: borders, the grid
    thread: str  # what comes before what
    ink: str
    soft: str
    on: str  # text on a filled shape
    accent: str
    today: str
    done: str
    stuck: str
    tracks: Mapping[str, str]
    others: tuple[str, ...]  # of tracks that have no colour of their own

    def track(self, name: str) -> str:
        """Give a track's colour, always the same."""
        return self.tracks.get(name) or self.others[sum(map(ord, name)) % len(self.others)]


PALETTES: Final[Mapping[Theme, Palette]] = {
    "light": Palette(
        ground="#f3f5f4",
        paper="#ffffff",
        line="#e2e8e5",
        thread="#7b8a84",
        ink="#15211d",
        soft="#52615b",
        on="#ffffff",
        accent="#0b6b5c",
        today="#c2255c",
        done="#237a3b",
        stuck="#a15100",
        tracks={"shared": "#3b5bdb", "devops": "#0b7285", "mlops": "#7048e8", "aiops": "#c2410c"},
        others=("#a61e4d", "#5f6b00", "#7a4b2a"),
    ),
    "dark": Palette(
        ground="#0d1311",
        paper="#161e1b",
        line="#27322e",
        thread="#6d7f78",
        ink="#e9f0ed",
        soft="#a6b6b0",
        on="#0d1311",
        accent="#6fd3bb",
        today="#ff8fb1",
        done="#7ddc92",
        stuck="#ffc46b",
        tracks={"shared": "#91a7ff", "devops": "#5ccfe6", "mlops": "#b9a0ff", "aiops": "#ffa271"},
        others=("#ff9ec0", "#d3dc6b", "#e0b48f"),
    ),
}


def mixed(colour: str, ground: str, share: float) -> str:
    """Mix a colour over another: that share of it."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(over * share + under * (1 - share)):02x}" for over, under in pairs)


def contrast(one: str, other: str) -> float:
    """Measure the contrast of two colours (WCAG 2.2): 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
