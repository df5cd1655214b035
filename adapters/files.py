"""What a file of a reply becomes when it leaves: bytes under a name. A picture becomes pixels here.

Drawing pixels takes some tenths of a second in which nothing else of the interpreter runs, so it happens at delivery in
a process of its own, never in a transaction. Must never know where a file goes.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog
from aiohttp import web

from bot.chat import Block, File, Reply
from bot.roadmap import raster

PNG: Final = "image/png"
PATIENCE: Final = 8.0  # seconds a picture may take; the sender gives a whole delivery ten
# The door of the renderer as a program, without the rest of us: it starts in a twentieth of a second.
_APART: Final = (
    "import runpy, sys; png = runpy.run_path(sys.argv[1])['png']; "
    "sys.stdout.buffer.write(png(sys.stdin.buffer.read().decode(), int(sys.argv[2]) or None))"
)

log = structlog.get_logger()

# Files that make no sense as words in a chat: a page for a browser, a drawing.
UNREADABLE: Final = ("text/html", "image/svg+xml")
MARK: Final = "\ufeff"  # that a file is UTF-8: for programs, not for the eye
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"  # of a file, in an address
ALONE: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"  # its own page


@dataclass(frozen=True, slots=True)
class Made:
    """A file as it is saved, uploaded or sent."""

    name: str
    media: str
    body: bytes


async def make(file: File, *, dark: bool = False, most: int = 0) -> Made | None:
    """Make the bytes of a file; of a picture its pixels, in dark colours if asked for and there are any.

    `most`: how many pixels a picture may be wide or high. None where a picture can't be drawn.
    """
    if not file.pictured:
        return Made(file.name, file.media, file.text.encode("utf-8", "replace"))
    dark = dark and bool(file.dark)
    body = await asyncio.to_thread(_draw, file.dark if dark else file.text, most)
    return Made(pixels(file.name, dark=dark), PNG, body) if body else None


def _draw(svg: str, most: int) -> bytes:
    """Draw pixels apart from everything else; b"" where that fails."""
    try:
        drawn = subprocess.run(  # noqa: S603  (our own interpreter and file; the drawing is its input)
            [sys.executable, "-I", "-c", _APART, raster.__file__, str(most)],
            input=svg.encode("utf-8", "replace"),
            capture_output=True,
            check=True,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.error("picture_undrawn", why=type(error).__name__)
        return b""
    return drawn.stdout


def pixels(name: str, *, dark: bool = False) -> str:
    """Name a picture's pixels after its drawing."""
    return f"{name.removesuffix('.svg')}{'-dark' if dark else ''}.png"


def files_of(replies: Sequence[Reply]) -> Iterator[File]:
    """List the files of replies."""
    return (block for reply in replies for block in reply.blocks if isinstance(block, File))


def parts(reply: Reply) -> Iterator[Reply | File]:
    """Take a reply apart: what is said before, between and after its files. The title stays with the first words."""
    held: list[Block] = []
    title = reply.title
    for block in reply.blocks:
        if not isinstance(block, File):
            held.append(block)
            continue
        if held or title:
            yield replace(reply, blocks=tuple(held), title=title)
        held, title = [], ""
        yield block
    if held or title:
        yield replace(reply, blocks=tuple(held), title=title)


# By HTTP ----------------------------------------------------------------------------------
async def found(replies: Sequence[Reply], name: str) -> Made | None:
    """Make the file of this name; of a picture also its pixels, light or dark, and its drawing itself."""
    for file in files_of(replies):
        if file.name == name:
            return Made(name, file.media, file.text.encode("utf-8", "replace"))
        for dark in (False, True):
            if file.pictured and pixels(file.name, dark=dark) == name and (file.dark or not dark):
                return await make(file, dark=dark)
    return None


def response(made: Made, *, save: bool) -> web.Response:
    """Send a file to whoever may have it: to be saved, or to be looked at without any script or address in it."""
    headers = {
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f'{"attachment" if save else "inline"}; filename="{made.name}"',
        "Content-Security-Policy": ALONE,
        "X-Content-Type-Options": "nosniff",
    }
    charset = "utf-8" if made.media.startswith("text/") else None
    return web.Response(body=made.body, content_type=made.media, charset=charset, headers=headers)
