"""What pydantic found, said to a curator: file, line, what is wrong, how to mend it.

Must never decide what is valid: the schema does.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.catalog.schema import Catalog
from bot.catalog.tree import Node, Path, kind
from bot.errors import Problem

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_FOLDERS = ("topics", "pairs", "onboarding", "roadmap", "language", "checks")
_KEPT = ("owner", "reviewed", "review_in")


def explain(error: ValidationError, tree: Node) -> Iterator[Problem]:
    """Turn every finding into a problem, placed at the nearest node that exists in a file."""
    details = error.errors(include_url=False)
    missing = {_where(item["loc"]) for item in details if item["type"] == "missing"}
    told: dict[tuple[Path, int], list[tuple[str, str]]] = {}
    nodes: dict[tuple[Path, int], Node] = {}
    for number, item in enumerate(details):
        node, path = nearest(tree, item["loc"])
        if node.broken or _inherits(item, missing):
            continue
        tried = len(path) < len(item["loc"]) and item["type"].endswith("_type")  # branches of one union
        place = (path, -1 if tried else number)
        nodes[place] = node
        told.setdefault(place, []).append(_say(item, path))
    for place, said in told.items():
        node = nodes[place]
        what = " or ".join(dict.fromkeys(what for what, _ in said))
        fix = "; or ".join(dict.fromkeys(fix for _, fix in said))
        yield _missing_file(node, place[0], what) or Problem(node.file, max(node.line, 1), what, fix)


def nearest(tree: Node, loc: Iterable[str | int]) -> tuple[Node, Path]:
    """Find the deepest existing node on the way, and its path. Names pydantic puts in for unions are passed over."""
    node: Node = tree
    path: Path = ()
    for part in loc:
        if node.broken:
            break
        below = node.child(part)
        if below is not None:
            node, path = below, (*path, part)
    return node, path


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Write a fix that names the nearest known word, or all of them when they are few."""
    names = sorted(known)
    meant = near(word, names)
    if meant:
        return f"did you mean `{meant}`?"
    if not names:
        return "remove it"
    shown = ", ".join(names[:15]) + (", …" if len(names) > 15 else "")
    return f"known here: {shown}"


