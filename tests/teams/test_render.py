"""Replies become messages and cards that Teams takes: golden pictures, and any reply within every limit."""

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
from markdown_it import MarkdownIt

from adapters import spans
from adapters.teams import cards, limits, render, words
from adapters.teams.words import Person
from bot.chat import Block, Bullets, Button, Buttons, Choices, Link, Links, Note, Option, Reply, Table, Text
from tests.slack.replies import REPLIES as COMMON
from tests.teams import rules

GOLDEN = Path(__file__).parents[1] / "golden" / "teams"
READER = MarkdownIt("commonmark", {"html": True}).enable("strikethrough").enable("table")
HINT = "In a channel I only hear words that mention me."
ASKER = {"@sam": Person("29:1abc", "Sam O'Neil"), "@kim": Person("29:2def", "Kim_<b>_[x]")}

REPLIES: dict[str, Reply] = COMMON | {
    "human": Reply(
        (
            Text("@sam, can you help here? There is no reviewed answer to this.", mentions=("@sam",)),
            Text("The question, in the asker's own words: “why does \\_it\\_ \\<at\\>all\\</at\\> fail?”"),
        )
    ),
    "shared": Reply(
        (
            Text("A model registry keeps **versions** of models."),
            Buttons((Button("Helpful", "/feedback r1 up"), Button("Not helpful", "/feedback r1 down"))),
            Buttons((Button("Share with the channel", "/share r1", "primary"),)),
        )
    ),
    "links": Reply((Links((Link("Pro Git", "https://example.com/git"), Link("Not ours", "http://example.com"))),)),
    "paused": Reply(
        (Text("Paused."), Buttons((Button("Go on", "/resume", "primary"), Button("Stop and delete", "/stop", "quiet"))))
    ),
}


def drawn(*blocks: Block, title: str = "") -> list[dict[str, Any]]:
    return render.render(Reply(blocks, title), mentions=ASKER)


