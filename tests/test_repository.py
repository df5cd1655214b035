"""Promises of the repository itself: the lock, the wheel, sizes, and patterns no text can stall."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import adapters
import bot

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for package in ("bot", "adapters") for path in (ROOT / package).rglob("*.py"))


# The lock -------------------------------------------------------------------------------
def test_the_lock_pins_everything_by_hash_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    requirements = re.split(r"\n(?=\S)", text.replace("\\\n", " "))
    assert len(requirements) > 40
    unpinned = [each for each in requirements if not re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", each)]
    assert [] == unpinned
    assert not re.search(r"://|^-|file:", text, re.MULTILINE)


def test_the_lock_holds_every_dependency_that_is_declared() -> None:
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = set(re.findall(r"^([\w.-]+)(?=\[|==)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    missing = {re.split(r"[\[>=<; ]", each)[0].lower() for each in declared} - locked
    assert set() == missing


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_unsafe_is_used(path: Path) -> None:
    """Nothing that runs what it reads: no eval, exec, pickle or shell, and YAML only by our strict reader."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [name for name in names if name.split(".")[0] in ("pickle", "marshal", "shelve", "jsonpickle")]
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found += [name] if name in ("eval", "exec", "os.system", "yaml.load", "yaml.unsafe_load") else []
            found += ["shell=True"] if any(each.arg == "shell" for each in node.keywords) else []
    assert [] == found


# The wheel ------------------------------------------------------------------------------
def test_the_wheel_holds_content_and_pages_and_runs_from_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("whichops-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    assert {
        "bot/content/replies.yaml",
        "bot/PRIVACY.md",
        "bot/LICENSE",
        "bot/py.typed",
        "adapters/web/page.html",
        "adapters/web/chat.css",
    } <= names
    assert not [name for name in names if not name.startswith(("bot/", "adapters/", "whichops-"))]
    code = "from bot.catalog.load import built_in, load; print(built_in()); load()"
    # -I: neither this folder nor the installed checkout may help
    run = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {code}"
    done = subprocess.run([sys.executable, "-I", "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (f"{tmp_path}/site/bot/content\n", "") == (done.stdout, done.stderr)


# Sizes ----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_over_400_lines_or_a_function_over_40_gives_its_reason(path: Path) -> None:
    text = path.read_text()
    module = ast.parse(text)
    assert text.count("\n") <= 400 or "400 lines" in (ast.get_docstring(module) or "")
    long = [
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 40
        and "40 lines" not in (ast.get_docstring(node) or "")
    ]
    assert [] == long


# Patterns -------------------------------------------------------------------------------
HOSTILE = [
    unit * (5_000 // len(unit)) + end
    for unit in (
        "a",
        " ",
        "\n",
        "aA1",
        "a ",
        "[",
        "](",
        "<@",
        "{{",
        "://a:",
        "a@",
        "a.",
        "xoxb-",
        "eyJaaaaaaaaaa.",
        "0",
        "-",
    )
    for end in ("", "!")
]


def patterns(package: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern a module keeps, by itself or in a collection."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" in found.name or found.name.endswith(".__main__"):  # run when imported
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            kept = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
            for each in kept:
                for pattern in each if isinstance(each, list | tuple) else [each]:
                    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
                        yield f"{found.name}.{name}", pattern


def test_no_text_stalls_a_pattern() -> None:
    seen = {(name, pattern) for package in (bot, adapters) for name, pattern in patterns(package)}
    assert len(seen) > 10
    slow = []
    for name, pattern in seen:
        for text in HOSTILE:
            begun = time.process_time()
            for _ in pattern.finditer(text):
                pass
            if (took := time.process_time() - begun) > 0.1:  # the bar is 20 ms on a quiet machine
                slow.append(f"{name}: {took * 1000:.0f} ms on {text[:12]!r}...")
    assert [] == slow
