"""From label probabilities to candidates, and from candidates to Sure, Unsure or NoIdea.

The rules that tie a kind to the topics it needs stand here, and the thresholds that follow from the costs of a
mistake. Must never read text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar

from bot.catalog.schema import AnswerId
from bot.matching.match import Context

# Costs: a wrong answer 5, a false answer 5, a question back 1, a refusal in scope 2.
SURE = 0.45  # answer from this probability on
ASK = 0.12  # offer from this probability on
REFUSE = 0.45  # decline when this much speaks for a refusal
LEAD = 1.6  # ... or this many times more than for the best answer, when nothing of the field is named

AHEAD = 0.2  # by how much the best answer must lead the next one, else both are offered
CLEAR, FAR = 0.3, 2.5  # what has words of its own: from this on, if so many times the next and any refusal

PAIRED = ("compare", "changes", "stays")
HALF = (*PAIRED, "choose")  # need two: a hint will do for the second
OPEN = ("compare", "changes", "stays", "choose", "roadmap")  # can be asked without a topic
BARE = "-bare"  # a kind asked of no topic in particular: "which one do we need"
SHORT_TURN = 8  # a longer question says itself what it is about
LONG_TALK = 14  # nor are longer messages, whatever they end in
RAMBLING = 16  # words from which a hint may stand far from what is asked
SHORT_TALK = 6  # small talk is short; longer texts are rarely meant as it

POINTING = 0.03  # what speaks for a refusal of "shed some light on it" beside a topic, or after an answer
LEANING = 0.3  # what speaks for another matter in a turn that goes on from the answer before
ELSEWHERE = ("glossary", "onboarding", "oos")
OWN = ("glossary:", "onboarding:")  # answers with words of their own; facets share theirs with other topics
ORDERS = ("task", "secrets", "injection")  # refused whatever was said before: "can you write that for me"
ABOUT_ONE = ("facet", "define")  # rarely asked of two topics at once
LIKENED = ("define", "facet:misconceptions")  # kinds that compare when one topic is likened to another
NAMING = "followup:name"  # asks what something is called, whatever that is
NAMED_IS = {"glossary": 1.5, "define": 0.7, "facet": 0.5, "oos": 0.5, "onboarding": 0.3, "smalltalk": 0.3}
FAINT = 0.0005  # a label less probable than this decides nothing

# How much the topics named speak for a kind.
TWO_NAMED = {
    "compare": 1.8,
    "stays": 1.0,
    "changes": 1.2,
    "choose": 1.2,
    "roadmap": 1.0,
    "facet": 0.6,
    "followup": 1.0,
    "oos": 0.5,
    "glossary": 0.1,
}
ONE_NAMED = {"glossary": 0.4, "onboarding": 0.12, "smalltalk": 0.1, "oos": 0.7, "stays": 0.7, "changes": 0.7}
TWO_TOLD = {"compare": 1.4, "stays": 1.8, "changes": 1.4, "choose": 1.4}  # after an answer about two topics
OTHER_TERM = 0.4  # what speaks for a term where another one is named
TERM_NAMED = {"smalltalk": 0.3, "facet": 0.7, "glossary": 1.2}

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
    hinted: tuple[str, ...] = ()  # the same for the whole message
    aside: tuple[str, ...] = ()  # terms named elsewhere in the message
    behind: tuple[str, ...] = ()  # topics the asker comes from: what is asked is rarely about them
    length: int = 0  # words
    whole: int = 0  # words of the whole message
    talked: bool = False  # the thread has an answer to go on from
    leans: bool = False  # goes on from the thread: "but why", "how is that ..."
    points: bool = False  # has a word for what was said before: "that", "those"
    naming: bool = False  # the message asks what something is called
    joined: bool = False  # the topics are one thing to the asker: "devops and mlops tools"

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
    base, rest = _base(label)
    if len(named.topics) > 1:
        return TWO_NAMED.get(base, 0.2)
    if named.topics:
        return ONE_NAMED.get(base, 1.0)
    if named.terms:
        return OTHER_TERM if base == "glossary" and rest and rest not in named.terms else TERM_NAMED.get(base, 1.0)
    if named.leans and context and base == "smalltalk" and named.length > 2:
        return LEANING
    if base == "oos" and context and named.points and named.length <= SHORT_TURN and rest not in ORDERS:
        return POINTING
    if named.leans and context and base in ELSEWHERE and not (base == "glossary" and not rest):
        return LEANING
    if base == "roadmap" and context and context.kind == "roadmap":
        return 3.0  # what follows a roadmap tells of the situation it is for
    if base == "smalltalk" and (named.whole > LONG_TALK or (named.length > SHORT_TALK and rest not in ("help", "who"))):
        return 0.1
    if base == "onboarding" and named.around:
        return LEANING
    if context and len(context.topics) > 1 and base in TWO_TOLD and not named.around:
        return TWO_TOLD[base]
    talked = named.around or named.hints or (context and context.kind)
    if base == "oos" and named.around and named.points and named.length <= SHORT_TURN:
        return POINTING
    if base == "oos" and (named.around or (context and named.length <= SHORT_TALK)):
        return 0.5
    return 0.4 if base in ("facet", "define") and not talked else 1.0


def _told(label: str, named: Named) -> float:
    """Say how much a message that asks for a word speaks for a label."""
    if label == NAMING:
        return 0.0 if named.field or named.hints or named.length > SHORT_TURN else 1.0
    return NAMED_IS.get(_base(label)[0], 1.0) if named.naming and not named.topics else 1.0


def weigh(scores: Mapping[str, float], named: Named, context: Context | None) -> Weighed:
    """Turn label probabilities into probabilities of answers and of refusal reasons."""
    answers: dict[AnswerId, float] = {}
    refusals: dict[str, float] = {}
    asked = context if context and context.kind else None
    some = {label: score for label, score in scores.items() if score > FAINT}
    priors = {label: _told(label, named) * prior(label, named, asked) * score for label, score in some.items()}
    total = sum(priors.values()) or 1.0
    for label, weight in priors.items():
        score = weight / total
        kind, _, rest = label.partition(":")
        if kind == "oos":
            refusals[rest] = refusals.get(rest, 0.0) + score
            continue
        for answer, share in _answers(label, named, asked):
            answers[answer] = answers.get(answer, 0.0) + score * share
    return Weighed(_ranked(_chatted(answers)), _ranked(refusals))


def _chatted(answers: Mapping[AnswerId, float]) -> dict[AnswerId, float]:
    """Give all that speaks for small talk to its likeliest sort: nobody wants to be asked whether it was praise."""
    chat = {answer: score for answer, score in answers.items() if answer.kind.startswith("smalltalk")}
    best = {max(chat, key=chat.__getitem__): sum(chat.values())} if chat else {}
    return {answer: score for answer, score in answers.items() if answer not in chat} | best


def offered(weighed: Weighed, answers: Sequence[AnswerId]) -> Weighed:
    """Put some answers in front that are worth offering, none of them sure."""
    share = 0.9 * CLEAR
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
    own = best and weighed.answers[0][0].kind.startswith(OWN)
    if own and best >= CLEAR and best >= FAR * max(weighed.second, refused):
        return "sure"
    if best < ASK or (refused > best * LEAD and not named.field):
        return "no"
    return "unsure"


@cache
def _base(label: str) -> tuple[str, str]:
    """Cut a label into its kind and the rest."""
    kind, _, rest = label.partition(":")
    return kind.removesuffix(BARE), rest


def blended(weighed: Weighed, other: Weighed, share: float, renamed: Mapping[AnswerId, AnswerId]) -> Weighed:
    """Mix two views of one question; `share` is the other's, some of whose answers have another name here."""
    answers = {answer: score * (1.0 - share) for answer, score in weighed.answers}
    for answer, score in other.answers:
        known = renamed.get(answer, answer)
        answers[known] = answers.get(known, 0.0) + score * share
    refusals = {reason: score * (1.0 - share) for reason, score in weighed.refusals}
    for reason, score in other.refusals:
        refusals[reason] = refusals.get(reason, 0.0) + score * share
    return Weighed(_ranked(answers), _ranked(refusals))


