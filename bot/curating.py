"""What curators work with: a start for a new entry, what is still missing, JSON Schema for editors, sources by answer.

Must never write a file: it says what belongs where, and the command line writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from bot.catalog.schema import FACETS, AnswerId, Answers, Catalog, Checks, General, Glossary, Pair, Team, Topic
from bot.catalog.tree import Node
from bot.errors import WhichopsError

FILES: dict[str, type[BaseModel]] = {  # what an editor may have open -> the model of that file
    "topics": Topic, "pairs": Pair, "glossary": Glossary, "onboarding-answers": Answers, "onboarding-team": Team,
    "general": General, "checks": Checks,
}  # fmt: skip
PHRASINGS = 12  # fewer teach the matcher little about a term ...
JOINING = 36  # ... and about an onboarding answer, which has no name to be found by

_KEPT = "owner: {owner}\nreviewed: {today}\nreview_in: 12\n"
_ENTRY = """\
lead: "TODO: the answer in two or three sentences; the first one answers the question."
sources: [editorial]
phrasings:
  - "TODO: what is {name}"
  - "TODO: somebody who doesn't know the word describes what hurts"
"""
_BODIES = {
    "topic": 'name: "{name}"\naliases: []\noperates: "TODO: what is operated, in a few words"\n',
    "pair": """\
topics: [{a}, {b}]
lead: "TODO: the difference in two sentences."
table:
  columns: ["", "{a_name}", "{b_name}"]
  rows:
    - ["TODO: aspect", "TODO", "TODO"]
changes:
  lead: "TODO: what changes from {a_name} to {b_name}."
  sources: [editorial]
stays:
  lead: "TODO: what stays the same."
  sources: [editorial]
fit: "TODO: how they fit together."
first: "TODO: which first."
trap: "TODO: what people get wrong."
pick:
  {a}: "TODO: take it when"
  {b}: "TODO: take it when"
sources: [editorial]
""",
    "term": 'name: "{name}"\naliases: []\n' + _ENTRY,
    "onboarding": """\
title: "{name}"
lead: "TODO: true for any team, without blanks."
lines:
  - "TODO: what your team adds, with {{{{blanks}}}} from team.yaml."
ask: help_channel
sources: [editorial]
phrasings:
  - "TODO: how a new colleague asks"
