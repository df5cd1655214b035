"""Any road there can be, for property tests; and one as people have it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from bot.catalog.script import Resource, Roadmap
from bot.roadmap.kept import Kept, Wish, lay, road
from bot.roadmap.road import Mark, Passed, Road, Stretch

TODAY = date(2026, 11, 26)
START = date(2026, 11, 2)
ANSWERS = {
    "role": ("ops-sre",),
    "goal": ("fewer-incidents-less-noise",),
    "delivery": ("automated-plus-iac-slo",),
    "runs": ("on-call", "noisy-alerts", "central-telemetry", "many-services"),
    "team": ("10-49",),
    "hours": ("4-6",),
    "horizon": ("26",),
}

_days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
_texts = st.text(max_size=90) | st.sampled_from(
    [
        "=1+1",
        '@SUM(A1) "; & <b>',
        "]]> --> </text><script>",
        "W" * 120,
        "Running LLM applications: traces, cost, safety",
        "{title} %s \\n",
        "\u200b +\u0000\ud7ff\ufffe",
        "\u6f22\u5b57 \U0001f600",
    ]
)
_marks = st.none() | st.builds(Mark, state=st.sampled_from(["done", "skipped", "stuck"]), on=_days)
_resources = st.builds(
    Resource,
    title=st.text(min_size=1, max_size=75).filter(lambda text: bool(text.strip())),
    url=st.sampled_from(["https://example.org/a?b=c&d='e'", "https://example.org/(x)"]),
)


@st.composite
def stretches(draw: st.DrawFn, name: str, before: list[str]) -> Stretch:
    start = draw(_days)
    return Stretch(
        id=name,
        title=draw(_texts),
        track=draw(st.sampled_from(["shared", "devops", "mlops", "aiops", "own", "\u00e9<&"])),
        hours=draw(st.integers(1, 400)),
        start=start,
        to=start + timedelta(days=draw(st.integers(0, 400))),
        needs=tuple(draw(st.lists(st.sampled_from(before), unique=True, max_size=3))) if before else (),
        after=draw(_texts),
        exit=draw(_texts),
        resources=tuple(draw(st.lists(_resources, max_size=2))),
        mark=draw(_marks),
    )


@st.composite
def roads(draw: st.DrawFn) -> Road:
    names = [f"m-{number}" for number in range(draw(st.integers(0, 7)))]
    start = draw(_days)
    return Road(
        topic="mlops",
        topic_title=draw(_texts),
        path="p",
        title=draw(_texts),
        start=start,
        end=start + timedelta(days=draw(st.integers(0, 400))),
        hours_a_week=draw(st.sampled_from([Decimal("2.5"), Decimal(8), Decimal("12.0"), Decimal(100)])),
        weeks=draw(st.integers(1, 60)),
        stretches=tuple(draw(stretches(name, names[:number])) for number, name in enumerate(names)),
        known=tuple(draw(st.lists(st.builds(Passed, st.just("k"), _texts, _texts), max_size=2))),
        later=tuple(draw(st.lists(_texts, max_size=9))),
        off=tuple((first, first + timedelta(days=6)) for first in draw(st.lists(_days, max_size=2))),
        weekdays=tuple(draw(st.lists(st.integers(0, 6), unique=True, max_size=3))),
    )


def lived(script: Roadmap) -> Road:
    """Make the road of a real interview, four weeks on: some done, one left out, one stuck, with days off ahead."""
    held: Kept = lay(script, Wish(ANSWERS, off=((date(2026, 12, 24), date(2027, 1, 3)),)), START)
    states = {
        0: Mark(state="done", on=date(2026, 11, 8)),
        1: Mark(state="done", on=date(2026, 11, 20)),
        2: Mark(state="stuck", on=date(2026, 11, 25)),
        3: Mark(state="skipped", on=date(2026, 11, 25)),
    }
    return road(script, held, {held.ids[place]: mark for place, mark in states.items()})
