"""Judge the matcher on a file of labelled questions.

    python -m tests.benchmarks.questions FILE [--show]      (or the file in WHICHOPS_QUESTIONS)

One JSON object a line: `{"id","text","previous":[...],"accept":[{"kind","topics"}...],"style"}`.
Right = an accepted kind with the same set of topics; offered = an accepted answer among a "did you mean";
asked = a "did you mean" without one; wrong = another answer; refused = declined though in scope;
false = answered though only a refusal was accepted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.catalog.load import load
from bot.catalog.schema import AnswerId
from bot.matching.match import Context, Match, NoIdea, Sure
from bot.matching.matcher import Matcher

OUTCOMES = ("right", "offered", "asked", "wrong", "refused", "false")
_FREE = ("glossary", "onboarding", "smalltalk", "oos")  # kinds whose topics don't count


def told(matcher: Matcher, row: dict[str, Any]) -> tuple[Match, ...]:
    """Play the earlier turns, then match the question."""
    context: Context | None = None
    for turn in row.get("previous", ()):
        context = matcher.after(matcher.match(turn, context), context)
    return matcher.match(row["text"], context)


def accepted(answer: AnswerId, accept: Iterable[dict[str, Any]]) -> bool:
    """Tell whether an answer is among the accepted ones."""
    kind = "smalltalk" if answer.kind.startswith("smalltalk") else answer.kind
    return any(
        kind == one["kind"] and (kind.partition(":")[0] in _FREE or set(answer.topics) == set(one["topics"]))
        for one in accept
    )


def judge(matches: tuple[Match, ...], accept: list[dict[str, Any]]) -> str:
    """Name the outcome of one row."""
    outcomes = [_judge(match, accept) for match in matches]
    return next((name for name in OUTCOMES if name in outcomes), "refused")


def _judge(match: Match, accept: list[dict[str, Any]]) -> str:
    out_of_scope = any(one["kind"] == "oos" for one in accept)
    only = out_of_scope and len(accept) == 1
    if isinstance(match, NoIdea):
        return "right" if out_of_scope else "refused"
    if isinstance(match, Sure):
        return "right" if accepted(match.answer, accept) else "false" if only else "wrong"
    return "offered" if any(accepted(one.answer, accept) for one in match.candidates[:3]) else "asked"


def _says(matches: tuple[Match, ...]) -> str:
    out = []
    for match in matches:
        if isinstance(match, Sure):
            out.append(f"{match.answer} {match.score:.2f}")
        elif isinstance(match, NoIdea):
            out.append(f"no:{match.reason} {match.score:.2f}")
        else:
            out.append("?" + " | ".join(f"{one.answer} {one.score:.2f}" for one in match.candidates))
    return " + ".join(out)


def table(title: str, groups: dict[str, Counter[str]]) -> str:
    """Lay out outcome shares by group."""
    lines = [f"{title:<22}{'n':>5}" + "".join(f"{name:>9}" for name in OUTCOMES)]
    for name, counts in sorted(groups.items()):
        total = counts.total()
        lines.append(
            f"{name:<22}{total:>5}" + "".join(f"{100 * counts[outcome] / total:>8.1f}%" for outcome in OUTCOMES)
        )
    return "\n".join(lines)


def run(path: Path, *, show: bool = False, matcher: Matcher | None = None) -> str:
    """Judge every row of a file and return the report."""
    start = time.perf_counter()
    matcher = matcher or Matcher(load())
    built = time.perf_counter() - start
    groups: dict[str, dict[str, Counter[str]]] = {
        key: defaultdict(Counter) for key in ("all", "scope", "kind", "style")
    }
    misses, times = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        begin = time.perf_counter()
        matches = told(matcher, row)
        times.append(time.perf_counter() - begin)
        outcome = judge(matches, row["accept"])
        first = row["accept"][0]["kind"]
        only = [one["kind"] for one in row["accept"]] == ["oos"]
        for key, name in (
            ("all", "all"),
            ("scope", "out of scope" if only else "in scope"),
            ("kind", first),
            ("style", row["style"]),
        ):
            groups[key][name][outcome] += 1
        if outcome != "right":
            misses.append(
                f"{outcome:<8} {row['id']} {row['text'][:100]!r} want {first} {row['accept'][0]['topics']} "
                f"got {_says(matches)}"
            )
    times.sort()
    report = [table(key, group) for key, group in groups.items()]
    median, slow = (1e3 * times[int(len(times) * share)] for share in (0.5, 0.99))
    report.append(f"built in {built:.2f} s; median {median:.2f} ms, p99 {slow:.2f} ms")
    return "\n\n".join(report + (["\n".join(sorted(misses))] if show else []))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", default=os.environ.get("WHICHOPS_QUESTIONS"))
    parser.add_argument("--show", action="store_true", help="list every row that is not right")
    args = parser.parse_args()
    if not args.file:
        parser.error("name a file of questions, or set WHICHOPS_QUESTIONS")
    sys.stdout.write(run(Path(args.file), show=args.show) + "\n")


if __name__ == "__main__":
    main()
