"""Speak the JSON-lines protocol of few-shot intent benchmarks with the advisor's own engine.

    python -m tests.benchmarks.intents --matcher whichops

    > {"op":"fit","entries":[{"id","examples":[...]}]}     < {"ok":true}
    > {"op":"match","text":"..."}                          < {"ranked":[[id,score],...],"us":123.4,
                                                              "decision":{"kind","ids"}}
    > {"op":"quit"}

The same cleaning, spelling, n-grams, meaning and model as on the shipped content; only what is peculiar to it is left
out: names of topics and terms, and the rules that tie kinds to topics.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from typing import Any

from bot.matching import decide
from bot.matching.clean import Cleaner
from bot.matching.features import Features, View, view
from bot.matching.model import Model, fit
from bot.matching.spell import Speller
from bot.matching.table import table

MOST = 10  # ranked entries in a reply


class Engine:
    """The matcher without a catalog: entries with examples in, ranked entries out."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self._cleaner = Cleaner({}, (), ())
        counts: Counter[str] = Counter()
        views: list[View] = []
        labels: list[str] = []
        for entry in entries:
            for text in (*entry["examples"], entry["id"].replace("_", " ")):
                words = self._cleaner.words(text)
                counts.update(words)
                views.append(view(words, ()))
                labels.append(entry["id"])
        self._speller = Speller(counts, table().zipf, shortest=3)
        self._features, bags = Features.of(views, table())
        self._model: Model = fit(bags, labels, len(self._features.places))

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """Return the entries, best first, with their probabilities."""
        words, _ = self._speller.correct(self._cleaner.words(text))
        scores = self._model.scores(self._features.bag(view(words, ())))
        return sorted(scores.items(), key=lambda item: -item[1])[:MOST]


def decision(ranked: list[tuple[str, float]]) -> dict[str, Any]:
    """Decide as the advisor does: answer, ask back, or decline."""
    best, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0
    kind = "answer" if best >= decide.SURE and best - second >= decide.AHEAD else "suggest"
    return {"kind": kind if best >= decide.ASK else "unknown", "ids": [id_ for id_, _ in ranked[:3]]}


def main() -> None:
    """Answer requests line by line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matcher", choices=["whichops"], default="whichops")
    parser.parse_args()
    engine: Engine | None = None
    reply: dict[str, Any]
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "quit":
            break
        if request["op"] == "fit":
            engine, reply = Engine(request["entries"]), {"ok": True}
        else:
            assert engine is not None, "fit comes first"
            start = time.perf_counter_ns()
            ranked = engine.ranked(request["text"])
            reply = {"ranked": ranked, "us": (time.perf_counter_ns() - start) / 1e3, "decision": decision(ranked)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
