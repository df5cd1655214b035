"""The content's own questions: most get their answer, hardly any a wrong one. The floors only rise."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot import checks
from bot.advisor import Knowledge
from bot.catalog.schema import Check, Checks

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
FLOORS = tomllib.loads(PROJECT.read_text())["tool"]["whichops"]["floors"]
SLACK = 0.05  # how far above its floor a share may be before the floor has to be raised


@pytest.fixture(scope="module")
def reports(knowledge: Knowledge) -> dict[str, checks.Report]:
    hidden = {"holdout"}
    shown = set(knowledge.catalog.checks) - hidden
    return {
        "checks": checks.run(knowledge.catalog, knowledge.matcher, shown),
        "holdout": checks.run(knowledge.catalog, knowledge.matcher, hidden),
    }


@pytest.mark.parametrize("which", ["checks", "holdout"])
def test_the_checks_hold_up_to_a_floor_that_only_rises(reports: dict[str, checks.Report], which: str) -> None:
    report = reports[which]
    assert report.total > 100
    assert FLOORS[which] <= report.held, str(report)
    assert report.held <= FLOORS[which] + SLACK, f"raise the floor for {which} in {PROJECT.name}"


def test_what_must_be_declined_is_hardly_ever_answered(knowledge: Knowledge) -> None:
    declined = [c for body in knowledge.catalog.checks.values() for c in body.checks if c.must == ("oos",)]
    answered = [c.ask for c in declined if not checks.ask(knowledge.matcher, c) & {"oos", "choice"}]
    assert len(declined) > 50
    assert len(answered) / len(declined) <= FLOORS["false"], answered


def test_every_miss_is_a_known_one_and_every_known_one_is_missed(reports: dict[str, checks.Report]) -> None:
    assert reports["checks"].ok, str(reports["checks"])


def test_a_known_miss_that_holds_is_told(knowledge: Knowledge) -> None:
    body = Checks(checks=(Check(ask="what is mlops", must=("define mlops",), missed=True),))
    report = checks.run(knowledge.catalog.model_copy(update={"checks": {"ours": body}}), knowledge.matcher)
    assert not report.ok
    assert str(report).endswith("ours: 'what is mlops' holds now: take `missed: true` away")


def test_what_is_confused_is_counted_by_kind(knowledge: Knowledge) -> None:
    body = Checks(checks=(Check(ask="what is mlops", must=("facet:why devops",), missed=True),))
    report = checks.run(knowledge.catalog.model_copy(update={"checks": {"ours": body}}), knowledge.matcher)
    assert report.ok
    assert (("facet:why", "define", 1),) == report.confusions()


def test_a_check_that_does_not_hold_is_told_with_what_came(knowledge: Knowledge) -> None:
    wrong = Checks(checks=(Check(ask="what is mlops", must=("define devops",)),))
    report = checks.run(knowledge.catalog.model_copy(update={"checks": {"ours": wrong}}), knowledge.matcher)
    assert str(report).endswith("ours: 'what is mlops': wanted define devops, got define mlops")


def test_the_order_of_topics_counts_for_changes_only(knowledge: Knowledge) -> None:
    assert checks.ask(knowledge.matcher, Check(ask="mlops vs devops")) == {"compare devops mlops"}


def test_misses_of_a_hidden_file_are_counted_but_not_shown(knowledge: Knowledge) -> None:
    body = Checks(checks=(Check(ask="what is mlops", must=("define devops",)),), hidden=True)
    report = checks.run(knowledge.catalog.model_copy(update={"checks": {"secret": body}}), knowledge.matcher)
    assert len(report.misses) == 1
    assert "what is mlops" not in str(report)
    assert "secret: 1 more, kept hidden" in str(report)


def test_the_second_set_stays_unread(knowledge: Knowledge) -> None:
    assert knowledge.catalog.checks["holdout"].hidden
