"""Draw replies as Block Kit: one reply in, one or more message payloads out. Pure, and knows no SDK.

Why rich text: paragraphs, lists and cells are `rich_text`, because there a word is only ever a word: no
escaping, no `<!channel>`, no mention, no link and no mark that the content didn't make, and lists are real
lists. The `markdown` block was refused: Slack reads it again as Markdown, takes 12,000 characters a message
and gives no way to say "this is literal". mrkdwn sections have no escape for `*`, `_`, `~` and `:name:`;
they are what is left for small print (`context` takes nothing else) and for the `simple` drawing, which the
sender uses where a workspace refuses the newer blocks (`invalid_blocks`).

Feedback is Slack's own pair of thumbs (`feedback_buttons`: small, familiar, remembers the press); its
third neighbour, "why this answer", is a button, since that block takes no buttons.

Must never cut silently: what is too long for one block or message goes on in the next one; a label that
doesn't fit its button is written out above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count
from typing import Final

from adapters.files import MARK, UNREADABLE
from adapters.slack import grid, limits, press
from adapters.slack.limits import weigh
from adapters.slack.words import CALL, calling, code, cut, cut_mrkdwn, escape, link, rich, section, spans, weight
from adapters.spans import Spans, blank, clean, literal, shorten, size, words
from adapters.wire import Json
from bot.chat import Block, Bullets, Buttons, Choices, File, Links, Note, Reply, Table, Text, plain
from bot.markup import Span

INTERACTIVE: Final = ("actions", "context_actions", "input")
DRAWN: Final = 2_000  # blocks that stay drawn: answers repeat, and drawing one took longer than posting it


@dataclass(frozen=True, slots=True)
class Look:
    """What the place that is drawn for can show. `ids` counts what can be pressed, so that no two share an id."""

    rich: bool = True
    tables: bool = True
    thumbs: bool = True
    people: Mapping[str, str] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=count)


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks that belong together, their words (clean), and the characters of their JSON. Never changed: it is kept."""

    blocks: tuple[Json, ...]
    text: str = ""
    weight: int = 0  # at least what `weigh` says; 0: not weighed yet

    def weighed(self) -> Piece:
        """Weigh it, unless it is."""
        return self if self.weight else replace(self, weight=weigh(self.blocks))


# What the sender calls --------------------------------------------------------------------
def render(reply: Reply, *, simple: bool = False, people: Mapping[str, str] | None = None) -> list[Json]:
    """Draw a reply as payloads `{"text", "blocks"}`, to be posted in order; an empty reply gives none.

    `simple` uses only blocks that every workspace knows: no table, no rich text, no thumbs. `people` are the
    handles that may really call somebody, with their member ids; any other stays a word.
    """
    look = Look(rich=not simple, tables=not simple, thumbs=not simple, people=people or {})
    return [_message(pieces) for pieces in _packed(list(_reply(reply, look)))]


def settled(blocks: Sequence[Json], said: str) -> Json:
    """Draw a card again after it was answered: nothing left to press, and `said` (Markdown) below.

    `blocks` are the card's as Slack sends them with the press. For chat.update or a response_url.
    """
    kept = [
        {name: value for name, value in block.items() if name != "block_id"}
        for block in blocks
        if block.get("type") not in INTERACTIVE and not str(block.get("block_id", "")).startswith(press.ABOUT)
    ]
    note = _note(Note(said)) if not blank(spans(said)) else []
    found = [*kept[: limits.BLOCKS_A_MESSAGE - len(note)], *note]
    return {"text": shorten(escape(clean(words(said))), limits.UPDATED_TEXT), "blocks": found}


def home(replies: Iterable[Reply], more: str = "") -> Json:
    """Draw the Home tab. `more` (Markdown) is shown at the end if not everything fits into its blocks."""
    look = Look(tables=False, thumbs=False)
    blocks: list[Json] = []
    for reply in replies:
        drawn = [block for piece in _reply(reply, look) for block in piece.blocks]
        blocks += [{"type": "divider"}, *drawn] if blocks and drawn else drawn
    if len(blocks) > limits.BLOCKS_A_VIEW:
        note = _note(Note(more))[:1]
        blocks = [*blocks[: limits.BLOCKS_A_VIEW - len(note)], *note]
    return {"type": "home", "blocks": blocks}


@dataclass(frozen=True, slots=True)
class AskWords:
    """The words of the question modal, from the content. Title and buttons: at most 24 characters."""

    title: str
    label: str
    submit: str
    close: str


