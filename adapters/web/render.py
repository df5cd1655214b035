"""Draw replies as HTML: one `article` a reply, every word of it escaped.

Pure: the same replies give the same markup. Must never build markup by joining strings,
and never send, wait or read anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from adapters.files import pixels
from bot import markup
from bot.chat import Block, Bullets, Button, Buttons, Choices, File, Link, Links, Note, Reply, Table, Text
from bot.commands import Give, Move, NoneOfThese, Publish, Team, parse
from bot.roadmap.road import Road

_LINK = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
_RANGE = re.compile(r"(?<!\d)(\d{1,4}(?:-\d{1,4}){1,2})(?!\d)")  # bounded: it runs over any text
_SIZE = re.compile(r'viewBox="0 0 ([0-9.]{1,9}) ([0-9.]{1,9})"')
_NARROW = 12  # characters: a column of such short cells is drawn as narrow as it can be


@dataclass(frozen=True, slots=True)
class Press:
    """Where a button's form goes when the page runs without its script, and where a reply's files are."""

    action: str
    id: str
    files: str = ""  # where the files of these replies are; "": nowhere


def fragment(replies: Iterable[Reply], press: Press) -> Markup:
    """Draw replies in order; no replies give empty markup."""
    return Markup("").join(article(reply, press) for reply in replies)


def road(thread: str, road: Road, line: Text) -> Markup:
    """Draw where somebody is on their roadmap, as the way to the conversation it is in."""
    total = len(road.stretches)
    bar = Markup('<progress value="{}" max="{}" aria-hidden="true"></progress>').format(road.done, max(1, total))
    return Markup('<a href="/t/{}">{}</a>{}').format(thread, inline(line.markdown), bar)


def article(reply: Reply, press: Press) -> Markup:
    """Draw one reply. `data-asks` is equal for two replies that put the same thing to the person."""
    title = Markup("<h2>{}</h2>").format(reply.title) if reply.title else Markup("")
    blocks = Markup("").join(_block(block, press) for block in reply.blocks)
    private = Markup(' data-audience="asker"') if reply.audience == "asker" else Markup("")
    return Markup('<article class="reply" data-asks="{}"{}>{}{}</article>').format(asks(reply), private, title, blocks)


def asks(reply: Reply) -> str:
    """Name what a reply puts to the person: its open question, else its set of buttons, else nothing."""
    says: list[str] = []
    for block in reply.blocks:
        match block:
            case Buttons(buttons):
                says += [button.says for button in buttons]
            case Choices():
                says.append(block.says)
    questions = {command.question for command in map(parse, says) if isinstance(command, Give)}
    if questions:
        return "question:" + ",".join(sorted(questions))
    return hashlib.sha256("\n".join(sorted(says)).encode()).hexdigest()[:16] if says else ""


def inline(markdown: str) -> Markup:
    """Draw one line of our Markdown."""
    return Markup("").join(_span(span) for span in markup.spans(markdown))


def _span(span: markup.Span) -> Markup:
    drawn = Markup("<br>").join(map(_words, span.text.split("\n")))
    if span.code:
        drawn = Markup("<code>{}</code>").format(drawn)
    if span.italic:
        drawn = Markup("<em>{}</em>").format(drawn)
    if span.bold:
        drawn = Markup("<strong>{}</strong>").format(drawn)
    return _LINK.format(span.url, drawn) if span.url else drawn


def _words(text: str) -> Markup:
    """Keep dates and ranges on one line; a browser would break them at the hyphen."""
    parts = _RANGE.split(text)
    whole = [Markup('<span class="whole">{}</span>').format(part) for part in parts[1::2]]
    drawn = [escape(part) for part in parts]
    drawn[1::2] = whole
    return Markup("").join(drawn)


def _block(block: Block, press: Press) -> Markup:
    match block:
        case Text(markdown):
            return Markup("<p>{}</p>").format(inline(markdown))
        case Note(markdown):
            return Markup('<p class="note">{}</p>').format(inline(markdown))
        case Bullets(items, ordered):
            frame = Markup("<ol>{}</ol>") if ordered else Markup("<ul>{}</ul>")
            return frame.format(_lines(map(inline, items)))
        case Table():
            return _table(block)
        case Links(links):
            return Markup('<ul class="links">{}</ul>').format(_lines(map(_link, links)))
        case Buttons():
            return _buttons(block, press)
        case Choices():
            return _choices(block, press)
        case File():
            return _file(block, press)


def _lines(items: Iterable[Markup]) -> Markup:
    return Markup("").join(Markup("<li>{}</li>").format(item) for item in items)


def _link(link: Link) -> Markup:
    """Draw an address; one that is not https is shown, never made clickable."""
    if not link.url.startswith("https://"):
        return Markup("{} ({})").format(link.label, link.url)
    return _LINK.format(link.url, link.label)


def _table(table: Table) -> Markup:
    """Draw a real table whose first column heads its rows, in a box that scrolls where it is too wide."""
    name = table.title or ", ".join(column for column in table.columns if column)
    caption = Markup("<caption>{}</caption>").format(table.title) if table.title else Markup("")
    looks = ["narrow" if max(map(len, column)) <= _NARROW else "" for column in zip(*table.rows, strict=True)]
    heads = Markup("").join(map(_head, table.columns, looks))
    rows = Markup("").join(_row(row, looks) for row in table.rows)
    return Markup(
        '<div class="table" role="region" tabindex="0" aria-label="{}"><table>{}'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(name, caption, heads, rows)


def _head(column: str, look: str) -> Markup:
    return Markup('<th scope="col" class="{}">{}</th>').format(look, column) if column else Markup("<td></td>")


def _row(cells: Sequence[str], looks: Sequence[str]) -> Markup:
    first = Markup('<th scope="row" class="{}">{}</th>').format(looks[0], inline(cells[0])) if cells else Markup("")
    rest = [
        Markup('<td class="{}">{}</td>').format(*drawn) for drawn in zip(looks[1:], map(inline, cells[1:]), strict=True)
    ]
    return Markup("<tr>{}{}</tr>").format(first, Markup("").join(rest))


def _buttons(block: Buttons, press: Press) -> Markup:
    # Nobody reads along here: there is no channel to show a roadmap to, and no team in it.
    shown = [button for button in block.items if not isinstance(parse(button.says), Publish | Team)]
    block = replace(block, items=tuple(shown))
    if not block.items:
        return Markup("")
    answers = [button for button in block.items if isinstance(parse(button.says), Give)]
    look = "buttons options" if len(answers) > 2 else "buttons"
    group = Markup(' role="group" aria-label="{}"').format(block.label) if block.label else Markup("")
    about = Markup('<p class="about" aria-hidden="true">{}</p>').format(block.label) if block.label else Markup("")
    drawn = Markup("").join(_button(button) for button in block.items)
    return _form(press, Markup('{}<div class="{}"{}>{}</div>').format(about, look, group, drawn))


def _button(button: Button) -> Markup:
    return Markup('<button type="submit" name="text" value="{}" class="{}"{}>{}</button>').format(
        button.says, button.style, _move(button.says), button.label
    )


def _choices(block: Choices, press: Press) -> Markup:
    options = Markup("").join(
        Markup('<label><input type="checkbox" name="option" value="{}"{}> <span>{}</span></label>').format(
            option.id, Markup(" checked") if option.chosen else Markup(""), option.label
        )
        for option in block.options
    )
    confirm = Markup('<button type="submit" name="text" value="{}" class="primary">{}</button>').format(
        block.says, block.confirm
    )
    return _form(
        press,
        Markup('<fieldset class="choices"{}><legend>{}</legend>{}<div class="buttons">{}</div></fieldset>').format(
            _move(block.says), block.label, options, confirm
        ),
    )


def _file(file: File, press: Press) -> Markup:
    """Draw a picture, or what a file is good for; and what to save."""
    words = Markup("<p>{}</p>").format(file.alt)
    if not press.files:
        return words
    if not file.pictured:
        return words + _saving(press, file.name)
    dark = Markup('<source media="(prefers-color-scheme: dark)" srcset="{}/{}">').format(
        press.files, pixels(file.name, dark=True)
    )
    size = _SIZE.search(file.text[:2000])
    frame = Markup(' width="{}" height="{}"').format(*map(round, map(float, size.groups()))) if size else Markup("")
    drawn = Markup('<a href="{}/{}" target="_blank"><picture>{}<img src="{}/{}" alt="{}"{}></picture></a>').format(
        press.files, pixels(file.name), dark if file.dark else "", press.files, pixels(file.name), file.alt, frame
    )
    return Markup('<figure class="picture">{}{}</figure>').format(drawn, _saving(press, pixels(file.name), file.name))


def _saving(press: Press, *names: str) -> Markup:
    """Draw what saves files; a page for a browser is opened, and saved or printed from there."""
    links = Markup("").join(
        Markup('<a href="{}/{}" target="_blank">{}</a>').format(press.files, name, name)
        if name.endswith(".html")
        else Markup('<a href="{}/{}?save" download="{}">{}</a>').format(press.files, name, name, name)
        for name in names
    )
    return Markup('<p class="saving">{}</p>').format(links)


def _form(press: Press, inside: Markup) -> Markup:
    return Markup('<form method="post" action="{}"><input type="hidden" name="id" value="{}">{}</form>').format(
        press.action, press.id, inside
    )


def _move(says: str) -> Markup:
    """Mark what the page closes later: an interview's move at the next question, "none of these" at the next turn."""
    command = parse(says)
    if isinstance(command, NoneOfThese):
        return Markup(" data-once")
    return Markup(" data-move") if isinstance(command, Move) else Markup("")
