"""What comes in and what goes out: the vocabulary every other file shares.

One `Message` in, some `Reply` out. A slash command, a button press or an arrival is a
message whose text is a command. Knows no platform and no content; holds no sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot import markup


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation lives. Two messages share state exactly when their places' keys agree."""

    platform: str
    tenant: str
    channel: str
    thread: str  # never empty: the adapter decides what a thread is
    private: bool = False  # only the author and the bot can read here

    def __post_init__(self) -> None:
        if not (self.platform and self.tenant and self.channel and self.thread):
            raise ValueError(f"every part of a place must be filled: {self!r}")

    @property
    def owner(self) -> str:
        """The tenant the platform knows, unique over platforms: first part of every stored key."""
        return f"{self.platform}/{self.tenant}"

    @property
    def key(self) -> str:
        """The conversation inside its tenant."""
        return f"{self.channel}/{self.thread}"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a person did: typed, pressed, arrived."""

    id: str  # of what the person did, not of its delivery: a retry carries the same id
    place: Place
    author: str  # the platform's stable id of the person, never a name
    text: str
    addressed: bool  # said to the bot (mention, direct message, command, button)
    at: datetime  # aware, UTC
    zone: str = ""  # the author's time zone by its IANA name, where the place tells it

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a message's time must be aware (UTC)")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `markdown` is the subset of `bot.markup`.

    `mentions` are handles in it, as the admin wrote them, that call somebody. A place that knows whom they
    stand for draws a mention; any other draws the words.
    """

    markdown: str
    type: Literal["text"] = "text"
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short lines."""

    items: tuple[str, ...]
    ordered: bool = False
    type: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Table:
    """A real table; every row has as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    type: Literal["table"] = "table"

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of the table {self.title!r} has the wrong number of cells")


@dataclass(frozen=True, slots=True)
class Link:
    """A titled address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses to go on reading."""

    items: tuple[Link, ...]
    type: Literal["links"] = "links"


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it is the same as typing `says`."""

    label: str  # plain text, at most 75 characters
    says: str
    style: Literal["plain", "primary", "quiet"] = "plain"


@dataclass(frozen=True, slots=True)
class Buttons:
    """Things to press. `label` says what they are about, for screen readers and text-only places."""

    items: tuple[Button, ...]
    label: str = ""
    type: Literal["buttons"] = "buttons"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of several."""

    id: str
    label: str  # plain text
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Choose several, then confirm: the same as typing `says` and the chosen ids, blank-separated."""

    label: str
    options: tuple[Option, ...]
    says: str
    confirm: str  # label of the confirming button
    type: Literal["choices"] = "choices"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: sources, who keeps an answer, what happens next."""

    markdown: str
    type: Literal["note"] = "note"


PICTURE: Final = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class File:
    """Something to keep: a file, always as text. A picture is its SVG, and becomes pixels only at delivery.

    `alt` says what is in it: all of a picture's content, or what a file is good for.
    """

    name: str  # as it is saved: "roadmap.ics"
    media: str  # its media type, without a charset
    text: str
    alt: str  # plain text
    dark: str = ""  # the same picture in dark colours
    type: Literal["file"] = "file"

    @property
    def pictured(self) -> bool:
        """Whether it is a picture."""
        return self.media == PICTURE


Block = Text | Bullets | Table | Links | Buttons | Choices | Note | File


Audience = Literal["thread", "asker", "direct"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing the bot says. Renderers match its blocks exhaustively.

    `audience`: everybody in the thread; the asker alone, there and then; or the asker alone and for keeps, "direct",
    in their own conversation with the bot wherever others read the thread.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    audience: Audience = "thread"

    @property
    def plain(self) -> str:
        """The whole reply as plain text: notifications, screen readers, fallback, `--jsonl`."""
        parts = [self.title] if self.title else []
        parts += [plain(block) for block in self.blocks]
        return "\n\n".join(part for part in parts if part)


def plain(block: Block) -> str:
    """Write one block as plain text."""
    match block:
        case Text(markdown) | Note(markdown):
            return markup.plain(markdown)
        case Bullets(items, ordered):
            marks = [f"{number}." for number in range(1, len(items) + 1)] if ordered else ["-"] * len(items)
            return "\n".join(f"{mark} {markup.plain(item)}" for mark, item in zip(marks, items, strict=True))
        case Table(columns, rows, title):
            lines = [title] if title else []
            for row in rows:
                cells = [markup.plain(cell) for cell in row]
                pairs = [f"{column}: {cell}" if column else cell for column, cell in zip(columns, cells, strict=True)]
                lines.append("- " + "; ".join(pairs))
            return "\n".join(lines)
        case Links(links):
            return "\n".join(f"- {link.label}: {link.url}" for link in links)
        case Buttons(buttons, label):
            return (f"{label} " if label else "") + " | ".join(f"[{button.label}]" for button in buttons)
        case Choices(label, options):
            return "\n".join([label, *(f"[{'x' if option.chosen else ' '}] {option.label}" for option in options)])
        case File(name, alt=alt):
            return alt if block.pictured else f"{name}: {alt}"
