"""Draw blocks as elements of an Adaptive Card 1.5. Pure: what to press is data, `{"says", "n"}`, and nothing else.

Why rich text blocks: a text run is only ever words, while a text block reads Markdown again, with other rules on
every client. What clients of 1.5 may lack (tables, Action.Execute) carries its `fallback`. Buttons stand in several
short lists, since Teams draws six of a list and a phone cuts titles that share a row; so every question takes one
press, and none a menu with a second one. Must never drop a cell or a button: what can't be pressed is written out to
be typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from adapters.files import MARK, UNREADABLE
from adapters.spans import Spans, blank, clean, literal, pages, row_line, shorten, size
from adapters.teams import limits
from adapters.teams.limits import weigh
from adapters.teams.words import cut, in_block, link, runs, spans, undated
from adapters.wire import Json
from bot.chat import Block, Bullets, Button, Buttons, Choices, File, Links, Note, Option, Table, Text
from bot.commands import Feedback, Give, parse
from bot.markup import Span

TYPE: Final = "application/vnd.microsoft.card.adaptive"
SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"
VERB: Final = "say"
PICK: Final = "pick"  # id of the boxes to tick: the press carries what was ticked under this name, joined by commas
INPUT: Final = "Input.ChoiceSet"
_QUIET: Final[Json] = {"isSubtle": True, "size": "small"}


@dataclass(frozen=True, slots=True)
class Press:
    """What every button of a card carries besides what it says, and the numbers that keep its inputs apart."""

    nonce: str = ""
    ids: Iterator[int] = field(default_factory=count)

    def data(self, says: str) -> Json:
        """Make the data of a button."""
        return {"says": clean(says)} | ({"n": self.nonce} if self.nonce else {})


def adaptive(body: Sequence[Json]) -> Json:
    """Put elements into a card, as wide as the conversation where it holds a table."""
    drawn: Json = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": "1.5", "body": list(body)}
    return drawn | ({"msteams": {"width": "Full"}} if any(each["type"] == "Table" for each in body) else {})


def attachment(body: Sequence[Json]) -> Json:
    """Put elements into a card, and that into an attachment."""
    return {"contentType": TYPE, "content": adaptive(body)}


# Words ------------------------------------------------------------------------------------
def heading(title: str) -> list[Json]:
    """Draw a title; screen readers hear it as one."""
    line = in_block(title)
    if not line:
        return []
    if size(line) > limits.PART:
        return paragraphs(literal(title, bold=True))
    return [{"type": "TextBlock", "style": "heading", "text": line, "size": "large", "weight": "bolder", "wrap": True}]


def eyebrow(title: str) -> list[Json]:
    """Draw a small line above a question: how far it is."""
    return [_text(part, color="accent", size="small", weight="bolder") for part in cut(literal(title), limits.PART)]


def asked(question: str) -> list[Json]:
    """Draw a question's own words, larger than what is around them."""
    return [_text(part, size="medium", spacing="small") for part in cut(spans(question), limits.PART)]


def paragraphs(found: Spans) -> list[Json]:
    """Draw words, in as many blocks as they take."""
    return [_text(part) for part in cut(found, limits.PART)]


def note(found: Spans) -> list[Json]:
    """Draw small print."""
    return [_text(part, **_QUIET) for part in cut(found, limits.PART)]


def _text(found: Spans, *, spacing: str = "", **look: Any) -> Json:
    return {"type": "RichTextBlock", "inlines": runs(found, **look)} | ({"spacing": spacing} if spacing else {})


def block(each: Block, press: Press) -> list[Json]:
    """Draw one block."""
    match each:
        case Text(markdown):
            return paragraphs(spans(markdown))
        case Note(markdown):
            return note(spans(markdown))
        case Bullets(items, ordered):
            return _bullets([spans(item) for item in items], ordered=ordered)
        case Links(links):
            return _bullets([link(one.label, one.url) for one in links])
        case Table():
            return [*_titled(each), *(tables(each) or lines(each))]
        case Buttons():
            return buttons(each, press)
        case Choices():
            return choices(each, press)
        case File():
            return file(each)


