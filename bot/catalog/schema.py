"""The shape of all curated content: one schema that lint, tests and the bot share.

Every file under `content/` becomes one branch of a single tree (`topics/devops.yaml` is
`topics.devops`, `glossary.yaml` is `glossary`), and `Catalog` describes that tree. What the
roadmap and the language need is described in `script.py` and `language.py`.
Must never read a file or hold a sentence.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from bot import markup
from bot.catalog.language import Language
from bot.catalog.script import Roadmap

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=48)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=110)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=320)]
Lead = Annotated[str, StringConstraints(min_length=1, max_length=520)]
Phrasing = Annotated[str, StringConstraints(min_length=1, max_length=200)]

Facet = Literal[
    "why", "lifecycle", "tools", "skills", "roles", "metrics", "practices",
    "maturity", "challenges", "examples", "start", "cost", "misconceptions",
]  # fmt: skip
FACETS: tuple[Facet, ...] = Facet.__args__  # type: ignore[attr-defined]


class AnswerId(NamedTuple):
    """What is asked, in the evaluation's vocabulary: `compare` of devops and mlops, `glossary:slo`, ..."""

    kind: str
    topics: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.kind, *self.topics))


class Model(BaseModel):
    """Strict and frozen: an unknown key is an error, a loaded catalog never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Kept(Model):
    """Something a named owner keeps true; entries below it inherit all three unless they say otherwise."""

    owner: str
    reviewed: date
    review_in: Annotated[int, Field(ge=1, le=36)] = 12  # months after which somebody reads it again

    @model_validator(mode="before")
    @classmethod
    def _hand_down(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        kept = {key: data[key] for key in ("owner", "reviewed", "review_in") if key in data}
        return {key: _inherit(value, kept) for key, value in data.items()}


def _inherit(value: Any, kept: dict[str, Any]) -> Any:
    """Hand owner and review dates down to an entry, or to a mapping of entries."""
    if not isinstance(value, dict):
        return value
    if "lead" in value or "lines" in value:
        return kept | value
    return {key: _inherit(below, kept) for key, below in value.items()}


class Grid(Model):
    """A table inside an answer."""

    columns: tuple[str, ...] = Field(min_length=2, max_length=5)
    rows: tuple[tuple[str, ...], ...] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _square(self) -> Grid:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells for {len(self.columns)} columns")
        return self


class Entry(Kept):
    """One curated answer: read in one breath, then looked into."""

    lead: Lead  # two or three sentences
    bullets: tuple[Line, ...] = Field(default=(), max_length=8)
    table: Grid | None = None
    short: Short | None = None  # one line for composed comparisons
    sources: tuple[Slug, ...] = Field(min_length=1)
    next: tuple[str, ...] = Field(default=(), max_length=3)  # answer ids to go on with
    phrasings: tuple[Phrasing, ...] = ()  # how people ask for exactly this

    @field_validator("lead", "bullets", "short")
    @classmethod
    def _drawable(cls, value: Any) -> Any:
        for text in [value] if isinstance(value, str) else value or ():
            markup.spans(text)
        return value


class Topic(Kept):
    """One way of working. Without `define` it is known by name but not covered yet."""

    name: str
    aliases: tuple[Phrasing, ...] = ()
    operates: Short  # what is being operated: the cleanest separator between topics
    define: Entry | None = None
    choose: Entry | None = None  # whether at all, and when not yet
    facets: dict[Facet, Entry] = {}


class Pair(Kept):
    """Two topics beside each other."""

    topics: tuple[Slug, Slug]
    lead: Lead
    table: Grid  # first column the aspect, then one column a topic
    changes: Entry
    stays: Entry
    fit: Line
    first: Line
    trap: Line
    pick: dict[Slug, Line]  # topic -> take it when ...
    sources: tuple[Slug, ...] = Field(min_length=1)
    phrasings: tuple[Phrasing, ...] = ()


class General(Kept):
    """Answers about the field as a whole."""

    stays: Entry  # what stays the same, whichever you take
    changes: Entry
    choose: Entry  # which one do we need
    compare: Entry  # how they all relate


class Term(Entry):
    """A glossary term: an idea below topic level."""

    name: str
    aliases: tuple[Phrasing, ...] = ()
    topics: tuple[Slug, ...] = ()  # where it belongs
    topic: Slug | None = None  # whose sides are meant when its cost, roles, start, ... are asked for


class Glossary(Kept):
    """All terms by id."""

    terms: dict[Slug, Term]


class Field_(Model):  # noqa: N801 (`Field` is taken by pydantic)
    """A blank of the onboarding answers that a team fills in."""

    label: str  # as it is said: "the access request form"
    type: Literal["text", "url", "person", "channel", "list", "number", "date"]
    required: bool = True
    value: str | tuple[str, ...] | None = None
    example: str


class Welcome(Kept):
    """One onboarding answer: lines with `{{field}}` blanks; a line with an empty blank isn't shown."""

    title: str
    lead: Lead  # true for any team, no blanks
    lines: tuple[Line, ...]
    ask: FieldKey  # the field that names whom to ask while blanks are empty
    sources: tuple[Slug, ...] = Field(min_length=1)
    phrasings: tuple[Phrasing, ...] = ()


