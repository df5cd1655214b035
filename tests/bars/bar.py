"""One bar: what is promised, how it is tried, what came of it. `run` prints a line for each and keeps the results."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "tests" / "benchmarks" / "results"
LONGEST = 170  # seconds for all the bars of one kind


@dataclass(frozen=True)
class Figure:
    """What was found: in words, whether the bar held, and what to keep beside it."""

    said: str
    held: bool


@dataclass(frozen=True)
class Bar:
    """A bar by its name. `limit` says when it holds; `gates`: counts and CPU fail the run, wall times are only told."""

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
    keep(kind, rows, time.monotonic() - begun)
    return all(row["held"] for row in rows)


def keep(kind: str, rows: list[dict[str, object]], seconds: float) -> None:
    """Write the results down, with the machine, the day and the commit they were found on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = {
        "kind": kind,
        "day": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip() or "none",
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "seconds": round(seconds),
        "bars": rows,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{kind}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


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
