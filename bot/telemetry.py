"""Logging: facts in snake_case with a place's hash and a reference, never text or names."""

from __future__ import annotations

import hashlib
import logging
import sys

import structlog

from bot.chat import Message, Place


def configure(level: str, *, json: bool) -> None:
    """Send structured logs to stderr: JSON for machines, short lines for a terminal."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(pad_event_to=28)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Libraries log request lines and bodies at INFO; only their warnings are ours to show.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def place_hash(place: Place) -> str:
    """Name a place in logs without naming the channel."""
    return hashlib.blake2s(f"{place.owner}|{place.key}".encode("utf-8", "replace"), digest_size=5).hexdigest()


def reference(message: Message) -> str:
    """Make the short reference of a message: shown in apologies, feedback and logs alike."""
    seed = f"{message.place.owner}|{message.place.key}|{message.id}"
    return hashlib.blake2s(seed.encode("utf-8", "replace"), digest_size=4).hexdigest()
