"""When a reminder is due: on the person's own wall, once, over clock changes and time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.roadmap.rhythm import Rhythm, local, next_due, zone

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # half an hour off
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # its summer time is half an hour
    "Africa/Casablanca",  # its summer time ends for Ramadan
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Cairo",  # the clock jumps at midnight
)
moments = st.integers(0, 8 * 365 * 24 * 60).map(lambda m: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
rhythms = st.builds(
    Rhythm,
    weekdays=st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
)


def due(rhythm: Rhythm, after: datetime, off: tuple[tuple[date, date], ...] = ()) -> datetime:
    found = next_due(rhythm, after, off)
    assert found is not None
    return found


def day_of(found: datetime, rhythm: Rhythm) -> date:
    """The day a moment was meant for: a gap may have carried it over midnight."""
    there, shown = ZoneInfo(rhythm.zone), local(found, rhythm).date()
    days = (shown, shown - timedelta(days=1))
    return next(day for day in days if datetime.combine(day, rhythm.at, there).astimezone(UTC) == found)


@settings(max_examples=60)
@given(rhythms, moments)
def test_the_next_moment_is_later_on_a_wanted_weekday_and_at_the_wanted_time(rhythm: Rhythm, after: datetime) -> None:
    found = due(rhythm, after)
    assert after < found <= after + timedelta(days=8)
    shown, day = local(found, rhythm), day_of(found, rhythm)
    assert day.weekday() in rhythm.weekdays
    wished = datetime.combine(day, rhythm.at, ZoneInfo(rhythm.zone))
    there_is_none = wished.astimezone(UTC).astimezone(wished.tzinfo).time() != rhythm.at
    assert there_is_none or (rhythm.at, day) == (shown.time().replace(fold=0), shown.date())


@settings(max_examples=40)
@given(rhythms, moments)
def test_each_wanted_day_comes_once_and_in_order(rhythm: Rhythm, after: datetime) -> None:
    found = [after]
    for _ in range(20):
        found.append(due(rhythm, found[-1]))
    assert sorted(set(found)) == found
    days = {local(each, rhythm).date() for each in found[1:]}
    assert 20 == len(days)  # never twice on one day
    weeks = (found[-1] - found[1]) / timedelta(weeks=1)
    assert abs(weeks * len(rhythm.weekdays) - 19) <= len(rhythm.weekdays)  # and none is left out


@settings(max_examples=30)
@given(rhythms, moments, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=4))
def test_no_moment_is_on_a_day_off(rhythm: Rhythm, after: datetime, spans: list[tuple[int, int]]) -> None:
    def day(ahead: int) -> date:
        return after.date() + timedelta(days=ahead)

    off = tuple((day(first), day(first + more)) for first, more in spans)
    found = day_of(due(rhythm, after, off), rhythm)
    assert not any(first <= found <= last for first, last in off)


@pytest.mark.parametrize(
    ("name", "at", "after", "expected"),
    [
        # Berlin loses 02:00-03:00 on 29 March 2026 and has it twice on 25 October 2026, both Sundays.
        ("Europe/Berlin", time(2, 30), "2026-03-28T12:00Z", "2026-03-29T01:30Z"),  # 03:30 there: right after the gap
        ("Europe/Berlin", time(9), "2026-03-28T12:00Z", "2026-03-29T07:00Z"),
        ("Europe/Berlin", time(9), "2026-03-22T08:00Z", "2026-03-29T07:00Z"),
        ("Europe/Berlin", time(2, 30), "2026-10-24T12:00Z", "2026-10-25T00:30Z"),  # the first of the two
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:30Z", "2026-11-01T01:30Z"),  # and not the second
        ("America/New_York", time(9), "2026-03-07T20:00Z", "2026-03-08T13:00Z"),
        ("America/New_York", time(9), "2026-10-25T13:00Z", "2026-11-01T14:00Z"),
        ("Asia/Kolkata", time(9), "2026-03-28T12:00Z", "2026-03-29T03:30Z"),
    ],
)
def test_over_a_clock_change_the_wall_decides(name: str, at: time, after: str, expected: str) -> None:
    rhythm = Rhythm(weekdays=(6,), at=at, zone=name)
    assert datetime.fromisoformat(expected) == next_due(rhythm, datetime.fromisoformat(after))


def test_a_zone_nobody_knows_beats_in_utc_and_a_year_of_days_off_never() -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert datetime(2026, 1, 12, 9, tzinfo=UTC) == next_due(Rhythm(zone="Mars/Olympus"), start)
    always = ((start.date() - timedelta(days=2), start.date() + timedelta(days=800)),)
    assert next_due(Rhythm(), start, always) is None
    assert next_due(Rhythm(weekdays=()), start) is None
    assert [None] * 4 == [zone(name) for name in ("", "Europe", "../etc/passwd", "Nowhere/At All")]
