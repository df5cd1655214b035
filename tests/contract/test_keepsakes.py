"""What every place to chat promises of a roadmap that is taken along: it reaches its owner, and nobody else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from icalendar import Calendar

from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from bot.roadmap import exports
from tests.contract.seats import Seat, WebSeat, seat
from tests.contract.test_adapters import WIRED, answer_by_clicks

EVERYWHERE = ("console", "web", "slack-http", "teams")


@pytest.fixture
async def here(
    request: pytest.FixtureRequest, knowledge: Knowledge, catalog: Catalog, tmp_path: Path
) -> AsyncIterator[Seat]:
    async with seat(request.param, knowledge, f"sqlite:///{tmp_path}/talk.db") as taken:
        await answer_by_clicks(taken, catalog)
        yield taken


@pytest.mark.parametrize("here", EVERYWHERE, indirect=True)
async def test_the_picture_and_every_file_reach_the_owner_and_nobody_else(here: Seat, catalog: Catalog) -> None:
    await here.press(catalog.replies["export-picture-label"])
    found = await here.files()
    assert found["roadmap.png"].startswith(b"\x89PNG")

    await here.say("export it as a calendar")
    events = Calendar.from_ical((await here.files())["roadmap.ics"]).walk("VEVENT")
    await here.say("/export json")
    whole = exports.read_json((await here.files())["roadmap.json"].decode())
    assert 0 < len(whole.stretches) == len({str(each["UID"]) for each in events})

    await here.say("download my roadmap as csv")
    rows = list(csv.reader(io.StringIO((await here.files())["roadmap.csv"].decode("utf-8-sig"))))
    assert len(whole.stretches) + 1 == len(rows)
    await here.say("/export markdown")
    told = (await here.files())["roadmap.md"].decode()
    await here.say("/export html")
    page = (await here.files())["roadmap.html"].decode()
    assert all(each.title.split()[0] in told and each.title.split()[0] in page for each in whole.stretches)
    assert whole == exports.read_json(json.dumps(json.loads(exports.json(whole))))


@pytest.mark.parametrize("here", [each for each in EVERYWHERE if each in WIRED], indirect=True)
async def test_somebody_else_gets_no_file_of_it(here: Seat) -> None:
    other = await here.other()
    for said in ("/export json", "/export picture"):
        assert "someone else" in (await other.say(said)).text
        assert {} == await other.files()


@pytest.mark.parametrize("here", ["web"], indirect=True)
async def test_in_another_conversation_it_is_taken_along_all_the_same(here: WebSeat) -> None:
    here._thread = str(uuid4())
    await here.say("export my roadmap as json")
    assert 0 < len(exports.read_json((await here.files())["roadmap.json"].decode()).stretches)
