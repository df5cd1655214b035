"""How the people of a channel stand, put together from what each lets count: where they go, and what comes when.

Nothing that only one of them has is ever told: what fewer than two share is counted, not named. Pure: the day is
handed in. Must never know a name or an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.roadmap.road import Road

ENOUGH = 3  # people without whom there is no team view
SHARED = 2  # people without whom nothing is named
SHOWN = 5  # bars of a kind


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Ahead(_Kept):
    """One module somebody has before them, with its days."""

    id: str
    title: str
    start: date
    to: date


class Standing(_Kept):
    """What is told of one person: the topic they go for, and what they have before them."""

    topic: str
    topic_title: str
    ahead: tuple[Ahead, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """Something several people share."""

    id: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Together:
    """A module that several have before them, and the days on which most of them are at it; None: no two are."""

    title: str
    count: int  # have it before them
    days: tuple[date, date] | None
    at_once: int  # of them are at it on these days


@dataclass(frozen=True, slots=True)
class View:
    """A team as a whole. What only one has is counted in `own_way`, `own_step` and nowhere else."""

    size: int
    missing: int  # how many more it takes; more than 0: nothing else is told
    topics: tuple[Bar, ...] = ()
    own_way: int = 0
    steps: tuple[Bar, ...] = ()  # what comes next for them
    own_step: int = 0
    through: int = 0  # have nothing before them
    together: Together | None = None


def standing(road: Road) -> Standing:
    """Take from a road what counts in a team view."""
    ahead = [each for each in road.stretches if each.mark is None or each.mark.state == "stuck"]
    return Standing(
        topic=road.topic,
        topic_title=road.topic_title,
        ahead=tuple(Ahead(id=each.id, title=each.title, start=each.start, to=each.to) for each in ahead),
    )


def write(each: Standing) -> str:
    """Write it to be kept."""
    return each.model_dump_json()


def read(bodies: Sequence[str]) -> tuple[Standing, ...]:
    """Read what was kept; what another version wrote in another shape doesn't count."""
    found = []
    for body in bodies:
        try:
            found.append(Standing.model_validate_json(body))
        except ValidationError:
            continue
    return tuple(found)


def view(people: Sequence[Standing], today: date) -> View:
    """Look at all of them as one."""
    size = len(people)
    if size < ENOUGH:
        return View(size, ENOUGH - size)
    topics, own_way = _shared([(each.topic, each.topic_title) for each in people])
    going = [each for each in people if each.ahead]
    steps, own_step = _shared([(each.ahead[0].id, each.ahead[0].title) for each in going])
    return View(size, 0, topics, own_way, steps, own_step, size - len(going), _together(going, today))


def _shared(items: Sequence[tuple[str, str]]) -> tuple[tuple[Bar, ...], int]:
    """Count what at least two have, most first; and how many have something else."""
    titles = dict(items)
    counts = sorted(Counter(id_ for id_, _ in items).items(), key=lambda each: (-each[1], titles[each[0]]))
    bars = tuple(Bar(id_, titles[id_], count) for id_, count in counts if count >= SHARED)[:SHOWN]
    return bars, len(items) - sum(bar.count for bar in bars)


def _together(people: Sequence[Standing], today: date) -> Together | None:
    """Find the module that most have before them, the one that comes soonest of several, and its best days."""
    ahead: dict[str, list[Ahead]] = {}
    for person in people:
        for each in {each.id: each for each in person.ahead}.values():
            ahead.setdefault(each.id, []).append(each)
    shared = [(each, _best(each, today)) for each in ahead.values() if len(each) >= SHARED]
    if not shared:
        return None
    spans, (start, to, at_once) = min(shared, key=lambda each: (-len(each[0]), -each[1][2], each[1][0], each[0][0].id))
    return Together(spans[0].title, len(spans), (start, to) if at_once >= SHARED else None, at_once)


def _best(spans: Sequence[Ahead], today: date) -> tuple[date, date, int]:
    """Find the first run of days, from today on, on which most are at it, and how many those are.

    Who should be through with it already is still at it: theirs begins today and takes as long as it was to take.
    """
    moved = [_from_today(each, today) for each in spans]
    edges = sorted({first for first, _ in moved} | {last + timedelta(days=1) for _, last in moved})
    counts = [(sum(first <= edge <= last for first, last in moved), edge) for edge in edges]
    most = max(count for count, _ in counts)
    begin = next(number for number, (count, _) in enumerate(counts) if count == most)
    after = next(edge for count, edge in counts[begin:] if count < most)
    return counts[begin][1], after - timedelta(days=1), most


def _from_today(each: Ahead, today: date) -> tuple[date, date]:
    if each.to >= today:
        return max(each.start, today), each.to
    return today, today + (each.to - each.start)
