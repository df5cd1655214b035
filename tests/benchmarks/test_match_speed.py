"""How long learning and matching take as the phrasings grow; run by `make bench`."""

from __future__ import annotations

from time import perf_counter

import pytest

from bot.catalog.schema import Catalog
from bot.matching.examples import examples
from tests.benchmarks.intents import Engine

ASKED = 400


def grown(catalog: Catalog, times: int) -> list[dict[str, object]]:
    """Repeat the shipped entries under new names, each copy with words of its own."""
    entries: dict[str, list[str]] = {}
    for copy in range(times):
        for example in examples(catalog):
            text = f"{example.text} made{copy}up" if copy else example.text
            entries.setdefault(f"{example.label} {copy}", []).append(text)
    return [{"id": id_, "examples": texts} for id_, texts in entries.items()]


@pytest.mark.bench
@pytest.mark.parametrize("times", [1, 3])
def test_every_question_of_grown_content_is_ranked(catalog: Catalog, times: int) -> None:
    entries = grown(catalog, times)
    begun = perf_counter()
    engine = Engine(entries)
    fitted = perf_counter() - begun
    texts = [example.text for example in examples(catalog)][:: max(1, len(examples(catalog)) // ASKED)]
    took: list[float] = []
    for text in texts:
        begun = perf_counter()
        ranked = engine.ranked(text)
        took.append(perf_counter() - begun)
        assert ranked
    took.sort()
    median, slow = (1e3 * took[int(len(took) * share)] for share in (0.5, 0.99))
    print(f"\n{times}x content, {len(entries)} entries: fit {fitted:.1f} s, median {median:.2f} ms, p99 {slow:.2f} ms")
