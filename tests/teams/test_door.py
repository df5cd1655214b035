"""Nothing gets in but what Teams sends to us; nothing is ever answered with 500.

Where a test names "the shipped adapter", it says what botbuilder's own (CloudAdapter 4.17.1) does with the same.
"""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.teams.door import LIMIT, MICROSOFT, Door, Hosts, parsed, tenant_of
from adapters.teams.talk import Answered
from adapters.wire import RefusedError
from bot.errors import StoreError
from bot.settings import Settings
from tests.teams import sign
from tests.teams.fake import APP_ID, TENANT, Teams
from tests.teams.front import fronting

Json = dict[str, Any]
OTHER = "7e4a47aa-0000-4000-8000-000000000002"


def changed(activity: Json, path: str, value: Any) -> Json:
    """The same with one thing other: a path like `conversation.id`; a value of None takes it away."""
    found: Json = json.loads(json.dumps(activity))
    *way, last = path.split(".")
    held = found
    for name in way:
        held = held[name]
    if value is None:
        held.pop(last)
    else:
        held[last] = value
    return found


# Bodies -----------------------------------------------------------------------------------
BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",  # the shipped adapter answers these with 500
    "a string": b'"hello"',
    "null": b"null",
    "broken UTF-8": b'{"type": "message", "text": "\xff\xfe"}',
    "UTF-16": '{"type": "message"}'.encode("utf-16"),
    "half a character": b'{"type": "message", "text": "\\ud83d"}',
    "a thousand brackets": b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "no number": b'{"type": "message", "value": NaN}',
    "a number without end": b'{"type": "message", "value": ' + b"9" * 10_000 + b"}",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_broken_body_is_refused(teams: Teams, body: bytes) -> None:
    async with fronting(teams) as here:
        answer = await here.door.raw(body, f"Bearer {teams.token()}")
        assert (400, []) == (answer.status, here.reached.heard)


