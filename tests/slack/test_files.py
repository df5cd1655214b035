"""Files in Slack: to their owner and nobody else, once, and in words where Slack takes none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.slack.api import SlackError
from adapters.slack.web import WebApi
from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.chat import Button, Buttons, File, Message, Place, Reply, Text
from tests.contract.seats import words
from tests.slack.fake import TEAM, Broken, Posted, RateLimited, Refuse, Slack
from tests.slack.serving import Served, serving

pytestmark = pytest.mark.usefixtures("logs")
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40" width="80" height="40">'
    '<rect width="80" height="40" fill="#0b6b5c"/></svg>'
)
ICS = "BEGIN:VCALENDAR\r\nX:<a & b> `c`\r\nEND:VCALENDAR\r\n"
CALENDAR = File("roadmap.ics", "text/calendar", ICS, "It <goes> on.")
PICTURE = File("roadmap.svg", "image/svg+xml", SVG, "All of it.")
CHANNEL = Place("slack", TEAM, "C0OPS", "1790000000.000001")
DIRECT = Place("slack", TEAM, "D0ANA", "main", private=True)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as fake:
        fake.direct("U0ANA")
        yield fake


@pytest.fixture
async def served(knowledge: Knowledge, tmp_path: Path, slack: Slack) -> AsyncIterator[Served]:
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", slack) as running:
        yield running


async def told(served: Served, reply: Reply, place: Place = CHANNEL) -> list[Posted]:
    """Have something said to Ana; what was posted."""
    message = Message(f"{TEAM}/{place.channel}/{served.slack.ts()}", place, "U0ANA", "x", True, datetime.now(UTC))
    await served.advisor.tell(message, reply)
    served.app.sender.wake()
    return await served.settled(12)


def alone(*files: File) -> Reply:
    return Reply(files, audience="asker")


def kept(slack: Slack, message: Posted) -> list[dict[str, Any]]:
    return [slack.files[id_] for id_ in message.asked.get("files", [])]


async def test_in_a_channel_a_file_goes_to_its_owner_directly_and_the_channel_sees_nothing(
    served: Served, catalog: Catalog
) -> None:
    shared, line = await told(served, alone(CALENDAR))
    assert ("D0ANA", "", "It &lt;goes&gt; on.") == (shared.channel, shared.thread_ts, shared.text)
    assert [("roadmap.ics", CALENDAR.text.encode())] == [(f["name"], f["data"]) for f in kept(served.slack, shared)]
    assert ("C0OPS", "U0ANA") == (line.channel, line.only)
    assert catalog.replies["slack-file-direct"] in words(line)


async def test_a_picture_comes_as_pixels_with_its_description(served: Served) -> None:
    (shared,) = await told(served, alone(PICTURE), DIRECT)
    (file,) = kept(served.slack, shared)
    assert ("roadmap.png", "All of it.", b"\x89PNG") == (file["name"], file["alt"], file["data"][:4])
    assert "" == shared.text


async def test_what_stands_around_files_keeps_its_order(served: Served) -> None:
    reply = Reply((Text("before"), CALENDAR, Buttons((Button("More", "/help"),))), title="Head")
    posted = await told(served, reply)
    assert ["before", "It &lt;goes&gt; on.", "More"] == [next(iter([*_said(each)])) for each in posted]
    assert {"C0OPS"} == {each.channel for each in posted}  # for everybody: it stays in the thread
    assert {CHANNEL.thread} == {each.thread_ts for each in posted}


def _said(message: Posted) -> list[str]:
    return [each for each in ("before", "It &lt;goes&gt; on.", "More") if each in words(message)]


@pytest.mark.parametrize(
    ("error", "key"), [("missing_scope", "slack-no-scope"), ("file_uploads_disabled", "slack-no-files")]
)
async def test_where_slack_takes_no_file_its_words_come_instead_and_say_why(
    served: Served, catalog: Catalog, error: str, key: str
) -> None:
    served.slack.scopes = served.slack.scopes.replace("files:write,", "") if error == "missing_scope" else ""
    if error != "missing_scope":
        served.slack.script("files.getUploadURLExternal", Refuse(error), Refuse(error))
    posted = await told(served, alone(CALENDAR, PICTURE), DIRECT)
    code = [part for each in posted for block in each.blocks for part in block.get("elements", [])]
    assert ["BEGIN:VCALENDAR\nX:<a & b> `c`\nEND:VCALENDAR\n"] == [
        part["elements"][0]["text"] for part in code if part["type"] == "rich_text_preformatted"
    ]
    said = "\n".join(map(words, posted))
    assert "All of it." in said and "svg" not in said.replace("roadmap.svg", "")
    assert catalog.replies[key].split("`")[0].split("*")[0].strip() in said
    assert {"D0ANA"} == {each.channel for each in posted}


async def test_a_drawing_that_cannot_be_drawn_leaves_its_words(served: Served) -> None:
    (shown,) = await told(served, alone(File("roadmap.svg", "image/svg+xml", "no drawing", "All of it.")), DIRECT)
    assert "All of it." in words(shown)
    assert {} == served.slack.files


async def test_who_cannot_be_written_to_sees_the_words_in_the_channel_alone(served: Served) -> None:
    served.slack.script("conversations.open", Refuse("cannot_dm_bot"))
    (shown,) = await told(served, alone(CALENDAR))
    assert ("C0OPS", "U0ANA") == (shown.channel, shown.only)
    assert "BEGIN:VCALENDAR" in words(shown)
    assert {} == served.slack.files


async def test_a_try_after_a_failure_uploads_nothing_again(served: Served) -> None:
    served.slack.script("files.completeUploadExternal", RateLimited(1), Broken())
    posted = await told(served, alone(CALENDAR), DIRECT)
    assert [1, 1] == [len(posted), len(served.slack.files)]
    assert 3 == len(served.slack.called("files.completeUploadExternal"))


@pytest.mark.parametrize(
    "address", ["https://files.slack.com.evil.example/upload", "http://files.slack.com/upload", "file:///x"]
)
async def test_an_upload_address_of_somebody_else_gets_nothing(slack: Slack, address: str) -> None:
    async with ClientSession() as session:
        with pytest.raises(SlackError, match="foreign_upload_url"):
            await WebApi(slack.url, session).upload(address, b"x")
