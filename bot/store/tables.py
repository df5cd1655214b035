"""The tables: what one transaction a message keeps. Times are whole milliseconds since 1970, UTC.

Every key begins with the tenant. The migrations build these same tables; a test compares the two.
Must never hold a message's text (only `unanswered` and `shadow` hold words, redacted), a person's name, or a secret
that can be read (an installation's is sealed by whoever keeps it).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
)

metadata = MetaData()

_COUNTED = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only in a column of type INTEGER

inbox = Table(  # what was already taken: the same message again changes nothing
    "inbox",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("who", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("inbox_at", "at"),
    Index("inbox_who", "tenant", "who"),
    sqlite_with_rowid=False,
)

conversation = Table(
    "conversation",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("thread", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("owner", Text),
    Column("state", Text, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("lasting", Boolean, nullable=False, server_default=false()),  # kept for long: a finished roadmap
    Column("place", Text),  # null where an earlier version wrote it last
    Index("conversation_owner", "tenant", "owner"),
    Index("conversation_updated", "updated"),
)

shelved = Table(  # states this version could not read, kept whole for whoever repairs them
    "shelved",
    metadata,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("tenant", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("owner", Text),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("shelved_owner", "tenant", "owner"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("tenant", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("message", Text, nullable=False),  # the message it answers
    Column("part", Integer, nullable=False),  # 0 for the first reply to that message
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("lease", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("sent", BigInteger),
    Column("parked", BigInteger),
    Column("error", Text),
    UniqueConstraint("tenant", "message", "part", name="outbox_once"),
    Index("outbox_asker", "tenant", "asker"),
    sqlite_autoincrement=True,  # an id is never given twice, so a late "sent" can't mark another reply
)
_WAITING = and_(outbox.c.sent.is_(None), outbox.c.parked.is_(None))
# Without these two, claiming costs the square of the backlog.
Index("outbox_due", outbox.c.due, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("outbox_heads", outbox.c.tenant, outbox.c.thread, outbox.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index(
    "outbox_sent", outbox.c.sent, sqlite_where=outbox.c.sent.is_not(None), postgresql_where=outbox.c.sent.is_not(None)
)

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("tenant", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("unanswered_at", "tenant", "at"),
    Index("unanswered_who", "tenant", "who"),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("feedback_at", "tenant", "at"),
)

pulse = Table(  # one row a check writes, to know that writing works
    "pulse",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

shadow = Table(  # what would have been said where only listening was asked for
    "shadow",
    metadata,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("tenant", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("shadow_at", "tenant", "at"),
    Index("shadow_who", "tenant", "who"),
    sqlite_autoincrement=True,
)

muted = Table(  # channels whose people asked for quiet; and, as "@" with a hash, people who don't want to be greeted
    "muted",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

installation = Table(  # one row a workspace or organisation; the body is sealed
    "installation",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

ticket = Table(  # what may be done once, and not for long: an installation that was begun
    "ticket",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Index("ticket_until", "until"),
)

reference = Table(  # where a conversation is reached, as its latest activity said
    "reference",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("conversation", Text, primary_key=True),
    Column("service_url", Text, nullable=False),
    Column("bot", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("team", Text, nullable=False),  # "" outside of teams
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Index("reference_conversation", "conversation"),
    Index("reference_seen", "seen"),
)

person = Table(  # the platform's address of somebody, where that differs from their id
    "person",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("author", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("direct", Text, nullable=False),  # the conversation with them alone; "" while there is none
    Column("seen", BigInteger, nullable=False),
    Index("person_seen", "seen"),
)

posted = Table(  # what of ours can be found again by its id: answers that are judged, cards that are pressed
    "posted",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("activity", Text, primary_key=True),
    Column("thread", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("live", Boolean, nullable=False),  # the one card on which its owner's interview goes on in this thread
    Column("at", BigInteger, nullable=False),
    Index("posted_owner", "tenant", "owner"),
    Index("posted_at", "at"),
)

alarm = Table(  # when the clock wakes a conversation: its state says when, this row only finds it
    "alarm",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("thread", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("lease", BigInteger),
    Column("tries", Integer, nullable=False),
    Index("alarm_due", "platform", "due"),
    Index("alarm_owner", "tenant", "owner"),
)

member = Table(  # who counts in the team view of a channel: what they go for and when, and no answer of theirs
    "member",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("member_who", "tenant", "who"),
    Index("member_at", "at"),
)
