"""What each move does to an agreed plan: progress on it, another plan beside it, consent.

Nothing of an agreed plan changes but by consent: another plan is proposed, and stands beside it until the person
takes it or not. Must never lose a mark.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from bot import commands
from bot.catalog.script import Roadmap
from bot.interview.state import Interview, Outcome, Stepped, Then, current, given
from bot.roadmap import known_modules
from bot.roadmap.calendar import Span
from bot.roadmap.carry import carried as carry
from bot.roadmap.carry import renamed
from bot.roadmap.differences import differences
from bot.roadmap.kept import Kept, Wish, behind, catch_up, lay, touched
from bot.roadmap.kept import road as kept_road
from bot.roadmap.plan import LATEST_START
from bot.roadmap.road import Mark, Road

LATE = timedelta(days=7)  # after the last day of a module that isn't behind: then the plan is laid anew, unasked
MOST_OFF, LONGEST_OFF = 20, timedelta(days=120)
News = Literal["", "content", "late"]


def finish(script: Roadmap, interview: Interview, today: date) -> Stepped:
    """Confirm the review: agree to the first plan, or propose another. A reopened question keeps its answer."""
    if interview.finished and interview.kept is not None:
        return Stepped(interview, "taken")
    settled = interview.model_copy(update={"reopened": None})
    if current(script, settled):
        return Stepped(interview, "too-early")
    settled = settled.model_copy(update={"finished": True})
    if settled.kept is not None:
        return Stepped(_weighed(script, settled, today), "taken")
    first = settled.start_on or today
    agreed = lay(script, _wish(script, settled), first, marks=settled.marks)
    return Stepped(settled.model_copy(update={"kept": agreed, "start_on": first}), "taken")


def again(interview: Interview, today: date) -> Interview:
    """Begin the interview again: the agreed plan and its progress stay, and the answers are kept to compare with."""
    held = interview.kept
    if held is None:
        return Interview(owner=interview.owner, started=today)
    then = Then(on=interview.started, topic=held.topic_title, answers=held.answers)
    blank = Interview(owner=interview.owner, started=today)
    reset = ("answers", "reopened", "paused", "finished", "stopped", "start_on", "relearn", "proposed", "started")
    return interview.model_copy(update={name: getattr(blank, name) for name in reset} | {"then": then})


# Looking ---------------------------------------------------------------------------------
def road(script: Roadmap, interview: Interview) -> Road | None:
    """Show the agreed plan with its progress, under the ids the content has now; None before there is one."""
    seen = carried(script, interview)
    return kept_road(script, seen.kept, seen.marks, seen.weekdays) if seen.kept else None


# Progress --------------------------------------------------------------------------------
def tick(script: Roadmap, interview: Interview, move: commands.Tick, today: date) -> Stepped:
    """Mark a module of the plan, or take its mark away. "Done" first asks for the proof."""
    held = interview.kept
    if held is None:
        return Stepped(interview, "no-road")
    module = meant(interview, move)
    if not module:
        return Stepped(interview, "nothing-marked")
    laid = next((each for each in held.stretches if each.id == module), None)
    if laid is None or laid.past:
        return Stepped(interview, "not-on-road" if module in script.module else "unknown-module")
    mark = interview.marks.get(module)
    if move.state == (mark.state if mark else "open"):
        return Stepped(interview, "unchanged")
    if move.state == "done" and not move.sure:
        return Stepped(interview.model_copy(update={"proving": module}), "asked")
    marks = {name: each for name, each in interview.marks.items() if name != module}
    if move.state != "open":
        marks[module] = Mark(state=move.state, on=today)
    return _set(interview, marks=marks)


def meant(interview: Interview, move: commands.Tick) -> str:
    """Find the module a move is about: the one it names, else the next one, or the last one marked for an undo."""
    if move.module or interview.kept is None:
        return move.module
    if move.state == "open":
        return next(reversed(interview.marks), "")
    over = behind(interview.marks)
    return next((name for name in interview.kept.ids if name not in over), "")


# Another plan ----------------------------------------------------------------------------
def decide(interview: Interview, move: commands.Accept | commands.Keep, version: str) -> Stepped:
    """Take the proposed plan, or stay with the one agreed to and the answers it was made from."""
    held, proposed = interview.kept, interview.proposed
    if held is None or (proposed is None and interview.finished):
        return Stepped(interview, "nothing-proposed")
    if isinstance(move, commands.Accept) and proposed and move.mark not in ("", proposed.mark):
        return Stepped(interview, "other-proposed")
    if isinstance(move, commands.Accept):
        return _set(interview, kept=proposed, proposed=None) if proposed else Stepped(interview, "too-early")
    return _set(
        interview,
        proposed=None,
        finished=True,
        reopened=None,
        answers=dict(held.answers),
        relearn=held.relearn,
        off=held.off,
        kept=held.model_copy(update={"content": version}),
    )


def replan(script: Roadmap, interview: Interview, today: date) -> Stepped:
    """Propose the same modules from today on."""
    held = interview.kept
    if held is None or not interview.finished:
        return Stepped(interview, "no-road")
    later = catch_up(script, held, _from(interview, today), interview.marks, interview.off)
    return Stepped(_proposing(interview, later), "taken")


def start(script: Roadmap, interview: Interview, day: date, today: date) -> Stepped:
    """Choose the plan's first day."""
    if day > LATEST_START:
        return Stepped(interview, "bad-day")
    chosen = interview.model_copy(update={"start_on": day})
    held = interview.kept
    if held is None or not interview.finished:
        return Stepped(chosen, "taken")
    over = behind(interview.marks)
    if over:
        moved = catch_up(script, held, max(day, today), interview.marks, interview.off)
    else:
        moved = lay(script, _wish(script, chosen), day)
    return Stepped(_proposing(chosen, moved), "taken")


