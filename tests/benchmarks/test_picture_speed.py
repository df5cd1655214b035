"""How long drawing a roadmap takes, from the road to its pixels; run by `make bench`."""

from __future__ import annotations

from time import perf_counter

import pytest

from bot.catalog.schema import Catalog
from bot.roadmap.picture import draw
from bot.roadmap.raster import png
from tests.roadmap.roads import TODAY, lived

DRAWN = 20


@pytest.mark.bench
def test_a_picture_is_drawn_while_nobody_waits(catalog: Catalog) -> None:
    road = lived(catalog.roadmap)
    took: list[tuple[float, float]] = []
    for _ in range(DRAWN):
        begun = perf_counter()
        svg = draw(road, today=TODAY, words=catalog.replies)
        drawn = perf_counter()
        assert png(svg)
        took.append((drawn - begun, perf_counter() - drawn))
    lines, pixels = (sorted(1e3 * each[part] for each in took) for part in (0, 1))
    size = f"{len(road.stretches)} modules, {len(svg) // 1024} kB of SVG, {len(png(svg)) // 1024} kB of PNG"
    print(f"\n{size}: drawing {lines[DRAWN // 2]:.1f} ms, pixels {pixels[DRAWN // 2]:.0f} ms (best {pixels[0]:.0f})")
