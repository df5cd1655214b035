"""Leads that can't be read aloud are found, and only by curators; reviews come due."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.catalog import prose
from bot.catalog.lint import lint
from bot.catalog.load import load, read
from bot.catalog.tree import Node, parse

TODAY = date(2026, 11, 23)
PLAIN = "A canary shows the new version to a few people first. If they see errors, you take it back."
HEAVY = (
    "Organisational interoperability considerations necessitate comprehensive infrastructural standardisation, "
    "facilitating collaborative operationalisation methodologies throughout heterogeneous organisational environments, "
    "notwithstanding individual departmental responsibilities and considerable accountability implications at once."
)


def term(lead: str) -> Node:
    node, problems = parse(f'glossary:\n  terms:\n    slo:\n      lead: "{lead}"\n'.encode(), "all.yaml")
    assert problems == []
    return node


def said(lead: str) -> list[str]:
    problems = list(prose.hard_to_read(term(lead)))
    assert all(4 == problem.line for problem in problems)
    return [problem.what for problem in problems]


def test_a_plain_lead_is_silent() -> None:
    assert [] == said(PLAIN)


@pytest.mark.parametrize(
    ("lead", "what"),
    [
        (" ".join(["We do it."] * 23), "has 69 words"),
        ("we go on and on " * 9 + "and stop.", "a sentence of 47 words"),
        (HEAVY, "is hard to read"),
    ],
)
def test_a_lead_nobody_can_listen_to_is_told_why(lead: str, what: str) -> None:
    assert any(what in each for each in said(lead)), said(lead)


def test_marks_and_addresses_are_not_read_aloud() -> None:
    linked = PLAIN.replace("canary", "[canary](https://example.com/a/very/long/address/of/a/page)").replace(
        "few", "**few**"
    )
    assert [] == said(linked)


def test_short_words_read_easier_than_long_ones() -> None:
    assert prose.ease(HEAVY) < prose.EASE < 70 < prose.ease(PLAIN)


def test_a_server_runs_on_a_heavy_lead_and_a_curator_is_told() -> None:
    assert [] == lint(term(HEAVY))
    assert 1 == len(lint(term(HEAVY), TODAY))


def test_what_is_still_to_be_written_is_never_served() -> None:
    (problem,) = lint(term("TODO: the answer"))
    assert ("all.yaml", 4, "`lead` is still to be written") == (problem.file, problem.line, problem.what)


# Reviews ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("months", "today", "count"),
    [
        ("review_in: 3\n", date(2026, 4, 15), 0),
        ("review_in: 3\n", date(2026, 4, 16), 1),
        ("", date(2027, 1, 1), 0),
        ("", date(2027, 2, 1), 1),
    ],
)
def test_a_review_is_due_after_its_months(months: str, today: date, count: int) -> None:
    tree, _ = parse(f"reviewed: 2026-01-15\n{months}".encode(), "a.yaml")
    assert count == len(prose.due(tree, today))


def test_entries_inherit_the_months_and_may_say_otherwise(content: Path) -> None:
    file = content / "topics" / "llmops.yaml"
    file.write_text(file.read_text().replace("\ndefine:\n", "\ndefine:\n  review_in: 1\n", 1))
    topic = load(content=content).topics["llmops"]
    assert topic.define is not None
    assert (1, 3) == (topic.define.review_in, topic.facets["tools"].review_in)


def test_nothing_shipped_is_overdue_on_the_day_it_was_reviewed() -> None:
    assert [] == prose.due(read()[0], TODAY)
    assert [] != prose.due(read()[0], date(2028, 1, 1))
