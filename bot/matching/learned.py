"""What is learned once from the curated phrasings, and all a matcher needs of them: it can be kept and read back.

Plain values only. Must never know where it is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.matching import decide
from bot.matching.examples import Example
from bot.matching.features import Features
from bot.matching.model import Model, fit
from bot.matching.reader import Reader, Reading
from bot.matching.table import Table

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """The n-grams and the model, which phrasing is whose, and the words said for each label."""

    features: Features
    model: Model
    exact: Mapping[Key, str]
    spoken: Mapping[str, frozenset[str]]


def learn(texts: Sequence[Example], reader: Reader, table: Table) -> Learned:
    """Learn from the phrasings of a catalog."""
    readings = [reader.read_example(example.text) for example in texts]
    labels = [label(example, reading) for example, reading in zip(texts, readings, strict=True)]
    features, bags = Features.of([reading.view for reading in readings], table)
    model = fit(bags, labels, len(features.places))
    spoken: dict[str, set[str]] = {}
    for name, reading in zip(labels, readings, strict=True):
        spoken.setdefault(name, set()).update(reading.words)
    words = {name: frozenset(heard) for name, heard in spoken.items()}
    return Learned(features, model, _exact(readings, labels), words)


def label(example: Example, reading: Reading) -> str:
    """Return what an example teaches: a term's phrasing that names the term teaches how any term is asked for."""
    kind, _, rest = example.label.partition(":")
    if kind == "glossary" and rest and reading.ids("term")[:1] == (rest,):
        return "glossary"
    if example.label in decide.OPEN and not reading.view.topics and not reading.ids("hint"):
        return example.label + decide.BARE
    return example.label


def _exact(readings: Sequence[Reading], labels: Sequence[str]) -> dict[Key, str]:
    """Map a phrasing to its label: topics masked, and terms too where any term will do.

    Phrasings that two labels share are left to the model.
    """
    seen: dict[Key, Counter[str]] = {}
    for reading, name in zip(readings, labels, strict=True):
        key = reading.key("topic", "term") if name == "glossary" else reading.key("topic")
        seen.setdefault(key, Counter())[name] += 1
    return {key: next(iter(found)) for key, found in seen.items() if len(found) == 1}
