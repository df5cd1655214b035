"""Bring a database to the tables this version knows; refuse one that a newer version wrote.

Alembic is loaded only when there is something to do: it costs a start a quarter of a second.
Must never lose a row; a migration that has to is split over two releases.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

from bot.errors import ConfigError

HEAD = "0005"  # the newest file in migrations/versions; a test compares
FOLDER = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 0x57484943  # PostgreSQL's advisory lock: one replica migrates, the others wait for it
_ONE = Lock()  # Alembic keeps its context in a global


def revision(connection: Connection) -> str | None:
    """Read which revision the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(connection: Connection, to: str = HEAD) -> None:
    """Create or upgrade the tables (`to`: up to an earlier revision), inside the caller's transaction.

    Raises ConfigError when the database is newer than this version of Whichops.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = '30s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    current = revision(connection)
    if current == to:
        return
    from alembic import command  # noqa: PLC0415 - loaded only now, see above
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    known = {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}
    if {current or to, to} - known:
        raise ConfigError(
            f"this was written by a newer Whichops (its revision is {current or to}, this one knows {HEAD}): "
            "install that version again, or restore a backup"
        )
    with _ONE:
        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
