"""What Slack refuses in blocks and views, written from its documentation and never from our own limits table.

Answers with Slack's error code and, as Slack does, the JSON pointer of the first fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Fault = tuple[str, str]  # pointer, reason
Check = Callable[[Any, str], Iterator[Fault]]

MESSAGE = {
    "section",
    "divider",
    "image",
    "actions",
    "context",
    "context_actions",
    "header",
    "markdown",
    "video",
    "table",
} | {
    "rich_text",
    "input",
    "file",
}
HOME = MESSAGE - {"context_actions", "markdown", "file"}
MODAL = HOME - {"table", "markdown"}
SURFACES = {"message": (MESSAGE, 50), "home": (HOME, 100), "modal": (MODAL, 100)}
IN_ACTIONS = {"button", "checkboxes", "static_select", "multi_static_select", "radio_buttons", "overflow", "datepicker"}
MOST_TEXT = 13_200


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def refusal(blocks: object, surface: str = "message") -> str:
    """Slack's error code for these blocks, with a pointer; "" if it takes them."""
    allowed, most = SURFACES[surface]
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "invalid_blocks_format"
    if len(blocks) > most:
        return f"invalid_blocks: no more than {most} items allowed [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        at = f"/blocks/{number}"
        if block.get("type") not in allowed:
            return f"invalid_blocks: unsupported type: {block.get('type')} [json-pointer:{at}/type]"
        for pointer, reason in BLOCKS[block["type"]](block, at):
            return f"invalid_blocks: {reason} [json-pointer:{pointer}]"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        return "invalid_blocks: duplicate block_id"
    if sum(block["type"] == "table" for block in blocks) > 1:
        return "invalid_attachments: only_one_table_allowed"
    if sum(units(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        return "msg_blocks_too_long"
    if surface == "message" and sum(text_in(block) for block in blocks) > MOST_TEXT:
        return "msg_blocks_too_long"
    return ""


def text_in(value: object) -> int:
    """Count every text in blocks."""
    if isinstance(value, dict):
        return sum(
            units(each) if key == "text" and isinstance(each, str) else text_in(each) for key, each in value.items()
        )
    return sum(map(text_in, value)) if isinstance(value, list) else 0


# Parts ------------------------------------------------------------------------------------
def keys(value: Any, at: str, required: set[str], optional: set[str]) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield at, "must provide an object"
        return
    for key in required - set(value):
        yield at, f"missing required field: {key}"
    for key in set(value) - required - optional - {"type", "block_id", "action_id"}:
        yield at, f"invalid additional property: {key}"
    for key in ("block_id", "action_id"):
        if key in value and not 0 < units(str(value[key])) < 256:
            yield f"{at}/{key}", "must be between 1 and 255 characters"


def string(value: Any, at: str, most: int, least: int = 1) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield at, "must provide a string"
    elif units(value) > most:
        yield at, f"must be less than {most + 1} characters"
    elif units(value) < least:
        yield at, "must be more than 0 characters" if least == 1 else f"must be more than {least - 1} characters"
    elif any("\ud800" <= character <= "\udfff" for character in value):
        yield at, "must be valid unicode"


def items(value: Any, at: str, most: int, check: Check, least: int = 1) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield at, "must provide an array"
        return
    if len(value) > most:
        yield at, f"no more than {most} items allowed"
    if len(value) < least:
        yield at, "no items"
    for number, each in enumerate(value):
        yield from check(each, f"{at}/{number}")


def words(value: Any, at: str, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[Fault]:
    yield from keys(value, at, {"text"}, {"emoji", "verbatim"})
    if isinstance(value, dict):
        if value.get("type") not in kinds:
            yield f"{at}/type", f"must be one of {kinds}"
        if ("emoji" in value and value.get("type") != "plain_text") or (
            "verbatim" in value and value.get("type") != "mrkdwn"
        ):
            yield at, "invalid additional property"
        yield from string(value.get("text"), f"{at}/text", most)


def plain(value: Any, at: str, most: int) -> Iterator[Fault]:
    yield from words(value, at, most, ("plain_text",))


def option(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"text", "value"}, {"description"})
    if isinstance(value, dict):
        yield from words(value.get("text"), f"{at}/text", 75)
        yield from string(value.get("value"), f"{at}/value", 150)


# Elements ---------------------------------------------------------------------------------
def button(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"text"}, {"value", "url", "style", "confirm", "accessibility_label"})
    yield from plain(value.get("text"), f"{at}/text", 75)
    if "value" in value:
        yield from string(value["value"], f"{at}/value", 2000)
    if "url" in value:
        yield from string(value["url"], f"{at}/url", 3000)
    if value.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}/style", "must be primary or danger"


