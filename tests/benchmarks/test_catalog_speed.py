"""How long the content takes to load and lint; run by `make bench`."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from bot.catalog.load import built_in, load, stamp

ENTRIES = 500
TERM = """\
  made-up-{n}:
    name: Made-up term {n}
    aliases: [made up thing {n}, invention {n}]
    lead: >-
      Term number {n} stands for an idea somebody made up to see how long reading takes. It says nothing, in about as
      many words as a real one needs.
    bullets:
      - "**First:** a line about {n} with a [link](https://example.com/{n})."
      - "**Second:** another line, with `code`."
      - "**Third:** the last one."
    sources: [editorial]
    topics: [devops]
    next: ["define devops", "facet:tools devops"]
    phrasings:
"""


@pytest.mark.bench
def test_five_hundred_entries_lint_in_under_ten_seconds(tmp_path: Path) -> None:
    phrasings = "".join(f"      - how would one ask number {{n}} in way {way}\n" for way in range(8))
    terms = [(TERM + phrasings).replace("{n}", str(number)) for number in range(ENTRIES)]
    (tmp_path / "glossary.yaml").write_text("terms:\n" + "".join(terms))
    begun = perf_counter()
    catalog = load(tmp_path)
    took = perf_counter() - begun
    begun = perf_counter()
    stamp([built_in(), tmp_path])
    looked = perf_counter() - begun
    print(f"\nload and lint the shipped content and {ENTRIES} entries: {took:.2f} s; stamp: {looked * 1000:.1f} ms")
    assert len(catalog.glossary.terms) > ENTRIES
    assert took < 10
