"""What Teams and its clients send, as it is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams import forms
from adapters.teams.parse import Ignored, Installed, Judged, Origin, Pressed, Removed, Said, Unknown, parse
from bot.chat import Place

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


SAID = {  # text, addressed, quietly, targeted, thread
    "message_channel": ("what is MLOps?", True, False, False, "1763892000001"),
    "message_channel_reply": ("and AIOps?", True, False, False, "1763892000001"),
    "message_channel_unmentioned": ("what is MLOps?", False, False, False, "1763892000003"),
    "message_group": ("DevOps vs MLOps & AIOps?", True, False, False, "main"),
    "message_personal": ("what is MLOps?", True, False, False, "main"),
    "message_targeted": ("/roadmap", True, False, True, "1763892000006"),
    "message_private": ("what is MLOps?", True, True, False, "1763892000007"),
    "message_only_mention": ("/help", True, False, False, "1763892000008"),
    "playground_channel": ("what is MLOps?", True, False, False, "root-guid"),
    "playground_personal": ("/roadmap", True, False, False, "main"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name: str) -> None:
    found = parse(payload(name), now=NOW)
    assert isinstance(found, Said)
    assert SAID[name] == (found.text, found.addressed, found.quietly, found.targeted, found.where.thread)


IGNORED = {
    "message_edited": "activity messageUpdate",
    "message_deleted": "activity messageDelete",
    "reaction": "activity messageReaction",
    "typing": "activity typing",
    "message_own": "message of a bot, or of nobody",
    "members_added": "conversationUpdate teamMemberAdded",
    "installation_upgrade": "installation add-upgrade",
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_none_of_ours(name: str) -> None:
    assert Ignored(IGNORED[name]) == parse(payload(name), now=NOW)


def test_the_author_is_the_directory_id_and_the_address_the_connectors() -> None:
    found = parse(payload("message_channel"), now=NOW)
    assert isinstance(found, Said)
    assert ("aad00000-0000-4000-8000-0000000000a1", "29:ana") == (found.who.author, found.who.address)
    tenant = "7e4a47aa-0000-4000-8000-000000000001"
    assert Place("teams", tenant, "19:ops@thread.tacv2", "1763892000001") == found.where.place
    assert "19:ops@thread.tacv2;messageid=1763892000001" == found.where.reference.conversation


def test_a_press_by_either_action_says_the_same() -> None:
    execute, submit = (parse(payload(name), now=NOW) for name in ("invoke_execute", "message_submit"))
    assert isinstance(execute, Pressed) and isinstance(submit, Pressed)
    assert ("/answer goal ship ml", "n1", "1763892000100") == (execute.says, execute.nonce, execute.card)
    assert (execute.says, execute.nonce, execute.card) == (submit.says, submit.nonce, submit.card)
    assert (True, False) == (execute.invoked, submit.invoked)


@pytest.mark.parametrize("name", ["invoke_feedback", "playground_feedback"])
def test_a_thumb(name: str) -> None:
    found = parse(payload(name), tenant="anonymous", now=NOW)
    assert isinstance(found, Judged)
    assert (False, "too long", "1763892000100") == (found.helpful, found.reason, found.answer)
    assert "/feedback r1 down too long" == found.message(found.where.place, "r1").text


@pytest.mark.parametrize("name", ["installation_add", "members_added_bot", "playground_install"])
def test_arriving(name: str) -> None:
    assert isinstance(parse(payload(name), now=NOW), Installed)


@pytest.mark.parametrize("name", ["installation_remove", "members_removed_bot", "team_deleted"])
def test_leaving(name: str) -> None:
    found = parse(payload(name), now=NOW)
    assert isinstance(found, Removed) and found.team


def test_a_deleted_channel_is_that_channel_and_not_its_team() -> None:
    found = parse(payload("channel_deleted"), now=NOW)
    assert isinstance(found, Removed)
    assert (False, "19:dev@thread.tacv2") == (found.team, found.where.channel)


def test_an_unknown_invoke_is_known_as_such() -> None:
    assert Unknown("invoke task/fetch") == parse(payload("invoke_unknown"), now=NOW)


def test_somebody_of_another_tenant_is_foreign() -> None:
    asked = payload("message_channel")
    asked["from"]["tenantId"] = "99999999-0000-4000-8000-000000000009"
    found = parse(asked, now=NOW)
    assert isinstance(found, Said) and found.who.foreign


def test_somebody_of_no_directory_is_foreign_but_at_a_local_client() -> None:
    asked = payload("message_channel")
    del asked["from"]["aadObjectId"]
    local = payload("playground_channel")
    del local["from"]["aadObjectId"]
    found = [parse(each, now=NOW) for each in (payload("message_channel"), asked, local)]
    assert [False, True, False] == [isinstance(each, Said) and each.who.foreign for each in found]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("roadmap", ("/roadmap", False)),
        ("/roadmap stop", ("/stop", False)),
        ("/whichops", ("", False)),
        ("/whichops help", ("/help", False)),
        ("/whichops private what is MLOps?", ("what is MLOps?", True)),
        ("private cloud and MLOps?", ("private cloud and MLOps?", False)),
        ("help", ("help", False)),
        ("/status", ("/status", False)),
    ],
)
def test_commands_as_people_write_them(said: str, expected: tuple[str, bool]) -> None:
    assert expected == forms.commanded(said, command=False)


@pytest.mark.parametrize("thread", ["main", "1763892000001", "only:ana@main", "only:29:a@b@1763892000001"])
def test_a_reply_goes_to_the_thread_it_is_for(thread: str) -> None:
    root = thread.rpartition("@")[2]
    expected = "19:ops" if root == "main" else f"19:ops;messageid={root}"
    assert expected == forms.joined("19:ops", thread)


@pytest.mark.parametrize("origin", [Origin("1", invoked=True, moves=True), Origin("a/b"), Origin("2", moves=True)])
def test_a_messages_id_tells_how_it_came(origin: Origin) -> None:
    found = Origin.of(origin.id("19:ops/abc"))
    assert (origin.card.replace("/", "."), origin.invoked, origin.moves) == (found.card, found.invoked, found.moves)
    assert Origin() == Origin.of("19:ops/1763892000001")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "type",
    "name",
    "id",
    "text",
    "value",
    "from",
    "conversation",
    "channelData",
    "recipient",
    "entities",
    "action",
]


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.sampled_from(["message", "invoke", "conversationUpdate"]))
def test_no_activity_breaks_the_reading(activity: dict[str, Any], kind: str) -> None:
    parse(activity | {"type": kind}, now=NOW)
    parse(activity, now=NOW)
