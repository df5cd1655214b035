"""Rules between files: each breach is found with its line; sound content is silent."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.lint import lint, lint_replies
from bot.catalog.schema import FACETS
from bot.catalog.tree import Node, parse
from bot.errors import Problem

TODAY = date(2026, 11, 23)


def tree(text: str) -> Node:
    """All content written as one file: the tree is the same."""
    node, problems = parse(text.encode(), "all.yaml")
    assert problems == []
    return node


def lines(text: str) -> list[int]:
    return [problem.line for problem in lint(tree(text), TODAY)]


def only(text: str) -> Problem:
    (problem,) = lint(tree(text), TODAY)
    return problem


# What is referred to exists -------------------------------------------------------------
def test_a_source_that_does_not_exist_is_named_with_the_nearest() -> None:
    problem = only("sources: {dora-2024: {title: x}}\ngeneral:\n  stays:\n    sources: [dora-2024, dora-2O24]\n")
    assert ("all.yaml", 4) == (problem.file, problem.line)
    assert 'the source "dora-2O24" does not exist' == problem.what
    assert "did you mean `dora-2024`?" in problem.fix


def test_without_readable_sources_their_users_are_not_blamed() -> None:
    assert [] == lines("general: {stays: {sources: [nowhere]}}\n")


@pytest.mark.parametrize(
    "answer",
    [
        "define devops", "compare", "compare devops mlops", "stays", "changes devops mlops", "choose", "roadmap",
        "facet:tools devops", "facet:cost devops mlops", "glossary:slo", "onboarding:access", "smalltalk:greeting",
    ],
)  # fmt: skip
def test_an_answer_id_that_names_an_answer_is_silent(answer: str) -> None:
    assert [] == lines(f"{KNOWN}general: {{stays: {{next: ['{answer}']}}}}\n")


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("define", "has 0 topics"),
        ("define devops mlops", "has 2 topics"),
        ("define devop", 'the topic "devop" does not exist'),
        ("compare devops llmops", 'the topic "llmops" does not exist'),
        ("facet:tools", "has 0 topics"),
        ("facet:tooling devops", 'there is no facet "tooling"'),
        ("glossary:slos", "does not exist"),
        ("glossary:slo devops", "takes no topics"),
        ("glossary", "is no answer id"),
        ("onboarding:beer", "does not exist"),
        ("smalltalk", "is no answer id"),
        ("oos", "is no answer id"),
        ("definition devops", "is no answer id"),
        ("define:x devops", "is no answer id"),
        (" ", "is no answer id"),
    ],
)
def test_an_answer_id_that_names_nothing_is_an_error(answer: str, what: str) -> None:
    problem = only(f"{KNOWN}general: {{stays: {{next: ['{answer}']}}}}\n")
    assert (11, True) == (problem.line, what in problem.what), problem.what


def test_checks_may_expect_a_refusal_and_nothing_unknown() -> None:
    text = (
        KNOWN
        + "checks:\n  a:\n    checks:\n      - ask: x\n        must: [oos, smalltalk]\n        never: [define mlps]\n"
    )
    assert [16] == lines(text)


def test_a_terms_topics_exist() -> None:
    assert [3] == lines("topics: {devops: {}}\nglossary:\n  terms: {slo: {topics: [devops, sre]}}\n")


KNOWN = """\
topics:
  devops: {}
  mlops: {}
glossary:
  terms: {slo: {}}
onboarding:
  answers: {answers: {access: {}}}
language:
  smalltalk: {greeting: {}}