def _ranked(scores: Mapping[Key, float]) -> tuple[tuple[Key, float], ...]:
    return tuple(sorted(scores.items(), key=lambda item: (-item[1], str(item[0]))))


def _answers(label: str, named: Named, context: Context | None) -> Answers:
    """Say which answers a label stands for, given what is named."""
    kind, _, rest = label.partition(":")
    if kind == "followup":
        return () if label == NAMING else _followup(rest, named, context)
    if kind == "glossary" and not rest:
        return ((AnswerId(context.kind), 0.6),) if context and _of_the_team(named, context) else _terms(named, context)
    if kind in ("smalltalk", "glossary", "onboarding"):
        return ((AnswerId(label), 1.0),)
    if _of_the_team(named, context):
        return ((AnswerId(context.kind), 0.6),) if context else ()
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
    if _of_a_term_aside(kind, named):
        return ((AnswerId(f"glossary:{named.aside[-1]}"), 0.8),)
    if _of_the_term(kind, named, context):
        return ((AnswerId(context.kind), 0.8),) if context else ()
    if len(topics) > 1 == len(named.topics) and _likened(kind, named):
        return ((AnswerId("compare", topics), weight),)
    if len(topics) > 1 and kind.startswith("facet:") and named.topics and not named.joined:
        return ((AnswerId("compare", topics), 0.55), (AnswerId(kind, topics), 0.3))
    if kind == "facet:start" and len(topics) > 1 and not named.topics:
        return ((AnswerId("choose", topics), 0.55), (AnswerId(kind, topics), 0.35))
    if kind == "define" and topics == named.topics and len(topics) == 1 and len(named.spoken) == 2:
        return ((AnswerId(kind, topics), 0.6), (AnswerId("compare", named.spoken), 0.35))
    if not topics:
        if context and context.kind.startswith("glossary:") and kind not in OPEN:
            return ((AnswerId(context.kind), 0.8),)
        return ((AnswerId(kind), 1.0 if bare else 0.2),) if kind in OPEN else ()
    if kind == "define" and len(topics) > 1:
        return ((AnswerId("compare", topics), weight),)
    if kind == "changes" and len(topics) == 1:
        return ((_from_devops(topics, named), weight),)
    return ((AnswerId(kind, topics), weight),)


