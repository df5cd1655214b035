"""Logging: facts in snake_case with a place's hash and a reference, never text or names."""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import structlog
from structlog.typing import EventDict

from bot.chat import Message, Place

_log = structlog.get_logger()


class _Tap:
    """What a process adds to its logs: a salt for names in them, and who counts what is logged."""

    salt = b""
    heard: Callable[[str, str], None] | None = None  # gets an event and its reason


def listen(heard: Callable[[str, str], None] | None) -> None:
    """Have every logged fact told to somebody who counts, from warnings up whatever the log's level."""
    _Tap.heard = staticmethod(heard) if heard else None


def configure(level: str, *, json: bool, salt: str = "") -> None:
    """Send structured logs to stderr: JSON for machines, short lines for a terminal.

    `salt` keeps whoever reads them from finding a channel by trying its id.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    _Tap.salt = hashlib.blake2s(salt.encode("utf-8", "replace")).digest() if salt else b""

    def sift(_logger: object, name: str, event: EventDict) -> EventDict:
        if _Tap.heard is not None:
            _Tap.heard(str(event.get("event", "")), str(event.get("why", "")))
        if logging.getLevelNamesMapping().get(name.upper().replace("EXCEPTION", "ERROR"), least) < least:
            raise structlog.DropEvent
        return event

    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(pad_event_to=28)
    structlog.configure(
        processors=[
            sift,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trace,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(least, logging.WARNING)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Libraries log request lines and bodies at INFO, and what people wrote in errors: only that and where is told.
    logging.basicConfig(level=logging.WARNING, handlers=[_Library()], force=True)


class _Library(logging.Handler):
    """Tells of a library's warning or error as a fact: whose, where and of what type; never its words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record of somebody else."""
        if record.levelno < logging.WARNING:  # a library may set levels of its own
            return
        error = record.exc_info[1] if record.exc_info else None
        where = f"{record.filename}:{record.lineno}"
        _log.warning("library_warning", library=record.name, level_of=record.levelname, where=where, exc_info=error)


def _trace(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Write an exception as its type and where it passed: its message and locals may hold what somebody said."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["trace"] = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
        if error.__cause__ is not None:
            event["cause"] = type(error.__cause__).__name__
    return event


def place_hash(place: Place) -> str:
    """Name a place in logs without naming the channel."""
    named = f"{place.owner}|{place.key}".encode("utf-8", "replace")
    return hashlib.blake2s(named, digest_size=5, key=_Tap.salt).hexdigest()


def reference(message: Message) -> str:
    """Make the short reference of a message: shown in apologies, feedback and logs alike."""
    seed = f"{message.place.owner}|{message.place.key}|{message.id}"
    return hashlib.blake2s(seed.encode("utf-8", "replace"), digest_size=4).hexdigest()
