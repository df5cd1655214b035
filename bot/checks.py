"""Put the questions of `content/checks` to the matcher: hits, misses, confusions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.catalog.schema import Catalog, Check
from bot.matching.match import Context, Match, NoIdea, Sure, Unsure
from bot.matching.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Miss:
    """A check that does not hold: what was asked, what had to come, what came."""

    area: str
    check: Check
    got: str

    def __str__(self) -> str:
        wanted = " or ".join(self.check.must) or f"not {' nor '.join(self.check.never)}"
        return f"{self.area}: {self.check.ask!r}: wanted {wanted}, got {self.got}"


@dataclass(frozen=True, slots=True)
class Report:
    """How many checks there are and which don't hold."""

    total: int
    misses: tuple[Miss, ...]
    hidden: frozenset[str] = frozenset()  # areas whose misses are counted, never shown

    def __str__(self) -> str:
        lines = [f"{self.total - len(self.misses)} of {self.total} checks hold"]
        unseen = Counter(miss.area for miss in self.misses if miss.area in self.hidden)
        shown = [str(miss) for miss in self.misses if miss.area not in self.hidden]
        counts = [f"{area}: {count} more, kept hidden" for area, count in sorted(unseen.items())]
        return "\n".join([*lines, *(f"  {line}" for line in (*shown, *counts))])


def run(catalog: Catalog, matcher: Matcher) -> Report:
    """Run every check of the catalog."""
    misses: list[Miss] = []
    total = 0
    for area, body in catalog.checks.items():
        for check in body.checks:
            total += 1
            got = ask(matcher, check)
            if (check.must and not got & _same(check.must)) or got & _same(check.never):
                misses.append(Miss(area, check, ", ".join(sorted(got))))
    return Report(total, tuple(misses), frozenset(area for area, body in catalog.checks.items() if body.hidden))


def ask(matcher: Matcher, check: Check) -> frozenset[str]:
    """Ask one check's question; `choice` and `oos` stand for a question back and a refusal."""
    context = Context()
    for earlier in check.previous:
        context = matcher.after(matcher.match(earlier, context), context)
    return _same(_name(match) for match in matcher.match(check.ask, context))


def _same(names: Iterable[str]) -> frozenset[str]:
    """Write answer ids so that the order of topics doesn't count, but for `changes`, which has a direction."""
    return frozenset(name if name.startswith("changes ") else _sorted(name) for name in names)


def _sorted(name: str) -> str:
    kind, *topics = name.split()
    return " ".join((kind, *sorted(topics)))


def _name(found: Match) -> str:
    match found:
        case Sure(answer):
            return "smalltalk" if answer.kind.startswith("smalltalk:") else str(answer)
        case Unsure():
            return "choice"
        case NoIdea():
            return "oos"
