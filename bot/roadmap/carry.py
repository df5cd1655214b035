"""Carry a kept plan and its marks over content edits: modules renamed, split, merged or retired by declaration.

Progress is never lost. What is done stays done: under its new name; as every part of what was split; as what it was
merged into, when all that was on the road of it is behind. Where only some of it is, the rest is open under the new
name, and what was done stays on the road as a piece of the past. A module that was retired stays there too if it was
behind, and leaves the road if it was open. Pure, and the same again when done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.catalog.history import Change
from bot.catalog.script import Roadmap
from bot.roadmap.kept import Kept, Laid, behind
from bot.roadmap.road import Mark

Marks = dict[str, Mark]


def carried(script: Roadmap, kept: Kept, marks: Marks) -> tuple[Kept, Marks]:
    """Give a plan and its marks the ids the content has now."""
    for declared in script.history.changes:
        past = {each.id for each in kept.stretches if each.past}
        change = Change(tuple(name for name in declared.before if name not in past), declared.after)
        if change.before:
            kept, marks = _changed(script, kept, marks, change)
    return kept, marks


def renamed(script: Roadmap, names: Sequence[str]) -> tuple[str, ...]:
    """Give plain ids, such as known modules, the names they have now; those that are gone are left out."""
    found = tuple(names)
    for change in script.history.changes:
        found = _swapped(found, change)
    return found


def _changed(script: Roadmap, kept: Kept, marks: Marks, change: Change) -> tuple[Kept, Marks]:
    on_road = [each for each in kept.stretches if each.id in change.before]
    taken = {each.id for each in kept.stretches}
    new = [name for name in change.after if name not in taken]
    over = behind(marks)
    done = [each for each in on_road if each.id in over]
    open_ = [each for each in on_road if each.id not in over]
    if not change.after or (done and not new):  # nothing to be carried into: what is behind stays as it was
        stretches, marks = _let_go(kept.stretches, open_), _without(marks, open_)
    elif done and open_:
        stretches = _replaced(script, _past(kept.stretches, done), open_, new)
        stuck = [marks[each.id] for each in open_ if each.id in marks]
        marks = _without(marks, open_) | ({new[0]: stuck[0]} if stuck and new else {})
        done = []
    else:
        stretches = _replaced(script, kept.stretches, on_road, new)
        marks = _marked(marks, change, on_road, new)
        done = []
    stretches = _past(stretches, done)
    ids = {each.id for each in stretches}
    update = {
        "stretches": stretches,
        "known": tuple(each for each in _swapped(kept.known, change) if each not in ids),
        "later": tuple(each for each in _swapped(kept.later, change) if each not in ids),
        "relearn": _swapped(kept.relearn, change),
    }
    return kept.model_copy(update=update), marks


def _marked(marks: Marks, change: Change, on_road: Sequence[Laid], new: Sequence[str]) -> Marks:
    """Hand the marks of what was on the road on to what it is now. "Stuck" sticks to the first part only."""
    old = [marks[each.id] for each in on_road if each.id in marks]
    left = {name: mark for name, mark in marks.items() if name not in change.before}
    if not old or not new:
        return left if on_road else marks
    states = {each.state for each in old}
    state = "stuck" if "stuck" in states else "done" if "done" in states else "skipped"
    mark = Mark(state=state, on=max(each.on for each in old))
    return left | dict.fromkeys(new[:1] if state == "stuck" else new, mark)


def _replaced(script: Roadmap, stretches: Sequence[Laid], gone: Sequence[Laid], new: Sequence[str]) -> tuple[Laid, ...]:
    """Put new modules in the place, the days and the hours of those that are gone."""
    if not gone:
        return tuple(stretches)
    first, last = min(each.start for each in gone), max(each.to for each in gone)
    hours, days = sum(each.hours for each in gone), (last - first).days + 1
    made = []
    for number, name in enumerate(new):
        module = script.module.get(name)
        begin = first + timedelta(days=days * number // len(new))
        end = max(begin, first + timedelta(days=days * (number + 1) // len(new) - 1))
        share = hours * (number + 1) // len(new) - hours * number // len(new)
        made.append(Laid(id=name, title=module.title if module else name, hours=max(1, share), start=begin, to=end))
    at = stretches.index(gone[0])
    kept = [each for each in stretches if each not in gone]
    place = sum(each not in gone for each in stretches[:at])
    return (*kept[:place], *made, *kept[place:])


def _past(stretches: Sequence[Laid], done: Sequence[Laid]) -> tuple[Laid, ...]:
    return tuple(each.model_copy(update={"past": True}) if each in done else each for each in stretches)


def _let_go(stretches: Sequence[Laid], open_: Sequence[Laid]) -> tuple[Laid, ...]:
    return tuple(each for each in stretches if each not in open_)


def _without(marks: Marks, gone: Sequence[Laid]) -> Marks:
    names = {each.id for each in gone}
    return {name: mark for name, mark in marks.items() if name not in names}


def _swapped(names: Sequence[str], change: Change) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(change.after if name in change.before else (name,))
    return tuple(found)
