"""Conversations, replies to send and records for curators, kept in SQLite or PostgreSQL.

The one door to the database: nothing outside this package imports SQLAlchemy.
"""

from bot.store.reaching import Known, Posted, Reached
from bot.store.store import Store
from bot.store.turn import (
    ALARM,
    Alarm,
    Counting,
    Due,
    Gap,
    Greeting,
    Health,
    Muting,
    Opinion,
    Outgoing,
    Parked,
    Record,
    Shadowed,
    State,
    Turn,
    Turned,
    Unanswered,
    Unsaid,
    Verdict,
)

__all__ = [
    "ALARM",
    "Alarm",
    "Counting",
    "Due",
    "Gap",
    "Greeting",
    "Health",
    "Known",
    "Muting",
    "Opinion",
    "Outgoing",
    "Parked",
    "Posted",
    "Reached",
    "Record",
    "Shadowed",
    "State",
    "Store",
    "Turn",
    "Turned",
    "Unanswered",
    "Unsaid",
    "Verdict",
]
