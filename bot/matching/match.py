"""What matching finds. Pure data, shared by the matcher, the answers and the advisor."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog.schema import AnswerId


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible answer: `title` is what "did you mean" shows; `score` is a probability, 0 to 1."""

    answer: AnswerId
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Sure:
    """Say this. `others` are the runners-up."""

    answer: AnswerId
    title: str
    score: float
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsure:
    """Ask back: two or three candidates, best first."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class NoIdea:
    """Decline. `reason` is a key of `language.refusals` ("unknown" when nothing speaks for a nearer one)."""

    reason: str
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()


Match = Sure | Unsure | NoIdea


@dataclass(frozen=True, slots=True)
class Context:
    """What a thread remembers of its last answer: "and AIOps?" goes on from here."""

    kind: str = ""
    topics: tuple[str, ...] = ()
