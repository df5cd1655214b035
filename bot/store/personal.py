"""What is kept of one person, as a document they can read. Must never tell anything of somebody else."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.store import keeping, reaching
from bot.store.bodies import clean, read_reply
from bot.store.turn import moment

_TIMES = ("at", "updated", "due", "sent", "parked", "since", "seen")
_INNER = ("tenant", "who", "key", "message", "part", "lease", "tries", "error", "version", "id", "platform")  # our own


def about(connection: Connection, tenant: str, author: str) -> dict[str, list[dict[str, Any]]]:
    """Read every row of a person in one tenant (a place's `owner`), by table; a table without any isn't named."""
    found: dict[str, list[dict[str, Any]]] = {}
    rules = chain(keeping.belongings(tenant, author), reaching.reach(connection, tenant, author))
    for table, rule in rules:
        for row in connection.execute(select(table).where(rule)):
            if getattr(row, "asker", clean(author)) == clean(author):  # others are told things in their threads, too
                found.setdefault(table.name, []).append(_told(row))
    return found


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        name: _read(name, value) for name, value in row._mapping.items() if name not in _INNER and value is not None
    }


def _read(name: str, value: Any) -> Any:
    if name in _TIMES:
        return moment(value).isoformat()
    try:
        if name == "body" and "blocks" in json.loads(value):
            return read_reply(value).plain
        return json.loads(value) if name in ("state", "place", "body") else value
    except ValueError:
        return value
