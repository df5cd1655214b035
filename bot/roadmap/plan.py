"""A recommendation's path, cut to one person's time and laid into the calendar.

Modules are taken in path order until one doesn't fit. Capacity is hours a week x weeks x share
(the rest is slack). Dates: the calendar is counted in half-weeks from the start day (three days,
then four); `to` is the last day of a module, inclusive, so a plan of 12 weeks that starts on a
Monday ends on a Sunday at the latest. Must never look at the points or gates.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import ceil

from bot.catalog.script import Module, Resource, Roadmap
from bot.roadmap.calendar import Span, day
from bot.roadmap.recommend import Answers, Recommendation, tidy

LATEST_START = date(9990, 1, 1)  # a year and more before dates end


@dataclass(frozen=True, slots=True)
class Planned:
    """A module with its days, both inclusive. `long`: its exit project comes later than every few weeks."""

    id: str
    title: str
    hours: int
    start: date
    to: date
    after: str
    exit: str
    resources: tuple[Resource, ...]
    long: bool
    shared: bool  # begins in the half-week in which the one before ends


@dataclass(frozen=True, slots=True)
class KnownModule:
    """A module of the path that counts as known. `because` speaks to the person."""

    id: str
    title: str
    hours: int
    because: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A module of the path that isn't in the plan: for want of time, or since it lies behind one that is."""

    id: str
    title: str
    hours: int
    why: str  # "no-room": the first that didn't fit; "after": it comes later on the path


@dataclass(frozen=True, slots=True)
class Fit:
    """What it would take: total hours, and one of the two, the other as it is."""

    hours: int
    weeks: int  # at the same hours a week
    hours_a_week: int  # over the same weeks


@dataclass(frozen=True, slots=True)
class GoOn:
    """A path to go on with after this one is complete. An offer, no part of the plan."""

    path: str
    title: str
    topic: str
    topic_title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A dated plan."""

    path: str
    title: str
    start: date
    end: date  # the last day of the horizon
    hours_a_week: Decimal
    weeks: int
    assumed: tuple[str, ...]  # of hours and horizon, what was not answered
    capacity: Decimal
    hours_used: int
    small: bool  # too little time for more than the first module and one
    modules: tuple[Planned, ...]
    known: tuple[KnownModule, ...]
    relearned: tuple[str, ...]  # known by the answers, but wanted in the plan
    left_out: tuple[LeftOut, ...]
    next: Module | None  # the first module that didn't fit; None when the path is complete
    next_fit: Fit | None  # what it would take to include `next`
    whole_fit: Fit | None  # what it would take to complete the path
    go_on: GoOn | None  # only when the path is complete

    @property
    def complete(self) -> bool:
        """Whether the plan holds everything the path still had."""
        return self.next is None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a plan is laid around: days `off` add to the calendar and take no hours."""

    behind: Container[str] = ()  # modules that are done with, and aren't laid again
    off: tuple[Span, ...] = ()
    weeks: int | None = None  # instead of the horizon


@dataclass(frozen=True, slots=True)
class _Time:
    """What the person can give."""

    hours: Decimal
    weeks: int
    share: Decimal
    assumed: tuple[str, ...]

    @property
    def capacity(self) -> Decimal:
        return self.hours * self.weeks * self.share

    @property
    def half(self) -> Decimal:
        """Hours in half a week, slack included: the slack pays for the rounding."""
        return self.hours / 2

    def fit(self, hours: int) -> Fit:
        return Fit(hours, ceil(hours / (self.hours * self.share)), ceil(hours / (self.weeks * self.share)))


@dataclass(frozen=True, slots=True)
class _Stay:
    """The half-weeks a module takes, from first to last, counted from 0."""

    first: int
    last: int
    shared: bool


def plan(
    script: Roadmap,
    recommendation: Recommendation,
    answers: Answers,
    start: date,
    relearn: Iterable[str] = (),
    bounds: Bounds | None = None,
) -> Plan:
    """Cut the recommended path to the answers' hours and horizon, from `start` on, within the bounds if there are any.

    `relearn` names modules that count as known but are wanted in the plan. Raises ValueError for a start day so late
    that the dates would end. Over 40 lines, since a plan has many parts.
    """
    bounds = bounds or Bounds()
    off = bounds.off
    if start > LATEST_START:
        raise ValueError(f"a plan can't start after {LATEST_START.isoformat()}")
    time = _time(script, answers)
    time = replace(time, weeks=bounds.weeks) if bounds.weeks else time
    known = known_modules(script, answers)
    wanted = set(relearn)
    steps = [name for name in _steps(script, recommendation, known) if name not in bounds.behind]
    open_ = [script.module[name] for name in steps if name not in known or name in wanted]
    chosen, stays = _cut(open_, time, script)
    rest = open_[len(chosen) :]
    used = sum(module.hours for module in chosen)
    route = script.path[recommendation.path]
    return Plan(
        path=route.id,
        title=route.title,
        start=start,
        end=day(start, time.weeks * 7 - 1, off),
        hours_a_week=time.hours,
        weeks=time.weeks,
        assumed=time.assumed,
        capacity=time.capacity,
        hours_used=used,
        small=time.capacity < script.plan.small,
        modules=_dated(chosen, stays, start, script.plan.project_weeks, off),
        known=tuple(
            KnownModule(name, script.module[name].title, script.module[name].hours, known[name])
            for name in steps
            if name in known and name not in wanted
        ),
        relearned=tuple(name for name in steps if name in known and name in wanted),
        left_out=tuple(
            LeftOut(each.id, each.title, each.hours, "after" if number else "no-room")
            for number, each in enumerate(rest)
        ),
        next=rest[0] if rest else None,
        next_fit=time.fit(used + rest[0].hours) if rest else None,
        whole_fit=time.fit(used + sum(each.hours for each in rest)) if rest else None,
        go_on=None if rest else go_on(script, recommendation),
    )


