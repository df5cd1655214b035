"""What a file of a reply becomes when it leaves: bytes under a name. A picture becomes pixels here.

Drawing pixels takes a tenth of a second, so it happens in a worker thread, at delivery, and never in a transaction.
Must never know where a file goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from bot.chat import Block, File, Reply

PNG: Final = "image/png"
# Files that make no sense as words in a chat: a page for a browser, a drawing.
UNREADABLE: Final = ("text/html", "image/svg+xml")
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"  # of a file, in an address
ALONE: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"  # its own page


@dataclass(frozen=True, slots=True)
class Made:
    """A file as it is saved, uploaded or sent."""

    name: str
    media: str
    body: bytes


async def make(file: File, *, dark: bool = False, most: int | None = None) -> Made:
    """Make the bytes of a file; of a picture its pixels, in dark colours if asked for and there are any.

    `most`: how many pixels a picture may be wide or high.
    """
    if not file.pictured:
        return Made(file.name, file.media, file.text.encode("utf-8", "replace"))
    from bot.roadmap.raster import png  # noqa: PLC0415  (loads a renderer and its fonts; only who draws waits)

    dark = dark and bool(file.dark)
    body = await asyncio.to_thread(png, file.dark if dark else file.text, most)
    return Made(pixels(file.name, dark=dark), PNG, body)


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
