"""A database while it is open: the lanes it is written and read by, its tables brought up to date, its end.

Must never know what is asked of it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import Future
from typing import TypeVar

from sqlalchemy import URL, Engine

from bot.errors import StoreError
from bot.store import engines, migrating
from bot.store.lanes import Lane

T = TypeVar("T")
LONG = 60.0  # seconds for what is rare and may take its time: migrating, wiping files
_MIGRATING = 8  # times a locked SQLite file is tried, 1.5 s each: another process may be creating the tables
_READERS = 2  # threads that only read a SQLite file


class Opened:
    """An open database: where it is written, where it is read, and the hold on a SQLite file."""

    def __init__(self, url: URL, *, serving: bool) -> None:
        self._hold: sqlite3.Connection | None = None
        self._sqlite = url.drivername == "sqlite"
        if self._sqlite:
            writer = engines.open_sqlite(url)
            self._hold = engines.hold(url) if serving else None
            reader = engines.open_sqlite(url, readers=_READERS)
            self._engines: tuple[Engine, ...] = (writer, reader)
            self.write = Lane(writer, "store-writer", grouped=True)
            self.read = Lane(reader, "store-reader", threads=_READERS)
        else:
            engine = engines.open_postgres(url)
            self._engines = (engine,)
            self.write = self.read = Lane(engine, "store", threads=engines.THREADS)

    @property
    def alone(self) -> bool:
        """Tell whether no other process can serve this database."""
        return self._hold is not None

    async def migrate(self) -> None:
        """Bring the tables up to date; on SQLite wait for others that are doing just that."""
        tries = _MIGRATING if self._sqlite else 1
        for left in reversed(range(tries)):
            try:
                await wait(self.write.submit(migrating.migrate), LONG)
            except StoreError:
                if not left:
                    raise
            else:
                return

    def close(self) -> None:
        """Finish what was accepted, for a few seconds at most."""
        for lane in {self.write, self.read}:
            lane.close(engines.PATIENCE)
        for engine in self._engines:
            engine.dispose()
        if self._hold is not None:
            self._hold.close()


async def wait(future: Future[T], seconds: float = engines.PATIENCE) -> T:
    """Wait for a lane's work; give up after so long, and then it does not begin any more."""
    patience = asyncio.timeout(seconds)
    try:
        async with patience:
            return await asyncio.wrap_future(future)
    except TimeoutError:
        if not patience.expired():
            raise
        raise StoreError(f"the database didn't answer within {seconds:g} seconds") from None
