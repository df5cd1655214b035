"""What Teams refuses in an activity and its Adaptive Card, from its documentation and never from our limits table.

Answers with the Connector's error code and a pointer to the first fault. Teams itself is laxer with cards: what it
doesn't know it leaves out without a word, which for us is a fault as well.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

Fault = tuple[str, str]  # pointer, reason
Check = Callable[[Any, str], Iterator[Fault]]

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
MESSAGE = "https://schema.org/Message"
MOST_BYTES = 100 * 1024  # of the whole activity as JSON in UTF-16
MOST_CITATIONS = 20
MOST_PRIMARY = 6  # buttons of one list; Teams draws no more
MOST_SAID = 4_000  # characters of what a button says
LOOKS = {"size", "weight", "color", "isSubtle", "fontType"}
BOX = {"id", "spacing", "separator", "height", "isVisible", "fallback", "requires", "targetWidth"}
SIZES = {"small", "default", "medium", "large", "extraLarge"}
SPACINGS = {"none", "small", "default", "medium", "large", "extraLarge", "padding"}
STYLES = {"default", "emphasis", "good", "attention", "warning", "accent"}
# What clients of version 1.5 may lack: each needs a `fallback`.
NEWER = {"Table", "Action.Execute", "CodeBlock", "Icon", "Badge", "ProgressBar", "CompoundButton", "Rating", "Carousel"}
INLINE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]*")
NOT_IN_MARKDOWN = re.compile(r"(?m)^\s{0,3}#{1,6}\s|^\s{0,3}\|.*\||!\[[^\]]*\]\(|^\s{0,3}```")


def size(activity: Any) -> int:
    """Count the bytes Teams counts."""
    counted = INLINE.sub("", json.dumps(activity))  # pictures in the message don't count
    return len(counted.encode("utf-16-le"))


def refusal(activity: Any) -> str:
    """Name what Teams holds against an activity; "" if it takes it."""
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        return "BadSyntax: an activity is an object with a type"
    if activity["type"] != "message":
        return "" if activity["type"] == "typing" else f"BadSyntax: type {activity['type']}"
    if size(activity) > MOST_BYTES:
        return "MessageSizeTooBig"
    for pointer, reason in message(activity):
        return f"BadSyntax: {reason} [{pointer}]"
    return ""


def card_refusal(content: Any) -> str:
    """Name what is wrong with an Adaptive Card, as an invoke's answer carries it; "" if nothing is."""
    for pointer, reason in card(content, "/content"):
        return f"BadSyntax: {reason} [{pointer}]"
    return "MessageSizeTooBig" if size(content) > MOST_BYTES else ""


# An activity ------------------------------------------------------------------------------
def message(activity: dict[str, Any]) -> Iterator[Fault]:
    text, attachments = activity.get("text", ""), activity.get("attachments", [])
    if not isinstance(text, str) or not isinstance(attachments, list):
        yield "/", "text is a string and attachments are a list"
        return
    if not text.strip() and not attachments:
        yield "/", "an activity needs words or an attachment"
    if activity.get("textFormat", "markdown") not in ("plain", "markdown", "xml"):
        yield "/textFormat", "plain, markdown or xml"
    if any("\ud800" <= character <= "\udfff" for character in json.dumps(activity, ensure_ascii=False)):
        yield "/", "must be valid unicode"
    if attachments or "summary" in activity:
        yield from string(activity.get("summary"), "/summary")
    entities = activity.get("entities", [])
    if not isinstance(entities, list):
        yield "/entities", "must be a list"
        return
    yield from entities_of(entities, text)
    yield from suggestions(activity)
    yield from feedback(activity.get("channelData", {}))
    for number, each in enumerate(attachments):
        at = f"/attachments/{number}"
        if isinstance(each, dict) and each.get("contentType") == "image/png":
            yield from picture(each, at)
            continue
        if not isinstance(each, dict) or each.get("contentType") != ADAPTIVE:
            yield at, "an Adaptive Card is expected"
            return
        yield from card(each.get("content"), f"{at}/content")


def picture(value: dict[str, Any], at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"contentType", "contentUrl", "name"}, set())
    kind, _, data = str(value.get("contentUrl")).partition(",")
    try:
        drawn = base64.b64decode(data, validate=True)
    except ValueError:
        drawn = b""
    if kind != "data:image/png;base64" or not drawn.startswith(b"\x89PNG"):
        yield f"{at}/contentUrl", "a PNG in a data URI"
    elif len(drawn) > 1024 * 1024 or max(struct.unpack(">II", drawn[16:24])) > 1024:
        yield f"{at}/contentUrl", "at most 1 MB and 1024 x 1024 pixels"


