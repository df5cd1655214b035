"""What drawings and exports of a road say, in the words of the content. Pure; must never know a colour or a format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bot.roadmap.lettering import clean
from bot.roadmap.road import Road, Stretch

Words = Mapping[str, str]


def say(words: Words, key: str, **values: object) -> str:
    """Fill in a sentence."""
    return words[key].format(**values)


def day(words: Words, at: date) -> str:
    """Write a day without its year: "24 Nov"."""
    return say(words, "picture-day", day=at.day, month=words["picture-months"].split("; ")[at.month - 1])


def full(words: Words, at: date) -> str:
    """Write a day with its year."""
    return say(words, "picture-date", day=day(words, at), year=at.year)


def days(words: Words, first: date, last: date) -> str:
    """Write the days from one to another, without the year."""
    if first == last:
        return day(words, first)
    return say(words, "picture-days", start=day(words, first), to=day(words, last))


def period(words: Words, road: Road) -> str:
    """Write from when to when a road goes; the year once where it is the same."""
    start = day(words, road.start) if road.start.year == road.end.year else full(words, road.start)
    return say(words, "picture-days", start=start, to=full(words, road.end))


def pace(words: Words, road: Road) -> str:
    """Write hours a week and weeks."""
    weeks = say(words, "picture-weeks-one" if road.weeks == 1 else "picture-weeks", weeks=road.weeks)
    return say(words, "picture-pace", hours=number(road.hours_a_week), weeks=weeks)


def number(amount: Decimal) -> str:
    """Write a number without zeros at its end."""
    return f"{amount.normalize():f}" if amount.is_finite() else str(amount)


def state(words: Words, stretch: Stretch, road: Road) -> str:
    """Name what a module is: done, left out, stuck, next; empty for one that lies ahead."""
    if stretch.mark:
        return words[f"picture-{stretch.mark.state}"]
    return words["picture-next"] if stretch == road.next else ""


def done(road: Road) -> int:
    """Count what is done; what is left out isn't."""
    return sum(each.mark is not None and each.mark.state == "done" for each in road.stretches)


def lane(words: Words, track: str) -> str:
    """Name a track."""
    return words.get(f"picture-track-{track}") or clean(track)


def facts(words: Words, road: Road, stretch: Stretch) -> list[str]:
    """List a module's hours and days, and what it is."""
    told = [say(words, "picture-hours", hours=stretch.hours), days(words, stretch.start, stretch.to)]
    return [*told, *filter(None, [state(words, stretch, road)])]


def alt(road: Road, today: date, words: Words) -> str:
    """Say all that the picture shows."""
    numbers = {each.id: str(number) for number, each in enumerate(road.stretches, 1)}
    told = [
        say(words, "picture-alt", topic=clean(road.topic_title), title=clean(road.title), period=period(words, road)),
        say(words, "picture-alt-pace", pace=pace(words, road)),
        say(words, "picture-alt-progress", done=done(road), total=len(road.stretches)),
        say(words, _today(road, today), today=full(words, today)),
    ]
    told += [_stretch(words, road, each, numbers) for each in road.stretches]
    if road.off:
        off = "; ".join(days(words, first, last) for first, last in road.off)
        told.append(say(words, "picture-alt-off", days=off))
    if road.later:
        told.append(say(words, "picture-alt-later", titles="; ".join(map(clean, road.later))))
    return " ".join(told)


def _today(road: Road, today: date) -> str:
    if today < road.start:
        return "picture-alt-before"
    return "picture-alt-today" if today <= road.end else "picture-alt-over"


def _stretch(words: Words, road: Road, each: Stretch, numbers: Mapping[str, str]) -> str:
    facts = [lane(words, each.track), say(words, "picture-alt-hours", hours=each.hours)]
    facts.append(days(words, each.start, each.to))
    needs = [numbers[name] for name in each.needs if name in numbers]
    facts += [say(words, "picture-alt-needs", numbers=", ".join(needs))] if needs else []
    marked = state(words, each, road)
    facts += [say(words, "picture-alt-mark", state=marked, day=day(words, each.mark.on)) if each.mark else marked]
    facts = [fact for fact in facts if fact]
    return say(words, "picture-alt-module", number=numbers[each.id], title=clean(each.title), facts=", ".join(facts))
