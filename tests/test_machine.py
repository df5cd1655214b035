"""The JSON lines machines read: stable keys, every outcome, in order, one bad line spoils nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from bot import machine
from bot.advisor import Knowledge

KEYS = {"id", "outcome", "kind", "topics", "score", "candidates", "answers", "text", "sources"}


def ask(knowledge: Knowledge, text: str, previous: list[str] | None = None) -> dict[str, Any]:
    request = {"id": "q1", "text": text} | ({"previous": previous} if previous else {})
    return machine.ask(knowledge.catalog, knowledge.matcher, request)


def test_an_answer_names_kind_topics_text_and_sources(knowledge: Knowledge) -> None:
    told = ask(knowledge, "DevOps vs MLOps?")
    assert set(told) == KEYS
    assert (told["outcome"], told["kind"], told["topics"]) == ("answer", "compare", ["devops", "mlops"])
    assert told["answers"] == [{"kind": "compare", "topics": ["devops", "mlops"]}]
    assert 0 < told["score"] <= 1
    assert "DevOps" in told["text"]
    assert all(source.startswith("https://") or "judgement" in source for source in told["sources"])


def test_two_questions_list_both_parts(knowledge: Knowledge) -> None:
    told = ask(knowledge, "what is mlops and which tools do i need for it")
    assert [each["kind"] for each in told["answers"]] == ["define", "facet:tools"]


def test_a_follow_up_goes_on_from_the_earlier_turns(knowledge: Knowledge) -> None:
    told = ask(knowledge, "and the tools?", ["what is devops"])
    assert (told["kind"], told["topics"]) == ("facet:tools", ["devops"])


def test_a_refusal_is_oos(knowledge: Knowledge) -> None:
    told = ask(knowledge, "best pizza in town")
    assert (told["outcome"], told["kind"], told["topics"], told["answers"]) == ("refuse", "oos", [], [])


def test_small_talk_has_one_kind(knowledge: Knowledge) -> None:
    assert ask(knowledge, "thanks a lot!")["kind"] == "smalltalk"


def test_a_topic_without_content_is_refused(knowledge: Knowledge) -> None:
    bare = knowledge.catalog.topics["gitops"].model_copy(update={"define": None, "choose": None, "facets": {}})
    thin = knowledge.catalog.model_copy(update={"topics": knowledge.catalog.topics | {"gitops": bare}})
    told = machine.ask(thin, knowledge.matcher, {"id": 1, "text": "what is gitops"})
    assert (told["outcome"], told["kind"]) == ("refuse", "oos")
    assert "GitOps" in told["text"]


@pytest.mark.parametrize("request_", [{}, {"text": 5}, {"text": "x", "previous": "y"}, {"text": "x", "previous": [1]}])
def test_a_request_that_does_not_fit_gets_an_error(knowledge: Knowledge, request_: dict[str, Any]) -> None:
    assert "error" in machine.ask(knowledge.catalog, knowledge.matcher, {"id": 7} | request_)


def _run(*words: str, lines: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_questions_come_back_in_order_in_one_process() -> None:
    rows = [{"id": "a", "text": "what is aiops"}, {"id": "b", "text": "and mlops?", "previous": ["what is aiops"]}]
    told = _run("ask", "--jsonl", lines=[json.dumps(rows[0]), "not json", "", "[]", json.dumps(rows[1])])
    assert [each["id"] for each in told] == ["a", None, None, "b"]
    assert [each.get("kind") for each in told] == ["define", None, None, told[3]["kind"]]
    assert "mlops" in told[3]["topics"]


def test_roadmaps_come_back_in_order_and_a_bad_line_spoils_nothing() -> None:
    answers = {"role": "developer", "goal": "ship-faster", "delivery": "manual", "runs": ["apps-apis"], "team": "2-9"}
    good = {"id": "E1", "answers": answers | {"hours": "4-6", "horizon": "12"}, "start": "2026-01-05"}
    bad = {"id": "X", "answers": {"role": "wizard"}, "start": "2026-01-05"}
    first, second, third = _run("roadmap", "--jsonl", lines=[json.dumps(each) for each in (good, bad, good)])
    assert (first["primary"], first["topic"], first["path"], first["gate"]) == (
        "devops",
        "devops",
        "devops-core",
        "base-first",
    )
    assert first["modules"][0] == {"id": "f-map", "hours": 3, "from": "2026-01-05", "to": first["modules"][0]["to"]}
    assert (first["hours_used"], first["capacity"], first["next"]) == (48, 51, "f-network")
    assert "wizard" in second["error"]
    assert third == first
