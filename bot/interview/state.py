"""An interview's stored state, and the question that is open in it.

Total: any stored state can be looked at with any content. Must never read free text nor change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.catalog.script import CLOSE_CALL, Option, Question, Roadmap
from bot.roadmap import recommend
from bot.roadmap.calendar import Span
from bot.roadmap.kept import Kept
from bot.roadmap.rhythm import Reminding
from bot.roadmap.road import Mark

Stage = Literal["asking", "review", "finished", "paused", "stopped"]
Outcome = Literal[
    "taken",  # done as said
    "unchanged",  # it is so already: resume while running, pause while paused
    "already-answered",  # an old button: that question is behind us; /change reopens it
    "not-open",  # that question isn't asked yet, or no question is open
    "nothing-before",  # back, at the first question
    "too-early",  # the plan, while questions are open
    "one-only",  # several options for a question that takes one
    "unknown-question",
    "unknown-option",
    "unknown-module",
    "not-known",  # relearn, for a module that doesn't count as known
    "bad-day",  # a start day beyond the calendar
    "asked",  # the proof that ticks a module off is to be shown first
    "no-road",  # there is no agreed plan yet
    "nothing-marked",  # undo without a mark, or a mark without a module that is open
    "not-on-road",  # that module isn't part of the plan
    "other-proposed",  # an old button: another plan waits for consent by now
    "nothing-proposed",  # no other plan waits for consent
    "too-many",  # days off: more spans, or longer ones, than a year has room for
]


class Then(BaseModel):
    """An earlier finished interview, to compare with."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    on: date
    topic: str  # as it was called
    answers: dict[str, tuple[str, ...]]


class Interview(BaseModel):
    """What is stored of an interview. An empty answer is "not sure"; a missing one was not asked yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = 1
    owner: str
    started: date
    answers: dict[str, tuple[str, ...]] = {}
    reopened: str | None = None  # the question that back or change opened again
    paused: bool = False
    finished: bool = False  # the review was confirmed: show the plan
    stopped: bool = False
    start_on: date | None = None  # the plan's first day, when the person chose one
    relearn: tuple[str, ...] = ()  # known modules wanted in the plan
    off: tuple[Span, ...] = ()  # first and last days without learning
    weekdays: tuple[int, ...] = ()  # the days for it, Monday is 0; empty: any
    kept: Kept | None = None  # the plan that was agreed to
    proposed: Kept | None = None  # the plan to agree to in its place
    marks: dict[str, Mark] = {}  # by module: how far somebody is
    proving: str = ""  # the module whose proof was asked for last
    nudged: str = ""  # the module for which a late plan was laid anew, unasked: once is enough
    then: Then | None = None  # the interview before this one
    reminding: Reminding | None = None  # only while the person wants to be reminded


@dataclass(frozen=True, slots=True)
class Stepped:
    """The interview after a move, and what came of the move."""

    interview: Interview
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, for the review. No options: not sure, or not answered."""

    question: Question
    options: tuple[Option, ...]
    answered: bool


# Looking ---------------------------------------------------------------------------------
def stage(script: Roadmap, interview: Interview) -> Stage:
    """Tell where the interview stands."""
    if interview.stopped:
        return "stopped"
    if interview.paused:
        return "paused"
    if interview.finished:
        return "finished"
    return "asking" if current(script, interview) else "review"


def open_question(script: Roadmap, interview: Interview) -> Question | None:
    """Find the question to ask now: None in the review, after it, and while paused."""
    return current(script, interview) if stage(script, interview) == "asking" else None


def chosen(script: Roadmap, interview: Interview, question: Question) -> tuple[str, ...]:
    """List the options given so far to a question: what to tick when it is asked again."""
    return given(script, interview).get(question.id, ())


def given(script: Roadmap, interview: Interview) -> dict[str, tuple[str, ...]]:
    """Keep the answers that still mean something, known questions and options only, for `recommend` and `plan`.

    An answer whose options have all left the content counts as not given.
    """
    known = {**script.questions, CLOSE_CALL: script.interview.close_call}
    found = {}
    for name, values in interview.answers.items():
        kept = tuple(value for value in values if name in known and value in known[name].options)
        if name in known and (kept or not values):
            found[name] = kept
    return found


def progress(script: Roadmap, interview: Interview, question: Question) -> tuple[int, int]:
    """Count: the question's number and how many there are; (0, total) for the extra question."""
    names = list(script.questions)
    return names.index(question.id) + 1 if question.id in names else 0, len(names)


def review(script: Roadmap, interview: Interview) -> tuple[Asked, ...]:
    """List every question with its answer, in order; the extra one when it applies."""
    answers = given(script, interview)
    return tuple(
        Asked(
            question,
            tuple(question.options[each] for each in answers.get(name, ()) if each in question.options),
            name in answers,
        )
        for name, question in applying(script, interview).items()
    )


def applying(script: Roadmap, interview: Interview) -> dict[str, Question]:
    """List all questions of this interview, in order. The extra one follows the others, on a close call."""
    questions = dict(script.questions)
    answers = given(script, interview)
    if all(name in answers for name in questions):
        tracks = recommend(script, answers).close_call
        if tracks:
            extra = script.interview.close_call
            offered = {name: option for name, option in extra.options.items() if option.track in tracks}
            questions[CLOSE_CALL] = extra.model_copy(update={"options": offered})
    return questions


def current(script: Roadmap, interview: Interview) -> Question | None:
    """Find the reopened question, else the first without an answer."""
    questions = applying(script, interview)
    if interview.reopened in questions:
        return questions[interview.reopened]
    answers = given(script, interview)
    return next((question for name, question in questions.items() if name not in answers), None)
