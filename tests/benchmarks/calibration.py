"""Whether a stated probability is true, and what the thresholds cost: by cross-validation on the content alone.

    python -m tests.benchmarks.calibration

In each of three folds a third of the terms and of the onboarding answers is held out whole: nothing right can be
answered to their phrasings. Of all other entries, shapes and refusals every third phrasing is held out. Each held-out
phrasing is asked. Cost a hundred questions: a wrong answer 5, an answer where there is none 5, a question back 1, a
refusal in scope 2.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any
from unittest.mock import patch

from bot.catalog.load import load
from bot.catalog.schema import Catalog
from bot.matching import decide
from bot.matching.match import Match, NoIdea, Sure
from bot.matching.matcher import Matcher
from tests.benchmarks.keep import keep

FOLDS = 3
COSTS = {"right": 0, "wrong": 5, "false": 5, "asked": 1, "refused": 2}
SURES = (0.3, 0.35, 0.45, 0.5, 0.6)
ASKS = (0.06, 0.09, 0.16, 0.2)
Held = list[tuple[str, str]]  # a phrasing and the kind it must get; "" for none
Asked = tuple[Matcher, str, str]


def fold(catalog: Catalog, number: int) -> tuple[Catalog, Held]:
    """Return the catalog without what is held out in a fold, and what that is."""
    held: Held = []
    names = cycle(topic.name for topic in catalog.topics.values())
    terms = _kept(catalog.glossary.terms, "glossary:", number, held)
    answers = _kept(catalog.onboarding.answers.answers, "onboarding:", number, held)
    shapes = {id_: _thinned(shape, id_, number, held) for id_, shape in catalog.language.shapes.items()}
    refusals = {id_: _thinned(each, "", number, held) for id_, each in catalog.language.refusals.items()}
    language = catalog.language.model_copy(update={"shapes": shapes, "refusals": refusals})
    onboarding = catalog.onboarding.answers.model_copy(update={"answers": answers})
    update = {
        "glossary": catalog.glossary.model_copy(update={"terms": terms}),
        "onboarding": catalog.onboarding.model_copy(update={"answers": onboarding}),
        "language": language,
    }
    filled = [(_filled(text, names), kind) for text, kind in held if "{t}" not in text and "{u}" not in text]
    return catalog.model_copy(update=update), filled


def _filled(text: str, names: Iterator[str]) -> str:
    for letter in "abc":
        if f"{{{letter}}}" in text:
            text = text.replace(f"{{{letter}}}", next(names))
    return text


def _kept(entries: Mapping[str, Any], kind: str, number: int, held: Held) -> dict[str, Any]:
    """Hold out a third of the entries whole, and some phrasings of the others."""
    kept = {}
    for at, (id_, entry) in enumerate(entries.items()):
        if at % FOLDS == number:
            held += [(text, "") for text in entry.phrasings]
        else:
            kept[id_] = _thinned(entry, kind + id_, number, held)
    return kept


def _thinned(entry: Any, kind: str, number: int, held: Held) -> Any:
    """Hold out every third phrasing."""
    held += [(text, kind) for at, text in enumerate(entry.phrasings) if at % FOLDS == number]
    kept = tuple(text for at, text in enumerate(entry.phrasings) if at % FOLDS != number)
    return entry.model_copy(update={"phrasings": kept})


def outcome(matches: tuple[Match, ...], kind: str) -> str:
    """Name what came of a held-out phrasing."""
    sure = [match.answer.kind for match in matches if isinstance(match, Sure)]
    if sure:
        return "right" if kind in sure else "wrong" if kind else "false"
    if all(isinstance(match, NoIdea) for match in matches):
        return "refused" if kind else "right"
    return "asked"


def best(matches: tuple[Match, ...]) -> tuple[float, str]:
    """Return the best answer's probability and its kind, decided or not."""
    first = matches[0]
    if isinstance(first, Sure):
        return first.score, first.answer.kind
    return (first.candidates[0].score, first.candidates[0].answer.kind) if first.candidates else (0.0, "")


def reliability(asked: list[Asked]) -> list[dict[str, float]]:
    """Print by bins how often an answer is right that was said to be so probable."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for matcher, text, kind in asked:
        score, found = best(matcher.match(text))
        bins[min(9, int(10 * score))].append((score, found == kind))
    table: list[dict[str, float]] = []
    print(f"{len(asked)} phrasings held out\n\n| stated | questions | mean stated | right |\n|---|---|---|---|")
    for at, told in enumerate(bins):
        stated = sum(score for score, _ in told) / max(1, len(told))
        right = sum(held for _, held in told) / max(1, len(told))
        table.append({"bin": at / 10, "questions": len(told), "stated": round(stated, 3), "right": round(right, 3)})
        print(f"| {at / 10:.1f}-{(at + 1) / 10:.1f} | {len(told)} | {stated:.2f} | {right:.2f} |")
    off = sum(abs(sum(score - held for score, held in told)) for told in bins) / len(asked)
    print(f"\nexpected calibration error {off:.3f}")
    return table


def costs(asked: list[Asked]) -> list[dict[str, float]]:
    """Print what the thresholds cost: those in use, then others beside them."""
    table: list[dict[str, float]] = []
    print("\n| Sure from | Unsure from | wrong | false | asked | refused | cost |\n|---|---|---|---|---|---|---|")
    here = (decide.SURE, decide.ASK)
    for sure, ask in [here, *((each, here[1]) for each in SURES), *((here[0], each) for each in ASKS)]:
        with patch.multiple(decide, SURE=sure, ASK=ask):
            counts = Counter(outcome(matcher.match(text), kind) for matcher, text, kind in asked)
        share = {name: round(100 * counts[name] / len(asked), 2) for name in COSTS}
        cost = round(sum(COSTS[name] * part for name, part in share.items()), 1)
        table.append({"sure": sure, "ask": ask, "cost": cost} | share)
        told = " | ".join(f"{share[name]:.1f} %" for name in ("wrong", "false", "asked", "refused"))
        print(f"| {sure} | {ask} | {told} | {cost} |", flush=True)
    return table


def main() -> None:
    """Print the reliability by bins and the cost by thresholds, and keep both."""
    begun = time.monotonic()
    catalog = load()
    folds = [(Matcher(part), held) for part, held in (fold(catalog, number) for number in range(FOLDS))]
    asked = [(matcher, text, kind) for matcher, held in folds for text, kind in held]
    keep("calibration", [*reliability(asked), *costs(asked)], time.monotonic() - begun)


if __name__ == "__main__":
    main()
