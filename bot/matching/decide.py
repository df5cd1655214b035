"""From label probabilities to candidates, and from candidates to Sure, Unsure or NoIdea.

The rules that tie a kind to the topics it needs stand here, and the thresholds that follow from the costs of a
mistake. Must never read text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from bot.catalog.schema import AnswerId
from bot.matching.match import Context

# Costs: a wrong answer 5, a false answer 5, a question back 1, a refusal in scope 2.
SURE = 0.4  # answer from this probability on
ASK = 0.08  # offer from this probability on
REFUSE = 0.45  # decline when this much speaks for a refusal
LEAD = 1.6  # ... or this many times more than for the best answer, when nothing of the field is named

AHEAD = 0.25  # by how much the best answer must lead the next one, else both are offered

PAIRED = ("compare", "changes", "stays")
HALF = (*PAIRED, "choose")  # need two: a hint will do for the second
OPEN = ("compare", "changes", "stays", "choose", "roadmap")  # can be asked without a topic
BARE = "-bare"  # a kind asked of no topic in particular: "which one do we need"
SHORT_TURN = 8  # a longer question says itself what it is about
SHORT_TALK = 6  # small talk is short; longer texts are rarely meant as it

Key = TypeVar("Key")
Answers = Sequence[tuple[AnswerId, float]]


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names: topics outright, topics by hint, terms; and the topics named elsewhere in the message."""

    topics: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()  # topics and hinted topics together, in spoken order
    length: int = 0  # words
    talked: bool = False  # the thread has an answer to go on from

    @property
    def field(self) -> bool:
        """Tell whether something of the field is named outright."""
        return bool(self.topics or self.terms)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The answers a part may ask for, best first, and what speaks for each refusal."""

    answers: tuple[tuple[AnswerId, float], ...]
    refusals: tuple[tuple[str, float], ...]

    @property
    def best(self) -> float:
        """Return the best answer's probability."""
        return self.answers[0][1] if self.answers else 0.0

    @property
    def second(self) -> float:
        """Return the runner-up's probability."""
        return self.answers[1][1] if len(self.answers) > 1 else 0.0

    @property
    def refused(self) -> float:
        """Return what speaks for any refusal."""
        return sum(score for _, score in self.refusals)


def prior(label: str, named: Named, context: Context | None) -> float:
    """Say how much what is named speaks for a label: two topics ask for a comparison, no topic for no facet."""
    kind, _, rest = label.partition(":")
    base = kind.removesuffix(BARE)
    if len(named.topics) > 1:
        return {
            "compare": 1.8,
            "stays": 1.0,
            "changes": 1.2,
            "choose": 1.2,
            "roadmap": 1.0,
            "facet": 0.6,
            "followup": 1.0,
            "oos": 0.5,
        }.get(base, 0.2)
    if named.topics:
        return {"onboarding": 0.12, "smalltalk": 0.1, "oos": 0.7, "stays": 0.7, "changes": 0.7}.get(base, 1.0)
    if named.terms:
        return {"smalltalk": 0.3, "facet": 0.7, "glossary": 1.2}.get(base, 1.0)
    if base == "roadmap" and context and context.kind == "roadmap":
        return 3.0  # what follows a roadmap tells of the situation it is for
    if base == "smalltalk" and named.length > SHORT_TALK and rest not in ("help", "who"):
        return 0.1
    talked = named.around or named.hints or (context and context.kind)
    if base == "oos" and (named.around or (context and named.length <= SHORT_TALK)):
        return 0.5
    return 0.4 if base in ("facet", "define") and not talked else 1.0


def weigh(scores: Mapping[str, float], named: Named, context: Context | None) -> Weighed:
    """Turn label probabilities into probabilities of answers and of refusal reasons."""
    answers: dict[AnswerId, float] = {}
    refusals: dict[str, float] = {}
    asked = context if context and context.kind else None
    priors = {label: prior(label, named, asked) * score for label, score in scores.items()}
    total = sum(priors.values()) or 1.0
    for label, weight in priors.items():
        score = weight / total
        kind, _, rest = label.partition(":")
        if kind == "oos":
            refusals[rest] = refusals.get(rest, 0.0) + score
            continue
        for answer, share in _answers(label, named, asked):
            answers[answer] = answers.get(answer, 0.0) + score * share
    return Weighed(_ranked(answers), _ranked(refusals))


def offered(weighed: Weighed, answers: Sequence[AnswerId]) -> Weighed:
    """Put some answers in front that are worth offering, none of them sure."""
    share = 0.9 * SURE
    rest = tuple((answer, min(score, share / 2)) for answer, score in weighed.answers if answer not in answers)
    refusals = tuple((reason, 0.0) for reason, _ in weighed.refusals)
    return Weighed((*((answer, share) for answer in answers), *rest), refusals)


def verdict(weighed: Weighed, named: Named) -> Literal["sure", "unsure", "no"]:
    """Decide by the costs: answer, ask back, or decline."""
    best, refused = weighed.best, weighed.refused
    if refused >= REFUSE and refused > best:
        return "no"
    if best >= SURE and best - weighed.second >= AHEAD:
        return "sure"
    if best < ASK or (refused > best * LEAD and not named.field):
        return "no"
    return "unsure"


