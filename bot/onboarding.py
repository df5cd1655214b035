"""Fill the team's blanks into onboarding answers. Pure.

A line with an empty blank is never shown raw: it is left out, and the blank is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot import markup
from bot.catalog import blanks
from bot.catalog.schema import Field_, Welcome


def fill(answer: Welcome, fields: Mapping[str, Field_]) -> tuple[tuple[str, ...], list[str]]:
    """Return the lines that can be shown, and the labels of required blanks that are still empty."""
    shown: list[str] = []
    still_open: dict[str, None] = {}
    for line in answer.lines:
        empty = [key for key in blanks.names(line) if not fields[key].value]
        if not empty:
            shown.append(_filled(line, fields))
        still_open |= dict.fromkeys(fields[key].label for key in empty if fields[key].required)
    return tuple(shown), list(still_open)


def told(field: Field_) -> str:
    """Write a field's value as the team gave it; empty if it hasn't."""
    if field.value is None or isinstance(field.value, str):
        return field.value or ""
    return "; ".join(field.value)


def _filled(line: str, fields: Mapping[str, Field_]) -> str:
    head, *parts = line.split("{{")
    text = head
    for part in parts:
        key, _, after = part.partition("}}")
        field = fields[key.strip()]
        value = told(field)
        if text.endswith("`"):
            text += value.replace("`", "'")  # inside code nothing is escaped
        elif value.startswith("https://"):
            text += f"[{markup.escape(field.label)}]({value})"
        else:
            text += markup.escape(value)
        text += after
    return text
