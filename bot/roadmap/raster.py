"""A drawing's pixels: the one door of resvg. Must never load a font but those here, nor anything a drawing names.

Blocking, up to some tenths of a second: call it in a worker thread.
"""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path
from typing import Final

import resvg_py

FONTS: Final = Path(__file__).parent / "fonts"
_FILES: Final = sorted(str(each) for each in FONTS.glob("*.otf"))
_FAMILY: Final = "Inter"
_SIZE: Final = re.compile(r' (width|height)="(\d+)"')
_PIXELS: Final = 1_250_000  # of one picture: what is drawn in a tenth of a second, and sharp enough on any phone


def png(svg: str, most: int | None = None) -> bytes:
    """Draw an SVG as PNG, in its own size if that isn't too many pixels.

    `most`: how many pixels it may be wide or high. Raises ValueError for what is no drawing.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=_scale(svg, most),
        skip_system_fonts=True,
        font_files=_FILES,
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
        serif_family=_FAMILY,
        monospace_family=_FAMILY,
    )


def _scale(svg: str, most: int | None) -> float:
    told = dict(_SIZE.findall(svg.partition(">")[0]))
    if len(told) < 2:
        return 1.0
    wide, high = int(told["width"]), int(told["height"])
    return min(1.0, sqrt(_PIXELS / max(1, wide * high)), (most - 1) / max(1, wide, high) if most else 1.0)
