"""The vocabulary: places are whole, tables are square, plain text loses nothing."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import markup
from bot.chat import (
    Bullets,
    Button,
    Buttons,
    Choices,
    File,
    Link,
    Links,
    Message,
    Note,
    Option,
    Place,
    Reply,
    Table,
    Text,
)
from bot.markup import MarkupError, Span


def test_a_place_without_a_thread_is_refused() -> None:
    with pytest.raises(ValueError, match="every part of a place"):
        Place("slack", "T1", "C1", "")


def test_the_same_thread_of_two_tenants_is_two_places() -> None:
    one, other = Place("slack", "T1", "C1", "1.0"), Place("slack", "T2", "C1", "1.0")
    assert one.key == other.key
    assert one.owner != other.owner


def test_a_message_needs_an_aware_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        Message("1", Place("web", "local", "web", "t"), "me", "hi", True, datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_crooked_table_is_refused() -> None:
    with pytest.raises(ValueError, match="wrong number of cells"):
        Table(("a", "b"), (("1",),))


def test_plain_text_keeps_every_block() -> None:
    reply = Reply(
        (
            Text("See **this** [page](https://example.com/a)"),
            Bullets(("one", "two"), ordered=True),
            Table(("", "DevOps"), (("What", "software"),)),
            Links((Link("Guide", "https://example.com/g"),)),
            Buttons((Button("Yes", "/y"), Button("No", "/n")), "Sure?"),
            Choices("Which?", (Option("a", "A", chosen=True), Option("b", "B")), "/answer x", "Go"),
            Note("*small*"),
            File("plan.csv", "text/csv", "a,b", "The plan as a table"),
            File("plan.svg", "image/svg+xml", "<svg/>", "All of the plan"),
        ),
        title="Head",
    )
    expected = (
        "Head\n\nSee this page (https://example.com/a)\n\n1. one\n2. two\n\n- What; DevOps: software\n\n"
        "- Guide: https://example.com/g\n\nSure? [Yes] | [No]\n\nWhich?\n[x] A\n[ ] B\n\nsmall\n\n"
        "plan.csv: The plan as a table\n\nAll of the plan"
    )
    assert reply.plain == expected


def test_marks_become_spans() -> None:
    assert markup.spans("a **b** *c* `d` [e](https://f.g)") == (
        Span("a "),
        Span("b", bold=True),
        Span(" "),
        Span("c", italic=True),
        Span(" "),
        Span("d", code=True),
        Span(" "),
        Span("e", url="https://f.g"),
    )


@pytest.mark.parametrize("url", ["http://a.b", "javascript:alert(1)", "data:text/html,x", "//a.b"])
def test_a_link_that_is_not_https_never_becomes_a_link(url: str) -> None:
    try:
        found = markup.spans(f"[x]({url})")
    except MarkupError:
        return
    assert not any(span.url for span in found)


@given(st.text(max_size=120))
def test_escaped_text_is_drawn_as_it_stands(text: str) -> None:
    spans = markup.spans(f"«{markup.escape(text)}»")
    assert not any(span.bold or span.italic or span.code or span.url for span in spans)
