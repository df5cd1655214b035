"""Put the questions of `content/checks` to the matcher: hits, misses, known misses, confusions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.catalog.schema import Catalog, Check
from bot.matching.match import Context, Match, NoIdea, Sure, Unsure
from bot.matching.matcher import Matcher

_LINE = re.compile(r'\s*- \{ask: ("(?:[^"\\]|\\.)*"|[^",]+), .*\}\s*$')


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
    """How many checks there are, which don't hold, and which are known not to (`known`) or no longer (`mended`)."""

    total: int
    misses: tuple[Miss, ...]
    hidden: frozenset[str] = frozenset()  # areas whose misses are counted, never shown
    known: tuple[Miss, ...] = ()
    mended: tuple[Miss, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether nothing is missed but what is known, and all that is known is still missed."""
        return not self.mended and all(miss.area in self.hidden for miss in self.misses)

    @property
    def held(self) -> float:
        """Return the share of checks that hold."""
        return 1 - (len(self.misses) + len(self.known)) / max(1, self.total)

    def __str__(self) -> str:
        missed = len(self.misses) + len(self.known)
        lines = [f"{self.total - missed} of {self.total} checks hold; {len(self.known)} misses are known"]
        unseen = Counter(miss.area for miss in self.misses if miss.area in self.hidden)
        lines += [f"  {miss}" for miss in self.misses if miss.area not in self.hidden]
        lines += [f"  {area}: {count} more, kept hidden" for area, count in sorted(unseen.items())]
        lines += [f"  {miss.area}: {miss.check.ask!r} holds now: take `missed: true` away" for miss in self.mended]
        return "\n".join(lines)

    def confusions(self) -> tuple[tuple[str, str, int], ...]:
        """List which kind of answer was wanted, which came, and how often; the most frequent first."""
        missed = (*self.misses, *self.known)
        pairs = Counter((_kind(miss.check.must[0]), _kind(miss.got)) for miss in missed if miss.check.must)
        return tuple((wanted, got, count) for (wanted, got), count in pairs.most_common())


def run(catalog: Catalog, matcher: Matcher, areas: Collection[str] | None = None) -> Report:
    """Run every check of the catalog, or those of some areas."""
    misses: list[Miss] = []
    known: list[Miss] = []
    mended: list[Miss] = []
    total = 0
    bodies = {area: body for area, body in catalog.checks.items() if areas is None or area in areas}
    for area, body in bodies.items():
        for check in body.checks:
            total += 1
            got = ask(matcher, check)
            missed = bool((check.must and not got & _same(check.must)) or got & _same(check.never))
            if missed or check.missed:
                found = mended if not missed else known if check.missed else misses
                found.append(Miss(area, check, ", ".join(sorted(got))))
    hidden = frozenset(area for area, body in bodies.items() if body.hidden)
    return Report(total, tuple(misses), hidden, tuple(known), tuple(mended))


def ask(matcher: Matcher, check: Check) -> frozenset[str]:
    """Ask one check's question; `choice` and `oos` stand for a question back and a refusal."""
    context = Context()
    for earlier in check.previous:
        context = matcher.after(matcher.match(earlier, context), context)
    return _same(_name(match) for match in matcher.match(check.ask, context))


def asked(line: str) -> str | None:
    """Return the question of a check that stands in one line of YAML, None if there is none."""
    found = _LINE.match(line)
    if not found:
        return None
    text = found.group(1)
    return text[1:-1].replace('\\"', '"') if text.startswith('"') else text


def _kind(name: str) -> str:
    """Return what sort of answer this is, whatever it is about."""
    kind = name.partition(",")[0].partition(" ")[0]
    return kind if kind.startswith("facet:") else kind.partition(":")[0]


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
