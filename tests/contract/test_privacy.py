"""What every place to chat promises somebody who wants to see what is kept of them, or to be forgotten."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.catalog.schema import Catalog
from tests.contract.seats import Seat
from tests.contract.test_adapters import WIRED
from tests.contract.test_keepsakes import EVERYWHERE


def owner_in(folder: Path) -> tuple[str, str]:
    """The tenant and the id of whoever made the roadmap."""
    with closing(sqlite3.connect(folder / "talk.db")) as file:
        found: tuple[str, str] = file.execute("SELECT tenant, owner FROM conversation WHERE lasting").fetchone()
    return found


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("talk.db*")))


@pytest.mark.parametrize("planned", EVERYWHERE, indirect=True)
async def test_somebody_sees_what_is_kept_of_them_and_forget_me_leaves_nothing(
    planned: Seat, catalog: Catalog, tmp_path: Path
) -> None:
    tenant, owner = owner_in(tmp_path)
    await planned.say("my data")
    kept = json.loads((await planned.files())["my-data.json"])
    assert {"goal", "hours"} <= set(json.dumps(kept["conversation"]).replace('"', " ").split())

    assert "can't be undone" in (await planned.say("Forget me")).text
    assert {} != await planned.store.about(tenant, owner)
    assert "Everything I kept of you is deleted" in (await planned.press(catalog.replies["forget-now"])).text
    for _ in range(200):
        if not await planned.store.about(tenant, owner) and owner.encode() not in bytes_of(tmp_path):
            break
        await asyncio.sleep(0.01)  # the last word goes once the platform has it
    assert {} == await planned.store.about(tenant, owner)
    assert 0 == bytes_of(tmp_path).count(owner.encode())


@pytest.mark.parametrize("planned", [each for each in EVERYWHERE if each in WIRED], indirect=True)
async def test_somebody_else_sees_and_deletes_nothing_of_it(planned: Seat, catalog: Catalog, tmp_path: Path) -> None:
    tenant, owner = owner_in(tmp_path)
    other = await planned.other()
    await other.say("my data")
    assert "goal" not in (await other.files())["my-data.json"].decode()
    await other.say("forget me")
    await other.press(catalog.replies["forget-now"])
    assert "conversation" in await planned.store.about(tenant, owner)
