"""The Markdown subset of everything the bot says: **bold**, *italic*, `code`, [label](https://…).

Parsed once here into spans that every renderer draws; what can't be drawn everywhere
(HTML, images, headings, lists, tables) is refused, so content lint can name the line.
Must never know a platform.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

from bot.errors import WhichopsError

_PARSER = MarkdownIt("zero", {"html": False, "linkify": False}).enable(
    ["emphasis", "backticks", "link", "escape", "entity"]
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>&])")


class MarkupError(WhichopsError, ValueError):  # a ValueError, so that pydantic reports it with its place
    """The text uses Markdown that some platform can't draw."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one look. `url` is set for links."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    url: str = ""


@lru_cache(maxsize=8192)
def spans(markdown: str) -> tuple[Span, ...]:
    """Parse one line of our Markdown.

    Raises MarkupError for links that are not https and for anything outside the subset.
    """
    found: list[Span] = []
    bold = italic = 0
    url = ""
    for token in _PARSER.parseInline(markdown)[0].children or []:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "link_open":
                url = str(token.attrs["href"])
                if not url.startswith("https://"):
                    raise MarkupError(f"a link must start with https:// and this one is {url!r}")
            case "link_close":
                url = ""
            case "code_inline":
                found.append(Span(token.content, bold > 0, italic > 0, True, url))
            case "text" | "text_special":
                if token.content:
                    found.append(Span(token.content, bold > 0, italic > 0, False, url))
            case "softbreak" | "hardbreak":
                found.append(Span("\n"))
            case other:
                raise MarkupError(f"{other!r} can't be drawn on every platform")
    return tuple(found)


def plain(markdown: str) -> str:
    """Write the text without its marks; a link keeps its label and its address."""
    words: list[str] = []
    pending = ""
    for span in spans(markdown):
        if pending and span.url != pending:
            words.append(f" ({pending})")
        pending = span.url
        words.append(span.text)
    if pending:
        words.append(f" ({pending})")
    return "".join(words)


def escape(text: str) -> str:
    """Make any text safe to put inside our Markdown: it is drawn as it stands."""
    return _SPECIAL.sub(r"\\\1", text)
