"""The content's own questions: most get their answer, hardly any a wrong one. The floors only rise."""

from __future__ import annotations

from bot import checks
from bot.advisor import Knowledge
from bot.catalog.schema import Check, Checks

HOLD = 0.78  # share of checks that hold, at least
FALSE = 0.08  # share of the questions we must not answer that are answered, at most


def test_the_checks_hold_up_to_the_floor(knowledge: Knowledge) -> None:
    report = checks.run(knowledge.catalog, knowledge.matcher)
    assert report.total > 300
    assert 1 - len(report.misses) / report.total >= HOLD, str(report)


def test_what_must_be_declined_is_hardly_ever_answered(knowledge: Knowledge) -> None:
    declined = [c for body in knowledge.catalog.checks.values() for c in body.checks if c.must == ("oos",)]
    answered = [c.ask for c in declined if not checks.ask(knowledge.matcher, c) & {"oos", "choice"}]
    assert len(declined) > 50
    assert len(answered) / len(declined) <= FALSE, answered


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
