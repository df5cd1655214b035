"""Which conversations are kept for long: those with a finished roadmap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and mark the roadmaps there are. Going back is done by restoring a backup."""
    op.add_column("conversation", sa.Column("lasting", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(r"""UPDATE conversation SET lasting = (1 = 1) WHERE state LIKE '%"finished"\:true%'""")  # no parameter
