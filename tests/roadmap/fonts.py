"""Make the bundled fonts and their widths: `python -m tests.roadmap.fonts FOLDER`, with Inter's OTF files there.

They are from Debian's package fonts-inter (https://rsms.me/inter, OFL), cut to what people write in Latin, Greek and
Cyrillic letters, without hints and features, so that each is a quarter of its size.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import ceil
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

from bot.roadmap.lettering import STYLES
from bot.roadmap.raster import FONTS

_SIGNS = (0x18F, 0x192, 0x20AC, 0x2116, 0x2122, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x2713)
_RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x218, 0x21B), (0x370, 0x45F), (0x490, 0x491),
    (0x1EA0, 0x1EF9), (0x2010, 0x2027), (0x2030, 0x203A), (0x2190, 0x2193),
)  # fmt: skip
TARGET = Path(__file__).parents[2] / "bot" / "roadmap" / "widths.py"


def cut(source: Path, target: Path) -> None:
    """Write a font with the letters above and no others."""
    options = subset.Options()
    options.layout_features, options.name_IDs = ["kern", "mark", "mkmk", "ccmp"], ["*"]
    options.notdef_outline, options.hinting = True, False
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[*_SIGNS, *(code for first, last in _RANGES for code in range(first, last + 1))])
    cutter.subset(font)
    font.save(str(target))


def advances(path: Path) -> dict[str, int]:
    """Read how wide each letter of a font is, in hundredths of its size, rounded up."""
    font: Any = TTFont(str(path))
    per_em, table = font["head"].unitsPerEm, font["hmtx"]
    return {chr(code): ceil(100 * table[name][0] / per_em) for code, name in sorted(font.getBestCmap().items())}


def written(tables: dict[str, dict[str, int]]) -> str:
    """Write the module of the widths."""
    letters = list(next(iter(tables.values())))
    assert all(list(each) == letters for each in tables.values())
    rows = [
        '"""How wide the letters of the bundled fonts are. Written by tests/roadmap/fonts.py; not to be edited."""\n',
        "# The letters, and for each style their widths in the same order: hundredths of the size, from U+0100 on.",
        f"LETTERS = (\n{_lines(letters, 4)})",
        "WIDTHS = {",
    ]
    for style, each in tables.items():
        rows.append(f'    "{style}": (\n{_lines((chr(0x100 + width) for width in each.values()), 8)}    ),')
    return "\n".join([*rows, "}"]) + "\n"


def _lines(letters: Iterable[str], indent: int) -> str:
    told = [each if each.isprintable() and each not in '"\\' else f"\\u{ord(each):04x}" for each in letters]
    return "".join(f'{" " * indent}"{"".join(told[at : at + 90])}"\n' for at in range(0, len(told), 90))


if __name__ == "__main__":
    for name in STYLES.values():
        cut(Path(sys.argv[1]) / name, FONTS / name)
    TARGET.write_text(written({style: advances(FONTS / name) for style, name in STYLES.items()}), encoding="utf-8")
