"""The shape of the language content: how people ask, small talk, and what we don't do.

Part of the catalog's tree (`language.shapes`, `language.smalltalk`, `language.refusals`,
`language.followups`, `language.words`).
Must never hold a sentence or a pattern itself.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Shape(_Strict):
    """A kind of question: `{a}`, `{b}`, `{c}` in a phrasing stand for topics, `{t}`, `{u}` for glossary terms.

    In a title `{topics}` stands for all topics asked about, `{a}` and `{b}` for the first two.
    """

    title: str  # what "did you mean" shows: "What {topics} is"
    bare: str | None = None  # the title when no topic is named
    phrasings: tuple[str, ...] = Field(min_length=1)
    cues: tuple[str, ...] = ()  # words that speak for this kind beside a topic: "budget", "licence"


class Canned(_Strict):
    """Small talk: what is said back, and how people say it."""

    lead: str
    bullets: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()


class Refusal(_Strict):
    """Something we don't do: the kind line with a pointer, and how people ask for it."""

    lead: str
    phrasings: tuple[str, ...] = ()


class Words(_Strict):
    """Single words and short runs of them that carry meaning beyond a phrasing."""

    short: dict[str, str] = {}  # how people shorten: "diff" -> "difference"
    hints: dict[str, tuple[str, ...]] = {}  # topic -> words that point at it without naming it
    openers: tuple[str, ...] = ()  # greetings and courtesies in front of a question
    closers: tuple[str, ...] = ()  # courtesies after it
    asks: tuple[str, ...] = ()  # words a question begins with
    joins: tuple[str, ...] = ()  # words between two questions
    leans: tuple[str, ...] = ()  # first words of a turn that goes on from the answer before: "but", "ok"
    points: tuple[str, ...] = ()  # words that stand for something said before: "that", "they"
    behind: tuple[str, ...] = ()  # runs of words in front of the topic a person comes from: "been in"


class Language(_Strict):
    """How people put things, by kind of answer."""

    shapes: dict[str, Shape]  # kind -> shape
    smalltalk: dict[str, Canned]
    refusals: dict[str, Refusal]
    followups: dict[str, Shape] = {}  # turns that only make sense after an answer: same, instead, simpler, more
    words: Words = Words()
