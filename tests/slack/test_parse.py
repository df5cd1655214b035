"""What Slack sends becomes one of our values: every recorded shape, and any JSON at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import forms
from adapters.slack import parse as slack
from adapters.slack.forms import Workspace
from adapters.slack.parse import (
    Gone,
    Heard,
    HomeOpened,
    Ignored,
    Incoming,
    Invited,
    Joined,
    OpenModal,
    Unplaced,
    parse,
)
from bot.chat import Place

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
HERE = Workspace("T0TEAM", "T0TEAM")
ROOT = Place("slack", "T0TEAM", "C0OPS", "1795460400.000100")


def load(name: str) -> dict[str, Any]:
    found = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def read(name: str, bot: str = "U0BOT") -> Incoming:
    return parse(load(name), bot=bot, now=NOW)


def heard(name: str) -> Heard:
    found = read(name)
    assert isinstance(found, Heard), found
    return found


def unplaced(name: str) -> Unplaced:
    found = read(name)
    assert isinstance(found, Unplaced), found
    return found


# What was said ----------------------------------------------------------------------------
def test_a_mention_opens_a_thread_of_its_own() -> None:
    found = heard("app_mention")
    assert (ROOT, "DevOps vs MLOps?", "U0ANA", True) == (
        found.message.place,
        found.message.text,
        found.message.author,
        found.message.addressed,
    )
    assert found.opens
    assert datetime.fromtimestamp(1795460400.0001, UTC) == found.message.at


def test_a_mention_and_its_twin_are_one_message() -> None:
    assert heard("app_mention").message == heard("message_twin").message


def test_the_bot_is_found_in_the_event_when_its_id_is_not_given() -> None:
    assert read("message_twin", bot="") == read("message_twin")


def test_a_mention_in_a_thread_stays_there_and_reads_as_people_see_it() -> None:
    said = heard("app_mention_in_thread").message
    assert ROOT == said.place
    assert "and , what about #data-team & <LLMOps>? see the page" == said.text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<@U0BOT> <@U0BOT|whichops>: hi", "hi"),
        ("hi <@U1|ben> and <@U2>", "hi @ben and @U2"),
        ("<!here> <!subteam^S1|@ops> <!date^1^{date}|today>", "@here @ops today"),
        ("<https://a.b/?x=1&amp;y=2> <mailto:a@b.c|a@b.c> <tel:123>", "https://a.b/?x=1&y=2 a@b.c 123"),
        ("&amp;lt; a &lt;b&gt;", "&lt; a <b>"),
    ],
)
def test_slack_markup_is_undone_once(raw: str, expected: str) -> None:
    assert expected == forms.spoken(raw, "U0BOT")


def test_a_top_level_message_is_heard_but_not_addressed() -> None:
    found = heard("message_top_level")
    assert (False, True) == (found.message.addressed, found.opens)


@pytest.mark.parametrize("name", ["message_thread_reply", "message_thread_broadcast"])
def test_a_thread_reply_belongs_to_its_thread_and_is_not_addressed(name: str) -> None:
    found = heard(name)
    assert (ROOT, False, False) == (found.message.place, found.message.addressed, found.opens)


def test_a_private_channel_is_a_channel() -> None:
    assert Place("slack", "T0TEAM", "G0OPS", "1795460400.000100") == heard("message_private_channel").message.place


def test_a_group_conversation_needs_a_mention() -> None:
    found = heard("message_group_dm")
    assert (False, False) == (found.message.addressed, found.message.place.private)


@pytest.mark.parametrize(
    ("name", "thread"),
    [("message_dm", "main"), ("message_dm_thread", "1795460800.000500"), ("message_dm_file_share", "main")],
)
def test_a_direct_message_is_addressed_without_a_mention(name: str, thread: str) -> None:
    said = heard(name).message
    assert Place("slack", "T0TEAM", "D0ANA", thread, private=True) == said.place
    assert said.addressed


def test_a_mention_without_words_asks_for_help() -> None:
    payload = load("app_mention")
    payload["event"]["text"] = "<@U0BOT> "
    found = parse(payload, now=NOW)
    assert isinstance(found, Heard)
    assert "/help" == found.message.text


@pytest.mark.parametrize(
    "name",
    [
        "message_own",
        "message_other_bot",
        "message_changed",
        "message_deleted",
        "message_channel_join",
        "team_join_bot",
        "tokens_revoked_of_a_user",
        "reaction_added",
        "app_rate_limited",
        "url_verification",
        "button_link_only",
        "checkboxes_ticked",
        "view_submission_of_another_modal",
        "view_closed",
    ],
)
def test_what_is_not_for_us_is_ignored_with_a_reason(name: str) -> None:
    found = read(name)
    assert isinstance(found, Ignored), found
    assert found.why


def test_an_organisation_wide_installation_is_one_tenant() -> None:
    found = heard("message_org_wide")
    assert Workspace("E0ORG", "T0SECOND", "E0ORG", org_wide=True) == found.workspace
    assert "E0ORG" == found.message.place.tenant
    assert "E0ORG" == unplaced("slash_org_wide").workspace.tenant


def test_a_colleague_of_another_workspace_is_not_foreign() -> None:
    assert not heard("message_org_wide").foreign


def test_a_person_of_another_organisation_is_marked_and_kept_in_our_workspace() -> None:
    found = heard("message_slack_connect")
    assert (True, True, HERE) == (found.foreign, found.shared, found.workspace)
    assert not heard("app_mention").foreign


# What was pressed -------------------------------------------------------------------------
def test_a_button_says_its_value_in_the_thread_of_its_card() -> None:
    found = heard("button")
    assert (ROOT, "/answer pain stale-models", True) == (
        found.message.place,
        found.message.text,
        found.message.addressed,
    )
    assert "T0TEAM/C0OPS/1795462000.000100/1795462010.123456/U0ANA" == found.message.id
    assert found.pressed
    assert ("C0OPS", "1795462000.000100", "Models go stale") == (
        found.pressed.channel,
        found.pressed.ts,
        found.pressed.label,
    )
    assert (False, True, 3) == (found.pressed.ephemeral, found.pressed.settles, len(found.pressed.blocks))


@pytest.mark.parametrize("name", ["button_in_dm", "button_on_a_card_with_replies_in_dm"])
def test_a_button_in_a_direct_conversation_stays_in_its_main_thread(name: str) -> None:
    assert Place("slack", "T0TEAM", "D0ANA", "main", private=True) == heard(name).message.place


def test_a_button_only_the_asker_sees_belongs_to_the_thread_it_was_shown_in() -> None:
    found = heard("button_ephemeral_in_thread")
    assert ROOT == found.message.place
    assert found.pressed
    assert found.pressed.ephemeral


def test_a_quiet_conversation_goes_on_quietly() -> None:
    begun = unplaced("slash_whichops_private").unseen().place
    assert begun == heard("button_ephemeral_in_channel").message.place
    assert ("only:U0ANA", True) == (begun.thread, begun.private)


@pytest.mark.parametrize(
    ("name", "said", "label", "settles"),
    [
        ("feedback_buttons", "/feedback r1 up", "Helpful", False),
        ("static_select", "/change pain", "What hurts most?", True),
        ("checkboxes_confirmed", "/answer have git ci", "Git & reviews, A pipeline", True),
        ("checkboxes_confirmed_empty", "/answer have", "That's all", True),
        ("multi_static_select_confirmed", "/answer have git zeta", "Git, Zeta", True),
    ],
)
def test_every_way_to_press_says_what_typing_would(name: str, said: str, label: str, settles: bool) -> None:
    found = heard(name)
    assert found.pressed
    assert (said, label, settles) == (found.message.text, found.pressed.label, found.pressed.settles)


def test_two_presses_of_one_button_are_two_messages_and_a_retry_is_one() -> None:
    again = load("button")
    assert heard("button").message.id == parse(again, now=NOW).message.id  # type: ignore[union-attr]
    again["actions"][0]["action_ts"] = "1795462011.000000"
    assert heard("button").message.id != parse(again, now=NOW).message.id  # type: ignore[union-attr]


def test_a_press_on_the_home_tab_has_no_place_yet() -> None:
    found = unplaced("button_home")
    assert ("/roadmap", "", "U0ANA") == (found.text, found.channel, found.author)
    assert Place("slack", "T0TEAM", "D0ANA", "main", private=True) == found.placed("D0ANA", "main", private=True).place


# Commands, shortcuts, modals --------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "said", "quietly"),
    [
        ("slash_roadmap", "/roadmap", False),
        ("slash_roadmap_stop", "/stop", False),
        ("slash_whichops", "what is <MLOps> & why?", False),
        ("slash_whichops_help", "/help", False),
        ("slash_whichops_private", "what is MLOps", True),
        ("slash_whichops_empty", "/help", False),
        ("slash_in_dm", "/roadmap", False),
    ],
)
def test_a_slash_command_is_said_where_the_app_puts_it(name: str, said: str, quietly: bool) -> None:
    found = unplaced(name)
    assert (said, quietly, "9122.8200.def0", NOW) == (found.text, found.quietly, found.id, found.at)
    assert "https://hooks.slack.com/commands/T0TEAM/9122/def" == found.response_url


def test_a_message_shortcut_asks_about_the_message_in_its_thread() -> None:
    place = Place("slack", "T0TEAM", "C0OPS", "1795460600.000300")
    expected = OpenModal("9123.8200.fed0", HERE, "U0ANA", "is <GitOps> the same as DevOps?", place)
    assert expected == read("message_shortcut")


def test_a_global_shortcut_asks_for_a_question() -> None:
    assert OpenModal("9124.8200.eee0", HERE, "U0ANA", "") == read("global_shortcut")


def test_a_modal_s_question_is_asked_where_it_was_opened() -> None:
    said = heard("view_submission").message
    assert Place("slack", "T0TEAM", "C0OPS", "1795460600.000300") == said.place
    assert ("is <GitOps> the same as DevOps?", "T0TEAM/V0ASK") == (said.text, said.id)
    assert "what is SRE?" == unplaced("view_submission_without_place").text


def test_a_place_of_another_workspace_in_a_modal_is_not_believed() -> None:
    payload = load("view_submission")
    payload["view"]["private_metadata"] = '["T0OTHER", "C0OPS", "1.0", false]'
    assert isinstance(parse(payload, now=NOW), Unplaced)


@given(st.text(max_size=40))
def test_a_modal_s_place_is_read_as_written_or_not_at_all(kept: str) -> None:
    assert ROOT == forms.place_in(forms.metadata(ROOT))
    forms.place_in(kept)


# Comings and goings -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("app_home_opened_home", HomeOpened(HERE, "U0ANA", "home", "D0ANA")),
        ("app_home_opened_messages", HomeOpened(HERE, "U0ANA", "messages", "D0ANA")),
        ("team_join", Joined(HERE, "U0NEW")),
        ("member_joined_channel", Joined(HERE, "U0NEW", "C0OPS")),
        ("member_joined_channel_bot", Invited(HERE, "C0OPS", "U0ANA")),
        ("tokens_revoked", Gone(HERE, uninstalled=False)),
        ("app_uninstalled", Gone(HERE, uninstalled=True)),
    ],
)
def test_comings_and_goings(name: str, expected: Incoming) -> None:
    assert expected == read(name)


# Anything ---------------------------------------------------------------------------------
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def test_every_payload_is_of_a_kind_that_is_tested() -> None:
    assert {type(read(name)) for name in NAMES} == set(slack.Incoming.__args__)


@given(ANY)
def test_any_json_is_read(payload: object) -> None:
    parse(payload, bot="U0BOT", now=NOW)


@settings(max_examples=300)
@given(st.data())
def test_a_known_payload_with_any_part_changed_is_read(data: st.DataObject) -> None:
    payload: Any = load(data.draw(st.sampled_from(NAMES)))
    inside = payload
    for _ in range(data.draw(st.integers(0, 4))):
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = data.draw(st.sampled_from(keys)) if keys else None
        if key is None or not isinstance(inside[key], dict | list):
            break
        inside = inside[key]
    keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
    if keys:
        inside[data.draw(st.sampled_from(keys))] = data.draw(ANY | st.just("\ud800") | st.just(""))
    parse(payload, bot="U0BOT", now=NOW)
