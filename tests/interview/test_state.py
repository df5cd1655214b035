"""Every move does what it says, an impossible one does nothing, and no sequence breaks the interview."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot import interview as pure
from bot.catalog.script import CLOSE_CALL, Roadmap
from bot.commands import (
    Accept,
    Back,
    Change,
    Finish,
    Give,
    Keep,
    Move,
    Off,
    Pause,
    Relearn,
    Replan,
    Restart,
    Resume,
    Skip,
    StartOn,
    Stop,
    Tick,
    Weekdays,
    WhyAsk,
)
from bot.interview import Interview, Stepped, given, open_question, progress, review, road, stage
from bot.roadmap import plan, recommend

ORDER = ("role", "goal", "delivery", "runs", "team", "hours", "horizon")
WEB_TEAM = (
    Give("role", ("developer",)),
    Give("goal", ("ship-faster",)),
    Give("delivery", ("manual",)),
    Give("runs", ("apps-apis",)),
    Give("team", ("2-9",)),
    Give("hours", ("4-6",)),
    Give("horizon", ("12",)),
)
CLOSE = (  # devops 5, mlops 6
    Give("role", ("security-qa",)),
    Give("goal", ("many-teams-one-way",)),
    Give("delivery", ("automated-plus-iac-slo",)),
    Give("runs", ("ml-models", "ml-experiments")),
    Give("team", ("10-49",)),
    Give("hours", ("4-6",)),
    Give("horizon", ("12",)),
)


TODAY = date(2026, 1, 5)


def step(script: Roadmap, interview: Interview, move: Move, today: date = TODAY) -> Stepped:
    return pure.step(script, interview, move, today)


def fresh() -> Interview:
    return Interview(owner="ann", started=date(2026, 1, 5))


def after(script: Roadmap, *moves: Move) -> Interview:
    interview = fresh()
    for move in moves:
        stepped = step(script, interview, move)
        assert stepped.outcome == "taken", (move, stepped.outcome)
        interview = stepped.interview
    return interview


def asked(script: Roadmap, interview: Interview) -> str | None:
    question = open_question(script, interview)
    return question.id if question else None


def test_the_seven_questions_come_in_order_and_end_in_the_review(script: Roadmap) -> None:
    seen = [asked(script, after(script, *WEB_TEAM[:number])) for number in range(8)]
    assert [*ORDER, None] == seen
    done = after(script, *WEB_TEAM)
    assert stage(script, done) == "review"
    assert [("developer",), ("ship-faster",)] == [tuple(o.id for o in each.options) for each in review(script, done)][
        :2
    ]
    assert stage(script, after(script, *WEB_TEAM, Finish())) == "finished"


def test_progress_counts_the_question(script: Roadmap) -> None:
    assert [(1, 7), (3, 7)] == [
        progress(script, fresh(), script.questions["role"]),
        progress(script, fresh(), script.questions["delivery"]),
    ]
    assert progress(script, fresh(), script.interview.close_call) == (0, 7)


def test_not_sure_is_an_answer_that_holds_nothing(script: Roadmap) -> None:
    for move in (Skip(), Give("role", ()), Give("role", ("not-sure",))):
        skipped = after(script, move)
        assert ({"role": ()}, "goal") == (given(script, skipped), asked(script, skipped))


def test_back_reopens_the_question_before_and_keeps_the_rest(script: Roadmap) -> None:
    there = after(script, *WEB_TEAM[:3], Back())
    assert ("delivery", ("manual",)) == (asked(script, there), given(script, there)["delivery"])
    assert asked(script, after(script, *WEB_TEAM[:3], Back(), Back())) == "goal"
    assert asked(script, after(script, *WEB_TEAM[:3], Back(), Give("delivery", ("ci-only",)))) == "runs"
    assert asked(script, after(script, *WEB_TEAM, Back())) == "horizon"


def test_an_earlier_answer_is_changed_and_the_interview_goes_on_where_it_was(script: Roadmap) -> None:
    changed = after(script, *WEB_TEAM[:4], Change("goal"), Give("goal", ("cost",)))
    assert (("cost",), "team") == (given(script, changed)["goal"], asked(script, changed))


def test_a_finished_roadmap_is_changed_through_the_review(script: Roadmap) -> None:
    changed = after(script, *WEB_TEAM, Finish(), Change("team"), Give("team", ("1",)))
    assert stage(script, changed) == "review"
    assert stage(script, after(script, *WEB_TEAM, Finish(), Change("team"), Finish())) == "finished"


IMPOSSIBLE = (
    ((), Back(), "nothing-before"),
    ((), Finish(), "too-early"),
    ((), Resume(), "unchanged"),
    ((), Give("goal", ("cost",)), "not-open"),
    ((), Give("shoe-size", ("44",)), "unknown-question"),
    ((), Give("role", ("juggler",)), "unknown-option"),
    ((), Give("role", ("developer", "ops-sre")), "one-only"),
    ((), Change("shoe-size"), "unknown-question"),
    ((), Change(CLOSE_CALL), "not-open"),
    ((), Give(CLOSE_CALL, ("slow-change",)), "not-open"),
    ((), StartOn(date(9999, 1, 1)), "bad-day"),
    ((), Relearn("f-git"), "not-known"),
    ((), Relearn("f-juggling"), "unknown-module"),
    (WEB_TEAM[:2], Give("role", ("developer",)), "already-answered"),
    (WEB_TEAM[:2], Give("role", ("ops-sre",)), "already-answered"),
    (WEB_TEAM, Give("horizon", ("12",)), "already-answered"),
    (WEB_TEAM, Skip(), "not-open"),
    (WEB_TEAM, WhyAsk(), "not-open"),
    ((*WEB_TEAM, Finish()), Pause(), "unchanged"),
    ((*WEB_TEAM, Finish()), Skip(), "not-open"),
    ((Pause(),), Pause(), "unchanged"),
    (WEB_TEAM, Tick("f-map", "done"), "no-road"),
    ((*WEB_TEAM, Finish()), Tick("m-llm", "done"), "not-on-road"),
    ((*WEB_TEAM, Finish()), Tick("f-juggling", "done"), "unknown-module"),
    ((*WEB_TEAM, Finish()), Tick("f-map", "open"), "unchanged"),
    ((*WEB_TEAM, Finish()), Accept(), "nothing-proposed"),
    ((*WEB_TEAM, Finish()), Keep(), "nothing-proposed"),
    ((*WEB_TEAM, Finish()), Off(date(2026, 3, 2), date(2026, 3, 1)), "bad-day"),
    ((*WEB_TEAM, Finish()), Off(date(2026, 3, 2), date(2027, 3, 1)), "too-many"),
    (WEB_TEAM, Replan(), "no-road"),
    ((Pause(),), Back(), "nothing-before"),
    ((Stop(),), Skip(), "not-open"),
)


@pytest.mark.parametrize(("moves", "move", "outcome"), IMPOSSIBLE, ids=lambda value: str(value)[:60])
def test_an_impossible_move_changes_nothing_and_says_why(
    script: Roadmap, moves: tuple[Move, ...], move: Move, outcome: str
) -> None:
    before = after(script, *moves)
    stepped = step(script, before, move)
    assert (outcome, before) == (stepped.outcome, stepped.interview)


def test_a_double_click_counts_once(script: Roadmap) -> None:
    once = after(script, WEB_TEAM[0])
    twice = step(script, once, WEB_TEAM[0])
    assert ("already-answered", once) == (twice.outcome, twice.interview)


def test_nothing_yet_clears_the_others(script: Roadmap) -> None:
    chosen = after(script, *WEB_TEAM[:3], Give("runs", ("apps-apis", "nothing-yet", "on-call")))
    assert given(script, chosen)["runs"] == ("nothing-yet",)


def test_several_choices_are_kept_once_each_in_the_scripts_order(script: Roadmap) -> None:
    chosen = after(script, *WEB_TEAM[:3], Give("runs", ("on-call", "apps-apis", "on-call")))
    assert given(script, chosen)["runs"] == ("apps-apis", "on-call")


def test_a_pause_keeps_everything_and_asks_nothing(script: Roadmap) -> None:
    paused = after(script, *WEB_TEAM[:2], Pause())
    assert (None, "paused") == (asked(script, paused), stage(script, paused))
    assert after(script, *WEB_TEAM[:2]) == step(script, paused, Resume()).interview
    assert asked(script, step(script, paused, WEB_TEAM[2]).interview) == "runs"  # an old button goes on


def test_restart_and_stop_forget_every_answer(script: Roadmap) -> None:
    full = after(script, *WEB_TEAM, StartOn(date(2026, 2, 2)), Relearn("f-git"))
    assert fresh() == step(script, full, Restart()).interview
    stopped = step(script, full, Stop()).interview
    assert ({}, "stopped") == (stopped.answers, stage(script, stopped))


def test_a_close_call_asks_one_extra_question_and_its_answer_breaks_the_tie(script: Roadmap) -> None:
    near = after(script, *CLOSE)
    question = open_question(script, near)
    assert question is not None
    assert (CLOSE_CALL, ["slow-change", "wrong-models-or-answers"]) == (question.id, list(question.options))
    verdict = recommend(script, given(script, near))
    assert ("mlops", ("mlops", "devops"), False) == (verdict.primary, verdict.close_call, verdict.settled)
    for option, track in (("slow-change", "devops"), ("wrong-models-or-answers", "mlops")):
        done = after(script, *CLOSE, Give(CLOSE_CALL, (option,)))
        verdict = recommend(script, given(script, done))
        assert (stage(script, done), track, True) == ("review", verdict.primary, verdict.settled)
    assert stage(script, after(script, *CLOSE, Skip())) == "review"
    assert [CLOSE_CALL] == [each.question.id for each in review(script, near)][7:]


def test_the_extra_question_goes_when_the_call_is_not_close_any_more(script: Roadmap) -> None:
    moves = (*CLOSE, Give(CLOSE_CALL, ("slow-change",)), Change("goal"), Give("goal", ("models-to-production",)))
    done = after(script, *moves)
    assert (None, 7) == (asked(script, done), len(review(script, done)))
    assert recommend(script, given(script, done)).primary == "mlops"


def test_answers_that_left_the_content_are_asked_again(script: Roadmap) -> None:
    answers = {"role": ("astronaut",), "goal": ("cost", "gone"), "shoe-size": ("44",), "delivery": ()}
    old = Interview(owner="ann", started=date(2026, 1, 5), answers=answers, reopened="shoe-size", relearn=("x",))
    assert ("role", {"goal": ("cost",), "delivery": ()}) == (asked(script, old), given(script, old))


def test_relearn_puts_a_known_module_into_the_plan_and_out_again(script: Roadmap) -> None:
    there = after(script, *WEB_TEAM, Finish(), Relearn("f-git"))
    assert ("finished", ("f-git",)) == (stage(script, there), there.relearn)
    assert step(script, there, Relearn("f-git")).interview.relearn == ()


QUESTIONS = st.sampled_from([*ORDER, CLOSE_CALL, "shoe-size", ""])
OPTIONS = st.sampled_from(
    [
        "developer",
        "ops-sre",
        "cost",
        "ship-faster",
        "models-to-production",
        "manual",
        "automated-to-prod",
        "automated-plus-iac-slo",
        "apps-apis",
        "ml-models",
        "ml-experiments",
        "on-call",
        "noisy-alerts",
        "central-telemetry",
        "nothing-yet",
        "1",
        "2-9",
        "200+",
        "4-6",
        "<=3",
        "12",
        "26",
        "slow-change",
        "wrong-models-or-answers",
        "not-sure",
        "nonsense",
    ]
)
MOVES = st.one_of(
    st.builds(Give, QUESTIONS, st.lists(OPTIONS, max_size=3).map(tuple)),
    st.builds(Change, QUESTIONS),
    st.builds(Relearn, st.sampled_from(["f-git", "f-python", "m-ml", "nonsense"])),
    st.builds(StartOn, st.dates()),
    st.builds(
        Tick,
        st.sampled_from(["", "f-map", "f-git", "f-shell", "f-ci", "nonsense"]),
        st.sampled_from(["done", "skipped", "stuck", "open"]),
        st.booleans(),
    ),
    st.builds(Off, st.dates(date(2026, 1, 1), date(2026, 4, 1)), st.dates(date(2026, 1, 1), date(2026, 4, 1))),
    st.sampled_from([Back(), Skip(), WhyAsk(), Pause(), Resume(), Restart(), Stop(), Finish()]),
    st.sampled_from([Accept(), Keep(), Replan(), Weekdays((0, 2)), Finish()]),
)


@settings(max_examples=250, deadline=None)
@every(moves=st.lists(MOVES, max_size=25), skips=st.integers(0, 8))
def test_any_sequence_of_moves_keeps_the_interview_sound(script: Roadmap, moves: list[Move], skips: int) -> None:
    interview = fresh()
    for move in [*[Skip()] * skips, *moves]:
        before = interview
        stepped = step(script, before, move)
        interview = stepped.interview
        if stepped.outcome not in ("taken", "asked"):
            assert before == interview
        assert interview == Interview.model_validate_json(interview.model_dump_json())
        assert interview.owner == "ann"
        question, now = open_question(script, interview), stage(script, interview)
        assert (question is not None) == (now == "asking")
        for name, values in given(script, interview).items():
            several = name in script.questions and script.questions[name].several
            assert len(values) <= (9 if several else 1)
            assert values == ("nothing-yet",) or "nothing-yet" not in values
        if now in ("review", "finished"):
            assert set(ORDER) <= set(interview.answers)
        assert (interview.kept is not None) == (road(script, interview) is not None)
        assert interview.kept is not None or now != "finished"
        assert interview.proposed is None or now == "finished" or interview.paused or not interview.finished
        done = {name for name, mark in before.marks.items() if mark.state == "done"}
        if not isinstance(move, Tick | Stop):
            assert done <= set(interview.marks)
    answers = given(script, interview)
    start = interview.start_on or interview.started
    assert plan(script, recommend(script, answers), answers, start, interview.relearn).modules[0].id == "f-map"


@settings(max_examples=100, deadline=None)
@every(
    answers=st.dictionaries(st.text(max_size=8) | QUESTIONS, st.lists(st.text(max_size=6) | OPTIONS, max_size=3)),
    reopened=st.none() | QUESTIONS,
    move=MOVES,
)
def test_any_stored_state_can_go_on(
    script: Roadmap, answers: dict[str, list[str]], reopened: str | None, move: Move
) -> None:
    kept = {name: tuple(values) for name, values in answers.items()}
    interview = Interview(owner="ann", started=date(2026, 1, 5), answers=kept, reopened=reopened)
    stepped = step(script, interview, move)
    assert len(review(script, stepped.interview)) in (7, 8)
    assert stepped.outcome in ("taken", "asked") or stepped.interview == interview
