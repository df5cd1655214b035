"""A drawing's pixels: the one door of resvg. Must never load a font but those here, nor anything a drawing names.

Blocking, up to some tenths of a second: call it in a worker thread.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import resvg_py

FONTS: Final = Path(__file__).parent / "fonts"
_FILES: Final = sorted(str(each) for each in FONTS.glob("*.otf"))
_FAMILY: Final = "Inter"
_SIZE: Final = re.compile(r'<svg\b[^>]*? width="(\d+)" height="(\d+)"')


def png(svg: str, most: int | None = None) -> bytes:
    """Draw an SVG as PNG, in its own size, or smaller so that neither side has more than `most` pixels.

    Raises ValueError for what is no drawing.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=_width(svg, most) if most else None,
        skip_system_fonts=True,
        font_files=_FILES,
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )


def _width(svg: str, most: int) -> int | None:
    """Find how wide a drawing becomes within a square; None where it fits as it is, or doesn't tell its size."""
    told = _SIZE.search(svg)
    if told is None:
        return None
    wide, high = int(told[1]), int(told[2])
    scale = most / max(wide, high)
    return max(1, int(wide * scale)) if scale < 1 else None
