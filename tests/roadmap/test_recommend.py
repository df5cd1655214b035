"""The rules of the recommendation hold for any answers."""

from __future__ import annotations

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot.catalog.script import Roadmap
from bot.roadmap import Answers, recommend, tidy

OPTIONS = {
    "role": "developer ops-sre data-science-ml data-engineering security-qa lead-manager student-switcher",
    "goal": "ship-faster models-to-production fewer-incidents-less-noise llm-feature trustworthy-data "
    "many-teams-one-way security-compliance cost career",
    "delivery": "manual ci-only automated-to-prod automated-plus-iac-slo",
    "runs": "apps-apis ml-experiments ml-models llm-features data-pipelines many-services central-telemetry on-call "
    "noisy-alerts nothing-yet",
    "team": "1 2-9 10-49 50-199 200+",
    "hours": "<=3 4-6 7-10 11+",
    "horizon": "4 12 26 52",
}
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        name: (
            st.lists(st.sampled_from(options.split()), max_size=6).map(tuple)
            if name == "runs"
            else st.sampled_from([(), *((option,) for option in options.split())])
        )
        for name, options in OPTIONS.items()
    },
)
LIVE = {"apps-apis", "ml-models", "llm-features", "many-services", "central-telemetry", "on-call", "noisy-alerts"}
POINTS = """
role developer 2 0 0
role ops-sre 1 0 2
role data-science-ml 0 3 0
role data-engineering 1 2 0
role security-qa 2 0 0
role lead-manager 1 0 0
role student-switcher 2 0 0
goal ship-faster 5 0 0
goal models-to-production 0 5 0
goal fewer-incidents-less-noise 1 0 4
goal llm-feature 0 4 0
goal trustworthy-data 1 2 0
goal many-teams-one-way 3 0 0
goal security-compliance 3 0 0
goal cost 2 0 0
goal career 2 0 0
delivery manual 5 0 0
delivery ci-only 3 0 0
delivery automated-to-prod 1 1 1
delivery automated-plus-iac-slo 0 2 2
runs apps-apis 1 0 0
runs ml-experiments 0 1 0
runs ml-models 0 3 0
runs llm-features 0 2 0
runs data-pipelines 0 1 0
runs many-services 1 0 1
runs central-telemetry 0 0 2
runs on-call 0 0 1
runs noisy-alerts 0 0 3
runs nothing-yet 2 0 0
team 1 0 0 -3
team 2-9 0 0 -1
team 10-49 0 0 0
team 50-199 0 0 1
team 200+ 0 0 2
"""


@pytest.mark.parametrize("row", POINTS.strip().splitlines())
def test_every_option_scores_as_agreed(script: Roadmap, row: str) -> None:
    question, option, *points = row.split()
    scores = recommend(script, {question: (option,)}).scores
    assert dict(zip(("devops", "mlops", "aiops"), map(int, points), strict=True)) == scores


def test_the_script_asks_what_it_should(script: Roadmap) -> None:
    assert {name: options.split() for name, options in OPTIONS.items()} == {
        name: list(question.options) for name, question in script.questions.items()
    }
    assert ["runs"] == [name for name, question in script.questions.items() if question.several]


@settings(max_examples=400, deadline=None)
@every(answers=ANSWERS)
def test_the_rules_hold_for_any_answers(script: Roadmap, answers: Answers) -> None:
    found = recommend(script, answers)
    runs, goal = set(tidy(script, answers).get("runs", ())), (answers.get("goal") or ("",))[0]
    delivery = (answers.get("delivery") or ("",))[0]
    if "aiops" in (found.primary, found.secondary):
        assert {"central-telemetry", "on-call", "noisy-alerts"} <= runs
    assert found.not_yet or found.nothing_held
    assert not {found.topic, found.secondary} & {held.topic for held in found.not_yet}
    assert found.secondary is None or found.wished or found.scores[found.second.track] >= 4  # type: ignore[union-attr]
    assert (found.gate == "base-first") == (delivery in ("manual", "ci-only") and bool(runs & LIVE))
    wants_models = goal in ("models-to-production", "llm-feature", "trustworthy-data")
    assert (found.gate == "base-inside-path") == (wants_models and not runs & LIVE)
    if not found.reasons:
        assert found.scores[found.primary] <= 0
    for reason in found.reasons:
        assert reason.option in answers[reason.question]
        assert reason.points > 0
    points = [reason.points for reason in found.reasons]
    assert sorted(points, reverse=True) == points
    assert found.guess == (len(found.missing) > 2)


@settings(max_examples=200, deadline=None)
@every(answers=ANSWERS, hours=st.sampled_from(["", "<=3", "11+"]), horizon=st.sampled_from(["", "4", "52"]))
def test_hours_and_horizon_never_change_the_recommendation(
    script: Roadmap, answers: Answers, hours: str, horizon: str
) -> None:
    sized = {**answers, "hours": (hours,) if hours else (), "horizon": (horizon,) if horizon else ()}
    assert recommend(script, answers) == recommend(script, sized)


@settings(max_examples=200, deadline=None)
@every(answers=ANSWERS)
def test_fewer_alerts_never_raise_aiops(script: Roadmap, answers: Answers) -> None:
    quiet = {**answers, "runs": tuple(each for each in answers.get("runs", ()) if each != "noisy-alerts")}
    noisy, calm = recommend(script, {**answers, "runs": (*quiet["runs"], "noisy-alerts")}), recommend(script, quiet)
    assert calm.scores["aiops"] <= noisy.scores["aiops"]
    assert "aiops" not in (calm.primary, calm.secondary)


@settings(max_examples=200, deadline=None)
@every(answers=st.dictionaries(st.text(max_size=9), st.lists(st.text(max_size=9), max_size=4).map(tuple)))
def test_unknown_ids_are_passed_over(script: Roadmap, answers: Answers) -> None:
    assert recommend(script, {}).topic == recommend(script, answers).topic


def test_nothing_yet_beside_another_answer_scores_nothing(script: Roadmap) -> None:
    both, one = ({"runs": runs} for runs in (("nothing-yet", "ml-models", "ml-models"), ("ml-models",)))
    assert recommend(script, one) == recommend(script, both)


def test_no_answers_at_all_are_called_a_guess_without_reasons(script: Roadmap) -> None:
    found = recommend(script, {})
    assert ("devops", None, True, ()) == (found.topic, found.gate, found.guess, found.reasons)
    assert ["aiops", "mlops", "llmops"] == [held.topic for held in found.not_yet]


def test_what_is_missing_is_the_reason_why_aiops_waits(script: Roadmap) -> None:
    answers = {"goal": ("fewer-incidents-less-noise",), "runs": ("on-call", "noisy-alerts")}
    held = recommend(script, answers).not_yet[0]
    assert ("aiops", 1) == (held.topic, len(held.because))
    assert "one place" in held.because[0]


def test_a_removed_winner_names_its_gate(script: Roadmap) -> None:
    found = recommend(script, {"role": ("data-science-ml",), "delivery": ("automated-to-prod",)})
    assert ("m-entry", "devops") == (found.gate, found.primary)
    assert found.gate_says == script.gates.keep["m-entry"].say


def test_a_wish_comes_second_whatever_its_points(script: Roadmap) -> None:
    answers = {"goal": ("trustworthy-data",), "delivery": ("manual",), "runs": ("apps-apis",)}
    found = recommend(script, answers)
    assert ("dataops", True, 2) == (found.secondary, found.wished, found.scores["mlops"])
