"""The page that shows what the main replies look like on Slack: drawn from the golden files, which are what is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

GOLDEN = Path(__file__).parents[1] / "golden" / "slack"
PAGE = Path(__file__).parents[2] / "docs" / "slack-replies.md"
WIDTH = 88

HEAD = """# What the replies look like in Slack

Each with a sketch and the blocks that are sent to `chat.postMessage`. The page is made from the tests' golden files, so
it can't drift from the code: `GOLDEN=write .venv/bin/python -m pytest tests/slack/test_gallery.py` writes it anew. The
words here are the tests'; what the bot says in earnest is in `content/`.

In the sketches `[ ]` is a button, `[[ ]]` the one that stands out, `( v )` a menu, `[x]` a box to tick. `text` is what
notifications and screen readers get.
"""
ABOUT = {
    "answer": (
        "An answer",
        "The short answer, its details, the sources with keeper and date, what to ask next. The thumbs are Slack's\n"
        "own feedback buttons. *Why this answer?* tells what was understood.",
    ),
    "comparison": (
        "A comparison",
        "A real table: one a message, as Slack wants it; what needs a second one comes in a second message.",
    ),
    "did_you_mean": ("Did you mean", "Asked once, when it isn't sure. A press settles the card to “You chose ...”."),
    "refusal": (
        "No answer",
        "One honest line, what it does cover, whom to ask. Where an expert is set in `channels.yaml`, a button calls\n"
        "them into the thread.",
    ),
    "question_single": (
        "A question of the interview",
        "One press answers it; so do words in the thread. The card settles to what was chosen.",
    ),
    "question_menu": ("A question with many options", "More than five of one kind become a menu."),
    "question_several": ("A question with several answers", "Boxes to tick and a button to confirm."),
    "review": ("The answers, before the roadmap", "Every answer can be changed from here."),
    "plan": ("The roadmap", "What to start with and why, the dated plan, links, and what can still be changed."),
    "keepsakes": (
        "Files, in words",
        "A picture, a calendar and other files are uploaded to direct messages. This is what comes instead where the\n"
        "app may send no files.",
    ),
}
SIMPLE = """## Where a workspace doesn't take the newer blocks
If Slack refuses a message's blocks, the same reply goes out in plain sections at once, and so does all that follows in
that workspace until the next restart. The comparison, then:
"""


def page() -> str:
    """Write the page."""
    shown = [_reply(f"## {title}", about, name) for name, (title, about) in ABOUT.items()]
    return "\n".join([HEAD, *shown, _reply(SIMPLE.strip(), "", "comparison_simple")])


def _reply(head: str, about: str, name: str) -> str:
    text = (GOLDEN / f"{name}.json").read_text(encoding="utf-8").rstrip()
    sketch = "\n\n".join("\n".join(sketched(message["blocks"])) for message in json.loads(text))
    parts = [head, *([about] if about else []), "", "```text", sketch, "```"]
    parts += ["<details><summary>What is sent</summary>", "", "```json", text, "```", "</details>", ""]
    return "\n".join(parts)


# Sketches ---------------------------------------------------------------------------------
def sketched(blocks: list[Json]) -> Iterator[str]:
    """Draw blocks with letters, as a reader sees them from top to bottom."""
    for block in blocks:
        match block["type"]:
            case "header":
                yield from (block["text"]["text"], "=" * len(block["text"]["text"]))
            case "section":
                yield from _wrapped(_words(block["text"]))
            case "context":
                yield from _wrapped(" ".join(map(_words, block["elements"])), "  ")
            case "rich_text":
                yield from _rich(block["elements"])
            case "table":
                yield from _table(block["rows"])
            case "actions" | "context_actions":
                yield from _wrapped("  ".join(map(_element, block["elements"])))


def _words(text: Json) -> str:
    """Read a text object as it is seen: links by their label, no marks."""
    seen = re.sub(r"<[^|>]+\|([^>]+)>", r"\1", text["text"]) if text["type"] == "mrkdwn" else text["text"]
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        seen = seen.replace(entity, letter)
    return str(seen)


def _rich(elements: list[Json]) -> Iterator[str]:
    for element in elements:
        if element["type"] == "rich_text_list":
            for each in element["elements"]:
                yield from _wrapped("• " + _inline(each["elements"]))
        else:
            yield from _wrapped(_inline(element["elements"]))


def _inline(elements: list[Json]) -> str:
    return "".join(each.get("text") or each.get("url") or "@somebody" for each in elements)


def _table(rows: list[list[Json]]) -> Iterator[str]:
    cells = [[_cell(each) for each in row] for row in rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    for number, row in enumerate(cells):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        if number == 0:
            yield "|-" + "-|-".join("-" * width for width in widths) + "-|"


def _cell(cell: Json) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"]).strip()
    return "".join(_inline(each["elements"]) for each in cell["elements"])


def _element(element: Json) -> str:
    match element["type"]:
        case "button":
            label = element["text"]["text"]
            return f"[[ {label} ]]" if element.get("style") == "primary" else f"[ {label} ]"
        case "static_select":
            options = ", ".join(each["text"]["text"] for each in element["options"])
            return f"( {element.get('placeholder', {}).get('text', '')} v )  {options}".strip()
        case "checkboxes":
            ticked = [each["value"] for each in element.get("initial_options", [])]
            each = (f"[{'x' if o['value'] in ticked else ' '}] {o['text']['text']}" for o in element["options"])
            return "\n".join(each)
        case "feedback_buttons":
            return "  ".join(f"[ {element[name]['text']['text']} ]" for name in ("positive_button", "negative_button"))
    return f"({element['type']})"


def _wrapped(text: str, margin: str = "") -> Iterator[str]:
    """Break at spaces, never inside a button."""
    for line in text.splitlines():
        words = re.findall(r"\[\[ .*? \]\]|\[ [^\]]+ \]|\S+", line)
        held = margin
        for word in words:
            if len(held) + len(word) > WIDTH and held.strip():
                yield held.rstrip()
                held = margin
            held += word + " "
        yield held.rstrip()
