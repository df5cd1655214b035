"""What every place to chat promises somebody who wants to see what is kept of them, or to be forgotten."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.advisor import Knowledge
from bot.catalog.schema import Catalog
from tests.contract.seats import Seat, seat
from tests.contract.test_adapters import WIRED, answer_by_clicks
from tests.contract.test_keepsakes import EVERYWHERE


@pytest.fixture
async def here(
    request: pytest.FixtureRequest, knowledge: Knowledge, catalog: Catalog, tmp_path: Path
) -> AsyncIterator[Seat]:
    async with seat(request.param, knowledge, f"sqlite:///{tmp_path}/talk.db") as taken:
        await answer_by_clicks(taken, catalog)
        yield taken


def owner_in(folder: Path) -> tuple[str, str]:
    """The tenant and the id of whoever made the roadmap."""
    with closing(sqlite3.connect(folder / "talk.db")) as file:
        found: tuple[str, str] = file.execute("SELECT tenant, owner FROM conversation WHERE lasting").fetchone()
    return found


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("talk.db*")))


@pytest.mark.parametrize("here", EVERYWHERE, indirect=True)
async def test_somebody_sees_what_is_kept_of_them_and_forget_me_leaves_nothing(
    here: Seat, catalog: Catalog, tmp_path: Path
) -> None:
    tenant, owner = owner_in(tmp_path)
    await here.say("my data")
    kept = json.loads((await here.files())["my-data.json"])
    assert {"goal", "hours"} <= set(json.dumps(kept["conversation"]).replace('"', " ").split())

    assert "can't be undone" in (await here.say("Forget me")).text
    assert {} != await here.store.about(tenant, owner)
    assert "Everything I kept of you is deleted" in (await here.press(catalog.replies["forget-now"])).text
    for _ in range(200):
        if not await here.store.about(tenant, owner) and owner.encode() not in bytes_of(tmp_path):
            break
        await asyncio.sleep(0.01)  # the last word goes once the platform has it
    assert {} == await here.store.about(tenant, owner)
    assert 0 == bytes_of(tmp_path).count(owner.encode())


@pytest.mark.parametrize("here", [each for each in EVERYWHERE if each in WIRED], indirect=True)
async def test_somebody_else_sees_and_deletes_nothing_of_it(here: Seat, catalog: Catalog, tmp_path: Path) -> None:
    tenant, owner = owner_in(tmp_path)
    other = await here.other()
    await other.say("my data")
    assert "goal" not in (await other.files())["my-data.json"].decode()
    await other.say("forget me")
    await other.press(catalog.replies["forget-now"])
    assert "conversation" in await here.store.about(tenant, owner)