def select(value: Any, at: str) -> Iterator[Fault]:
    several = value["type"] in ("checkboxes", "multi_static_select")
    most = 10 if value["type"] in ("checkboxes", "radio_buttons") else 100
    extra = {"initial_options" if several else "initial_option", "confirm", "focus_on_load"}
    if value["type"].endswith("static_select"):
        extra |= {"placeholder"}
    yield from keys(value, at, {"options"}, extra)
    yield from items(value.get("options"), f"{at}/options", most, option)
    values = [each.get("value") for each in value.get("options") or [] if isinstance(each, dict)]
    if len(values) != len(set(values)):
        yield f"{at}/options", "duplicate values"
    chosen = value.get("initial_options", value.get("options"))
    if not chosen or any(each not in value["options"] for each in chosen):
        yield f"{at}/initial_options", "must be among the options"
    if "placeholder" in value:
        yield from plain(value["placeholder"], f"{at}/placeholder", 150)


def element(value: Any, at: str) -> Iterator[Fault]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in IN_ACTIONS:
        yield f"{at}/type", f"unsupported element: {kind}"
    elif kind == "button":
        yield from button(value, at)
    else:
        yield from select(value, at)


def thumb(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"text", "value"}, {"accessibility_label"})
    yield from plain(value.get("text"), f"{at}/text", 75)
    yield from string(value.get("value"), f"{at}/value", 2000)


def judging(value: Any, at: str) -> Iterator[Fault]:
    if value.get("type") != "feedback_buttons":
        yield f"{at}/type", "must be feedback_buttons or icon_button"
        return
    yield from keys(value, at, {"positive_button", "negative_button"}, set())
    yield from thumb(value.get("positive_button", {}), f"{at}/positive_button")
    yield from thumb(value.get("negative_button", {}), f"{at}/negative_button")


def span(value: Any, at: str) -> Iterator[Fault]:
    kind = value.get("type")
    if kind == "text":
        yield from keys(value, at, {"text"}, {"style"})
        yield from string(value.get("text"), f"{at}/text", 20_000)
    elif kind == "link":
        yield from keys(value, at, {"url"}, {"text", "style"})
        yield from string(value.get("url"), f"{at}/url", 3000)
    elif kind not in ("user", "channel", "usergroup", "broadcast", "emoji", "date"):
        yield f"{at}/type", f"unsupported rich text element: {kind}"
    if set(value.get("style", {})) - {"bold", "italic", "code", "strike"}:
        yield f"{at}/style", "unknown style"


def rich_part(value: Any, at: str) -> Iterator[Fault]:
    kind = value.get("type")
    if kind == "rich_text_list":
        yield from keys(value, at, {"style", "elements"}, {"indent", "offset", "border"})
        if value.get("style") not in ("bullet", "ordered"):
            yield f"{at}/style", "must be bullet or ordered"
        yield from items(value.get("elements"), f"{at}/elements", 1000, rich_part)
    elif kind in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
        yield from keys(value, at, {"elements"}, {"border"})
        yield from items(value.get("elements"), f"{at}/elements", 1000, span)
    else:
        yield f"{at}/type", f"unsupported: {kind}"


def cell(value: Any, at: str) -> Iterator[Fault]:
    if value.get("type") == "raw_text":
        yield from keys(value, at, {"text"}, set())
        yield from string(value.get("text"), f"{at}/text", 10_000)
    elif value.get("type") == "rich_text":
        yield from rich_text(value, at)
    else:
        yield f"{at}/type", "failed to match any allowed schemas"


