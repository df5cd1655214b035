"""What can be pressed: buttons, menus, boxes to tick, thumbs; and the ids by which a press is recognised.

A button's value is what pressing it says. What doesn't fit into a value is written out to be typed
instead. Must never hold anything but ids and what the core said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.slack import limits
from adapters.slack.limits import weigh
from adapters.slack.words import cut_mrkdwn
from adapters.spans import Spans, clean, literal, shorten, size
from adapters.wire import Json
from bot.chat import Button, Buttons, Choices, Option, plain
from bot.commands import Feedback, parse

# action_id is one of these, a colon and a number that is unique in the message.
SAY: Final = "say"  # its value, or the chosen option's, is said
JUDGE: Final = "judge"  # the thumbs: the pressed one's value is said
PICK: Final = "pick"  # ticked or chosen, not said yet: `pick:3` and `pick:3:1` wait for `go:3`
GO: Final = "go"  # its value and the ids picked under the same number are said
ABOUT: Final = "about:"  # block_id of a line that names the buttons below it
ASK: Final = "ask"  # callback_id of the modal with a question, and of the shortcuts that open it
QUESTION: Final = "question"  # block_id and action_id of its input

_MENU_SIZE: Final = limits.BLOCKS_SIZE // 2


def buttons(block: Buttons, ids: Iterator[int], thumbs: bool) -> Iterator[tuple[list[Json], str, int]]:
    """Draw buttons as groups of blocks with their words and what they weigh. Many of a kind become a menu."""
    pressable = [button for button in block.items if _fits(button)]
    typed = [button for button in block.items if not _fits(button) and clean(button.label + button.says).strip()]
    pair = _thumbs(pressable, ids) if thumbs else None
    if pair:
        pressable = [button for button in pressable if not isinstance(parse(button.says), Feedback)]
    menu = _menu(pressable)
    rest = [button for button in pressable if button not in menu]
    drawn = [*_long_labels(pressable), *_typed(typed), *_menus(menu, block.label, ids), *_rows(rest, ids)]
    if not drawn and not pair:
        return
    # The thumbs explain themselves; anything else is named by the block's label, where it has one.
    about = _about(block.label, ids) if (menu or rest or typed) and not pair else []
    group = [*about, *drawn, *([pair] if pair else [])]
    weight = weigh(group)
    if weight <= limits.BLOCKS_SIZE:
        yield group, plain(block), weight
        return
    for number, each in enumerate(group):
        yield [each], "" if number else plain(block), weigh([each])


def _fits(button: Button) -> bool:
    return (
        bool(clean(button.label).strip() and clean(button.says).strip())
        and size(clean(button.says)) <= limits.BUTTON_VALUE
    )


def _about(label: str, ids: Iterator[int]) -> list[Json]:
    if not clean(label).strip():
        return []
    text = {"type": "plain_text", "text": shorten(clean(label).strip(), limits.CONTEXT), "emoji": True}
    return [{"type": "context", "block_id": f"{ABOUT}{next(ids)}", "elements": [text]}]


def _thumbs(found: Sequence[Button], ids: Iterator[int]) -> Json | None:
    """Draw the helpful / not helpful pair, if these buttons have exactly one."""
    judging = [(button, parse(button.says)) for button in found]
    up = [button for button, said in judging if isinstance(said, Feedback) and said.helpful]
    down = [button for button, said in judging if isinstance(said, Feedback) and not said.helpful and not said.reason]
    if len(up) != 1 or len(down) != 1 or sum(isinstance(said, Feedback) for _, said in judging) != 2:
        return None
    thumbs = {"type": "feedback_buttons", "action_id": f"{JUDGE}:{next(ids)}"}
    for name, button in (("positive_button", up[0]), ("negative_button", down[0])):
        label = clean(button.label).strip()
        thumbs[name] = {  # type: ignore[assignment]
            "text": _label(shorten(label, limits.BUTTON_TEXT)),
            "accessibility_label": shorten(label, limits.BUTTON_TEXT),
            "value": clean(button.says),
        }
    return {"type": "context_actions", "elements": [thumbs]}


def _menu(found: Sequence[Button]) -> list[Button]:
    """Find the buttons that are too many of one kind: those of the same command whose words fit an option."""
    kinds: dict[str, list[Button]] = {}
    for button in found:
        if button.says.startswith("/") and size(clean(button.says)) <= limits.OPTION_VALUE:
            kinds.setdefault(button.says.split()[0], []).append(button)
    many = [same for same in kinds.values() if len(same) > limits.BUTTONS_IN_A_ROW]
    return list(dict.fromkeys(many[0])) if many else []


def _menus(found: Sequence[Button], label: str, ids: Iterator[int]) -> list[Json]:
    options = [_option(button.label, button.says) for button in found]
    drawn: list[Json] = []
    for part in _parts(options, limits.OPTIONS):
        menu: Json = {"type": "static_select", "action_id": f"{SAY}:{next(ids)}", "options": part}
        if clean(label).strip():
            menu["placeholder"] = _label(shorten(clean(label).strip(), limits.PLACEHOLDER))
        drawn.append({"type": "actions", "elements": [menu]})
    return drawn


def _rows(found: Sequence[Button], ids: Iterator[int]) -> list[Json]:
    elements = [_button(button.label, button.says, f"{SAY}:{next(ids)}", button.style) for button in found]
    return [{"type": "actions", "elements": part} for part in _parts(elements, limits.ACTIONS)]


def _parts(elements: Sequence[Json], most: int) -> Iterator[list[Json]]:
    """Cut into groups of at most `most` that leave room in a message."""
    held: list[Json] = []
    used = 0
    for element in elements:
        more = weigh([element])
        if held and (len(held) == most or used + more > _MENU_SIZE):
            yield held
            held, used = [], 0
        held.append(element)
        used += more
    if held:
        yield held


def _button(label: str, value: str, action: str, style: str = "plain") -> Json:
    drawn: Json = {
        "type": "button",
        "action_id": action,
        "text": _label(shorten(clean(label).strip(), limits.BUTTON_TEXT)),
        "value": clean(value),
    }
    return drawn | ({"style": "primary"} if style == "primary" else {})


def _option(label: str, value: str) -> Json:
    return {"text": _label(shorten(clean(label).strip(), limits.OPTION_TEXT)), "value": clean(value)}


def _label(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


# What doesn't fit -------------------------------------------------------------------------
def _long_labels(found: Sequence[Button | Option]) -> list[Json]:
    """Write out the labels that a button shortens."""
    full = [clean(each.label).strip() for each in found if size(clean(each.label).strip()) > limits.BUTTON_TEXT]
    return _written([literal(f"• {label}") for label in full])


def _typed(found: Sequence[Button]) -> list[Json]:
    return _written([(*literal(f"• {each.label.strip()} "), *literal(each.says, code=True)) for each in found])


def _written(lines: Sequence[Spans]) -> list[Json]:
    return [
        {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
        for line in lines
        for text in cut_mrkdwn(line, limits.CONTEXT)
    ]


# Several choices --------------------------------------------------------------------------
def choices(block: Choices, ids: Iterator[int]) -> list[Json]:
    """Draw boxes to tick (a menu where they are more than ten) and the button that confirms; [] if they can't be."""
    unique = {clean(option.id): option for option in block.options}
    if (
        not clean(block.confirm).strip()
        or not clean(block.says).strip()
        or size(clean(block.says)) > limits.BUTTON_VALUE
    ):
        return []
    if not unique or not all(_choosable(id_, option) for id_, option in unique.items()):
        return []
    number = next(ids)
    drawn = [(_option(option.label, id_), option.chosen) for id_, option in unique.items()]
    if len(drawn) <= limits.CHECKBOXES:
        picks = [_pick("checkboxes", drawn, f"{PICK}:{number}", "")]
    else:
        groups = [drawn[start : start + limits.OPTIONS] for start in range(0, len(drawn), limits.OPTIONS)]
        picks = [
            _pick("multi_static_select", group, f"{PICK}:{number}:{nth}", block.label)
            for nth, group in enumerate(groups)
        ]
    go = _button(block.confirm, block.says, f"{GO}:{number}", "primary")
    return [*_long_labels(list(unique.values())), *picks, {"type": "actions", "elements": [go]}]


def _choosable(id_: str, option: Option) -> bool:
    return 0 < size(id_) <= limits.OPTION_VALUE and not any(map(str.isspace, id_)) and bool(clean(option.label).strip())


def _pick(kind: str, options: Sequence[tuple[Json, bool]], action: str, label: str) -> Json:
    element: Json = {"type": kind, "action_id": action, "options": [option for option, _ in options]}
    chosen = [option for option, picked in options if picked]
    if chosen:
        element["initial_options"] = chosen
    if clean(label).strip():
        element["placeholder"] = _label(shorten(clean(label).strip(), limits.PLACEHOLDER))
    return {"type": "actions", "elements": [element]}


def typed_choices(block: Choices) -> Spans:
    """Write choices out, with the ids to type."""
    lines = [*literal(block.label)]
    for option in block.options:
        lines += [*literal(f"\n• {option.label} "), *literal(option.id, code=True)]
    return (*lines, *literal("\n"), *literal(block.says, code=True))
