"""Draw the pictures in docs: `python -m tests.roadmap.docs_pictures`, after a change of how roads are drawn."""

from __future__ import annotations

from pathlib import Path

from bot.catalog.load import load
from bot.roadmap.picture import draw
from bot.roadmap.raster import png
from tests.roadmap.roads import TODAY, lived

DOCS = Path(__file__).parents[2] / "docs"

if __name__ == "__main__":
    catalog = load()
    for theme in ("light", "dark"):
        drawn = draw(lived(catalog.roadmap), today=TODAY, words=catalog.replies, theme=theme)
        (DOCS / f"roadmap-{theme}.png").write_bytes(png(drawn))
