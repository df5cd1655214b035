"""Draw our Markdown in Teams' two ways: text runs of a card, which hold words as they stand, and a message's Markdown.

A message's Markdown is Teams' own: it takes `snake_case` for italics, a few HTML tags and `<at>` for a mention, and
documents no escape. What it ends in is HTML, so every character that could mean something is written as an HTML
entity, which no reading of Markdown takes for a mark. Must never let a text mention, link or format anything that the
content didn't mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.spans import MORE, Spans, clean, linked, parsed, parted, shown
from adapters.teams.limits import URL
from adapters.wire import Json
from bot.markup import Span

APART: Final = "&#8203;"  # zero-width space: a mark beside a letter is a mark only with this between
_MARKS: Final = re.compile(r"[\\`*_~\[\]<>&|#^$]|!$")  # "!" before a link makes it an image
# At the start of a line these make a list, a heading or a rule.
_STARTS: Final = re.compile(r"(?m)^([^\S\n]*)([-+=]|\d{1,9}(?=[.)]))")
_IN_URL: Final = re.compile(r"[\s()<>\[\]\\`\"'*_~|^{}]")
_IN_BLOCK: Final = re.compile(r"([\\`*_\[\]<>~#|!&])")
_RUN: Final = "*`"
FRAME: Final = 8  # characters that a run's own frame in JSON weighs, at what limits.PART allows a character
_APART: Final = " \t\n.,:;!?()/-"  # beside these a mark is a mark


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be mentioned: their Connector user id and the name that is shown."""

    id: str
    name: str


def spans(markdown: str) -> Spans:
    """Parse our Markdown; what is none is drawn as it stands. Addresses too long to link are written out."""
    return parsed(markdown, _linkable)


def link(label: str, url: str) -> Spans:
    """Link an https address; any other is shown, never linked."""
    return linked(label, url, _linkable)


def _linkable(span: Span) -> Span:
    if len(address(span.url)) <= URL:
        return span
    return shown(span)


def address(url: str) -> str:
    """Write an address so that nothing in it ends a link or starts a mark."""
    return _IN_URL.sub(lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), clean(url))


def cut(found: Spans, limit: int) -> list[Spans]:
    """Cut into parts of at most `limit` characters, each run's own frame included."""
    return parted(found, limit, FRAME)


# A card's words ---------------------------------------------------------------------------
def runs(found: Spans, *, bold: bool = False, **look: object) -> list[Json]:
    """Draw as text runs, for a rich text block: there a word is only ever a word. `look` is for every run."""
    return [_run(span, bold, look) for span in found if span.text]


def _run(span: Span, bold: bool, look: Mapping[str, object]) -> Json:
    drawn: Json = {"type": "TextRun", "text": undated(span.text), **look}
    if span.bold or bold:
        drawn["weight"] = "bolder"
    if span.italic:
        drawn["italic"] = True
    if span.code:
        drawn["fontType"] = "monospace"
    if span.url:
        drawn["selectAction"] = {"type": "Action.OpenUrl", "url": address(span.url)}
    return drawn


def undated(text: str) -> str:
    """Break what cards take for a date to write out: `{{DATE(…)}}`."""
    return text.replace("{{", "{\u200b{")


def in_block(text: str) -> str:
    """Escape a plain line for a text block, whose Markdown has backslashes."""
    line = " ".join(undated(clean(text)).split())
    return re.sub(r"^([-+]|\d+(?=[.)]))", lambda found: f"{found[1]}\u200b", _IN_BLOCK.sub(r"\\\1", line))


# A message's Markdown ---------------------------------------------------------------------
def markdown(
    found: Sequence[Span], mentioned: Mapping[str, Person] | None = None, cited: Mapping[int, int] | None = None
) -> str:
    """Draw as a message's Markdown, with a mention for the first of each handle that is to be called.

    `cited` are the numbers of the spans that a citation's number stands behind.
    """
    left = dict(mentioned or {})
    drawn = ""
    for nth, span in enumerate(found):
        for number, line in enumerate(span.text.split("\n")):
            drawn += "  \n" if number else ""
            # Four blanks at a line's start would make it code.
            kept = line if drawn and not drawn.endswith("\n") else line.lstrip()
            drawn = _beside(drawn, _marked(span, kept, left))
        if cited and nth in cited:
            drawn += f" [{cited[nth]}]"
    return drawn


def escape(text: str) -> str:
    """Write a plain text so that Teams shows it as it stands."""
    drawn = _MARKS.sub(lambda found: f"&#{ord(found.group())};", text)
    return _STARTS.sub(lambda found: f"{found[1]}{''.join(f'&#{ord(each)};' for each in found[2])}", drawn)


def at(person: Person) -> str:
    """Write a mention, as it stands in a text and in its entity."""
    name = " ".join(re.sub(r"[\\`*_~\[\]<>&|#]", " ", clean(person.name)).split())
    return f"<at>{name or MORE}</at>"


def _beside(before: str, after: str) -> str:
    """Put two runs side by side so that a mark between a letter and a letter is still one."""
    if not before or not after or before.endswith("\n"):
        return before + after
    last, first = before[-1], after[0]
    seam = (last in _RUN and first not in _APART) or (first in _RUN and last not in _APART)
    return before + (APART if seam else "") + after


def _marked(span: Span, line: str, left: dict[str, Person]) -> str:
    core = line.strip()
    if not core:
        return line
    before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    if span.code and not span.url and not _CODE_ENDS.search(core):
        drawn = f"`{core}`"
    else:
        drawn = _calling(core, left) if not span.url else escape(core)
    if span.url:
        drawn = f"[{drawn}]({address(span.url)})"
    if span.italic:
        drawn = f"*{drawn}*"
    if span.bold:
        drawn = f"**{drawn}**"
    return before + drawn + after


# In code nothing can be written as an entity: what would end it, or be taken for a tag, is drawn as a word instead.
_CODE_ENDS: Final = re.compile(r"[`<>&\[\]\\]")


def _calling(text: str, left: dict[str, Person]) -> str:
    handle = next((each for each in left if each and each in text), "")
    if not handle:
        return escape(text)
    person = left.pop(handle)
    before, _, after = text.partition(handle)
    return _calling(before, left) + at(person) + _calling(after, left)