def file(each: File) -> list[Json]:
    """Write a file out: what it is good for or shows, and what it says, to be copied."""
    text = clean(each.text).lstrip(MARK)
    drawn = paragraphs(literal(each.alt))
    if each.media in UNREADABLE or not text.strip():
        return drawn
    room = limits.PART * 4
    while any(weigh(_code(part)) > limits.CONTENT // 2 for part in pages(text, room)):
        room //= 2
    return [*drawn, *(_code(part) for part in pages(text, room))]


def _code(text: str) -> Json:
    """Draw text as it stands, with a button that copies it; where a client has no such element, as words."""
    instead = [_text(literal(part, code=True)) for part in pages(text, limits.PART)]
    fallback = {"type": "Container", "items": instead}
    return {"type": "CodeBlock", "language": "PlainText", "codeSnippet": text, "fallback": fallback}


def _bullets(items: Sequence[Spans], *, ordered: bool = False) -> list[Json]:
    drawn: list[Json] = []
    for number, item in enumerate(items, 1):
        if not blank(item):
            mark = Span(f"{number}. " if ordered else "•  ")
            parts = cut((mark, *item), limits.PART)
            drawn += [_text(part, spacing="small" if drawn else "") for part in parts]
    return drawn


# Tables -----------------------------------------------------------------------------------
def _titled(table: Table) -> list[Json]:
    return paragraphs(literal(table.title, bold=True))


def tables(table: Table) -> list[Json]:
    """Draw as tables, each with its headings; [] where a chat can't show it."""
    heads = [spans(column) for column in table.columns]
    rows = [[spans(cell) for cell in row] for row in table.rows]
    cells = [cell for row in (heads, *rows) for cell in row]
    if not rows or not 0 < len(heads) <= limits.TABLE_COLUMNS or any(_length(cell) > limits.PART for cell in cells):
        return []
    held: list[list[Spans]] = []
    drawn: list[Json] = []
    for row in rows:
        if held and weigh(_table(heads, [*held, row])) > limits.TABLE:
            drawn.append(_table(heads, held))
            held = []
        held.append(row)
        if len(held) == 1 and weigh(_table(heads, held)) > limits.TABLE:
            return []
    shares = _shares(heads, rows)
    return [each | {"columns": shares} for each in (*drawn, _table(heads, held))]


def _length(cell: Spans) -> int:
    return sum(len(span.text) + len(span.url) for span in cell)


def _table(heads: Sequence[Spans], rows: Sequence[Sequence[Spans]]) -> Json:
    head = {"type": "TableRow", "style": "emphasis", "cells": [_cell(each, bold=True) for each in heads]}
    body = [
        {"type": "TableRow", "cells": [_cell(cell, bold=not number) for number, cell in enumerate(row)]} for row in rows
    ]
    instead = [element for row in rows for element in _line_blocks(heads, row)]
    return {
        "type": "Table",
        "columns": [{"width": 1} for _ in heads],
        "firstRowAsHeaders": True,
        "firstRowAsHeader": True,  # the same in the schema of version 1.5
        "showGridLines": True,
        "gridStyle": "default",
        "verticalCellContentAlignment": "top",
        "rows": [head, *body],
        "fallback": {"type": "Container", "items": instead} if instead else "drop",
    }


def _cell(cell: Spans, *, bold: bool = False) -> Json:
    shown = [] if blank(cell) else [{"type": "RichTextBlock", "inlines": runs(cell, bold=bold)}]
    return {"type": "TableCell", "items": shown}


def _shares(heads: Sequence[Spans], rows: Sequence[Sequence[Spans]]) -> list[Json]:
    """Share the width out: more for columns that hold more, and each its longest word with the frame around it."""
    shares = []
    for number in range(len(heads)):
        texts = ["".join(span.text for span in row[number]) for row in (heads, *rows)]
        word = max((len(each) for text in texts for each in text.split()), default=1)
        mean = sum(map(len, texts)) / len(texts)
        shares.append({"width": round(max(4, min(word + 2, 14), min(mean, 60) ** 0.75))})
    return shares


def lines(table: Table) -> list[Json]:
    """Write each row as a paragraph: what it is about, then a line a column."""
    heads = [spans(column) for column in table.columns]
    rows = [[spans(cell) for cell in row] for row in table.rows]
    return [element for row in rows for element in _line_blocks(heads, row)]


def _line_blocks(heads: Sequence[Spans], row: Sequence[Spans]) -> list[Json]:
    return paragraphs(tuple(row_line(heads, row)))


# What can be pressed ----------------------------------------------------------------------
def judged(found: Sequence[Button]) -> str:
    """Find the answer that these buttons judge as helpful or not, where they are such a pair; its reference or ""."""
    said = [parse(button.says) for button in found]
    judging = [each for each in said if isinstance(each, Feedback)]
    up, down = [each for each in judging if each.helpful], [each for each in judging if not each.helpful]
    pair = len(up) == 1 and len(down) == 1 and not down[0].reason
    return up[0].ref if pair and up[0].ref == down[0].ref else ""


def buttons(each: Buttons, press: Press) -> list[Json]:
    """Draw buttons, without the pair of thumbs that Teams draws itself."""
    found, label = list(each.items), each.label
    if judged(found):
        found = [button for button in found if not isinstance(parse(button.says), Feedback)]
        label = ""  # the thumbs explain themselves, and so does what stands beside them
    pressable = [button for button in found if _fits(button)]
    typed = [button for button in found if not _fits(button) and clean(button.label + button.says).strip()]
    if not pressable and not typed:
        return []
    about = note(literal(label.strip()))
    return [*about, *_long_labels(pressable), *_typed(typed), *_rows(pressable, press)]


def _fits(button: Button) -> bool:
    return bool(clean(button.label).strip() and clean(button.says).strip()) and size(button.says) <= limits.SAYS


def _rows(found: Sequence[Button], press: Press) -> list[Json]:
    """Draw lists of buttons, each short enough for a phone's width; an answer stands in a row of its own."""
    drawn: list[Json] = []
    held: list[Button] = []
    for button in found:
        if held and (
            _width([*held, button]) > limits.ROW or len(held) == limits.PRIMARY or _answers(button) or _answers(held[0])
        ):
            drawn.append(_row(held, press, first=not drawn))
            held = []
        held.append(button)
    return [*drawn, _row(held, press, first=not drawn)] if held else drawn


def _answers(button: Button) -> bool:
    return isinstance(parse(button.says), Give)


def _width(row: Sequence[Button]) -> int:
    return sum(size(button.label) + limits.ROW_BUTTON for button in row)


def _row(found: Sequence[Button], press: Press, *, first: bool) -> Json:
    actions = [action(button.label, button.says, press, primary=button.style == "primary") for button in found]
    return {"type": "ActionSet", "actions": actions} | ({} if first else {"spacing": "small"})


def action(label: str, says: str, press: Press, *, primary: bool = False, inputs: bool = False) -> Json:
    """Draw a button; only the one that confirms carries what was ticked."""
    common: Json = {
        "title": undated(shorten(clean(label).strip(), limits.LABEL)),
        "data": press.data(says),
        "associatedInputs": "auto" if inputs else "none",
    }
    if primary:
        common["style"] = "positive"
    return {"type": "Action.Execute", "verb": VERB, **common, "fallback": {"type": "Action.Submit", **common}}


def _long_labels(found: Sequence[Button | Option]) -> list[Json]:
    """Write out the labels that a button shortens."""
    full = [clean(each.label).strip() for each in found if size(clean(each.label).strip()) > limits.LABEL]
    return [element for label in full for element in note(literal(f"•  {label}"))]


def _typed(found: Sequence[Button]) -> list[Json]:
    written = [(*literal(f"•  {each.label.strip()} "), *literal(each.says, code=True)) for each in found]
    return [element for line in written for element in note(line)]


def choices(each: Choices, press: Press) -> list[Json]:
    """Draw boxes to tick and the button that confirms; written out to be typed where they can't be drawn."""
    unique = {clean(option.id): option for option in each.options}
    sound = all(_choosable(id_, option) for id_, option in unique.items())
    if not unique or not sound or not _fits(Button(each.confirm, each.says)):
        return paragraphs(_typed_choices(each))
    number = next(press.ids)
    boxes: Json = {
        "type": INPUT,
        "id": f"{PICK}{number or ''}",
        "style": "expanded",
        "isMultiSelect": True,
        "wrap": True,
        "label": undated(clean(each.label).strip()) or shorten(clean(each.confirm).strip(), limits.LABEL),
        "choices": [{"title": in_block(option.label), "value": id_} for id_, option in unique.items()],
    }
    chosen = [id_ for id_, option in unique.items() if option.chosen]
    go = action(each.confirm, each.says, press, primary=True, inputs=True)
    drawn = [boxes | ({"value": ",".join(chosen)} if chosen else {}), {"type": "ActionSet", "actions": [go]}]
    return drawn if weigh(drawn) <= limits.CONTENT // 2 else paragraphs(_typed_choices(each))


def _choosable(id_: str, option: Option) -> bool:
    return bool(id_) and not any(map(str.isspace, id_)) and "," not in id_ and bool(in_block(option.label).strip())


def _typed_choices(each: Choices) -> Spans:
    drawn = [*literal(each.label)]
    for option in each.options:
        drawn += [*literal(f"\n• {option.label} "), *literal(option.id, code=True)]
    return (*drawn, *literal("\n"), *literal(each.says, code=True))