def near(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was probably meant; None when none is close."""
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.75)), None)


def _where(loc: Iterable[str | int]) -> str:
    return ".".join(str(part) for part in loc)


def _inherits(item: ErrorDetails, missing: set[str]) -> bool:
    """Whether the same is missing further up, from where it would have been handed down."""
    loc = item["loc"]
    if item["type"] != "missing" or loc[-1] not in _KEPT:
        return False
    return any(_where((*loc[:length], loc[-1])) in missing for length in range(len(loc) - 1))


def _missing_file(node: Node, path: Path, what: str) -> Problem | None:
    """Name a whole file or folder that isn't there."""
    if node.line or not what.endswith(" is missing"):
        return None
    parts = what.removesuffix(" is missing").strip("`").split(".")
    name = parts[len(path)] if len(parts) > len(path) else parts[-1]
    if not path and name in _FOLDERS:
        return Problem(f"{node.file}/{name}", 1, "the folder is missing, or holds no file", "add its files")
    return Problem(f"{node.file}/{name}.yaml", 1, "the file is missing", "add it")


def _say(item: ErrorDetails, path: Path) -> tuple[str, str]:
    """Say what is wrong and how to mend it."""
    loc, given = item["loc"], item["input"]
    where = f"`{_where(path)}`" if path else "the content"
    ctx: dict[str, Any] = item.get("ctx") or {}
    match item["type"]:
        case "missing":
            return f"`{_where(loc)}` is missing", _add(loc[-1])
        case "extra_forbidden":
            name = str(loc[-1])
            return f"`{name}` is not known in {_parent(loc)}", did_you_mean(name, _keys(_schema_at(loc[:-1])))
        case "literal_error" if loc[-1] == "[key]":
            known = _keys(_schema_at(loc[:-2]))
            return f"`{given}` is not known in {_parent(loc[:-1])}", did_you_mean(str(given), known)
        case "literal_error" | "enum":
            return f"{where} is {_quote(given)}", f"use one of: {ctx.get('expected', '')}"
        case "string_pattern_mismatch":
            return f"{where} is {_quote(given)}", _spelling(str(ctx.get("pattern", "")))
        case "string_too_long" | "string_too_short":
            return _length(item["type"], len(str(given)), ctx, where)
        case "too_long" | "too_short":
            return _count(item["type"], ctx, where)
        case "value_error":
            return f"{where}: {ctx.get('error', item['msg'])}", _mend(str(ctx.get("error", "")))
    return _wrong_kind(item, where, given)


def _wrong_kind(item: ErrorDetails, where: str, given: object) -> tuple[str, str]:
    match item["type"]:
        case "string_type":
            fixes = {
                "nothing": "write a text, or remove the key",
                "a list": "write one text, not a list",
                "a mapping": "write one text; put quotes around it if it contains `: `",
            }
            fix = fixes.get(kind(given)) or f'put it in quotes: "{_bare(given)}"'
            return f"{where} is {kind(given)}, not a text", fix
        case "tuple_type" | "list_type" | "set_type" | "frozen_set_type":
            return f"{where} is {kind(given)}, not a list", "give every item a line of its own that starts with `- `"
        case "dict_type" | "model_type" | "model_attributes_type" | "dataclass_type" | "mapping_type":
            return f"{where} is {kind(given)}, not a mapping", "write `key: value` lines below it, indented"
        case name if name.startswith("date"):
            return f"{where} is {_quote(given)}, not a day", "write YYYY-MM-DD, such as 2026-11-23"
        case name if name.startswith("bool"):
            return f"{where} is {_quote(given)}", "write true or false"
        case name if name.startswith(("int", "float")):
            return f"{where} is {_quote(given)}, not a number", "write digits only, such as 4"
    return f"{where}: {_quote(given)}: {item['msg']}", "correct the value"


def _add(name: str | int) -> str:
    if name in _KEPT:
        return f"add `{name}:` at the top of the file; its entries inherit it"
    return f"add `{name}:`" if isinstance(name, str) else f"add item {name + 1} to the list"


def _parent(loc: Path) -> str:
    return f"`{_where(loc[:-1])}`" if len(loc) > 1 else "the content folder"


def _spelling(pattern: str) -> str:
    if pattern == _SLUG:
        return "use small letters, digits and single hyphens, such as ci-cd"
    if pattern == r"^[a-z0-9_]+$":
        return "use small letters, digits and underscores, such as access_form"
    return f"write it so that it fits {pattern}"


def _length(name: str, given: int, ctx: dict[str, Any], where: str) -> tuple[str, str]:
    if name == "string_too_long":
        most = ctx["max_length"]
        return f"{where} has {given} characters, at most {most} fit", f"shorten it by {given - most}"
    return f"{where} is empty", "write a text, or remove the key"


def _count(name: str, ctx: dict[str, Any], where: str) -> tuple[str, str]:
    given = ctx.get("actual_length", "more")
    if name == "too_long":
        return f"{where} has {given} items, at most {ctx['max_length']} fit", "remove some"
    return f"{where} has {given} items, at least {ctx['min_length']} are needed", "add some"


def _mend(said: str) -> str:
    if "link" in said or "https" in said:
        return "use an https:// address"
    if "cells" in said:
        return "give every row as many cells as there are columns"
    if "drawn" in said:
        return "use only **bold**, *italic*, `code` and [label](https://...)"
    if "was released and is gone" in said:
        return "put it back, or say in this file what became of it: renamed, split, merged or retired"
    return "correct it here"


def _quote(value: object, most: int = 60) -> str:
    if not isinstance(value, str | int):
        return kind(value)
    text = str(value) if not isinstance(value, bool) else _bare(value)
    return f'"{text}"' if len(text) <= most else f'"{text[: most - 1]}…"'


def _bare(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# The schema's own key names, for "did you mean" -----------------------------------------
@cache
def _schema() -> dict[str, Any]:
    return Catalog.model_json_schema()


def _schema_at(loc: Path) -> list[dict[str, Any]]:
    """Find the JSON schemas that hold at a place: several where a value may take several shapes."""
    found = list(_open(_schema()))
    for part in loc:
        below = [step for schema in found for step in _below(schema, part)]
        found = below or found  # a union's name in the path is no step
    return found


def _open(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        yield from _open(_schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
        return
    yield schema
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _open(choice)


def _below(schema: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(part, int):
        prefix = schema.get("prefixItems", ())
        steps = [prefix[part]] if part < len(prefix) else [schema.get("items")]
    elif part in schema.get("properties", {}):
        steps = [schema["properties"][part]]
    else:
        steps = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    for step in steps:
        if isinstance(step, dict):
            yield from _open(step)


def _keys(schemas: list[dict[str, Any]]) -> set[str]:
    known: set[str] = set()
    for schema in schemas:
        known |= set(schema.get("properties", {}))
        for names in _open(schema["propertyNames"]) if "propertyNames" in schema else ():
            known |= set(names.get("enum", ()))
    return known
