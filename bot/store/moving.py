"""A conversation that was taken before its thread existed moves into the thread, once there is one.

Must never touch what belongs to another message, nor keep the words a thread was opened with.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.chat import Place, Reply
from bot.store.bodies import clean, write_place, write_reply
from bot.store.tables import conversation, outbox
from bot.store.turn import Outgoing, millis
from bot.store.turning import address


def move(connection: Connection, opening: Outgoing, to: Place, at: datetime, *, keep: bool) -> None:
    """Mark an opening as sent, and take what follows it to its thread: the other replies, and what is remembered.

    With `keep` the old place remembers it too: it was a thread already, but nobody could be answered there.
    """
    tenant, old = address(opening.place)
    new = address(to)[1]
    connection.execute(
        update(outbox)
        .where(outbox.c.id == opening.id)
        .values(sent=millis(at), lease=None, parked=None, body=write_reply(Reply(())))
    )
    waiting = outbox.c.tenant == tenant, outbox.c.message == opening.message, outbox.c.sent.is_(None)
    connection.execute(update(outbox).where(*waiting).values(thread=new, place=write_place(to)))
    here = conversation.c.tenant == tenant, conversation.c.thread == old
    row = connection.execute(select(conversation).where(*here)).first()
    if row is None:
        return
    owner = row.owner or (clean(opening.asker) if to.private else None)
    # Somebody may have spoken in the new thread in between; what was opened there counts more.
    connection.execute(delete(conversation).where(conversation.c.tenant == tenant, conversation.c.thread == new))
    there = {"thread": new, "owner": owner, "place": write_place(to)}
    connection.execute(conversation.insert().values(row._asdict() | there))
    if not keep:
        connection.execute(delete(conversation).where(*here))
