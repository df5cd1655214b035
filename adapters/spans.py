"""Our Markdown as runs of words with their marks, before any platform draws them.

What a platform can link is its own to say: it comes in as `fit`, which gives a run back without the link it can't
draw. Must never draw, escape or know a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot import markup
from bot.markup import MarkupError, Span

Spans = tuple[Span, ...]
MORE: Final = "…"
Fit = Callable[[Span], Span]

_UNSENDABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """Drop what can't be sent: control characters, half characters."""
    if text.isprintable():  # most of what we say; the quicker look
        return text
    return _UNSENDABLE.sub("", text)


def parsed(markdown: str, fit: Fit) -> Spans:
    """Parse our Markdown; what is none is drawn as it stands. Neighbours of one look are one run."""
    try:
        found = markup.spans(markdown)
    except MarkupError:
        found = (Span(markdown),)
    runs: list[Span] = []
    for span in found:
        here = fit(replace(span, text=clean(span.text)))
        if runs and replace(runs[-1], text="") == replace(here, text=""):
            runs[-1] = replace(here, text=runs[-1].text + here.text)
        elif here.text:
            runs.append(here)
    return tuple(runs)


def words(markdown: str) -> str:
    """Write our Markdown as plain text, addresses included; what is none stays as it is."""
    try:
        return clean(markup.plain(markdown))
    except MarkupError:
        return clean(markdown)


def literal(text: str, *, bold: bool = False, code: bool = False) -> Spans:
    """Take a plain text as it stands."""
    return (Span(clean(text), bold=bold, code=code),) if clean(text) else ()


def linked(label: str, url: str, fit: Fit) -> Spans:
    """Link an https address; any other is shown, never linked."""
    label, url = clean(label).strip(), clean(url)
    if not url.startswith("https://"):
        return literal(f"{label} ({url})" if label and url else label or url)
    return (fit(Span(label or url, url=url)),)


def shown(span: Span) -> Span:
    """Write a link out: its words, then its address."""
    return replace(span, text=f"{span.text} ({span.url})", url="")


def size(text: str) -> int:
    """Count characters as clients and JavaScript do: an emoji is two (UTF-16)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int) -> str:
    """Keep the first words and say that there are more. Only for text that is shown in full elsewhere."""
    return text if size(text) <= limit else text[: fitting(text, limit - 1)] + MORE


def fitting(text: str, room: int) -> int:
    """Count how many characters of a text fit."""
    if room <= 0:
        return 0
    end = min(len(text), room)
    while size(text[:end]) > room:
        end -= max(1, (size(text[:end]) - room) // 2)
    return end


def parted(found: Spans, limit: int, frame: int) -> list[Spans]:
    """Cut into parts of at most `limit` characters, best at a line's or word's end.

    A run takes its words, its address and `frame`, for what is drawn around it.
    """
    parts: list[list[Span]] = [[]]
    room = limit
    todo = list(reversed(found))
    while todo:
        span = todo.pop()
        fixed = size(span.url) + frame
        if size(span.text) + fixed <= room:
            parts[-1].append(span)
            room -= size(span.text) + fixed
            continue
        end = _break(span.text, room - fixed, whole=not parts[-1])
        if end:
            parts[-1].append(replace(span, text=span.text[:end].rstrip() or span.text[:end]))
            span = replace(span, text=span.text[end:].lstrip())
        parts.append([])
        room = limit
        if span.text:
            todo.append(span)
    return [tuple(part) for part in parts if not blank(tuple(part))]


def _break(text: str, room: int, *, whole: bool) -> int:
    """Find where to break: after a line, else a word, else (only where a part is `whole` this text) anywhere."""
    fits = fitting(text, room)
    for mark in ("\n", " "):
        at = text.rfind(mark, fits // 2 if mark == "\n" else 0, fits)
        if at > 0:
            return at + 1
    return max(fits, 1) if whole else 0


def pages(text: str, limit: int) -> Iterator[str]:
    """Cut a file's text into pages of at most `limit` characters, at a line's end where that can be; drop nothing."""
    held = ""
    for line in text.splitlines(keepends=True):
        left = line
        while size(held) + size(left) > limit:
            if held:
                yield held
                held = ""
            else:
                end = max(1, fitting(left, limit))
                yield left[:end]
                left = left[end:]
        held += left
    if held:
        yield held


def blank(found: Spans) -> bool:
    """Tell whether there is nothing to see."""
    return not any(span.text.strip() for span in found)


def row_line(heads: Sequence[Spans], row: Sequence[Spans]) -> Iterator[Span]:
    """Write a row of a table without the table: what it is about, then a line a column."""
    first = True
    for number, (head, cell) in enumerate(zip(heads, row, strict=True)):
        if blank(cell):
            continue
        named = [] if blank(head) else [*head, Span(": ")]
        if number == 0:
            yield from (replace(span, bold=True) for span in (*named, *cell))
        else:
            yield from [Span("• " if first else "\n• "), *named, *cell]
        first = False
