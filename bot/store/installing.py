"""Installations of the app, one a tenant, and the tickets that let one begin.

A body comes sealed and is kept as it is; a ticket is kept as a hash, so that nobody who reads the table can use
one. Must never know what an installation holds.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bot.store.bodies import clean, fit
from bot.store.engines import inserting
from bot.store.tables import installation, ticket
from bot.store.turn import millis


def keep(connection: Connection, tenant: str, body: str, at: datetime) -> None:
    """Keep an installation; the one before, if any, is overwritten. One that began earlier changes nothing."""
    insert_into = inserting(connection.dialect.name)
    statement = insert_into(installation).values(tenant=fit(tenant), body=clean(body), at=millis(at))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant"],
            set_={"body": statement.excluded.body, "at": statement.excluded.at},
            where=installation.c.at <= statement.excluded.at,
        )
    )


def find(connection: Connection, tenant: str) -> str | None:
    """Read an installation's body; None when there is none."""
    asked = select(installation.c.body).where(installation.c.tenant == fit(tenant))
    return connection.execute(asked).scalar_one_or_none()


def tenants(connection: Connection, platform: str) -> tuple[str, ...]:
    """List the tenants of a platform that have an installation."""
    named = select(installation.c.tenant).order_by(installation.c.tenant)
    return tuple(each for each in connection.execute(named).scalars() if each.startswith(f"{platform}/"))


def drop(connection: Connection, tenant: str) -> bool:
    """Delete an installation; False when there was none."""
    return connection.execute(delete(installation).where(installation.c.tenant == fit(tenant))).rowcount > 0


def issue(connection: Connection, name: str, until: datetime) -> None:
    """Keep a ticket until then."""
    connection.execute(insert(ticket).values(name=_hashed(name), until=millis(until)))


def take(connection: Connection, name: str, now: datetime) -> bool:
    """Take a ticket: True once, and only while it is good."""
    taken = delete(ticket).where(ticket.c.name == _hashed(name)).returning(ticket.c.until)
    until = connection.execute(taken).scalar_one_or_none()
    return until is not None and until > millis(now)


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()