# Blocks -----------------------------------------------------------------------------------
def section(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, set(), {"text", "fields", "accessory", "expand"})
    if "text" not in value and "fields" not in value:
        yield at, "missing required field: text"
    if "text" in value:
        yield from words(value["text"], f"{at}/text", 3000)
    if "fields" in value:
        yield from items(value["fields"], f"{at}/fields", 10, lambda each, here: words(each, here, 2000))


def header(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"text"}, set())
    yield from plain(value.get("text"), f"{at}/text", 150)


def context(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"elements"}, set())
    yield from items(value.get("elements"), f"{at}/elements", 10, lambda each, here: words(each, here, 2000))


def actions(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"elements"}, set())
    yield from items(value.get("elements"), f"{at}/elements", 25, element)
    ids = [each.get("action_id") for each in value.get("elements") or [] if isinstance(each, dict)]
    if len(ids) != len(set(ids)):
        yield f"{at}/elements", "duplicate action_id"


def context_actions(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"elements"}, set())
    yield from items(value.get("elements"), f"{at}/elements", 5, judging)


def rich_text(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"elements"}, set())
    yield from items(value.get("elements"), f"{at}/elements", 100, rich_part)


def table(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"rows"}, {"column_settings"})
    yield from items(value.get("rows"), f"{at}/rows", 100, lambda row, here: items(row, here, 20, cell))
    if text_in(value.get("rows")) > 10_000:
        yield f"{at}/rows", "must be less than 10001 characters"
    yield from items(value.get("column_settings", [{}]), f"{at}/column_settings", 20, column)


def column(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, set(), {"align", "is_wrapped"})
    if value.get("align", "left") not in ("left", "center", "right"):
        yield f"{at}/align", "must be left, center or right"


def markdown(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"text"}, set())
    yield from string(value.get("text"), f"{at}/text", 12_000)


def asked(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"label", "element"}, {"hint", "optional", "dispatch_action"})
    yield from plain(value.get("label"), f"{at}/label", 2000)
    box = value.get("element", {})
    if box.get("type") == "plain_text_input":
        extra = {"initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load"}
        yield from keys(box, f"{at}/element", set(), extra)
        if not 0 < box.get("max_length", 3000) <= 3000:
            yield f"{at}/element/max_length", "must be between 1 and 3000"
        if "initial_value" in box:
            yield from string(box["initial_value"], f"{at}/element/initial_value", 3000)


def image(value: Any, at: str) -> Iterator[Fault]:
    yield from keys(value, at, {"alt_text"}, {"image_url", "slack_file", "title"})
    yield from string(value.get("alt_text"), f"{at}/alt_text", 2000)


def anything(value: Any, at: str) -> Iterator[Fault]:
    yield from ()


BLOCKS: dict[str, Check] = {
    "section": section,
    "header": header,
    "context": context,
    "actions": actions,
    "context_actions": context_actions,
    "rich_text": rich_text,
    "table": table,
    "markdown": markdown,
    "input": asked,
    "image": image,
    "divider": lambda value, at: keys(value, at, set(), set()),
    "video": anything,
    "file": anything,
}


def view_refusal(view: object) -> str:
    """Slack's error for a view; "" if it takes it."""
    if not isinstance(view, dict) or view.get("type") not in ("home", "modal"):
        return "invalid_arguments: view"
    if view["type"] == "modal":
        for key in ("title", "submit", "close"):
            if key in view or key == "title":
                for pointer, reason in plain(view.get(key), f"/view/{key}", 24):
                    return f"invalid_arguments: {reason} [json-pointer:{pointer}]"
    elif set(view) & {"title", "submit", "close"}:
        return "invalid_arguments: a home view has no title, submit or close"
    if units(str(view.get("private_metadata", ""))) > 3000:
        return "invalid_arguments: must be less than 3001 characters [json-pointer:/view/private_metadata]"
    if not view.get("blocks"):
        return "invalid_arguments: missing required field: blocks [json-pointer:/view/blocks]"
    return refusal(view["blocks"], view["type"]).replace("invalid_blocks", "invalid_arguments")
