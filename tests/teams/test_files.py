"""Files in Teams: to their owner and nobody else; a picture in its message, a file by a sealed address or as words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters import taking
from adapters.taking import Taking
from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.chat import File, Message, Place, Reply
from tests.teams.fake import ANA, CHANNEL, PASSWORD, PERSONAL, TENANT, Posted, Teams
from tests.teams.people import Person, words
from tests.teams.serving import Served, serving
from tests.teams.sign import settings

pytestmark = pytest.mark.usefixtures("logs")
PUBLIC = "https://ops.example.com"
ICS = "BEGIN:VCALENDAR\r\nX:<a & b> {{DATE(2026)}}\r\nEND:VCALENDAR\r\n"
CALENDAR = File("roadmap.ics", "text/calendar", ICS, "The plan for a calendar.")
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2400 900" width="2400" height="900">'
    '<rect width="99" height="99" fill="#063"/></svg>'
)
PICTURE = File("roadmap.svg", "image/svg+xml", SVG, "All of <it>.")


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with Teams() as fake:
        yield fake


@pytest.fixture
async def served(
    request: pytest.FixtureRequest, knowledge: Knowledge, tmp_path: Path, teams: Teams
) -> AsyncIterator[Served]:
    more = getattr(request, "param", {})
    options = settings(teams).model_copy(update=more)
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", teams, options) as running:
        yield running


linked = pytest.mark.parametrize("served", [{"public_url": PUBLIC}], indirect=True)


async def told(served: Served, *files: File, personal: bool = False) -> list[Posted]:
    """Have files given to Ana, who wrote there before; what was posted."""
    ana = Person(served.teams)
    activity = ana.say("hello", PERSONAL if personal else "")
    await served.said(activity)
    where = PERSONAL if personal else CHANNEL
    place = Place("teams", TENANT, where, "main" if personal else activity["id"], private=personal)
    before = len(served.teams.posted)
    message = Message(activity["id"] + "x", place, ana.author, "x", True, datetime.now(UTC))
    await served.advisor.tell(message, Reply(files, audience="asker"))
    served.app.sender.wake()
    return (await served.settled(12))[before:]


async def test_in_a_channel_a_file_goes_to_its_owner_directly_and_the_channel_sees_nothing(
    served: Served, catalog: Catalog
) -> None:
    line, shown = await told(served, CALENDAR)
    assert (CHANNEL, ANA) == (line.conversation.partition(";")[0], line.only)
    assert catalog.replies["teams-file-direct"].replace("'", "&#39;") == line.text.replace("'", "&#39;")
    assert (PERSONAL, "") == (shown.conversation, shown.only)


async def test_without_an_address_of_ours_a_file_is_written_out_to_be_copied(served: Served, catalog: Catalog) -> None:
    (shown,) = await told(served, CALENDAR, personal=True)
    (code,) = [each for each in shown.cards[0]["body"] if each["type"] == "CodeBlock"]
    assert ICS.replace("\r", "") == code["codeSnippet"]
    assert "The plan for a calendar." in words(shown.activity)
    assert catalog.replies["teams-copy"].format(name="roadmap.ics") in words(shown.activity)


async def test_a_picture_comes_below_its_words_within_teams_limits(served: Served) -> None:
    said, shown = await told(served, PICTURE, personal=True)
    assert "All of &#60;it&#62;." == said.text
    (attached,) = shown.activity["attachments"]
    assert ("image/png", "roadmap.png") == (attached["contentType"], attached["name"])


async def test_a_picture_that_is_refused_leaves_its_words(served: Served) -> None:
    served.teams.pictures = False
    assert ["All of &#60;it&#62;."] == [each.text for each in await told(served, PICTURE, personal=True)]


async def test_who_cannot_be_written_to_sees_the_words_in_the_channel_alone(served: Served) -> None:
    del served.teams.conversations[PERSONAL]
    served.teams.people.discard(ANA)
    (shown,) = await told(served, CALENDAR)
    assert (CHANNEL, ANA) == (shown.conversation.partition(";")[0], shown.only)
    assert "BEGIN:VCALENDAR" in words(shown.activity)


# By an address ----------------------------------------------------------------------------
def opened(shown: Posted) -> str:
    (found,) = [
        action["url"]
        for each in shown.cards[0]["body"]
        if each["type"] == "ActionSet"
        for action in each["actions"]
        if action["type"] == "Action.OpenUrl"
    ]
    assert isinstance(found, str)
    return found


@linked
async def test_a_file_is_saved_from_a_sealed_address_and_no_other(served: Served) -> None:
    (shown,) = await told(served, CALENDAR, personal=True)
    url = opened(shown)
    assert url.startswith(f"{PUBLIC}/take/")
    at = url.replace(PUBLIC, served.url)
    async with ClientSession() as session:
        async with session.get(at) as response:
            assert ICS.encode() == await response.read()
            assert "text/calendar" == response.content_type
            assert 'attachment; filename="roadmap.ics"' == response.headers["Content-Disposition"]
            assert "nosniff" == response.headers["X-Content-Type-Options"]
            assert "sandbox" in response.headers["Content-Security-Policy"]
        which, until, seal = at.split("/")[-2].split("-")
        wrong = [
            f"{which}-{until}-{seal[:-1]}{'0' if seal[-1] != '0' else '1'}/roadmap.ics",
            f"{int(which) + 1}-{until}-{seal}/roadmap.ics",
            f"{which}-{int(until) + 1}-{seal}/roadmap.ics",
            f"{which}-{until}-{seal}/roadmap.json",
            f"{which}-{until}-{seal}/..%2Froadmap.ics",
        ]
        for path in wrong:
            async with session.get(f"{served.url}/take/{path}") as response:
                assert 404 == response.status, path


async def test_an_address_ends_with_the_day_and_with_what_it_is_about(served: Served) -> None:
    ours = Taking(PUBLIC, PASSWORD, served.store)
    late = ours.address(1, "roadmap.ics", datetime.now(UTC) - taking.LIVES - timedelta(seconds=5))
    gone = ours.address(99_999, "roadmap.ics", datetime.now(UTC))
    for address in (late, gone):
        async with ClientSession() as session, session.get(address.replace(PUBLIC, served.url)) as response:
            assert 404 == response.status


@linked
async def test_forgetting_somebody_ends_their_addresses(served: Served) -> None:
    (shown,) = await told(served, CALENDAR, personal=True)
    await served.store.forget(f"teams/{TENANT}", Person(served.teams).author)
    async with ClientSession() as session, session.get(opened(shown).replace(PUBLIC, served.url)) as response:
        assert 404 == response.status
