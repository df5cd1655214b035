"""Replies become Block Kit that Slack takes: golden pictures, and any reply within every limit."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View

from adapters import spans
from adapters.slack import limits, render, words
from adapters.slack.forms import metadata
from bot.chat import Block, Bullets, Button, Buttons, Choices, Link, Links, Note, Option, Place, Reply, Table, Text
from tests.slack import rules
from tests.slack.replies import REPLIES

GOLDEN = Path(__file__).parents[1] / "golden" / "slack"
ASK = render.AskWords("Ask Whichops", "Your question", "Ask", "Cancel")


def drawn(*blocks: Block, title: str = "", simple: bool = False) -> list[dict[str, Any]]:
    return render.render(Reply(blocks, title), simple=simple)


def check(payloads: list[dict[str, Any]]) -> None:
    """Everything Slack and its SDK would say about these messages."""
    for payload in payloads:
        assert {"text", "blocks"} == set(payload)
        assert 0 < rules.units(payload["text"]) <= 40_000
        assert "" == rules.refusal(payload["blocks"])
        assert limits.weigh(payload["blocks"]) <= limits.BLOCKS_SIZE
        validate(payload["blocks"])


def validate(blocks: list[dict[str, Any]]) -> None:
    for block in blocks:
        found = SdkBlock.parse(json.loads(json.dumps(block)))
        assert found is not None
        found.validate_json()
        for element in getattr(found, "elements", None) or []:
            if hasattr(element, "validate_json"):
                element.validate_json()


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def shown(value: object) -> str:
    """Every text that is seen, in order."""
    if isinstance(value, dict):
        return "".join(each if key == "text" and isinstance(each, str) else shown(each) for key, each in value.items())
    return "".join(map(shown, value)) if isinstance(value, list) else ""


def mrkdwn(payloads: list[dict[str, Any]]) -> list[str]:
    """Every text that Slack reads as mrkdwn."""
    blocks = [block for payload in payloads for block in payload["blocks"]]
    parts = [part for block in blocks for part in (block.get("text"), *block.get("elements", []))]
    found = [part["text"] for part in parts if isinstance(part, dict) and part.get("type") == "mrkdwn"]
    return [*(payload["text"] for payload in payloads), *found]


# Golden pictures --------------------------------------------------------------------------
@pytest.mark.parametrize("simple", [False, True], ids=["", "simple"])
@pytest.mark.parametrize("name", sorted(REPLIES))
def test_the_main_replies_look_as_agreed(name: str, simple: bool) -> None:
    payloads = render.render(REPLIES[name], simple=simple)
    check(payloads)
    path = GOLDEN / f"{name}{'_simple' if simple else ''}.json"
    text = json.dumps(payloads, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_there_is_no_golden_file_of_a_reply_that_is_gone() -> None:
    assert {f"{name}{end}" for name in REPLIES for end in ("", "_simple")} == {
        path.stem for path in GOLDEN.glob("*.json")
    }


# How things are drawn ---------------------------------------------------------------------
def test_a_comparison_is_one_real_table_with_a_cell_for_each() -> None:
    (payload,) = render.render(REPLIES["comparison"])
    (table,) = [block for block in payload["blocks"] if block["type"] == "table"]
    assert [3, 3, 3, 3] == [len(row) for row in table["rows"]]
    assert {"type": "raw_text", "text": " "} == table["rows"][0][0]


def test_two_tables_are_two_messages() -> None:
    table = Table(("a",), (("1",),))
    check(drawn(table, table))
    assert 2 == len(drawn(table, table))


def test_a_long_table_goes_on_under_its_headings() -> None:
    payloads = drawn(Table(("n", "word"), tuple((str(n), "w") for n in range(250))))
    check(payloads)
    tables = [block["rows"] for payload in payloads for block in payload["blocks"]]
    assert [str(n) for n in range(250)] == [row[0]["text"] for rows in tables for row in rows[1:]]
    assert len({json.dumps(rows[0]) for rows in tables}) == 1


def test_a_table_too_wide_for_slack_is_written_as_lines() -> None:
    payloads = drawn(Table(tuple(f"c{n}" for n in range(21)), (tuple(str(n) for n in range(21)),)))
    check(payloads)
    assert not any(block["type"] == "table" for block in payloads[0]["blocks"])
    assert "• c20: 20" in shown(payloads[0]["blocks"])


def test_the_simple_drawing_uses_only_blocks_that_every_workspace_knows() -> None:
    for reply in REPLIES.values():
        used = {block["type"] for payload in render.render(reply, simple=True) for block in payload["blocks"]}
        assert used <= {"header", "section", "context", "actions"}


def test_a_long_answer_is_split_and_nothing_is_lost() -> None:
    said = [f"word{n}" for n in range(6000)]
    for simple in (False, True):
        payloads = drawn(Text(" ".join(said)), simple=simple)
        check(payloads)
        assert len(payloads) > 1
        assert said == re.findall(r"word\d+", " ".join(strings([payload["blocks"] for payload in payloads])))


def test_many_buttons_of_one_kind_become_a_menu_and_the_others_stay() -> None:
    (payload,) = render.render(REPLIES["question_menu"])
    elements = [element for block in payload["blocks"] if block["type"] == "actions" for element in block["elements"]]
    assert ["static_select", "button", "button", "button", "button"] == [element["type"] for element in elements]
    assert "/answer run s0" == elements[0]["options"][0]["value"]


def test_no_two_things_to_press_in_a_message_share_an_id() -> None:
    for reply in REPLIES.values():
        for simple in (False, True):
            ids = re.findall(r'"action_id": "([^"]+)"', json.dumps(render.render(reply, simple=simple)))
            assert len(ids) == len(set(ids))


def test_eleven_choices_are_a_menu_and_its_confirmation() -> None:
    options = tuple(Option(f"o{n}", f"Option {n}", chosen=n == 3) for n in range(11))
    (payload,) = drawn(Choices("Which?", options, "/answer x", "Go"))
    check([payload])
    menu, go = (block["elements"][0] for block in payload["blocks"] if block["type"] == "actions")
    assert ("multi_static_select", "pick:0:0", "go:0", "/answer x") == (
        menu["type"],
        menu["action_id"],
        go["action_id"],
        go["value"],
    )
    assert ["o3"] == [option["value"] for option in menu["initial_options"]]


def test_a_label_too_long_for_its_button_is_written_out_above_it() -> None:
    label = "Why " + "very " * 20 + "long"
    (payload,) = drawn(Buttons((Button(label, "/show x"),)))
    check([payload])
    assert any(label in text for text in strings(payload["blocks"]))


def test_what_a_button_can_t_carry_is_shown_to_be_typed() -> None:
    says = "/answer " + "x" * 2100
    payloads = drawn(Buttons((Button("Take it", says),)))
    check(payloads)
    assert says[8:] in shown([payload["blocks"] for payload in payloads]).replace("`", "")


def test_the_thumbs_say_what_their_buttons_would() -> None:
    (payload,) = render.render(REPLIES["answer"])
    (row,) = [block for block in payload["blocks"] if block["type"] == "context_actions"]
    thumbs = row["elements"][0]
    assert ("/feedback r7f3 up", "/feedback r7f3 down") == (
        thumbs["positive_button"]["value"],
        thumbs["negative_button"]["value"],
    )


def test_an_empty_reply_draws_nothing() -> None:
    assert [] == drawn()
    assert [] == drawn(Text(" "), Note(""), Bullets(()), Buttons(()), Links(()))


# Settling, Home, modal --------------------------------------------------------------------
def test_an_answered_card_says_what_was_chosen_and_has_nothing_to_press() -> None:
    (payload,) = render.render(REPLIES["question_single"])
    card = [block | {"block_id": block.get("block_id", f"b{n}")} for n, block in enumerate(payload["blocks"])]
    done = render.settled(card, "Noted: **Too many alerts**.")
    check([done])
    assert not any(block["type"] in ("actions", "context_actions") for block in done["blocks"])
    assert not any("block_id" in block for block in done["blocks"])
    assert "Noted: *Too many alerts*." == done["blocks"][-1]["elements"][0]["text"]
    assert "Noted: Too many alerts." == done["text"]


def test_a_settled_card_drops_the_line_that_named_its_buttons() -> None:
    (payload,) = render.render(REPLIES["did_you_mean"])
    assert "Did you mean:" not in list(strings(render.settled(payload["blocks"], "ok")["blocks"]))


def test_the_home_tab_takes_every_reply_and_says_when_there_is_more() -> None:
    view = render.home(list(REPLIES.values()) * 3, "There is *more*.")
    assert "" == rules.view_refusal(view)
    assert "There is _more_." == view["blocks"][-1]["elements"][0]["text"]
    View(**view).validate_json()
    short = render.home([REPLIES["answer"]], "There is *more*.")
    assert "There is _more_." not in list(strings(short))


@given(st.text(max_size=4000))
@settings(max_examples=30)
def test_the_question_modal_is_valid_whatever_was_said(question: str) -> None:
    view = render.ask_modal(ASK, question, metadata(Place("slack", "T", "C", "1.0")))
    assert "" == rules.view_refusal(view)
    View(**view).validate_json()


def test_a_place_too_long_for_a_modal_is_refused() -> None:
    with pytest.raises(ValueError, match="3001"):
        render.ask_modal(ASK, "", "x" * 3001)


# mrkdwn -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**bold** *it* `code`", "*bold* _it_ `code`"),
        ("a**b**c", "a\u200b*b*\u200bc"),
        ("** a** b", "∗* a** b"),
        ("[x](https://a.b/?q=1&r=2)", "<https://a.b/?q=1&amp;r=2|x>"),
        ("**[x](https://a.b)**", "*<https://a.b|x>*"),
        (r"2 \* 3, snake_case, \~/x", "2 * 3, snake_case, ∼/x"),
        (r"\<!channel\> & \<@U1\>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        (":tada: at 10:30", "∶tada: at 10:30"),
        (r"\> quote", "\u200b&gt; quote"),
        ("`a*b <c>`", "`a*b &lt;c&gt;`"),
    ],
)
def test_mrkdwn_says_what_our_markdown_says(markdown: str, expected: str) -> None:
    assert expected == words.mrkdwn(words.spans(markdown))


# Any reply --------------------------------------------------------------------------------
HOSTILE = [
    "<!channel>",
    "<!here|x>",
    "<@U1>",
    "<#C1|x>",
    "<https://evil.example|y>",
    "&lt;!channel&gt;",
    "*a*",
    "_b_",
    "`c`",
]
HOSTILE += [
    "[z](https://evil.example/)",
    "[z](javascript:1)",
    ":tada:",
    "\ud800",
    "\x00",
    "😀",
    "> q",
    "\n\n",
    " ",
    "~~~",
    "<script>",
]
LENGTHS = st.sampled_from([0, 1, 74, 75, 76, 150, 151, 255, 1999, 2001, 3000, 3001, 9000, 13000])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join),
    st.builds(
        lambda bit, length: (bit * (length // len(bit) + 1))[:length],
        st.sampled_from([*HOSTILE, "word ", "x", "&"]),
        LENGTHS,
    ),
)
BUTTONS = st.builds(
    Button,
    TEXTS,
    TEXTS
    | st.sampled_from(["/feedback r up", "/feedback r down", "/explain r", "/change a", "/change b", "/answer q v"]),
    st.sampled_from(["plain", "primary", "quiet"]),
)
SMALL = st.text(max_size=20) | st.sampled_from(HOSTILE)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    wide = draw(st.integers(0, 22))
    cells = TEXTS if wide < 4 else SMALL
    rows = draw(st.lists(st.tuples(*[cells] * wide), max_size=4)) * draw(st.sampled_from([1, 1, 30]))
    return Table(tuple(draw(SMALL) for _ in range(wide)), tuple(rows), draw(TEXTS))


BLOCKS = st.one_of(
    st.builds(Text, TEXTS),
    st.builds(Note, TEXTS),
    st.builds(Bullets, st.lists(TEXTS, max_size=4).map(tuple), st.booleans()),
    st.builds(
        Links, st.lists(st.builds(Link, TEXTS, TEXTS.map(lambda t: "https://" + t) | TEXTS), max_size=4).map(tuple)
    ),
    st.builds(Buttons, st.lists(BUTTONS, max_size=30).map(tuple), TEXTS),
    st.builds(
        Choices,
        TEXTS,
        st.lists(st.builds(Option, SMALL.map(str.strip) | TEXTS, TEXTS, st.booleans()), max_size=13).map(tuple),
        TEXTS,
        TEXTS,
    ),
    tables(),
)
ANY_REPLY = st.builds(Reply, st.lists(BLOCKS, max_size=5).map(tuple), TEXTS)
LINKED = re.compile(r"<([^>|]*)\|[^>]*>|<([^>|]*)>")


@settings(max_examples=150, deadline=None)
@given(ANY_REPLY, st.booleans())
def test_any_reply_is_within_every_limit_and_pings_nobody(reply: Reply, simple: bool) -> None:
    payloads = render.render(reply, simple=simple)
    check(payloads)
    for text in mrkdwn(payloads):
        for found in LINKED.finditer(text):
            assert (found.group(1) or found.group(2)).startswith("https://")
        assert not re.search(r"<[!@#]", text)
    kinds = set(re.findall(r'"type": "(\w+)"', json.dumps(payloads)))
    assert not kinds & {"user", "channel", "broadcast", "usergroup", "team"}


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY_REPLY, max_size=2))
def test_any_home_tab_is_within_every_limit(replies: list[Reply]) -> None:
    view = render.home(replies, "more")
    if view["blocks"]:
        assert "" == rules.view_refusal(view)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(60, 3000))
def test_cutting_keeps_every_character_but_blanks(text: str, limit: int) -> None:
    found = spans.literal(text)
    parts = words.cut(found, limit)
    assert all(words.weight(part) <= limit for part in parts)
    kept = "".join(span.text for part in parts for span in part)
    assert "".join(spans.clean(text).split()) == "".join(kept.split())
