"""Days to learn on, laid around days off. Pure; must never know a module."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

Span = tuple[date, date]  # the first and the last day off


def day(start: date, number: int, off: Iterable[Span] = ()) -> date:
    """Find the day on which the study day of that number (0 is the first) falls, from `start` on."""
    found = start + timedelta(days=number)
    for first, last in joined(off):
        begin = max(first, start)
        if last < start:
            continue
        if begin > found:
            break
        found += timedelta(days=(last - begin).days + 1)
    return found


def joined(off: Iterable[Span]) -> list[Span]:
    """Put spans in order, those that touch each other together."""
    spans: list[Span] = []
    for first, last in sorted(off):
        if spans and first <= spans[-1][1] + timedelta(days=1):
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans


def days(off: Iterable[Span]) -> frozenset[date]:
    """List every day off."""
    return frozenset(
        first + timedelta(days=number) for first, last in joined(off) for number in range((last - first).days + 1)
    )
