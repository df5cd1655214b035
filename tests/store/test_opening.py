"""Opening a database: its tables come up to date, and the wrong ones are refused."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, text

from bot.chat import Message, Place
from bot.errors import ConfigError, StoreError
from bot.store import Health, Store, Turn, engines, migrating
from bot.store.tables import metadata

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("slack", "T1", "C1", "100.1")
Opening = Callable[..., Awaitable[Store[Any]]]


class Talk(BaseModel):
    """A conversation's state as the store needs it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str | None = None
    lasting: bool = False


def driven(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


async def test_the_migrations_build_exactly_the_tables_the_code_uses(opening: Opening, url: str) -> None:
    await opening()
    engine = create_engine(driven(url))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert [] == differences


def test_the_newest_migration_is_the_one_the_code_expects() -> None:
    assert [migrating.HEAD] == ScriptDirectory(str(migrating.FOLDER)).get_heads()


async def test_opening_again_changes_nothing(opening: Opening) -> None:
    store = await opening()
    await store.turn(Message("m1", HERE, "U1", "hi", True, NOW), lambda _: Turn(Talk(owner="U1")))
    await store.close()
    again = await opening()
    assert Talk(owner="U1") == await again.peek(HERE)
    with pytest.raises(StoreError, match="open already"):
        await again.open()


async def test_stores_that_open_at_once_migrate_once(opening: Opening) -> None:
    stores = await asyncio.gather(*(opening() for _ in range(4)))
    assert [Health(0, 0, 0)] * 4 == [await store.check(NOW) for store in stores]


async def test_databases_opened_at_once_by_one_process_do_not_mix(tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{tmp_path}/{n}.db", Talk) for n in range(6)]
    await asyncio.gather(*(store.open() for store in stores))
    assert [Health(0, 0, 0)] * 6 == [await store.check(NOW) for store in stores]
    await asyncio.gather(*(store.close() for store in stores))


OPEN = """
import asyncio, sys
import alembic.command
from pydantic import BaseModel
from bot.store import Store
class Talk(BaseModel):
    owner: str | None = None
    lasting: bool = False
print("ready", flush=True)
sys.stdin.readline()
asyncio.run(Store(sys.argv[1], Talk).open())
"""


async def test_processes_that_open_an_empty_database_at_once_all_succeed(url: str) -> None:
    pipe = asyncio.subprocess.PIPE
    others = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, url, stdin=pipe, stdout=pipe) for _ in range(4)
    ]
    for other in others:
        assert other.stdout is not None
        assert b"ready\n" == await asyncio.wait_for(other.stdout.readline(), 30)
    ends = await asyncio.gather(*(other.communicate(b"go\n") for other in others))
    assert 4 == len(ends)
    assert [0] * 4 == [other.returncode for other in others]


async def test_sqlite_is_set_to_be_durable_and_to_wipe_what_is_deleted(tmp_path: Path) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 1500}
    engine = engines.open_sqlite(engines.read_url(f"sqlite:///{tmp_path}/whichops.db"))
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
    engine.dispose()
    assert expected == found


async def test_a_database_newer_than_the_code_is_refused_untouched(opening: Opening, url: str) -> None:
    await (await opening()).close()
    engine = create_engine(driven(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match=r"newer Whichops .*9999"):
        await opening()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrating.HEAD})
    engine.dispose()
    await opening()  # and nothing is held back by the refusal


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("mysql://u:hunter2@h/d", "mysql"),
        ("sqlite://", "no file"),
        ("sqlite:///:memory:", "no file"),
        ("hunter2", "can't be read"),
        ("", "can't be read"),
    ],
)
def test_an_address_we_cannot_use_is_refused_without_its_password(address: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named) as refusal:
        Store(address, Talk)
    assert "WHICHOPS_DATABASE_URL" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


async def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(ConfigError, match=r"taken/whichops\.db"):
        await Store(f"sqlite:///{tmp_path}/taken/whichops.db", Talk).open()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "whichops.db").write_text("this is a text about databases, and not one of them " * 100)
    with pytest.raises(StoreError, match="not a database"):
        await Store(f"sqlite:///{tmp_path}/whichops.db", Talk).open()


async def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/deep/er/whichops.db", Talk)
    await store.open()
    await store.check(NOW)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep/er").iterdir()}
    await store.close()
    assert {"whichops.db": 0o600, "whichops.db-wal": 0o600, "whichops.db-shm": 0o600} == modes


SERVE = """
import asyncio, sys
from pydantic import BaseModel
from bot.store import Store
class Talk(BaseModel):
    owner: str | None = None
    lasting: bool = False
async def main():
    await Store(sys.argv[1], Talk).open(serving=True)
    print("serving", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_a_second_process_cannot_serve_from_the_same_file_but_may_look(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/whichops.db"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVE, url, stdout=asyncio.subprocess.PIPE)
    assert other.stdout is not None
    assert b"serving\n" == await asyncio.wait_for(other.stdout.readline(), 20)
    with pytest.raises(ConfigError, match="another process already serves"):
        await Store(url, Talk).open(serving=True)
    looking = Store(url, Talk)
    await looking.open()
    assert Health(0, 0, 0) == await looking.check(NOW)
    await looking.close()
    other.kill()
    await other.wait()
    freed = Store(url, Talk)
    await freed.open(serving=True)  # a killed process holds nothing
    await freed.close()


async def test_an_unreachable_postgresql_is_refused_in_time_without_its_password(tmp_path: Path) -> None:
    store = Store(f"postgresql://u:hunter2@/d?host={tmp_path}", Talk)
    started = asyncio.get_running_loop().time()
    with pytest.raises(StoreError) as refusal:
        await store.open()
    assert 2.5 > asyncio.get_running_loop().time() - started
    assert "hunter2" not in str(refusal.value)
