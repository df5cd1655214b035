"""Logs say what happened and where, never what somebody wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from bot import telemetry
from bot.chat import Message, Place
from tests.talk import AT

CANARY = "canary-7f3a"


@pytest.fixture(params=[True, False], ids=["json", "terminal"])
def as_json(request: pytest.FixtureRequest) -> Iterator[bool]:
    yield request.param
    structlog.reset_defaults()


def crash(text: str) -> None:
    """Fail with the text in a local and in the message."""
    raise ValueError(f"can't read {text}")


def test_a_crash_is_logged_with_its_place_and_without_its_words(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("info", json=as_json)
    try:
        try:
            crash(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        structlog.get_logger().exception("turn_failed", ref="abcd")
    logged = capsys.readouterr().err
    assert CANARY not in logged
    for part in ("turn_failed", "abcd", "RuntimeError", "ValueError", "test_telemetry.py"):
        assert part in logged
    if as_json:
        assert json.loads(logged)["error"] == "RuntimeError"


def test_quiet_levels_stay_quiet(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("error", json=as_json)
    structlog.get_logger().info("hello")
    assert capsys.readouterr().err == ""


def test_names_in_logs_tell_nothing_and_differ_by_place() -> None:
    one, other = Place("slack", "T1", "C1", "1"), Place("slack", "T1", "C1", "2")
    assert telemetry.place_hash(one) != telemetry.place_hash(other)
    assert "C1" not in telemetry.place_hash(one)


def test_a_reference_is_the_same_for_a_retry_and_survives_odd_ids() -> None:
    def message(ident: str) -> Message:
        return Message(ident, Place("slack", "T1", "C1", "\ud800"), "U1", "hi", True, AT)

    assert telemetry.reference(message("1")) == telemetry.reference(message("1"))
    assert telemetry.reference(message("1")) != telemetry.reference(message("\ud800"))
    assert telemetry.place_hash(message("1").place)
