"""The door: who may come in, with what, and that nothing bad gets an answer of 500 or a line of its own in the log."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from adapters.slack.door import LIMIT, Door
from adapters.wire import RefusedError
from bot.advisor import Knowledge
from bot.settings import Settings
from tests.slack.fake import BOT, Slack
from tests.slack.people import Person
from tests.slack.serving import Served, options, serving
from tests.slack.sign import PATH, SECRET, signed, signed_bytes

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("logs")]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PAYLOADS = Path(__file__).parent / "payloads"
CANARY = "canary-7f3a"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    database = f"sqlite:///{tmp_path_factory.mktemp('door')}/talk.db"
    async with Slack() as slack, serving(knowledge, database, slack) as running:
        yield running


async def post(served: Served, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
    async with (
        ClientSession(auto_decompress=False) as session,
        session.post(served.url + PATH, data=body, headers=headers) as response,
    ):
        return response.status, dict(response.headers), await response.text()


def check(door: Door, headers: dict[str, str], body: bytes) -> None:
    door.check(headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"], body)


# Who --------------------------------------------------------------------------------------
async def test_a_forged_signature_or_an_old_time_is_refused_and_not_sent_again(served: Served) -> None:
    ana = Person(served.slack)
    _, (event, _) = ana.say(f"<@{BOT}> {CANARY}")
    for forged in ({"secret": "another" * 5}, {"at": time.time() - 301}, {"at": time.time() + 301}):
        answer = await served.door.event(event, **forged)
        assert (401, "1") == (answer.status, answer.headers["X-Slack-No-Retry"])
    assert [] == await served.settled()


@pytest.mark.parametrize("gone", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
@pytest.mark.parametrize("value", [None, "", "v0=", "0", "-1", "nan", "9" * 30, "\xff", "1e9", "٣"])
async def test_odd_headers_are_refused(served: Served, gone: str, value: str | None) -> None:
    headers = signed("{}") | {"Content-Type": JSON}
    headers.pop(gone)
    if value is not None:
        headers[gone] = value
    assert 401 == (await post(served, b"{}", headers))[0]


async def test_one_bit_anywhere_is_one_too_many() -> None:
    door, body = Door((SECRET,)), b'{"type":"event_callback","event":{"type":"message","text":"hello"}}'
    headers = signed(body.decode())
    stamp, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
    door.check(stamp, signature, body)
    for position in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(RefusedError):
            door.check(stamp, signature, bytes(flipped))
    for position in range(len(signature) * 7):
        bad = bytearray(signature.encode())
        bad[position // 7] ^= 1 << position % 7
        with pytest.raises(RefusedError):
            door.check(stamp, bad.decode(), body)


async def test_two_secrets_are_good_while_they_are_changed() -> None:
    old, new = "old-secret-0123456789", "new-secret-0123456789"
    for secret in (old, new):
        check(Door((new, old)), signed("{}", secret), b"{}")
    with pytest.raises(RefusedError):
        check(Door((new,)), signed("{}", old), b"{}")
    with pytest.raises(RefusedError):
        check(Door(()), signed("{}", old), b"{}")


# What -------------------------------------------------------------------------------------
BAD: list[tuple[str, str | bytes]] = [
    (JSON, ""),
    (JSON, "{"),
    (JSON, "null"),
    (JSON, "[]"),
    (JSON, "7"),
    (JSON, '"text"'),
    (JSON, "[" * 100_000),
    (JSON, '{"a":' * 50_000),
    (JSON, b"\xff\xfe{}"),
    (JSON, '{"type":"event_callback","event":"text"}'),
    (JSON, '{"type":"event_callback","event":null}'),
    (JSON, '{"type":"event_callback","event":[1]}'),
    (JSON, '{"type":"event_callback","event":{},"authorizations":5}'),
    (JSON, '{"type":"event_callback","event":{},"authorizations":[5]}'),
    (JSON, '{"type":"event_callback","event":{},"authorizations":["x"]}'),
    (JSON, '{"type":"event_callback","event":{},"enterprise":5}'),
    (JSON, '{"type":"event_callback","event":{"channel":5}}'),
    (JSON, '{"type":"event_callback","event":{"user":5}}'),
    (JSON, '{"type":"block_actions","team":5}'),
    (JSON, '{"type":"view_submission","response_urls":5}'),
    (JSON, '{"type":"view_submission","response_urls":[5]}'),
    (FORM, "payload="),
    (FORM, "payload=%7B"),
    (FORM, "payload=null"),
    (FORM, "payload=[]"),
    (FORM, "payload=%FF%FE"),
    (FORM, "&".join(f"a{n}=1" for n in range(500))),
    ("text/plain", "{}"),
    ("multipart/form-data; boundary=x", "--x--"),
    ("", "{}"),
]


@pytest.mark.parametrize(("kind", "body"), BAD, ids=lambda each: repr(each)[:40])
async def test_what_slack_never_sends_is_refused_and_unsigned_even_sooner(
    served: Served, kind: str, body: str | bytes
) -> None:
    raw = body.encode() if isinstance(body, str) else body
    text = raw.decode("latin-1")
    headers = {"Content-Type": kind}
    status, answered, _ = await post(served, raw, headers | signed_bytes(raw))
    assert (400, "1") == (status, answered["X-Slack-No-Retry"]), text[:50]
    assert 401 == (await post(served, raw, headers))[0]


ODD: list[dict[str, Any]] = [
    {},
    {"type": "new_thing"},
    {"type": 5},
    {"type": "event_callback", "event": {}},
    {"type": "event_callback", "team_id": "T0TEAM", "event": {"type": "new_event"}},
    {
        "type": "event_callback",
        "team_id": "T0TEAM",
        "event": {"type": "message", "text": 5, "user": "U1", "channel": "C1"},
    },
    {"type": "event_callback", "team_id": 5, "event": {"type": "message"}},
    {"type": "event_callback", "team_id": "T0OTHER", "event": {"type": "message"}},
    {"type": "block_actions", "team": {"id": "T0TEAM"}, "actions": "x"},
    {"type": "block_suggestion", "team": {"id": "T0TEAM"}},
    {"type": "view_closed", "team": {"id": "T0TEAM"}},
    {"command": "/other", "team_id": "T0TEAM", "user_id": "U1", "trigger_id": "1"},
]


@pytest.mark.parametrize("payload", ODD, ids=str)
async def test_what_we_do_not_know_is_taken_and_left(served: Served, payload: dict[str, Any]) -> None:
    body = json.dumps(payload).encode()
    before = len(served.slack.sent)
    assert 200 == (await post(served, body, {"Content-Type": JSON} | signed_bytes(body)))[0]
    assert before == len(await served.settled())


@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
async def test_every_recorded_payload_is_taken(served: Served, name: str) -> None:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text())
    if "command" in payload:
        assert 200 == (await served.command(payload)).status
    elif payload.get("type") in ("event_callback", "url_verification", "app_rate_limited"):
        assert 200 == (await served.door.event(payload)).status
    else:
        assert 200 == (await served.door.interact(payload)).status


async def test_slack_can_verify_the_address(served: Served) -> None:
    answer = await served.door.event({"type": "url_verification", "challenge": "abc"})
    assert {"challenge": "abc"} == answer.json


async def test_too_much_is_refused_and_a_packed_body_never_unpacked(served: Served) -> None:
    big = b"x" * (LIMIT + 1)
    assert 413 == (await post(served, big, {"Content-Type": JSON} | signed_bytes(big)))[0]
    bomb = gzip.compress(b" " * 40_000_000)
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"} | signed_bytes(bomb)
    assert 400 == (await post(served, bomb, headers))[0]


async def test_a_large_real_event_is_taken(served: Served) -> None:
    ana = Person(served.slack)
    _, (event, _) = ana.say(f"<@{BOT}> what is MLOps? " + "word " * 60_000)
    assert 200 == (await served.door.event(event)).status


# What is logged ---------------------------------------------------------------------------
async def test_no_secret_and_no_word_of_anybody_is_logged(
    knowledge: Knowledge, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with Slack() as slack, serving(knowledge, f"sqlite:///{tmp_path}/t.db", slack) as served:
        ana = Person(slack)
        _, events = ana.say(f"<@{BOT}> what is MLOps, {CANARY}?")
        await served.events(events)
        await served.door.event(events[0], secret="another" * 5)
        await served.command(ana.command("/whichops", f"private {CANARY}?"))
        body = json.dumps({"type": "event_callback", "event": CANARY}).encode()
        await post(served, body, {"Content-Type": JSON} | signed_bytes(body))
        await served.settled()
        token = options(slack).slack_bot_token.get_secret_value()
        assert token not in repr(options(slack)) and token not in repr(served.app)
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    for secret in (CANARY, token, SECRET):
        assert secret not in logged


async def test_bolt_takes_nothing_from_the_environment(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_APP_TOKEN",
    ):
        monkeypatch.setenv(name, "xoxb-of-another-app")
    database = f"sqlite:///{tmp_path}/t.db"
    async with Slack() as slack:
        unset = {"SLACK_CLIENT_ID": "", "SLACK_CLIENT_SECRET": "", "SLACK_APP_TOKEN": ""}
        ours = options(slack, socket=False, SLACK_SIGNING_SECRET=SECRET, **unset)
        await _answers_with(knowledge, database, slack, ours)


async def _answers_with(knowledge: Knowledge, database: str, slack: Slack, ours: Settings) -> None:
    async with serving(knowledge, database, slack, options_=ours) as served:
        bolt = served.app.front._app
        assert None is bolt.oauth_flow
        assert None is bolt.installation_store
        await served.events(Person(slack).say(f"<@{BOT}> what is MLOps?")[1])
        assert 1 == len(await served.settled())


async def test_signing_is_what_slack_does() -> None:
    check(Door((SECRET,), clock=lambda: 1_700_000_001), signed("a=1", at=1_700_000_000), b"a=1")
