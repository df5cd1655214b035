"""What must hold between the roadmap's files: every id exists, no cycles, paths in order.

`Roadmap` refuses content that breaks one of these; each flaw carries its place in the tree, so
that lint can name file and line. Must never change anything.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.catalog.script import Question, Roadmap, When

Place = tuple[str | int, ...]
Flaw = tuple[Place, str]  # where in the tree, and what is wrong there


def flaws(script: Roadmap) -> Iterator[Flaw]:
    """Find everything that doesn't hang together."""
    yield from _questions(script)
    yield from _scoring(script)
    yield from _gates(script)
    yield from _results(script)
    yield from _plan(script)
    yield from _modules(script)
    yield from _paths(script)
    for place, what in script.history.flaws(script.module):
        yield ("history", *place), what
    for topic, entry in script.not_yet.topics.items():
        for number, because in enumerate(entry.because):
            yield from _when(script, because.when, ("not_yet", "topics", topic, "because", number, "when"))


def _questions(script: Roadmap) -> Iterator[Flaw]:
    place: Place = ("interview", "questions")
    for name, question in script.questions.items():
        yield from _options(question, (*place, name))
    extra = script.interview.close_call
    yield from _options(extra, ("interview", "close_call"))
    for name, option in extra.options.items():
        where: Place = ("interview", "close_call", "options", name, "track")
        yield from _known(option.track or "", script.scoring.tracks, where, "track")


def _options(question: Question, place: Place) -> Iterator[Flaw]:
    for name, option in question.options.items():
        for other in option.over:
            yield from _known(other, question.options, (*place, "options", name, "over"), "option")
    if question.number is None:
        return
    bounds = [option.to for option in question.options.values()]
    if None in bounds[:-1] or bounds[-1] is not None:
        yield (*place, "options"), "every option but the last needs `to`, so that any number means one of them"
        return
    numbers = [bound for bound in bounds if bound is not None]
    if numbers != sorted(set(numbers)):
        yield (*place, "options"), "the numbers at `to` must rise from option to option"


def _scoring(script: Roadmap) -> Iterator[Flaw]:
    for name, options in script.scoring.points.items():
        place: Place = ("scoring", "points", name)
        yield from _known(name, script.questions, place, "question")
        for option, tracks in options.items():
            yield from _option(script, name, option, (*place, option))
            for track in tracks:
                yield from _known(track, script.scoring.tracks, (*place, option, track), "track")


def _gates(script: Roadmap) -> Iterator[Flaw]:
    yield from _known(script.gates.wish, script.scoring.points, ("gates", "wish"), "scored question")
    for group, gates in (("keep", script.gates.keep), ("decide", script.gates.decide)):
        for name, gate in gates.items():
            yield from _known(gate.track, script.scoring.tracks, ("gates", group, name, "track"), "track")
            yield from _when(script, gate.when, ("gates", group, name, "when"))


def _results(script: Roadmap) -> Iterator[Flaw]:
    results = script.results
    for track in script.scoring.tracks:
        if not results.rows.get(track):
            yield ("results", "rows"), f"the track {track} has no row, so it can't become a roadmap"
    for track, rows in results.rows.items():
        place: Place = ("results", "rows", track)
        yield from _known(track, script.scoring.tracks, place, "track")
        if rows and rows[-1].when:
            yield place, "the last row must have no `when`, so that some row always fits"
        for number, row in enumerate(rows):
            here: Place = (*place, number)
            yield from _when(script, row.when, (*here, "when"))
            yield from _known(row.topic, results.topics, (*here, "topic"), "topic")
            yield from _known(row.path, script.path, (*here, "path"), "path")
            if row.add and row.path in script.path:
                yield from _known(row.add.module, script.module, (*here, "add", "module"), "module")
                for name in ("after", "if_known_after"):
                    on_path = script.path[row.path].modules
                    yield from _known(getattr(row.add, name), on_path, (*here, "add", name), f"module of {row.path}")


def _plan(script: Roadmap) -> Iterator[Flaw]:
    plan = script.plan
    yield from _known(plan.first, script.module, ("plan", "first"), "module")
    for name, sizes in (("hours", plan.hours), ("horizon", plan.weeks)):
        field = "hours" if name == "hours" else "weeks"
        question = script.questions.get(name)
        if question is None:
            yield ("interview", "questions"), f"the question {name} is missing, and it sizes the plan"
            continue
        for option in set(question.options) ^ set(sizes):
            yield ("plan", field), f"{option} must be an option of {name} and have a size here, and it isn't both"
        if any(size <= 0 for size in sizes.values()):
            yield ("plan", field), "every size must be above 0"
        yield from _known(plan.assume.get(name, ""), sizes, ("plan", "assume"), f"option of {name}")  # type: ignore[call-overload]
    for name, options in plan.known.items():
        for option, known in options.items():
            place: Place = ("plan", "known", name, option)
            yield from _option(script, name, option, place)
            for module in known.modules:
                yield from _known(module, script.module, (*place, "modules"), "module")
            if plan.first in known.modules:
                yield (*place, "modules"), f"{plan.first} always stays in the plan and can't count as known"


def _modules(script: Roadmap) -> Iterator[Flaw]:
    place: Place = ("modules", "modules")
    sound = True
    for name, module in script.module.items():
        for needed in module.prerequisites:
            found = list(_known(needed, script.module, (*place, name, "prerequisites"), "module"))
            sound = sound and not found
            yield from found
    if sound:
        try:
            TopologicalSorter({name: each.prerequisites for name, each in script.module.items()}).prepare()
        except CycleError as error:
            round_ = " needs ".join(reversed(error.args[1]))
            yield (*place, error.args[1][0], "prerequisites"), f"modules need each other in a circle: {round_}"


def _paths(script: Roadmap) -> Iterator[Flaw]:
    for name, path in script.path.items():
        place: Place = ("paths", "paths", name)
        yield from _known(path.topic, script.results.topics, (*place, "topic"), "topic")
        if path.larger:
            yield from _known(path.larger, script.path, (*place, "larger"), "path")
        if script.plan.first not in path.modules[:1]:
            yield (*place, "modules"), f"every path starts with {script.plan.first}"
        before: set[str] = set()
        for module in path.modules:
            yield from _known(module, script.module, (*place, "modules"), "module")
            needed = script.module[module].prerequisites if module in script.module else ()
            for each in needed:
                if each not in before:
                    yield (*place, "modules"), f"{module} needs {each}, which must come before it on this path"
            before.add(module)


# Ids -------------------------------------------------------------------------------------
def _when(script: Roadmap, when: When, place: Place) -> Iterator[Flaw]:
    for number, each in enumerate(when):
        for name, chosen in each.items():
            yield from _known(name, script.questions, (*place, number, name), "question")
            for option in (*chosen.any, *chosen.all, *chosen.none):
                yield from _option(script, name, option, (*place, number, name))


def _option(script: Roadmap, question: str, option: str, place: Place) -> Iterator[Flaw]:
    if question in script.questions:
        yield from _known(option, script.questions[question].options, place, f"option of {question}")


def _known(name: str, known: Iterable[str] | Mapping[str, object], place: Place, kind: str) -> Iterator[Flaw]:
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        yield place, f"there is no {kind} {name}{hint}" if name else f"a {kind} is missing here"
