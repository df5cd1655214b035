"""Alarms: which conversations the clock wakes now, and who counts in the team view of a channel.

An alarm is claimed like a reply of the outbox. What it leads to is a turn like any other, which sets the next one in
its own transaction: so one that is claimed twice is still taken once. Must never decide what is said.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, delete, or_, select, update

from bot import telemetry
from bot.chat import Message, Place
from bot.store.bodies import clean, fit, read_place, write_place
from bot.store.engines import inserting
from bot.store.tables import alarm, member
from bot.store.turn import Alarm, Counting, Due, millis, moment, who

TRIES = 8  # claims after which an alarm that leads to nothing is ended
_log = structlog.get_logger()

_now: BindParameter[int] = bindparam("now")
_READY = (
    select(alarm)
    .where(
        alarm.c.platform == bindparam("platform"),
        alarm.c.due <= _now,
        or_(alarm.c.lease.is_(None), alarm.c.lease <= _now),
    )
    .order_by(alarm.c.due)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # another replica takes the others; SQLite has one writer
)
_this = and_(alarm.c.tenant == bindparam("b_tenant"), alarm.c.thread == bindparam("b_thread"))
_LEASE = update(alarm).where(_this).values(lease=bindparam("until"), tries=alarm.c.tries + 1)
_OVER = delete(alarm).where(_this, alarm.c.due == bindparam("b_due"))
_OFF = delete(alarm).where(_this)
_OWNED = (
    select(alarm)
    .where(alarm.c.tenant == bindparam("tenant"), alarm.c.owner == bindparam("owner"), alarm.c.due <= _now)
    .order_by(alarm.c.due)
)


def claim(connection: Connection, now: datetime, limit: int, lease: timedelta, platform: str) -> tuple[Due, ...]:
    """Take the alarms of a platform that are due, the oldest first; nobody else gets them until the lease is over.

    One that was tried too often, or that this version can't read, is ended instead.
    """
    taken: list[Due] = []
    asked = {"now": millis(now), "most": limit, "platform": platform}
    for row in connection.execute(_READY, asked).all():
        found = _read(row) if row.tries < TRIES else None
        key = {"b_tenant": row.tenant, "b_thread": row.thread}
        if found is None:
            connection.execute(_OFF, key)
            _log.error("alarm_ended", why="tried too often" if row.tries >= TRIES else "written by another version")
        else:
            connection.execute(_LEASE, key | {"until": millis(now + lease)})
            taken.append(found)
    return tuple(taken)


def due(connection: Connection, tenant: str, owner: str, now: datetime) -> tuple[Due, ...]:
    """Find somebody's alarms that are due, without taking them."""
    asked = {"tenant": fit(tenant), "owner": clean(owner), "now": millis(now)}
    found = (_read(row) for row in connection.execute(_OWNED, asked))
    return tuple(each for each in found if each is not None)


def end(connection: Connection, which: Due) -> bool:
    """End an alarm that is still the one that went off; False when another one was set, or it is gone."""
    key = {"b_tenant": fit(which.place.owner), "b_thread": fit(which.place.key), "b_due": millis(which.due)}
    ended = connection.execute(_OVER, key).rowcount > 0
    if ended:
        _log.error("alarm_ended", why="nothing came of it", place=telemetry.place_hash(which.place))
    return ended


def put(connection: Connection, message: Message, owner: str, wanted: Alarm) -> None:
    """Set the alarm of a message's conversation, in the place of any other; or take it away."""
    tenant, thread = fit(message.place.owner), fit(message.place.key)
    if wanted.due is None:
        connection.execute(_OFF, {"b_tenant": tenant, "b_thread": thread})
        return
    values = {
        "tenant": tenant,
        "thread": thread,
        "platform": clean(message.place.platform),
        "place": write_place(message.place),
        "owner": clean(owner),
        "due": millis(wanted.due),
        "lease": None,
        "tries": 0,
    }
    statement = inserting(connection.dialect.name)(alarm).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in ("tenant", "thread")}
    connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "thread"], set_=changed))


def _read(row: Row[Any]) -> Due | None:
    try:
        place: Place = read_place(row.place)
    except ValueError:
        return None
    return Due(place, row.owner, moment(row.due), row.tries + 1)


# The team view ----------------------------------------------------------------------------
def count(connection: Connection, tenant: str, author: str, wanted: Counting) -> None:
    """Count somebody in a channel's team view, or no longer; or keep what is told of them up to date."""
    person = {"tenant": fit(tenant), "who": who(fit(tenant), clean(author))}
    here = [member.c.tenant == person["tenant"], member.c.who == person["who"]]
    here += [member.c.channel == fit(wanted.channel)] if wanted.channel else []
    told = {"body": clean(wanted.body), "at": millis(wanted.at)}
    if not wanted.body:
        connection.execute(delete(member).where(*here))
    elif not wanted.channel:
        connection.execute(update(member).where(*here).values(**told))
    else:
        statement = inserting(connection.dialect.name)(member).values(**person, channel=fit(wanted.channel), **told)
        keys = ["tenant", "channel", "who"]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=told))


def counted(connection: Connection, tenant: str, channel: str, author: str) -> tuple[tuple[str, ...], bool]:
    """Read what is told of those who count in a channel's team view, in no order that tells who they are.

    And whether the author is one of them.
    """
    tenant = fit(tenant)
    asked = select(member.c.body, member.c.who).where(member.c.tenant == tenant, member.c.channel == fit(channel))
    rows = connection.execute(asked.order_by(member.c.body)).all()
    mine = who(tenant, clean(author))
    return tuple(row.body for row in rows), any(row.who == mine for row in rows)