""",
}  # fmt: skip
_PLACES = {  # kind -> its file below the content folder, and the keys above the entry
    "topic": ("topics/{id}.yaml", ()),
    "pair": ("pairs/{id}.yaml", ()),
    "term": ("glossary.yaml", ("terms",)),
    "onboarding": ("onboarding/answers.yaml", ("answers",)),
}
KINDS = tuple(_PLACES)
_KNOWN = {
    "topic": ("topics",),
    "pair": ("pairs",),
    "term": ("glossary", "terms"),
    "onboarding": ("onboarding", "answers", "answers"),
}


@dataclass(frozen=True, slots=True)
class Start:
    """A new entry to be filled in: its file, what to write at the end of it, and the same for its checks."""

    file: str
    text: str
    below: str  # the mapping the entry belongs into, empty for a file of its own
    head: str  # what the file begins with when it isn't there yet
    checks_file: str
    checks: str


# A new entry ------------------------------------------------------------------------------
def start(tree: Node, kind: str, id_: str, *, name: str, owner: str, today: date) -> Start:
    """Lay out a new entry with its checks; every `TODO` is refused by lint until it is written.

    Looks at the files' tree and not at a catalog, so that a second entry can be begun before the first is done.
    """
    file, above = _PLACES[kind]
    known = tree.at(*_KNOWN[kind])
    if known and id_ in known.items:
        raise WhichopsError(f"there is a {kind} `{id_}` already\n    fix: edit it, or choose another id")
    kept = _KEPT.format(owner=owner, today=today)
    said = (name or id_.replace("-", " ")).replace("\\", "").replace('"', "'")
    words = {"name": said, **(_two(tree, id_) if kind == "pair" else {})}
    body = _BODIES[kind].format(**words)
    body += kept  # in the entry itself: at the top of a team's file it would speak for all of ours
    text = f"\n  {id_}:\n{_indented(body, 4)}" if above else body
    answer = {"topic": f"define {id_}", "pair": f"compare {id_.replace('--', ' ')}"}.get(kind, _prefixed(kind, id_))
    checks = (
        "checks:\n"
        f'  - {{ask: "TODO: a question of your own, not among the phrasings", must: ["{answer}"]}}\n'
        f'  - {{ask: "TODO: a near question that means something else", never: ["{answer}"]}}\n'
    )
    below = above[0] if above else ""
    checks_file = f"checks/{kind}-{id_.replace('--', '-')}.yaml"
    return Start(file.format(id=id_), text, below, f"{below}:\n" if below else "", checks_file, checks)


def _two(tree: Node, id_: str) -> dict[str, str]:
    a, _, b = id_.partition("--")
    names = {topic: tree.at("topics", topic, "name") for topic in (a, b)}
    if len(names) < 2 or None in names.values():
        raise WhichopsError(f"`{id_}` isn't two topics\n    fix: write a pair as devops--mlops, with topics that exist")
    if tree.at("pairs", f"{b}--{a}"):
        raise WhichopsError(f"the pair stands in pairs/{b}--{a}.yaml\n    fix: edit that one")
    a_name, b_name = (node.text if node else "" for node in names.values())
    return {"a": a, "b": b, "a_name": a_name, "b_name": b_name}


def _prefixed(kind: str, id_: str) -> str:
    return f"{'glossary' if kind == 'term' else kind}:{id_}"


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}" for line in text.splitlines(keepends=True))


# What is missing --------------------------------------------------------------------------
def coverage(catalog: Catalog) -> Iterator[str]:
    """Say line by line which cells, pairs, phrasings and checks are missing."""
    covered = [id_ for id_, topic in catalog.topics.items() if topic.define]
    for id_, topic in catalog.topics.items():
        lacking = [*(["define"] if not topic.define else []), *(f for f in FACETS if f not in topic.facets)]
        lacking += [] if topic.choose else ["choose"]
        cells = len(FACETS) + 2
        yield f"{id_:22} {cells - len(lacking):2} of {cells}{'  lacks ' + ', '.join(lacking) if lacking else ''}"
    written = {frozenset(pair.topics) for pair in catalog.pairs.values()}
    missing = [f"{a}--{b}" for a, b in combinations(covered, 2) if frozenset((a, b)) not in written]
    yield f"\n{len(written)} pairs written; {len(missing)} are put together from the topics:"
    yield from _folded(missing)
    thin = {f"glossary:{id_}": len(term.phrasings) for id_, term in catalog.glossary.terms.items()}
    few = {name: count for name, count in thin.items() if count < PHRASINGS}
    welcomes = catalog.onboarding.answers.answers.items()
    few |= {f"onboarding:{id_}": len(each.phrasings) for id_, each in welcomes if len(each.phrasings) < JOINING}
    yield f"\n{len(thin)} terms, {len(welcomes)} onboarding answers; {len(few)} with few phrasings:"
    yield from _folded([f"{name} ({count})" for name, count in sorted(few.items())])
    asked = {answer.split()[0] for body in catalog.checks.values() for check in body.checks for answer in check.must}
    unasked = [name for name in (*thin, *(f"onboarding:{id_}" for id_, _ in welcomes)) if name not in asked]
    yield f"\n{len(unasked)} terms and onboarding answers without a check:"
    yield from _folded(unasked)


def _folded(names: list[str], wide: int = 100) -> Iterator[str]:
    line = ""
    for name in names:
        if line and len(line) + len(name) + 2 > wide:
            yield f"  {line},"
            line = ""
        line = f"{line}, {name}" if line else name
    yield from [f"  {line}"] if line else []


# Where answers come from ------------------------------------------------------------------
def sources(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Map every answer to the sources it cites, in the order of the catalog."""
    found: dict[str, tuple[str, ...]] = {}
    for id_, topic in catalog.topics.items():
        whole = {"define": topic.define, "choose": topic.choose}
        whole |= {f"facet:{facet}": entry for facet, entry in topic.facets.items()}
        found |= {str(AnswerId(kind, (id_,))): entry.sources for kind, entry in whole.items() if entry}
    for pair in catalog.pairs.values():
        found[str(AnswerId("compare", pair.topics))] = pair.sources
        found[str(AnswerId("changes", pair.topics))] = pair.changes.sources
        found[str(AnswerId("stays", pair.topics))] = pair.stays.sources
    for kind in ("compare", "stays", "changes", "choose"):
        found[kind] = getattr(catalog.general, kind).sources
    found |= {f"glossary:{id_}": term.sources for id_, term in catalog.glossary.terms.items()}
    return found | {f"onboarding:{id_}": each.sources for id_, each in catalog.onboarding.answers.answers.items()}


# For editors ------------------------------------------------------------------------------
def schema(file: str) -> dict[str, Any]:
    """Make the JSON Schema of one kind of file, as an editor reads it.

    `owner` and the review dates stand once at the top and are inherited, so no entry below has to have them.
    """
    made = deepcopy(FILES[file].model_json_schema())
    for below in made.get("$defs", {}).values():
        below["required"] = [key for key in below.get("required", ()) if key not in ("owner", "reviewed")]
    properties = made["properties"]
    if file in ("glossary", "onboarding-answers", "general", "topics", "pairs"):
        properties["owner"]["description"] = "Who keeps the entries of this file true; they inherit it."
        properties["review_in"]["description"] = "Months after which somebody reads them again."
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