async def test_a_body_too_large_is_refused_with_and_without_its_length(teams: Teams) -> None:
    async def chunks() -> Any:
        for _ in range(LIMIT // 1024 + 2):
            yield b"x" * 1024

    async with fronting(teams) as here:
        answer = await here.door.raw(b"x" * (LIMIT + 1), f"Bearer {teams.token()}")
        assert 413 == answer.status
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {teams.token()}"}
        async with here.session.post(here.url + sign.PATH, data=chunks(), headers=headers) as streamed:
            assert 413 == streamed.status
        assert not here.reached.heard


SHAPES: dict[str, tuple[str, Any]] = {
    "no type": ("type", None),
    "a type that is no text": ("type", 7),
    "no id": ("id", None),
    "no channel": ("channelId", None),  # the shipped adapter then checks no endorsement
    "another channel": ("channelId", "webchat"),
    "no serviceUrl": ("serviceUrl", None),  # the shipped adapter takes it and answers to Microsoft's default
    "a serviceUrl that is no text": ("serviceUrl", ["https://smba.trafficmanager.net/emea/"]),
    "no conversation": ("conversation", None),
    "a conversation that is a text": ("conversation", "19:x"),
    "a conversation without id": ("conversation.id", None),
    "nobody": ("from", None),
    "somebody without id": ("from.id", None),
    "somebody who is a list": ("from", ["29:ana"]),
    "channelData that is a list": ("channelData", []),
    "a text that is an object": ("text", {"a": 1}),
    "entities that are an object": ("entities", {"a": 1}),
    "attachments that are a text": ("attachments", "x"),
}


@pytest.mark.parametrize(("path", "value"), SHAPES.values(), ids=SHAPES)
async def test_an_activity_of_another_shape_is_refused(teams: Teams, path: str, value: Any) -> None:
    async with fronting(teams) as here:
        token = f"Bearer {teams.token()}"
        answer = await here.door.raw(json.dumps(changed(sign.message(teams), path, value)).encode(), token)
        assert (400, []) == (answer.status, here.reached.heard)


@pytest.mark.parametrize("name", ["channelData", "recipient", "entities", "attachments", "text", "name"])
async def test_what_is_null_is_as_good_as_not_there(teams: Teams, name: str) -> None:
    activity = sign.message(teams) | {name: None}
    async with fronting(teams) as here:
        assert 200 == (await here.door.send(activity)).status
        assert 1 == len(here.reached.heard)


async def test_only_json_is_read(teams: Teams) -> None:
    """A page in a browser can post text and forms to any address without asking; JSON it can't."""
    async with fronting(teams) as here:
        body = json.dumps(sign.message(teams)).encode()
        answer = await here.door.raw(body, f"Bearer {teams.token()}", Content_Type="text/plain")
        assert (400, []) == (answer.status, here.reached.heard)


# Whose, and where replies would go --------------------------------------------------------
async def test_another_tenant_is_refused(teams: Teams) -> None:
    """The shipped adapter takes it."""
    async with fronting(teams) as here:
        activity = changed(sign.message(teams), "channelData.tenant.id", OTHER)
        assert (403, []) == ((await here.door.send(activity)).status, here.reached.heard)


@pytest.mark.parametrize("told", [{}, {"tenant": None}, {"tenant": {}}, {"tenant": {"id": 7}}], ids=str)
async def test_an_activity_without_a_tenant_is_refused(teams: Teams, told: Json) -> None:
    activity = changed(sign.message(teams), "conversation.tenantId", None) | {"channelData": told}
    async with fronting(teams) as here:
        assert (403, []) == ((await here.door.send(activity)).status, here.reached.heard)


async def test_more_tenants_can_be_let_in(teams: Teams) -> None:
    options = sign.settings(teams, TEAMS_ALLOWED_TENANTS=f"{TENANT}, {OTHER.upper()}")
    async with fronting(teams, options) as here:
        activity = changed(sign.message(teams), "channelData.tenant.id", OTHER)
        assert 200 == (await here.door.send(activity)).status
        assert 200 == (await here.door.send(sign.message(teams))).status


def test_the_tenant_is_the_channels_word_and_else_the_conversations() -> None:
    conversation = {"id": "a:1", "tenantId": "two"}
    assert "one" == tenant_of({"conversation": conversation, "channelData": {"tenant": {"id": "one"}}})
    assert "two" == tenant_of({"conversation": conversation})
    assert "" == tenant_of({"conversation": {"id": "a:1"}})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example/smba.trafficmanager.net",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "http://smba.trafficmanager.net/emea/",
        "https://notbotframework.com/",
        "https://smba.trafficmanager.net/emea/?to=https://evil.example",
        "https://smba.trafficmanager.net/emea/#x",
        "https://smba.trafficmanager.net\t.evil.example/",
        "https://smba.trafficmanager.net/emea/\n",
        "file:///etc/passwd",
        "//smba.trafficmanager.net/",
        "smba.trafficmanager.net",
        "http://127.0.0.1:80/",
        "http://169.254.169.254/metadata/",
        "",
    ],
)
def test_no_token_is_sent_to_another_host(url: str) -> None:
    assert not Hosts().allow(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        f"https://smba.trafficmanager.net/amer/{TENANT}/",
        "https://SMBA.trafficmanager.net:443/teams",
        "https://europe.botframework.com/",
        "https://smba.infra.gov.teams.microsoft.us/gcch/",
    ],
)
def test_the_connectors_hosts_are_allowed(url: str) -> None:
    assert Hosts().allow(url)


def test_more_hosts_can_be_named_but_plain_http_only_on_this_machine() -> None:
    hosts = Hosts(("127.0.0.1:4000", "connector.example", "*.inside.example"))
    allowed = ["http://127.0.0.1:4000/", "https://connector.example/", "https://a.inside.example/x/"]
    assert allowed == [url for url in allowed if hosts.allow(url)]
    refused = ["http://127.0.0.1:4001/", "http://connector.example/", "https://inside.example/", "http://localhost/"]
    assert not [url for url in refused if hosts.allow(url)]


def test_a_host_is_never_a_whole_domain_anybody_can_have() -> None:
    assert "*.trafficmanager.net" not in MICROSOFT


async def test_a_foreign_service_url_is_refused_even_in_a_signed_request(teams: Teams) -> None:
    async with fronting(teams) as here:
        answer = await here.door.send(sign.message(teams) | {"serviceUrl": "https://evil.example/"})
        assert (403, []) == (answer.status, here.reached.heard)