class Answers(Kept):
    """All onboarding answers by id."""

    answers: dict[Slug, Welcome]


class Team(Model):
    """The blanks a team fills in, by key."""

    fields: dict[FieldKey, Field_]


class Onboarding(Model):
    """What a new joiner asks."""

    answers: Answers
    team: Team


class Source(Model):
    """Where a fact comes from. Our own judgement is a source without an address."""

    title: str
    url: str | None = None
    read: Literal["primary", "second-hand", "known", "own"]


class Check(Model):
    """A question that must, or must not, be answered so."""

    ask: str
    previous: tuple[str, ...] = ()
    must: tuple[str, ...] = ()  # any of these answer ids
    never: tuple[str, ...] = ()
    missed: bool = False  # a known miss: once it holds, this must be taken away


class Checks(Model):
    """Questions with the answers they must get."""

    checks: tuple[Check, ...]
    hidden: bool = False  # only counted, never shown: so that nobody writes phrasings towards them


Mode = Literal["mention-only", "helpful", "shadow", "silent"]
Platform = Literal["slack", "teams", "web", "console"]
Handle = Annotated[str, StringConstraints(pattern=r"^[@#][\w.-]{1,79}$")]  # of a person or a channel, as shown in chat
PlaceId = Annotated[str, StringConstraints(pattern=r"^[\w:@.;=-]{1,200}$")]  # the platform's id, never a name


class Channel(Model):
    """How the bot behaves in one channel."""

    mode: Mode | None = None  # none: the default
    welcome: bool = False  # greet who joins, once
    private: bool = False  # answer so that only the asker sees it
    expert: Handle | None = None  # who is called when a person is asked for


class Channels(Model):
    """How the bot behaves where; a team's own file says what differs from `mention-only` everywhere."""

    default: Mode = "mention-only"
    welcome: bool = False  # greet who joins the workspace, once, in private
    places: dict[Platform, dict[PlaceId, Channel]] = {}
    experts: dict[Slug, Handle] = {}  # by topic; before a channel's
    people: dict[Platform, dict[Handle, PlaceId]] = {}  # whose handle really calls somebody, and whom


class Catalog(Model):
    """Everything the bot can say. Immutable; built by `bot.catalog.load`."""

    topics: dict[Slug, Topic]
    pairs: dict[str, Pair]
    general: General
    glossary: Glossary
    onboarding: Onboarding
    roadmap: Roadmap
    language: Language
    replies: dict[str, str]  # every other sentence, by key
    sources: dict[Slug, Source]
    checks: dict[Slug, Checks] = {}
    channels: Channels = Channels()
