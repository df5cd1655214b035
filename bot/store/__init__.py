"""Conversations, replies to send and records for curators, kept in SQLite or PostgreSQL.

The one door to the database: nothing outside this package imports SQLAlchemy.
"""

from bot.store.store import Store
from bot.store.turn import Gap, Health, Opinion, Outgoing, Record, State, Turn, Turned, Unanswered, Verdict

__all__ = [
    "Gap",
    "Health",
    "Opinion",
    "Outgoing",
    "Record",
    "State",
    "Store",
    "Turn",
    "Turned",
    "Unanswered",
    "Verdict",
]
