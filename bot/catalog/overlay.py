"""What a team's own folder means: a mistyped name is no new entry, and what it removes leaves no loose ends.

A name of ours that is off by a letter and too little to stand for itself is a mistake; a whole entry
under a new name is the team's good right, and so is doing without one of ours. Must never read a file.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalog.explain import near
from bot.catalog.tree import Node
from bot.errors import Problem

# Where entries have names, what one is called, and what a new one can't do without.
_NAMED: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("topics",), "topic", ("name", "operates")),
    (("pairs",), "pair", ("topics", "lead", "table")),
    (("glossary", "terms"), "term", ("name", "lead", "sources")),
    (("onboarding", "answers", "answers"), "onboarding answer", ("title", "lead", "lines")),
    (("onboarding", "team", "fields"), "field", ("label", "type", "example")),
    (("sources",), "source", ("title", "read")),
)


def mistyped(base: Node, over: Node) -> Iterator[Problem]:
    """Name entries of the team's folder that look like a slip of one of ours; mark them, so nothing else complains."""
    for place, what, needed in _NAMED:
        ours, theirs = base.at(*place), over.at(*place)
        if ours is None or theirs is None or ours.broken:
            continue
        for name, entry in theirs.items.items():
            meant = None if name in ours.items or entry.broken or entry.value is None else near(name, ours.items)
            lacking = [key for key in needed if key not in entry.items]
            if meant and lacking:
                entry.broken = True
                fix = f"did you mean `{meant}`? A new {what} also needs {', '.join(lacking)}"
                yield Problem(entry.file, max(entry.line, 1), f"there is no {what} `{name}`", fix)


def forget(base: Node, merged: Node) -> None:
    """Take terms and onboarding answers that the team removed out of our own `next` links and checks."""
    gone = {
        f"{kind}:{name}"
        for kind, place in (("glossary", ("glossary", "terms")), ("onboarding", ("onboarding", "answers", "answers")))
        for name in _names(base, place) - _names(merged, place)
    }
    for path, node in merged.walk() if gone else ():
        if path and path[-1] in ("next", "must", "never") and isinstance(node.value, list):
            node.value = [given for given in node.value if given.text not in gone]


def _names(tree: Node, place: tuple[str, ...]) -> set[str]:
    node = tree.at(*place)
    return set(node.items) if node else set()
