"""How learning and matching grow with the content.

    python -m tests.benchmarks.scale [TIMES ...]        (1 10 100, each in a process of its own)

Grown content: every glossary term and onboarding answer is there TIMES times, each copy under an id and with a
vocabulary of its own: its telling words get an ending nobody else uses, in names and phrasings alike. Asked are the
content's own checks, and checks about terms and onboarding put into the words of a copy. `load` reads what was learned
back from disk; `right` counts the questions about copies that get exactly their copy's answer.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.catalog.load import load
from bot.catalog.schema import Catalog
from bot.matching.match import Sure
from bot.matching.matcher import Matcher
from bot.matching.shelf import Shelf
from bot.matching.table import table
from tests.benchmarks.keep import ROOT, keep

TIMES = (1, 10, 100)
TELLING = 4.2  # Zipf frequency up to which a word belongs to what is told, not to how people talk
KINDS = ("glossary:", "onboarding:")
ASKED = 300  # questions put to copies
_WORD = re.compile(r"[A-Za-z]{3,}")


def ending(copy: int) -> str:
    """Write a copy's number in letters."""
    return "q" + chr(97 + copy // 26) + chr(97 + copy % 26)


def told(catalog: Catalog) -> frozenset[str]:
    """List the telling words of the terms and onboarding answers."""
    texts = [text for term in catalog.glossary.terms.values() for text in (term.name, *term.aliases, *term.phrasings)]
    answers = catalog.onboarding.answers.answers.values()
    texts += [text for answer in answers for text in (answer.title, *answer.phrasings)]
    words = {word.lower() for text in texts for word in _WORD.findall(text)}
    return frozenset(word for word in words if table().zipf.get(word, 0.0) <= TELLING)


def renamed(text: str, copy: int, telling: frozenset[str]) -> str:
    """Put a text into the words of a copy; the first copy is the content itself."""

    def change(found: re.Match[str]) -> str:
        word = found.group()
        return word + ending(copy) if word.lower() in telling else word

    return _WORD.sub(change, text) if copy else text


def grown(catalog: Catalog, times: int) -> Catalog:
    """Return the catalog with its terms and onboarding answers so many times."""
    terms = {}
    answers = {}
    telling = told(catalog)

    def words(texts: tuple[str, ...], copy: int) -> tuple[str, ...]:
        return tuple(renamed(text, copy, telling) for text in texts)

    for copy in range(times):
        tail = f"-{ending(copy)}" if copy else ""
        for id_, term in catalog.glossary.terms.items():
            name, lead = words((term.name, term.lead), copy)
            aliases, phrasings = words(term.aliases, copy), words(term.phrasings, copy)
            change = {"name": name, "lead": lead, "aliases": aliases, "phrasings": phrasings}
            terms[id_ + tail] = term.model_copy(update=change)
        for id_, answer in catalog.onboarding.answers.answers.items():
            own = words((answer.title, *answer.phrasings), copy)
            answers[id_ + tail] = answer.model_copy(update={"title": own[0], "phrasings": own[1:]})
    glossary = catalog.glossary.model_copy(update={"terms": terms})
    inner = catalog.onboarding.answers.model_copy(update={"answers": answers})
    onboarding = catalog.onboarding.model_copy(update={"answers": inner})
    return catalog.model_copy(update={"glossary": glossary, "onboarding": onboarding})


def measure(times: int) -> dict[str, object]:
    """Learn the grown content and ask it."""
    catalog = load()
    large = grown(catalog, times)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        used = time.process_time()
        Matcher(large, Shelf(Path(folder)))
        fitted, used = time.perf_counter() - begun, time.process_time() - used
        begun = time.perf_counter()
        matcher = Matcher(large, Shelf(Path(folder)))
        loaded = time.perf_counter() - begun
    checks = [check for body in catalog.checks.values() for check in body.checks if not check.previous]
    took = sorted(_seconds(matcher, check.ask) for check in checks)
    about = [check for check in checks if len(check.must) == 1 and check.must[0].startswith(KINDS)]
    telling = told(catalog)
    right = 0
    for number in range(ASKED):
        check, copy = about[number % len(about)], number * 7 % times
        answer = check.must[0] + (f"-{ending(copy)}" if copy else "")
        found = matcher.match(renamed(check.ask, copy, telling))
        right += any(isinstance(each, Sure) and str(each.answer) == answer for each in found)
    return {
        "times": times,
        "labels": len(large.glossary.terms) + len(large.onboarding.answers.answers),
        "fit seconds": round(fitted, 2),
        "fit CPU seconds": round(used, 2),
        "load seconds": round(loaded, 2),
        "memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "match median ms": round(1000 * took[len(took) // 2], 3),
        "match p99 ms": round(1000 * took[int(0.99 * (len(took) - 1))], 2),
        "right of copies": round(right / ASKED, 3),
    }


def _seconds(matcher: Matcher, text: str) -> float:
    """Ask twice, take the better: the machine is not ours alone."""
    times = []
    for _ in range(2):
        begun = time.perf_counter()
        matcher.match(text)
        times.append(time.perf_counter() - begun)
    return min(times)


def main(sizes: list[str]) -> None:
    """Measure one size here, or several in processes of their own, and keep the figures."""
    if len(sizes) == 1:
        print(json.dumps(measure(int(sizes[0]))))
        return
    begun = time.monotonic()
    rows = []
    for size in sizes or [str(each) for each in TIMES]:
        command = [sys.executable, "-m", "tests.benchmarks.scale", size]
        rows.append(json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout))
        print(rows[-1], flush=True)
    keep("scale", rows, time.monotonic() - begun)


if __name__ == "__main__":
    main(sys.argv[1:])