def _ranked(scores: Mapping[Key, float]) -> tuple[tuple[Key, float], ...]:
    return tuple(sorted(scores.items(), key=lambda item: (-item[1], str(item[0]))))


def _answers(label: str, named: Named, context: Context | None) -> Answers:
    """Say which answers a label stands for, given what is named."""
    kind, _, rest = label.partition(":")
    if kind == "followup":
        return _followup(rest, named, context)
    if kind == "glossary" and not rest:
        return _terms(named, context)
    if kind == "smalltalk":
        return ((AnswerId(label), 1.0),)
    if kind in ("glossary", "onboarding"):
        return ((AnswerId(label), 1.0),)
    return _shape(label, named, context)


def _terms(named: Named, context: Context | None) -> Answers:
    if len(named.topics) > 1:
        shares = [(AnswerId("compare", named.topics), 0.7)]
        return [*shares, (AnswerId(f"glossary:{named.terms[0]}"), 0.3)] if named.terms else shares
    if named.terms:
        rest = 0.15 / max(1, len(named.terms) - 1)
        return [(AnswerId(f"glossary:{term}"), 1.0 if not at else rest) for at, term in enumerate(named.terms[:3])]
    if named.topics:
        return ((AnswerId("define", named.topics), 0.9),)
    if context and context.kind.startswith("glossary:"):
        return ((AnswerId(context.kind), 0.6),)
    return ()


def _shape(kind: str, named: Named, context: Context | None) -> Answers:
    bare, kind = kind.endswith(BARE), kind.removesuffix(BARE)
    topics, weight = _topics(kind, named, context)
    if named.terms and not named.topics:
        shares = [(AnswerId(f"glossary:{named.terms[0]}"), 0.7)]
        return [*shares, (AnswerId(kind, topics), 0.3 * weight)] if topics else shares
    if not topics:
        if context and context.kind.startswith("glossary:") and kind not in OPEN:
            return ((AnswerId(context.kind), 0.8),)
        return ((AnswerId(kind), 1.0 if bare else 0.2),) if kind in OPEN else ()
    if kind == "define" and len(topics) > 1:
        return ((AnswerId("compare", topics), weight),)
    if kind == "changes" and len(topics) == 1:
        return ((_from_devops(topics, named), weight),)
    return ((AnswerId(kind, topics), weight),)


def _from_devops(topics: tuple[str, ...], named: Named) -> AnswerId:
    """Complete a change of which one end is named: it starts from DevOps, or goes to what is hinted at."""
    if topics != ("devops",):
        return AnswerId("changes", ("devops", *topics))
    other = next((hint for hint in named.hints if hint != "devops"), None)
    return AnswerId("changes", ("devops", other)) if other else AnswerId("compare", topics)


def _topics(kind: str, named: Named, context: Context | None) -> tuple[tuple[str, ...], float]:
    """Choose the topics a shape is about: named, else named around, else hinted, else those of the thread."""
    if named.topics:
        if kind in PAIRED and len(named.topics) == 1 and len(named.around) > 1:
            return named.around, 1.0
        if kind in HALF and len(named.topics) == 1 and len(named.spoken) == 2:
            return named.spoken, 0.9
        if kind in PAIRED and len(named.topics) == 1 and context and named.length <= SHORT_TURN:
            before = tuple(topic for topic in context.topics[:2] if topic not in named.topics)
            return (*before, *named.topics), 1.0
        return named.topics, 1.0
    if named.around:
        return named.around, 0.95
    if context and context.topics and named.length <= SHORT_TALK:
        return context.topics, 0.95
    if named.hints:
        return named.hints[:1], 0.8
    if context and context.topics:
        return context.topics, 0.8
    return (), 1.0


def _followup(turn: str, named: Named, context: Context | None) -> Answers:
    """Resolve a turn that leans on the answer before; without one it can only define what it names."""
    topics = named.topics or named.hints[:1]
    if context is None:
        if turn not in ("same", "instead"):
            return ()
        if named.terms and not named.topics:
            return ((AnswerId(f"glossary:{named.terms[0]}"), 0.9),)
        return ((AnswerId("define", topics[:1]), 0.9),) if topics else ()
    if turn in ("simpler", "more"):
        return (
            ((AnswerId("define", named.topics[:1]), 0.8),)
            if named.topics
            else ((AnswerId(context.kind, context.topics), 1.0),)
        )
    if named.terms and not named.topics:
        return ((AnswerId(f"glossary:{named.terms[0]}"), 1.0),)
    if not topics:
        return ((AnswerId(context.kind, context.topics), 0.3),) if turn == "same" else ()
    return ((_again(context, topics, replace=turn == "instead"), 1.0),)


def _again(context: Context, topics: tuple[str, ...], *, replace: bool) -> AnswerId:
    """Ask the last question again about other topics."""
    kind = context.kind
    if ":" in kind and not kind.startswith("facet:"):
        return AnswerId("define", topics[:1])
    if kind in PAIRED and len(topics) == 1:
        before = tuple(topic for topic in context.topics if topic not in topics)
        kept = before[:1] if replace or kind == "changes" else before
        return AnswerId(kind, (*kept, *topics)) if kept else AnswerId("define", topics)
    return AnswerId(kind, topics)
