"""The shape of `content/roadmap/history.yaml`: which module ids were ever released, and what became of some.

Plans that people keep name modules by id, so an id is never just removed: it is renamed, split, merged or retired
here. Must never decide what that does to a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Annotated

from pydantic import Field

from bot.catalog.page import Model, Said, Slug

Flaw = tuple[tuple[str | int, ...], str]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of some ids: one renamed, one split into several, several merged into one, one retired (none)."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class HistoryPage(Model):
    """All ids that were ever released, in the order they came, and what was declared of those that are gone."""

    released: tuple[Slug, ...] = ()
    renamed: dict[Slug, Slug] = Field(default={})  # old: new
    split: dict[Slug, Annotated[tuple[Slug, ...], Field(min_length=2)]] = Field(default={})  # old: its parts
    merged: dict[Slug, Annotated[tuple[Slug, ...], Field(min_length=2)]] = Field(default={})  # new: what it was made of
    retired: dict[Slug, Said] = Field(default={})  # old: why nobody needs it any more

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every change, an earlier one before those of what came of it."""
        found = self._declared()
        makers: dict[str, int] = {}
        for number, change in enumerate(found):
            makers |= dict.fromkeys(change.before, number)
        after = {n: {makers[name] for name in change.after if name in makers} - {n} for n, change in enumerate(found)}
        order = list(TopologicalSorter(after).static_order())  # targets first, so:
        return tuple(found[number] for number in reversed(order))

    def _declared(self) -> list[Change]:
        return [
            *(Change((old,), (new,)) for old, new in self.renamed.items()),
            *(Change((old,), parts) for old, parts in self.split.items()),
            *(Change(parts, (new,)) for new, parts in self.merged.items()),
            *(Change((old,), ()) for old in self.retired),
        ]

    def flaws(self, modules: Mapping[str, object]) -> Iterator[Flaw]:
        """Find ids that were removed without a word, and declarations that don't fit."""
        gone = [name for change in self._declared() for name in change.before]
        for number, name in enumerate(self.released):
            if name not in modules and name not in gone:
                yield (
                    ("released", number),
                    f"the module {name} was released and is gone; plans that people keep name it",
                )
        for place, old, new in self._rows():
            if old in modules:
                yield place, f"{old} is still a module, so nothing became of it; remove it from modules.yaml or here"
            if gone.count(old) > 1:
                yield place, f"{old} is declared twice"
            for name in new:
                if name not in modules and name not in gone:
                    yield place, f"there is no module {name}"
        try:
            _ = self.changes
        except CycleError as error:
            yield ("renamed",), f"these changes go round in a circle: {error.args[1]}"

    def _rows(self) -> Iterator[tuple[tuple[str | int, ...], str, tuple[str, ...]]]:
        for old, new in self.renamed.items():
            yield ("renamed", old), old, (new,)
        for old, parts in self.split.items():
            yield ("split", old), old, parts
        for new, parts in self.merged.items():
            for part in parts:
                yield ("merged", new), part, (new,)
        for old in self.retired:
            yield ("retired", old), old, ()
