"""A roadmap as a person keeps it: the plan they agreed to, and how far they are on it.

What is drawn, exported, shared and reminded of is a `Road`, never a fresh `Plan`: a plan is what would fit
now, a road is what was agreed. Must never decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.catalog.script import Resource

State = Literal["done", "skipped", "stuck"]


class Mark(BaseModel):
    """How far somebody is with one module, and since which day. No mark: not yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: State
    on: date


@dataclass(frozen=True, slots=True)
class Stretch:
    """One module on the road, with its days, both inclusive."""

    id: str  # stable over all content edits, or mapped by a declared change
    title: str
    track: str  # "shared" or the track it belongs to: the lane it is drawn in
    hours: int
    start: date
    to: date
    needs: tuple[str, ...]  # ids of the stretches on this road that come before it
    after: str  # what one can do after it
    exit: str  # the proof that ticks it off
    resources: tuple[Resource, ...]
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A module that isn't on the road since it counts as known."""

    id: str
    title: str
    because: str  # follows "because"


@dataclass(frozen=True, slots=True)
class Road:
    """An agreed roadmap with its progress."""

    topic: str  # id of the topic to start with
    topic_title: str
    path: str
    title: str  # of the path
    start: date
    end: date  # the last day of the horizon
    hours_a_week: Decimal
    weeks: int
    stretches: tuple[Stretch, ...]
    known: tuple[Passed, ...] = ()
    later: tuple[str, ...] = ()  # titles of what didn't fit, in order
    off: tuple[tuple[date, date], ...] = ()  # first and last days of times off, which the stretches are laid around
    weekdays: tuple[int, ...] = ()  # the days of the week kept for it, Monday is 0; empty: any

    @property
    def done(self) -> int:
        """How many stretches are behind: done or skipped."""
        return sum(each.mark is not None and each.mark.state != "stuck" for each in self.stretches)

    @property
    def next(self) -> Stretch | None:
        """The first stretch that isn't behind; None at the end of the road."""
        return next((each for each in self.stretches if each.mark is None or each.mark.state == "stuck"), None)
