"""Draw our Markdown in Slack's two ways: rich text, which holds words as they stand, and mrkdwn.

Rich text has no escapes because it needs none: a word can't become a mention, a link or a mark. mrkdwn
has three characters to escape and no way at all to write a literal `*`; there a look-alike stands for it.
Must never let a text ping, link or format anything that the content didn't mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from adapters.slack.limits import SECTION, URL
from adapters.spans import Spans, clean, linked, pages, parsed, parted, shown, size
from adapters.wire import Json
from bot.markup import Span

CALL: Final = 40  # characters a mention takes at most
APART: Final = "\u200b"  # zero-width space: a mark beside a letter is a mark only with this between
_LONGEST_URL: Final = SECTION // 3  # drawn, escapes and all: a longer address is shown, not linked
# What mrkdwn would read as a mark: one that can open (not inside a word, not before a blank), any backtick, an emoji's
# name, a quote. There is no escape; a character that looks the same is the only sure way.
_MARKS: Final = re.compile(r"(?<![^\W_])[*_~](?!\s)|`|:(?=[\w+'-]+:)|^>")
_ALIKE: Final = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb", ":": "\u2236", ">": "\u200b>"}
_LOOK: Final = 40  # about what a span adds to the JSON beside its words
_RUN: Final = "*_`"
_IN_URL: Final = {"|": "%7C", "<": "%3C", ">": "%3E", " ": "%20", "\n": "", "`": "%60"}


def escape(text: str) -> str:
    """Write the three characters of Slack's that mean something. Last, and once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spans(markdown: str) -> Spans:
    """Parse our Markdown; what is none is drawn as it stands. Addresses too long to link are written out."""
    return parsed(markdown, _plain_link)


def link(label: str, url: str) -> Spans:
    """Link an https address; any other is shown, never linked."""
    return linked(label, url, _plain_link)


def _plain_link(span: Span) -> Span:
    if size(escape(_address(span.url))) <= min(URL, _LONGEST_URL):
        return span
    return shown(span)


def _address(url: str) -> str:
    return "".join(_IN_URL.get(character, character) for character in clean(url))


# Cutting --------------------------------------------------------------------------------
def weight(found: Spans) -> int:
    """Count what spans take: their characters, addresses included, and a little for each one's look."""
    return sum(size(span.text) + size(span.url) + _LOOK for span in found)


def cut(found: Spans, limit: int) -> list[Spans]:
    """Cut into parts of at most `limit` characters, each run's own frame included."""
    return parted(found, limit, _LOOK)


def cut_mrkdwn(found: Spans, limit: int) -> list[str]:
    """Cut into mrkdwn texts of at most `limit` characters, escapes included."""
    room = limit
    while True:
        drawn = [mrkdwn(part) for part in cut(found, room)]
        if all(size(text) <= limit for text in drawn):
            return drawn
        room = room * 2 // 3


# Drawing --------------------------------------------------------------------------------
def rich(*elements: Json) -> Json:
    """Put sections and lists into a rich text block."""
    return {"type": "rich_text", "elements": list(elements)}


def code(text: str, limit: int, *, plainly: bool = False) -> list[Json]:
    """Draw a file's text as it stands, in blocks of at most `limit` characters; `plainly`: as mrkdwn."""
    if not plainly:
        held = [
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": part}]}
            for part in pages(text, limit)
        ]
        return [rich(each) for each in held]
    room = limit - 8
    while any(size(escape(part)) > limit - 8 for part in pages(text, room)):
        room //= 2
    drawn = [f"```\n{escape(part).replace('```', APART.join('```')).rstrip()}\n```" for part in pages(text, room)]
    return [{"type": "section", "text": {"type": "mrkdwn", "text": part, "verbatim": True}} for part in drawn]


def section(found: Spans, called: Mapping[str, str] | None = None) -> Json:
    """Draw as a section of rich text; never empty, which Slack refuses. `called` are handles that become mentions."""
    elements = [drawn for span in found if span.text for drawn in _elements(span, called or {})]
    return {"type": "rich_text_section", "elements": elements or [{"type": "text", "text": " "}]}


def _elements(span: Span, called: Mapping[str, str]) -> Iterator[Json]:
    """Draw a run, with a mention for the first of each handle that is to be called."""
    handle = next((each for each in called if each in span.text and not span.url), "")
    if not handle:
        yield _element(span)
        return
    before, _, after = span.text.partition(handle)
    if before:
        yield _element(replace(span, text=before))
    yield {"type": "user", "user_id": called[handle]}
    if after:
        yield from _elements(replace(span, text=after), {each: id_ for each, id_ in called.items() if each != handle})


def _element(span: Span) -> Json:
    looks = {name: True for name in ("bold", "italic", "code") if getattr(span, name)}
    style = {"style": looks} if looks else {}
    if span.url:
        return {"type": "link", "url": _address(span.url), "text": span.text} | style
    return {"type": "text", "text": span.text} | style


def calling(drawn: str, called: Mapping[str, str] | None) -> str:
    """Put mentions into mrkdwn that is escaped already, for the first of each handle that is to be called."""
    for handle, id_ in (called or {}).items():
        drawn = drawn.replace(handle, f"<@{id_}>", 1)
    return drawn


def mrkdwn(found: Sequence[Span]) -> str:
    """Draw as mrkdwn."""
    drawn = ""
    for span in found:
        for number, line in enumerate(span.text.split("\n")):
            drawn += "\n" if number else ""
            drawn = _beside(drawn, _marked(span, line))
    return drawn


def _beside(before: str, after: str) -> str:
    """Put two runs side by side so that a mark between a letter and a letter is still one."""
    if not before or not after:
        return before + after
    last, first = before[-1], after[0]
    seam = (last in _RUN and (first.isalnum() or first in _RUN)) or (first in _RUN and last.isalnum())
    return before + (APART if seam else "") + after


def _marked(span: Span, line: str) -> str:
    core = line.strip()
    if not core:
        return line
    before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    if span.code:
        drawn = f"`{escape(core.replace('`', chr(39)))}`"
    else:
        drawn = escape(_MARKS.sub(lambda found: _ALIKE[found.group()], core))
    if span.url:
        drawn = f"<{escape(_address(span.url))}|{drawn}>"
    if span.italic:
        drawn = f"_{drawn}_"
    if span.bold:
        drawn = f"*{drawn}*"
    return before + drawn + after
