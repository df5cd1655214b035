"""An interview's stored state, the question that is open in it, and what each move does to it.

Total: any stored state, with any content, and any move give a state again; a move that isn't
possible changes nothing and says why. Must never read free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot import commands
from bot.catalog.script import CLOSE_CALL, Option, Question, Roadmap
from bot.roadmap import known_modules, recommend
from bot.roadmap.plan import LATEST_START

NOT_SURE = "not-sure"

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
]


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
    return "asking" if _current(script, interview) else "review"


def open_question(script: Roadmap, interview: Interview) -> Question | None:
    """Find the question to ask now: None in the review, after it, and while paused."""
    return _current(script, interview) if stage(script, interview) == "asking" else None


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
        for name, question in _applying(script, interview).items()
    )


def _applying(script: Roadmap, interview: Interview) -> dict[str, Question]:
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


def _current(script: Roadmap, interview: Interview) -> Question | None:
    """Find the reopened question, else the first without an answer."""
    questions = _applying(script, interview)
    if interview.reopened in questions:
        return questions[interview.reopened]
    answers = given(script, interview)
    return next((question for name, question in questions.items() if name not in answers), None)


# Moving ----------------------------------------------------------------------------------
def step(script: Roadmap, interview: Interview, move: commands.Move) -> Stepped:
    """Make a move. An impossible one leaves the interview as it is and says why."""
    match move:
        case commands.Restart():
            return Stepped(Interview(owner=interview.owner, started=interview.started), "taken")
        case commands.Stop():
            gone = Interview(owner=interview.owner, started=interview.started, stopped=True)
            return Stepped(gone, "taken")
        case _ if interview.stopped:
            return Stepped(interview, "not-open")
        case commands.Pause():
            return _set(interview, "unchanged" if interview.paused or interview.finished else "taken", paused=True)
        case commands.Resume():
            return _set(interview, "taken" if interview.paused else "unchanged", paused=False)
    running = interview.model_copy(update={"paused": False})  # any other move goes on with the interview
    stepped = _go_on(script, running, move)
    return stepped if stepped.outcome == "taken" else Stepped(interview, stepped.outcome)


def _go_on(script: Roadmap, interview: Interview, move: commands.Move) -> Stepped:
    match move:
        case commands.Give(question, values):
            return _give(script, interview, question, values)
        case commands.Skip():
            open_ = _current(script, interview) if not interview.finished else None
            return _answer(interview, open_.id, ()) if open_ else Stepped(interview, "not-open")
        case commands.WhyAsk():
            asking = not interview.finished and _current(script, interview)
            return Stepped(interview, "taken" if asking else "not-open")
        case commands.Back():
            return _back(script, interview)
        case commands.Change(question):
            return _change(script, interview, question)
        case commands.Finish():
            return _finish(script, interview)
        case commands.Relearn(module):
            return _relearn(script, interview, module)
        case commands.StartOn(day):
            return _set(interview, "taken" if day <= LATEST_START else "bad-day", start_on=day)
    return Stepped(interview, "unchanged")  # pause, resume, restart, stop: done before


def _set(interview: Interview, outcome: Outcome, **changes: Any) -> Stepped:
    """Apply the changes if the outcome is that the move was taken."""
    return Stepped(interview.model_copy(update=changes) if outcome == "taken" else interview, outcome)


def _answer(interview: Interview, question: str, values: tuple[str, ...]) -> Stepped:
    answers = {**interview.answers, question: values}
    return _set(interview, "taken", answers=answers, reopened=None, finished=False)


def _give(script: Roadmap, interview: Interview, name: str, values: tuple[str, ...]) -> Stepped:
    questions = _applying(script, interview)
    if name not in questions:
        return Stepped(interview, "not-open" if name == CLOSE_CALL else "unknown-question")
    question = questions[name]
    wanted = tuple(value for value in values if value != NOT_SURE)
    if any(value not in question.options for value in wanted):
        return Stepped(interview, "unknown-option")
    picked = tuple(option for option in question.options if option in wanted)  # each once, in the script's order
    alone = tuple(option for option in picked if question.options[option].alone)
    picked = alone[:1] or picked
    if len(picked) > 1 and not question.several:
        return Stepped(interview, "one-only")
    open_ = None if interview.finished else _current(script, interview)
    if open_ is None or open_.id != name:
        return Stepped(interview, "already-answered" if name in given(script, interview) else "not-open")
    return _answer(interview, name, picked)


def _back(script: Roadmap, interview: Interview) -> Stepped:
    names = list(_applying(script, interview))
    open_ = None if interview.finished else _current(script, interview)
    at = names.index(open_.id) if open_ else len(names)
    if at == 0:
        return Stepped(interview, "nothing-before")
    return _set(interview, "taken", reopened=names[at - 1], finished=False)


def _change(script: Roadmap, interview: Interview, name: str) -> Stepped:
    if name not in _applying(script, interview):
        return Stepped(interview, "not-open" if name == CLOSE_CALL else "unknown-question")
    return _set(interview, "taken", reopened=name, finished=False)


def _finish(script: Roadmap, interview: Interview) -> Stepped:
    """Confirm the review. A question opened again keeps the answer it has."""
    settled = interview.model_copy(update={"reopened": None})
    if _current(script, settled):
        return Stepped(interview, "too-early")
    return _set(settled, "taken", finished=True)


def _relearn(script: Roadmap, interview: Interview, module: str) -> Stepped:
    """Put a known module into the plan, or out again."""
    if module in interview.relearn:
        return _set(interview, "taken", relearn=tuple(each for each in interview.relearn if each != module))
    if module not in script.module:
        return Stepped(interview, "unknown-module")
    if module not in known_modules(script, given(script, interview)):
        return Stepped(interview, "not-known")
    return _set(interview, "taken", relearn=(*interview.relearn, module))
