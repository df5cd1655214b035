"""Files to `Catalog`: read, put a team's folder on top, validate, lint; all problems at once.

The one way into the catalog for the bot, the lint command and the tests, so what lint accepts
is what the bot runs on. Must never read the clock or the environment.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from bot.catalog.explain import explain
from bot.catalog.lint import lint, lint_replies
from bot.catalog.overlay import forget, mistyped
from bot.catalog.schema import Catalog
from bot.catalog.tree import MAX_BYTES, Node, parse, plain
from bot.errors import ContentError, Problem

_SHOWN = "content"  # how the content that comes with Whichops is named in problems


def load(overlay: Path | None = None, content: Path | None = None, *, today: date | None = None) -> Catalog:
    """Build the catalog from our content (or `content`), with a team's `overlay` folder on top.

    Raises ContentError with every problem found. `today` switches on what only curators care for: how
    the leads read, and that nothing was reviewed in the future.
    """
    tree, problems = read(overlay, content)
    catalog = None
    try:
        catalog = Catalog.model_validate(plain(tree))
    except ValidationError as error:
        problems += explain(error, tree)
    problems += lint(tree, today)
    if catalog is None or problems:
        raise ContentError(problems)
    return catalog


def read(overlay: Path | None = None, content: Path | None = None) -> tuple[Node, list[Problem]]:
    """Read the files and put the team's on ours; what they say is judged later."""
    problems: list[Problem] = []
    tree = _folder(content or built_in(), str(content or _SHOWN), problems)
    if overlay is not None:
        over = _folder(overlay, str(overlay), problems)
        problems += [*lint_replies(tree, over), *mistyped(tree, over)]
        base, tree = tree, _merge(tree, over)
        forget(base, tree)
    return tree, problems


def built_in() -> Path:
    """Find the content that comes with Whichops: inside the installed package, or beside it in a checkout."""
    package = Path(str(files("bot")))
    inside = package / "content"
    return inside if inside.is_dir() else package.parent / "content"


def stamp(folders: Iterable[Path]) -> str:
    """Make a cheap fingerprint of the folders' files (names, sizes, times): it changes when one of them does."""
    seen = hashlib.sha256()
    for folder in folders:
        for path in _files(folder):
            try:
                found = path.stat()
            except OSError:  # gone between listing and looking, or a link to nowhere
                seen.update(f"{path}\0gone\n".encode())
            else:
                seen.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Every visible file below, sorted. Links to folders are listed, not followed."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.name.startswith("."):  # editors' and Kubernetes' own (..data)
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _folder(folder: Path, shown: str, problems: list[Problem]) -> Node:
    """Read one folder into a tree: folders and file names are its upper branches."""
    root = Node({}, shown, 0)
    if not folder.is_dir():
        root.broken = True
        fix = "create it, or correct the path (WHICHOPS_CONTENT_DIR)" if shown != _SHOWN else "install Whichops again"
        problems.append(Problem(shown, 1, "there is no such folder", fix))
        return root
    for path in _files(folder):
        parts = path.relative_to(folder).parts
        file = "/".join((shown.rstrip("/"), *parts))
        data = _bytes(path, folder, file, problems)
        if data is None:
            continue
        node, found = (Node({}, file, 1, broken=True), []) if data == b"" else parse(data, file)
        problems += found
        _plant(root, (*parts[:-1], path.stem), node, problems)
    return root


def _bytes(path: Path, folder: Path, file: str, problems: list[Problem]) -> bytes | None:
    """Read a file's bytes; empty when it can't be read (reported); None when it is none of ours."""
    if path.suffix not in (".yaml", ".yml") and not path.is_dir():
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        problems.append(Problem(file, 1, "a link that leads out of the content folder", "copy the file here instead"))
    elif path.is_dir():
        problems.append(Problem(file, 1, "a link to a folder", "make it a real folder"))
        return None
    elif path.suffix == ".yml":
        problems.append(Problem(file, 1, "the name ends in .yml", "rename it to .yaml"))
    else:
        return _read(path, file, problems)
    return b""


def _read(path: Path, file: str, problems: list[Problem]) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            problems.append(Problem(file, 1, "this isn't an ordinary file", "remove it"))
            return b""
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1) or b"\n"
    except OSError as error:
        problems.append(Problem(file, 1, f"can't be read: {error.strerror}", "check that it is there and readable"))
        return b""


def _plant(root: Node, parts: tuple[str, ...], node: Node, problems: list[Problem]) -> None:
    """Hang a file's tree at its place among the folders."""
    at = root
    for part in parts[:-1]:
        branch = at.items.get(part)
        if branch is None or branch.line:  # a file of the same name: reported when its turn comes
            branch = Node({}, f"{at.file}/{part}", 0)
            if part in at.items:
                fix = f"move {part}.yaml into the folder {part}, or its files into {part}.yaml"
                problems.append(Problem(at.items[part].file, 1, f"there is a folder `{part}` as well", fix))
            at.items[part] = branch
        at = branch
    if parts[-1] in at.items:
        fix = f"move it into the folder {parts[-1]}, or that folder's files into it"
        problems.append(Problem(node.file, 1, f"there is a folder `{parts[-1]}` as well", fix))
        return
    at.items[parts[-1]] = node


def _merge(base: Node, over: Node) -> Node:
    """Put `over` on `base`: mappings merge, scalars and lists replace, null removes."""
    if over.broken or not isinstance(over.value, dict):
        return over if not (over.broken and isinstance(base.value, dict)) else _break(base)
    merged = dict(base.items)
    for key, node in over.value.items():
        if node.value is None and not node.broken:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged.get(key, Node({}, node.file, node.line)), node)
    known = base if isinstance(base.value, dict) and base.value else over
    return Node(merged, known.file, known.line, base.broken)


def _break(base: Node) -> Node:
    return Node(base.value, base.file, base.line, broken=True)
