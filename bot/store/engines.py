"""The two databases, opened as the rest expects them: durable, impatient, one address each.

Must never wait longer than a caller does: a turn is refused after two seconds at most.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigError

PATIENCE = 2.0  # seconds a caller waits for the database
_BUSY = 1500  # milliseconds a statement may wait for a lock: less than PATIENCE, so the reason is told
THREADS = 8  # PostgreSQL connections of one process

_SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={_BUSY}",
    "PRAGMA journal_size_limit=16777216",
)


def inserting(dialect: str) -> Any:
    """Give the `insert` of a dialect that can say what to do on a conflict; SQLAlchemy's general one can't."""
    return sqlite_dialect.insert if dialect == "sqlite" else postgresql.insert


def read_url(text: str) -> URL:
    """Read a database address: `sqlite:///file` or `postgresql://user@host/name`.

    Raises ConfigError for anything else, without repeating a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError("WHICHOPS_DATABASE_URL can't be read: use sqlite:///file or postgresql://...") from None
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ConfigError("WHICHOPS_DATABASE_URL names no file: use sqlite:///whichops.db")
        return url
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    raise ConfigError(f"WHICHOPS_DATABASE_URL is for {url.drivername!r}: use sqlite:///file or postgresql://...")


def open_sqlite(url: URL, *, readers: int = 0) -> Engine:
    """Open a SQLite file: one connection that writes, or so many that only read."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # what people said is for this user only
    except OSError as error:
        raise ConfigError(
            f"the database file {path} can't be written ({error.strerror}): see WHICHOPS_DATABASE_URL"
        ) from None
    engine = create_engine(
        url,
        pool_size=readers or 1,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={"isolation_level": None, "timeout": _BUSY / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _: Any) -> None:
        for setting in _SQLITE_SETTINGS:
            connection.execute(setting).close()
        if readers:
            connection.execute("PRAGMA query_only=ON").close()

    return engine


def open_postgres(url: URL) -> Engine:
    """Open a PostgreSQL database with a small pool."""
    limits = {
        "statement_timeout": _BUSY,
        "lock_timeout": _BUSY,
        "idle_in_transaction_session_timeout": 10_000,
        "timezone": "UTC",
    }
    given = str(url.query.get("options", ""))
    options = " ".join([given, *(f"-c {name}={value}" for name, value in limits.items())]).strip()
    return create_engine(
        url.difference_update_query(["options"]),
        pool_size=THREADS,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={"connect_timeout": 2, "options": options, "application_name": "whichops"},
    )


def hold(url: URL) -> sqlite3.Connection:
    """Hold a SQLite database for this process to serve from; closing the result, or any death, lets go.

    Raises ConfigError when another process serves from it: two writers would send every reply twice.
    """
    beside = Path(f"{url.database}.serving")
    connection = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        raise ConfigError(
            f"another process already serves from {url.database}: stop it, or use PostgreSQL for several replicas"
        ) from None
    return connection
