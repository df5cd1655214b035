"""Unsigned activities of a client on this machine, through the real door: any shape such a client sends is taken.

The payloads are Microsoft's local client's own: ids that are no GUIDs, one conversation for a team and its channel, a
thumb that names neither its message nor its thread.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot.advisor import Knowledge
from bot.settings import Settings
from tests.teams.fake import Conversation, Teams
from tests.teams.people import labels, words
from tests.teams.serving import Served, serving
from tests.teams.test_parse import payload

Json = dict[str, Any]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
USER = "user-id-0"


@pytest.fixture
async def served(knowledge: Knowledge, teams: Teams, tmp_path: Path) -> AsyncIterator[Served]:
    teams.signed, teams.pace = False, 0
    for id_, kind in (("team-id", "channel"), ("personal-chat-id", "personal"), ("a:1-personal", "personal")):
        teams.conversations[id_] = Conversation(id_, kind, {USER})
    options = Settings.model_validate({"TEAMS_ALLOW_ANONYMOUS": "1"})
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", teams, options) as running:
        yield running


def sent(teams: Teams, name: str, **more: Any) -> Json:
    """What the client sends, from where the fake is."""
    told: Json = payload(name)
    return told | {"serviceUrl": teams.service_url.replace("127.0.0.1", "localhost")} | more


async def hear(served: Served, activity: Json) -> tuple[int, int]:
    """Deliver it unsigned: the status, and how many messages came of it."""
    before = len(served.teams.posted)
    status = (await served.door.unsigned(activity)).status
    return status, len(await served.settled()) - before


async def test_a_local_client_is_greeted_answered_and_interviewed(served: Served) -> None:
    assert (200, 1) == await hear(served, sent(served.teams, "playground_install"))
    assert (200, 2) == await hear(served, sent(served.teams, "playground_post"))
    assert "MLOps" in served.teams.posted[1].text and "team-id;messageid=" in served.teams.posted[1].conversation
    assert (200, 1) == await hear(served, sent(served.teams, "playground_personal"))
    card = served.teams.posted[-1]
    assert "Question 1" in words(card.activity) and "Not sure" in labels(card)
    assert await served.store.reference("teams/anonymous", "personal-chat-id") is not None


async def test_a_local_clients_thumb_counts_without_a_message_or_a_thread(served: Served) -> None:
    post, thumb = sent(served.teams, "playground_post"), sent(served.teams, "playground_thumb")
    assert "replyToId" not in thumb and "messageid" not in thumb["conversation"]["id"]
    await hear(served, post)
    assert (200, 0) == await hear(served, thumb)
    assert [("define mlops", 1)] == [(each.answer, each.up) for each in await served.store.feedback(LONG_AGO)]


async def test_a_thumb_counts_where_nobody_names_a_tenant(served: Served) -> None:
    post, thumb = sent(served.teams, "playground_post"), sent(served.teams, "playground_thumb", channelData={})
    for activity in (post, thumb):
        activity["conversation"].pop("tenantId")
        activity["channelData"].pop("tenant", None)
        assert 200 == (await hear(served, activity))[0]
    assert [1] == [each.up for each in await served.store.feedback(LONG_AGO)]


def without(activity: Json) -> Iterator[Json]:
    """The activity without each of its parts, and with each of another kind."""
    for name in activity:
        yield {key: value for key, value in activity.items() if key != name}
        others: tuple[Any, ...] = (None, "x" * 9, 7, [], {})
        for other in others:
            yield activity | {name: other}
        if isinstance(activity[name], dict):
            for inner in activity[name]:
                for other in (None, 7, ["x"], {}):
                    changed = deepcopy(activity)
                    changed[name][inner] = other
                    yield changed


@pytest.mark.parametrize("name", ["playground_install", "playground_post", "playground_thumb"])
async def test_no_shape_of_an_activity_is_an_error_of_ours(served: Served, logs: StringIO, name: str) -> None:
    for activity in without(sent(served.teams, name)):
        answer = await served.door.unsigned(activity)
        assert answer.status in (200, 400, 403, 501), activity
    assert "teams_failed" not in logs.getvalue() and "turn_failed" not in logs.getvalue()
