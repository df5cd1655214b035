"""What each stage of the matcher is worth: the same checks without it.

    python -m tests.benchmarks.ablation

Asked are the checks that are shown and those that nobody reads (`holdout`); cost: wrong 5, false 5, refused in scope 2,
a question back 1, a hundred questions.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from bot.catalog.load import load
from bot.catalog.schema import Catalog
from bot.matching import decide, features
from bot.matching.matcher import Matcher
from tests.benchmarks.keep import keep
from tests.benchmarks.questions import judge, told

COSTS = {"wrong": 5, "false": 5, "refused": 2, "offered": 1, "asked": 1}
HELD = "holdout"


def rows(catalog: Catalog) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the checks that say what must come, as labelled questions."""
    for body in catalog.checks.values():
        for check in body.checks:
            accept = [{"kind": kind, "topics": topics} for kind, *topics in map(str.split, check.must)]
            accept = [each for each in accept if each["kind"] != "choice"]
            if accept:
                row = {"text": check.ask, "previous": check.previous, "accept": accept}
                yield (HELD if body.hidden else "checks"), row


def figures(catalog: Catalog, matcher: Matcher) -> dict[str, object]:
    """Judge all checks."""
    counts: dict[str, Counter[str]] = {"checks": Counter(), HELD: Counter()}
    for group, row in rows(catalog):
        counts[group][judge(told(matcher, row), row["accept"])] += 1
    out: dict[str, object] = {}
    for group, found in counts.items():
        share = 100 / found.total()
        out[f"{group} right"] = round(share * found["right"], 1)
        out[f"{group} wrong"] = round(share * (found["wrong"] + found["false"]), 1)
        out[f"{group} cost"] = round(share * sum(COSTS.get(name, 0) * count for name, count in found.items()), 1)
    return out


def _unpaired(seen: features.View) -> list[str]:
    return [gram for gram in _GRAMS(seen) if " " not in gram]


_GRAMS = features.grams
_QUESTIONS = "bot.matching.matcher.Matcher._found"
STAGES: dict[str, Callable[[], Any]] = {
    "everything": lambda: patch.object(decide, "FAINT", decide.FAINT),
    "exact phrasing": lambda: patch("bot.matching.learned._exact", lambda *_: {}),
    "spelling": lambda: patch("bot.matching.spell.Speller.correct", lambda _, words: (words, {})),
    "names masked": lambda: patch("bot.matching.spot.Spotter.find", lambda *_: ()),
    "n-grams": lambda: patch.multiple(features, WORDS=0.01, SELDOM=0.01),
    "pairs of words": lambda: patch.object(features, "grams", _unpaired),
    "meaning (word table)": lambda: patch.object(features, "MEANING", 0.01),
    "names weigh for kinds": lambda: patch.object(decide, "prior", lambda *_: 1.0),
    "one sentence at a time": lambda: patch(_QUESTIONS, lambda _, whole, *__: [whole]),
    "more than one shared word": lambda: patch("bot.matching.matcher.Matcher._carried", lambda *_: True),
    "thread remembered": lambda: patch("bot.matching.matcher.Matcher.after", lambda *_: None),
}


@contextmanager
def without(stage: str) -> Iterator[None]:
    """Leave a stage out."""
    with STAGES[stage]():
        yield


def main() -> None:
    """Print a line for each stage, as a Markdown table, and keep the figures."""
    begun = time.monotonic()
    catalog = load()
    table: list[dict[str, object]] = []
    for stage in STAGES:
        with without(stage):
            table.append({"without": "-" if stage == "everything" else stage} | figures(catalog, Matcher(catalog)))
        if len(table) == 1:
            print(f"| {' | '.join(table[0])} |\n|{'---|' * len(table[0])}")
        print(f"| {' | '.join(str(value) for value in table[-1].values())} |", flush=True)
    keep("ablation", table, time.monotonic() - begun)


if __name__ == "__main__":
    main()
