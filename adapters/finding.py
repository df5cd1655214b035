"""What examining a set-up finds, in the same words for every platform. Must never show a token or secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

SKEWED: Final = 300.0  # seconds: from there on what a platform signed is refused
DRIFTING: Final = 60.0

Level = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and what to do about it where that isn't "ok"."""

    level: Level
    what: str
    said: str
    mend: str = ""


def clock(ahead: float, whose: str) -> Finding:
    """Judge our clock by how many seconds it is ahead of theirs."""
    said = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} {whose}"
    if abs(ahead) >= SKEWED:
        return Finding("bad", "clock", said, "set it (NTP): signed requests are refused when they seem too old")
    if abs(ahead) >= DRIFTING:
        return Finding("warn", "clock", said, "set it (NTP) before it is 5 minutes off")
    return Finding("ok", "clock", f"agrees with {whose}")


def date(headers: Mapping[str, str]) -> datetime | None:
    """Read when an answer was given; None where it doesn't say."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None


def reachable(host: str) -> str:
    """Name the address to reach a server that listens on `host`."""
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"[{reach}]" if ":" in reach else reach
