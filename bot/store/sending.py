"""The outbox as a sender sees it: take the heads of threads, mark them sent, put them off, park them.

Must never send anything itself, nor let a reply overtake an older one of its thread.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.chat import Reply
from bot.redact import redact
from bot.store import reaching
from bot.store.bodies import clean, read_place, read_reply
from bot.store.tables import outbox, shelved
from bot.store.turn import LEAVING, Health, Outgoing, Parked, millis, moment

TRIES = 8  # after so many a reply is parked: a person must look
_log = structlog.get_logger()


def _open(table: FromClause) -> ColumnElement[bool]:
    """Neither sent nor parked; in the words of the partial indexes."""
    return and_(table.c.sent.is_(None), table.c.parked.is_(None))


_older = outbox.alias("older")
_now: BindParameter[int] = bindparam("now")
_in_the_way = exists().where(
    _older.c.tenant == outbox.c.tenant,
    _older.c.thread == outbox.c.thread,
    _older.c.id < outbox.c.id,
    _open(_older),
    or_(_older.c.due <= _now, _older.c.tries > 0),  # a reminder for later is in nobody's way
)
_HEADS = (
    select(outbox)
    .where(_open(outbox), outbox.c.due <= _now, or_(outbox.c.lease.is_(None), outbox.c.lease <= _now), ~_in_the_way)
    .order_by(outbox.c.due, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)  # another replica takes the others; SQLite has one writer
)
_HEADS_OF = _HEADS.where(outbox.c.platform.in_(bindparam("platforms", expanding=True)))
_these = outbox.c.id.in_(bindparam("ids", expanding=True))
_LEASE = update(outbox).where(_these).values(lease=bindparam("until"), tries=outbox.c.tries + 1)
_SENT = (
    update(outbox)
    .where(_these, outbox.c.sent.is_(None))
    .values(sent=bindparam("at"), lease=None, parked=None)
    .returning(outbox.c.tenant, outbox.c.asker, outbox.c.message)
)
_PARK = update(outbox).where(_these).values(parked=bindparam("at"), lease=None, error=bindparam("why"))
_FAILED = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"), _open(outbox))
    .values(
        lease=None,
        due=bindparam("again"),
        error=bindparam("why"),
        parked=case((outbox.c.tries >= TRIES, bindparam("at", type_=outbox.c.parked.type)), else_=None),
    )
    .returning(outbox.c.parked)
)
_UNTRIED = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"), _open(outbox))
    .values(lease=None, due=bindparam("again"), error=bindparam("why"), tries=outbox.c.tries - 1)
)
_LAST_WORDS = select(outbox.c.tenant, outbox.c.asker, outbox.c.message).where(_these)
_BODY = select(outbox.c.body).where(outbox.c.id == bindparam("which"))
_RELEASE = update(outbox).where(_open(outbox), outbox.c.lease.is_not(None)).values(lease=None)
_COUNTS = select(
    select(func.count()).select_from(outbox).where(_open(outbox)).scalar_subquery().label("waiting"),
    select(func.count()).select_from(outbox).where(outbox.c.parked.is_not(None)).scalar_subquery().label("parked"),
    select(func.count()).select_from(shelved).scalar_subquery().label("shelved"),
)


def claim(
    connection: Connection, now: datetime, limit: int, lease: timedelta, platforms: Collection[str]
) -> tuple[Outgoing, ...]:
    """Take the oldest waiting reply of each thread, for as long as the lease; oldest due first.

    One that was tried too often without a word (it kills its sender), or that this version can't
    read, is parked instead.
    """
    asked: dict[str, Any] = {"now": millis(now), "most": limit}
    if platforms:
        rows = connection.execute(_HEADS_OF, {**asked, "platforms": list(platforms)}).all()
    else:
        rows = connection.execute(_HEADS, asked).all()
    taken: list[Outgoing] = []
    for row in rows:
        outgoing = None if row.tries >= TRIES else _read(row)
        if outgoing is None:
            why = "tried too often" if row.tries >= TRIES else "written by another version"
            connection.execute(_PARK, {"ids": [row.id], "at": millis(now), "why": why})
            _log.error("reply_parked", id=row.id, why=why)
            _end_parked(connection, row.id)
        else:
            taken.append(outgoing)
    if taken:
        connection.execute(_LEASE, {"ids": [outgoing.id for outgoing in taken], "until": millis(now + lease)})
    return tuple(taken)


def sent(connection: Connection, ids: Collection[int], at: datetime) -> bool:
    """Mark replies as delivered. Also after their lease ran out: delivered is delivered.

    True when one of them was the last word to somebody: nothing is left of them now, not even that.
    """
    return bool(ids) and _end(connection, connection.execute(_SENT, {"ids": list(ids), "at": millis(at)}).all())


def _end(connection: Connection, rows: Sequence[Any]) -> bool:
    """Delete what a last word was kept for: the word, and how its person was reached."""
    left = {(row.tenant, row.asker, row.message) for row in rows if row.message.startswith(LEAVING)}
    for tenant, author, message in left:
        connection.execute(delete(outbox).where(outbox.c.tenant == tenant, outbox.c.message == message))
        reaching.forget_person(connection, tenant, author)
    return bool(left)


def _end_parked(connection: Connection, which: int) -> None:
    _end(connection, connection.execute(_LAST_WORDS, {"ids": [which]}).all())


def failed(connection: Connection, which: int, now: datetime, retry_at: datetime, error: str) -> bool:
    """Put a reply off until `retry_at`; True when that was its last try and it is parked."""
    values = {"which": which, "again": millis(retry_at), "why": _why(error), "at": millis(now)}
    row = connection.execute(_FAILED, values).first()
    if row is None or row.parked is None:
        return False
    _end_parked(connection, which)
    return True


def put_off(connection: Connection, which: int, retry_at: datetime, why: str) -> None:
    """Put a reply off that was surely not sent: the claim doesn't count as a try."""
    connection.execute(_UNTRIED, {"which": which, "again": millis(retry_at), "why": _why(why)})


