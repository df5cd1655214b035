"""What is kept and for how long: readers for curators, sweeping, and forgetting a person.

Must never show who asked or judged something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Table,
    and_,
    delete,
    func,
    not_,
    or_,
    select,
    text,
    tuple_,
)

from bot.store import reaching
from bot.store.bodies import clean, fit
from bot.store.tables import (
    alarm,
    conversation,
    feedback,
    inbox,
    member,
    metadata,
    muted,
    outbox,
    person,
    posted,
    reference,
    shadow,
    shelved,
    ticket,
    unanswered,
)
from bot.store.turn import Gap, Opinion, Unsaid, millis, moment, who
from bot.store.turning import personal

BATCH = 500  # rows a sweep deletes at once: turns go on in between
_REASONS = 20  # how many reasons are shown with an answer


def read_gaps(connection: Connection, since: datetime, limit: int, tenant: str | None) -> tuple[Gap, ...]:
    """Read the questions nobody could answer, most asked first."""
    count, last = func.count().label("times"), func.max(unanswered.c.at).label("last")
    asked = (
        select(unanswered.c.text, unanswered.c.reason, count, last)
        .where(unanswered.c.at >= millis(since))
        .group_by(unanswered.c.text, unanswered.c.reason)
        .order_by(count.desc(), last.desc(), unanswered.c.text)
        .limit(limit)
    )
    if tenant is not None:
        asked = asked.where(unanswered.c.tenant == fit(tenant))
    return tuple(Gap(row.text, row.reason, row.times, moment(row.last)) for row in connection.execute(asked))


def read_opinions(connection: Connection, since: datetime, tenant: str | None) -> tuple[Opinion, ...]:
    """Read what people thought of the answers, the least helpful first."""
    said = select(feedback.c.answer, feedback.c.helpful, feedback.c.reason).where(feedback.c.at >= millis(since))
    if tenant is not None:
        said = said.where(feedback.c.tenant == fit(tenant))
    votes: dict[str, tuple[int, int, list[str]]] = {}
    for answer, helpful, reason in connection.execute(said.order_by(feedback.c.at.desc())):
        up, down, reasons = votes.get(answer, (0, 0, []))
        if reason and not helpful and len(reasons) < _REASONS:
            reasons.append(reason)
        votes[answer] = (up + 1, down, reasons) if helpful else (up, down + 1, reasons)
    opinions = (Opinion(answer, up, down, tuple(reasons)) for answer, (up, down, reasons) in votes.items())
    return tuple(sorted(opinions, key=lambda opinion: (-opinion.down, opinion.up, opinion.answer)))


def read_unsaid(connection: Connection, since: datetime, limit: int, tenant: str | None) -> tuple[Unsaid, ...]:
    """Read what would have been said where only listening was asked for, newest first."""
    asked = (
        select(shadow.c.tenant, shadow.c.channel, shadow.c.text, shadow.c.answer, shadow.c.at)
        .where(shadow.c.at >= millis(since))
        .order_by(shadow.c.at.desc(), shadow.c.id.desc())
        .limit(limit)
    )
    if tenant is not None:
        asked = asked.where(shadow.c.tenant == fit(tenant))
    return tuple(
        Unsaid(row.tenant, row.channel, row.text, row.answer, moment(row.at)) for row in connection.execute(asked)
    )


def is_muted(connection: Connection, tenant: str, channel: str) -> bool:
    """Whether people asked for quiet in a channel."""
    asked = select(muted.c.at).where(muted.c.tenant == fit(tenant), muted.c.channel == fit(channel))
    return connection.execute(asked).first() is not None


def is_ungreeted(connection: Connection, tenant: str, author: str) -> bool:
    """Whether somebody asked not to be greeted."""
    return is_muted(connection, tenant, personal(who(fit(tenant), clean(author))))


def stale(
    now: datetime, *, hours: int, days: int, records_days: int, lasting_days: int
) -> Iterator[Callable[[Connection], int]]:
    """Yield, table by table, a function that deletes one batch of what is too old and says how many it deleted."""
    short, idle = millis(now - timedelta(hours=hours)), millis(now - timedelta(days=days))
    noted, long = millis(now - timedelta(days=records_days)), millis(now - timedelta(days=lasting_days))
    given_up = or_(outbox.c.parked < idle, and_(outbox.c.sent.is_(None), outbox.c.due < idle))
    rules: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (inbox, inbox.c.at < short),
        (outbox, outbox.c.sent < short),
        (outbox, given_up),
        (conversation, and_(conversation.c.updated < idle, not_(conversation.c.lasting))),
        (conversation, conversation.c.updated < long),
        (shelved, shelved.c.at < idle),
        (alarm, alarm.c.due < long),
        (member, member.c.at < long),
        (unanswered, unanswered.c.at < noted),
        (feedback, feedback.c.at < noted),
        (shadow, shadow.c.at < noted),
        (ticket, ticket.c.until < millis(now)),
        (posted, posted.c.at < idle),
        (person, person.c.seen < noted),
        (reference, reference.c.seen < noted),
    )
    for table, rule in rules:
        yield _batch(table, rule)


def _batch(table: Table, rule: ColumnElement[bool]) -> Callable[[Connection], int]:
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(rule).limit(BATCH)
    statement: Delete = delete(table).where(key.in_(some))

    def run(connection: Connection) -> int:
        return connection.execute(statement).rowcount

    return run


def belongings(tenant: str, author: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Name every row of a person in one tenant, but for how they are reached, in an order to delete them in."""
    tenant, author = fit(tenant), clean(author)
    person = who(tenant, author)
    own = select(conversation.c.thread).where(conversation.c.tenant == tenant, conversation.c.owner == author)
    yield outbox, and_(outbox.c.tenant == tenant, or_(outbox.c.asker == author, outbox.c.thread.in_(own)))
    for table in (conversation, shelved, alarm):
        yield table, and_(table.c.tenant == tenant, table.c.owner == author)
    yield muted, and_(muted.c.tenant == tenant, muted.c.channel == personal(person))
    for table in (inbox, unanswered, feedback, shadow, member):
        yield table, and_(table.c.tenant == tenant, table.c.who == person)


def forget(connection: Connection, tenant: str, author: str, *, reached: bool = True) -> int:
    """Delete every trace of a person in one tenant; say how many rows it was.

    Without `reached`, how they are reached stays: there is a last word to say.
    """
    rows = sum(connection.execute(delete(table).where(rule)).rowcount for table, rule in belongings(tenant, author))
    return rows + (reaching.forget_person(connection, fit(tenant), clean(author)) if reached else 0)


def forget_tenant(connection: Connection, tenant: str) -> int:
    """Delete every row of a tenant, its installation included; say how many rows it was."""
    owned = [table for table in metadata.sorted_tables if "tenant" in table.c]
    return sum(connection.execute(delete(table).where(table.c.tenant == fit(tenant))).rowcount for table in owned)


def scrub(connection: Connection) -> bool:
    """Wipe deleted rows from the files as well; outside a transaction. False when a reader was in the way."""
    if connection.dialect.name == "sqlite":
        # secure_delete alone leaves words behind where pages were rebalanced; a test finds them without this.
        connection.exec_driver_sql("VACUUM")
        return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
    connection.execute(text("SET statement_timeout = 0"))
    for table in metadata.sorted_tables:
        connection.exec_driver_sql(f'VACUUM "{table.name}"')
    connection.execute(text("RESET statement_timeout"))
    return True
