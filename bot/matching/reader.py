"""From words to a reading: spelling mended, names spotted, view built. Shared by examples and questions.

Must never decide what is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.catalog.schema import Catalog
from bot.matching.clean import Cleaner
from bot.matching.examples import Example, blanks
from bot.matching.features import View, view
from bot.matching.spell import Speller
from bot.matching.spot import Sort, Spot, Spotter
from bot.matching.table import Table


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, read: its words after correction, what was corrected, the names in it, its view."""

    words: tuple[str, ...]
    mended: tuple[tuple[str, str], ...]
    spots: tuple[Spot, ...]
    view: View

    def ids(self, *sorts: Sort) -> tuple[str, ...]:
        """List the topics, terms or hinted topics named, in spoken order, each once."""
        return tuple(dict.fromkeys(spot.id for spot in self.spots if spot.sort in sorts))

    def key(self, *masked: Sort) -> tuple[str, ...]:
        """Return the words with names of some sorts masked: two readings with one key ask the same of their names."""
        words: list[str] = []
        at = 0
        for spot in self.spots:
            if spot.sort in masked:
                words += [*self.words[at : spot.start], f"<{spot.sort}>"]
                at = spot.end
        return (*words, *self.words[at:])

    def lifted(self, topics: Mapping[str, str]) -> Reading:
        """Return the same reading with some terms taken for the topic they are the subject of."""
        spots = tuple(
            replace(spot, sort="topic", id=topics[spot.id]) if spot.sort == "term" and spot.id in topics else spot
            for spot in self.spots
        )
        return Reading(self.words, self.mended, spots, view(self.words, spots))


class Reader:
    """Reads sentences in the light of one catalog's names and words."""

    def __init__(self, catalog: Catalog, cleaner: Cleaner, texts: Sequence[Example], table: Table) -> None:
        self.cleaner = cleaner
        self._names = tuple(_names(catalog, cleaner))
        self.names = tuple(f"{sort} {id_} {' '.join(name)}" for sort, id_, name in self._names)
        self._spotter = Spotter(self._names)
        counts: Counter[str] = Counter()
        for example in texts:
            counts.update(cleaner.words(blanks(example.text)[0]))
        vocabulary = sorted(self._spotter.vocabulary)
        counts.update(vocabulary)
        strong = {name[0] for _, _, name in self._names if len(name) == 1}
        self._speller = Speller(counts, table.zipf, strong)

    def pieces(self, telling: Callable[[str], bool]) -> dict[str, tuple[str, ...]]:
        """Map each telling word inside the terms' names to the terms, most names first; a few terms at most."""
        found: dict[str, Counter[str]] = {}
        for sort, id_, name in self._names:
            if sort == "term" and len(name) > 1:
                for word in name:
                    if telling(word):
                        found.setdefault(word, Counter())[id_] += 1
        return {word: tuple(id_ for id_, _ in ids.most_common(3)) for word, ids in found.items() if len(ids) <= 4}

    def read(self, words: Sequence[str]) -> Reading:
        """Read a sentence a person typed."""
        right, mended = self._speller.correct(list(words))
        return self._reading(right, tuple(mended.items()), ())

    def read_example(self, text: str) -> Reading:
        """Read a curated phrasing: its spelling stands, its blanks are topics."""
        filled, used = blanks(text)
        return self._reading(self.cleaner.words(filled), (), used)

    def _reading(self, words: list[str], mended: tuple[tuple[str, str], ...], used: Sequence[str]) -> Reading:
        spots = self._spotter.find(words)
        marks = [Spot("topic", word, at, at + 1) for at, word in enumerate(words) if word in used]
        spots = tuple(sorted((*spots, *marks), key=lambda spot: spot.start))
        return Reading(tuple(words), mended, spots, view(words, spots))


def _names(catalog: Catalog, cleaner: Cleaner) -> Iterator[tuple[Sort, str, tuple[str, ...]]]:
    """Yield every name of the catalog, with its plural."""
    for id_, topic in catalog.topics.items():
        for name in (topic.name, id_, *topic.aliases):
            for words in _forms(cleaner.words(name.replace("-", " "))):
                yield "topic", id_, words
    for id_, term in catalog.glossary.terms.items():
        for name in (term.name, id_, *term.aliases):
            for words in _forms(cleaner.words(name.replace("-", " "))):
                yield "term", id_, words
    for id_, hints in catalog.language.words.hints.items():
        for name in hints:
            for words in _forms(cleaner.words(name)):
                yield "hint", id_, words


def _forms(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if not words:
        return
    yield tuple(words)
    last = words[-1]
    if not last.endswith("s"):
        plural = last[:-1] + "ies" if last.endswith("y") and len(last) > 3 and last[-2] not in "aeiou" else last + "s"
        yield (*words[:-1], plural)
