"""Backups: everything as lines of JSON, which either database takes back; and whether a database is sound.

A backup is one moment of a database that goes on serving. What is restored has the tables of its backup first and is
then brought up to date, so an older backup fits. Must never write where anything is, unless told to replace it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, column, func, insert, inspect, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ConfigError, StoreError
from bot.store import engines, migrating
from bot.store.tables import metadata

FORMAT = 1
_BATCH = 500
_SKIPPED = frozenset({"pulse"})  # of this database, and of no use elsewhere


@dataclass(frozen=True, slots=True)
class Checked:
    """How a database is: its revision and the newest one, its rows by table, and what is wrong with it."""

    revision: str
    newest: str
    rows: dict[str, int]
    problems: tuple[str, ...]


def backup(url: str) -> Iterator[str]:
    """Write everything, a line a row; the last line counts them, so that a backup that broke off is known."""
    with _connected(url) as connection:
        found = migrating.revision(connection)
        if found is None:
            raise ConfigError("there is nothing to back up: the database has no tables")
        yield json.dumps({"whichops": FORMAT, "revision": found})
        count = 0
        for each in _present(connection):
            for row in connection.execute(_all(connection, metadata.tables[each])):
                yield json.dumps({"table": each, "row": dict(row._mapping)}, ensure_ascii=False)
                count += 1
        yield json.dumps({"rows": count})


def restore(url: str, lines: Iterable[str], *, replace: bool = False) -> int:
    """Put a backup into an empty database, or (`replace`) in the place of what is there; say how many rows it was.

    All of it or nothing. Raises ConfigError for a database that isn't empty, one that is served from (SQLite), and for
    what isn't a whole backup.
    """
    with _connected(url, write=True) as connection:
        source = (_read(number, line) for number, line in enumerate(lines, 1) if line.strip())
        head = next(source, {})
        if head.get("whichops") != FORMAT or not isinstance(head.get("revision"), str):
            raise ConfigError("this is no backup of Whichops, or one of a newer version")
        if _filled(connection) and not replace:
            raise ConfigError("the database isn't empty: say --replace to lose what is in it")
        _clear(connection)
        migrating.migrate(connection, head["revision"])
        count = _fill(connection, source)
        migrating.migrate(connection)
        _count_on(connection)
        return count


def check(url: str) -> Checked:
    """Look whether a database is sound, without changing it. Raises StoreError when it can't be reached."""
    with _connected(url) as connection:
        found = migrating.revision(connection) or ""
        rows = {each: _count(connection, each) for each in _present(connection)}
        problems = []
        if connection.dialect.name == "sqlite":
            told = [str(each) for each in connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars()]
            problems += [] if told == ["ok"] else told
        if found != migrating.HEAD:
            problems.append(f"its tables are of revision {found or 'none'}, this version needs {migrating.HEAD}")
        missing = sorted({each.name for each in metadata.sorted_tables} - set(rows) - _SKIPPED) if found else []
        problems += [f"the table {each} is missing" for each in missing]
        return Checked(found, migrating.HEAD, rows, tuple(problems))


@contextmanager
def _connected(url: str, *, write: bool = False) -> Iterator[Connection]:
    """Open a transaction of its own: one moment to read, or all or nothing to write."""
    address = engines.read_url(url)
    sqlite = address.drivername == "sqlite"
    with ExitStack() as stack:
        if sqlite and not write and not Path(address.database or "").exists():
            raise ConfigError(f"there is no database {address.database}: see WHICHOPS_DATABASE_URL")
        if sqlite and write:
            stack.callback(engines.hold(address).close)
        engine = engines.open_sqlite(address) if sqlite else engines.open_postgres(address)
        stack.callback(engine.dispose)
        try:
            connection = stack.enter_context(engine.connect())
            if sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            else:
                connection.execution_options(isolation_level="SERIALIZABLE" if write else "REPEATABLE READ")
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection
            if write:
                connection.commit()
        except SQLAlchemyError as error:
            raise StoreError(f"the database failed: {type(getattr(error, 'orig', None) or error).__name__}") from None


def _all(connection: Connection, whole: Table) -> Select[Any]:
    """Select the columns that are there, in an order that doesn't depend on the database."""
    there = {each["name"] for each in inspect(connection).get_columns(whole.name)}
    return select(*(each for each in whole.c if each.name in there)).order_by(*whole.primary_key.columns)


def _present(connection: Connection) -> list[str]:
    there = set(inspect(connection).get_table_names())
    return [each.name for each in metadata.sorted_tables if each.name in there and each.name not in _SKIPPED]


def _count(connection: Connection, name: str) -> int:
    return int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())


def _filled(connection: Connection) -> bool:
    return any(_count(connection, each) for each in _present(connection))


def _clear(connection: Connection) -> None:
    metadata.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(f"line {number} of the backup can't be read")
    return found


def _fill(connection: Connection, source: Iterator[dict[str, Any]]) -> int:
    """Insert the rows, a batch of one table at a time; how many."""
    known = {each.name for each in metadata.sorted_tables}
    held: list[dict[str, Any]] = []
    into, count, told = "", 0, None

    def flush() -> None:
        if held:
            columns = metadata.tables[into].c
            typed = (column(name, columns[name].type if name in columns else None) for name in held[0])
            connection.execute(insert(table(into, *typed)), held)
            held.clear()

    for line in source:
        told = line.get("rows")
        if told is not None:
            break
        name, row = line.get("table"), line.get("row")
        if name not in known or not isinstance(row, dict):
            raise ConfigError(f"the backup has a line that is no row: after {count} rows")
        if name != into or len(held) >= _BATCH:
            flush()
        into = str(name)
        held.append(row)
        count += 1
    flush()
    if told != count:
        raise ConfigError(f"the backup broke off: it has {count} rows, and not the line that ends it")
    return count


def _count_on(connection: Connection) -> None:
    """Have PostgreSQL count on from the highest id; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for each in ("outbox", "unanswered", "shelved", "shadow"):
        highest = f'SELECT coalesce(max(id), 0) + 1 FROM "{each}"'  # noqa: S608  (a name of ours)
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{each}', 'id'), ({highest}), false)"))
