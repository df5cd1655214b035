"""What a backup promises: everything, into either database, or nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.chat import Reply, Text
from bot.errors import ConfigError
from bot.store import Store, Turn, Unanswered, backing, engines, migrating
from tests.store.conftest import Opening
from tests.store.test_keeping import HERE, NOW, Talk, message

__all__ = ["Talk"]  # what the fixtures open stores of


async def fill(store: Store[Talk]) -> None:
    for n in range(3):
        turn = Turn(
            Talk(owner=f"U{n}", lasting=bool(n)), (Reply((Text(f"said {n} ✓"),)),), (Unanswered("q", "oos", NOW),)
        )
        await store.turn(message(f"m{n}"), lambda _, turn=turn: turn)  # type: ignore[misc]


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_a_backup_taken_while_serving_goes_into_either_database(
    opening: Opening, url: str, target: str, tmp_path: Path, new_postgres: Callable[[], str]
) -> None:
    store = await opening(serving=True)
    await fill(store)
    lines = await asyncio.to_thread(lambda: list(backing.backup(url)))
    other = f"sqlite:///{tmp_path}/other.db" if target == "sqlite" else new_postgres()
    assert len(lines) - 2 == await asyncio.to_thread(backing.restore, other, lines)
    assert lines == await asyncio.to_thread(lambda: list(backing.backup(other)))
    assert () == (await asyncio.to_thread(backing.check, other)).problems

    restored = Store(other, Talk)
    await restored.open()
    try:
        assert await store.peek(HERE) == await restored.peek(HERE) != None  # noqa: E711
        assert (await restored.turn(message("m1"), lambda _: Turn(None))).repeated
        fresh = await restored.turn(message("new"), lambda _: Turn(None, (Reply((Text("new"),)),)))
        assert (4,) == fresh.ids  # ids go on where they were
    finally:
        await restored.close()


async def test_what_is_there_stays_unless_it_is_to_be_replaced(opening: Opening, url: str) -> None:
    store = await opening()
    await fill(store)
    lines = list(backing.backup(url))
    with pytest.raises(ConfigError, match="isn't empty"):
        backing.restore(url, lines)
    await store.turn(message("after"), lambda _: Turn(Talk(owner="LATER")))
    assert len(lines) - 2 == backing.restore(url, lines, replace=True)
    assert lines == list(backing.backup(url))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda lines: lines[:-1], "broke off"),
        (lambda lines: [*lines[:3], *lines[4:]], "broke off"),
        (lambda lines: lines[1:], "no backup"),
        (lambda lines: [], "no backup"),
        (lambda lines: [lines[0], "{", *lines[1:]], "line 2"),
        (lambda lines: [lines[0], json.dumps({"table": "sqlite_master", "row": {}}), *lines[1:]], "no row"),
        (lambda lines: [lines[0].replace(migrating.HEAD, "9999"), *lines[1:]], "newer"),
    ],
)
async def test_half_a_backup_changes_nothing(
    opening: Opening, url: str, spoil: Callable[[list[str]], list[str]], why: str
) -> None:
    store = await opening()
    await fill(store)
    lines = list(backing.backup(url))
    with pytest.raises(ConfigError, match=why):
        backing.restore(url, spoil(lines), replace=True)
    assert lines == list(backing.backup(url))


async def test_a_file_that_is_served_from_is_not_replaced(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/talk.db"
    store = Store(url, Talk)
    await store.open(serving=True)
    try:
        lines = list(backing.backup(url))
        with pytest.raises(ConfigError, match="already serves"):
            backing.restore(url, lines, replace=True)
    finally:
        await store.close()


async def test_an_older_backup_fits(url: str) -> None:
    old = [
        json.dumps({"whichops": 1, "revision": "0001"}),
        json.dumps({"table": "inbox", "row": {"tenant": "slack/T1", "key": "m1", "who": "x", "at": 1}}),
        json.dumps({"rows": 1}),
    ]
    assert 1 == backing.restore(url, old)
    found = backing.check(url)
    assert (found.newest, (), 1) == (found.revision, found.problems, found.rows["inbox"])


def test_a_check_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no database"):
        backing.check(f"sqlite:///{tmp_path}/none.db")
    assert [] == list(tmp_path.iterdir())


async def test_a_check_tells_of_old_tables(url: str) -> None:
    engine = (
        engines.open_sqlite(engines.read_url(url)) if "sqlite" in url else engines.open_postgres(engines.read_url(url))
    )
    with engine.connect() as connection:
        migrating.migrate(connection, "0001")
        connection.commit()
    engine.dispose()
    assert ["revision 0001", True] == [backing.check(url).problems[0].split(" of ")[1].split(",")[0], True]


async def test_what_nobody_could_deliver_is_listed_tried_again_or_dropped(opening: Opening) -> None:
    store = await opening()
    await store.turn(message("m1"), lambda _: Turn(None, (Reply((Text("a"),)), Reply((Text("b"),)))))
    (first,) = await store.claim(NOW)
    await store.park(first.id, NOW, "channel_not_found")
    (second,) = await store.claim(NOW)
    await store.park(second.id, NOW, "channel_not_found")
    found = await store.undelivered()
    assert [(first.id, "slack/T1", "channel_not_found"), (second.id, "slack/T1", "channel_not_found")] == [
        (each.id, each.tenant, each.why) for each in found
    ]
    assert 1 == await store.unpark([first.id], NOW)
    assert 1 == await store.drop([second.id, 999])
    assert [("a", 1)] == [(each.reply.plain, each.tries) for each in await store.claim(NOW)]
    assert () == await store.undelivered()
