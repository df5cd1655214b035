"""What changes between a plan that was agreed to and another one. Pure; must never choose between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.roadmap.kept import Kept, Laid, Marks, behind


@dataclass(frozen=True, slots=True)
class Moved:
    """A module that stays, on other days."""

    before: Laid
    after: Laid


@dataclass(frozen=True, slots=True)
class Differences:
    """What would change of what is still open. Hours are those still open; `topic` and `end` are before and after."""

    added: tuple[Laid, ...]
    removed: tuple[Laid, ...]
    moved: tuple[Moved, ...]
    hours: tuple[int, int]
    end: tuple[date, date]
    topic: tuple[str, str]
    path: tuple[str, str]

    @property
    def none(self) -> bool:
        """Whether nothing anybody would notice changes."""
        changed = self.added or self.removed or self.moved
        return not changed and self.hours[0] == self.hours[1] and self.path[0] == self.path[1]


def differences(before: Kept, after: Kept, marks: Marks) -> Differences:
    """Compare two plans by what is open in them: what is behind stays as it is."""
    over = behind(marks)
    old = {each.id: each for each in before.stretches if each.id not in over}
    new = {each.id: each for each in after.stretches if each.id not in over}
    both = [Moved(old[name], new[name]) for name in new if name in old]
    return Differences(
        added=tuple(each for name, each in new.items() if name not in old),
        removed=tuple(each for name, each in old.items() if name not in new),
        moved=tuple(each for each in both if (each.before.start, each.before.to) != (each.after.start, each.after.to)),
        hours=(sum(each.hours for each in old.values()), sum(each.hours for each in new.values())),
        end=(before.end, after.end),
        topic=(before.topic_title, after.topic_title),
        path=(before.path, after.path),
    )
