"""A team as a whole: what several share is told, what one has alone never is."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.roadmap.chart import draw
from bot.roadmap.raster import png
from bot.roadmap.team import Ahead, Bar, Standing, Together, read, view, write

TODAY = date(2026, 1, 5)
WORDS = {"title": "the team", "steps": "next", "topics": "going for", "own": "other", "together": "do it together"}
modules = st.sampled_from(["git", "ci", "containers", "iac", "metrics"])


def ahead(module: str, first: int, days: int) -> Ahead:
    start = TODAY + timedelta(days=first)
    return Ahead(id=module, title=module.upper(), start=start, to=start + timedelta(days=days))


people = st.lists(
    st.builds(
        lambda topic, steps: Standing(topic=topic, topic_title=topic.upper(), ahead=tuple(steps)),
        st.sampled_from(["devops", "mlops", "aiops", "sre"]),
        st.lists(
            st.builds(ahead, modules, st.integers(-60, 60), st.integers(0, 40)), max_size=4, unique_by=lambda s: s.id
        ),
    ),
    max_size=9,
)


def person(topic: str, *steps: Ahead) -> Standing:
    return Standing(topic=topic, topic_title=topic.upper(), ahead=steps)


def test_fewer_than_three_are_told_how_many_are_missing_and_nothing_else() -> None:
    for size in range(3):
        seen = view([person("devops", ahead("git", 0, 6))] * size, TODAY)
        assert (size, 3 - size, (), (), None) == (seen.size, seen.missing, seen.topics, seen.steps, seen.together)


def test_a_team_is_told_what_most_need_where_they_differ_and_when_to_do_it_together() -> None:
    team = [
        person("devops", ahead("git", 0, 6), ahead("ci", 7, 13)),
        person("devops", ahead("ci", 10, 13)),
        person("mlops", ahead("git", 3, 6), ahead("ci", 14, 6)),
        person("aiops", ahead("metrics", 0, 6)),
        person("devops"),
    ]
    seen = view(team, TODAY)
    assert (Bar("devops", "DEVOPS", 3),) == seen.topics
    assert (2, 1) == (seen.own_way, seen.through)
    assert (Bar("git", "GIT", 2),) == seen.steps
    assert 2 == seen.own_step
    both = TODAY + timedelta(days=14)
    assert Together("CI", 3, (both, both + timedelta(days=6)), 3) == seen.together


def test_who_is_late_does_it_with_the_others_from_today_on() -> None:
    team = [person("devops", ahead("git", -30, 6)), person("devops", ahead("git", 0, 20)), person("sre")]
    seen = view(team, TODAY).together
    assert seen == Together("GIT", 2, (TODAY, TODAY + timedelta(days=6)), 2)


@settings(max_examples=60)
@given(people)
def test_nothing_that_one_person_has_alone_is_named_and_everybody_is_counted_once(team: list[Standing]) -> None:
    seen = view(team, TODAY)
    assert team == list(read([write(each) for each in team]))
    if seen.missing:
        return
    assert len(team) == sum(bar.count for bar in seen.topics) + seen.own_way
    assert len(team) == sum(bar.count for bar in seen.steps) + seen.own_step + seen.through
    assert all(bar.count >= 2 for bar in (*seen.topics, *seen.steps))
    if seen.together:
        having = [each for each in team if seen.together.title in {step.title for step in each.ahead}]
        assert 2 <= len(having) == seen.together.count
        assert 1 <= seen.together.at_once <= seen.together.count
        if seen.together.days:
            assert TODAY <= seen.together.days[0] <= seen.together.days[1]
            assert 2 <= seen.together.at_once


def test_what_another_version_wrote_does_not_count() -> None:
    assert () == read(["{}", "not json", '{"topic": 3}'])


@settings(max_examples=20)
@given(people)
def test_the_picture_shows_the_bars_that_are_told_and_nothing_of_one_alone(team: list[Standing]) -> None:
    seen = view(team, TODAY)
    if seen.missing:
        with pytest.raises(ValueError, match="more"):
            draw(seen, WORDS, "alt")
        return
    for theme in ("light", "dark"):
        drawn = fromstring(draw(seen, WORDS, "alt", theme))
        texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
        shown = {bar.title for bar in (*seen.topics, *seen.steps)}
        assert shown == {text for text in texts if text and text.isupper()}
        assert b"\x89PNG" == png(draw(seen, WORDS, "alt", theme))[:4]
