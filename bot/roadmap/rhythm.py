"""When to remind somebody: days of the week and a time on the wall, in the person's own time zone.

Pure: the moment to reckon from is given. A time that a clock change skips comes right after the gap; one that comes
twice counts once, the first time. Must never know what is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict

MONDAY = 0
NINE = time(9)
FURTHEST = 366  # days ahead that a day is looked for which isn't off


class Rhythm(BaseModel):
    """The weekdays (Monday is 0), the time on the wall there, and the time zone by its IANA name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    weekdays: tuple[int, ...] = (MONDAY,)
    at: time = NINE
    zone: str = "UTC"


class Reminding(BaseModel):
    """That somebody is reminded, when next, and how many reminders they have let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rhythm: Rhythm
    due: datetime
    unheard: int = 0


def zone(name: str) -> ZoneInfo | None:
    """Find a time zone by its IANA name; None for a name that is none here."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as "Europe"
        return None


def next_due(rhythm: Rhythm, after: datetime, off: Iterable[tuple[date, date]] = ()) -> datetime | None:
    """Find the first moment of a rhythm that is later than `after` and not in a time off, in UTC.

    `off` has the first and the last day of each time off. None when there is no such day within a year. A rhythm of a
    zone this machine doesn't know beats in UTC.
    """
    if after.tzinfo is None:
        raise ValueError("a moment must be aware")
    here, off = zone(rhythm.zone) or ZoneInfo("UTC"), tuple(off)
    try:
        first = after.astimezone(here).date()
        for ahead in range(-1, FURTHEST):  # from the day before: a gap can carry its last hours over midnight
            day = first + timedelta(days=ahead)
            if day.weekday() not in rhythm.weekdays or is_off(day, off):
                continue
            # fold=0 in a gap counts with the clock before it: 02:30 that isn't there is 03:30 (PEP 495).
            due = datetime.combine(day, rhythm.at, here).astimezone(UTC)
            if due > after:
                return due
    except OverflowError:  # the end of the calendar
        pass
    return None


def is_off(day: date, off: Iterable[tuple[date, date]]) -> bool:
    """Tell whether a day is in a time off."""
    return any(first <= day <= last for first, last in off)


def local(at: datetime, rhythm: Rhythm) -> datetime:
    """Tell what the clock on the person's wall shows."""
    return at.astimezone(zone(rhythm.zone) or ZoneInfo("UTC"))
