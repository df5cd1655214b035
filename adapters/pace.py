"""How much is taken at once: from one person, and of all together. Shared by every place to chat.

Kept in memory only, and nothing of it is written: what is too much must cost as little as can be. Must never know a
platform, nor say anything itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from adapters.recent import Recent

TURNS: Final = 64  # at once; above that a database queue only makes everyone wait (measured: acks reached 7.6 s)
BURST: Final = 20  # turns of one person
WINDOW: Final = 10.0  # seconds in which they may come

Verdict = Literal["go", "tell", "drop"]


class Gate:
    """Lets so many turns in at once; whoever stays outside is to come again."""

    def __init__(self, limit: int = TURNS) -> None:
        self._limit = limit
        self._inside = 0

    @contextmanager
    def enter(self) -> Iterator[bool]:
        """Go in for the time of a turn; False when it is full."""
        if self._inside >= self._limit:
            yield False
            return
        self._inside += 1
        try:
            yield True
        finally:
            self._inside -= 1


class Pace:
    """Lets each author take `burst` turns at once and one a second after that."""

    def __init__(self, burst: int = BURST, *, known: int = 10_000) -> None:
        self._burst = burst
        self._left: Recent[str, tuple[float, float]] = Recent(known)

    def wait(self, author: str, now: float) -> float:
        """Take a turn: 0 if the author may go on, else the seconds to wait."""
        left, at = self._left.find(author) or (float(self._burst), now)
        left = min(float(self._burst), left + now - at)
        taken = left >= 1
        self._left.keep(author, (left - 1 if taken else left, now))
        return 0.0 if taken else 1 - left


@dataclass(slots=True)
class _Person:
    taken: deque[tuple[float, str]] = field(default_factory=deque)  # when, and what
    over: bool = False
    told: bool = False


class Calm:
    """Where nobody can be asked to wait: so many turns in a while, then one word, then silence until it cools."""

    def __init__(self, burst: int = BURST, window: float = WINDOW, *, known: int = 10_000) -> None:
        self._burst = burst
        self._window = window
        self._people: Recent[str, _Person] = Recent(known)

    def take(self, person: str, what: str, now: float, *, aloud: bool = True) -> Verdict:
        """Take a turn. `what` names it: the same again costs nothing. `aloud`: the person can be told.

        Once somebody is over, everything is dropped until a whole window has passed since the last turn taken.
        """
        held = self._people.find(person) or _Person()
        self._people.keep(person, held)
        while held.taken and held.taken[0][0] <= now - self._window:
            held.taken.popleft()
        if any(what == each for _, each in held.taken):
            return "go"
        if not held.taken:
            held.over = held.told = False
        held.over = held.over or len(held.taken) >= self._burst
        if not held.over:
            held.taken.append((now, what))
            return "go"
        if held.told or not aloud:
            return "drop"
        held.told = True
        return "tell"
