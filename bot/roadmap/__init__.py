"""Finished answers to a recommendation, a recommendation to a dated plan. Pure.

`recommend` says what comes first, next and not yet; `plan` cuts its path to the person;
`machine` does both for one JSON line. Must never read a clock, a file or the environment.
"""

from bot.roadmap.machine import machine, machine_line
from bot.roadmap.plan import Fit, GoOn, KnownModule, LeftOut, Plan, Planned, known_modules, plan
from bot.roadmap.recommend import Answers, Held, Pick, Reason, Recommendation, recommend, tidy

__all__ = [
    "Answers",
    "Fit",
    "GoOn",
    "Held",
    "KnownModule",
    "LeftOut",
    "Pick",
    "Plan",
    "Planned",
    "Reason",
    "Recommendation",
    "known_modules",
    "machine",
    "machine_line",
    "plan",
    "recommend",
    "tidy",
]
