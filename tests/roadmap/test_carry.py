"""Plans that people keep survive every declared change of the content, and nothing done is ever lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot.catalog.history import Change, HistoryPage
from bot.catalog.script import Roadmap
from bot.roadmap.carry import carried, renamed
from bot.roadmap.kept import Kept, Wish, behind, lay, road
from bot.roadmap.road import Mark
from tests.roadmap.profiles import ANSWERS, SCRIPT, Profile

MONDAY = date(2026, 1, 5)
WEB_TEAM = {"role": ("student-switcher",), "goal": ("ship-faster",), "hours": ("11+",), "horizon": ("52",)}
OLD = [name for name in SCRIPT.module if name not in ("f-map", "f-cloud", "d-finops")]  # those that rules name
Marks = dict[str, Mark]


def edited(history: HistoryPage) -> Roadmap:
    """The content after those changes: what is declared as gone is gone, what came of it is there."""
    gone = {name for change in history.changes for name in change.before}
    new = {name for change in history.changes for name in change.after} - gone
    made = SCRIPT.model_copy(deep=True)
    for name in new:
        made.module[name] = SCRIPT.module["f-map"].model_copy(update={"id": name, "title": name.title()})
    for name in gone & set(made.module):
        del made.module[name]
    for path in made.path:
        kept = renamed(made.model_copy(update={"history": history}), made.path[path].modules)
        made.path[path] = made.path[path].model_copy(update={"modules": kept})
    for options in made.plan.known.values():
        for option, known in options.items():
            kept = renamed(made.model_copy(update={"history": history}), known.modules)
            options[option] = known.model_copy(update={"modules": kept})
    made.__dict__.pop("version", None)
    return made.model_copy(update={"history": history})


@st.composite
def histories(draw: st.DrawFn) -> HistoryPage:
    """Any declared changes, some of what came of others."""
    left = draw(st.permutations(OLD))[:12]
    new = iter([f"n-{number}" for number in range(60)])
    page: dict[str, dict[str, object]] = {"renamed": {}, "split": {}, "merged": {}, "retired": {}}
    for kind in draw(st.lists(st.sampled_from(list(page)), min_size=1, max_size=6)):
        parts = 2 if kind == "merged" else 1
        if len(left) < parts:
            break
        old, left = left[:parts], left[parts:]
        made = [next(new) for _ in range({"split": 2, "retired": 0}.get(kind, 1))]
        if kind == "merged":
            page[kind][made[0]] = tuple(old)
        else:
            page[kind][old[0]] = {"renamed": made[0] if made else "", "split": tuple(made), "retired": "Gone."}[kind]
        left = draw(st.permutations([*left, *made]))  # a later change may take up what came of this one
    return HistoryPage.model_validate(page)


def states(kept: Kept, chosen: dict[int, str]) -> Marks:
    names = kept.ids
    return {
        names[number % len(names)]: Mark.model_validate({"state": state, "on": MONDAY})
        for number, state in chosen.items()
    }


@settings(max_examples=40, deadline=None)
@every(
    history=histories(),
    answers=ANSWERS.map(lambda found: found | {"hours": ("11+",), "horizon": ("52",)}),
    chosen=st.dictionaries(st.integers(0, 20), st.sampled_from(["done", "skipped", "stuck"]), max_size=8),
)
def test_no_declared_change_loses_progress_or_a_plan(
    history: HistoryPage, answers: Profile, chosen: dict[int, str]
) -> None:
    kept = lay(SCRIPT, Wish(answers), MONDAY)
    marks = states(kept, chosen)
    script = edited(history)
    assert [] == list(history.flaws(script.module))
    now, after = carried(script, kept, marks)
    seen, before = road(script, now, after), road(SCRIPT, kept, marks)
    fates = {name: fate(history, name) for name in kept.ids}
    for name in kept.ids:
        mark = marks.get(name)
        kin = [each for each in now.stretches if each.id in {name, *fates[name]}]
        if (
            mark and mark.state == "done"
        ):  # it, or everything it became, is on the road and behind; or a piece of the past
            assert kin
            assert any(each.id in behind(after) for each in kin)
            assert all(each.id in behind(after) for each in kin) or any(each.past for each in kin)
        elif fates[name] or mark:
            assert kin or not fates[name]
    assert len(set(now.ids)) == len(now.ids)
    assert (now.start, now.end) == (kept.start, kept.end)
    assert seen.done >= sum(
        1 for each in before.stretches if each.mark and each.mark.state == "done" and not merged(history, each.id)
    )
    assert all(each.past or each.id in script.module for each in now.stretches)
    assert (now, after) == carried(script, now, after)
    again = lay(script, Wish(answers), MONDAY, marks=after, held=now)
    assert behind(after) & set(now.ids) <= set(again.ids)


def fate(history: HistoryPage, name: str) -> set[str]:
    """Everything a module became in the end."""
    found = {name}
    for change in history.changes:
        if found & set(change.before):
            found = (found - set(change.before)) | set(change.after)
    return found


def merged(history: HistoryPage, name: str) -> bool:
    return any(len(change.before) > 1 and name in change.before for change in history.changes) or any(
        len(change.before) > 1 and fate_before(history, name, change) for change in history.changes
    )


def fate_before(history: HistoryPage, name: str, change: Change) -> bool:
    found = {name}
    for each in history.changes:
        if each == change:
            return bool(found & set(change.before))
        if found & set(each.before):
            found = (found - set(each.before)) | set(each.after)
    return False


# Each kind by itself ---------------------------------------------------------------------
def told(changes: dict[str, object], **chosen: str) -> list[tuple[str, str, bool]]:
    """The road after some changes: each stretch with its state, and whether it is of the past."""
    kept = lay(SCRIPT, Wish(WEB_TEAM), MONDAY)
    marks = {name.replace("_", "-"): Mark.model_validate({"state": s, "on": MONDAY}) for name, s in chosen.items()}
    now, after = carried(edited(HistoryPage.model_validate(changes)), kept, marks)
    left = [(each.id, after[each.id].state if each.id in after else "open", each.past) for each in now.stretches]
    return [each for each in left if each[0] not in kept.ids or each[2]]


KINDS: list[tuple[dict[str, object], dict[str, str], list[tuple[str, str, bool]]]] = [
    ({"renamed": {"f-shell": "n"}}, {"f_shell": "done"}, [("n", "done", False)]),
    ({"renamed": {"f-shell": "n"}}, {"f_shell": "stuck"}, [("n", "stuck", False)]),
    ({"renamed": {"f-shell": "n", "n": "m"}}, {"f_shell": "done"}, [("m", "done", False)]),
    ({"split": {"f-shell": ("n", "m")}}, {"f_shell": "done"}, [("n", "done", False), ("m", "done", False)]),
    ({"split": {"f-shell": ("n", "m")}}, {"f_shell": "stuck"}, [("n", "stuck", False), ("m", "open", False)]),
    ({"split": {"f-shell": ("n", "m")}}, {}, [("n", "open", False), ("m", "open", False)]),
    ({"merged": {"n": ("f-shell", "f-git")}}, {}, [("n", "open", False)]),
    ({"merged": {"n": ("f-shell", "f-git")}}, {"f_shell": "done", "f_git": "done"}, [("n", "done", False)]),
    ({"merged": {"n": ("f-shell", "f-git")}}, {"f_shell": "done"}, [("f-shell", "done", True), ("n", "open", False)]),
    ({"merged": {"n": ("f-git", "m-llm")}}, {"f_git": "done"}, [("n", "done", False)]),  # the other wasn't on the road
    ({"retired": {"f-shell": "Gone."}}, {"f_shell": "done"}, [("f-shell", "done", True)]),
    ({"retired": {"f-shell": "Gone."}}, {"f_shell": "stuck"}, []),
]


@pytest.mark.parametrize(("changes", "marks", "expected"), KINDS)
def test_each_change_does_what_it_says(
    changes: dict[str, object], marks: dict[str, str], expected: list[tuple[str, str, bool]]
) -> None:
    assert expected == told(changes, **marks)


def test_what_was_split_keeps_its_days_and_hours_between_the_parts() -> None:
    kept = lay(SCRIPT, Wish(WEB_TEAM), MONDAY)
    script = edited(HistoryPage.model_validate({"split": {"f-shell": ("n", "m")}}))
    now, _ = carried(script, kept, {})
    shell, parts = kept.stretches[1], now.stretches[1:3]
    assert (shell.hours, shell.start, shell.to) == (sum(each.hours for each in parts), parts[0].start, parts[1].to)
    assert parts[0].to < parts[1].start
    assert kept.stretches[2:] == now.stretches[3:]


def test_known_and_wanted_modules_go_by_their_new_names() -> None:
    script = edited(HistoryPage.model_validate({"renamed": {"f-git": "n"}, "retired": {"f-sql": "Gone."}}))
    assert ("n", "f-python") == renamed(script, ("f-git", "f-sql", "f-python"))
