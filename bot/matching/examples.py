"""The catalog's phrasings as labelled examples: what the matcher learns from.

A label is an answer kind (`define`, `facet:why`, `glossary`, `glossary:slo`, `onboarding:vpn`), `smalltalk:<id>`,
`followup:<id>` or `oos:<reason>`. Must hold no phrasing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from bot.catalog.schema import Catalog, Entry

TERM_REPEATS = 2  # each phrasing about terms is filled with this many different terms


@dataclass(frozen=True, slots=True)
class Example:
    """One phrasing with its label. `own` is the id of the term or topic whose entry it stands in."""

    text: str
    label: str
    own: str = ""


def examples(catalog: Catalog) -> tuple[Example, ...]:
    """List all examples of a catalog, in a fixed order."""
    language = catalog.language
    names = cycle([term.name for term in catalog.glossary.terms.values()] or ["it"])
    out = list(_shapes(catalog, names))
    for id_, canned in language.smalltalk.items():
        out += [Example(text, f"smalltalk:{id_}") for text in canned.phrasings]
    for id_, refusal in language.refusals.items():
        out += [Example(_fill(text, names), f"oos:{id_}") for text in refusal.phrasings]
    for id_, shape in language.followups.items():
        out += [Example(text, f"followup:{id_}") for text in shape.phrasings]
    for id_, term in catalog.glossary.terms.items():
        told = (*term.phrasings, *_sentences(term.lead))
        out += [Example(text, f"glossary:{id_}", own=id_) for text in told]
    for id_, welcome in catalog.onboarding.answers.answers.items():
        out += [Example(text, f"onboarding:{id_}") for text in (welcome.title, *welcome.phrasings)]
    return (*out, *_entries(catalog))


def _sentences(lead: str) -> list[str]:
    """Cut an answer into sentences: people describe a thing they have no name for in words that explain it."""
    return [text for text in lead.replace("*", "").replace(". ", ".\n").split("\n") if text]


def _shapes(catalog: Catalog, names: Iterator[str]) -> Iterator[Example]:
    for kind, shape in catalog.language.shapes.items():
        for text in shape.phrasings:
            repeats = TERM_REPEATS if "{t}" in text else 1
            for _ in range(repeats):
                yield Example(_fill(text, names), kind)
        yield from (Example(f"{{a}} {cue}", kind) for cue in shape.cues)


def _fill(text: str, names: Iterator[str]) -> str:
    """Fill the blanks for terms with the next names."""
    for blank in ("{t}", "{u}"):
        if blank in text:
            text = text.replace(blank, next(names))
    return text


def _entries(catalog: Catalog) -> Iterator[Example]:
    """Yield the phrasings that stand beside topics, pairs and the general answers."""
    for id_, topic in catalog.topics.items():
        entries: list[tuple[str, Entry | None]] = [("define", topic.define), ("choose", topic.choose)]
        entries += [(f"facet:{facet}", entry) for facet, entry in topic.facets.items()]
        yield from (Example(text, kind, own=id_) for kind, entry in entries if entry for text in entry.phrasings)
    for pair in catalog.pairs.values():
        yield from (Example(text, "compare") for text in pair.phrasings)
        yield from (Example(text, "changes") for text in pair.changes.phrasings)
        yield from (Example(text, "stays") for text in pair.stays.phrasings)
    for kind in ("stays", "changes", "choose", "compare"):
        entry = getattr(catalog.general, kind, None)
        yield from (Example(text, kind) for text in (entry.phrasings if entry else ()))


def blanks(text: str) -> tuple[str, Sequence[str]]:
    """Replace the topic blanks `{a}`, `{b}`, `{c}` by words no person types; return those used."""
    used = []
    for letter in "abc":
        if f"{{{letter}}}" in text:
            text = text.replace(f"{{{letter}}}", f" blank{letter}blank ")
            used.append(f"blank{letter}blank")
    return text, used
