"""Which one answer, had it been another, would change the recommendation most. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.catalog.script import Question, Roadmap
from bot.roadmap.plan import known_modules
from bot.roadmap.recommend import Answers, Recommendation, recommend, tidy


@dataclass(frozen=True, slots=True)
class Swing:
    """One answer changed, and what that does. No options: not sure."""

    question: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    topic: str  # the title of the topic it would then be
    path: str  # the title of its path
    other: int  # modules of that path that aren't on this one


def swing(script: Roadmap, answers: Answers) -> Swing | None:
    """Find the single answer that moves the recommendation most; None when none does.

    Another topic counts for more than another path to the same one, then the number of other modules; then the
    order of the questions decides.
    """
    given = tidy(script, answers)
    now = recommend(script, answers)
    here = _modules(script, now, given)
    best, most = None, (False, 0)
    for question in script.questions.values():
        before = given.get(question.id, ())
        for after in _others(question, before):
            changed = {**given, question.id: after}
            then = recommend(script, changed)
            if (then.topic, then.path) == (now.topic, now.path):
                continue
            other = len(_modules(script, then, changed) - here)
            if (then.topic != now.topic, other) > most:
                most = (then.topic != now.topic, other)
                title = script.path[then.path].title
                best = Swing(question.id, before, after, then.first.title, title, other)
    return best


def _others(question: Question, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give every answer that is one step from this one: another option, or one more or less of several."""
    for name, option in question.options.items():
        if not question.several or option.alone or any(question.options[each].alone for each in before):
            if before != (name,):
                yield (name,)
        elif name in before:
            yield tuple(each for each in before if each != name)
        else:
            yield tuple(each for each in question.options if each in before or each == name)


def _modules(script: Roadmap, verdict: Recommendation, answers: Answers) -> set[str]:
    return set(script.path[verdict.path].modules) - set(known_modules(script, answers))
