"""Phrasings that stand against each other: the same words, or nearly, under two labels.

For curators only: what collides is left to the model, which can't do better than guess. Must never decide a match.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalog.schema import Catalog
from bot.matching.clean import Cleaner
from bot.matching.examples import Example, examples
from bot.matching.learned import label
from bot.matching.reader import Reader, Reading
from bot.matching.table import table


@dataclass(frozen=True, slots=True)
class Collision:
    """Phrasings that read alike, by their label. `near`: the same words in another order."""

    texts: Mapping[str, str]
    near: bool

    def __str__(self) -> str:
        told = " | ".join(f"{name}: {text!r}" for name, text in self.texts.items())
        return f"{'near' if self.near else 'same'}: {told}"


def collisions(catalog: Catalog) -> tuple[Collision, ...]:
    """List the phrasings that two labels share, those with the very same words first."""
    words = catalog.language.words
    texts = examples(catalog)
    reader = Reader(catalog, Cleaner(words.short, words.openers, words.closers), texts, table())
    same: dict[tuple[str, ...], dict[str, str]] = {}
    near: dict[tuple[str, ...], dict[str, str]] = {}
    for example in texts:
        reading = reader.read_example(example.text)
        name, key = label(example, reading), _key(example, reading)
        same.setdefault(key, {}).setdefault(name, example.text)
        near.setdefault(_unordered(key), {}).setdefault(name, example.text)
    found = [Collision(told, near=False) for told in same.values() if len(told) > 1]
    known = {_unordered(key) for key, told in same.items() if len(told) > 1}
    found += [Collision(told, near=True) for key, told in near.items() if len(told) > 1 and key not in known]
    return tuple(found)


def _key(example: Example, reading: Reading) -> tuple[str, ...]:
    """Return the words with topics masked; with terms masked too where any term will do."""
    return reading.key("topic", "term") if example.label == "glossary" else reading.key("topic")


def _unordered(key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(key)))
