"""The shape of the roadmap content: interview, scoring, gates, results, modules, paths.

One file under `content/roadmap/` is one field of `Roadmap`. Rules are data: a condition names
questions and the option ids that must, or must not, be among a person's answers.
Must never decide anything or hold a sentence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from bot.catalog import script_rules
from bot.catalog.history import HistoryPage
from bot.catalog.page import Label, Model, Named, Page, Said, Slug, Words
from bot.catalog.reading import ReadingPage

CLOSE_CALL = "close-call"  # the id of the extra question


# Conditions ------------------------------------------------------------------------------
class Chosen(Model):
    """What must hold for the chosen options of one question. Nothing chosen satisfies only `none`."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def holds(self, chosen: tuple[str, ...]) -> bool:
        """Tell whether the chosen options fit."""
        return (
            (not self.any or any(option in chosen for option in self.any))
            and all(option in chosen for option in self.all)
            and not any(option in chosen for option in self.none)
        )


When = tuple[dict[str, Chosen], ...]  # any of these; within one, every question named. Empty: always


def holds(when: When, answers: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a condition is true for these answers."""
    return not when or any(
        all(chosen.holds(answers.get(question, ())) for question, chosen in each.items()) for each in when
    )


# The interview ---------------------------------------------------------------------------
class Option(Model):
    """One answer to a question."""

    id: str
    label: Label
    words: Words = ()  # other ways to say it
    to: Decimal | None = None  # the largest number that still means this option, where the question counts something
    alone: bool = False  # can't stand beside other options
    over: tuple[str, ...] = ()  # options that this one covers when free text mentions both
    track: str | None = None  # the close call only: what this option speaks for


class Number(Model):
    """How free text with a number is read: the unit's factor, and whether a bare number counts."""

    units: dict[str, Decimal]
    bare: bool = True
    nearest: bool = False  # the options are amounts, by id, of which the nearest is taken; else they are ranges


class Question(Model):
    """One question of the interview."""

    id: str
    ask: Said
    why: Said  # "why do you ask?"
    title: Label  # its short name, for the review
    names: Words = Field(min_length=1)  # how people name it: "change my goal"
    several: bool = False
    number: Number | None = None
    options: Annotated[dict[str, Option], Named] = Field(min_length=2)
    sources: tuple[Slug, ...] = ("editorial",)


class InterviewPage(Page):
    """The questions in the order they are asked, and the extra one for a close call."""

    questions: Annotated[dict[str, Question], Named] = Field(min_length=1)
    close_call: Question

    @model_validator(mode="before")
    @classmethod
    def _name_the_extra(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("close_call"), dict):
            return data | {"close_call": {"id": CLOSE_CALL, **data["close_call"]}}
        return data


# Rules -----------------------------------------------------------------------------------
class Points(Model):
    """What an option says for or against a track; the reason follows "because" and speaks to the person."""

    points: int = Field(ge=-20, le=20)
    reason: Said


class ScoringPage(Page):
    """The points of each option, by question, option and track; reasons rank in the questions' order here."""

    tracks: tuple[Slug, ...] = Field(min_length=1)  # lower layer first: ties go to the first
    points: dict[str, dict[str, dict[str, Points]]]
    secondary_from: int
    close_within: int
    guess_from_missing: int


class Keep(Model):
    """A gate a track must pass to be recommended at all."""

    track: str
    when: When
    why: Said  # for curators and the curious: the rule and its ground
    say: Said  # said when this gate decided


class Decide(Model):
    """A gate that decides the first track by itself."""

    track: str
    when: When
    wish_next: bool = False  # the goal's own track becomes the second, whatever its points
    why: Said
    say: Said


class GatesPage(Page):
    """All gates, in the order they are tried. `goal` is the question that holds the wish."""

    keep: dict[str, Keep]
    decide: dict[str, Decide]
    wish: str


class Add(Model):
    """One more module on a path: after this one, or after that one if this one is known."""

    module: str
    after: str
    if_known_after: str


class Result(Model):
    """What a track means for these answers. The first row that fits wins."""

    when: When = ()
    topic: Slug
    path: str
    add: Add | None = None


class TopicWords(Model):
    """How a recommended topic is spoken of."""

    title: Label
    about: Said
    ready: Said  # follows "when": the moment to go on to this topic


class ResultsPage(Page):
    """From track to topic and path."""

    topics: dict[Slug, TopicWords]
    rows: dict[str, tuple[Result, ...]]


class Because(Model):
    """One reason why a topic is too early; `say` follows "because"."""

    when: When
    say: Said


class NotYet(Model):
    """A topic to leave for later, when any of the reasons holds."""

    id: str
    title: Label
    because: tuple[Because, ...] = Field(min_length=1)
    say: Said  # a sentence: what to do instead
    look_again: Said  # follows "when"
    sources: tuple[Slug, ...] = ("editorial",)


class NotYetPage(Page):
    """What to say about topics that are too early."""

    topics: Annotated[dict[Slug, NotYet], Named]
    nothing: Said  # said when no topic is too early


class Known(Model):
    """Modules that an answer shows to be known; `because` speaks to the person."""

    modules: tuple[str, ...]
    because: Said


class PlanPage(Page):
    """What sizes a plan, and what counts as known."""

    hours: dict[str, Decimal]  # hours a week an option stands for
    weeks: dict[str, int]
    assume: dict[Literal["hours", "horizon"], str]  # when not sure
    share: Decimal = Field(gt=0, le=1)  # of the time; the rest is slack
    small: Decimal  # below this capacity the plan is the first module and one more
    first: str  # the module every plan starts with; it never counts as known
    project_weeks: int  # aim at an exit project in every so many weeks
    known: dict[str, dict[str, Known]]


# Modules and paths -----------------------------------------------------------------------
class Resource(Model):
    """Free to read. `checked` is false for an official address nobody has opened yet."""

    title: Label
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"]+$")]
    checked: bool = True


