"""Every answer the content promises can be composed, with its sources, and leads somewhere that exists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from bot import answers, voice
from bot.catalog.schema import FACETS, AnswerId, Catalog
from bot.chat import Buttons, Note, Reply, Table, Text
from bot.matching.match import Candidate

CORE = ("devops", "mlops", "aiops")


def every(catalog: Catalog) -> Iterator[AnswerId]:
    """List every answer that the content covers."""
    covered = [topic for topic, body in catalog.topics.items() if body.define]
    for topic in covered:
        yield AnswerId("define", (topic,))
        yield AnswerId("choose", (topic,))
        yield from (AnswerId(f"facet:{facet}", (topic,)) for facet in FACETS)
    for kind in ("compare", "stays", "changes", "choose"):
        yield AnswerId(kind)
        yield from (AnswerId(kind, pair) for pair in combinations(covered, 2))
        yield AnswerId(kind, CORE)
    yield AnswerId("facet:skills", CORE)
    yield from (AnswerId(f"glossary:{term}") for term in catalog.glossary.terms)
    yield from (AnswerId(f"onboarding:{slug}") for slug in catalog.onboarding.answers.answers)


def pressed(reply: Reply) -> list[str]:
    return [button.says for block in reply.blocks if isinstance(block, Buttons) for button in block.items]


def test_the_core_topics_are_complete(catalog: Catalog) -> None:
    for topic in CORE:
        body = catalog.topics[topic]
        assert body.define
        assert body.choose
        assert set(FACETS) == set(body.facets)
    for pair in combinations(CORE, 2):
        assert answers.pair_of(catalog, pair)


def test_every_covered_answer_is_composed_with_a_source_line(catalog: Catalog) -> None:
    for answer in every(catalog):
        assert answers.exists(catalog, answer), answer
        assert not answers.uncovered(catalog, answer), answer
        reply = answers.compose(catalog, answer, "ref")
        notes = [block.markdown for block in reply.blocks if isinstance(block, Note)]
        assert any(note.startswith("Sources:") and "reviewed 20" in note for note in notes), answer
        assert reply.title, answer
        assert "{" not in reply.plain, answer
        assert answers.sources_of(catalog, answer), answer


def test_every_button_of_an_answer_shows_another_answer(catalog: Catalog) -> None:
    for answer in every(catalog):
        for says in pressed(answers.compose(catalog, answer, "ref")):
            assert says.startswith(("/show ", "/feedback ref ", "/explain ref")) or says == "/roadmap", answer
            if says.startswith("/show "):
                shown = answers.parse_id(says.removeprefix("/show "))
                assert shown != answer
                assert answers.exists(catalog, shown), (answer, shown)
                assert not answers.uncovered(catalog, shown), (answer, shown)


def test_a_comparison_is_a_table_with_a_column_a_topic(catalog: Catalog) -> None:
    for topics in (("devops", "mlops"), CORE):
        tables = [b for b in answers.compose(catalog, AnswerId("compare", topics), "r").blocks if isinstance(b, Table)]
        assert len(tables) == 1
        assert tables[0].columns[1:] == tuple(catalog.topics[topic].name for topic in topics)


def test_a_pair_is_found_both_ways_round(catalog: Catalog) -> None:
    assert answers.pair_of(catalog, ("mlops", "devops")) is answers.pair_of(catalog, ("devops", "mlops"))


def test_a_topic_known_by_name_only_is_refused_honestly(catalog: Catalog) -> None:
    bare = catalog.topics["gitops"].model_copy(update={"define": None, "choose": None, "facets": {}})
    thin = catalog.model_copy(update={"topics": catalog.topics | {"gitops": bare}})
    asked = AnswerId("compare", ("devops", "gitops"))
    assert answers.uncovered(thin, asked) == ("gitops",)
    reply = answers.not_covered(thin, asked, ("gitops",), "#help")
    assert "GitOps" in reply.plain
    assert "#help" in reply.plain
    assert "/show define devops" in pressed(reply)


def test_an_unfilled_blank_is_never_shown_raw(catalog: Catalog) -> None:
    for slug in catalog.onboarding.answers.answers:
        text = answers.compose(catalog, AnswerId(f"onboarding:{slug}"), "r").plain
        assert "{{" not in text
        assert "}}" not in text


def test_a_filled_blank_is_shown_and_an_open_one_names_whom_to_ask(catalog: Catalog) -> None:
    fields = catalog.onboarding.team.fields
    filled = {
        "access_request_url": fields["access_request_url"].model_copy(update={"value": "https://example.com/a_b"}),
        "help_channel": fields["help_channel"].model_copy(update={"value": "#team_help"}),
    }
    team = catalog.onboarding.team.model_copy(update={"fields": fields | filled})
    ours = catalog.model_copy(update={"onboarding": catalog.onboarding.model_copy(update={"team": team})})
    text = answers.compose(ours, AnswerId("onboarding:access"), "r").plain
    assert "https://example.com/a_b" in text
    assert "Ask #team_help." in text


def test_did_you_mean_shows_titles_and_a_way_out(catalog: Catalog) -> None:
    found = [
        Candidate(AnswerId("facet:tools", ("mlops",)), "x", 0.5),
        Candidate(AnswerId("glossary:slo"), "y", 0.4),
    ]
    reply = answers.did_you_mean(catalog, found)
    assert pressed(reply) == ["/show facet:tools mlops", "/show glossary:slo", "/none"]
    assert isinstance(reply.blocks[0], Text)


@pytest.mark.parametrize("reason", ["unknown", "no-such-reason"])
def test_a_refusal_says_what_is_covered_and_whom_to_ask(catalog: Catalog, reason: str) -> None:
    text = answers.refusal(catalog, reason, "#platform-help").plain
    assert "DevOps" in text
    assert "#platform-help" in text


def test_every_refusal_has_its_line(catalog: Catalog) -> None:
    for reason, body in catalog.language.refusals.items():
        assert answers.refusal(catalog, reason, "").plain.startswith(body.lead[:10])


def test_values_are_drawn_as_they_stand(catalog: Catalog) -> None:
    text = Reply((Text(voice.say(catalog, "ask-human", whom="*#a_b* [x](https://evil.example)")),)).plain
    assert "*#a_b* [x](https://evil.example)" in text