def code(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "codeSnippet"}, BOX | {"language", "startLineNumber"})
    yield from string(value.get("codeSnippet"), f"{at}/codeSnippet")
    if value.get("language", "PlainText") not in ("PlainText", "Json", "Html", "Xml"):
        yield f"{at}/language", "unknown language"


def entities_of(entities: list[Any], text: str) -> Iterator[Fault]:
    roots = [each for each in entities if isinstance(each, dict) and each.get("type") == MESSAGE]
    if len(roots) > 1:
        yield "/entities", "Multiple root message entities found"
    for number, each in enumerate(entities):
        at = f"/entities/{number}"
        kind = each.get("type") if isinstance(each, dict) else None
        if kind == "mention":
            yield from mention(each, at, text)
        elif kind == MESSAGE:
            yield from root(each, at, text)
        else:
            yield at, f"unknown entity: {kind}"
    named = [each.get("text") for each in entities if isinstance(each, dict)]
    for found in re.findall(r"<at>.*?</at>|</?at\b", text, re.S):
        if found not in named:
            yield "/text", "a mention without its entity"


def mention(entity: dict[str, Any], at: str, text: str) -> Iterator[Fault]:
    yield from keys(entity, at, {"type", "text", "mentioned"}, set())
    who = entity.get("mentioned")
    if not isinstance(who, dict) or not who.get("id") or not who.get("name"):
        yield f"{at}/mentioned", "MissingProperty: id and name"
    named = entity.get("text", "")
    if not re.fullmatch(r"<at>[^<>]+</at>", named) or named not in text:
        yield f"{at}/text", "must be the <at>…</at> that stands in the text"


def root(entity: dict[str, Any], at: str, text: str) -> Iterator[Fault]:
    yield from keys(entity, at, {"type", "@type", "@context"}, {"@id", "citation", "additionalType", "usageInfo"})
    if "AIGeneratedContent" in entity.get("additionalType", []):
        yield f"{at}/additionalType", "these answers are curated: no AI label"
    cited = entity.get("citation", [])
    if len(cited) > MOST_CITATIONS:
        yield f"{at}/citation", "Bot message with more than 20 citations"
    positions = [each.get("position") for each in cited]
    if len(positions) != len(set(positions)):
        yield f"{at}/citation", "two citations share a position"
    for number, each in enumerate(cited):
        yield from citation(each, f"{at}/citation/{number}", text)


def citation(value: dict[str, Any], at: str, text: str) -> Iterator[Fault]:
    yield from keys(value, at, {"@type", "position", "appearance"}, set())
    looks = value.get("appearance") or {}
    yield from keys(looks, f"{at}/appearance", {"@type", "name", "abstract"}, {"url", "keywords", "text", "image"})
    if value.get("@type") != "Claim" or looks.get("@type") != "DigitalDocument":
        yield at, "a Claim whose appearance is a DigitalDocument"
    yield from string(looks.get("name"), f"{at}/appearance/name", 80)
    yield from string(looks.get("abstract"), f"{at}/appearance/abstract", 160)
    if not str(looks.get("url", "https://")).startswith("https://"):
        yield f"{at}/appearance/url", "must be https"
    if f"[{value.get('position')}]" not in text:
        yield f"{at}/position", "no such number in the text"


def suggestions(activity: dict[str, Any]) -> Iterator[Fault]:
    actions = activity.get("suggestedActions", {}).get("actions", [])
    if actions and activity.get("attachments"):
        yield "/suggestedActions", "none are shown beside an attachment"
    if len(actions) > 3:
        yield "/suggestedActions", "no more than three are shown"


def feedback(data: Any) -> Iterator[Fault]:
    if not isinstance(data, dict):
        yield "/channelData", "must be an object"
    elif "feedbackLoop" in data and data["feedbackLoop"] not in ({"type": "default"}, {"type": "custom"}):
        yield "/channelData/feedbackLoop", "type is default or custom"


# A card -----------------------------------------------------------------------------------
def card(value: Any, at: str) -> Iterator[Fault]:
    known = {"$schema", "actions", "msteams", "fallbackText", "lang", "speak", "refresh"}
    yield from keys(value, at, {"type", "version", "body"}, known)
    if not isinstance(value, dict):
        return
    if value.get("type") != "AdaptiveCard" or value.get("version") != "1.5":
        yield at, "an AdaptiveCard of version 1.5"
    if value.get("msteams", {}) not in ({}, {"width": "Full"}):
        yield f"{at}/msteams", "only the width"
    yield from some(value.get("body"), f"{at}/body", element)
    if "actions" in value:
        yield from actions(value["actions"], f"{at}/actions")
    ids = list(identifiers(value))
    if len(ids) != len(set(ids)):
        yield at, "two elements share an id"