def rest(script: Roadmap, interview: Interview, span: Span, today: date) -> Stepped:
    """Leave days out of the plan, or no longer."""
    first, last = span
    if first > last or last > LATEST_START:
        return Stepped(interview, "bad-day")
    off = tuple(each for each in interview.off if each != span)
    if off == interview.off:
        off = tuple(sorted((*off, span)))
    if len(off) > MOST_OFF or last - first > LONGEST_OFF:
        return Stepped(interview, "too-many")
    changed = interview.model_copy(update={"off": off})
    return Stepped(_weighed(script, changed, today) if changed.finished and changed.kept else changed, "taken")


def relearn(script: Roadmap, interview: Interview, module: str, today: date) -> Stepped:
    """Put a known module into the plan, or out again."""
    wanted = tuple(each for each in interview.relearn if each != module)
    if wanted == interview.relearn:
        if module not in script.module:
            return Stepped(interview, "unknown-module")
        if module not in known_modules(script, given(script, interview)):
            return Stepped(interview, "not-known")
        wanted = (*wanted, module)
    changed = interview.model_copy(update={"relearn": wanted})
    return Stepped(_weighed(script, changed, today) if changed.finished and changed.kept else changed, "taken")


def carried(script: Roadmap, interview: Interview) -> Interview:
    """Give stored plans and marks the ids the content has now; a roadmap from before plans were kept gets its plan.

    That one is laid as it always was: on the day the person chose, or the day they began.
    """
    held, marks = interview.kept, interview.marks
    update: dict[str, Any] = {"relearn": renamed(script, interview.relearn)}
    if held is None and interview.finished and not interview.stopped:
        first = interview.start_on or interview.started
        wish = Wish(given(script, interview), update["relearn"], interview.off)
        update |= {"kept": lay(script, wish, first), "start_on": first}
    elif held is not None:
        kept, now = carry(script, held, marks)
        proposed = carry(script, interview.proposed, marks)[0] if interview.proposed else None
        update |= {"kept": kept, "marks": now, "proposed": proposed}
    changed = {name: value for name, value in update.items() if value != getattr(interview, name)}
    return interview.model_copy(update=changed) if changed else interview


def refreshed(script: Roadmap, interview: Interview, today: date) -> tuple[Interview, News]:
    """Look at an agreed plan again: propose another where the content or the calendar has overtaken it.

    Says what there is to tell: nothing, the content, or that the plan is late; that only once for a module.
    """
    held = interview.kept
    if held is None or not interview.finished or interview.proposed is not None:
        return interview, ""
    if held.content != script.version:
        if touched(script, held, interview.marks):
            changed = _weighed(script, interview, today)
            return changed, "content" if changed.proposed else ""
        held = held.model_copy(update={"content": script.version})
        interview = interview.model_copy(update={"kept": held})
    over = behind(interview.marks)
    first = next((each for each in held.stretches if each.id not in over), None)
    if first is None or first.id == interview.nudged or today < first.to + LATE:
        return interview, ""
    later = catch_up(script, held, today, interview.marks, interview.off)
    return _proposing(interview.model_copy(update={"nudged": first.id}), later), "late"


def _weighed(script: Roadmap, interview: Interview, today: date) -> Interview:
    """Propose the plan that the answers, days off and content make now, if that is another one."""
    held = interview.kept
    if held is None:
        return interview
    wish, marks = _wish(script, interview), interview.marks
    if (wish.answers, wish.relearn) != (held.answers, held.relearn) or held.content != script.version:
        made = lay(script, wish, _from(interview, today), marks=marks, held=held, today=today)
        return _proposing(interview, made)
    if wish.off == held.off:
        return interview.model_copy(update={"proposed": None})
    over = behind(marks)
    open_ = next((each for each in held.stretches if each.id not in over), None)
    first = open_.start if open_ and today <= open_.to else today
    return _proposing(interview, catch_up(script, held, first, marks, wish.off))


def _proposing(interview: Interview, made: Kept) -> Interview:
    """Put a plan beside the one agreed to. Where nobody would see a difference it takes that one's place."""
    held = interview.kept
    if held is None or differences(held, made, interview.marks).none:
        return interview.model_copy(update={"kept": made, "proposed": None})
    return interview.model_copy(update={"proposed": made})


def _wish(script: Roadmap, interview: Interview) -> Wish:
    return Wish(given(script, interview), interview.relearn, interview.off)


def _from(interview: Interview, today: date) -> date:
    return max(interview.start_on or today, today)


def _set(interview: Interview, outcome: Outcome = "taken", **changes: Any) -> Stepped:
    return Stepped(interview.model_copy(update=changes), outcome)