def ask_modal(said: AskWords, question: str, metadata: str) -> Json:
    """Draw the modal that asks for a question, with `question` filled in (its first 3,000 characters, editable).

    `metadata` comes back with the submission. Raises ValueError if it is over 3,000 characters.
    """
    if size(metadata) > limits.METADATA:
        raise ValueError(f"the metadata of a modal has {size(metadata)} characters, more than {limits.METADATA}")
    box: Json = {
        "type": "plain_text_input",
        "action_id": press.QUESTION,
        "multiline": True,
        "min_length": 1,
        "max_length": limits.INPUT,
        "focus_on_load": True,
    }
    if clean(question).strip():
        box["initial_value"] = shorten(clean(question).strip(), limits.INPUT)
    return {
        "type": "modal",
        "callback_id": press.ASK,
        "private_metadata": metadata,
        "title": _plain_text(said.title, limits.MODAL_TITLE),
        "submit": _plain_text(said.submit, limits.MODAL_TITLE),
        "close": _plain_text(said.close, limits.MODAL_TITLE),
        "blocks": [
            {
                "type": "input",
                "block_id": press.QUESTION,
                "label": _plain_text(said.label, limits.LABEL),
                "element": box,
            }
        ],
    }


# Messages ---------------------------------------------------------------------------------
def _packed(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Spread pieces over messages: within every limit, in order, and together if at all possible."""
    held: list[Piece] = []
    used = (0, 0, 0)
    for piece in pieces:
        for part in _split(piece.weighed()):
            more = _measure(part)
            if held and not _fits(used, more):
                yield held
                held, used = [], (0, 0, 0)
            held.append(part)
            used = (used[0] + more[0], used[1] + more[1], used[2] + more[2])
    if held:
        yield held


def _split(piece: Piece) -> Iterator[Piece]:
    if _fits((0, 0, 0), _measure(piece)):
        yield piece
        return
    for number, block in enumerate(piece.blocks):
        yield Piece((block,), "" if number else piece.text).weighed()


def _measure(piece: Piece) -> tuple[int, int, int]:
    """Count a piece's blocks, its tables, and the characters of its JSON."""
    return len(piece.blocks), sum(block["type"] == "table" for block in piece.blocks), piece.weight


def _fits(used: tuple[int, int, int], more: tuple[int, int, int]) -> bool:
    most = (limits.BLOCKS_A_MESSAGE, limits.TABLES_A_MESSAGE, limits.BLOCKS_SIZE)
    return all(one + other <= limit for one, other, limit in zip(used, more, most, strict=True))


def _message(pieces: Sequence[Piece]) -> Json:
    text = "\n\n".join(piece.text for piece in pieces if piece.text)
    shown = shorten(escape(text), limits.POSTED_TEXT)
    return {"text": shown or " ", "blocks": [block for piece in pieces for block in piece.blocks]}


def _reply(reply: Reply, look: Look) -> Iterator[Piece]:
    """Draw the title with what follows it, then the rest."""
    title = clean(reply.title).replace("\n", " ").strip()
    pieces = (piece for block in reply.blocks for piece in _block(block, look))
    if title:
        first = next(pieces, Piece(()))
        head = _header(title, look)
        text = "\n\n".join(text for text in (title, first.text) if text)
        yield Piece((*head, *first.blocks), text, weigh(head) + first.weighed().weight)
    yield from pieces


def _header(title: str, look: Look) -> list[Json]:
    if size(title) <= limits.HEADER:
        return [{"type": "header", "text": _plain_text(title, limits.HEADER)}]
    return _paragraphs(literal(title, bold=True), look)


def _block(block: Block, look: Look) -> Iterable[Piece]:
    """Draw a block; one that holds only words is drawn once and kept."""
    match block:
        case Buttons():
            drawn = press.buttons(block, look.ids, look.thumbs)
            return (Piece(tuple(blocks), clean(text), weight) for blocks, text, weight in drawn)
        case Choices():
            return _choices(block, look)
        case File():
            return _file(block, look)
        case Text(markdown, mentions=[_, *_]):
            called = {handle: look.people[handle] for handle in block.mentions if handle in look.people}
            return _pieces(_paragraphs(spans(markdown), look, called), words(markdown))
    return _still(block, look.rich, look.tables)


@lru_cache(maxsize=DRAWN)
def _still(block: Text | Note | Bullets | Links | Table, rich: bool, tables: bool) -> tuple[Piece, ...]:
    """Draw what is the same for everybody, weighed: nothing to press, nobody called."""
    look = Look(rich=rich, tables=tables)
    drawn: Iterator[Piece]
    match block:
        case Text(markdown):
            drawn = _pieces(_paragraphs(spans(markdown), look), words(markdown))
        case Note(markdown):
            drawn = _pieces(_note(block), words(markdown))
        case Bullets(items, ordered):
            drawn = _bullets([(spans(item), words(item)) for item in items], look, ordered=ordered)
        case Links(links):
            drawn = _bullets([(link(each.label, each.url), f"{each.label}: {each.url}") for each in links], look)
        case _:
            drawn = _table(block, look)
    return tuple(Piece(piece.blocks, clean(piece.text), weigh(piece.blocks)) for piece in drawn)


def _file(file: File, look: Look) -> Iterator[Piece]:
    """Write out a file, where it can't be uploaded: what it is good for or shows, and what it says."""
    yield from _pieces(_paragraphs(literal(file.alt), look), clean(plain(file)))
    text = clean(file.text).lstrip(MARK)
    if file.media not in UNREADABLE and text.strip():
        yield from _pieces(code(text, limits.RICH_TEXT, plainly=not look.rich), "")


def _choices(block: Choices, look: Look) -> Iterator[Piece]:
    drawn = press.choices(block, look.ids)
    if drawn and weigh(drawn) <= limits.BLOCKS_SIZE // 2:
        lead = _paragraphs(literal(block.label), look)
        yield Piece((*lead, *drawn), clean(plain(block)))
    else:
        yield from _pieces(_paragraphs(press.typed_choices(block), look), clean(plain(block)))


def _pieces(blocks: Sequence[Json], text: str) -> Iterator[Piece]:
    for number, block in enumerate(blocks):
        yield Piece((block,), "" if number else text)


# Words ------------------------------------------------------------------------------------
def _paragraphs(found: Spans, look: Look, called: Mapping[str, str] | None = None) -> list[Json]:
    if not look.rich:
        # `expand`: else Slack hides a long answer behind "see more".
        return [
            {
                "type": "section",
                "expand": True,
                "text": {"type": "mrkdwn", "text": calling(text, called), "verbatim": True},
            }
            for text in cut_mrkdwn(found, limits.SECTION - CALL * len(called or {}))
        ]
    return [rich(section(part, called)) for part in cut(found, limits.RICH_TEXT)]


def _note(note: Note) -> list[Json]:
    return [
        {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
        for text in cut_mrkdwn(spans(note.markdown), limits.CONTEXT)
    ]


def _bullets(items: Sequence[tuple[Spans, str]], look: Look, *, ordered: bool = False) -> Iterator[Piece]:
    """Draw a list; one that is too long for a block goes on in the next with its numbers."""
    text = "\n".join(_bullet(number, ordered) + said for number, (_, said) in enumerate(items, 1))
    shown = [(number, item) for number, (item, _) in enumerate(items, 1) if not blank(item)]
    if not look.rich:
        lines = [span for number, item in shown for span in (Span(_bullet(number, ordered)), *item, Span("\n"))]
        yield from _pieces(_paragraphs(tuple(lines), look), text)
        return
    yield from _pieces(list(_lists(shown, ordered=ordered)), text)


def _bullet(number: int, ordered: bool) -> str:
    return f"{number}. " if ordered else "• "


def _lists(items: Sequence[tuple[int, Spans]], *, ordered: bool) -> Iterator[Json]:
    """Make rich text blocks of list items. An item too long for a block goes on as a paragraph."""
    held: list[Json] = []
    first, room = 1, limits.RICH_TEXT
    for number, item in items:
        for nth, part in enumerate(cut(item, limits.RICH_TEXT)):
            taken = weight(part)
            if held and (nth or taken > room):
                yield rich(_list(held, first, ordered=ordered))
                held = []
            if nth:
                yield rich(section(part))
                continue
            if not held:
                first, room = number, limits.RICH_TEXT
            held.append(section(part))
            room -= taken
    if held:
        yield rich(_list(held, first, ordered=ordered))


def _list(sections: Sequence[Json], first: int, *, ordered: bool) -> Json:
    drawn: Json = {
        "type": "rich_text_list",
        "style": "ordered" if ordered else "bullet",
        "indent": 0,
        "elements": list(sections),
    }
    return drawn | ({"offset": first - 1} if ordered and first > 1 else {})


def _plain_text(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": shorten(clean(text).strip() or " ", limit), "emoji": True}


def _table(table: Table, look: Look) -> Iterator[Piece]:
    """Draw a table: as Slack's, over several messages if it is long; as lines where that can't be."""
    lead = _paragraphs(literal(table.title, bold=True), look)
    drawn = grid.blocks(table, weigh(lead)) if look.tables else []
    if drawn:
        yield Piece((*lead, drawn[0]), grid.said(table))
        yield from (Piece((block,)) for block in drawn[1:])
        return
    lines = [block for line in grid.lines(table) for block in _paragraphs(line, look)]
    yield from _pieces([*lead, *lines], grid.said(table))
