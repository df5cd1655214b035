"""Where conversations are reached, who is who there, and what of ours can be found again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Going back is done by restoring a backup."""
    op.create_table(
        "reference",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("service_url", sa.Text, nullable=False),
        sa.Column("bot", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
    )
    op.create_index("reference_conversation", "reference", ["conversation"])
    op.create_index("reference_seen", "reference", ["seen"])
    op.create_table(
        "person",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("author", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("direct", sa.Text, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
    )
    op.create_index("person_seen", "person", ["seen"])
    op.create_table(
        "posted",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("activity", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("posted_owner", "posted", ["tenant", "owner"])
    op.create_index("posted_at", "posted", ["at"])