class Module(Model):
    """A step of a roadmap: hours are study plus the exit project."""

    id: str
    title: Label
    track: str
    level: Literal["beginner", "intermediate", "advanced"]
    hours: int = Field(gt=0, le=200)
    prerequisites: tuple[str, ...] = ()
    topics: tuple[Slug, ...] = Field(min_length=1)
    after: Said  # what you can do then
    exit: Said  # the proof, shown to a colleague
    resources: tuple[Resource, ...] = Field(min_length=1)
    words: Words = ()  # other names for it: "done with docker"


class ModulesPage(Page):
    """All modules by id."""

    modules: Annotated[dict[Slug, Module], Named]


class Route(Model):
    """An ordered way through the modules."""

    id: str
    title: Label
    topic: Slug
    modules: tuple[str, ...] = Field(min_length=1)
    larger: str | None = None  # what goes on from here

    @model_validator(mode="after")
    def _once_each(self) -> Route:
        twice = sorted({each for each in self.modules if self.modules.count(each) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands on this path twice")
        return self


class PathsPage(Page):
    """All paths by id."""

    paths: Annotated[dict[Slug, Route], Named]


# All of it -------------------------------------------------------------------------------
class Roadmap(Model):
    """The whole script: what is asked, how answers are judged, and what plans are made of."""

    interview: InterviewPage
    reading: ReadingPage
    scoring: ScoringPage
    gates: GatesPage
    results: ResultsPage
    not_yet: NotYetPage
    plan: PlanPage
    modules: ModulesPage
    paths: PathsPage
    history: HistoryPage

    @property
    def questions(self) -> dict[str, Question]:
        """The questions that are always asked, in order."""
        return self.interview.questions

    @property
    def module(self) -> dict[str, Module]:
        """Every module by id."""
        return self.modules.modules

    @property
    def path(self) -> dict[str, Route]:
        """Every path by id."""
        return self.paths.paths

    @cached_property
    def version(self) -> str:
        """A fingerprint of everything a plan is made of, words left out: where it changed, plans may."""
        sizes = {name: (each.hours, each.prerequisites) for name, each in self.module.items()}
        pages = (self.plan, self.paths, self.scoring, self.gates, self.results)
        rules = [page.model_dump_json(exclude={"owner", "reviewed"}) for page in pages]
        return hashlib.blake2b(repr((sizes, rules)).encode(), digest_size=8).hexdigest()

    @model_validator(mode="after")
    def _hangs_together(self) -> Roadmap:
        details = [
            InitErrorDetails(
                type=PydanticCustomError("value_error", "{error}", {"error": what}), loc=where, input=where[-1]
            )
            for where, what in script_rules.flaws(self)
        ]
        if details:
            raise ValidationError.from_exception_data("Roadmap", details)
        return self
