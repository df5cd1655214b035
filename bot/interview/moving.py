"""What each move does to an interview.

Total: any state, with any content, and any move give a state again; a move that isn't possible changes nothing and
says why. Must never read free text nor a clock: the day is handed in.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bot import commands
from bot.catalog.script import CLOSE_CALL, Roadmap
from bot.interview import walking
from bot.interview.state import Interview, Outcome, Stepped, applying, current, given

NOT_SURE = "not-sure"


def step(script: Roadmap, interview: Interview, move: commands.Move | commands.Walk, today: date) -> Stepped:
    """Make a move on the day `today`. An impossible one leaves the interview as it is and says why."""
    match move:
        case commands.Restart():
            return Stepped(walking.again(interview, today), "taken")
        case commands.Stop():
            gone = Interview(owner=interview.owner, started=interview.started, stopped=True)
            return Stepped(gone, "taken")
        case _ if interview.stopped:
            return Stepped(interview, "not-open")
        case commands.Pause():
            return _set(interview, "unchanged" if interview.paused or interview.finished else "taken", paused=True)
        case commands.Resume():
            return _set(interview, "taken" if interview.paused else "unchanged", paused=False)
    # Any other move goes on with the interview, and lets a question for a proof rest.
    running = interview.model_copy(update={"paused": False, "proving": ""})
    stepped = _go_on(script, running, move, today)
    return stepped if stepped.outcome in ("taken", "asked") else Stepped(interview, stepped.outcome)


def _go_on(script: Roadmap, interview: Interview, move: commands.Move | commands.Walk, today: date) -> Stepped:
    match move:
        case commands.Give(question, values):
            return _give(script, interview, question, values)
        case commands.Skip():
            open_ = current(script, interview) if not interview.finished else None
            return _answer(interview, open_.id, ()) if open_ else Stepped(interview, "not-open")
        case commands.WhyAsk():
            asking = not interview.finished and current(script, interview)
            return Stepped(interview, "taken" if asking else "not-open")
        case commands.Back():
            return _back(script, interview)
        case commands.Change(question, values):
            return _change(script, interview, question, values)
    return _walk(script, interview, move, today)


def _walk(script: Roadmap, interview: Interview, move: commands.Move | commands.Walk, today: date) -> Stepped:
    match move:
        case commands.Finish():
            return walking.finish(script, interview, today)
        case commands.Relearn(module):
            return walking.relearn(script, interview, module, today)
        case commands.StartOn(day):
            return walking.start(script, interview, day, today)
        case commands.Tick():
            return walking.tick(script, interview, move, today)
        case commands.Accept() | commands.Keep():
            return walking.decide(interview, move, script.version)
        case commands.Replan():
            return walking.replan(script, interview, today)
        case commands.Off(first, last):
            return walking.rest(script, interview, (first, last), today)
        case commands.Weekdays(days):
            return _set(interview, "taken", weekdays=days)
    return Stepped(interview, "unchanged")  # pause, resume, restart, stop: done before


def _set(interview: Interview, outcome: Outcome, **changes: Any) -> Stepped:
    """Apply the changes if the outcome is that the move was taken."""
    return Stepped(interview.model_copy(update=changes) if outcome == "taken" else interview, outcome)


def _answer(interview: Interview, question: str, values: tuple[str, ...]) -> Stepped:
    answers = {**interview.answers, question: values}
    return _set(interview, "taken", answers=answers, reopened=None, finished=False)


def _give(script: Roadmap, interview: Interview, name: str, values: tuple[str, ...]) -> Stepped:
    questions = applying(script, interview)
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
    open_ = None if interview.finished else current(script, interview)
    if open_ is None or open_.id != name:
        return Stepped(interview, "already-answered" if name in given(script, interview) else "not-open")
    return _answer(interview, name, picked)


def _back(script: Roadmap, interview: Interview) -> Stepped:
    names = list(applying(script, interview))
    open_ = None if interview.finished else current(script, interview)
    at = names.index(open_.id) if open_ else len(names)
    if at == 0:
        return Stepped(interview, "nothing-before")
    return _set(interview, "taken", reopened=names[at - 1], finished=False)


def _change(script: Roadmap, interview: Interview, name: str, values: tuple[str, ...]) -> Stepped:
    if name not in applying(script, interview):
        return Stepped(interview, "not-open" if name == CLOSE_CALL else "unknown-question")
    reopened = _set(interview, "taken", reopened=name, finished=False)
    return _give(script, reopened.interview, name, values) if values else reopened
