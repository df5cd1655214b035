"""The values of late, by key: what is worth remembering, and no more than fits.

Lost with the process, so only for what can be asked again or done without. Must never know what it holds.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

KEPT = 5_000

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most so many values; what wasn't kept again for the longest goes first."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._held: OrderedDict[K, V] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        """Tell whether one is remembered."""
        return key in self._held

    def keep(self, key: K, value: V) -> None:
        """Remember one."""
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def find(self, key: K) -> V | None:
        """Look one up."""
        return self._held.get(key)

    def drop(self, key: K) -> None:
        """Forget one."""
        self._held.pop(key, None)
