"""A handle calls somebody only where the admin said whom, and only where the bot itself wrote it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from adapters.slack.render import render
from bot.chat import Reply, Text
from tests.slack import rules

PEOPLE = {"@amira": "U0AMIRA", "@jon.doe": "U0JON"}
CALL = Reply(
    (
        Text("@amira, can you help here? @amira knows.", mentions=("@amira",)),
        Text("The question: “@amira @jon.doe is <@U0EVIL> <!channel> here?”"),
    )
)


def mentions(value: Any) -> list[str]:
    """Every member id that a payload calls, in rich text or mrkdwn. A word of rich text is only ever a word."""
    if isinstance(value, dict):
        own = [value["user_id"]] if value.get("type") == "user" else []
        own += re.findall(r"<[@!]([^>]*)>", value["text"]) if value.get("type") == "mrkdwn" else []
        return own + [found for each in value.values() for found in mentions(each)]
    return [found for each in value for found in mentions(each)] if isinstance(value, list) else []


def test_the_expert_is_called_once_and_the_askers_words_call_nobody() -> None:
    (message,) = render(CALL, people=PEOPLE)
    assert ["U0AMIRA"] == mentions(message["blocks"])
    assert "<@" not in message["text"]
    assert message["text"].startswith("@amira, can you help here? @amira knows.")
    assert "" == rules.refusal(message["blocks"])


def test_simple_blocks_call_too() -> None:
    (message,) = render(CALL, simple=True, people=PEOPLE)
    assert ["U0AMIRA"] == mentions(message["blocks"])
    assert "" == rules.refusal(message["blocks"])


@pytest.mark.parametrize("people", [{}, {"@jon.doe": "U0JON"}])
@pytest.mark.parametrize("simple", [True, False])
def test_a_handle_the_admin_gave_no_id_for_stays_a_word(people: dict[str, str], simple: bool) -> None:
    (message,) = render(CALL, simple=simple, people=people)
    assert [] == mentions(message["blocks"])
    assert "@amira" in json.dumps(message["blocks"])


def test_a_long_call_fits_in_simple_blocks() -> None:
    (message,) = render(Reply((Text("@amira " + "x" * 2990, mentions=("@amira",)),)), simple=True, people=PEOPLE)
    assert "" == rules.refusal(message["blocks"])
