"""The store: one class for SQLite and PostgreSQL, asynchronous outside, plain functions in worker threads inside.

A call returns after its commit, or raises StoreError within two seconds. Must never read a clock
(times come with messages) nor know what a conversation remembers. All there is to ask of the database is here, in
one place; what is done about it is in the files beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, bindparam

from bot import telemetry
from bot.chat import Message, Place, Reply
from bot.errors import StoreError
from bot.store import engines, installing, keeping, moving, personal, reaching, sending, waking
from bot.store.lanes import Key
from bot.store.opened import LONG, Opened, wait
from bot.store.reaching import Known, Posted, Reached
from bot.store.tables import pulse
from bot.store.turn import LEAVING, Due, Gap, Health, Opinion, Outgoing, Parked, S, Turn, Turned, Unsaid, millis
from bot.store.turning import Turning, address

T = TypeVar("T")


class Store(Generic[S]):
    """Everything that must survive a restart. `open` it first, `close` it last."""

    def __init__(self, url: str, state_type: type[S]) -> None:
        """Take the address and the type of a conversation's state; touch nothing yet.

        Raises ConfigError for an address that is neither SQLite's nor PostgreSQL's.
        """
        self._url = engines.read_url(url)
        dialect = self._url.get_dialect().name
        self._turning = Turning(dialect, state_type)
        beat = engines.inserting(dialect)(pulse)
        self._beat = beat.on_conflict_do_update(index_elements=["name"], set_={"at": bindparam("now")})
        self._opened: Opened | None = None
        self._unwiped = False  # somebody was forgotten whose traces may still be in the files

    async def open(self, *, serving: bool = False) -> None:
        """Open the database and bring its tables up to date.

        Raises ConfigError when the database is newer than this version, when its file can't be
        written, or (with `serving`) when another process already serves from the same SQLite file;
        StoreError when it can't be reached.
        """
        if self._opened is not None:
            raise StoreError("the store is open already")
        opened = Opened(self._url, serving=serving)
        try:
            await opened.migrate()
            if opened.alone:
                # What a killed server had claimed need not wait out its lease.
                await wait(opened.write.submit(sending.release))
        except BaseException:
            await asyncio.to_thread(opened.close)
            raise
        self._opened = opened

    async def close(self) -> None:
        """Finish what was accepted and let go of the database."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await asyncio.to_thread(opened.close)

    # A message ---------------------------------------------------------------------------
    async def turn(self, message: Message, decide: Callable[[S | None], Turn[S]], *, deliver: bool = True) -> Turned:
        """Take one message in one transaction: nothing of it is kept, or all.

        `decide` gets the conversation's state (None: there is none) alone, in a worker thread; it must
        be pure, for a broken connection runs it again. What it raises undoes this turn only and is
        raised here. With `deliver=False` the replies leave with the answer to this very request:
        no sender will claim them, `replies` still has them.

        Raises StoreError when the database didn't take it in two seconds. The commit may then still
        come through: take the message again, what was done is found.
        """
        return await self._write(
            lambda connection: self._turning.turn(connection, message, decide, deliver=deliver), address(message.place)
        )

    async def peek(self, place: Place) -> S | None:
        """Read a conversation's state without a lock or a write; None when there is none."""
        return await self._read(lambda connection: self._turning.peek(connection, place))

    async def replies(self, message: Message) -> tuple[Reply, ...]:
        """Read what was said to a message that was taken before: the answer to a repeated one."""
        return await self._read(lambda connection: self._turning.replies(connection, message))

    async def owned(self, tenant: str, author: str, limit: int = 10) -> tuple[tuple[str, S], ...]:
        """Read somebody's conversations, the last touched first: each one's place key and state."""
        return await self._read(lambda connection: self._turning.owned(connection, tenant, author, limit))

    async def homes(self, tenant: str, author: str, limit: int = 10) -> tuple[tuple[Place, S], ...]:
        """Read the same with the place of each, where that is kept."""
        return await self._read(lambda connection: self._turning.homes(connection, tenant, author, limit))

    # The outbox --------------------------------------------------------------------------
    async def claim(
        self,
        now: datetime,
        limit: int = 50,
        lease: timedelta = timedelta(seconds=30),
        platforms: Collection[str] = (),
    ) -> tuple[Outgoing, ...]:
        """Take due replies to send, at most the oldest of each thread, of these platforms (none given: all).

        Nobody else gets them until the lease is over: make it three times the time a send may take.
        """
        return await self._write(lambda connection: sending.claim(connection, now, limit, lease, platforms))

    async def sent(self, ids: Collection[int], at: datetime, posted: Sequence[Posted] = ()) -> None:
        """Mark replies as delivered, and keep what of them can be judged or pressed: both, or neither."""

        def done(connection: Connection) -> bool:
            for each in posted:
                reaching.keep_posted(connection, each, at)
            return sending.sent(connection, ids, at)

        if await self._write(done):
            await self._wipe()

    async def failed(self, which: int, now: datetime, retry_at: datetime, error: str) -> bool:
        """Put a claimed reply off until `retry_at`; True when it was tried too often and is parked."""
        return await self._write(lambda connection: sending.failed(connection, which, now, retry_at, error))

    async def put_off(self, which: int, retry_at: datetime, why: str) -> None:
        """Put a claimed reply off that was surely not sent, without counting a try: the platform said "not now"."""
        await self._write(lambda connection: sending.put_off(connection, which, retry_at, why))

    async def park(self, which: int, now: datetime, error: str) -> None:
        """Give a claimed reply up at once, because trying again can't help."""
        await self._write(lambda connection: sending.park(connection, which, now, error))

    async def move(self, opening: Outgoing, to: Place, at: datetime, *, keep: bool = False) -> None:
        """Mark the reply that opened a thread as delivered, and take what waits behind it into that thread.

        What was remembered goes along; with `keep` the old place remembers it too.
        """
        await self._write(lambda connection: moving.move(connection, opening, to, at, keep=keep))

    async def reply(self, which: int) -> Reply | None:
        """Read a reply of the outbox by its id; None when it is gone."""
        return await self._read(lambda connection: sending.find(connection, which))

    async def parked(self) -> int:
        """Count the replies nobody could deliver."""
        return (await self._read(sending.health)).parked

    async def undelivered(self) -> tuple[Parked, ...]:
        """List the replies nobody could deliver, the oldest first, without a word of them."""
        return await self._read(sending.parked)

    async def unpark(self, ids: Collection[int], now: datetime) -> int:
        """Have undelivered replies tried again, from the first try on; say how many."""
        return await self._write(lambda connection: sending.unpark(connection, ids, now))

    async def drop(self, ids: Collection[int]) -> int:
        """Delete undelivered replies; say how many."""
        return await self._write(lambda connection: sending.drop(connection, ids))

    async def oldest(self) -> datetime | None:
        """Read since when the oldest reply that is due waits; None while nothing waits."""
        return await self._read(sending.oldest)

    # Alarms ------------------------------------------------------------------------------
    async def claim_alarms(
        self, now: datetime, platform: str, limit: int = 50, lease: timedelta = timedelta(seconds=30)
    ) -> tuple[Due, ...]:
        """Take the conversations that the clock wakes now. Nobody else gets them until the lease is over."""
        return await self._write(lambda connection: waking.claim(connection, now, limit, lease, platform))

    async def alarms(self, tenant: str, owner: str, now: datetime) -> tuple[Due, ...]:
        """Find somebody's alarms that are due, without taking them (`tenant` is a place's `owner`)."""
        return await self._read(lambda connection: waking.due(connection, tenant, owner, now))

    async def end_alarm(self, which: Due) -> bool:
        """End an alarm of which nothing came; False when another was set since, as it should."""
        return await self._write(lambda connection: waking.end(connection, which))

    async def counted(self, tenant: str, channel: str, author: str = "") -> tuple[tuple[str, ...], bool]:
        """Read what is told of those who count in a channel's team view, and whether the author is one of them."""
        return await self._read(lambda connection: waking.counted(connection, tenant, channel, author))

    # Curators ----------------------------------------------------------------------------
    async def unanswered(self, since: datetime, limit: int = 50, tenant: str | None = None) -> tuple[Gap, ...]:
        """Read what was asked in vain, most asked first; of all tenants unless one is named."""
        return await self._read(lambda connection: keeping.read_gaps(connection, since, limit, tenant))

    async def feedback(self, since: datetime, tenant: str | None = None) -> tuple[Opinion, ...]:
        """Read what people thought of the answers, the least liked first."""
        return await self._read(lambda connection: keeping.read_opinions(connection, since, tenant))

    async def unsaid(self, since: datetime, limit: int = 50, tenant: str | None = None) -> tuple[Unsaid, ...]:
        """Read what would have been said in channels that are only listened to, newest first."""
        return await self._read(lambda connection: keeping.read_unsaid(connection, since, limit, tenant))

    # Places ------------------------------------------------------------------------------
    async def muted(self, place: Place) -> bool:
        """Tell whether people asked for quiet in this place's channel."""
        return await self._read(lambda connection: keeping.is_muted(connection, place.owner, place.channel))

    async def ungreeted(self, tenant: str, author: str) -> bool:
        """Tell whether somebody asked not to be greeted (`tenant` is a place's `owner`)."""
        return await self._read(lambda connection: keeping.is_ungreeted(connection, tenant, author))

    async def keep_installation(self, tenant: str, body: str, at: datetime) -> None:
        """Keep an installation's sealed body; the newest of a tenant wins."""
        await self._write(lambda connection: installing.keep(connection, tenant, body, at))

    async def installation(self, tenant: str) -> str | None:
        """Read an installation's sealed body; None when there is none."""
        return await self._read(lambda connection: installing.find(connection, tenant))

    async def installations(self, platform: str) -> tuple[str, ...]:
        """List the tenants of a platform that have an installation."""
        return await self._read(lambda connection: installing.tenants(connection, platform))

    async def drop_installation(self, tenant: str) -> bool:
        """Delete an installation and nothing else of its tenant; False when there was none."""
        return await self._write(lambda connection: installing.drop(connection, tenant))

    async def issue_ticket(self, name: str, until: datetime) -> None:
        """Keep a ticket (only its hash) until then."""
        await self._write(lambda connection: installing.issue(connection, name, until))

    async def take_ticket(self, name: str, now: datetime) -> bool:
        """Take a ticket: True once, and only while it is good."""
        return await self._write(lambda connection: installing.take(connection, name, now))

    # Where people are reached ------------------------------------------------------------
    async def keep_reference(self, found: Reached, at: datetime) -> datetime:
        """Keep where a conversation is reached now; since when we are there."""
        return await self._write(lambda connection: reaching.keep_reference(connection, found, at))

    async def reference(self, tenant: str, conversation: str) -> Reached | None:
        """Read where a conversation is reached (`tenant` is a place's `owner`); None when that isn't known."""
        return await self._read(lambda connection: reaching.find_reference(connection, tenant, conversation))

    async def tenant_of(self, platform: str, conversation: str) -> str:
        """Name the tenant (a place's `owner`) of a conversation; "" for an unknown one."""
        return await self._read(lambda connection: reaching.find_tenant(connection, platform, conversation))

    async def drop_reference(self, tenant: str, conversation: str) -> bool:
        """Forget where a conversation is reached; False when that wasn't known."""
        return await self._write(lambda connection: reaching.drop_reference(connection, tenant, conversation))

    async def keep_person(self, tenant: str, author: str, known: Known, at: datetime) -> None:
        """Keep how somebody is addressed."""
        await self._write(lambda connection: reaching.keep_person(connection, tenant, author, known, at))

    async def person(self, tenant: str, author: str) -> Known | None:
        """Read how somebody is addressed; None for a stranger."""
        return await self._read(lambda connection: reaching.find_person(connection, tenant, author))

    async def keep_posted(self, found: Posted, at: datetime) -> None:
        """Keep something of ours that will be judged or pressed."""
        await self._write(lambda connection: reaching.keep_posted(connection, found, at))

    async def posted(self, tenant: str, channel: str, activity: str) -> Posted | None:
        """Read something of ours by its id."""
        return await self._read(lambda connection: reaching.find_posted(connection, tenant, channel, activity))

    async def answers(self, tenant: str, channel: str, limit: int = 20) -> tuple[Posted, ...]:
        """List the answers that were posted in a channel and can be judged, the latest first."""
        return await self._read(lambda connection: reaching.find_answers(connection, tenant, channel, limit))

    async def live(self, place: Place, owner: str) -> Posted | None:
        """Read which card somebody's interview goes on in; None while there is none."""
        return await self._read(lambda connection: reaching.find_live(connection, place.owner, place.key, owner))

    # Housekeeping ------------------------------------------------------------------------
    async def sweep(
        self, now: datetime, *, hours: int = 24, days: int = 30, records_days: int = 365, lasting_days: int = 400
    ) -> int:
        """Delete what is too old, in small batches between turns; say how many rows it was.

        `hours`: for how long a repeated message is known and its replies kept; `days`: idle
        conversations and replies nobody could deliver; `records_days`: questions and verdicts; `lasting_days`:
        conversations with something to come back to, such as a finished roadmap.
        """
        total = 0
        for batch in keeping.stale(now, hours=hours, days=days, records_days=records_days, lasting_days=lasting_days):
            while deleted := await self._write(batch):
                total += deleted
        if self._unwiped:
            await self._wipe()
        return total

    async def forget(self, tenant: str, author: str) -> int:
        """Delete every trace of a person (`tenant` is a place's `owner`), then wipe it from the files.

        Says how many rows it was. Raises StoreError when something reads on and the files can't be
        wiped yet: the rows are gone, forget again to finish.
        """
        deleted = await self._write(lambda connection: keeping.forget(connection, tenant, author))
        await self._scrub()
        return deleted

    async def leave(self, message: Message, *replies: Reply, deliver: bool) -> Turned:
        """Forget the author of a message in one transaction, and say so; then nothing is left of that either.

        With `deliver` a sender has the last word, and when that is said what it took to reach them goes as well.
        A repeated message changes nothing and has no replies.
        """
        tenant, author = message.place.owner, message.author
        message = replace(message, id=LEAVING + telemetry.reference(message))

        def gone(connection: Connection) -> Turned:
            forget = partial(keeping.forget, connection, tenant, author, reached=not deliver)
            return self._turning.leave(connection, message, replies, forget, deliver=deliver)

        turned = await self._write(gone, address(message.place))
        self._unwiped = True
        if not deliver:
            await self._wipe()
        return turned

    async def _wipe(self) -> None:
        """Wipe the files of what was forgotten; while something reads on, leave that to the next sweep."""
        self._unwiped = True
        try:
            await self._scrub()
        except StoreError:
            return
        self._unwiped = False

    async def about(self, tenant: str, author: str) -> dict[str, list[dict[str, Any]]]:
        """Read what is kept of a person (`tenant` is a place's `owner`): rows by table, as a document."""
        return await self._read(lambda connection: personal.about(connection, tenant, author))

    async def forget_tenant(self, tenant: str) -> int:
        """Delete everything of a tenant (a place's `owner`): it took the app away. Wiped like a person's traces.

        Says how many rows it was. Raises StoreError as `forget` does.
        """
        deleted = await wait(self._open().write.submit(partial(keeping.forget_tenant, tenant=tenant)), LONG)
        await self._scrub()
        return deleted

    async def forget_channels(self, tenant: str, channels: Collection[str], team: str = "") -> int:
        """Delete everything of these channels, and of all channels of a team: the app was taken out. Wiped as above."""
        forget = partial(reaching.forget_channels, tenant=tenant, channels=channels, team=team)
        deleted = await wait(self._open().write.submit(forget), LONG)
        await self._scrub()
        return deleted

    async def _scrub(self) -> None:
        if not await wait(self._open().write.submit(keeping.scrub, bare=True), LONG):
            raise StoreError("the rows are deleted, but another reader keeps the file from being wiped: do it again")

    async def check(self, now: datetime) -> Health:
        """Write once and count what waits: is the database fit to serve?"""

        def beat(connection: Connection) -> Health:
            connection.execute(self._beat, {"name": "check", "at": millis(now), "now": millis(now)})
            return sending.health(connection)

        return await self._write(beat)

    def _open(self) -> Opened:
        if self._opened is None:
            raise StoreError("the store is not open")
        return self._opened

    async def _write(self, work: Callable[[Connection], T], key: Key | None = None) -> T:
        return await wait(self._open().write.submit(work, key))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await wait(self._open().read.submit(work))
