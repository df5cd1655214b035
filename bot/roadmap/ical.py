"""A road for a calendar: the one door of the icalendar library. One event a module, over its days.

An event keeps its UID for as long as the module keeps its id, whatever plan it stands in, and a later export has a
higher SEQUENCE (RFC 5545, 3.8.7.4): so importing again moves what is there and doubles nothing. No alarms: reminders
are asked for elsewhere. Pure: the moment is handed in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import STATUS, TRANSP, Calendar, Event

from bot.roadmap.lettering import clean
from bot.roadmap.road import Road, Stretch
from bot.roadmap.wording import Words, lane, say, state

_SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)  # exports are counted in minutes from here: 32 bits last for long
_MAKER: Final = "-//Whichops//Roadmap//EN"
_HOME: Final = "roadmap.whichops"  # right of the @ of a UID; no address


def ics(road: Road, words: Words, at: datetime) -> str:
    """Write a road as iCalendar. `at` is the moment of the export, aware."""
    name = say(words, "export-name", topic=clean(road.topic_title))
    events = [_event(road, each, words, at) for each in road.stretches]
    calendar = Calendar.new(name=name, method="PUBLISH", prodid=_MAKER, uid=f"road@{_HOME}", subcomponents=events)
    written: bytes = calendar.to_ical()
    return written.decode("utf-8", "replace")


def _event(road: Road, stretch: Stretch, words: Words, at: datetime) -> Event:
    marked = state(words, stretch, road) if stretch.mark else ""
    title = clean(stretch.title)
    skipped = stretch.mark is not None and stretch.mark.state == "skipped"
    return Event.new(
        uid=f"{stretch.id}@{_HOME}",
        summary=say(words, "export-event-marked", title=title, state=marked) if marked else title,
        description=_described(stretch, words),
        start=stretch.start,
        end=max(stretch.start, stretch.to) + timedelta(days=1),  # DTEND is the day after
        stamp=at.astimezone(UTC),
        sequence=max(0, int((at - _SINCE).total_seconds() // 60)),
        status=STATUS.CANCELLED if skipped else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT,  # a week of learning in the evenings makes nobody busy
        categories=(lane(words, stretch.track),),
    )


def _described(stretch: Stretch, words: Words) -> str:
    lines = [say(words, "export-hours", hours=stretch.hours)]
    lines += [say(words, "export-exit", exit=clean(stretch.exit))] if stretch.exit else []
    lines += [f"{clean(each.title)}: {each.url}" for each in stretch.resources]
    return "\n".join(lines)
