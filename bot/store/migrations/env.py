"""Run by Alembic: migrate on the connection `bot.store.migrating` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
