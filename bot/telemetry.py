"""Logging: facts in snake_case with a place's hash and a reference, never text or names."""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from pathlib import Path

import structlog
from structlog.typing import EventDict

from bot.chat import Message, Place


def configure(level: str, *, json: bool) -> None:
    """Send structured logs to stderr: JSON for machines, short lines for a terminal."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(pad_event_to=28)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trace,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Libraries log request lines and bodies at INFO; only their warnings are ours to show.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


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
    return hashlib.blake2s(f"{place.owner}|{place.key}".encode("utf-8", "replace"), digest_size=5).hexdigest()


def reference(message: Message) -> str:
    """Make the short reference of a message: shown in apologies, feedback and logs alike."""
    seed = f"{message.place.owner}|{message.place.key}|{message.id}"
    return hashlib.blake2s(seed.encode("utf-8", "replace"), digest_size=4).hexdigest()
