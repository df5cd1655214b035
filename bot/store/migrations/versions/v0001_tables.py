"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create every table. Going back is done by restoring a backup."""
    _conversations()
    _outbox()
    _records()
    op.create_table(
        "pulse", sa.Column("name", sa.Text, primary_key=True), sa.Column("at", sa.BigInteger, nullable=False)
    )


def _conversations() -> None:
    op.create_table(
        "inbox",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("inbox_at", "inbox", ["at"])
    op.create_index("inbox_who", "inbox", ["tenant", "who"])
    op.create_table(
        "conversation",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
    )
    op.create_index("conversation_owner", "conversation", ["tenant", "owner"])
    op.create_index("conversation_updated", "conversation", ["updated"])
    op.create_table(
        "shelved",
        sa.Column("id", _COUNTED, primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("shelved_owner", "shelved", ["tenant", "owner"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _COUNTED, primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("lease", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent", sa.BigInteger),
        sa.Column("parked", sa.BigInteger),
        sa.Column("error", sa.Text),
        sa.UniqueConstraint("tenant", "message", "part", name="outbox_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_asker", "outbox", ["tenant", "asker"])
    waiting = sa.text("sent IS NULL AND parked IS NULL")
    op.create_index("outbox_due", "outbox", ["due"], sqlite_where=waiting, postgresql_where=waiting)
    heads = ["tenant", "thread", "id"]
    op.create_index("outbox_heads", "outbox", heads, sqlite_where=waiting, postgresql_where=waiting)
    done = sa.text("sent IS NOT NULL")
    op.create_index("outbox_sent", "outbox", ["sent"], sqlite_where=done, postgresql_where=done)


def _records() -> None:
    op.create_table(
        "unanswered",
        sa.Column("id", _COUNTED, primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("unanswered_at", "unanswered", ["tenant", "at"])
    op.create_index("unanswered_who", "unanswered", ["tenant", "who"])
    op.create_table(
        "feedback",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("feedback_at", "feedback", ["tenant", "at"])
