"""The plan somebody agreed to, as it is stored, and what becomes of it: a road to look at, a plan to agree to next.

A kept plan never changes by itself: `lay` makes the next one, and only the person's consent puts it in the place
of the old. Pure: the day is handed in. Must never decide whether something is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from pydantic import BaseModel, ConfigDict

from bot.catalog.script import Roadmap
from bot.roadmap.calendar import Span
from bot.roadmap.plan import Bounds, Planned, known_modules, plan, relaid
from bot.roadmap.recommend import recommend
from bot.roadmap.road import Mark, Passed, Road, Stretch

Marks = Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is made from."""

    answers: Mapping[str, tuple[str, ...]]
    relearn: tuple[str, ...] = ()  # known modules that are wanted all the same
    off: tuple[Span, ...] = ()


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Laid(_Kept):
    """One module of an agreed plan. Its title is for the day when the content doesn't have it any more."""

    id: str
    title: str
    hours: int
    start: date
    to: date
    past: bool = False  # kept for its mark only: the content has no such module any more


class Kept(_Kept):
    """An agreed plan, and what it was made from."""

    topic: str
    topic_title: str
    path: str
    title: str
    start: date
    end: date
    hours_a_week: Decimal
    weeks: int
    stretches: tuple[Laid, ...] = ()
    known: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    answers: dict[str, tuple[str, ...]] = {}
    relearn: tuple[str, ...] = ()
    off: tuple[Span, ...] = ()
    content: str = ""  # the version of the content it was laid from, or judged to be good under

    @property
    def mark(self) -> str:
        """A mark of this very plan, to take it by."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=4).hexdigest()

    @property
    def ids(self) -> tuple[str, ...]:
        """The modules, in order."""
        return tuple(each.id for each in self.stretches)


def behind(marks: Marks) -> set[str]:
    """Collect what needs no laying any more: done, or set aside."""
    return {name for name, mark in marks.items() if mark.state != "stuck"}


def lay(
    script: Roadmap,
    wish: Wish,
    start: date,
    *,
    marks: Marks | None = None,
    held: Kept | None = None,
    today: date | None = None,
) -> Kept:
    """Lay a plan from `start` on. What is behind on the plan held so far stays at its head, as it was.

    Once something is behind, the new one takes the weeks that are left of that plan from `today`, unless the answer
    to how long it may take has changed, or its end is past.
    """
    over = behind(marks or {})
    verdict = recommend(script, wish.answers)
    head = tuple(each for each in held.stretches if each.id in over) if held else ()
    weeks = _weeks_left(held, wish.answers, today or start) if held and head else None
    made = plan(script, verdict, wish.answers, start, wish.relearn, Bounds(over, wish.off, weeks))
    return Kept(
        topic=verdict.topic,
        topic_title=verdict.first.title,
        path=made.path,
        title=made.title,
        start=held.start if held and head else made.start,
        end=made.end if weeks is None or held is None else max([held.end, *(each.to for each in made.modules)]),
        hours_a_week=made.hours_a_week,
        weeks=made.weeks,
        stretches=(*head, *map(_laid, made.modules)),
        known=tuple(each.id for each in made.known),
        later=tuple(each.id for each in made.left_out),
        answers=dict(wish.answers),
        relearn=wish.relearn,
        off=wish.off,
        content=script.version,
    )


def catch_up(script: Roadmap, held: Kept, start: date, marks: Marks, off: tuple[Span, ...]) -> Kept:
    """Lay what is open of a plan anew from `start` on: the same modules, only later."""
    over = behind(marks)
    open_ = [script.module[each.id] for each in held.stretches if each.id not in over and each.id in script.module]
    weeks = _weeks_left(held, held.answers, start) or 1
    stretches = {each.id: _laid(each) for each in relaid(script, open_, held.answers, start, off, weeks)}
    laid = tuple(stretches.get(each.id, each) for each in held.stretches if each.id in stretches or each.id in over)
    end = max([held.end, *(each.to for each in laid)])
    return held.model_copy(update={"stretches": laid, "end": end, "off": off, "content": script.version})


def touched(script: Roadmap, held: Kept, marks: Marks) -> bool:
    """Tell whether the content now makes another plan of the same answers: other modules, order or hours."""
    over = behind(marks)
    made = lay(script, Wish(held.answers, held.relearn), held.start, marks=marks)
    hours = {each.id: each.hours for each in held.stretches if each.id not in over}
    before = [*hours, *(each for each in held.later if each not in over)]
    now = [*made.ids, *made.later]
    sized = all(script.module[name].hours == size for name, size in hours.items() if name in script.module)
    return before != now or not sized or (held.topic, held.path) != (made.topic, made.path)


def road(script: Roadmap, held: Kept, marks: Marks, weekdays: tuple[int, ...] = ()) -> Road:
    """Show a kept plan with its progress. What the content says of a module now is what counts."""
    known = known_modules(script, held.answers)
    return Road(
        topic=held.topic,
        topic_title=held.topic_title,
        path=held.path,
        title=held.title,
        start=held.start,
        end=held.end,
        hours_a_week=held.hours_a_week,
        weeks=held.weeks,
        stretches=tuple(_stretch(script, each, held.ids, marks.get(each.id)) for each in held.stretches),
        known=tuple(
            Passed(name, script.module[name].title, known[name])
            for name in held.known
            if name in script.module and name in known
        ),
        later=tuple(script.module[name].title for name in held.later if name in script.module),
        off=held.off,
        weekdays=weekdays,
    )


def _stretch(script: Roadmap, laid: Laid, ids: Iterable[str], mark: Mark | None) -> Stretch:
    module = script.module.get(laid.id)
    return Stretch(
        id=laid.id,
        title=module.title if module else laid.title,
        track=module.track if module else "shared",
        hours=laid.hours,
        start=laid.start,
        to=laid.to,
        needs=tuple(each for each in module.prerequisites if each in ids) if module else (),
        after=module.after if module else "",
        exit=module.exit if module else "",
        resources=module.resources if module else (),
        mark=mark,
    )


def _laid(module: Planned) -> Laid:
    return Laid(id=module.id, title=module.title, hours=module.hours, start=module.start, to=module.to)


def _weeks_left(held: Kept, answers: Mapping[str, tuple[str, ...]], today: date) -> int | None:
    """Count the weeks to the end agreed on; None where the answer says anew how many there are."""
    if held.answers.get("horizon", ()) != answers.get("horizon", ()) or today > held.end:
        return None
    return max(1, ceil((held.end + timedelta(days=1) - today).days / 7))
