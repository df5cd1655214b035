"""Where a conversation is, when the clock wakes it, and who counts in the team view of a channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Going back is done by restoring a backup."""
    op.add_column("conversation", sa.Column("place", sa.Text))
    op.create_table(
        "alarm",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, primary_key=True),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("lease", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_index("alarm_due", "alarm", ["platform", "due"])
    op.create_index("alarm_owner", "alarm", ["tenant", "owner"])
    op.create_table(
        "member",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("member_who", "member", ["tenant", "who"])
    op.create_index("member_at", "member", ["at"])
