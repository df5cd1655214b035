"""Draw a table as Slack's `table` blocks, or as lines of words where those can't hold it.

Must never drop a cell: a table that is too long goes on in a second one under the same headings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from adapters.slack import limits
from adapters.slack.limits import weigh
from adapters.slack.words import rich, section, spans
from adapters.spans import Spans, blank, row_line, size, words
from adapters.wire import Json
from bot.chat import Table

Row = Sequence[Spans]

_SETTING: Final = {"align": "left", "is_wrapped": True}  # both written: some clients refuse half of it
_FRAME: Final = 100  # characters of JSON around the rows


def blocks(table: Table, taken: int) -> list[Json]:
    """Draw as table blocks, one for each message; [] where Slack's table can't hold it.

    `taken` is what stands before it in its message, measured by `weigh`.
    """
    heads, rows = _parsed(table)
    if not heads or len(heads) > limits.TABLE_COLUMNS or any(_length(cell) > limits.TABLE_CELL for cell in _all(table)):
        return []
    room = limits.BLOCKS_SIZE - taken - _FRAME - weigh([_SETTING] * len(heads))
    settings = [dict(_SETTING) for _ in heads]
    head = [_cell(each, heading=True) for each in heads]
    parts = _cut(head, [[_cell(cell) for cell in row] for row in rows], room)
    return [{"type": "table", "rows": part, "column_settings": settings} for part in parts]


def _parsed(table: Table) -> tuple[Row, list[Row]]:
    return [spans(column) for column in table.columns], [[spans(cell) for cell in row] for row in table.rows]


def _all(table: Table) -> Iterator[Spans]:
    heads, rows = _parsed(table)
    for row in (heads, *rows):
        yield from row


def _cut(head: list[Json], rows: Sequence[list[Json]], room: int) -> list[list[list[Json]]]:
    """Cut rows into groups that fit under the headings; [] if a single row is too much."""
    parts, held, used = [], [head], (0, 0)
    for row in rows:
        more = (used[0] + _words_in(row), used[1] + weigh(row) + 1)
        if len(held) == limits.TABLE_ROWS or not _room_for(head, more, room):
            if len(held) == 1:
                return []
            parts.append(held)
            held, more = [head], (_words_in(row), weigh(row) + 1)
            if not _room_for(head, more, room):
                return []
        held.append(row)
        used = more
    return [*parts, held] if _room_for(head, (0, 0), room) else []


def _room_for(head: Sequence[Json], used: tuple[int, int], room: int) -> bool:
    return _words_in(head) + used[0] <= limits.TABLE_TEXT and weigh(head) + used[1] <= room


def _words_in(row: Sequence[Json]) -> int:
    """Count a row's characters as Slack counts a table's: cells' words (and, to be safe, addresses)."""
    total = 0
    for cell in row:
        if cell["type"] == "raw_text":
            total += size(cell["text"])
        else:
            total += sum(size(part["text"]) + size(part.get("url", "")) for part in cell["elements"][0]["elements"])
    return total


def _length(cell: Spans) -> int:
    return sum(size(span.text) + size(span.url) for span in cell)


def _cell(cell: Spans, *, heading: bool = False) -> Json:
    """Draw a cell; an empty one holds a blank, since Slack refuses a cell without a character."""
    if blank(cell):
        return {"type": "raw_text", "text": " "}
    if heading:
        return rich(section(tuple(replace(span, bold=True) for span in cell)))
    if any(span.bold or span.italic or span.code or span.url for span in cell):
        return rich(section(cell))
    return {"type": "raw_text", "text": "".join(span.text for span in cell)}


def lines(table: Table) -> list[Spans]:
    """Write each row as a paragraph: what it is about, then a line a column."""
    heads, rows = _parsed(table)
    return [tuple(row_line(heads, row)) for row in rows]


def said(table: Table) -> str:
    """Write the table as plain text."""
    rows = [
        "; ".join(words(f"{name}: {cell}" if name else cell) for name, cell in zip(table.columns, row, strict=True))
        for row in table.rows
    ]
    return "\n".join([*([table.title] if table.title else []), *(f"• {row}" for row in rows)])
