"""Strict YAML: one file's text becomes a tree of nodes that know their file and line.

Far less than YAML, on purpose. No anchors, aliases, tags, merge keys or second documents, no key
twice, bounded size, depth and number of nodes; plain `true`, `false`, `null` and integers are
recognised and everything else is text, so `no`, `22:22` and dates stay what the curator wrote.
Works on the parser's events, so a bomb is refused before anything is built from it.
Must never construct a Python object named in a file, nor know what the content means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from bot.errors import Problem

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
MAX_NODES = 20_000

Scalar = str | int | bool | None
Path = tuple[str | int, ...]

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Scalar] = {"": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_LOST = re.compile(r"(?:([\w-]{1,60}):[ \t]{1,99})?(#[^\s#].*)")
_TAB = re.compile(r"^ *\t[ \t]*\S", re.MULTILINE)
_HINTS = {
    "mapping values are not allowed": "put quotes around a text that contains a colon and a blank (`: `)",
    "could not find expected ':'": "write `key: value`; a text over several lines needs `>-` or deeper indentation",
    "did not find expected key": "check the indentation here and in the line before, and quotes inside quotes",
    "did not find expected '-' indicator": "start every item of the list with `- `, all at the same indentation",
    "cannot start any token": "put quotes around a text that starts with a special character such as @ or `",
    "while scanning a quoted scalar": "close the quotes",
    "unknown escape character": "use single quotes, or write the backslash twice",
}


@dataclass(slots=True)
class Node:
    """A value and where it stands. Line 0 is a folder; a broken node's value was already reported."""

    value: Scalar | dict[str, Node] | list[Node]
    file: str
    line: int
    broken: bool = False

    @property
    def items(self) -> dict[str, Node]:
        """The entries of a mapping; nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def list(self) -> tuple[Node, ...]:
        """The items of a list; nothing for anything else."""
        return tuple(self.value) if isinstance(self.value, list) else ()

    @property
    def text(self) -> str:
        """The text of a text; empty for anything else."""
        return self.value if isinstance(self.value, str) else ""

    def at(self, *path: str | int) -> Node | None:
        """Find the node below, or None."""
        node: Node | None = self
        for part in path:
            node = node.child(part) if node else None
        return node

    def child(self, part: str | int) -> Node | None:
        """Find the entry or item of that name or number, or None."""
        if isinstance(self.value, dict):
            return self.value.get(str(part))
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """List every node from here down, with its path."""
        yield path, self
        for key, below in self.items.items():
            yield from below.walk((*path, key))
        for number, below in enumerate(self.list):
            yield from below.walk((*path, number))


def plain(node: Node) -> object:
    """Make ordinary dicts, lists and scalars of the tree."""
    if isinstance(node.value, dict):
        return {key: plain(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [plain(below) for below in node.value]
    return node.value


def parse(data: bytes, file: str) -> tuple[Node, list[Problem]]:
    """Read one file's bytes: its mapping, and everything wrong with it.

    A file that can't be read at all gives a broken node, so that later checks don't report it again.
    """
    broken = Node({}, file, 1, broken=True)
    text, problems = _decode(data, file)
    if problems:
        return broken, problems
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            builder.take(event)
    except _Refused:
        return broken, builder.problems
    except yaml.MarkedYAMLError as error:
        return broken, [*builder.problems, _syntax(error, file)]
    except yaml.YAMLError as error:  # a reader error: no mark
        return broken, [*builder.problems, Problem(file, 1, f"this isn't YAML: {error}", "save the file as UTF-8 text")]
    root = builder.root
    if root is None or root.value is None:
        return Node({}, file, 1), builder.problems
    if not isinstance(root.value, dict):
        what = f"the file holds {kind(plain(root))}, not a mapping"
        return broken, [*builder.problems, Problem(file, root.line, what, "start with `key: value` lines")]
    root.line = 1
    return root, [*builder.problems, *_lost(root, text)]


def kind(value: object) -> str:
    """Name a value's kind for a person."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case str():
            return "a text"
        case dict():
            return "a mapping"
    return "a list"


