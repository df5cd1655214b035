"""What Teams takes: the rules of messages and cards, each with the word it is refused by. "" where all is well.

The words are the Connector's where it has one; what Teams only draws wrongly, and never refuses, is refused here too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
LIMIT = 100 * 1024  # bytes of UTF-16
CARD = "application/vnd.microsoft.card.adaptive"
ELEMENTS = {  # of Adaptive Cards 1.5, whose actions and inputs included
    "TextBlock", "Image", "Media", "RichTextBlock", "TextRun", "Container", "ColumnSet", "Column", "FactSet",
    "ImageSet",
    "ActionSet", "Table", "TableRow", "TableCell", "Input.Text", "Input.Number", "Input.Date", "Input.Time",
    "Input.Toggle", "Input.ChoiceSet", "Action.OpenUrl", "Action.Submit", "Action.ShowCard", "Action.ToggleVisibility",
    "Action.Execute", "AdaptiveCard",
}  # fmt: skip
NEWER = {  # Teams draws them in 1.5 cards, other clients show their fallback
    "Badge", "Chart.Donut", "Chart.Gauge", "Chart.HorizontalBar", "Chart.HorizontalBar.Stacked", "Chart.Line",
    "Chart.Pie", "Chart.VerticalBar", "Chart.VerticalBar.Grouped", "CodeBlock", "CompoundButton", "Icon", "ProgressBar",
    "ProgressRing", "Rating", "Carousel", "Action.Popover",
}  # fmt: skip
PARENTS = {"TableRow": "Table", "TableCell": "TableRow", "Column": "ColumnSet", "TextRun": "RichTextBlock"}
MARKDOWN = ("# ", "```", "![", "|---")  # what a TextBlock doesn't draw


def size(activity: Json) -> int:
    """Bytes a message has for Teams: its JSON as UTF-16."""
    return len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le"))


def refusal(activity: Json) -> tuple[int, str]:
    """Say what Teams would refuse in an activity: status and word; (0, "") if nothing."""
    if size(activity) > LIMIT:
        return 413, "MessageSizeTooBig"
    if activity.get("type") not in ("message", "typing"):
        return 400, f"BadSyntax type {activity.get('type')}"
    found = _message(activity) if activity["type"] == "message" else ""
    return (400, found) if found else (0, "")


def _message(activity: Json) -> str:
    text, attachments = activity.get("text") or "", activity.get("attachments") or []
    if not text.strip() and not attachments:
        return "BadSyntax nothing to show"
    if activity.get("textFormat", "markdown") not in ("markdown", "plain", "xml"):
        return "BadSyntax textFormat"
    if activity.get("suggestedActions") and attachments:
        return "suggested actions beside attachments are not shown"
    if any(each.get("contentType") == CARD for each in attachments) and not activity.get("summary"):
        return "a card without a summary is an empty notification"
    for entity in activity.get("entities") or []:
        if found := _entity(entity, text):
            return found
    if len([each for each in activity.get("entities") or [] if each.get("@type") == "Message"]) > 1:
        return "more than one root message entity"
    loop = (activity.get("channelData") or {}).get("feedbackLoop")
    if loop is not None and loop.get("type") not in ("default", "custom"):
        return "feedbackLoop type"
    for each in attachments:
        if each.get("contentType") != CARD or not isinstance(each.get("content"), dict):
            return "BadSyntax attachment"
        if found := card(each["content"]):
            return found
    return ""


def _entity(entity: Json, text: str) -> str:
    if entity.get("type") == "mention":
        if not entity.get("text") or not (entity.get("mentioned") or {}).get("id"):
            return "MissingProperty mention"
        return "" if entity["text"] in text else "a mention that is not in the text"
    if entity.get("type") == "https://schema.org/Message":
        return _citations(entity, text)
    return f"BadSyntax entity {entity.get('type')}"


def _citations(entity: Json, text: str) -> str:
    cited = entity.get("citation") or []
    if entity.get("@type") != "Message" or entity.get("@context") != "https://schema.org" or len(cited) > 20:
        return "BadSyntax citation root"
    if "AIGeneratedContent" in (entity.get("additionalType") or []):
        return "an AI label on curated words"
    for each in cited:
        shown = each.get("appearance") or {}
        if (
            each.get("@type") != "Claim"
            or shown.get("@type") != "DigitalDocument"
            or f"[{each.get('position')}]" not in text
        ):
            return "BadSyntax citation"
        if not 0 < len(shown.get("name") or "") <= 80 or not 0 < len(shown.get("abstract") or "") <= 160:
            return "a citation too long or empty"
        words = shown.get("keywords") or []
        if len(words) > 3 or any(len(word) > 28 for word in words):
            return "citation keywords"
        if "url" in shown and not str(shown["url"]).startswith("https://"):
            return "citation url"
    return ""


# Cards ------------------------------------------------------------------------------------
def card(content: Json) -> str:
    """Say what is wrong with an Adaptive Card; "" if nothing."""
    if content.get("type") != "AdaptiveCard" or content.get("version") != "1.5":
        return "a card of another version than 1.5"
    if not content.get("body") and not content.get("actions"):
        return "an empty card"
    ids = [each["id"] for each, _ in walk(content) if each.get("id")]
    if len(ids) != len(set(ids)):
        return "an id twice in one card"
    for element, parent in walk(content):
        if found := _element(element, parent):
            return found
    return ""


def walk(element: Json, parent: str = "") -> Iterator[tuple[Json, str]]:
    """List every element of a card with its parent's type; fallbacks too."""
    yield element, parent
    for name in ("body", "items", "columns", "rows", "cells", "actions", "inlines", "images", "card", "selectAction"):
        if element.get("type") == "Table" and name == "columns":
            continue
        held = element.get(name)
        for each in [held] if isinstance(held, dict) else held or []:
            if isinstance(each, dict):
                yield from walk(each, element.get("type", ""))
    if isinstance(element.get("fallback"), dict):
        yield from walk(element["fallback"], parent)


