"""Worker threads that run database work off the event loop, and the commit that a caller waits for.

SQLite gets one writing thread: what has gathered while it was busy shares one commit, each piece of
work behind a savepoint of its own. PostgreSQL gets a few threads with a transaction each; work on the
same conversation keeps its order and never holds a second thread.
Must never know what the work is about.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import StoreError

T = TypeVar("T")
Key = tuple[str, str]
GROUP = 64  # turns that share one commit at most


@dataclass(slots=True)
class Job:
    """One piece of work: everything it does in the database is kept, or nothing."""

    work: Callable[[Connection], Any]
    key: Key | None = None  # work under the same key runs one after the other
    bare: bool = False  # outside a transaction: VACUUM and the like
    future: Future[Any] = field(default_factory=Future)
    outcome: Any = None
    refused: BaseException | None = None

    def begin(self) -> bool:
        """Mark it as running; False when nobody waits any more, so it must not run."""
        if self.future.running():
            return True
        return not self.future.cancelled() and self.future.set_running_or_notify_cancel()

    def tell(self) -> None:
        """Hand the outcome, which is committed or undone by now, to whoever waits."""
        if not self.begin():
            return
        if self.refused is None:
            self.future.set_result(self.outcome)
        else:
            self.future.set_exception(_told(self.refused))


class Lane:
    """A queue and its threads. `grouped` gathers waiting work into one commit: for SQLite's one writer."""

    def __init__(self, engine: Engine, name: str, *, threads: int = 1, grouped: bool = False) -> None:
        self._engine = engine
        self._grouped = grouped
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = Lock()
        self._behind: dict[Key, deque[Job]] = {}  # under each key at work: what must wait for it
        self._closed = False
        self._threads = [Thread(target=self._serve, name=f"{name}-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[Connection], T], key: Key | None = None, *, bare: bool = False) -> Future[T]:
        """Queue the work; the future is done after the commit. Cancelled before it runs, it never runs.

        Raises StoreError when the lane is closed.
        """
        job = Job(work, None if self._grouped else key, bare)
        with self._lock:
            if self._closed:
                raise StoreError("the store is closed")
            if job.key is not None and job.key in self._behind:
                self._behind[job.key].append(job)
            else:
                if job.key is not None:
                    self._behind[job.key] = deque()
                self._queue.put(job)
        return cast("Future[T]", job.future)

    def close(self, seconds: float) -> None:
        """Take nothing more and finish what was accepted, for at most so long."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        for thread in self._threads:
            thread.join(seconds)

    def _serve(self) -> None:
        """Run jobs until the lane closes."""
        while (job := self._queue.get()) is not None:
            if self._grouped:
                self._run_group(job)
            else:
                following: Job | None = job
                while following is not None:
                    _run(self._engine, following)
                    following = self._follower(following.key)
        self._queue.put(None)  # the lane's next thread ends too

    def _run_group(self, first: Job) -> None:
        """Run the job and what else is waiting; only bare jobs go alone."""
        jobs = [first]
        while len(jobs) < GROUP:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:  # closed: nothing comes after it
                self._queue.put(None)
                break
            jobs.append(job)
        together = [job for job in jobs if not job.bare]
        if together:
            _run_together(self._engine, together)
        for job in jobs:
            if job.bare:
                _run(self._engine, job)

    def _follower(self, key: Key | None) -> Job | None:
        """Take the next job waiting for this key."""
        if key is None:
            return None
        with self._lock:
            if self._behind[key]:
                return self._behind[key].popleft()
            del self._behind[key]
            return None


def _run_together(engine: Engine, jobs: list[Job]) -> None:
    """Run the jobs in one transaction, each undone alone when it fails; tell them after the commit."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for job in jobs:
                if not job.begin():
                    continue
                connection.exec_driver_sql("SAVEPOINT job")  # inside the one before: the commit ends them all
                try:
                    job.outcome = job.work(connection)
                except BaseException as error:  # noqa: BLE001 - a thread has no caller: whoever waits gets it
                    job.refused = error
                    connection.exec_driver_sql("ROLLBACK TO job")
            connection.commit()
    except BaseException as error:  # noqa: BLE001 - the same; nothing of the group was kept
        for job in jobs:
            job.refused = job.refused or error
    for job in jobs:
        job.tell()


def _run(engine: Engine, job: Job) -> None:
    """Run one job in a transaction of its own and tell it the outcome."""
    if not job.begin():
        return
    try:
        try:
            job.outcome = _commit(engine, job)
        except DBAPIError as error:
            if not error.connection_invalidated or error.statement is None:
                raise
            # A pooled connection had died (the database was restarted). Nothing was kept, the work is pure: once more.
            job.outcome = _commit(engine, job)
    except BaseException as error:  # noqa: BLE001 - a thread has no caller: whoever waits gets it
        job.refused = error
    job.tell()


def _commit(engine: Engine, job: Job) -> Any:
    """Run the job's work and commit it."""
    with engine.connect() as connection:
        if job.bare and connection.dialect.name != "sqlite":  # SQLite is in no transaction unless we begin one
            connection.execution_options(isolation_level="AUTOCOMMIT")
        outcome = job.work(connection)
        connection.commit()
        return outcome


def _told(error: BaseException) -> BaseException:
    """Name a database error without its statement or values: they could hold what somebody said."""
    if not isinstance(error, SQLAlchemyError | sqlite3.Error):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else error
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    said = primary or (str(cause) if isinstance(cause, sqlite3.Error) else "")
    return StoreError(": ".join(part for part in ("the database failed", type(cause).__name__, said) if part))