def _decode(data: bytes, file: str) -> tuple[str, list[Problem]]:
    if len(data) > MAX_BYTES:
        what = f"the file has over {MAX_BYTES // 1024} KB"
        return "", [Problem(file, 1, what, "split it into several files")]
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return "", [Problem(file, 1, "the file starts with a byte order mark", "save it as UTF-8 without BOM")]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [Problem(file, line, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")]
    problems = []
    for found in _CONTROL.finditer(text):
        what = f"the invisible character U+{ord(found[0]):04X}"
        problems.append(Problem(file, text.count("\n", 0, found.start()) + 1, what, "remove it"))
    for found in _TAB.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        problems.append(Problem(file, line, "a tab in the indentation", "indent with blanks, two a level"))
    return text, problems[:10]


def _lost(root: Node, text: str) -> Iterator[Problem]:
    """Find values that begin with `#` and have no quotes: to YAML they are comments, and nothing remains."""
    lines = text.split("\n")
    for path, node in root.walk():
        if node.value is not None:
            continue
        found = _LOST.fullmatch(lines[node.line - 1].strip().removeprefix("- ").lstrip())
        if found and found[1] in (None, str(path[-1])):
            meant = found[2].split(" #")[0].rstrip()
            place = f"`{found[1]}:`" if found[1] else "this item"
            fix = f'put quotes around it: "{_short(meant)}"; or a blank after the # if it is a remark'
            yield Problem(root.file, node.line, f"{place} is empty: what begins with # is a comment", fix)


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = " ".join(part for part in (error.context, error.problem) if part)
    hints = (hint for clue, hint in _HINTS.items() if clue in said)
    fix = next(hints, "check the indentation and the quotes here and in the line before")
    return Problem(file, mark.line + 1 if mark else 1, f"this isn't valid YAML: {said}", fix)


class _Refused(Exception):  # noqa: N818 (not an error of its own: the problem is in the list)
    """Reading stops here; the problem has been noted."""


@dataclass(slots=True)
class _Builder:
    """Builds the tree from parser events; keeps going after a problem where that makes sense."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    open: list[Node] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)  # per open mapping: the key waiting for its value
    dropped: list[bool] = field(default_factory=list)  # per open mapping: whether that value is thrown away
    count: int = 0
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self._stop(line, "a second document (`---`) starts here", "put it into a file of its own")
            case yaml.AliasEvent():
                self._note(line, f"the alias *{event.anchor}", "write the value out; aliases aren't allowed")
                self._put(Node(None, self.file, line, broken=True), event)
            case yaml.ScalarEvent():
                self._refuse_marks(event, line)
                self._put(Node(_scalar(event), self.file, line), event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_marks(event, line)
                node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], self.file, line)
                self._put(node, event)
                self._enter(node)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop(), self.keys.pop(), self.dropped.pop()

    def _enter(self, node: Node) -> None:
        self.open.append(node)
        self.keys.append(None)
        self.dropped.append(False)
        if len(self.open) > MAX_DEPTH:
            raise self._stop(node.line, f"nested over {MAX_DEPTH} levels deep", "flatten it: no content needs that")

    def _put(self, node: Node, event: yaml.Event) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise self._stop(node.line, f"the file has over {MAX_NODES} values", "split it into several files")
        if not self.open:
            self.root = node
            return
        into = self.open[-1].value
        if isinstance(into, list):
            into.append(node)
        elif isinstance(into, dict):
            self._put_entry(into, node, event)

    def _put_entry(self, into: dict[str, Node], node: Node, event: yaml.Event) -> None:
        key = self.keys[-1]
        if key is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stop(node.line, "a key that isn't a plain word", "write `key: value`")
            self._open_key(into, event, node.line)
            return
        self.keys[-1] = None
        if not self.dropped[-1]:
            node.line = into[key].line  # where the key stands is where people look
            into[key] = node

    def _open_key(self, into: dict[str, Node], event: yaml.ScalarEvent, line: int) -> None:
        key = str(event.value)
        self.keys[-1] = key
        self.dropped[-1] = True
        if key == "<<":
            self._note(line, "the merge key `<<`", "write the keys out; merging isn't allowed")
        elif key in into:
            self._note(line, f"the key `{key}` stands here twice", f"remove one; the first is in line {into[key].line}")
        else:
            self.dropped[-1] = False
            into[key] = Node(None, self.file, line)

    def _refuse_marks(self, event: yaml.NodeEvent, line: int) -> None:
        tag = getattr(event, "tag", None)
        if tag:
            self._note(line, f"the tag {_short(tag)}", "remove it, or quote the text")
        if event.anchor:
            self._note(line, f"the anchor &{_short(event.anchor)}", "remove it, or quote the text")

    def _note(self, line: int, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line, what, fix))
        if len(self.problems) > 50:
            raise _Refused

    def _stop(self, line: int, what: str, fix: str) -> _Refused:
        self._note(line, what, fix)
        return _Refused()


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    value = str(event.value)
    if not event.implicit[0]:  # quoted or a block: always text
        return value
    if value in _WORDS:
        return _WORDS[value]
    return int(value) if _INTEGER.fullmatch(value) else value


def _short(value: object, most: int = 60) -> str:
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"