def park(connection: Connection, which: int, now: datetime, error: str) -> None:
    """Give a reply up at once: trying again can't help."""
    connection.execute(_PARK, {"ids": [which], "at": millis(now), "why": _why(error)})
    _end_parked(connection, which)


def find(connection: Connection, which: int) -> Reply | None:
    """Read a reply, sent or not; None when it is gone or another version wrote it."""
    body = connection.execute(_BODY, {"which": which}).scalar()
    try:
        return None if body is None else read_reply(body)
    except ValueError:
        return None


def release(connection: Connection) -> None:
    """End every lease: whoever held one is gone. Only where no second sender can be."""
    connection.execute(_RELEASE)


def _why(error: str) -> str:
    return redact(clean(error[:1000]))[:200]


def health(connection: Connection) -> Health:
    """Count what waits, what was given up and what could not be read."""
    row = connection.execute(_COUNTS).one()
    return Health(row.waiting, row.parked, row.shelved)


def _read(row: Row[Any]) -> Outgoing | None:
    try:
        place, reply = read_place(row.place), read_reply(row.body)
    except ValueError:
        return None
    return Outgoing(row.id, place, row.asker, row.message, row.part, reply, row.tries + 1)


# For admins -------------------------------------------------------------------------------
_PARKED = outbox.c.parked.is_not(None)


def parked(connection: Connection) -> tuple[Parked, ...]:
    """List the replies that were given up, the oldest first."""
    asked = select(outbox.c.id, outbox.c.tenant, outbox.c.parked, outbox.c.tries, outbox.c.error)
    rows = connection.execute(asked.where(_PARKED).order_by(outbox.c.id))
    return tuple(Parked(row.id, row.tenant, moment(row.parked), row.tries, row.error or "") for row in rows)


def unpark(connection: Connection, ids: Collection[int], now: datetime) -> int:
    """Have replies tried again that were given up, from the first try on."""
    again = update(outbox).where(outbox.c.id.in_(ids), _PARKED)
    return connection.execute(again.values(parked=None, lease=None, tries=0, due=millis(now))).rowcount


def drop(connection: Connection, ids: Collection[int]) -> int:
    """Delete replies that were given up."""
    return connection.execute(delete(outbox).where(outbox.c.id.in_(ids), _PARKED)).rowcount


def oldest(connection: Connection) -> datetime | None:
    """Read when the reply was due that waits the longest."""
    due = connection.execute(select(func.min(outbox.c.due)).where(_open(outbox))).scalar()
    return None if due is None else moment(due)