# line 10
"""


# Topics and pairs -----------------------------------------------------------------------
def test_a_covered_topic_lacks_no_facet() -> None:
    text = (
        f"topics:\n  devops:\n    define: {{}}\n    facets: {{{', '.join(f'{f}: {{short: x}}' for f in FACETS[1:])}}}\n"
    )
    problem = only(text)
    assert (4, True) == (problem.line, problem.what.endswith("lacks the facets why"))


def test_every_facet_of_a_covered_topic_has_its_short_line() -> None:
    facets = "".join(f"      {f}: {{{'' if f == 'cost' else 'short: x'}}}\n" for f in FACETS)
    problem = only(f"topics:\n  devops:\n    define: {{}}\n    facets:\n{facets}")
    assert "`facets.cost` has no `short`" == problem.what
    assert 5 + FACETS.index("cost") == problem.line


def test_a_topic_that_is_only_named_needs_no_facet() -> None:
    assert [] == lines("topics: {llmops: {name: LLMOps}}\n")


def pair(name: str = "devops--mlops", topics: str = "[devops, mlops]", columns: str = "['', DevOps, MLOps]") -> str:
    known = (
        "topics:\n  devops: {name: DevOps}\n  mlops: {name: Machine learning operations, aliases: [MLOps]}\npairs:\n"
    )
    pick = "{devops: x, mlops: y}"
    return f"{known}  {name}:\n    topics: {topics}\n    table: {{columns: {columns}}}\n    pick: {pick}\n"


def test_a_sound_pair_is_silent() -> None:
    assert [] == lines(pair())


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (pair(name="mlops--devops"), 6, "the pair mlops--devops has the topics devops and mlops"),
        (pair(columns="['', MLOps, DevOps]"), 7, "stands where"),
        (pair(columns="['', DevOps]"), 7, "the table has 2 columns"),
        (pair().replace("mlops: y", "aiops: y"), 8, "`pick` speaks of devops, aiops"),
        (
            pair(name="devops--aiops", topics="[devops, aiops]").replace("mlops: y", "aiops: y"),
            6,
            '"aiops" does not exist',
        ),
        (pair() + pair(name="mlops--devops", topics="[mlops, devops]").partition("pairs:\n")[2], 9, "stands in"),
    ],
)
def test_a_pair_speaks_of_its_two_topics(text: str, line: int, what: str) -> None:
    said = [problem.what for problem in lint(tree(text)) if problem.line == line]
    assert any(what in each for each in said), said


# Onboarding -----------------------------------------------------------------------------
def onboarding(line: str = "See {{form}}.", ask: str = "help", field: str = "type: url", lead: str = "x") -> str:
    return (
        "onboarding:\n"
        "  team:\n"
        "    fields:\n"
        "      help: {type: channel}\n"
        f"      form: {{{field}}}\n"
        "  answers:\n"
        "    answers:\n"
        "      access:\n"
        f"        lead: '{lead}'\n"
        f"        lines: ['{line}']\n"
        f"        ask: {ask}\n"
    )


def test_a_sound_onboarding_answer_is_silent() -> None:
    assert [] == lines(onboarding())


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (onboarding(line="See {{from}}."), 10, 'the blank "{{from}}" is no field of the team'),
        (onboarding(line="See {{form}."), 10, "a blank is not closed or not opened"),
        (onboarding(line="See form}}."), 10, "a blank is not closed or not opened"),
        (onboarding(line="See {{form {{help}}."), 10, "a blank is not closed or not opened"),
        (onboarding(lead="See {{form}}."), 9, "the lead of access has a blank"),
        (onboarding(ask="helpdesk"), 11, '`ask` names "helpdesk", which is no field of the team'),
        (onboarding(ask="form"), 11, '`ask` names "form", a field of type url'),
    ],
)
def test_an_odd_blank_is_found(text: str, line: int, what: str) -> None:
    problem = only(text)
    assert (line, what) == (problem.line, problem.what)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("url", "https://wiki.example.com/access?team=1#form"),
        ("person", "@amira"),
        ("person", "@Amira Hassan"),
        ("channel", "#team-help"),
        ("number", "4"),
        ("number", "2.5"),
        ("date", "2026-11-23"),
        ("list", "[one, two]"),
        ("text", "your manager names one: ask for the token at the front desk"),
    ],
)
def test_a_value_that_fits_its_field_is_silent(kind: str, value: str) -> None:
    written = value if kind == "list" else f"'{value}'"
    assert [] == lines(onboarding(field=f"type: {kind}, value: {written}"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("url", "wiki.example.com"),
        ("url", "ftp://wiki.example.com"),
        ("url", "https://wiki"),
        ("url", "https://[bad"),
        ("person", "amira"),
        ("channel", "team-help"),
        ("channel", "#"),
        ("number", "four"),
        ("date", "23.11.2026"),
        ("date", "2026-02-30"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_an_error(kind: str, value: str) -> None:
    problem = only(onboarding(field=f"type: {kind}, value: '{value}'"))
    assert (5, f'the field form is "{value}", not a {kind}') == (problem.line, problem.what)


def test_a_list_where_one_value_belongs_is_an_error() -> None:
    assert "the field form is a list" == only(onboarding(field="type: text, value: [a, b]")).what


@pytest.mark.parametrize(
    "value",
    [
        "xo" + "xb-123456789012-abcdef",
        "gh" + "p_0123456789abcdefghijABCDEFGHIJ012345",
        "AK" + "IA0123456789ABCDEF",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "the password: hunter2",
        "https://deploy:s3cr3t@git.example.com/repo",
        "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0.c2ln",
        "9fK2mQ7xV4bT1nR8cW5zL3pJ6hD0gS2a",
    ],
)
def test_a_secret_in_a_teams_field_is_refused_and_not_repeated(value: str) -> None:
    problem = only(onboarding(field=f"type: text, value: '{value}'"))
    assert (5, True) == (problem.line, "holds what looks like" in problem.what)
    assert value not in str(problem)


# Words ----------------------------------------------------------------------------------
def test_a_phrasing_belongs_to_one_answer_whatever_its_case_and_signs() -> None:
    text = "glossary:\n  terms:\n    a:\n      phrasings: [what is it]\n    b:\n      phrasings: [x, 'What is it?!']\n"
    problem = only(text)
    assert 6 == problem.line
    assert "`glossary.terms.a` too (all.yaml:4)" in problem.what


def test_the_same_phrasing_twice_in_one_answer_does_no_harm() -> None:
    assert [] == lines("glossary: {terms: {a: {phrasings: [slo, SLO?]}}}\n")


def test_a_name_belongs_to_one_thing() -> None:
    text = "topics:\n  a: {name: AIOps}\n  b: {name: B, aliases: [aiops]}\n"
    assert [3] == lines(text)


def test_a_shape_is_of_a_known_kind() -> None:
    problem = only("language:\n  shapes:\n    facet:tool: {phrasings: ['{a} x']}\n")
    assert (3, '"facet:tool" is no kind of answer') == (problem.line, problem.what)
    assert "facet:tools" in problem.fix


def test_a_shape_stands_for_topics_and_terms_only() -> None:
    text = "language: {shapes: {define:\n  {title: What,\n   phrasings: ['what is {a}', 'why {x}', '{a']}}}\n"
    assert [3, 3] == lines(text)


@pytest.mark.parametrize("odd", ["{", "}", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>10}", "{two words}"])
def test_a_placeholder_that_cannot_be_filled_is_an_error(odd: str) -> None:
    problem = only(f"replies:\n  hello: 'Hello {odd}'\n")
    assert (2, True) == (problem.line, "`replies.hello` has a placeholder" in problem.what)


def test_a_good_placeholder_is_silent() -> None:
    assert [] == lines("replies: {hello: 'Hello {name}, {{this}} stays'}\n")


def test_a_team_may_reword_a_reply_and_only_that() -> None:
    base = tree("replies: {hello: 'Hello {name}', bye: Bye}\n")
    assert [] == list(lint_replies(base, tree("replies: {hello: 'Welcome, {name}', bye: See you}\n")))
    assert [] == list(lint_replies(base, tree("topics: {}\n")))
    over = tree("replies:\n  hello: 'Hello {who}'\n  helo: x\n  bye: null\n")
    assert [(2, "`{who}` is not filled in `replies.hello`"), (3, "`replies.helo` is never said"),
            (4, "`replies.bye` can't be removed")] == [(p.line, p.what) for p in lint_replies(base, over)]  # fmt: skip


# Links, Markdown, days ------------------------------------------------------------------
def test_an_address_is_https_wherever_it_stands() -> None:
    text = (
        "sources:\n  a: {url: 'http://example.com'}\n  b: {url: example.com}\nreplies:\n  x: see http://example.com\n"
    )
    assert [2, 3, 5] == sorted(lines(text))


def test_what_people_type_may_hold_any_address() -> None:
    assert [] == lines("glossary: {terms: {a: {phrasings: ['what is http://x.example']}}}\n")


@pytest.mark.parametrize(
    "text",
    [
        "pairs:\n  a--b:\n    fit: '[x](ftp://x.example)'\n",
        "pairs:\n  a--b:\n    table: {rows: [['[x](ftp://x.example)']]}\n",
        "language:\n  refusals:\n    a: {lead: '[x](ftp://x.example)'}\n",
        "onboarding:\n  answers:\n    answers: {a: {lines: ['[x](ftp://x.example)']}}\n",
        "replies:\n  x: y\n  a: '[x](ftp://x.example)'\n",
    ],
)
def test_markdown_that_cannot_be_drawn_is_an_error(text: str) -> None:
    assert [3] == lines(text)


def test_nothing_was_reviewed_in_the_future() -> None:
    text = "glossary:\n  reviewed: 2026-11-24\ngeneral:\n  reviewed: 2026-11-25\n"
    assert [4] == lines(text)
    assert [] == lint(tree(text))


# Nothing makes it stumble ---------------------------------------------------------------
_KEYS = """
    topics pairs general glossary terms onboarding answers team fields language shapes replies sources checks next must
    phrasings name define facets short table columns pick lead lines ask type value reviewed url devops devops--mlops
"""
KEYS = st.sampled_from(_KEYS.split())
ODD = ("", "{{x}}", "{{", "{", "define devops", "a b", "http://x", "[x](y)", "url", "2026-13-01", "facet:", "@x")
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from(ODD)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)))
def test_lint_never_raises_on_any_tree(value: object) -> None:
    root = _node(value if isinstance(value, dict) else {"topics": value})
    for problem in lint(root, TODAY):
        assert problem.what and problem.fix


def _node(value: object) -> Node:
    if isinstance(value, dict):
        return Node({key: _node(below) for key, below in value.items()}, "any.yaml", 1)
    if isinstance(value, list):
        return Node([_node(below) for below in value], "any.yaml", 1)
    assert value is None or isinstance(value, bool | int | str)
    return Node(value, "any.yaml", 1)
