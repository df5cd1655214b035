"""What every place to chat promises of a roadmap that is taken along: it reaches its owner, and nobody else."""

from __future__ import annotations

import csv
import io
import json
from uuid import uuid4

import pytest
from icalendar import Calendar

from bot.catalog.schema import Catalog
from bot.roadmap import exports
from tests.contract.seats import Seat, WebSeat
from tests.contract.test_adapters import WIRED

EVERYWHERE = ("console", "web", "slack-http", "teams")


@pytest.mark.parametrize("planned", EVERYWHERE, indirect=True)
async def test_the_picture_and_every_file_reach_the_owner_and_nobody_else(planned: Seat, catalog: Catalog) -> None:
    await planned.press(catalog.replies["export-picture-label"])
    found = await planned.files()
    assert found["roadmap.png"].startswith(b"\x89PNG")

    await planned.say("export it as a calendar")
    events = Calendar.from_ical((await planned.files())["roadmap.ics"]).walk("VEVENT")
    await planned.say("/export json")
    whole = exports.read_json((await planned.files())["roadmap.json"].decode())
    assert 0 < len(whole.stretches) == len({str(each["UID"]) for each in events})

    await planned.say("download my roadmap as csv")
    rows = list(csv.reader(io.StringIO((await planned.files())["roadmap.csv"].decode("utf-8-sig"))))
    assert len(whole.stretches) + 1 == len(rows)
    await planned.say("/export markdown")
    told = (await planned.files())["roadmap.md"].decode()
    await planned.say("/export html")
    page = (await planned.files())["roadmap.html"].decode()
    assert all(each.title.split()[0] in told and each.title.split()[0] in page for each in whole.stretches)
    assert whole == exports.read_json(json.dumps(json.loads(exports.json(whole))))


@pytest.mark.parametrize("planned", [each for each in EVERYWHERE if each in WIRED], indirect=True)
async def test_somebody_else_gets_no_file_of_it(planned: Seat) -> None:
    other = await planned.other()
    for said in ("/export json", "/export picture"):
        assert "someone else" in (await other.say(said)).text
        assert {} == await other.files()


@pytest.mark.parametrize("planned", ["web"], indirect=True)
async def test_in_another_conversation_it_is_taken_along_all_the_same(planned: WebSeat) -> None:
    planned._thread = str(uuid4())
    await planned.say("export my roadmap as json")
    assert 0 < len(exports.read_json((await planned.files())["roadmap.json"].decode()).stretches)
