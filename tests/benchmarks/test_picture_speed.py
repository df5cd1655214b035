"""How long drawing a roadmap takes, from the road to its pixels; run by `make bench`."""

from __future__ import annotations

from time import process_time

import pytest

from bot.catalog.schema import Catalog
from bot.roadmap.picture import draw
from bot.roadmap.raster import png
from tests.roadmap.roads import TODAY, lived

DRAWN = 20


@pytest.mark.bench
def test_a_picture_is_drawn_while_nobody_waits(catalog: Catalog) -> None:
    road = lived(catalog.roadmap)
    svg = draw(road, today=TODAY, words=catalog.replies)
    took: list[tuple[float, float]] = []
    for _ in range(DRAWN):
        begun = process_time()  # and not the clock on the wall: others may be at work on this machine
        assert svg == draw(road, today=TODAY, words=catalog.replies)
        drawn = process_time()
        assert png(svg)
        took.append((drawn - begun, process_time() - drawn))
    lines, pixels = (sorted(1e3 * each[part] for each in took) for part in (0, 1))
    size = f"{len(road.stretches)} modules, {len(svg) // 1024} kB of SVG, {len(png(svg)) // 1024} kB of PNG"
    print(f"\n{size}: drawing {lines[DRAWN // 2]:.1f} ms, pixels {pixels[DRAWN // 2]:.0f} ms (best {pixels[0]:.0f})")