def relaid(
    script: Roadmap, modules: Sequence[Module], answers: Answers, start: date, off: Iterable[Span], weeks: int
) -> tuple[Planned, ...]:
    """Lay these modules from `start` on, at the answers' pace: within the weeks if they fit, else for longer."""
    time = replace(_time(script, answers), weeks=weeks)
    stays = _lay(modules, time)
    stays = _lay_sharing(modules, time.half, len(modules)) if stays is None else stays
    return _dated(modules, stays, start, script.plan.project_weeks, tuple(off))


def fit(script: Roadmap, hours: int, hours_a_week: Decimal, weeks: int) -> Fit:
    """Tell what so many hours take: weeks at that pace, or hours a week over those weeks."""
    return _Time(hours_a_week, weeks, script.plan.share, ()).fit(hours)


def spread(hours: int) -> tuple[int, int]:
    """Give the least and the most hours to expect of an estimate: 40 % less, 40 % more."""
    return max(1, round(hours * 0.6)), round(hours * 1.4)


def known_modules(script: Roadmap, answers: Answers) -> dict[str, str]:
    """List the modules these answers show to be known, each with the fragment that follows "because"."""
    known: dict[str, str] = {}
    for question, chosen in tidy(script, answers).items():
        for option in chosen:
            entry = script.plan.known.get(question, {}).get(option)
            for module in entry.modules if entry else ():
                known.setdefault(module, entry.because if entry else "")
    known.pop(script.plan.first, None)
    return known


def _time(script: Roadmap, answers: Answers) -> _Time:
    given = tidy(script, answers)
    assumed = tuple(name for name in ("hours", "horizon") if name not in given)
    hours = given.get("hours", (script.plan.assume["hours"],))[0]
    weeks = given.get("horizon", (script.plan.assume["horizon"],))[0]
    return _Time(script.plan.hours[hours], script.plan.weeks[weeks], script.plan.share, assumed)


def _steps(script: Roadmap, recommendation: Recommendation, known: Iterable[str]) -> list[str]:
    """List the path with its extra module."""
    steps = list(script.path[recommendation.path].modules)
    add = recommendation.add
    if add and add.module not in steps:
        before = add.if_known_after if add.after in known else add.after
        steps.insert(steps.index(before) + 1, add.module)
    return steps


def _cut(steps: Sequence[Module], time: _Time, script: Roadmap) -> tuple[list[Module], list[_Stay]]:
    """Take the modules that fit, in order up to the first that doesn't, and say where they stay."""
    chosen: list[Module] = []
    stays: list[_Stay] = []
    most = 2 if time.capacity < script.plan.small else len(steps)
    for module in steps[:most]:
        if sum(each.hours for each in chosen) + module.hours > time.capacity:
            break
        longer = _lay([*chosen, module], time)
        if longer is None:  # many tiny modules: the hours are there, the half-weeks are not
            break
        chosen, stays = [*chosen, module], longer
    return chosen, stays


def _lay(modules: Sequence[Module], time: _Time) -> list[_Stay] | None:
    """Lay modules into half-weeks; neighbours share one only where the horizon demands it, and late.

    None when they don't fit even so.
    """
    for first_shared in range(len(modules), -1, -1):
        stays = _lay_sharing(modules, time.half, first_shared)
        if not stays or stays[-1].last < 2 * time.weeks:
            return stays
    return None


def _lay_sharing(modules: Sequence[Module], half: Decimal, first_shared: int) -> list[_Stay]:
    """Lay modules one after the other; from `first_shared` on each may begin where the one before ends.

    A half-week never holds more than two modules nor more hours than it has.
    """
    stays: list[_Stay] = []
    free, alone = Decimal(0), False  # of the last half-week: hours left, and whether one module only is in it
    for number, module in enumerate(modules):
        last = stays[-1].last if stays else -1
        shared = number >= first_shared and alone and free > 0
        rest = module.hours - free if shared else Decimal(module.hours)
        more = max(ceil(rest / half), 0)
        stays.append(_Stay(last if shared else last + 1, last + more, shared))
        alone = more > 0
        free = more * half - rest  # nothing begun: what is left of the shared one
    return stays


def _dated(
    modules: Sequence[Module], stays: Sequence[_Stay], start: date, project_weeks: int, off: tuple[Span, ...]
) -> tuple[Planned, ...]:
    return tuple(
        Planned(
            id=module.id,
            title=module.title,
            hours=module.hours,
            start=day(start, _days(stay.first), off),
            to=day(start, _days(stay.last + 1) - 1, off),
            after=module.after,
            exit=module.exit,
            resources=module.resources,
            long=stay.last - stay.first + 1 > 2 * project_weeks,
            shared=stay.shared,
        )
        for module, stay in zip(modules, stays, strict=True)
    )


def _days(halves: int) -> int:
    """Count the days before the half-week of that number begins: 0, 3, 7, 10, 14, ..."""
    return halves * 7 // 2


def go_on(script: Roadmap, recommendation: Recommendation) -> GoOn | None:
    """Find a path to go on with after the recommended one."""
    second = recommendation.second
    name = second.path if second else script.path[recommendation.path].larger
    if not name:
        return None
    route = script.path[name]
    topic = second.topic if second else route.topic
    return GoOn(name, route.title, topic, script.results.topics[topic].title)