def identifiers(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from identifiers(each)
    elif isinstance(value, dict):
        if "id" in value:
            yield value["id"]
        for name, each in value.items():
            if name not in ("fallback", "data"):
                yield from identifiers(each)


def element(value: Any, at: str) -> Iterator[Fault]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in NEWER:
        yield from falls_back(value, at)
    if kind in ELEMENTS:
        yield from ELEMENTS[kind](value, at)
    elif kind not in NEWER:
        yield at, f"unknown element: {kind}"
    if isinstance(value, dict) and str(value.get("spacing", "none")) not in SPACINGS:
        yield f"{at}/spacing", "unknown spacing"


def falls_back(value: dict[str, Any], at: str) -> Iterator[Fault]:
    instead = value.get("fallback")
    if instead is None:
        yield at, f"{value['type']} without a fallback"
    elif instead != "drop":
        if not isinstance(instead, dict) or instead.get("type") in NEWER:
            yield f"{at}/fallback", "must be something every client knows"
        else:
            check = action if str(instead.get("type")).startswith("Action.") else element
            yield from check(instead, f"{at}/fallback")


def text_block(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "text"}, BOX | LOOKS | {"wrap", "style", "maxLines", "horizontalAlignment"})
    yield from string(value.get("text"), f"{at}/text")
    if NOT_IN_MARKDOWN.search(str(value.get("text"))):
        yield f"{at}/text", "a TextBlock has no headings, tables, images or code"
    if value.get("wrap") is not True or "maxLines" in value:
        yield at, "a TextBlock that doesn't wrap is cut without a word"
    yield from looks(value, at)


def rich_text(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "inlines"}, BOX | {"horizontalAlignment"})
    yield from some(value.get("inlines"), f"{at}/inlines", run)


def run(value: Any, at: str) -> Iterator[Fault]:
    optional = LOOKS | {"italic", "highlight", "strikethrough", "underline", "selectAction"}
    yield from keys(value, at, {"type", "text"}, optional)
    if value.get("type") != "TextRun" or not isinstance(value.get("text"), str) or not value["text"]:
        yield at, "a TextRun with words"
    if "selectAction" in value:
        yield from action(value["selectAction"], f"{at}/selectAction")
    yield from looks(value, at)


def looks(value: dict[str, Any], at: str) -> Iterator[Fault]:
    if str(value.get("size", "default")) not in SIZES:
        yield f"{at}/size", "unknown size"
    if str(value.get("weight", "default")) not in ("lighter", "default", "bolder"):
        yield f"{at}/weight", "unknown weight"
    if str(value.get("fontType", "default")) not in ("default", "monospace"):
        yield f"{at}/fontType", "unknown font"


def container(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "items"}, BOX | {"style", "bleed", "verticalContentAlignment", "selectAction"})
    if value.get("style", "default") not in STYLES:
        yield f"{at}/style", "unknown style"
    yield from some(value.get("items"), f"{at}/items", element)


def column_set(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "columns"}, BOX | {"style", "bleed", "selectAction"})
    yield from some(value.get("columns"), f"{at}/columns", column)


def column(value: Any, at: str) -> Iterator[Fault]:
    known = BOX | {"type", "width", "style", "bleed", "verticalContentAlignment", "selectAction"}
    yield from keys(value, at, {"items"}, known)
    yield from some(value.get("items"), f"{at}/items", element)


def table(value: Any, at: str) -> Iterator[Fault]:
    known = {"firstRowAsHeader", "firstRowAsHeaders", "showGridLines", "gridStyle"}
    known |= {"horizontalCellContentAlignment", "verticalCellContentAlignment"}
    yield from keys(value, at, {"type", "columns", "rows"}, BOX | known)
    yield from some(value.get("columns"), f"{at}/columns", table_column)
    yield from some(value.get("rows"), f"{at}/rows", row, least=2)
    wide = len(value.get("columns") or [])
    if any(len(each.get("cells") or []) != wide for each in value.get("rows") or []):
        yield f"{at}/rows", "a cell for each column"


def row(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "cells"}, {"style"})
    if value.get("type") != "TableRow":
        yield f"{at}/type", "a TableRow"
    yield from some(value.get("cells"), f"{at}/cells", cell)


def table_column(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"width"}, {"horizontalCellContentAlignment", "verticalCellContentAlignment"})
    if not isinstance(value.get("width"), int) or value["width"] < 1:
        yield f"{at}/width", "a share of at least 1"


