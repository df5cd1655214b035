"""Roadmaps for machines: one JSON object in, one out.

Its shape is kept stable (README, "For machines"). Total: whatever comes in, an object comes out,
with an `error` that names what didn't fit. Must never guess at an unknown id.
"""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

from bot.catalog.script import Question, Roadmap
from bot.roadmap.plan import LATEST_START, Plan, plan
from bot.roadmap.recommend import Recommendation, recommend

NOT_SURE = "not-sure"
_FIELDS = ("id", "answers", "start")
_MOST = 80  # characters of a wrong value that an error repeats


class _Misfit(Exception):  # noqa: N818 (never leaves this file: it becomes the error of its line)
    """The request can't be answered; the text says why."""


def machine_line(script: Roadmap, line: str) -> dict[str, Any]:
    """Answer one line of JSON."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: no JSON, or a number with thousands of digits
        return {"id": None, "error": f"this line is not JSON: {_short(error)}"}
    return machine(script, request)


def machine(script: Roadmap, request: Any) -> dict[str, Any]:
    """Answer one request `{"id", "answers", "start"}`; `{"id", "error"}` where it doesn't fit."""
    name = _id(request.get("id")) if isinstance(request, dict) else None
    try:
        if not isinstance(request, dict):
            raise _Misfit(f"a request is an object with id, answers and start, not {_kind(request)}")
        answers = _answers(script, request)
        start = _start(request)
    except _Misfit as misfit:
        return {"id": name, "error": str(misfit)}
    verdict = recommend(script, answers)
    return {"id": name} | _told(verdict, plan(script, verdict, answers, start))


def _told(verdict: Recommendation, made: Plan) -> dict[str, Any]:
    return {
        "primary": verdict.primary,
        "topic": verdict.topic,
        "path": verdict.path,
        "secondary": verdict.secondary,
        "not_yet": [held.topic for held in verdict.not_yet],
        "reasons": [reason.text for reason in verdict.reasons],
        "gate": verdict.gate,
        "scores": dict(verdict.scores),
        "modules": [
            {"id": each.id, "hours": each.hours, "from": each.start.isoformat(), "to": each.to.isoformat()}
            for each in made.modules
        ],
        "hours_used": made.hours_used,
        "capacity": float(made.capacity),
        "next": made.next.id if made.next else None,
    }


def _id(value: Any) -> Any:
    """Echo the request's id, if it is a plain value; anything else is not echoed."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float) else None


def _answers(script: Roadmap, request: dict[Any, Any]) -> dict[str, tuple[str, ...]]:
    for field in request:  # extra fields are none of our business, unless one may be the misspelt answers
        if field not in _FIELDS and "answers" not in request:
            raise _Misfit(f"unknown field {_short(field)}, and answers is missing")
    given = request.get("answers")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _Misfit(f"answers must be an object of question and answer, not {_kind(given)}")
    answers = {}
    for name, value in given.items():
        question = script.questions.get(name) if isinstance(name, str) else None
        if question is None:
            raise _Misfit(f"unknown question {_short(name)}; known: {', '.join(script.questions)}")
        answers[question.id] = _options(question, value)
    return answers


def _options(question: Question, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    chosen: dict[str, None] = {}
    for each in values:
        option = str(each) if isinstance(each, int) and not isinstance(each, bool) and abs(each) < 10**9 else each
        if option is None or option == NOT_SURE:
            continue
        if not isinstance(option, str) or option not in question.options:
            known = ", ".join([*question.options, NOT_SURE])
            raise _Misfit(f"unknown answer {_short(each)} to {question.id}; known: {known}")
        chosen[option] = None
    if len(chosen) > 1 and not question.several:
        raise _Misfit(f"{question.id} takes one answer, and these are {len(chosen)}: {', '.join(chosen)}")
    return tuple(chosen)


def _start(request: dict[Any, Any]) -> date:
    given = request.get("start")
    if not isinstance(given, str):
        raise _Misfit('start is missing: the first day of the plan, such as "2026-01-05"' if given is None
                      else f"start must be a day such as \"2026-01-05\", not {_kind(given)}")  # fmt: skip
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise _Misfit(f'start {_short(given)} is not a day; write it as "2026-01-05"') from None
    if day > LATEST_START:
        raise _Misfit(f"start {_short(given)} is too late; the latest is {LATEST_START.isoformat()}")
    return day


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return "a list"
    return "an object"


def _short(value: Any) -> str:
    if isinstance(value, list | dict | tuple):  # may be nested deeper than repr goes
        return f"({_kind(value)})"
    if isinstance(value, int) and value.bit_length() > 1000:
        return "(a huge number)"
    shown = str(value) if not isinstance(value, str) else repr(value)
    return shown if len(shown) <= _MOST else shown[: _MOST - 1] + "…"
