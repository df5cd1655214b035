"""One JSON line in, one object out, whatever the line holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot.catalog.script import Roadmap
from bot.roadmap import machine, machine_line

ANSWERS = {
    "role": "developer",
    "goal": "ship-faster",
    "delivery": "manual",
    "runs": ["apps-apis"],
    "team": "2-9",
    "hours": "4-6",
    "horizon": "12",
}


def ask(script: Roadmap, start: Any = "2026-01-05", **answers: Any) -> dict[str, Any]:
    return machine(script, {"id": "a", "answers": answers, "start": start})


def test_a_line_gets_the_promised_object(script: Roadmap) -> None:
    told = machine_line(script, json.dumps({"id": 7, "answers": ANSWERS, "start": "2026-01-05"}))
    modules = told.pop("modules")
    assert {
        "id": 7,
        "primary": "devops",
        "topic": "devops",
        "path": "devops-core",
        "secondary": None,
        "gate": "base-first",
        "scores": {"devops": 13, "mlops": 0, "aiops": -1},
        "hours_used": 48,
        "capacity": 51.0,
        "next": "f-network",
    } == {name: told[name] for name in told if name not in ("not_yet", "reasons")}
    assert {"id": "f-map", "hours": 3, "from": "2026-01-05", "to": "2026-01-11"} == modules[0]
    assert ["you want releases that are quicker and calmer", "you release by hand today"] == told["reasons"][:2]
    assert {"aiops", "mlops", "llmops", "platform-engineering", "gitops"} <= set(told["not_yet"])


@pytest.mark.parametrize("unsure", [None, "not-sure", [], ["not-sure"], [None]], ids=repr)
def test_not_sure_may_be_said_in_several_ways(script: Roadmap, unsure: Any) -> None:
    silent = ask(script, **{name: given for name, given in ANSWERS.items() if name != "goal"})
    assert silent == ask(script, **(ANSWERS | {"goal": unsure}))
    assert machine(script, {"id": "a", "start": "2026-01-05"}) == ask(script, **dict.fromkeys(ANSWERS, unsure))


def test_one_answer_may_come_alone_or_in_a_list_and_twice(script: Roadmap) -> None:
    lists = {name: given if isinstance(given, list) else [given, given] for name, given in ANSWERS.items()}
    assert ask(script, **ANSWERS) == ask(script, **lists)
    assert ask(script, **ANSWERS) == ask(script, **(ANSWERS | {"runs": "apps-apis", "horizon": 12}))


ERRORS = (
    ({"id": 1, "answers": {"shoe": "44"}, "start": "2026-01-05"}, "'shoe'"),
    ({"id": 1, "answers": {"role": "juggler"}, "start": "2026-01-05"}, "'juggler'"),
    ({"id": 1, "answers": {"runs": ["apps-apis", "moon"]}, "start": "2026-01-05"}, "'moon'"),
    ({"id": 1, "answers": {"close-call": "slow-change"}, "start": "2026-01-05"}, "'close-call'"),
    ({"id": 1, "answers": {"role": ["developer", "ops-sre"]}, "start": "2026-01-05"}, "role takes one"),
    ({"id": 1, "answers": {"role": True}, "start": "2026-01-05"}, "True"),
    ({"id": 1, "answers": {"horizon": float("nan")}, "start": "2026-01-05"}, "nan"),
    ({"id": 1, "answers": {"team": 10**5000}, "start": "2026-01-05"}, "huge"),
    ({"id": 1, "answers": {"goal": {"a": 1}}, "start": "2026-01-05"}, "goal"),
    ({"id": 1, "answers": {"goal": ""}, "start": "2026-01-05"}, "''"),
    ({"id": 1, "answers": ["developer"], "start": "2026-01-05"}, "answers must be an object"),
    ({"id": 1, "answer": {}, "start": "2026-01-05"}, "'answer'"),
    ({"id": 1, "answers": {}}, "start is missing"),
    ({"id": 1, "answers": {}, "start": None}, "start is missing"),
    ({"id": 1, "answers": {}, "start": "5 January"}, "'5 January'"),
    ({"id": 1, "answers": {}, "start": "2026-02-30"}, "'2026-02-30'"),
    ({"id": 1, "answers": {}, "start": 20260105}, "a number"),
    ({"id": 1, "answers": {}, "start": "9999-12-31"}, "too late"),
)


@pytest.mark.parametrize(("request_", "named"), ERRORS, ids=[named for _, named in ERRORS])
def test_what_does_not_fit_is_named(script: Roadmap, request_: dict[str, Any], named: str) -> None:
    told = machine(script, request_)
    assert {"id", "error"} == set(told)
    assert told["id"] == 1
    assert named in told["error"]
    assert len(told["error"]) < 400


@pytest.mark.parametrize("line", ["", "{", "[]", "3", '"x"', "null", "[" * 100_000, "9" * 5000, '{"id": 1', "\ud800"])
def test_a_line_that_is_no_request_gets_an_error(script: Roadmap, line: str) -> None:
    told = machine_line(script, line)
    assert {"id", "error"} == set(told)
    assert told["id"] is None


def test_an_id_is_echoed_if_it_is_a_plain_value(script: Roadmap) -> None:
    ids = ["x", 3, 1.5, None, True, [1], {}, float("inf")]
    assert ["x", 3, 1.5, None, True, None, None, None] == [machine(script, {"id": each})["id"] for each in ids]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from([*ANSWERS, "12"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@every(
    request_=JSON
    | st.fixed_dictionaries(
        {},
        optional={
            "id": JSON,
            "answers": JSON | st.dictionaries(st.sampled_from(list(ANSWERS)), JSON, max_size=3),
            "start": JSON | st.dates().map(str),
        },
    )
)
def test_any_request_gets_an_object_that_is_json(script: Roadmap, request_: Any) -> None:
    told = machine(script, request_)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert ("error" in told) != ("modules" in told)
