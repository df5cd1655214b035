from __future__ import annotations

from tests.bars.bar import Bar

BARS: tuple[Bar, ...] = ()
