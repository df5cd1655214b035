"""The worked examples and their plans come out as written."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from bot.catalog.script import Roadmap
from bot.roadmap import machine, plan, recommend

SCORED = ("role", "goal", "delivery", "runs", "team")


class Example(NamedTuple):
    """One worked example. `not_yet` are the topics held back at the least."""

    name: str
    answers: str  # role | goal | delivery | runs | team
    scores: tuple[int, int, int]
    gate: str | None
    primary: str
    topic: str
    path: str
    secondary: str | None
    not_yet: str

    @property
    def given(self) -> dict[str, tuple[str, ...]]:
        parts = [part.strip() for part in self.answers.split("|")]
        return {name: tuple(part.split()) for name, part in zip(SCORED, parts, strict=True)}


SMALL = "aiops mlops llmops platform-engineering gitops"
EXAMPLES = (
    Example("E1", "developer | ship-faster | manual | apps-apis | 2-9",
            (13, 0, -1), "base-first", "devops", "devops", "devops-core", None, SMALL),
    Example("E2", "lead-manager | fewer-incidents-less-noise | ci-only | apps-apis on-call noisy-alerts | 2-9",
            (6, 0, 7), "base-first", "devops", "devops", "devops-core", None, SMALL),
    Example("E3", "ops-sre | fewer-incidents-less-noise | automated-plus-iac-slo"
            " | apps-apis many-services central-telemetry on-call noisy-alerts | 200+",
            (4, 2, 17), None, "aiops", "aiops", "aiops-core", "sre", "mlops llmops"),
    Example("E4", "ops-sre | fewer-incidents-less-noise | automated-to-prod"
            " | apps-apis many-services on-call noisy-alerts | 50-199",
            (5, 1, 13), "aiops-readiness", "devops", "sre", "sre-core", None, "aiops mlops llmops"),
    Example("E5", "data-science-ml | models-to-production | manual | ml-experiments | 1",
            (5, 9, -3), "base-inside-path", "mlops", "mlops", "mlops-core", "devops",
            "aiops llmops platform-engineering gitops"),
    Example("E6", "data-science-ml | models-to-production | automated-to-prod"
            " | apps-apis ml-models data-pipelines | 10-49",
            (2, 13, 1), None, "mlops", "mlops", "mlops-core", None, "aiops llmops platform-engineering"),
    Example("E7", "data-science-ml | models-to-production | manual | apps-apis ml-models | 10-49",
            (6, 11, 0), "base-first", "devops", "devops", "devops-core", "mlops",
            "aiops llmops platform-engineering gitops"),
    Example("E8", "developer | llm-feature | automated-to-prod | apps-apis llm-features | 10-49",
            (4, 7, 1), None, "mlops", "llmops", "llmops-core", "devops", "aiops mlops platform-engineering"),
    Example("E9", "developer | llm-feature | manual | nothing-yet | 1",
            (9, 4, -3), "base-inside-path", "mlops", "llmops", "llmops-core", "devops",
            "aiops mlops platform-engineering gitops"),
    Example("E10", "lead-manager | many-teams-one-way | automated-to-prod"
            " | apps-apis many-services central-telemetry | 200+",
            (7, 1, 6), None, "devops", "platform-engineering", "devops-scale", None, "aiops mlops llmops"),
    Example("E11", "lead-manager | many-teams-one-way | manual | apps-apis | 10-49",
            (10, 0, 0), "base-first", "devops", "devops", "devops-core", None, SMALL),
    Example("E12", "data-engineering | trustworthy-data | manual | data-pipelines | 2-9",
            (7, 5, -1), "base-inside-path", "mlops", "dataops", "dataops-core", "devops", SMALL),
    Example("E13", "security-qa | security-compliance | automated-to-prod | apps-apis on-call | 50-199",
            (7, 1, 3), None, "devops", "devsecops", "devsecops-core", None, "aiops mlops llmops"),
    Example("E14", "student-switcher | career | manual | nothing-yet | 1",
            (11, 0, -3), None, "devops", "devops", "devops-core", None, SMALL),
    Example("E15", "ops-sre | fewer-incidents-less-noise | automated-plus-iac-slo"
            " | apps-apis ml-models many-services central-telemetry on-call noisy-alerts | 50-199",
            (4, 5, 16), None, "aiops", "aiops", "aiops-core", "mlops", "llmops"),
)  # fmt: skip


class Sample(NamedTuple):
    """The plan of a worked example. `next` is None when the path is complete."""

    name: str
    hours: str
    horizon: str
    capacity: float
    known: str
    modules: str
    used: int
    next: str | None


SAMPLES = (
    Sample("E1", "4-6", "12", 51, "f-git f-python",
           "f-map f-shell f-testing f-ci d-metrics d-smallbatch f-security", 48, "f-network"),
    Sample("E2", "<=3", "12", 25.5, "f-ci f-git f-incidents f-network f-python f-shell f-testing",
           "f-map d-metrics d-smallbatch f-security", 18, "f-containers"),
    Sample("E3", "7-10", "12", 81.6, "d-monitoring f-containers f-incidents f-network f-observability f-shell",
           "f-map a-ready a-hygiene a-otel f-python a-timeseries a-anomaly", 77, "a-correlate"),
    Sample("E5", "7-10", "26", 176.8, "f-python f-sql m-ml",
           "f-map f-shell f-git m-repro f-network f-containers m-registry f-testing f-ci m-serving f-observability "
           "m-monitor m-datapipe m-pipeline m-retrain m-features f-security m-govern", 173, None),
    Sample("E6", "4-6", "12", 51, "f-ci f-containers f-git f-network f-python f-shell f-sql f-testing m-ml",
           "f-map m-repro m-registry m-serving f-observability", 45, "m-monitor"),
    Sample("E8", "4-6", "12", 51, "f-ci f-containers f-git f-network f-python f-shell f-testing m-llm",
           "f-map m-evals f-security f-observability m-llmrun", 41, None),
    Sample("E12", "4-6", "26", 110.5, "f-git f-python f-sql",
           "f-map f-shell f-network f-containers f-testing f-ci m-datapipe f-observability", 77, None),
    Sample("E14", "11+", "52", 530.4, "",
           "f-map f-shell f-git f-python f-testing f-ci d-metrics d-smallbatch f-security f-network f-containers d-cd "
           "f-cloud d-iac f-observability d-monitoring f-incidents d-slo d-release", 176, None),
)  # fmt: skip

BY_NAME = {example.name: example for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_worked_example_gets_its_recommendation(script: Roadmap, example: Example) -> None:
    found = recommend(script, example.given)
    assert dict(zip(("devops", "mlops", "aiops"), example.scores, strict=True)) == found.scores
    expected = (example.gate, example.primary, example.topic, example.path, example.secondary)
    assert expected == (found.gate, found.primary, found.topic, found.path, found.secondary)
    assert set() == set(example.not_yet.split()) - {held.topic for held in found.not_yet}
    assert not {found.topic, found.secondary} & {held.topic for held in found.not_yet}
    assert not found.guess
    assert found.reasons[0].option in {option for options in example.given.values() for option in options}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_plan_is_cut_as_written(script: Roadmap, sample: Sample) -> None:
    answers = BY_NAME[sample.name].given | {"hours": (sample.hours,), "horizon": (sample.horizon,)}
    made = plan(script, recommend(script, answers), answers, date(2026, 1, 5))
    assert (sample.modules.split(), sample.used) == ([each.id for each in made.modules], made.hours_used)
    assert sample.known.split() == sorted(each.id for each in made.known)
    assert (sample.capacity, sample.next) == (float(made.capacity), made.next.id if made.next else None)
    assert (sample.next is None) == made.complete
    assert [] == [each.id for each in made.left_out if sample.next is None]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_machine_output_agrees_with_the_sample_plan(script: Roadmap, sample: Sample) -> None:
    example = BY_NAME[sample.name]
    answers = {name: list(given) if name == "runs" else given[0] for name, given in example.given.items()}
    answers |= {"hours": sample.hours, "horizon": sample.horizon}
    told = machine(script, {"id": sample.name, "answers": answers, "start": "2026-01-05"})
    expected = ["id", "primary", "topic", "path", "secondary", "not_yet", "reasons", "gate", "scores", "modules"]
    assert [*expected, "hours_used", "capacity", "next"] == list(told)
    assert sample.modules.split() == [each["id"] for each in told["modules"]]
    assert (sample.used, sample.capacity, sample.next) == (told["hours_used"], told["capacity"], told["next"])
    assert "2026-01-05" == told["modules"][0]["from"]
    assert (example.gate, example.topic, example.secondary) == (told["gate"], told["topic"], told["secondary"])
