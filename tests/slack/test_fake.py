"""The fake refuses what Slack refuses, and people at it send what Slack would send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import render
from adapters.slack.parse import Heard, OpenModal, Unplaced, parse
from tests.slack.fake import (
    APP_TOKEN,
    BOT,
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN,
    Broken,
    Channel,
    Hang,
    Posted,
    RateLimited,
    Refuse,
    Slack,
)
from tests.slack.people import Person, labels
from tests.slack.replies import REPLIES
from tests.slack.sign import SECRET, Door

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MODAL = render.ask_modal(render.AskWords("Ask", "Question", "Ask", "Close"), "why?", "")
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as running:
        yield running


@pytest.fixture
def client(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(token=TOKEN, base_url=slack.url)


async def error(calling: Any) -> str:
    """The error of a call that must be refused."""
    with pytest.raises(SlackApiError) as caught:
        await calling
    return str(caught.value.response["error"])


# Who may call -----------------------------------------------------------------------------
async def test_a_token_is_needed_and_must_be_the_right_kind(slack: Slack) -> None:
    assert "not_authed" == await error(AsyncWebClient(base_url=slack.url).auth_test())
    assert "invalid_auth" == await error(AsyncWebClient(token="xoxb-other", base_url=slack.url).auth_test())
    app = AsyncWebClient(token=APP_TOKEN, base_url=slack.url)
    assert "not_allowed_token_type" == await error(app.auth_test())
    bot = AsyncWebClient(token=TOKEN, base_url=slack.url)
    assert "not_allowed_token_type" == await error(bot.apps_connections_open(app_token=TOKEN))


async def test_the_bot_learns_who_it_is_and_what_it_may(client: AsyncWebClient) -> None:
    found = await client.auth_test()
    assert (BOT, "T0TEAM") == (found["user_id"], found["team_id"])
    assert "chat:write" in found.headers["x-oauth-scopes"]


@pytest.mark.parametrize("style", ["get", "form", "json"])
async def test_every_style_of_call_is_taken(slack: Slack, style: str) -> None:
    params = {"channel": "C0OPS", "text": "hi", "blocks": [SECTION]}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    flat = params | {"blocks": json.dumps([SECTION])}
    async with ClientSession(headers=headers) as session:
        url = slack.url + "chat.postMessage"
        if style == "get":
            answer = await session.get(url, params={key: str(value) for key, value in flat.items()})
        else:
            answer = await (session.post(url, json=params) if style == "json" else session.post(url, data=flat))
        assert (await answer.json())["ok"]
    assert style == slack.calls[0].style
    assert "mrkdwn" == slack.sent[0].blocks[0]["text"]["type"]


async def test_a_method_that_takes_no_json_gets_no_parameters_from_it(slack: Slack) -> None:
    async with ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        answer = await session.post(slack.url + "users.info", json={"user": "U0ANA"})
        assert "user_not_found" == (await answer.json())["error"]
        answer = await session.post(slack.url + "chat.explode")
        assert "unknown_method" == (await answer.json())["error"]


# Messages ---------------------------------------------------------------------------------
async def test_the_bot_posts_only_where_it_is(slack: Slack, client: AsyncWebClient) -> None:
    slack.channels |= {"C0OUT": Channel("C0OUT"), "G0OUT": Channel("G0OUT", private=True)}
    slack.channels["D0TWO"] = Channel("D0TWO", {"U0ANA", "U0BEN"}, True, "U0ANA")
    assert "not_in_channel" == await error(client.chat_postMessage(channel="C0OUT", text="x"))
    for channel in ("G0OUT", "C0NOWHERE", "D0TWO", "U0NOBODY"):
        assert "channel_not_found" == await error(client.chat_postMessage(channel=channel, text="x"))
    found = await client.chat_postMessage(channel="U0ANA", text="x")
    assert "D0ANA" == found["channel"]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([SECTION] * 51, "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}], "invalid_blocks"),
        ([{"type": "section"}], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([{"type": "nonsense"}], "invalid_blocks"),
        ([SECTION | {"surprise": 1}], "invalid_blocks"),
        ([SECTION | {"block_id": "a"}] * 2, "invalid_blocks"),
        ([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}], "invalid_blocks"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}], "invalid_blocks"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}], "invalid_blocks"),
        ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 5001}] * 2]}], "invalid_blocks"),
        ([TABLE, TABLE], "invalid_attachments"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5, "msg_blocks_too_long"),
        ([{"type": "markdown", "text": "x" * 7000}] * 2, "msg_blocks_too_long"),
        ({"type": "section"}, "invalid_blocks_format"),
    ],
)
async def test_blocks_beyond_a_limit_are_refused(client: AsyncWebClient, blocks: Any, expected: str) -> None:
    assert expected == await error(client.chat_postMessage(channel="C0OPS", text="x", blocks=blocks))


def button(number: int, **other: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "b"}
    return {"type": "button", "action_id": f"a{number}", "text": label, "value": "v"} | other


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": "o"}, "value": value}


@pytest.mark.parametrize(
    "elements",
    [
        [],
        [button(number) for number in range(26)],
        [button(1), button(1)],
        [button(1, text={"type": "plain_text", "text": "b" * 76})],
        [button(1, text={"type": "mrkdwn", "text": "b"})],
        [button(1, value="v" * 2001)],
        [button(1, value="")],
        [button(1, style="quiet")],
        [button(1, action_id="a" * 256)],
        [{"type": "checkboxes", "action_id": "c", "options": [option(str(number)) for number in range(11)]}],
        [{"type": "checkboxes", "action_id": "c", "options": [option("1")], "initial_options": [option("2")]}],
        [{"type": "static_select", "action_id": "c", "options": [option(str(number)) for number in range(101)]}],
        [{"type": "static_select", "action_id": "c", "options": [option("v" * 151)]}],
        [{"type": "static_select", "action_id": "c", "options": [option("1"), option("1")]}],
    ],
)
async def test_elements_beyond_a_limit_are_refused(client: AsyncWebClient, elements: list[Any]) -> None:
    blocks = [{"type": "actions", "elements": elements}]
    assert "invalid_blocks" == await error(client.chat_postMessage(channel="C0OPS", text="x", blocks=blocks))


async def test_a_message_needs_words_a_real_thread_and_metadata_of_its_shape(client: AsyncWebClient) -> None:
    assert "no_text" == await error(client.chat_postMessage(channel="C0OPS"))
    assert "msg_too_long" == await error(client.chat_postMessage(channel="C0OPS", text="x" * 40_001))
    assert "invalid_thread_ts" == await error(client.chat_postMessage(channel="C0OPS", text="x", thread_ts="main"))
    refused = client.chat_postMessage(channel="C0OPS", text="x", metadata={"mark": "1"})
    assert "invalid_metadata_format" == await error(refused)


async def test_only_its_own_message_can_be_changed_and_briefly(slack: Slack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0OPS", text="one")
    await client.chat_update(channel="C0OPS", ts=str(posted["ts"]), text="two")
    assert ("two", 1) == (slack.sent[0].text, slack.sent[0].edits)
    update = client.chat_update
    assert "msg_too_long" == await error(update(channel="C0OPS", ts=str(posted["ts"]), text="x" * 4001))
    assert "message_not_found" == await error(update(channel="C0OPS", ts="1.000001", text="x"))
    theirs = slack.said("U0ANA", "C0OPS", "mine")
    assert "cant_update_message" == await error(update(channel="C0OPS", ts=theirs.ts, text="x"))


async def test_an_ephemeral_message_is_for_one_member_and_can_t_be_changed(
    slack: Slack, client: AsyncWebClient
) -> None:
    post = client.chat_postEphemeral
    assert "user_not_in_channel" == await error(post(channel="C0OPS", user="U0EVE", text="x"))
    posted = await post(channel="C0OPS", user="U0ANA", text="psst")
    assert "U0ANA" == slack.sent[0].only
    again = client.chat_update(channel="C0OPS", ts=str(posted["message_ts"]), text="x")
    assert "message_not_found" == await error(again)


async def test_a_thread_is_read_back_with_its_marks_only_when_asked(slack: Slack, client: AsyncWebClient) -> None:
    root = slack.said("U0ANA", "C0OPS", "hello")
    mark = {"event_type": "whichops_reply", "event_payload": {"mark": "1"}}
    await client.chat_postMessage(channel="C0OPS", text="hi", thread_ts=root.ts, metadata=mark)
    plain = await client.conversations_replies(channel="C0OPS", ts=root.ts)
    assert [False, False] == ["metadata" in each for each in plain["messages"]]
    marked = await client.conversations_replies(channel="C0OPS", ts=root.ts, include_all_metadata=True)
    assert mark == marked["messages"][1]["metadata"]
    assert "thread_not_found" == await error(client.conversations_replies(channel="C0OPS", ts="1.000001"))


async def test_people_and_direct_conversations_are_found(client: AsyncWebClient) -> None:
    assert "D0BEN" == (await client.conversations_open(users="U0BEN"))["channel"]["id"]
    assert "user_not_found" == await error(client.conversations_open(users="U0NOBODY"))
    assert "T0TEAM" == (await client.users_info(user="U0ANA"))["user"]["team_id"]
    assert "user_not_found" == await error(client.users_info(user="U0NOBODY"))


# Views ------------------------------------------------------------------------------------
async def test_a_trigger_opens_one_modal_within_three_seconds(slack: Slack, client: AsyncWebClient) -> None:
    assert "invalid_trigger_id" == await error(client.views_open(trigger_id="1.x", view=MODAL))
    trigger, late = slack.trigger(), slack.trigger()
    opened = await client.views_open(trigger_id=trigger, view=MODAL)
    assert "exchanged_trigger_id" == await error(client.views_open(trigger_id=trigger, view=MODAL))
    slack.wait(3.5)
    assert "expired_trigger_id" == await error(client.views_open(trigger_id=late, view=MODAL))
    await client.views_update(view_id=opened["view"]["id"], view=MODAL)
    assert "not_found" == await error(client.views_update(view_id="V0", view=MODAL))


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"submit": {"type": "plain_text", "text": "x" * 25}},
        {"private_metadata": "x" * 3001},
        {"blocks": []},
        {"blocks": [TABLE]},
        {"type": "home"},
    ],
)
async def test_a_modal_beyond_a_limit_is_refused(slack: Slack, client: AsyncWebClient, wrong: dict[str, Any]) -> None:
    refused = client.views_open(trigger_id=slack.trigger(), view=MODAL | wrong)
    assert "invalid_arguments" == await error(refused)


async def test_a_home_tab_has_a_hundred_blocks_and_no_thumbs(slack: Slack, client: AsyncWebClient) -> None:
    await client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": [SECTION] * 100})
    assert 100 == len(slack.homes["U0ANA"]["blocks"])
    thumbs = {"type": "context_actions", "elements": []}
    for blocks in ([SECTION] * 101, [thumbs]):
        refused = client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": blocks})
        assert "invalid_arguments" == await error(refused)


# Response URLs, files, OAuth ----------------------------------------------------------------
async def test_a_response_url_works_five_times(slack: Slack) -> None:
    hook = AsyncWebhookClient(slack.response_url("C0OPS", "U0ANA"))
    answers = [await hook.send(text=f"{number}") for number in range(6)]
    assert [200] * 5 + [404] == [answer.status_code for answer in answers]
    assert ["U0ANA"] * 5 == [message.only for message in slack.sent]


async def test_a_response_url_works_for_half_an_hour(slack: Slack) -> None:
    hook = AsyncWebhookClient(slack.response_url("C0OPS", "U0ANA"))
    slack.wait(30 * 60 + 1)
    assert 404 == (await hook.send(text="late")).status_code


async def test_a_response_url_changes_or_removes_what_was_pressed(slack: Slack, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel="C0OPS", user="U0ANA", text="one")
    hook = AsyncWebhookClient(slack.response_url("C0OPS", "U0ANA", slack.sent[0].ts))
    await hook.send(text="two", replace_original=True)
    assert ["two"] == [message.text for message in slack.sent]
    assert 400 == (await hook.send(text="x", blocks=[{"type": "nonsense"}])).status_code
    await hook.send(text="for all", replace_original=False, response_type="in_channel")
    await hook.send(delete_original=True)
    assert [("for all", "")] == [(message.text, message.only) for message in slack.sent]


async def test_a_file_goes_up_in_three_steps(slack: Slack, client: AsyncWebClient) -> None:
    await client.files_upload_v2(channel="C0OPS", filename="plan.txt", content="a plan", title="Plan")
    (file,) = slack.files.values()
    assert b"a plan" == file["data"]
    assert [file["id"]] == slack.sent[0].asked["files"]
    refused = client.files_completeUploadExternal(files=[{"id": "F0", "title": "x"}])
    assert "file_not_found" == await error(refused)


async def test_a_code_is_exchanged_once_for_a_token_that_works(slack: Slack) -> None:
    slack.codes.add("T0OTHER")
    client = AsyncWebClient(base_url=slack.url)
    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": "T0OTHER"}
    assert "bad_client_secret" == await error(client.oauth_v2_access(**given | {"client_secret": "x"}))
    token = (await client.oauth_v2_access(**given))["access_token"]
    assert "T0OTHER" == (await AsyncWebClient(token=token, base_url=slack.url).auth_test())["team_id"]
    assert "invalid_code" == await error(client.oauth_v2_access(**given))


# What goes wrong --------------------------------------------------------------------------
async def test_a_rate_limit_says_when_to_come_back(slack: Slack, client: AsyncWebClient) -> None:
    slack.script("chat.postMessage", RateLimited(1))
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    began = monotonic()
    await client.chat_postMessage(channel="C0OPS", text="x")
    assert monotonic() - began >= 1
    assert (2, 1) == (len(slack.calls), len(slack.sent))


async def test_a_broken_answer_may_have_posted_or_not(slack: Slack, client: AsyncWebClient) -> None:
    slack.script("chat.postMessage", Broken(), Broken(done=True), Refuse("fatal_error"), Hang(0.2))
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="C0OPS", text="x")
    assert 1 == len(slack.sent)
    assert "fatal_error" == await error(client.chat_postMessage(channel="C0OPS", text="x"))
    began = monotonic()
    await client.chat_postMessage(channel="C0OPS", text="x")
    assert monotonic() - began >= 0.2


# Socket Mode ------------------------------------------------------------------------------
async def test_socket_mode_delivers_waits_for_the_answer_and_reconnects(slack: Slack) -> None:
    heard: list[SocketModeRequest] = []

    async def listen(socket: Any, request: SocketModeRequest) -> None:
        heard.append(request)
        if request.type != "slash_commands":
            await socket.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    socket = SocketModeClient(app_token=APP_TOKEN, web_client=AsyncWebClient(base_url=slack.url))
    socket.socket_mode_request_listeners.append(listen)
    try:
        await socket.connect()  # type: ignore[no-untyped-call]
        await slack.socket_mode.connected()
        payload = {"type": "event_callback", "event": {"type": "app_mention"}}
        assert await slack.socket_mode.send("events_api", payload, retry=1, reason="timeout")
        assert ("events_api", 1, "timeout") == (heard[0].type, heard[0].retry_attempt, heard[0].retry_reason)
        assert await slack.socket_mode.send("slash_commands", {"command": "/x"}, seconds=0.3) is None
        await slack.socket_mode.disconnect()
        await slack.socket_mode.connected(2, seconds=15)
        assert await slack.socket_mode.send("interactive", {"type": "block_actions"})
    finally:
        await socket.close()  # type: ignore[no-untyped-call]


async def test_a_ticket_connects_once(slack: Slack) -> None:
    url = (await AsyncWebClient(base_url=slack.url).apps_connections_open(app_token=APP_TOKEN))["url"]
    async with ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert "hello" == (await socket.receive_json())["type"]
        refused = await session.get(str(url).replace("ws://", "http://"))
        assert 408 == refused.status


# Signed requests --------------------------------------------------------------------------
async def test_a_door_signs_as_slack_does_and_says_which_try_it_is() -> None:
    seen: list[tuple[bool, str | None, str]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.text()
        right = SignatureVerifier(SECRET).is_valid_request(body, dict(request.headers))
        seen.append((right, request.headers.get("X-Slack-Retry-Num"), request.content_type))
        return web.json_response({"taken": True})

    app = web.Application()
    app.router.add_post("/slack/events", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession() as session:
            door = Door(session, f"http://127.0.0.1:{runner.addresses[0][1]}")
            assert {"taken": True} == (await door.event({"type": "event_callback"}, retry=2)).json
            await door.interact({"type": "block_actions"})
            await door.command({"command": "/roadmap"})
            await door.event({}, secret="f" * 32)
            await door.event({}, at=0)
    finally:
        await runner.cleanup()
    form = "application/x-www-form-urlencoded"
    json_ = "application/json"
    assert [
        (True, "2", json_),
        (True, None, form),
        (True, None, form),
        (False, None, json_),
        (False, None, json_),
    ] == seen


# People -----------------------------------------------------------------------------------
async def posted(slack: Slack, name: str, thread: str = "") -> Posted:
    client = AsyncWebClient(token=TOKEN, base_url=slack.url)
    for payload in render.render(REPLIES[name]):
        await client.chat_postMessage(channel="C0OPS", thread_ts=thread or None, **payload)
    return slack.sent[-1]


@pytest.mark.parametrize(
    "name", sorted(name for name in REPLIES if name != "keepsakes")
)  # files only: nothing to press
async def test_everything_that_can_be_pressed_says_something_in_its_thread(slack: Slack, name: str) -> None:
    ana = Person(slack)
    root, _ = ana.say(f"<@{BOT}> hello")
    message = await posted(slack, name, root.ts)
    assert labels(message)
    for label in labels(message):
        found = parse(ana.press(message, label), now=NOW)
        assert isinstance(found, Heard), found
        assert found.message.text.startswith("/")
        assert root.ts == found.message.place.thread


async def test_ticked_boxes_are_said_with_their_confirmation(slack: Slack) -> None:
    ana = Person(slack)
    message = await posted(slack, "question_several")
    found = parse(ana.press(message, "That's all", "ci", "iac"), now=NOW)
    assert isinstance(found, Heard)
    assert "/answer have ci iac" == found.message.text
    unchanged = parse(ana.press(message, "That's all"), now=NOW)
    assert isinstance(unchanged, Heard)
    assert "/answer have git" == unchanged.message.text


async def test_a_pressed_card_settles_in_place(slack: Slack, client: AsyncWebClient) -> None:
    message = await posted(slack, "question_single")
    found = parse(Person(slack).press(message, "Too many alerts"), now=NOW)
    assert isinstance(found, Heard)
    assert found.pressed
    assert found.pressed.settles
    done = render.settled(found.pressed.blocks, f"Noted: {found.pressed.label}.")
    await client.chat_update(channel=found.pressed.channel, ts=found.pressed.ts, **done)
    assert [] == labels(slack.sent[0])


async def test_a_mention_comes_twice_and_a_direct_message_once(slack: Slack) -> None:
    ana = Person(slack)
    _, events = ana.say(f"<@{BOT}> DevOps vs MLOps?")
    assert ["app_mention", "message"] == [each["event"]["type"] for each in events]
    assert 1 == len({parse(each, now=NOW).message.id for each in events})  # type: ignore[union-attr]
    _, events = ana.direct("hello")
    found = parse(events[0], now=NOW)
    assert isinstance(found, Heard)
    assert (True, True) == (found.message.place.private, found.message.addressed)


async def test_a_shortcut_s_question_comes_back_from_its_modal(slack: Slack, client: AsyncWebClient) -> None:
    ana = Person(slack)
    about = slack.said("U0BEN", "C0OPS", "is GitOps DevOps?")
    asked = parse(ana.shortcut(about), now=NOW)
    assert isinstance(asked, OpenModal)
    assert about.text == asked.text
    view = render.ask_modal(render.AskWords("Ask", "Question", "Ask", "Close"), asked.text, "")
    opened = await client.views_open(trigger_id=asked.trigger_id, view=view)
    sent = parse(ana.submit(opened["view"]), now=NOW)
    assert isinstance(sent, Unplaced)
    assert "is GitOps DevOps?" == sent.text


async def test_a_slash_command_can_be_answered_at_its_url(slack: Slack) -> None:
    said = parse(Person(slack).command("/roadmap"), now=NOW)
    assert isinstance(said, Unplaced)
    await AsyncWebhookClient(said.response_url).send(text="one moment")
    assert "U0ANA" == slack.sent[0].only