def check(activities: list[dict[str, Any]]) -> None:
    """Everything Teams would say about these messages."""
    for activity in activities:
        assert "" == rules.refusal(activity)
        assert rules.size(activity) <= 80_000
        assert set(activity) <= {"type", "text", "textFormat", "summary", "entities", "attachments", "channelData"}


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Every object of a card, without what stands in for another."""
    if isinstance(value, dict):
        yield value
        for name, each in value.items():
            if name != "fallback":
                yield from nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each)


def of(activities: object, kind: str) -> list[dict[str, Any]]:
    return [node for node in nodes(activities) if node.get("type") == kind]


def shown(activities: list[dict[str, Any]]) -> str:
    """Every word that is seen, in order."""
    parts = []
    for activity in activities:
        parts.append(read(activity.get("text", ""))[0])
        for node in nodes(activity.get("attachments", [])):
            if "text" in node:
                parts.append(re.sub(r"\\(.)", r"\1", node["text"]) if node["type"] == "TextBlock" else node["text"])
            parts.extend(node[name] for name in ("label", "title") if isinstance(node.get(name), str))
    return "".join(parts)


def read(text: str) -> tuple[str, set[str], list[str]]:
    """What Markdown makes of a text: its words, the kinds of things in it, and where its links lead."""
    said, kinds, urls = [], set(), []
    for block in READER.parse(text):
        kinds.add(block.type)
        for token in block.children or []:
            kinds.add(token.type)
            if token.type in ("text", "text_special", "code_inline"):
                said.append(token.content)
            elif token.type in ("softbreak", "hardbreak"):
                said.append("\n")
            elif token.type == "link_open":
                urls.append(str(token.attrs["href"]))
    return "".join(said).replace("\u200b", ""), kinds, urls


# Golden pictures --------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(REPLIES))
def test_the_main_replies_look_as_agreed(name: str) -> None:
    activities = render.render(REPLIES[name], mentions=ASKER, nonce="n1", hint=HINT)
    check(activities)
    path = GOLDEN / f"{name}.json"
    text = json.dumps(activities, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_there_is_no_golden_file_of_a_reply_that_is_gone() -> None:
    assert set(REPLIES) == {path.stem for path in GOLDEN.glob("*.json")}


# A plain answer ---------------------------------------------------------------------------
def test_a_plain_answer_is_words_with_citations_and_teams_own_thumbs() -> None:
    activity, below = render.render(REPLIES["answer"])
    (entity,) = activity["entities"]
    assert [(1, "Accelerate, 2018"), (2, "DORA 2024")] == [
        (each["position"], each["appearance"]["name"]) for each in entity["citation"]
    ]
    assert "additionalType" not in entity
    assert {"feedbackLoop": {"type": "default"}} == activity["channelData"]
    assert "r7f3" == render.feedback(REPLIES["answer"])
    assert "attachments" not in activity and not {"text", "channelData"} & set(below)
    titles = [action["title"] for action in of(below, "Action.Execute")]
    assert ["MLOps tools", "First steps with MLOps", "DevOps vs MLOps", "Why this answer?"] == titles


def test_a_source_named_twice_is_cited_once() -> None:
    (activity,) = drawn(Note("[A](https://a.example), [A](https://a.example)"), Note("[A](https://a.example)"))
    assert 1 == len(activity["entities"][0]["citation"])


def test_more_than_twenty_sources_are_links_and_twenty_are_cited() -> None:
    activities = drawn(Note(" ".join(f"[s{n}](https://a.example/{n})" for n in range(30))))
    check(activities)
    urls = [url for activity in activities for url in read(activity["text"])[2]]
    assert [f"https://a.example/{n}" for n in range(30)] == urls
    assert 20 >= sum(len(each["entities"][0]["citation"]) for each in activities if "entities" in each) > 5


def test_a_reason_for_a_bad_verdict_is_asked_with_buttons() -> None:
    (activity,) = drawn(
        Buttons((Button("It is wrong", "/feedback r down wrong"), Button("Old", "/feedback r down old")))
    )
    assert 2 == len(of(activity, "Action.Execute"))
    assert "channelData" not in activity


def test_only_the_last_words_of_an_answer_have_thumbs() -> None:
    reply = Reply((Text("word " * 30_000), *COMMON["answer"].blocks))
    *words, below = render.render(reply)
    assert [*[False] * (len(words) - 1), True, False] == ["channelData" in each for each in (*words, below)]


# A card -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["comparison", "did_you_mean", "question_single", "question_several", "refusal", "review", "plan"]
)
def test_what_is_compared_chosen_or_asked_is_one_card(name: str) -> None:
    (activity,) = render.render(REPLIES[name])
    assert render.is_card(REPLIES[name])
    assert "text" not in activity
    assert 1 == len(activity["attachments"])
    assert activity["attachments"][0]["content"] == render.card(REPLIES[name])


@pytest.mark.parametrize("name", ["answer", "shared", "human", "links"])
def test_what_is_only_said_is_no_card(name: str) -> None:
    assert not render.is_card(REPLIES[name])


def test_a_comparison_is_one_real_table_with_a_cell_for_each() -> None:
    (table,) = of(render.render(REPLIES["comparison"]), "Table")
    assert [3, 3, 3, 3] == [len(row["cells"]) for row in table["rows"]]
    assert [] == table["rows"][0]["cells"][0]["items"]


def test_a_table_says_all_its_words_where_a_client_has_no_tables() -> None:
    (table,) = of(render.render(REPLIES["comparison"]), "Table")
    cells = [run["text"] for run in of(table["rows"][1:], "TextRun")]
    instead = "".join(run["text"] for run in of(table["fallback"], "TextRun"))
    assert all(cell in instead for cell in cells)


def test_a_long_table_goes_on_under_its_headings() -> None:
    activities = drawn(Table(("n", "word"), tuple((str(n), "w") for n in range(400))))
    check(activities)
    tables = of(activities, "Table")
    assert [str(n) for n in range(400)] == [
        of(row, "TextRun")[0]["text"] for each in tables for row in each["rows"][1:]
    ]
    assert 1 == len({json.dumps(each["rows"][0]) for each in tables})


def test_a_table_too_wide_for_a_chat_is_written_as_lines() -> None:
    activities = drawn(Table(tuple(f"c{n}" for n in range(9)), (tuple(str(n) for n in range(9)),)))
    check(activities)
    assert [] == of(activities, "Table")
    assert "• c8: 8" in shown(activities)


def test_every_answer_of_a_question_takes_one_press() -> None:
    activities = render.render(REPLIES["question_menu"])
    says = [action["data"]["says"] for action in of(activities, "Action.Execute")]
    assert [f"/answer run s{n}" for n in range(8)] == says[:8]
    assert all(len(each["actions"]) <= 6 for each in of(activities, "ActionSet"))


def test_several_choices_are_boxes_whose_ticks_only_the_confirming_press_carries() -> None:
    activities = render.render(REPLIES["question_several"])
    (boxes,) = of(activities, "Input.ChoiceSet")
    assert (cards.PICK, True, "git") == (boxes["id"], boxes["isMultiSelect"], boxes["value"])
    inputs = {action["title"]: action["associatedInputs"] for action in of(activities, "Action.Execute")}
    assert "auto" == inputs.pop("That's all")
    assert {"none"} == set(inputs.values())


def test_a_press_carries_what_it_says_and_the_nonce_and_nothing_else() -> None:
    for reply in REPLIES.values():
        for action in of(render.render(reply, nonce="n9"), "Action.Execute"):
            assert {"says", "n"} == set(action["data"])
            assert "n9" == action["data"]["n"]


def test_only_a_question_says_that_typed_words_need_a_mention() -> None:
    found = {name for name, reply in REPLIES.items() if HINT in shown(render.render(reply, hint=HINT))}
    assert {"question_single", "question_menu", "question_several"} == found


def test_with_a_hint_nothing_above_the_answers_invites_words_that_would_not_be_heard() -> None:
    asks = Reply((Text("**Where?**"), Buttons((Button("Here", "/answer where here"),), "Or in your own words.")))
    assert "Or in your own words." in shown(render.render(asks))
    assert "Or in your own words." not in shown(render.render(asks, hint=HINT))
    assert HINT in shown(render.render(asks, hint=HINT))


def test_two_short_follow_up_questions_share_a_row() -> None:
    asks = Buttons((Button("DevOps vs MLOps", "/show a"), Button("First steps with AIOps", "/show b")))
    assert [2] == [len(row["actions"]) for row in of(drawn(asks), "ActionSet")]


def test_a_short_columns_heading_has_room_for_its_frame() -> None:
    (table,) = of(drawn(Table(("Module", "Hours"), (("A long name of a module " * 3, "3"),))), "Table")
    assert 7 == table["columns"][1]["width"]


def test_a_label_too_long_for_its_button_is_written_out_above_it() -> None:
    label = "Why " + "very " * 20 + "long"
    assert label in "".join(run["text"] for run in of(drawn(Buttons((Button(label, "/show x"),))), "TextRun"))


def test_what_a_button_can_t_carry_is_shown_to_be_typed() -> None:
    says = "/answer " + "x" * 2100
    activities = drawn(Buttons((Button("Take it", says),)))
    check(activities)
    assert says in shown(activities)


def test_an_empty_reply_draws_nothing() -> None:
    assert [] == drawn()
    assert [] == drawn(Text(" "), Note(""), Bullets(()), Buttons(()), Links(()))


# Settling ---------------------------------------------------------------------------------
def test_an_answered_card_says_what_was_chosen_and_has_nothing_to_press() -> None:
    activity = render.settled("You chose **Too many alerts**", REPLIES["question_single"])
    check([activity])
    assert [] == [*of(activity, "Action.Execute"), *of(activity, "Input.ChoiceSet")]
    assert "What hurts most today?" in shown([activity])
    assert shown([activity]).endswith("You chose Too many alerts")
    assert "You chose Too many alerts" == activity["summary"]


def test_a_card_is_settled_with_words_alone_too() -> None:
    activity = render.settled("It goes on below.")
    check([activity])
    assert "It goes on below." == shown([activity])


# Mentions ---------------------------------------------------------------------------------
def test_only_who_may_be_called_is_mentioned() -> None:
    (activity,) = drawn(Text("@sam and @bob and @sam", mentions=("@sam", "@bob")))
    assert "<at>Sam O'Neil</at> and @bob and @sam" == activity["text"]
    assert [{"id": "29:1abc", "name": "Sam O'Neil"}] == [each["mentioned"] for each in activity["entities"]]


def test_nobody_is_mentioned_by_a_word_that_isn_t_meant_to() -> None:
    (activity,) = drawn(Text("@sam"))
    assert "entities" not in activity


def test_a_name_can_t_break_out_of_its_mention() -> None:
    activities = drawn(Text("@kim, please", mentions=("@kim",)))
    check(activities)
    assert "<at>Kim b x</at>, please" == activities[0]["text"]


def test_a_card_that_calls_somebody_mentions_them_above_it() -> None:
    activities = drawn(Text("@sam, look", mentions=("@sam",)), Table(("a",), (("1",),)))
    check(activities)
    assert "<at>Sam O'Neil</at>" == activities[0]["text"]


# Markdown ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**bold** *it* `code`", "**bold** *it* `code`"),
        ("a**b**c", "a&#8203;**b**&#8203;c"),
        ("[x](https://a.b/?q=(1)&r=2)", "[x](https://a.b/?q=%281%29&r=2)"),
        (r"2 \* 3, snake_case", "2 &#42; 3, snake&#95;case"),
        (r"\<at\>all\</at\>", "&#60;at&#62;all&#60;/at&#62;"),
        (r"\[1\]", "&#91;1&#93;"),
        ("# no heading", "&#35; no heading"),
        ("- no list", "&#45; no list"),
        ("12. no list", "&#49;&#50;. no list"),
        ("`a<b>`", "a&#60;b&#62;"),
    ],
)
def test_a_message_says_what_our_markdown_says(markdown: str, expected: str) -> None:
    assert expected == words.markdown(words.spans(markdown))


def test_a_title_in_a_card_is_only_words() -> None:
    (block,) = of(drawn(Table(("a",), (("1",),)), title="# [x](https://e.example) *a* <at>all</at>"), "TextBlock")
    assert r"\# \[x\](https://e.example) \*a\* \<at\>all\</at\>" == block["text"]


# Any reply --------------------------------------------------------------------------------
HOSTILE = ["<at>all</at>", "<at id=1>x</at>", "<b>x</b>", "<https://evil.example>", "&lt;at&gt;", "*a*", "_b_", "`c`"]
HOSTILE += ["[z](https://evil.example/)", "[z](javascript:1)", "![i](https://evil.example/i.png)", "[1]", "{{DATE(1)}}"]
HOSTILE += ["\ud800", "\x00", "😀", "> q", "# h", "- l", "1. n", "| a | b |", "\n\n", " ", "~~~", "---", "    x", "\\"]
LENGTHS = st.sampled_from([0, 1, 75, 76, 160, 240, 2000, 2001, 2500, 2501, 9000, 40_000])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join),
    st.builds(
        lambda bit, length: (bit * (length // len(bit) + 1))[:length],
        st.sampled_from([*HOSTILE, "word ", "x", "&"]),
        LENGTHS,
    ),
)
SAID = st.sampled_from(["/feedback r up", "/feedback r down", "/explain r", "/change a", "/answer q v", "/none"])
BUTTONS = st.builds(Button, TEXTS, TEXTS | SAID, st.sampled_from(["plain", "primary", "quiet"]))
SMALL = st.text(max_size=20) | st.sampled_from(HOSTILE)
URLS = TEXTS.map(lambda text: "https://" + text) | TEXTS


@st.composite
def tables(draw: st.DrawFn) -> Table:
    wide = draw(st.integers(0, 8))
    rows = draw(st.lists(st.tuples(*[TEXTS if wide < 4 else SMALL] * wide), max_size=4)) * draw(
        st.sampled_from([1, 30])
    )
    return Table(tuple(draw(SMALL) for _ in range(wide)), tuple(rows), draw(TEXTS))


BLOCKS = st.one_of(
    st.builds(Text, TEXTS, mentions=st.sampled_from([(), ("word",), ("x", "@")])),
    st.builds(Note, TEXTS),
    st.builds(Note, st.lists(URLS.map(lambda url: f"[s]({url})"), max_size=30).map(" ".join)),
    st.builds(Bullets, st.lists(TEXTS, max_size=4).map(tuple), st.booleans()),
    st.builds(Links, st.lists(st.builds(Link, TEXTS, URLS), max_size=4).map(tuple)),
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
OURS = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "strong_open", "strong_close", "em_open"}
OURS |= {"em_close", "code_inline", "link_open", "link_close", "softbreak", "hardbreak", "bullet_list_open"}
OURS |= {"bullet_list_close", "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close"}


@settings(max_examples=150, deadline=None)
@given(ANY_REPLY)
def test_any_reply_is_within_every_limit_and_pings_nobody(reply: Reply) -> None:
    activities = render.render(reply, hint=HINT, nonce="n")
    check(activities)
    for activity in activities:
        assert 1 == len({"text", "attachments"} & set(activity))  # with both, Teams tells no id
        _, kinds, urls = read(activity.get("text", ""))
        assert kinds <= OURS
        assert all(url.startswith("https://") for url in urls)
        assert "<at" not in activity.get("text", "")
    if render.render(reply):
        assert "" == rules.card_refusal(render.card(reply))
    check([render.settled("done", reply)])


@settings(max_examples=60, deadline=None)
@given(ANY_REPLY)
def test_any_reply_calls_only_who_may_be_called(reply: Reply) -> None:
    people = {"word": Person("29:1", "<at>all</at>"), "x": Person("29:2", "X"), "@": Person("29:3", "*")}
    activities = render.render(reply, mentions=people)
    check(activities)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_message_shows_a_text_as_it_stands(text: str) -> None:
    said, kinds, _ = read(words.markdown(spans.literal(text)))
    assert "".join(spans.clean(text).replace("\u200b", "").split()) == "".join(said.split())
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "hardbreak", "softbreak"}


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_title_shows_a_text_as_it_stands(text: str) -> None:
    said, kinds, _ = read(words.in_block(text))
    assert "".join(spans.clean(text).replace("\u200b", "").split()) == "".join(said.split())
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(60, 3000))
def test_cutting_keeps_every_character_but_blanks(text: str, limit: int) -> None:
    parts = words.cut(spans.literal(text), limit)
    assert all(sum(len(span.text) for span in part) <= limit for part in parts)
    kept = "".join(span.text for part in parts for span in part)
    assert "".join(spans.clean(text).split()) == "".join(kept.split())


def test_a_very_long_answer_is_split_and_nothing_is_lost() -> None:
    said = [f"word{n}" for n in range(9000)]
    activities = drawn(Text(" ".join(said)))
    check(activities)
    assert 2 <= len(activities) <= 4
    assert said == re.findall(r"word\d+", " ".join(activity["text"] for activity in activities))
    assert rules.size(activities[0]) > limits.MESSAGE // 2
