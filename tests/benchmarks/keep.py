"""Keep what a benchmark found: one file a kind, with the machine, the day and the commit it was found on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "tests" / "benchmarks" / "results"


def keep(kind: str, rows: Sequence[Mapping[str, object]], seconds: float, name: str = "rows") -> Path:
    """Write rows of figures down under a kind; return the file."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = {
        "kind": kind,
        "day": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip() or "none",
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "seconds": round(seconds),
        name: list(rows),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{kind}.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return path
