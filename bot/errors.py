"""The errors Whichops raises on purpose, each naming the place and the fix.

Must never import anything of the project: every floor may raise these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class WhichopsError(Exception):
    """Anything we raise on purpose; its text is meant for a person."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in the content: where it stands, what it is, how to mend it."""

    file: str
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}\n    fix: {self.fix}"


class ContentError(WhichopsError):
    """The content can't be used. Carries every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(WhichopsError):
    """A setting is missing or unusable; the text names the variable and the fix."""


class StoreError(WhichopsError):
    """The database could not take a turn; nothing of the turn was kept."""
