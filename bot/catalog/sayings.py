"""What people say, against what the content lists: the content writes its sayings in a line, with semicolons between.

Must never know what a saying means.
"""

from __future__ import annotations

from functools import cache


def plainly(said: str, ends: str = " .!?") -> str:
    """Write words as the content does: small, single blanks, straight apostrophes, without these ends."""
    return " ".join(said.casefold().replace("\u2019", "'").split()).strip(ends)


@cache
def listed(line: str) -> tuple[str, ...]:
    """Split a line of sayings. Kept: it is done for every message, and there are few such lines."""
    return tuple(each.strip() for each in line.split(";"))


@cache
def words(line: str) -> frozenset[str]:
    """List the words in a line of sayings. Kept as above."""
    return frozenset(line.replace(";", " ").casefold().split())