def _element(element: Json, parent: str) -> str:
    kind = element.get("type", "")
    if kind not in ELEMENTS | NEWER:
        return f"unknown element {kind}"
    if kind in NEWER and "fallback" not in element:
        return f"{kind} without a fallback"
    if kind in PARENTS and parent != PARENTS[kind]:
        return f"{kind} outside {PARENTS[kind]}"
    if kind == "TextBlock":
        if not str(element.get("text", "")).strip():
            return "an empty TextBlock"
        if any(mark in f"\n{element['text']}" and f"\n{mark}" in f"\n{element['text']}" for mark in MARKDOWN):
            return "markdown a TextBlock doesn't draw"
    if kind == "Table":
        return _table(element)
    if kind == "Input.ChoiceSet" and not (element.get("id") and element.get("choices")):
        return "a choice set without an id or choices"
    if kind.startswith("Input.") and not (element.get("label") or element.get("placeholder")):
        return "an input nobody can name"
    primary = [each for each in element.get("actions") or [] if each.get("mode", "primary") == "primary"]
    if len(primary) > 6:
        return "more than six primary actions"
    return _action(element, parent) if kind.startswith("Action.") else ""


def _table(element: Json) -> str:
    columns, rows = element.get("columns") or [], element.get("rows") or []
    if not columns or not rows:
        return "a table without columns or rows"
    if any(len(row.get("cells") or []) != len(columns) for row in rows):
        return "a table row of another width"
    return "" if "firstRowAsHeaders" in element or "firstRowAsHeader" in element else "a table without headers"


def _action(element: Json, parent: str) -> str:
    kind = element["type"]
    if not element.get("title") and kind != "Action.ToggleVisibility" and parent != "TextRun":  # a link has its text
        return "an action without a title"
    if kind == "Action.OpenUrl" and not str(element.get("url", "")).startswith("https://"):
        return "an action's url"
    if kind == "Action.Execute":
        fallback = element.get("fallback")
        if not isinstance(fallback, dict) or fallback.get("type") != "Action.Submit":
            return "Action.Execute without an Action.Submit to fall back to"
        if fallback.get("data") != element.get("data"):
            return "a fallback that says something else"
    return ""
