"""Where conversations are reached, who is who there, what of ours was posted: what a platform tells only in passing.

Kept so that a reply finds its way after a restart, and a press its conversation. Must never keep a name, nor a word
of anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Table, and_, delete, or_, select, update

from bot.store.bodies import clean, fit
from bot.store.engines import inserting
from bot.store.tables import alarm, conversation, member, muted, outbox, person, posted, reference, shadow, shelved
from bot.store.turn import millis, moment


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a conversation is reached. `tenant` is a place's `owner` everywhere in this file."""

    tenant: str
    conversation: str
    service_url: str
    bot: str
    kind: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """How somebody is addressed there, and the conversation with them alone ("" while there is none)."""

    address: str
    direct: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """Something of ours: where, for whom, and what it can be asked about (`ref`) or pressed for (`nonce`)."""

    tenant: str
    channel: str
    activity: str
    thread: str  # the key of its place
    owner: str
    ref: str = ""
    nonce: str = ""
    live: bool = False  # the one card on which the owner's interview goes on in this thread


def _upsert(connection: Connection, table: Any, key: tuple[str, ...], kept: tuple[str, ...], values: Any) -> None:
    statement = inserting(connection.dialect.name)(table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in (*key, *kept)}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


# Conversations ----------------------------------------------------------------------------
def keep_reference(connection: Connection, found: Reached, at: datetime) -> datetime:
    """Keep where a conversation is reached now; since when we are there."""
    key = {"tenant": fit(found.tenant), "conversation": fit(found.conversation)}
    values = {"service_url": clean(found.service_url), "bot": clean(found.bot), "kind": found.kind}
    values |= {"team": clean(found.team)}
    times = {"since": millis(at), "seen": millis(at)}
    kept = ("since",) if found.team else ("since", "team")  # not every activity names the team
    _upsert(connection, reference, tuple(key), kept, {**key, **values, **times})
    asked = select(reference.c.since).where(*(reference.c[name] == value for name, value in key.items()))
    return moment(connection.execute(asked).scalar_one())


def find_reference(connection: Connection, tenant: str, where: str) -> Reached | None:
    """Find where a conversation is reached; None when that isn't known (any more)."""
    asked = select(reference).where(reference.c.tenant == fit(tenant), reference.c.conversation == fit(where))
    row = connection.execute(asked).first()
    return None if row is None else Reached(tenant, where, row.service_url, row.bot, row.kind, row.team)


def find_tenant(connection: Connection, platform: str, where: str) -> str:
    """Name the tenant of a conversation, the last seen of several; "" for an unknown one."""
    asked = select(reference.c.tenant).where(reference.c.conversation == fit(where)).order_by(reference.c.seen.desc())
    found = connection.execute(asked).scalars()
    return next((each for each in found if each.startswith(f"{platform}/")), "")


def drop_reference(connection: Connection, tenant: str, where: str) -> bool:
    """Forget where a conversation is reached; False when that wasn't known."""
    gone = delete(reference).where(reference.c.tenant == fit(tenant), reference.c.conversation == fit(where))
    return connection.execute(gone).rowcount > 0


def channels_of(connection: Connection, tenant: str, team: str) -> tuple[str, ...]:
    """List the conversations of a team."""
    asked = select(reference.c.conversation).where(reference.c.tenant == fit(tenant), reference.c.team == clean(team))
    return tuple(connection.execute(asked.order_by(reference.c.conversation)).scalars())


def forget_channels(connection: Connection, tenant: str, channels: Iterable[str], team: str = "") -> int:
    """Delete every row of these channels, and of all channels of a team; say how many rows it was."""
    named = {*channels, *(channels_of(connection, tenant, team) if team else ())}
    return sum(forget_channel(connection, tenant, each) for each in sorted(named))


def forget_channel(connection: Connection, tenant: str, channel: str) -> int:
    """Delete every row of one channel: its conversations, replies, cards, and how it is reached."""
    tenant, channel = fit(tenant), fit(channel)
    deletions: tuple[Delete, ...] = (
        *(
            delete(table).where(table.c.tenant == tenant, table.c.thread.startswith(f"{channel}/", autoescape=True))
            for table in (outbox, conversation, shelved, alarm)
        ),
        *(
            delete(table).where(table.c.tenant == tenant, table.c.channel == channel)
            for table in (shadow, muted, posted, member)
        ),
        delete(reference).where(reference.c.tenant == tenant, reference.c.conversation == channel),
    )
    return sum(connection.execute(deletion).rowcount for deletion in deletions)


