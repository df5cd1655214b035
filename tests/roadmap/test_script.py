"""The roadmap content hangs together, and content that doesn't is refused with its place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from bot import markup
from bot.catalog.load import read
from bot.catalog.script import Roadmap
from bot.catalog.tree import plain

SIZES = {  # modules and hours of every path, for a complete beginner
    "devops-core": (19, 176),
    "devops-scale": (24, 242),
    "mlops-core": (21, 235),
    "llmops-core": (13, 133),
    "aiops-core": (15, 151),
    "aiops-plus": (24, 245),
    "dataops-core": (11, 117),
    "devsecops-core": (11, 111),
    "sre-core": (10, 85),
}


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    found = plain(read()[0])
    assert isinstance(found, dict)
    return found


def test_modules_and_paths_have_their_agreed_sizes(script: Roadmap) -> None:
    sizes = {name: [script.module[each].hours for each in path.modules] for name, path in script.path.items()}
    assert SIZES == {name: (len(hours), sum(hours)) for name, hours in sizes.items()}
    assert (48, 522) == (len(script.module), sum(module.hours for module in script.module.values()))
    tracks = [module.track for module in script.module.values()]
    assert [13, 12, 13, 10] == [tracks.count(track) for track in ("shared", "devops", "mlops", "aiops")]


def test_every_source_of_the_roadmap_exists(script: Roadmap, tree: dict[str, Any]) -> None:
    cited = [question.sources for question in script.questions.values()]
    cited += [entry.sources for entry in script.not_yet.topics.values()]
    assert set() == {slug for sources in cited for slug in sources} - set(tree["sources"])


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from texts(below, f"{path}.{key}")
    elif isinstance(value, list):
        for below in value:
            yield from texts(below, path)
    elif isinstance(value, str):
        yield path, value


SPOKEN = ("ask", "why", "say", "reason", "because", "look_again", "nothing", "about", "ready", "after", "exit")


def test_every_sentence_can_be_drawn_and_is_calm(tree: dict[str, Any]) -> None:
    spoken = [(path, text) for path, text in texts(tree["roadmap"]) if path.rpartition(".")[2] in SPOKEN]
    assert len(spoken) > 200
    for path, text in spoken:
        assert text == "".join(span.text for span in markup.spans(text)), path  # no marks, nothing swallowed
        assert "!" not in text, path
        assert "\u2014" not in text, path


def test_what_follows_because_or_when_is_no_sentence_of_its_own(script: Roadmap) -> None:
    fragments = [cell.reason for q in script.scoring.points.values() for o in q.values() for cell in o.values()]
    fragments += [each.say for entry in script.not_yet.topics.values() for each in entry.because]
    fragments += [entry.look_again for entry in script.not_yet.topics.values()]
    fragments += [words.ready for words in script.results.topics.values()]
    fragments += [known.because for options in script.plan.known.values() for known in options.values()]
    for fragment in fragments:
        assert not fragment.endswith((".", "?")), fragment
        assert fragment[0].islower() or fragment.split()[0] in ("AI", "LLM"), fragment


def broken(tree: dict[str, Any], path: str, value: Any) -> list[str]:
    """The problems after one change, as place and words."""
    content = copy.deepcopy(tree["roadmap"])
    *way, last = path.split("/")
    node = content
    for part in way:
        node = node[int(part)] if isinstance(node, list) else node[part]
    node[last] = value
    with pytest.raises(ValidationError) as caught:
        Roadmap.model_validate(content)
    return ["/".join(map(str, each["loc"])) + ": " + each["msg"] for each in caught.value.errors()]


MISTAKES: tuple[tuple[str, Any, str, str], ...] = (
    ("modules/modules/d-cd/prerequisites", ["f-cii", "f-containers"], "modules/modules/d-cd/prerequisites", "f-ci?"),
    ("modules/modules/f-git/prerequisites", ["d-cd"], "prerequisites", "in a circle"),
    ("paths/paths/sre-core/modules", ["f-map", "d-slo"], "paths/paths/sre-core/modules", "must come before it"),
    ("paths/paths/sre-core/modules", ["f-shell", "f-network"], "paths/paths/sre-core/modules", "starts with f-map"),
    ("paths/paths/sre-core/larger", "sre-plus", "paths/paths/sre-core/larger", "no path sre-plus"),
    ("scoring/points/goal/fame", {"devops": {"points": 3, "reason": "x"}}, "scoring/points/goal/fame", "no option"),
    ("scoring/points/shoes", {}, "scoring/points/shoes", "no question shoes"),
    ("scoring/points/goal/cost/devop", {"points": 1, "reason": "x"}, "scoring/points/goal/cost/devop", "devops?"),
    ("gates/keep/aiops-readiness/when", [{"runs": {"all": ["oncall"]}}], "gates/keep/aiops-readiness/when", "on-call?"),
    ("gates/wish", "dream", "gates/wish", "no scored question dream"),
    ("results/rows/aiops", [], "results/rows", "aiops has no row"),
    ("results/rows/devops/4/when", [{"goal": {"any": ["cost"]}}], "results/rows/devops", "must have no `when`"),
    ("results/rows/devops/3/add/module", "d-fin", "results/rows/devops/3/add/module", "d-finops?"),
    ("not_yet/topics/gitops/because/0/when", [{"delivery": {"any": ["hand"]}}], "not_yet/topics/gitops", "no option"),
    ("plan/known/role/developer/modules", ["f-map"], "plan/known/role/developer/modules", "always stays"),
    ("plan/hours", {"4-6": 5}, "plan/hours", "must be an option of hours and have a size"),
    ("plan/assume", {"hours": "5", "horizon": "12"}, "plan/assume", "no option of hours 5"),
    ("interview/questions/team/options/2-9/to", 70, "interview/questions/team/options", "must rise"),
    ("interview/questions/goal/options/cost/over", ["price"], "options/cost/over", "no option price"),
    ("interview/close_call/options/slow-change/track", None, "slow-change/track", "a track is missing"),
    ("interview/questions/role/colour", "red", "interview/questions/role/colour", "not permitted"),
)


@pytest.mark.parametrize(("path", "value", "place", "words"), MISTAKES, ids=lambda each: str(each)[:50])
def test_a_mistake_is_refused_at_its_place(tree: dict[str, Any], path: str, value: Any, place: str, words: str) -> None:
    problems = broken(tree, path, value)
    assert any(place in each.partition(": ")[0] and words in each for each in problems), problems


def test_a_team_may_change_weights_and_limits(tree: dict[str, Any]) -> None:
    content = copy.deepcopy(tree["roadmap"])
    content["scoring"]["points"]["goal"]["cost"]["devops"]["points"] = 9
    content["scoring"]["secondary_from"] = 6
    assert Roadmap.model_validate(content).scoring.points["goal"]["cost"]["devops"].points == 9
