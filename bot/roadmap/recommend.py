"""What comes first, what next and what not yet, from a person's answers.

Points are added up per track, gates overrule them, and a table turns the winning track into a
topic with its path. All weights, conditions and sentences are content; this file only applies
them. Must never look at hours or horizon: they size the plan and never change what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalog.script import CLOSE_CALL, Add, Result, Roadmap, holds

Answers = Mapping[str, tuple[str, ...]]  # question id -> option ids; absent or empty: not sure


@dataclass(frozen=True, slots=True)
class Reason:
    """An answer that speaks for the recommended track. `text` follows "because"."""

    question: str
    option: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A track as the person hears it: a topic with its path."""

    track: str
    topic: str
    title: str
    path: str
    about: str
    ready: str  # follows "when": the moment to go on to it


@dataclass(frozen=True, slots=True)
class Held:
    """A topic that is too early. `because` fragments follow "because", `look_again` follows "when"."""

    topic: str
    title: str
    because: tuple[str, ...]
    say: str
    look_again: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The verdict on a set of answers."""

    scores: dict[str, int]  # before the gates
    gate: str | None  # the gate that decided the first track
    gate_says: str  # that gate in one sentence; empty without one
    first: Pick
    second: Pick | None
    wished: bool  # `second` is what the person wished for, put after the base
    add: Add | None  # one more module on the first path
    reasons: tuple[Reason, ...]  # strongest first; empty when no answer scored for the first track
    not_yet: tuple[Held, ...]  # the wished one first
    nothing_held: str  # said when `not_yet` is empty; else empty
    missing: tuple[str, ...]  # scored questions without an answer
    guess: bool  # too many of them are missing
    close_call: tuple[str, ...]  # tracks too near to call, best first; empty when it was clear
    settled: bool  # the extra question broke the tie

    @property
    def primary(self) -> str:
        """The first track."""
        return self.first.track

    @property
    def topic(self) -> str:
        """The first topic."""
        return self.first.topic

    @property
    def path(self) -> str:
        """The first topic's path."""
        return self.first.path

    @property
    def secondary(self) -> str | None:
        """The second topic, if there is one."""
        return self.second.topic if self.second else None


def tidy(script: Roadmap, answers: Answers) -> dict[str, tuple[str, ...]]:
    """Keep what counts: known ids, each once, in the script's order; `alone` options only alone."""
    kept: dict[str, tuple[str, ...]] = {}
    for name, question in script.questions.items():
        given = answers.get(name) or ()
        chosen = [option for option in question.options if option in given]
        if len(chosen) > 1:
            chosen = [option for option in chosen if not question.options[option].alone] or chosen[:1]
        if chosen:
            kept[name] = tuple(chosen)
    return kept


def recommend(script: Roadmap, answers: Answers) -> Recommendation:
    """Judge the answers. Total: unknown ids are passed over, missing answers score nothing."""
    given = tidy(script, answers)
    scores = _scores(script, given)
    removed = {gate.track: name for name, gate in script.gates.keep.items() if not holds(gate.when, given)}
    ranked = sorted(scores, key=lambda track: -scores[track])  # stable: ties keep the script's order
    kept = [track for track in ranked if track not in removed]
    wish = _wish(script, given, scores)
    gate, primary, after = _decided(script, given, wish if wish in kept else None)
    close: tuple[str, ...] = ()
    settled = False
    if gate is None:
        primary = kept[0] if kept else script.scoring.tracks[0]
        gate = removed.get(ranked[0])
        close = _close(script, scores, kept) if gate is None else ()
        told = _settled(script, answers, close)
        settled, primary = told is not None, told or primary
    second = after or next((t for t in kept if t != primary and scores[t] >= script.scoring.secondary_from), None)
    first, row = _pick(script, primary, given)
    then = _pick(script, second, given)[0] if second else None
    held = _held(script, given, {first.topic, then.topic if then else ""}, wish)
    missing = tuple(name for name in script.questions if name in script.scoring.points and name not in given)
    return Recommendation(
        scores=scores,
        gate=gate,
        gate_says=_gate_says(script, gate),
        first=first,
        second=then,
        wished=after is not None,
        add=row.add,
        reasons=_reasons(script, given, primary),
        not_yet=held,
        nothing_held="" if held else script.not_yet.nothing,
        missing=missing,
        guess=len(missing) >= script.scoring.guess_from_missing,
        close_call=close,
        settled=settled,
    )


def _scores(script: Roadmap, given: Answers) -> dict[str, int]:
    scores = dict.fromkeys(script.scoring.tracks, 0)
    for question, options in script.scoring.points.items():
        for option in given.get(question, ()):
            for track, cell in options.get(option, {}).items():
                scores[track] += cell.points
    return scores


def _wish(script: Roadmap, given: Answers, scores: Mapping[str, int]) -> str | None:
    """Find the track the goal itself speaks for most; ties go to the lower layer."""
    row = dict.fromkeys(scores, 0)
    for option in given.get(script.gates.wish, ()):
        for track, cell in script.scoring.points[script.gates.wish].get(option, {}).items():
            row[track] += cell.points
    best = max(row, key=lambda track: row[track])  # the first of the best
    return best if row[best] > 0 else None


def _decided(script: Roadmap, given: Answers, wish: str | None) -> tuple[str | None, str, str | None]:
    """Find the gate that decides by itself, its track, and the wish it puts second."""
    for name, gate in script.gates.decide.items():
        if holds(gate.when, given):
            return name, gate.track, wish if gate.wish_next and wish != gate.track else None
    return None, "", None


def _close(script: Roadmap, scores: Mapping[str, int], kept: list[str]) -> tuple[str, ...]:
    """List the tracks within reach of the best, when there are at least two."""
    near = [track for track in kept if scores[kept[0]] - scores[track] <= script.scoring.close_within]
    return tuple(near) if len(near) > 1 else ()


def _settled(script: Roadmap, answers: Answers, close: tuple[str, ...]) -> str | None:
    """Find the track that the extra question's answer chose among the near ones."""
    for option in answers.get(CLOSE_CALL) or ():
        chosen = script.interview.close_call.options.get(option)
        if chosen and chosen.track in close:
            return chosen.track
    return None


def _pick(script: Roadmap, track: str, given: Answers) -> tuple[Pick, Result]:
    row = next(row for row in script.results.rows[track] if holds(row.when, given))
    words = script.results.topics[row.topic]
    return Pick(track, row.topic, words.title, row.path, words.about, words.ready), row


def _held(script: Roadmap, given: Answers, recommended: set[str], wish: str | None) -> tuple[Held, ...]:
    found = []
    for topic, entry in script.not_yet.topics.items():
        because = tuple(each.say for each in entry.because if holds(each.when, given))
        if because and topic not in recommended:
            found.append(Held(topic, entry.title, because, entry.say, entry.look_again, entry.sources))
    wished = _pick(script, wish, given)[0].topic if wish else ""
    return tuple(sorted(found, key=lambda held: held.topic != wished))


def _reasons(script: Roadmap, given: Answers, track: str) -> tuple[Reason, ...]:
    found = []
    for question, options in script.scoring.points.items():
        for option in given.get(question, ()):
            cell = options.get(option, {}).get(track)
            if cell and cell.points > 0:
                found.append(Reason(question, option, cell.points, cell.reason))
    return tuple(sorted(found, key=lambda reason: -reason.points))


def _gate_says(script: Roadmap, gate: str | None) -> str:
    says = {name: each.say for name, each in script.gates.keep.items()}
    says |= {name: each.say for name, each in script.gates.decide.items()}
    return says[gate] if gate else ""
