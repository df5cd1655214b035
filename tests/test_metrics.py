"""What is counted, and who may see it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientSession
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import HTTPNotFound

from adapters.metrics import Metrics
from bot import telemetry
from tests.running import started

CANARY = "canary-51d2"


async def shown(metrics: Metrics, **headers: str) -> str:
    answer = await metrics.serve(make_mocked_request("GET", "/metrics", headers), None)
    assert isinstance(answer.body, bytes)
    return answer.body.decode()


async def test_a_server_tells_its_numbers_and_no_words(tmp_path: Path) -> None:
    async with (
        started(tmp_path, {"WHICHOPS_METRICS": "anywhere"}, "-m", "bot", "serve") as server,
        ClientSession() as web,
    ):
        async with web.get(f"{server.url}/new") as answer:
            thread = str(answer.url)
        said = {"id": "11111111-1111-4111-8111-111111111111", "text": f"what is mlops {CANARY}"}
        async with web.post(f"{thread}/say", json=said, headers={"Origin": server.url}) as answer:
            assert 200 == answer.status
        async with web.get(f"{server.url}/metrics") as answer:
            told = await answer.text()
        async with web.get(f"{server.url}/ready") as answer:
            assert {"ready": True, "reasons": [], "warnings": []} == await answer.json()
    assert re.search(r'whichops_request_seconds_count\{route="/[^"]*/say",status="200"\} 1\.0', told)
    assert 'whichops_turns_total{outcome="answered"} 1.0' in told
    for line in (
        "whichops_outbox_waiting 0.0",
        "whichops_outbox_parked 0.0",
        "whichops_outbox_oldest_seconds 0.0",
        "whichops_database_up 1.0",
        "whichops_content_stale 0.0",
        "whichops_loop_held_seconds_max ",
        'whichops_content{version="',
    ):
        assert line in told
    assert CANARY not in told


async def test_facts_are_counted_whatever_the_level_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics(anywhere=True)
    telemetry.configure("error", json=True)
    telemetry.listen(metrics.fact)
    try:
        log = structlog.get_logger()
        log.warning("slack_request_refused", why="signature")
        log.warning("slack_request_refused", why=CANARY)
        log.error("reply_undeliverable", why="channel_not_found")
        log.warning(CANARY)
    finally:
        telemetry.listen(None)
    metrics.turn("answered")
    told = await shown(metrics)
    assert 'whichops_refused_total{door="slack",reason="signature"} 1.0' in told
    assert 'whichops_refused_total{door="slack",reason="other"} 1.0' in told
    assert 'whichops_events_total{event="reply_undeliverable"} 1.0' in told
    assert 'whichops_turns_total{outcome="answered"} 1.0' in told
    assert CANARY not in told
    assert "slack_request_refused" not in capsys.readouterr().err


async def test_only_this_machine_sees_the_numbers_unless_said_otherwise() -> None:
    with pytest.raises(HTTPNotFound):  # the mocked request comes from nowhere
        await shown(Metrics())
    assert "whichops_turns" in await shown(Metrics(anywhere=True))


async def test_a_proxy_beside_us_is_not_this_machine(tmp_path: Path) -> None:
    async with started(tmp_path, {}, "-m", "bot", "serve") as server, ClientSession() as web:
        async with web.get(f"{server.url}/metrics") as answer:
            assert 200 == answer.status
        async with web.get(f"{server.url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
            assert 404 == answer.status


def test_a_librarys_warning_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("info", json=True)
    try:
        logging.getLogger("some.sdk").setLevel(logging.DEBUG)
        logging.getLogger("some.sdk").info("the whole body: %s", CANARY)
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("asyncio").exception("Task exception was never retrieved: %s", CANARY)
    finally:
        structlog.reset_defaults()
    logged = capsys.readouterr().err
    assert 1 == logged.count("library_warning")
    assert CANARY not in logged
    assert "ValueError" in logged


def test_a_salt_changes_every_name_in_the_logs() -> None:
    from tests.talk import HERE  # noqa: PLC0415

    bare = telemetry.place_hash(HERE)
    telemetry.configure("info", json=True, salt="one")
    salted = telemetry.place_hash(HERE)
    telemetry.configure("info", json=True)
    assert bare == telemetry.place_hash(HERE) != salted