# Without accounts: clients on this machine ------------------------------------------------
async def test_a_local_client_needs_no_token_no_tenant_and_no_guids(teams: Teams) -> None:
    options = Settings.model_validate({"TEAMS_ALLOW_ANONYMOUS": "1"})
    activity = sign.message(teams, conversation="local-1") | {"serviceUrl": "http://localhost:56150/_connector"}
    activity = changed(changed(activity, "channelData", None), "conversation.tenantId", None)
    async with fronting(teams, options) as here:
        answer = await here.door.raw(json.dumps(activity).encode(), None)
        assert (200, 1) == (answer.status, len(here.reached.heard))
        abroad = json.dumps(activity | {"serviceUrl": "https://smba.trafficmanager.net/emea/"}).encode()
        assert 403 == (await here.door.raw(abroad, None)).status
        rebound = await here.door.raw(json.dumps(activity).encode(), None, Host="evil.example:3978")
        assert 403 == rebound.status
        assert 1 == len(here.reached.heard)


# What the turn answers --------------------------------------------------------------------
async def test_an_invoke_is_answered_with_its_body(teams: Teams) -> None:
    """The shipped adapter writes the body down twice and answers with 500."""
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Grüße 🎉"}]}
    body = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}
    async with fronting(teams) as here:
        here.reached.answer = Answered(200, body)
        answer = await here.door.send(sign.message(teams) | {"type": "invoke", "name": "adaptiveCard/action"})
        assert (200, body) == (answer.status, answer.json)
        text = body | {"type": "application/vnd.microsoft.activity.message", "value": "only Ana can press this"}
        here.reached.answer = Answered(200, text)
        answer = await here.door.send(sign.message(teams) | {"type": "invoke", "name": "adaptiveCard/action"})
        assert (200, text) == (answer.status, answer.json)


async def test_an_invoke_nobody_knows_is_not_implemented(teams: Teams) -> None:
    async with fronting(teams) as here:
        here.reached.answer = Answered(501, None)
        assert 501 == (await here.door.send(sign.message(teams) | {"type": "invoke", "name": "task/what"})).status


async def test_a_message_is_answered_with_200(teams: Teams) -> None:
    """The shipped adapter says 201."""
    async with fronting(teams) as here:
        answer = await here.door.send(sign.message(teams))
        assert (200, "") == (answer.status, answer.text)


async def test_the_activity_reaches_the_turn_as_it_came(teams: Teams) -> None:
    """The SDK's models lose mentions' fields, the tenant, `isTargeted`."""
    activity = sign.message(teams) | {"recipient": {"id": f"28:{APP_ID}", "isTargeted": True}}
    async with fronting(teams) as here:
        await here.door.send(activity)
        assert [activity] == here.reached.heard


@pytest.mark.parametrize("error", [StoreError("the database is away"), RuntimeError("a word somebody wrote")], ids=str)
async def test_a_turn_that_could_not_be_taken_is_sent_again(teams: Teams, error: Exception, logs: StringIO) -> None:
    async with fronting(teams) as here:
        here.reached.answer = error
        answer = await here.door.send(sign.message(teams))
        assert (503, 1) == (answer.status, len(here.reached.heard))
    said = logs.getvalue()
    assert "teams_turned_away" in said or "teams_failed" in said
    assert "a word somebody wrote" not in said


async def test_refusals_are_logged_without_words_and_without_tokens(teams: Teams, logs: StringIO) -> None:
    async with fronting(teams) as here:
        token = teams.token(aud="somebody-else")
        body = json.dumps(sign.message(teams, "secret words"))
        assert 401 == (await here.door.raw(body.encode(), f"Bearer {token}")).status
        assert 400 == (await here.door.raw(body[:-1].encode(), f"Bearer {token}")).status
    said = logs.getvalue()
    assert "teams_request_refused" in said
    assert not any(word in said for word in ("secret words", token, "Ana"))


async def test_other_methods_are_not_served(teams: Teams) -> None:
    async with fronting(teams) as here, ClientSession() as session, session.get(here.url + sign.PATH) as answer:
        assert 405 == answer.status


def test_the_door_alone_says_what_is_wrong() -> None:
    with pytest.raises(RefusedError) as refused:
        parsed(b'{"type": "message", "channelId": "msteams", "conversation": {"id": "a"}}')
    assert (400, "serviceUrl") == (refused.value.status, refused.value.why)
    assert Door(Hosts()).tenants == ()
