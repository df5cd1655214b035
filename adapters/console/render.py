"""Draw a reply in the terminal. Pure: a reply in, rich renderables out.

Buttons and choices are numbered, so that pressing one is typing its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from types import MappingProxyType

from rich import box
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from bot import markup
from bot.chat import Block, Bullets, Buttons, Choices, File, Links, Note, Reply, Table, Text

ACCENT = "bold cyan"
QUIET = "dim"
INLINE = 3  # buttons that are still easy to read in one line
_LOOKS = {"primary": "not dim bold cyan", "plain": "not dim", "quiet": QUIET}


@dataclass(slots=True)
class Keys:
    """The numbers on screen and what typing them says."""

    says: dict[str, str] = field(default_factory=dict)
    several: Choices | None = None
    first: int = 0  # number of the first choice of `several`

    def add(self, says: str) -> str:
        """Give the next number to something that can be said."""
        number = str(len(self.says) + 1)
        self.says[number] = says
        return number

    def read(self, typed: str) -> str:
        """Turn typed numbers into what they stand for; other text stays as it is."""
        numbers = typed.replace(",", " ").split()
        if not numbers or not all(number in self.says for number in numbers):
            return typed
        if self.several is not None:
            chosen = [self.says[number] for number in numbers]
            options = {option.id for option in self.several.options}
            if all(each in options for each in chosen):
                return " ".join([self.several.says, *chosen])
        return self.says[numbers[0]] if len(numbers) == 1 else typed


Saved = Mapping[File, Sequence[str]]


def draw(replies: tuple[Reply, ...], saved: Saved = MappingProxyType({})) -> tuple[ConsoleRenderable, Keys]:
    """Draw replies and say what the numbers on them mean. `saved` tells where files were put."""
    keys = Keys()
    parts: list[ConsoleRenderable] = []
    for reply in replies:
        if reply.title:
            parts.append(RichText(reply.title, style=ACCENT))
        for block in reply.blocks:
            parts += [*_block(block, keys, saved), RichText("")]
    return Padding(Group(*parts), (0, 2)), keys


def _block(block: Block, keys: Keys, saved: Saved) -> Iterator[ConsoleRenderable]:
    match block:
        case Text(markdown):
            yield _line(markdown)
        case Note(markdown):
            yield _line(markdown, QUIET)
        case Bullets(items, ordered):
            yield _bullets(items, ordered)
        case Table():
            yield _table(block)
        case Links(links):
            for link in links:
                yield RichText.assemble("→ ", (link.label, f"underline link {link.url}"), (f"  {link.url}", QUIET))
        case Buttons():
            yield _buttons(block, keys)
        case Choices(label, options):
            keys.several = block
            yield RichText(label, style=QUIET)
            for option in options:
                number = keys.add(option.id)
                mark = "◉" if option.chosen else "○"
                yield RichText.assemble((f" {number:>2} ", "bold yellow"), f"{mark} {option.label}")
        case File(name, alt=alt):
            yield RichText(alt)
            for path in saved.get(block, (name,)):
                yield RichText.assemble("→ ", (path, "underline"))


def _buttons(block: Buttons, keys: Keys) -> RichText:
    """Few quiet buttons stand in a line; a choice of answers stands one below the other."""
    apart = len(block.items) > INLINE and not all(button.style == "quiet" for button in block.items)
    text = RichText(block.label, style=QUIET)
    for number, button in enumerate(block.items):
        text.append("\n" if apart else "   " if number else " " if block.label else "")
        text.append(
            f"{keys.add(button.says):>3} " if apart else f"{keys.add(button.says)} ", style="not dim bold yellow"
        )
        text.append(button.label, style=_LOOKS[button.style])
    return text


def _bullets(items: tuple[str, ...], ordered: bool) -> ConsoleRenderable:
    grid = RichTable.grid(padding=(0, 1))
    for number, item in enumerate(items, 1):
        grid.add_row(f"{number}." if ordered else "•", _line(item))
    return grid


def _table(table: Table) -> ConsoleRenderable:
    drawn = RichTable(title=table.title or None, box=box.ROUNDED, header_style="bold", show_lines=True)
    drawn.title_justify = "left"
    for column in table.columns:
        drawn.add_column(RichText(column), overflow="fold")
    for row in table.rows:
        drawn.add_row(*(_line(cell) for cell in row))
    return drawn


def _line(markdown: str, style: str = "") -> RichText:
    text = RichText(style=style)
    for span in markup.spans(markdown):
        looks = [name for name, on in (("bold", span.bold), ("italic", span.italic), ("green", span.code)) if on]
        if span.url:
            looks.append(f"underline link {span.url}")
        text.append(span.text, style=" ".join(looks) or None)
    return text


def to_text(replies: tuple[Reply, ...], width: int = 80) -> str:
    """Draw replies as plain text of a given width: golden files and pipes."""
    console = Console(width=width, file=StringIO(), color_system=None, force_terminal=False, record=True)
    console.print(draw(replies)[0])
    return "\n".join(line.rstrip() for line in console.export_text().splitlines()) + "\n"
