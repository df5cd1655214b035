"""One bar: what is promised, how it is tried, what came of it. `run` prints a line for each and keeps the results."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.keep import ROOT, keep

LONGEST = 170  # seconds for all the bars of one kind


@dataclass(frozen=True)
class Figure:
    """What was found, in words, and whether the bar held."""

    said: str
    held: bool


@dataclass(frozen=True)
class Bar:
    """A bar by its name. `limit` says when it holds."""

    name: str
    what: str
    limit: str
    run: Callable[[Path], Awaitable[Figure]]


async def run(kind: str, bars: Iterable[Bar]) -> bool:
    """Try the bars one after the other, each in a folder of its own; whether all held."""
    begun, rows = time.monotonic(), []
    print(f"{'bar':4} {'held':5} {'seconds':>7}  figure | limit")
    for bar in bars:
        since = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="whichops-bar-") as folder:
            try:
                async with asyncio.timeout(LONGEST):
                    figure = await bar.run(Path(folder))
            except Exception as error:  # noqa: BLE001 - a bar that breaks hasn't held, and the others are still to be tried
                figure = Figure(f"broke: {type(error).__name__}: {error}"[:300], held=False)
        seconds = round(time.monotonic() - since, 1)
        rows.append({"bar": bar.name, "what": bar.what, "figure": figure.said, "limit": bar.limit, "held": figure.held})
        mark = "held" if figure.held else "BROKE"
        print(f"{bar.name:4} {mark:5} {seconds:7.1f}  {bar.what}: {figure.said} | {bar.limit}", flush=True)
    keep(kind, rows, time.monotonic() - begun, "bars")
    return all(row["held"] for row in rows)


def held_by(*tests: str) -> Callable[[Path], Awaitable[Figure]]:
    """Make a bar that the named tests hold, run here and now."""

    async def run(folder: Path) -> Figure:
        del folder
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        told = (await process.communicate())[0].decode().strip().splitlines()
        return Figure(told[-1].strip("= ") if told else "nothing ran", process.returncode == 0)

    return run
