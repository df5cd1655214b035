"""Conversations written down, and how to tell whether a place to chat said what the core said.

What the core's replies say is a list of lines: titles, sentences, cells, labels. A place agrees when each line is found
in what it showed, words in order, and when nothing is left over. What differs on purpose is in `degradation.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from bot import markup
from bot.catalog.schema import Catalog
from bot.chat import Bullets, Buttons, Choices, File, Links, Note, Reply, Table, Text

HERE = Path(__file__).parent
TABLE = HERE / "degradation.yaml"
PLACES = ("console", "web", "slack", "teams")
NAMES = {"console": "Terminal", "web": "Web chat", "slack": "Slack", "teams": "Teams"}
GONE = "¦"  # where a line was found and taken out
# The wire's own marks around words: an address, a mention.
MARKS = {
    "slack": (r"<(?:https|mailto):[^|>]+\|([^>]*)>", r"\1"),
    "teams": (r"\[((?:\\.|[^\]\\])*)\]\(https:[^)\s]+\)|</?at>", r"\1"),
}


@dataclass(frozen=True)
class Turn:
    """One thing a person does (says something, or ticks boxes and presses), and words that the answer holds."""

    say: str = ""
    press: str = ""
    pick: tuple[str, ...] = ()
    hear: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """A conversation."""

    name: str
    turns: tuple[Turn, ...]
    experts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """A row of the table: what differs, a sentence for each place, and how to recognise it there.

    `lacks` are lines that needn't be there, `adds` what may be there besides, `inside` what may stand between words.
    """

    what: str
    told: dict[str, str]
    lacks: dict[str, list[str]] = field(default_factory=dict)
    adds: dict[str, list[str]] = field(default_factory=dict)
    inside: dict[str, list[str]] = field(default_factory=dict)

    @property
    def allowed(self) -> set[str]:
        """Where something is allowed."""
        return {*self.lacks, *self.adds, *self.inside}


def transcripts() -> list[Transcript]:
    """Read every conversation."""
    return [_transcript(path) for path in sorted(HERE.glob("*.yaml")) if path != TABLE]


def _transcript(path: Path) -> Transcript:
    told = yaml.safe_load(path.read_text())
    turns = tuple(Turn(**{name: _held(value) for name, value in each.items()}) for each in told["talk"])
    return Transcript(path.stem, turns, told.get("experts", {}))


def _held(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def differences() -> list[Difference]:
    """Read the table."""
    return [Difference(**row) for row in yaml.safe_load(TABLE.read_text())]


def table() -> list[str]:
    """Draw the table as the README has it."""
    rows = [["What", *(NAMES[place] for place in PLACES)], ["---"] * (len(PLACES) + 1)]
    rows += [[row.what, *(row.told[place] for place in PLACES)] for row in differences()]
    return [f"| {' | '.join(row)} |" for row in rows]


# What the core said -----------------------------------------------------------------------
def lines(reply: Reply) -> Iterator[str]:
    """List what a reply says, piece by piece."""
    yield reply.title
    for block in reply.blocks:
        match block:
            case Text(words) | Note(words):
                yield _plain(words)
            case Bullets(items):
                yield from map(_plain, items)
            case Table(columns, rows, title):
                yield from (title, *columns, *(_plain(cell) for row in rows for cell in row))
            case Links(links):
                yield from (link.label for link in links)
            case Buttons(buttons, label):
                yield from (label, *(button.label for button in buttons))
            case Choices(label, options, _, confirm):
                yield from (label, confirm, *(option.label for option in options))
            case File(alt=alt):
                yield alt


def _plain(words: str) -> str:
    return "".join(span.text for span in markup.spans(words))


# What was shown ---------------------------------------------------------------------------
def tokens(text: str) -> str:
    """Bare words, apart by blanks."""
    return " ".join(re.findall(rf"[^\W_]+|{GONE}", text.casefold().replace("\u200b", "")))


def _size(line: tuple[str, Difference | None]) -> tuple[int, bool]:
    """Look for long lines first, since a short one may be part of them; for what was said before what is added."""
    return -len(re.sub(r"[^\w ]|\\w", "", line[0])), line[1] is not None


class Reader:
    """Compares what was shown with what was said, at one place, and keeps which rows of the table it needed."""

    def __init__(self, place: str, catalog: Catalog) -> None:
        self._place, self._catalog = place, catalog
        self.used: set[tuple[str, str]] = set()

    def compare(self, said: Sequence[Reply], shown: str) -> tuple[list[str], str]:
        """Name the lines that are missing, and the words that nobody said."""
        wanted = [each for reply in said for line in lines(reply) if (each := tokens(line))]
        left, missing = f" {tokens(self._unmarked(shown))} ", []
        for line, row in sorted([*((each, None) for each in wanted), *self._added()], key=_size):
            pattern = rf"(?<= ){line if row else re.escape(line)}(?= )"
            if row:
                left = self._note(row, left, re.sub(pattern, GONE, left))
            elif (found := re.sub(pattern, GONE, left, count=1)) != left:
                left = found
            else:
                missing.append(line)
        return self._without(missing), " ".join(left.replace(GONE, " ").split())

    def _added(self) -> Iterator[tuple[str, Difference]]:
        for row in differences():
            for each in row.adds.get(self._place, []):
                yield self._pattern(each), row

    def _unmarked(self, shown: str) -> str:
        if self._place in MARKS:
            shown = unescape(re.sub(*MARKS[self._place], shown))
        for row in differences():
            for pattern in row.inside.get(self._place, []):
                shown = self._note(row, shown, re.sub(pattern, " ", shown))
        return shown

    def _without(self, missing: list[str]) -> list[str]:
        for row in differences():
            allowed = [self._pattern(each) for each in row.lacks.get(self._place, [])]
            held = [line for line in missing if not any(re.fullmatch(each, line) for each in allowed)]
            missing = self._note(row, missing, held)
        return missing

    def note(self, what: str) -> None:
        """Keep that a row was needed."""
        self.used.add((what, self._place))

    def _note(self, row: Difference, before: Any, after: Any) -> Any:
        if before != after:
            self.note(row.what)
        return after

    def _pattern(self, told: str) -> str:
        r"""Make a pattern of a reply's name (`{helpful}`) or of a pattern over bare words (`\d+`)."""
        if not (name := re.fullmatch(r"\{([a-z-]+)\}", told)):
            return told
        parts = re.split(r"\{[a-z]+\}", self._catalog.replies[name[1]])
        return rf" ?[^{GONE}]*?".join(tokens(_plain(part)) for part in parts)
