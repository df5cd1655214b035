"""A plan fits its person: in order, within the hours, within the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from math import ceil

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot.catalog.script import Roadmap
from bot.roadmap import Answers, Plan, Recommendation, known_modules, plan, recommend

MONDAY = date(2026, 1, 5)
ROLES = [
    "developer",
    "ops-sre",
    "data-science-ml",
    "data-engineering",
    "security-qa",
    "lead-manager",
    "student-switcher",
]
DELIVERIES = ["manual", "ci-only", "automated-to-prod", "automated-plus-iac-slo"]
GOALS = [
    "ship-faster",
    "models-to-production",
    "fewer-incidents-less-noise",
    "llm-feature",
    "trustworthy-data",
    "cost",
    "career",
]
HOURS, HORIZONS = ["<=3", "4-6", "7-10", "11+"], ["4", "12", "26", "52"]
WEB_TEAM = {"role": ("developer",), "goal": ("ship-faster",), "delivery": ("manual",), "runs": ("apps-apis",)}


def made(script: Roadmap, answers: Answers, start: date = MONDAY, relearn: tuple[str, ...] = ()) -> Plan:
    return plan(script, recommend(script, answers), answers, start, relearn)


def check(script: Roadmap, found: Plan, known: set[str]) -> None:
    """Everything that holds for every plan."""
    done = known
    for module in found.modules:
        assert set(script.module[module.id].prerequisites) <= done, module.id
        done = done | {module.id}
    assert sum(module.hours for module in found.modules) == found.hours_used <= found.capacity
    assert (found.next is None) == (found.left_out == ())
    if found.next:
        assert found.hours_used + found.next.hours > found.capacity or found.small
    starts = [module.start for module in found.modules]
    assert sorted(starts) == starts
    assert found.modules[0].start == found.start
    assert found.end == found.start + timedelta(weeks=found.weeks) - timedelta(days=1)
    for module in found.modules:
        assert found.start <= module.start <= module.to <= found.end
        assert sum(each.start <= module.start <= each.to for each in found.modules) <= 2
        halves = ((module.to - module.start).days + 1) * 2 / 7  # half-weeks are three and four days
        assert module.hours <= (halves + 0.5) * float(found.hours_a_week) / 2 + 1e-9
    for one, other in zip(found.modules, found.modules[1:], strict=False):
        assert other.start == one.to + timedelta(days=1) or other.shared
    whole = [module.id for module in found.modules] + [module.id for module in found.left_out]
    assert [name for name in whole if name != "d-finops"] == [
        name for name in script.path[found.path].modules if name in whole and name != "d-finops"
    ]


def test_every_path_fits_every_time_and_role(script: Roadmap) -> None:
    base = recommend(script, WEB_TEAM)
    for path, role, delivery, hours, horizon in product(script.path, ROLES, DELIVERIES, HOURS, HORIZONS):
        answers = {"role": (role,), "delivery": (delivery,), "hours": (hours,), "horizon": (horizon,)}
        verdict: Recommendation = replace(base, first=replace(base.first, path=path))
        check(script, plan(script, verdict, answers, MONDAY), set(known_modules(script, answers)))


SIZED = st.fixed_dictionaries(
    {
        "role": st.sampled_from(ROLES),
        "goal": st.sampled_from(GOALS),
        "delivery": st.sampled_from(DELIVERIES),
        "hours": st.sampled_from(HOURS),
        "horizon": st.sampled_from(HORIZONS),
    }
).map(lambda chosen: {name: (option,) for name, option in chosen.items()})
RUNS = st.lists(st.sampled_from(["apps-apis", "ml-models", "llm-features", "on-call", "central-telemetry"])).map(tuple)


@settings(max_examples=150, deadline=None)
@every(
    sized=SIZED,
    runs=RUNS,
    start=st.dates(max_value=date(9990, 1, 1)),
    relearn=st.lists(st.sampled_from(["f-git", "f-python", "f-shell", "m-llm", "nonsense"])).map(tuple),
)
def test_any_plan_is_in_order_and_within_its_time(
    script: Roadmap, sized: dict[str, tuple[str, ...]], runs: tuple[str, ...], start: date, relearn: tuple[str, ...]
) -> None:
    answers = {**sized, "runs": runs}
    found = made(script, answers, start, relearn)
    known = set(known_modules(script, answers))
    check(script, found, known - set(relearn))
    assert not {module.id for module in found.modules} & (known - set(relearn))
    assert {module.id for module in found.known} <= known


def test_a_plan_is_dated_in_half_weeks_at_the_stated_hours(script: Roadmap) -> None:
    answers = WEB_TEAM | {"hours": ("4-6",), "horizon": ("12",)}
    dates = [(each.id, each.start.isoformat(), each.to.isoformat()) for each in made(script, answers).modules]
    assert [
        ("f-map", "2026-01-05", "2026-01-11"),  # 3 hours of 2.5 a half-week: two half-weeks
        ("f-shell", "2026-01-12", "2026-01-28"),  # 12 hours: five
        ("f-testing", "2026-01-29", "2026-02-11"),  # 10: four
        ("f-ci", "2026-02-12", "2026-02-25"),  # 8: four
        ("d-metrics", "2026-02-26", "2026-03-04"),  # 4: two
        ("d-smallbatch", "2026-03-05", "2026-03-11"),  # 5: two
        ("f-security", "2026-03-12", "2026-03-22"),  # 6: three; 22 of 24 half-weeks
    ] == dates


def test_neighbours_share_a_half_week_only_where_the_horizon_demands_it(script: Roadmap) -> None:
    base = recommend(script, WEB_TEAM)
    tight = 0
    for role, delivery, hours, horizon in product(ROLES, DELIVERIES, HOURS, HORIZONS):
        answers = {"role": (role,), "delivery": (delivery,), "hours": (hours,), "horizon": (horizon,)}
        found = plan(script, base, answers, MONDAY)
        half = found.hours_a_week / 2
        apart = sum(ceil(module.hours / half) for module in found.modules)
        assert any(module.shared for module in found.modules) == (apart > 2 * found.weeks)
        tight += apart > 2 * found.weeks
    assert tight > 0


def test_a_small_plan_holds_the_map_and_one_more_at_most(script: Roadmap) -> None:
    answers = WEB_TEAM | {"delivery": ("automated-to-prod",), "hours": ("<=3",), "horizon": ("4",)}
    found = made(script, answers)
    assert (True, ["f-map", "d-metrics"], "d-smallbatch") == (
        found.small,
        [module.id for module in found.modules],
        found.next.id if found.next else None,
    )
    answers |= {"role": ("student-switcher",), "delivery": ("manual",)}
    found = made(script, answers)
    assert (["f-map"], "f-shell") == ([module.id for module in found.modules], found.next.id if found.next else None)
    assert found.next_fit is not None
    assert (15, 8, 5) == (found.next_fit.hours, found.next_fit.weeks, found.next_fit.hours_a_week)


def test_time_that_was_not_answered_is_assumed_and_said(script: Roadmap) -> None:
    found = made(script, WEB_TEAM)
    assert [("hours", "horizon"), 5.0, 12] == [found.assumed, float(found.hours_a_week), found.weeks]
    assert ("horizon",) == made(script, WEB_TEAM | {"hours": ("11+",)}).assumed


def test_a_complete_path_offers_what_to_go_on_with(script: Roadmap) -> None:
    much = {"hours": ("11+",), "horizon": ("52",)}
    llm = {"role": ("developer",), "goal": ("llm-feature",), "delivery": ("automated-to-prod",)}
    second = made(script, llm | much | {"runs": ("apps-apis", "llm-features"), "team": ("10-49",)})
    larger = made(script, WEB_TEAM | much)
    nothing = made(script, {"goal": ("security-compliance",), "delivery": ("automated-to-prod",)} | much)
    offers = [each.go_on.path if each.go_on else None for each in (second, larger, nothing)]
    assert ["devops-core", "devops-scale", None] == offers
    assert [True, True, True] == [each.complete for each in (second, larger, nothing)]
    assert made(script, WEB_TEAM).go_on is None


@pytest.mark.parametrize(
    ("delivery", "after"), [("manual", "f-cloud"), ("automated-plus-iac-slo", "f-map")], ids=["learned", "known"]
)
def test_the_goal_cost_adds_finops_behind_the_cloud_basics(script: Roadmap, delivery: str, after: str) -> None:
    answers = {"goal": ("cost",), "delivery": (delivery,), "hours": ("11+",), "horizon": ("52",)}
    modules = [module.id for module in made(script, answers).modules]
    assert modules[modules.index("d-finops") - 1] == after


def test_a_module_to_relearn_comes_back_in_its_place(script: Roadmap) -> None:
    found = made(script, WEB_TEAM, relearn=("f-git", "m-ml"))
    assert (["f-map", "f-shell", "f-git"], ("f-git",), ["f-python"]) == (
        [module.id for module in found.modules][:3],
        found.relearned,
        [module.id for module in found.known],
    )


def test_what_is_left_out_says_which_did_not_fit_and_what_it_would_take(script: Roadmap) -> None:
    found = made(script, WEB_TEAM)
    assert ["no-room", "after"] == [each.why for each in found.left_out][:2]
    assert found.next is not None
    assert found.left_out[0].id == found.next.id == "f-network"
    assert found.whole_fit is not None
    assert (148, 35, 15) == (found.whole_fit.hours, found.whole_fit.weeks, found.whole_fit.hours_a_week)


def test_a_module_of_more_than_four_weeks_is_marked(script: Roadmap) -> None:
    answers = {"goal": ("models-to-production",), "role": ("developer",), "hours": ("<=3",), "horizon": ("52",)}
    long = {module.id for module in made(script, answers).modules if module.long}
    assert {"m-ml", "f-shell"} <= long
    assert "f-map" not in long


def test_many_tiny_modules_never_stand_three_in_a_half_week(script: Roadmap) -> None:
    module = script.module["f-map"].model_copy(update={"hours": 1})
    modules = {name: module.model_copy(update={"id": name}) for name in script.module}
    tiny = script.model_copy(update={"modules": script.modules.model_copy(update={"modules": modules})})
    found = made(tiny, WEB_TEAM | {"hours": ("11+",), "horizon": ("4",)})
    assert found.next is not None  # 40 hours are there, but 8 half-weeks hold 16 modules at most
    for each in found.modules:
        assert sum(other.start <= each.start <= other.to for other in found.modules) <= 2
        assert each.to <= found.end


def test_a_start_beyond_the_calendar_is_refused(script: Roadmap) -> None:
    with pytest.raises(ValueError, match="9990-01-01"):
        made(script, WEB_TEAM, date.max)
