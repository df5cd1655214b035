"""Deliver what waits in the outbox, for any platform: in each thread's order, again after failures.

A reply is claimed for longer than sending it may take, so a sender that dies leaves it to the next one. What
the platform says decides what follows: delivered, later, or never. Must never know what a reply says.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

import structlog

from bot import telemetry
from bot.errors import StoreError
from bot.store import Outgoing, Posted

AT_ONCE = 100  # replies under way
CLAIM = 50  # replies taken at a time
SEND = 10.0  # seconds a send may take
LEASE = 30.0  # seconds a claim holds: a lease of 2 s gave 250-400 doubles under overload
PATIENCE = LEASE - SEND - 2  # seconds a claimed reply may wait for its channel's turn and still be sent in time
POLL = 1.0  # seconds between looks when nobody wakes us: reminders, and what another process left behind
LONGEST = 900.0  # seconds between tries at most: 8 tries then cover half an hour
TROUBLE = 0.5  # seconds to wait for a database that is away
FINISH = 3.0  # seconds that sends under way get when the server stops

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it. `posted` is what of it can be found again; it is kept with the mark that it was sent."""

    posted: tuple[Posted, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. `wait` is what the platform asked for in seconds; None: it may or may not have got it, back off."""

    why: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """Trying again can't help: the channel is gone, the app removed."""

    why: str


Outcome = Sent | Later | Never
Deliver = Callable[[Outgoing], Awaitable[Outcome]]


class Rings(Protocol):
    """Wakes conversations whose time has come (`adapters.bell.Bell`)."""

    async def ring(self, now: datetime) -> int:
        """Wake what is due; how many."""

    async def undelivered(self, outgoing: Outgoing, now: datetime) -> None:
        """Hear of a reply that is given up."""


class Outbox(Protocol):
    """What a sender needs of the store."""

    async def claim(
        self, now: datetime, limit: int = 50, lease: timedelta = ..., platforms: Collection[str] = ()
    ) -> tuple[Outgoing, ...]:
        """Take the oldest due reply of each thread."""

    async def sent(self, ids: Collection[int], at: datetime, posted: Sequence[Posted] = ()) -> None:
        """Mark as delivered, and keep what was posted."""

    async def failed(self, which: int, now: datetime, retry_at: datetime, error: str) -> bool:
        """Put off; True when it was tried too often and is parked."""

    async def put_off(self, which: int, retry_at: datetime, why: str) -> None:
        """Put off without counting a try."""

    async def park(self, which: int, now: datetime, error: str) -> None:
        """Give up."""


@dataclass(slots=True)
class _Lane:
    """One channel: a post at a time, and none before the platform wants one again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: float = 0.0
    users: int = 0


class Sender:
    """Sends one platform's replies. `wake` it after each commit; `run` it for as long as the server serves."""

    def __init__(self, outbox: Outbox, platform: str, deliver: Deliver, bell: Rings | None = None) -> None:
        self._outbox = outbox
        self._platform = platform
        self._deliver = deliver
        self._bell = bell
        self._rings = 0.0  # when it is time to look for alarms again (monotonic)
        self._woken = asyncio.Event()
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._done: list[tuple[Outgoing, Outcome]] = []
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._next = 0.0  # when something that was put off is due again (monotonic); 0: nothing is
        self.given_up = 0  # replies nobody could deliver, since the start

    def wake(self) -> None:
        """Say that something may wait in the outbox."""
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more; `run` ends when what is under way is done, or soon."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Send until stopped."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self._note()
                await self._ring()
                taken = await self._take()
            except StoreError as error:
                log.warning("outbox_away", platform=self._platform, why=str(error))
                await asyncio.sleep(TROUBLE)
                continue
            if taken < CLAIM:
                await self._rest()
        await self._finish()

    async def _rest(self) -> None:
        """Wait for a commit, a finished send, or the time something is due again."""
        wait = POLL
        if self._next:
            wait = min(POLL, max(0.0, self._next - monotonic()))
            if wait < POLL:
                self._next = 0.0
        try:
            async with asyncio.timeout(wait):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _ring(self) -> None:
        """Look for alarms, every now and then; at once again where there may be more."""
        if self._bell is not None and self._rings <= monotonic():
            self._rings = monotonic() + (0.0 if await self._bell.ring(_now()) else POLL)

    async def _take(self) -> int:
        room = min(CLAIM, AT_ONCE - len(self._under_way))
        if room <= 0:
            return 0
        claimed = await self._outbox.claim(_now(), room, timedelta(seconds=LEASE), (self._platform,))
        for outgoing in claimed:
            task = asyncio.create_task(self._carry(outgoing))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(claimed)

    # One reply ----------------------------------------------------------------------------
    async def _carry(self, outgoing: Outgoing) -> None:
        """Send one reply when its channel's turn comes."""
        key = (outgoing.place.owner, outgoing.place.channel)
        lane = self._lanes.setdefault(key, _Lane())
        lane.users += 1
        try:
            outcome = await self._in_turn(lane, outgoing, monotonic() + PATIENCE)
        finally:
            lane.users -= 1
            if not lane.users and lane.until <= monotonic():
                self._lanes.pop(key, None)
        self._done.append((outgoing, outcome))
        self._woken.set()

    async def _in_turn(self, lane: _Lane, outgoing: Outgoing, latest: float) -> Outcome:
        async with lane.lock:
            while True:
                begin = max(monotonic(), lane.until)
                if begin > latest:
                    return Later("its channel is full", max(0.1, begin - monotonic()))
                await asyncio.sleep(begin - monotonic())
                outcome = await self._send(outgoing)
                if not isinstance(outcome, Later) or outcome.wait is None:
                    return outcome
                lane.until = monotonic() + outcome.wait

    async def _send(self, outgoing: Outgoing) -> Outcome:
        try:
            async with asyncio.timeout(SEND):
                return await self._deliver(outgoing)
        except StoreError:
            return Later("the database is away")
        except TimeoutError:
            return Later(f"no answer within {SEND:g} seconds")
        except Exception:  # one reply that can't be drawn must not stop all others
            log.exception("send_failed", id=outgoing.id, place=telemetry.place_hash(outgoing.place))
            return Later("our own error")

    # What became of it --------------------------------------------------------------------
    async def _note(self) -> None:
        """Write down what became of the replies. What can't be written now is kept for the next time."""
        done, self._done = self._done, []
        try:
            sent = [(outgoing.id, outcome) for outgoing, outcome in done if isinstance(outcome, Sent)]
            if sent:
                posted = [each for _, outcome in sent for each in outcome.posted]
                await self._outbox.sent([id_ for id_, _ in sent], _now(), posted)
                done = [each for each in done if not isinstance(each[1], Sent)]
            while done:
                await self._put_off(*done[-1])
                done.pop()
        finally:
            self._done += done

    async def _put_off(self, outgoing: Outgoing, outcome: Outcome) -> None:
        now = _now()
        about = {"id": outgoing.id, "place": telemetry.place_hash(outgoing.place), "tries": outgoing.tries}
        if isinstance(outcome, Never):
            await self._tell_bell(outgoing, now)
            await self._outbox.park(outgoing.id, now, outcome.why)
            self.given_up += 1
            log.error("reply_undeliverable", why=outcome.why, **about)
        elif isinstance(outcome, Later):
            wait = backoff(outgoing.tries) if outcome.wait is None else outcome.wait
            log.warning("reply_put_off", why=outcome.why, seconds=round(wait, 1), **about)
            if outcome.wait is not None:
                await self._outbox.put_off(outgoing.id, now + timedelta(seconds=wait), outcome.why)
            elif await self._outbox.failed(outgoing.id, now, now + timedelta(seconds=wait), outcome.why):
                await self._tell_bell(outgoing, now)
                self.given_up += 1
                log.error("reply_undeliverable", why=outcome.why, **about)
            due = monotonic() + wait + 0.005
            self._next = min(self._next or due, due)

    async def _tell_bell(self, outgoing: Outgoing, now: datetime) -> None:
        if self._bell is not None:
            await self._bell.undelivered(outgoing, now)

    async def _finish(self) -> None:
        """Let sends under way end. What is cut off here is sent again by whoever comes next."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH)
        for task in self._under_way:
            task.cancel()
        try:
            await self._note()
        except StoreError as error:
            log.warning("outbox_away", platform=self._platform, why=str(error))


def backoff(tries: int) -> float:
    """Say how many seconds to wait after so many tries: four times longer each time, and not all at one moment."""
    # Chance here only spreads the load.
    return min(LONGEST, float(4 ** (tries - 1))) * random.uniform(0.75, 1.25)  # noqa: S311


def _now() -> datetime:
    return datetime.now(UTC)
