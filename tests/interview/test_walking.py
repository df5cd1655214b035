"""An agreed plan changes by consent only, and no mark on it is ever lost."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot.catalog.history import HistoryPage
from bot.catalog.script import Roadmap
from bot.commands import (
    Accept,
    Change,
    Finish,
    Give,
    Keep,
    Move,
    Off,
    Relearn,
    Replan,
    Restart,
    Skip,
    StartOn,
    Tick,
    Walk,
    Weekdays,
)
from bot.interview import Interview, Stepped, carried, meant, refreshed, road, stage, step
from bot.roadmap.kept import Kept
from tests.interview.test_reading import FULL
from tests.roadmap.profiles import SCRIPT

MONDAY = date(2026, 1, 5)
ANSWERED = Interview(owner="ann", started=MONDAY, answers=FULL)


def after(interview: Interview, *moves: Move | Walk, today: date = MONDAY) -> Interview:
    for move in moves:
        interview = step(SCRIPT, interview, move, today).interview
    return interview


def agreed() -> Interview:
    return after(ANSWERED, Finish())


def plan(interview: Interview) -> Kept:
    assert interview.kept is not None
    return interview.kept


def other(script: Roadmap, hours: int) -> Roadmap:
    """Content in which the shell takes that long."""
    modules = script.module | {"f-shell": script.module["f-shell"].model_copy(update={"hours": hours})}
    made = script.model_copy(update={"modules": script.modules.model_copy(update={"modules": modules})})
    made.__dict__.pop("version", None)
    return made


# Agreeing --------------------------------------------------------------------------------
def test_the_first_plan_is_kept_as_it_was_agreed_to() -> None:
    first = agreed()
    assert (MONDAY, "f-map", None) == (plan(first).start, plan(first).ids[0], first.proposed)
    assert dict(FULL) == plan(first).answers
    later = after(first, Finish(), today=date(2026, 3, 1))
    assert plan(first) == plan(later)


def test_a_roadmap_from_before_plans_were_kept_gets_its_plan() -> None:
    old = Interview(owner="ann", started=MONDAY, answers=FULL, finished=True, start_on=date(2026, 2, 2))
    held = carried(SCRIPT, old)
    assert (date(2026, 2, 2), plan(agreed()).ids) == (plan(held).start, plan(held).ids)
    assert None is road(SCRIPT, ANSWERED)


def test_nothing_of_an_agreed_plan_changes_before_it_is_accepted() -> None:
    first = agreed()
    asked = after(first, Change("hours"), Give("hours", ("11+",)))
    assert (plan(first), None) == (plan(asked), asked.proposed)
    offered = after(asked, Finish())
    assert plan(first) == plan(offered)
    assert offered.proposed is not None
    assert len(plan(first).ids) < len(offered.proposed.ids)
    taken = after(offered, Accept(offered.proposed.mark))
    assert (offered.proposed, None) == (taken.kept, taken.proposed)


def test_keeping_the_plan_keeps_the_answers_it_was_made_from() -> None:
    first = agreed()
    for moves in ((Finish(), Keep()), (Keep(),)):  # after the change was shown, and in the review already
        kept = after(first, Change("hours"), Give("hours", ("11+",)), *moves)
        assert (plan(first), FULL, "finished") == (plan(kept), kept.answers, stage(SCRIPT, kept))


def test_an_old_button_accepts_nothing_but_the_plan_it_showed() -> None:
    first = after(agreed(), StartOn(date(2026, 2, 2)))
    old = first.proposed.mark if first.proposed else ""
    now = after(first, StartOn(date(2026, 3, 2)))
    refused = step(SCRIPT, now, Accept(old), MONDAY)
    assert ("other-proposed", now) == (refused.outcome, refused.interview)


def test_an_answer_that_changes_nothing_proposes_nothing() -> None:
    same = after(agreed(), Change("team"), Give("team", ("10-49",)), Finish(), today=date(2026, 1, 5))
    assert (None, ("10-49",)) == (same.proposed, plan(same).answers["team"])


# Progress --------------------------------------------------------------------------------
def outcome(interview: Interview, move: Tick) -> Stepped:
    return step(SCRIPT, interview, move, MONDAY)


def test_done_asks_for_the_proof_first() -> None:
    asked = outcome(agreed(), Tick("f-map", "done"))
    assert ("asked", {}) == (asked.outcome, asked.interview.marks)
    proven = outcome(asked.interview, Tick("f-map", "done", sure=True)).interview
    assert ("done", MONDAY, "") == (proven.marks["f-map"].state, proven.marks["f-map"].on, proven.proving)


def test_a_mark_without_a_name_is_for_the_next_module_and_undo_for_the_last() -> None:
    walked = after(agreed(), Tick("", "skipped"), Tick("", "stuck"))
    assert {"f-map": "skipped", "f-shell": "stuck"} == {name: mark.state for name, mark in walked.marks.items()}
    assert "f-shell" == meant(walked, Tick("", "open"))
    assert ["f-map"] == list(after(walked, Tick("", "open")).marks)
    assert "nothing-marked" == outcome(agreed(), Tick("", "open")).outcome


def test_what_is_done_stays_done_and_behind_whatever_is_planned_anew() -> None:
    walked = after(agreed(), Tick("f-map", "done", sure=True), Tick("f-shell", "skipped"))
    day = date(2026, 2, 2)
    changed = after(walked, Change("goal"), Give("goal", ("models-to-production",)), Finish(), Accept(), today=day)
    assert ("f-map", "f-shell") == plan(changed).ids[:2]
    assert walked.marks == changed.marks
    assert all(each.start >= day for each in plan(changed).stretches[2:])
    assert plan(walked).stretches[:2] == plan(changed).stretches[:2]


def test_the_interview_once_more_keeps_progress_and_the_answers_to_compare_with() -> None:
    walked = after(agreed(), Tick("f-map", "done", sure=True), Weekdays((0, 2)), today=date(2026, 1, 9))
    redone = after(walked, Restart(), today=date(2026, 2, 2))
    assert ({}, walked.marks, plan(walked), (0, 2)) == (redone.answers, redone.marks, plan(redone), redone.weekdays)
    assert redone.then is not None
    assert (MONDAY, FULL, date(2026, 2, 2)) == (redone.then.on, redone.then.answers, redone.started)
    again = after(redone, *[Skip()] * 7, Finish(), today=date(2026, 2, 2))
    assert again.proposed is not None
    assert "f-map" == again.proposed.ids[0]


# The calendar and the content ------------------------------------------------------------
def test_a_plan_that_is_a_week_late_is_laid_anew_once() -> None:
    first = after(agreed(), Tick("f-map", "done", sure=True))
    shell = plan(first).stretches[1]
    assert (first, "") == refreshed(SCRIPT, first, shell.to + timedelta(days=6))
    late, news = refreshed(SCRIPT, first, shell.to + timedelta(days=7))
    assert "late" == news
    assert late.proposed is not None
    assert plan(first).ids == late.proposed.ids
    assert shell.to + timedelta(days=7) == late.proposed.stretches[1].start
    declined = after(late, Keep())
    assert "" == refreshed(SCRIPT, declined, shell.to + timedelta(days=30))[1]


def test_content_that_makes_another_plan_is_proposed_and_any_other_is_passed_over() -> None:
    first = agreed()
    longer = other(SCRIPT, 20)
    changed, news = refreshed(longer, first, MONDAY)
    assert ("content", plan(first)) == (news, plan(changed))
    kept = step(longer, changed, Keep(), MONDAY).interview
    assert "" == refreshed(longer, kept, MONDAY)[1]
    done = after(first, Tick("f-map", "done", sure=True), Tick("f-shell", "done", sure=True))
    assert "" == refreshed(longer, done, MONDAY)[1]


def test_a_declared_change_reaches_plan_proposal_and_marks() -> None:
    history = HistoryPage.model_validate({"renamed": {"f-shell": "f-terminal"}})
    modules = dict(SCRIPT.module)
    modules["f-terminal"] = modules.pop("f-shell")
    script = SCRIPT.model_copy(
        update={"history": history, "modules": SCRIPT.modules.model_copy(update={"modules": modules})}
    )
    walked = after(agreed(), Tick("f-shell", "stuck"), Replan(), today=date(2026, 2, 2))
    now = carried(script, walked)
    assert now.proposed is not None
    assert ("f-terminal", "f-terminal", ["f-terminal"]) == (plan(now).ids[1], now.proposed.ids[1], list(now.marks))


def test_days_off_are_proposed_and_taken_back() -> None:
    away = Off(date(2026, 1, 20), date(2026, 1, 26))
    offered = after(agreed(), away)
    assert offered.proposed is not None
    assert plan(offered).stretches[0] == offered.proposed.stretches[0]
    assert timedelta(days=7) == offered.proposed.stretches[2].start - plan(offered).stretches[2].start
    gone = after(offered, away)
    assert ((), None) == (gone.off, gone.proposed)


def test_a_known_module_wanted_back_is_proposed() -> None:
    offered = after(agreed(), Relearn("f-git"))
    assert offered.proposed is not None
    assert "f-git" in offered.proposed.ids
    assert "f-git" not in plan(offered).ids


WALKS = st.one_of(
    st.builds(
        Tick,
        st.sampled_from(["", "f-map", "f-shell", "f-testing", "f-ci"]),
        st.sampled_from(["done", "skipped", "stuck"]),
        st.booleans(),
    ),
    st.builds(Change, st.sampled_from(list(FULL))),
    st.builds(Give, st.just("goal"), st.sampled_from([("cost",), ("career",), ("llm-feature",)])),
    st.builds(Give, st.just("hours"), st.sampled_from([("<=3",), ("11+",)])),
    st.builds(Relearn, st.sampled_from(["f-git", "f-python"])),
    st.builds(StartOn, st.dates(date(2026, 1, 1), date(2026, 6, 1))),
    st.sampled_from([Finish(), Accept(), Keep(), Replan(), Restart(), Skip(), Finish(), Accept()]),
)


@settings(max_examples=60, deadline=None)
@every(moves=st.lists(st.tuples(WALKS, st.integers(0, 20)), max_size=20))
def test_no_sequence_of_moves_loses_a_mark_or_a_plan(moves: list[tuple[Move | Walk, int]]) -> None:
    held, today = agreed(), MONDAY
    for move, days in moves:
        today += timedelta(days=days)
        before, held = held, refreshed(SCRIPT, carried(SCRIPT, held), today)[0]
        held = step(SCRIPT, held, move, today).interview
        assert set(before.marks) <= set(held.marks)
        done = {name for name, mark in held.marks.items() if mark.state != "stuck"}
        assert done <= set(plan(held).ids)
        seen = road(SCRIPT, held)
        assert seen is not None
        assert len(done) == seen.done
        if not isinstance(move, Accept) and before.proposed == held.proposed:
            assert [each.id for each in plan(before).stretches] == [each.id for each in plan(held).stretches]