# People -----------------------------------------------------------------------------------
def keep_person(connection: Connection, tenant: str, author: str, known: Known, at: datetime) -> None:
    """Keep how somebody is addressed. A conversation with them that is known already stays known."""
    key = {"tenant": fit(tenant), "author": fit(author)}
    values = {"address": clean(known.address), "direct": clean(known.direct), "seen": millis(at)}
    _upsert(connection, person, tuple(key), () if known.direct else ("direct",), {**key, **values})


def find_person(connection: Connection, tenant: str, author: str) -> Known | None:
    """Find how somebody is addressed; None for a stranger."""
    asked = select(person.c.address, person.c.direct).where(
        person.c.tenant == fit(tenant), person.c.author == fit(author)
    )
    row = connection.execute(asked).first()
    return None if row is None else Known(row.address, row.direct)


def reach(connection: Connection, tenant: str, author: str) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    """Name every row of how somebody is reached here, in an order in which it can be deleted."""
    tenant, author = fit(tenant), fit(author)
    mine = select(person.c.direct).where(person.c.tenant == tenant, person.c.author == author, person.c.direct != "")
    direct = tuple(connection.execute(mine).scalars())
    return (
        (reference, and_(reference.c.tenant == tenant, reference.c.conversation.in_(direct))),
        (posted, and_(posted.c.tenant == tenant, or_(posted.c.owner == author, posted.c.channel.in_(direct)))),
        (person, and_(person.c.tenant == tenant, person.c.author == author)),
    )


def forget_person(connection: Connection, tenant: str, author: str) -> int:
    """Delete what is kept of somebody here."""
    rules = reach(connection, tenant, author)
    return sum(connection.execute(delete(table).where(rule)).rowcount for table, rule in rules)


# What was posted --------------------------------------------------------------------------
def keep_posted(connection: Connection, found: Posted, at: datetime) -> None:
    """Keep something of ours. A live one takes the place of the owner's live one in that thread."""
    key = {"tenant": fit(found.tenant), "channel": fit(found.channel), "activity": fit(found.activity)}
    mine = {"thread": fit(found.thread), "owner": fit(found.owner)}
    if found.live:
        here = (posted.c.tenant == key["tenant"], posted.c.thread == mine["thread"], posted.c.owner == mine["owner"])
        connection.execute(update(posted).where(*here).values(live=False))
    values = {"ref": clean(found.ref), "nonce": clean(found.nonce), "live": found.live, "at": millis(at)}
    _upsert(connection, posted, tuple(key), (), {**key, **mine, **values})


def find_posted(connection: Connection, tenant: str, channel: str, activity: str) -> Posted | None:
    """Find something of ours by its id."""
    key = {"tenant": fit(tenant), "channel": fit(channel), "activity": fit(activity)}
    row = connection.execute(select(posted).where(*(posted.c[name] == each for name, each in key.items()))).first()
    return (
        None if row is None else Posted(tenant, channel, activity, row.thread, row.owner, row.ref, row.nonce, row.live)
    )


def find_answers(connection: Connection, tenant: str, channel: str, limit: int) -> tuple[Posted, ...]:
    """List the answers that were posted in a channel and can be judged, the latest first."""
    here = (posted.c.tenant == fit(tenant), posted.c.channel == fit(channel), posted.c.ref != "")
    latest = select(posted).where(*here).order_by(posted.c.at.desc(), posted.c.activity.desc()).limit(limit)
    return tuple(
        Posted(tenant, channel, row.activity, row.thread, row.owner, row.ref, row.nonce, row.live)
        for row in connection.execute(latest)
    )


def find_live(connection: Connection, tenant: str, thread: str, owner: str) -> Posted | None:
    """Find the card on which somebody's interview goes on in a thread."""
    here = (posted.c.tenant == fit(tenant), posted.c.owner == fit(owner), posted.c.thread == fit(thread))
    row = connection.execute(select(posted).where(*here, posted.c.live)).first()
    if row is None:
        return None
    return Posted(tenant, row.channel, row.activity, thread, owner, row.ref, row.nonce, live=True)