def cell(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "items"}, {"style", "verticalContentAlignment"})
    if value.get("type") != "TableCell":
        yield f"{at}/type", "a TableCell"
    yield from some(value.get("items"), f"{at}/items", element, least=0)


def choice_set(value: Any, at: str) -> Iterator[Fault]:
    known = {"isMultiSelect", "style", "value", "label", "placeholder", "wrap", "isRequired", "errorMessage"}
    yield from keys(value, at, {"type", "id", "choices"}, BOX | known)
    yield from some(value.get("choices"), f"{at}/choices", choice)
    values = [each.get("value") for each in value.get("choices") or []]
    if len(values) != len(set(values)):
        yield f"{at}/choices", "two choices share a value"
    if any(each not in values for each in str(value.get("value", "")).split(",") if each):
        yield f"{at}/value", "must be among the choices"
    if value.get("isMultiSelect") and any("," in str(each) for each in values):
        yield f"{at}/choices", "values are joined by commas"
    if not value.get("label"):
        yield f"{at}/label", "an input without a label says nothing to a screen reader"


def choice(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"title", "value"}, set())
    yield from string(value.get("title"), f"{at}/title")
    yield from string(value.get("value"), f"{at}/value")


def action_set(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"type", "actions"}, BOX | {"horizontalAlignment"})
    yield from actions(value.get("actions"), f"{at}/actions")


ELEMENTS: dict[Any, Check] = {
    "TextBlock": text_block,
    "RichTextBlock": rich_text,
    "Container": container,
    "ColumnSet": column_set,
    "Table": table,
    "Input.ChoiceSet": choice_set,
    "CodeBlock": code,
    "ActionSet": action_set,
}


# Actions ----------------------------------------------------------------------------------
def actions(value: Any, at: str) -> Iterator[Fault]:
    yield from some(value, at, action)
    if sum(each.get("mode", "primary") == "primary" for each in value or [] if isinstance(each, dict)) > MOST_PRIMARY:
        yield at, f"no more than {MOST_PRIMARY} primary actions are drawn"


def action(value: Any, at: str) -> Iterator[Fault]:
    kind = value.get("type") if isinstance(value, dict) else None
    common = {"id", "title", "style", "mode", "tooltip", "isEnabled", "fallback", "iconUrl", "role"}
    if kind == "Action.OpenUrl":
        yield from keys(value, at, {"type", "url"}, common)
        if not str(value.get("url")).startswith("https://"):
            yield f"{at}/url", "must be https"
    elif kind in ("Action.Execute", "Action.Submit"):
        execute = kind == "Action.Execute"
        known = common | {"associatedInputs"} | ({"verb"} if execute else set())
        yield from keys(value, at, {"type", "title", "data"}, known)
        yield from string(value.get("title"), f"{at}/title")
        yield from data(value.get("data"), f"{at}/data")
        if execute:
            yield from falls_back(value, at)
            yield from same_press(value, at)
    else:
        yield at, f"unknown action: {kind}"
    if isinstance(value, dict) and value.get("style", "default") not in ("default", "positive", "destructive"):
        yield f"{at}/style", "unknown style"


def same_press(value: dict[str, Any], at: str) -> Iterator[Fault]:
    instead = value.get("fallback")
    kept = ("title", "data", "associatedInputs")
    if not isinstance(instead, dict) or instead.get("type") != "Action.Submit":
        yield f"{at}/fallback", "an Action.Submit stands in for an Action.Execute"
    elif any(instead.get(name) != value.get(name) for name in kept):
        yield f"{at}/fallback", "must do the same"


def data(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"says"}, {"n"})
    if isinstance(value, dict):
        yield from string(value.get("says"), f"{at}/says", MOST_SAID)


# Parts ------------------------------------------------------------------------------------
def keys(value: Any, at: str, required: set[str], optional: set[str]) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield at, "must be an object"
        return
    for key in sorted(required - set(value)):
        yield at, f"MissingProperty: {key}"
    for key in sorted(set(value) - required - optional):
        yield at, f"unknown property: {key}"


def string(value: Any, at: str, most: int | None = None) -> Iterator[Fault]:
    if not isinstance(value, str) or not value.strip():
        yield at, "must be words"
    elif most is not None and len(value.encode("utf-16-le", "surrogatepass")) // 2 > most:
        yield at, f"no more than {most} characters"


def some(value: Any, at: str, check: Check, least: int = 1) -> Iterator[Fault]:
    if not isinstance(value, list) or len(value) < least or not all(isinstance(each, dict) for each in value):
        yield at, f"must be a list of at least {least}, of objects"
        return
    for number, each in enumerate(value):
        yield from check(each, f"{at}/{number}")
