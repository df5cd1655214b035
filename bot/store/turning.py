"""One turn as one plain function on an open transaction: lock, dedupe, load, decide, save, outbox, records.

The statements are built once; a turn only binds values. Must never commit: the lane does, and a
caller is answered after that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Generic

import structlog
from sqlalchemy import BigInteger, Connection, bindparam, delete, func, insert, select

from bot import telemetry
from bot.chat import Message, Place, Reply
from bot.redact import redact
from bot.store import waking
from bot.store.bodies import clean, fit, read_place, read_reply, write_place, write_reply, write_state
from bot.store.engines import inserting
from bot.store.tables import conversation, feedback, inbox, muted, outbox, shadow, shelved, unanswered
from bot.store.turn import (
    Counting,
    Greeting,
    Muting,
    Record,
    S,
    Shadowed,
    Turn,
    Turned,
    Unanswered,
    Verdict,
    millis,
    who,
)

_LONGEST = 500  # characters of a question or a reason that are kept
_READ = 4000  # characters that are looked at before they are redacted
_log = structlog.get_logger()


class Statements:
    """The SQL of a turn, built once for one database."""

    def __init__(self, dialect: str) -> None:
        upsert = inserting(dialect)
        # Its own statement before the load: READ COMMITTED takes a snapshot per statement.
        # SQLite needs none, its one writer has the whole file.
        lock = select(func.pg_advisory_xact_lock(bindparam("lock", type_=BigInteger)))
        self.lock = lock if dialect == "postgresql" else None
        self.take = upsert(inbox).on_conflict_do_nothing().returning(inbox.c.at)
        here = conversation.c.tenant == bindparam("here_tenant"), conversation.c.thread == bindparam("here_thread")
        self.load = select(conversation.c.state, conversation.c.owner).where(*here)
        self.owned = (
            select(conversation.c.thread, conversation.c.state, conversation.c.place)
            .where(conversation.c.tenant == bindparam("tenant"), conversation.c.owner == bindparam("author"))
            .order_by(conversation.c.updated.desc(), conversation.c.thread)
            .limit(bindparam("most"))
        )
        self.drop = delete(conversation).where(*here)
        saving = upsert(conversation)
        changed = {name: saving.excluded[name] for name in ("owner", "state", "updated", "place", "lasting")}
        self.save = saving.on_conflict_do_update(
            index_elements=["tenant", "thread"], set_={"version": conversation.c.version + 1, **changed}
        )
        self.shelve = insert(shelved)
        self.post = insert(outbox).returning(outbox.c.id)
        self.said = (
            select(outbox.c.body)
            .where(
                outbox.c.tenant == bindparam("tenant"),
                outbox.c.message == bindparam("message"),
                outbox.c.thread == bindparam("thread"),  # a forged id shows nobody another conversation
                outbox.c.asker == bindparam("asker"),
            )
            .order_by(outbox.c.part)
        )
        self._records(upsert)

    def _records(self, upsert: Any) -> None:
        """Build what keeps records."""
        self.note = insert(unanswered)
        self.shadow = insert(shadow)
        self.mute = upsert(muted).on_conflict_do_nothing()
        self.unmute = delete(muted).where(
            muted.c.tenant == bindparam("here_tenant"), muted.c.channel == bindparam("here_channel")
        )
        judging = upsert(feedback)
        self.judge = judging.on_conflict_do_update(
            index_elements=["tenant", "ref", "who"],
            set_={name: judging.excluded[name] for name in ("answer", "helpful", "reason", "at")},
        )


class Turning(Generic[S]):
    """Turns on one database, for one type of state."""

    def __init__(self, dialect: str, state_type: type[S]) -> None:
        self._sql = Statements(dialect)
        self._state_type = state_type

    def turn(
        self, connection: Connection, message: Message, decide: Callable[[S | None], Turn[S]], *, deliver: bool
    ) -> Turned:
        """Take one message: at most once, alone in its conversation, whole or not at all."""
        tenant, thread = address(message.place)
        at = millis(message.at)
        if self._sql.lock is not None:
            connection.execute(self._sql.lock, {"lock": _lock_number(tenant, thread)})
        taken = {"tenant": tenant, "key": fit(message.id), "who": who(tenant, clean(message.author)), "at": at}
        if connection.execute(self._sql.take, taken).first() is None:
            return Turned(repeated=True)
        turn = decide(self._load(connection, message.place, at))
        self._save(connection, message, turn.state, at)
        ids = tuple(
            self._post(connection, message, part, reply, at, deliver=deliver) for part, reply in enumerate(turn.replies)
        )
        for record in turn.records:
            self._record(connection, tenant, message.author, record)
        if turn.alarm is not None:
            owner = turn.state.owner if turn.state is not None else None
            waking.put(connection, message, owner or message.author, turn.alarm)
        return Turned(turn.replies, ids)

    def leave(
        self,
        connection: Connection,
        message: Message,
        replies: tuple[Reply, ...],
        forget: Callable[[], int],
        *,
        deliver: bool,
    ) -> Turned:
        """Take somebody's wish to be forgotten, once: `forget` deletes their rows, the last word waits to be said."""
        tenant, _ = address(message.place)
        at = millis(message.at)
        taken = {"tenant": tenant, "key": fit(message.id), "who": "", "at": at}  # nobody's: it outlives them for a day
        if connection.execute(self._sql.take, taken).first() is None:
            return Turned(repeated=True)
        forget()
        if not deliver:  # said at once, and then nothing is left of it
            return Turned(replies)
        ids = (self._post(connection, message, part, reply, at, deliver=True) for part, reply in enumerate(replies))
        return Turned(replies, tuple(ids))

    def peek(self, connection: Connection, place: Place) -> S | None:
        """Read a conversation's state; None when there is none, or none this version can read."""
        tenant, thread = address(place)
        row = connection.execute(self._sql.load, {"here_tenant": tenant, "here_thread": thread}).first()
        return None if row is None else self._read(row.state)

    def owned(self, connection: Connection, tenant: str, author: str, limit: int) -> tuple[tuple[str, S], ...]:
        """Read somebody's conversations that this version can read, the last touched first."""
        asked = {"tenant": fit(tenant), "author": clean(author), "most": limit}
        found = [(row.thread, self._read(row.state)) for row in connection.execute(self._sql.owned, asked)]
        return tuple((thread, state) for thread, state in found if state is not None)

    def homes(self, connection: Connection, tenant: str, author: str, limit: int) -> tuple[tuple[Place, S], ...]:
        """Read the same with where each is."""
        asked = {"tenant": fit(tenant), "author": clean(author), "most": limit}
        rows = [row for row in connection.execute(self._sql.owned, asked) if row.place is not None]
        found = [(read_place(row.place), self._read(row.state)) for row in rows]
        return tuple((place, state) for place, state in found if state is not None)

    def replies(self, connection: Connection, message: Message) -> tuple[Reply, ...]:
        """Read what was said to a message when it was taken."""
        tenant, thread = address(message.place)
        asked = {"tenant": tenant, "message": fit(message.id), "thread": thread, "asker": clean(message.author)}
        return tuple(read_reply(body) for body in connection.execute(self._sql.said, asked).scalars())

    def _read(self, state: str) -> S | None:
        try:
            return self._state_type.model_validate_json(state)
        except ValueError:
            return None

    def _load(self, connection: Connection, place: Place, at: int) -> S | None:
        """Read the state. One that can't be read is put on the shelf as it stands, and the thread begins anew."""
        tenant, thread = address(place)
        row = connection.execute(self._sql.load, {"here_tenant": tenant, "here_thread": thread}).first()
        if row is None:
            return None
        state = self._read(row.state)
        if state is None:
            kept = {"tenant": tenant, "thread": thread, "owner": row.owner, "state": row.state, "at": at}
            connection.execute(self._sql.shelve, kept)
            _log.error("state_shelved", place=telemetry.place_hash(place))
        return state

    def _save(self, connection: Connection, message: Message, state: S | None, at: int) -> None:
        tenant, thread = address(message.place)
        if state is None:
            connection.execute(self._sql.drop, {"here_tenant": tenant, "here_thread": thread})
            return
        # In private the whole place belongs to the one who writes there.
        owner = state.owner or (message.author if message.place.private else None)
        values = {
            "tenant": tenant,
            "thread": thread,
            "version": 1,
            "owner": None if owner is None else clean(owner),
            "state": write_state(state),
            "updated": at,
            "lasting": state.lasting,
            "place": write_place(message.place),
        }
        connection.execute(self._sql.save, values)

    def _post(
        self, connection: Connection, message: Message, part: int, reply: Reply, at: int, *, deliver: bool
    ) -> int:
        """Put a reply into the outbox; unless it must be delivered it is there only to be said again."""
        tenant, thread = address(message.place)
        values = {
            "tenant": tenant,
            "thread": thread,
            "message": fit(message.id),
            "part": part,
            "platform": clean(message.place.platform),
            "place": write_place(message.place),
            "asker": clean(message.author),
            "body": write_reply(reply),
            "due": at,
            "tries": 0,
            "sent": None if deliver else at,
        }
        return int(connection.execute(self._sql.post, values).scalar_one())

    def _record(self, connection: Connection, tenant: str, author: str, record: Record) -> None:
        person = {"tenant": tenant, "who": who(tenant, clean(author))}
        match record:
            case Unanswered(text, reason, at):
                values = {"text": _kept(text), "reason": clean(reason), "at": millis(at)}
                connection.execute(self._sql.note, person | values)
            case Verdict(ref, answer, helpful, reason, at):
                values = {"ref": clean(ref), "answer": clean(answer), "helpful": helpful, "reason": _kept(reason)}
                connection.execute(self._sql.judge, person | values | {"at": millis(at)})
            case Shadowed(channel, text, answer, at):
                values = {"channel": fit(channel), "text": _kept(text), "answer": clean(answer), "at": millis(at)}
                connection.execute(self._sql.shadow, person | values)
            case Muting(channel, True, at):
                connection.execute(self._sql.mute, {"tenant": tenant, "channel": fit(channel), "at": millis(at)})
            case Muting(channel):
                connection.execute(self._sql.unmute, {"here_tenant": tenant, "here_channel": fit(channel)})
            case Counting():
                waking.count(connection, tenant, author, record)
            case Greeting(False, at):
                values = {"channel": personal(person["who"]), "at": millis(at)}
                connection.execute(self._sql.mute, {"tenant": tenant} | values)
            case Greeting():
                connection.execute(self._sql.unmute, {"here_tenant": tenant, "here_channel": personal(person["who"])})


def address(place: Place) -> tuple[str, str]:
    """Name a conversation in the tables: tenant first."""
    return fit(place.owner), fit(place.key)


def personal(person: str) -> str:
    """Name the "channel" in which only one person, by their hash, asked for quiet: that of welcomes."""
    return f"@{person}"


def _kept(words: str) -> str:
    """Cut and redact somebody's words: the last gate before they are kept."""
    return redact(clean(words[:_READ]))[:_LONGEST].strip()


def _lock_number(tenant: str, thread: str) -> int:
    """Make the number of a conversation for PostgreSQL's advisory locks."""
    digest = hashlib.blake2b(f"{tenant}|{thread}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
