"""Strict YAML: hostile and careless files are refused with their line, ordinary ones keep their text."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import tree
from bot.catalog.tree import parse, plain

LAUGHS = "a: &a [lol, lol]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 18))

HOSTILE = {
    "billion laughs": (LAUGHS.encode(), 1, "the anchor &a"),
    "merge bomb": (MERGES.encode(), 3, "the merge key `<<`"),
    "an object tag": (b"a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "the tag"),
    "a plain tag": (b"a: !secret x\n", 1, "the tag !secret"),
    "an alias to nowhere": (b"a: 1\nb: *nobody\n", 2, "alias"),
    "a key twice": (b"a: 1\nb: 2\na: 3\n", 3, "the key `a` stands here twice"),
    "deep nesting": (b"a: " + b"[" * 5_000 + b"]" * 5_000, 1, "nested over 12 levels deep"),
    "too large": (b"a: " + b"x" * 1024 * 1024, 1, "the file has over 512 KB"),
    "too many values": (b"a: [" + b"1," * 30_000 + b"]\n", 1, "the file has over 20000 values"),
    "a NUL": (b"a: 1\nb: x\x00y\n", 2, "the invisible character U+0000"),
    "a byte order mark": (b"\xef\xbb\xbfa: 1\n", 1, "byte order mark"),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1, "byte order mark"),
    "latin-1": ("a: 1\nb: caf\u00e9\n".encode("latin-1"), 2, "byte 0xe9 is not UTF-8"),
    "a tab": (b"a:\n\tb: 1\n", 2, "a tab in the indentation"),
    "a list": (b"- a\n- b\n", 1, "the file holds a list, not a mapping"),
    "a text": (b"just words\n", 1, "the file holds a text, not a mapping"),
    "a second document": (b"a: 1\n---\nb: 2\n", 2, "a second document"),
    "a list as a key": (b"? [a, b]\n: 1\n", 1, "a key that isn't a plain word"),
    "open quotes": (b'a: 1\nb: "x\nc: 2\n', 4, "this isn't valid YAML"),
    "a colon in a text": (b"a: 1\nb: one: two\n", 2, "mapping values are not allowed"),
    "a text that starts with @": (b"a: 1\nb: @jon\n", 2, "cannot start any token"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_line(name: str) -> None:
    data, line, what = HOSTILE[name]
    begun = time.process_time()
    _, problems = parse(data, "bad.yaml")
    took = time.process_time() - begun
    said = [problem for problem in problems if problem.line == line and what in problem.what]
    assert said, [str(problem) for problem in problems]
    assert all(problem.file == "bad.yaml" and problem.fix for problem in problems)
    assert took < 0.5  # the bar is 50 ms; ten times that on a busy machine


def test_a_refused_file_is_told_once_and_goes_on_to_nothing() -> None:
    node, problems = parse(b"a: [\n", "bad.yaml")
    assert (True, 1) == (node.broken, len(problems))


def test_every_duplicate_and_alias_of_a_file_is_listed() -> None:
    _, problems = parse(b"a: 1\na: 2\nb: *x\nc: 1\nc: 2\n", "bad.yaml")
    assert [2, 3, 5] == [problem.line for problem in problems]


def test_the_first_of_two_equal_keys_counts() -> None:
    node, _ = parse(b"a: {x: 1}\na: {y: 2}\nb: 3\n", "bad.yaml")
    assert {"a": {"x": 1}, "b": 3} == plain(node)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("7", 7),
        ("-7", -7),
        ("no", "no"),
        ("Yes", "Yes"),
        ("~", "~"),
        ("22:22", "22:22"),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("1.10", "1.10"),
        ("1_000", "1_000"),
        ("2026-11-23", "2026-11-23"),
        ("2026-99-99", "2026-99-99"),
        (".inf", ".inf"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_scalars_stay_what_was_written(written: str, meant: object) -> None:
    node, problems = parse(f"a: {written}\n".encode(), "good.yaml")
    assert ({"a": meant}, []) == (plain(node), problems)
    assert type(meant) is type(plain(node)["a"])  # type: ignore[index]


def test_a_number_of_five_thousand_digits_is_a_text() -> None:
    digits = "9" * 5_000
    node, problems = parse(f"a: {digits}\n".encode(), "good.yaml")
    assert ({"a": digits}, []) == (plain(node), problems)


def test_keys_are_always_text() -> None:
    node, _ = parse(b"1: a\ntrue: b\nnull: c\n", "good.yaml")
    assert {"1": "a", "true": "b", "null": "c"} == plain(node)


@pytest.mark.parametrize("empty", [b"", b"# only a remark\n", b"---\n", b"null\n"])
def test_an_empty_file_is_an_empty_mapping(empty: bytes) -> None:
    node, problems = parse(empty, "good.yaml")
    assert ({}, []) == (plain(node), problems)


def test_a_value_stands_in_its_keys_line_and_an_item_in_its_own() -> None:
    node, _ = parse(b"a:\n  b: >-\n    long\n    text\n  c:\n    - x\n    - y\n", "good.yaml")
    lines = {path: each.line for path, each in node.walk()}
    expected = {(): 1, ("a",): 1, ("a", "b"): 2, ("a", "c"): 5, ("a", "c", 0): 6, ("a", "c", 1): 7}
    assert expected == lines


def test_the_slow_parser_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"a: [1, {b: 'x'}]\nc: |\n  lines\n  more\nd: !t x\nd: 2\n"
    fast = parse(text, "x.yaml")
    monkeypatch.setattr(tree, "_PARSER", yaml.SafeLoader)
    assert fast == parse(text, "x.yaml")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="ignore")))
def test_no_bytes_raise(data: bytes) -> None:
    node, problems = parse(data, "any.yaml")
    assert isinstance(node.value, dict)
    assert problems or not any(each.broken for _, each in node.walk())


YAMLISH = st.text(alphabet="ab:- \n[]{}&*!<'\"|>?#%,0\t", max_size=80)


@given(YAMLISH)
def test_nothing_yamlish_raises(text: str) -> None:
    node, problems = parse(text.encode(), "any.yaml")
    assert problems or not node.broken


# What a missing quote costs -------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "line", "meant"),
    [
        ("a:\n  value: #team-help\n", 2, '"#team-help"'),
        ("a:\n  value: #team-help # ours\n", 2, '"#team-help"'),
        ("a:\n  - x\n  - #team-help\n", 3, '"#team-help"'),
    ],
)
def test_a_channel_without_quotes_is_a_comment_and_told_so(text: str, line: int, meant: str) -> None:
    (problem,) = parse(text.encode(), "team.yaml")[1]
    assert ("team.yaml", line) == (problem.file, problem.line)
    assert meant in problem.fix


@pytest.mark.parametrize(
    "text",
    ["a: # a remark\n", "a:\n  b: null\n", "a: x #y\n", "a: >-\n  value: #x\n", 'a: "#x"\n', "a:\n#x\n  b: c\n"],
)
def test_an_ordinary_comment_is_no_lost_value(text: str) -> None:
    assert [] == parse(text.encode(), "team.yaml")[1]
