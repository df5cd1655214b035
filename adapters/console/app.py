"""The terminal chat: one line typed is one message; what can be pressed has a number."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

from rich.console import Console

from adapters.console.render import Keys, draw
from bot.chat import Message, Place, Reply


class Advises(Protocol):
    """What the console needs of the advisor."""

    async def handle(self, message: Message) -> tuple[Reply, ...]:
        """Answer one message."""

    async def open(self, place: Place, author: str) -> tuple[Reply, ...]:
        """Say what someone sees who comes to a thread."""


async def talk(
    advisor: Advises,
    author: str,
    thread: str,
    *,
    console: Console | None = None,
    read: Callable[[], Awaitable[str]] | None = None,
) -> None:
    """Talk until the person leaves (Ctrl-D, Ctrl-C or /quit). `read` gives one typed line or raises EOFError."""
    console = console or Console()
    place = Place("console", "local", getpass.getuser(), thread, private=True)

    async def ask() -> str:
        return await asyncio.to_thread(console.input, "[bold cyan]›[/] ")

    read = read or ask
    keys = _show(console, await advisor.open(place, author))
    while True:
        try:
            typed = (await read()).strip()
        except (EOFError, KeyboardInterrupt, asyncio.CancelledError):
            console.print()
            return
        if typed in {"/quit", "/exit"}:
            return
        if not typed:
            continue
        message = Message(f"console:{uuid4()}", place, author, keys.read(typed), True, datetime.now(UTC))
        replies = await advisor.handle(message)
        if replies:
            keys = _show(console, replies)


def _show(console: Console, replies: tuple[Reply, ...]) -> Keys:
    drawn, keys = draw(replies)
    console.print()
    console.print(drawn)
    return keys
