"""The terminal chat: one line typed is one message; what can be pressed has a number; files are put where one is.

Must never overwrite a file of the person's.
"""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from rich.console import Console

from adapters.console.render import Keys, draw
from adapters.files import Made, files_of, make
from bot.chat import Message, Place, Reply


class Advises(Protocol):
    """What the console needs of the advisor."""

    async def handle(self, message: Message) -> tuple[Reply, ...]:
        """Answer one message."""

    async def open(self, place: Place, author: str) -> tuple[Reply, ...]:
        """Say what someone sees who comes to a thread."""

    async def remind(self, tenant: str, author: str, now: datetime) -> tuple[Reply, ...]:
        """Say what somebody is to be reminded of by now."""


async def talk(
    advisor: Advises,
    author: str,
    thread: str,
    *,
    console: Console | None = None,
    folder: Path | None = None,
    read: Callable[[], Awaitable[str]] | None = None,
) -> None:
    """Talk until the person leaves (Ctrl-D, Ctrl-C or /quit). `read` gives one typed line or raises EOFError.

    `folder` is where files are put: the current one, unless another is given.
    """
    console, folder = console or Console(), folder or Path.cwd()
    place = Place("console", "local", getpass.getuser(), thread, private=True)

    async def ask() -> str:
        return await asyncio.to_thread(console.input, "[bold cyan]›[/] ")

    read = read or ask
    opening = await advisor.open(place, author) + await advisor.remind(place.owner, author, datetime.now(UTC))
    keys = await _show(console, opening, folder)
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
        message = Message(f"console:{uuid4()}", place, author, keys.read(typed), True, datetime.now(UTC), zone())
        replies = await advisor.handle(message)
        if replies:
            keys = await _show(console, replies, folder)


def zone() -> str:
    """Name this machine's time zone by its IANA name; "" where it doesn't say."""
    named = os.environ.get("TZ", "")
    if not named:
        with suppress(OSError):
            named = str(Path("/etc/localtime").readlink())
    return named.removeprefix(":").rpartition("zoneinfo/")[2]


async def _show(console: Console, replies: tuple[Reply, ...], folder: Path) -> Keys:
    made = {file: await make(file) for file in files_of(replies)}
    saved = {file: [await asyncio.to_thread(_where, folder, each)] for file, each in made.items() if each}
    drawn, keys = draw(replies, saved)
    console.print()
    console.print(drawn)
    return keys


def _where(folder: Path, made: Made) -> str:
    """Write a file and say where it is, or in the system's words why it isn't."""
    try:
        return str(put(folder, made))
    except OSError as error:
        return f"{folder / made.name}: {error.strerror}"


def put(folder: Path, made: Made) -> Path:
    """Write a file under its name; where that is taken, under the next free one: `roadmap-2.ics`."""
    first = folder / made.name
    for number in count(1):
        path = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
        try:
            with path.open("xb") as file:
                file.write(made.body)
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable")
