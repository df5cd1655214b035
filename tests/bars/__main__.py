"""Try bars by hand: `python -m tests.bars load`, `python -m tests.bars faults F1 F7`."""

from __future__ import annotations

import asyncio
import sys

from tests.bars import bad, faults, load
from tests.bars.bar import run

KINDS = {"load": load.BARS, "faults": faults.BARS, "bad": bad.BARS}


def main() -> None:
    """Try one kind's bars, all or those named; exit code 1 when one doesn't hold."""
    if len(sys.argv) < 2 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: python -m tests.bars {'|'.join(KINDS)} [NAME ...]")
    kind, names = sys.argv[1], sys.argv[2:]
    bars = [bar for bar in KINDS[kind] if not names or bar.name in names]
    if not bars:
        sys.exit(f"no such bar; there are {', '.join(bar.name for bar in KINDS[kind])}")
    sys.exit(not asyncio.run(run(kind if not names else f"{kind}-some", bars)))


main()