def _likened(kind: str, named: Named) -> bool:
    """Tell whether a turn likens what was said before to what it names: "isn't that simply ..."."""
    pointed = named.points or (kind == "facet:misconceptions" and named.length <= SHORT_TURN)
    return (named.leans or len(named.around) > 1) and pointed and kind in LIKENED


def _of_a_term_aside(kind: str, named: Named) -> bool:
    """Tell whether a sentence that names nothing points at a term named elsewhere in the message."""
    if not named.aside or named.spoken or named.around or kind == "roadmap":
        return False
    return named.points and named.length <= SHORT_TURN


def _of_the_team(named: Named, context: Context | None) -> bool:
    """Tell whether a turn asks on about the team's own answer that was given last."""
    team = context is not None and context.kind.startswith("onboarding:")
    return team and named.leans and not (named.field or named.hints or named.around)


def _of_the_term(kind: str, named: Named, context: Context | None) -> bool:
    """Tell whether a turn asks on about the term that was explained last."""
    if not context or not context.kind.startswith("glossary:") or kind in PAIRED or named.topics or named.around:
        return False
    return named.leans or named.length <= SHORT_TURN


def _from_devops(topics: tuple[str, ...], named: Named) -> AnswerId:
    """Complete a change of which one end is named: it starts from DevOps, or goes to what is hinted at."""
    if topics != ("devops",):
        return AnswerId("changes", ("devops", *topics))
    other = next((hint for hint in named.hints if hint != "devops"), None)
    return AnswerId("changes", ("devops", other)) if other else AnswerId("compare", topics)


def _topics(kind: str, named: Named, context: Context | None) -> tuple[tuple[str, ...], float]:
    """Choose the topics a shape is about: named, else those of the thread or named around, else hinted."""
    before = context.topics if context else ()
    if named.topics:
        topics = _named(kind, named, before)
        return topics, 0.9 if len(named.topics) == 1 and topics == named.spoken != named.topics else 1.0
    if named.around:
        return _around(kind, named), 0.95
    if before and (named.leans or named.length <= SHORT_TALK):
        other = tuple(hint for hint in named.hints if hint not in before)[:1] if len(before) == 1 else ()
        return (*before, *(other if kind in PAIRED else ())), 0.95
    if named.hints:
        return named.hints[:1], 0.8
    if before:
        return before, 0.8
    return named.hinted[:1], 0.7


def _named(kind: str, named: Named, before: tuple[str, ...]) -> tuple[str, ...]:
    """Complete what is named outright by what a kind needs besides."""
    topics = named.topics
    if len(topics) > 1:
        ahead = tuple(topic for topic in topics if topic not in named.behind)
        return ahead if ahead and kind.partition(":")[0] in ABOUT_ONE else topics
    if len(named.around) > 1 and (kind in PAIRED or _likened(kind, named)):
        return named.around
    ahead = tuple(topic for topic in named.around if topic not in named.behind)
    if ahead and kind not in PAIRED and topics[0] in named.behind:
        return ahead[-1:]
    home = tuple(hint for hint in named.hinted if hint in named.behind and hint not in topics)
    if kind in PAIRED and home:
        return (home[0], *topics)
    leaning = named.leans or named.length <= SHORT_TURN
    other = tuple(topic for topic in before[:2] if topic not in topics)
    if other and leaning and (kind in PAIRED or _likened(kind, named)):
        return (*other, *topics)
    near = kind in PAIRED or named.length <= RAMBLING
    if kind in HALF and near and len(named.spoken) == 2 and not (before and leaning):
        return named.spoken
    return topics


def _around(kind: str, named: Named) -> tuple[str, ...]:
    """Choose among the topics named elsewhere: a pair needs two, all else is about what is new to the asker."""
    if kind in PAIRED:
        return named.hinted[:2] if len(named.around) == 1 and len(named.hinted) > 1 else named.around
    ahead = tuple(topic for topic in named.around if topic not in named.behind)
    ahead = ahead or tuple(hint for hint in named.hinted if hint not in named.behind)[:1] or named.around
    return ahead[-1:] if kind.partition(":")[0] in ABOUT_ONE else ahead


def _followup(turn: str, named: Named, context: Context | None) -> Answers:
    """Resolve a turn that leans on the answer before; without one it can only define what it names."""
    topics = named.topics or named.hints[:1]
    if context is None:
        if turn not in ("same", "instead"):
            return ()
        if named.terms and not named.topics:
            return ((AnswerId(f"glossary:{named.terms[0]}"), 0.9),)
        return ((AnswerId("define", topics[:1]), 0.9),) if topics else ()
    if turn in ("simpler", "more", "narrower"):
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
