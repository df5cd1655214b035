"""Files to catalog: overlays, places of problems, hostile folders, and noticing a change."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.catalog import lint
from bot.catalog.load import built_in, load, stamp
from bot.catalog.schema import FACETS, Catalog
from bot.errors import ContentError, Problem


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def edit(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first `old` in a file; the line it stands in."""
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return text.count("\n", 0, text.index(old)) + 1


def problems(content: Path | None = None, overlay: Path | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        load(overlay, content)
    return caught.value.problems


def only(content: Path | None = None, overlay: Path | None = None) -> Problem:
    found = problems(content, overlay)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


# What is shipped ------------------------------------------------------------------------
def test_the_shipped_content_is_sound_and_whole(catalog: Catalog) -> None:
    covered = {name for name, topic in catalog.topics.items() if topic.define}
    assert {"devops", "mlops", "aiops"} <= covered
    assert all(set(FACETS) == set(catalog.topics[name].facets) for name in covered)
    assert len(catalog.glossary.terms) >= 37
    assert len(catalog.onboarding.answers.answers) >= 18


def test_the_blanks_a_team_has_to_fill_are_listed_with_the_answers_that_wait(catalog: Catalog) -> None:
    missing = lint.missing_fields(catalog)
    fields = catalog.onboarding.team.fields
    assert any(line.startswith("help_channel: ") and "access" in line for line in missing)
    assert not [line for line in missing if not fields[line.partition(":")[0]].required]


def test_a_filled_blank_is_no_longer_listed(overlay: Path) -> None:
    write(overlay, "onboarding/team.yaml", "fields: {help_channel: {value: '#team-help'}}\n")
    loaded = load(overlay)
    assert "#team-help" == loaded.onboarding.team.fields["help_channel"].value
    assert not [line for line in lint.missing_fields(loaded) if line.startswith("help_channel:")]


# A team's folder ------------------------------------------------------------------------
def test_an_overlay_changes_one_value_and_keeps_the_rest(overlay: Path, catalog: Catalog) -> None:
    write(overlay, "topics/devops.yaml", "define:\n  lead: Ours.\n")
    loaded = load(overlay)
    ours, shipped = loaded.topics["devops"].define, catalog.topics["devops"].define
    assert ours is not None and shipped is not None
    assert ("Ours.", shipped.sources, shipped.bullets) == (ours.lead, ours.sources, ours.bullets)
    assert catalog.topics["mlops"] == loaded.topics["mlops"]


def test_an_overlay_replaces_a_list_and_null_removes(overlay: Path) -> None:
    write(overlay, "topics/devops.yaml", "define:\n  bullets: [One., Two., Three.]\n  table: null\n  next: null\n")
    define = load(overlay).topics["devops"].define
    assert define is not None
    assert (("One.", "Two.", "Three."), None, ()) == (define.bullets, define.table, define.next)


def test_an_overlay_adds_an_entry(overlay: Path) -> None:
    text = (
        "terms:\n  our-word:\n    name: Our word\n    lead: It means this.\n    sources: [editorial]\n"
        "    owner: us\n    reviewed: 2026-01-02\n"
    )
    write(overlay, "glossary.yaml", text)
    term = load(overlay).glossary.terms["our-word"]
    assert ("Our word", "us", "2026-01-02") == (term.name, term.owner, term.reviewed.isoformat())


def test_an_added_entry_inherits_owner_and_day(overlay: Path, catalog: Catalog) -> None:
    write(overlay, "glossary.yaml", "terms: {our-word: {name: Our word, lead: This., sources: [editorial]}}\n")
    assert catalog.glossary.owner == load(overlay).glossary.terms["our-word"].owner


def test_an_empty_overlay_changes_nothing(overlay: Path, catalog: Catalog) -> None:
    write(overlay, "onboarding/team.yaml", "# nothing yet\n")
    assert catalog == load(overlay)


def test_a_problem_in_an_overlay_is_named_by_the_teams_own_file(overlay: Path) -> None:
    write(overlay, "topics/devops.yaml", "\ndefine:\n  leed: x\n")
    problem = only(overlay=overlay)
    assert (f"{overlay}/topics/devops.yaml", 3) == (problem.file, problem.line)
    assert "did you mean `lead`?" == problem.fix


def test_a_misspelt_folder_of_an_overlay_is_named(overlay: Path) -> None:
    write(overlay, "onbording/team.yaml", "fields: {}\n")
    problem = only(overlay=overlay)
    assert (f"{overlay}/onbording", "did you mean `onboarding`?") == (problem.file, problem.fix)


def test_an_overlay_may_not_break_a_sentence_the_code_fills(overlay: Path) -> None:
    write(overlay, "replies.yaml", "\nkept: 'kept by {ownr}'\n")
    problem = only(overlay=overlay)
    assert (f"{overlay}/replies.yaml", 2) == (problem.file, problem.line)


def test_a_missing_overlay_folder_is_an_error(tmp_path: Path) -> None:
    problem = only(overlay=tmp_path / "nowhere")
    assert (str(tmp_path / "nowhere"), "there is no such folder") == (problem.file, problem.what)


# All problems at once, each at its place ------------------------------------------------
def test_all_problems_of_all_files_come_at_once(content: Path) -> None:
    schema = edit(content, "topics/devops.yaml", "lead:", "leed:")
    reference = edit(content, "topics/mlops.yaml", "sources: [", "sources: [no-such-source, ")
    edit(content, "topics/aiops.yaml", "operates:", "operates: {[")
    (content / "general.yaml").unlink()
    found = {(problem.file.removeprefix(f"{content}/"), problem.line) for problem in problems(content)}
    assert {("topics/devops.yaml", schema), ("topics/mlops.yaml", reference), ("general.yaml", 1)} <= found
    assert "topics/aiops.yaml" in {file for file, _ in found}


def test_a_broken_file_draws_no_further_complaints(content: Path) -> None:
    write(content, "sources.yaml", "a: [\n")
    assert f"{content}/sources.yaml" == only(content).file


def test_a_broken_overlay_file_draws_no_further_complaints(overlay: Path) -> None:
    write(overlay, "glossary.yaml", "terms: [\n")
    assert f"{overlay}/glossary.yaml" == only(overlay=overlay).file


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "fix"),
    [
        (
            "topics/devops.yaml",
            "operates: ",
            "operates: 7\nremark: ",
            "`topics.devops.operates` is a number, not a text",
            'put it in quotes: "7"',
        ),
        (
            "topics/devops.yaml",
            "reviewed: ",
            "reviewed: 1.4.2026 # ",
            '`topics.devops.reviewed` is "1.4.2026", not a day',
            "write YYYY-MM-DD, such as 2026-11-23",
        ),
        (
            "topics/devops.yaml",
            "operates: ",
            f"operates: {'x' * 111} # ",
            "`topics.devops.operates` has 111 characters, at most 110 fit",
            "shorten it by 1",
        ),
        (
            "topics/devops.yaml",
            "operates: ",
            "operates: '' # ",
            "`topics.devops.operates` is empty",
            "write a text, or remove the key",
        ),
        (
            "topics/devops.yaml",
            "name: ",
            "name: [x] # ",
            "`topics.devops.name` is a list, not a text",
            "write one text, not a list",
        ),
        (
            "topics/devops.yaml",
            "facets:",
            "facets: x\nremark:",
            "`topics.devops.facets` is a text, not a mapping",
            "write `key: value` lines below it, indented",
        ),
        (
            "topics/devops.yaml",
            "  tools:",
            "  tolls:",
            "`tolls` is not known in `topics.devops.facets`",
            "did you mean `tools`?",
        ),
        ("sources.yaml", "read: primary", "read: primry", 'is "primry"', "use one of: 'primary'"),
        (
            "sources.yaml",
            "seed-article:",
            "Seed_Article:",
            'is "Seed_Article"',
            "use small letters, digits and single hyphens",
        ),
        (
            "glossary.yaml",
            "sources: [",
            "sources: none # [",
            "is a text, not a list",
            "give every item a line of its own that starts with `- `",
        ),
        ("glossary.yaml", "sources: [", "sources: [] # [", "has 0 items, at least 1 are needed", "add some"),
        (
            "glossary.yaml",
            "lead: ",
            "lead: '[x](http://example.com)' # ",
            "a link must start with https://",
            "use an https:// address",
        ),
        (
            "onboarding/team.yaml",
            "value: null",
            "value: 7",
            "is a number, not a text or",
            'put it in quotes: "7"; or give',
        ),
        ("onboarding/team.yaml", "required: true", "required: maybe", 'is "maybe"', "write true or false"),
    ],
)
def test_a_problem_says_where_what_and_how_to_mend_it(
    content: Path, file: str, old: str, new: str, what: str, fix: str
) -> None:
    line = edit(content, file, old, new)
    found = [each for each in problems(content) if each.file == f"{content}/{file}" and each.line == line]
    assert any(what in each.what and fix in each.fix for each in found), "\n".join(map(str, problems(content)))


def test_a_missing_owner_is_told_once_for_the_file(content: Path) -> None:
    text = (content / "glossary.yaml").read_text()
    write(content, "glossary.yaml", re.sub(r"^owner: .*\n", "", text, flags=re.MULTILINE))
    problem = only(content)
    assert ("`glossary.owner` is missing", 1) == (problem.what, problem.line)
    assert "at the top of the file" in problem.fix


@pytest.mark.parametrize("name", ["general.yaml", "replies.yaml", "language/shapes.yaml", "onboarding/team.yaml"])
def test_a_missing_file_is_named(content: Path, name: str) -> None:
    (content / name).unlink()
    assert (f"{content}/{name}", "the file is missing") in {(each.file, each.what) for each in problems(content)}


def test_without_any_content_every_missing_part_is_named(tmp_path: Path) -> None:
    missing = {Path(problem.file).name for problem in problems(tmp_path)}
    assert {"topics", "pairs", "onboarding", "roadmap", "language"} < missing
    assert {"general.yaml", "glossary.yaml", "replies.yaml", "sources.yaml"} < missing


# Folders that are not what they seem ----------------------------------------------------
def test_a_link_out_of_the_folder_is_refused(overlay: Path, tmp_path: Path) -> None:
    write(tmp_path, "elsewhere.yaml", "a: 1\n")
    (overlay / "glossary.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert "a link that leads out of the content folder" == only(overlay=overlay).what


def test_a_link_to_a_folder_is_refused_and_not_followed(overlay: Path) -> None:
    (overlay / "topics").symlink_to(overlay)
    assert "a link to a folder" == only(overlay=overlay).what


def test_a_link_to_nowhere_is_an_error(overlay: Path) -> None:
    (overlay / "glossary.yaml").symlink_to(overlay / "gone.yaml")
    assert "can't be read: No such file or directory" == only(overlay=overlay).what


def test_a_mounted_config_map_is_read_once(overlay: Path, catalog: Catalog) -> None:
    # Kubernetes: glossary.yaml -> ..data/glossary.yaml, ..data -> ..2026_11_23/
    write(overlay, "..2026_11_23/glossary.yaml", "terms: {slo: {name: Our SLO}}\n")
    (overlay / "..data").symlink_to("..2026_11_23")
    (overlay / "glossary.yaml").symlink_to("..data/glossary.yaml")
    assert "Our SLO" == load(overlay).glossary.terms["slo"].name


def test_a_pipe_is_refused_and_not_waited_for(overlay: Path) -> None:
    os.mkfifo(overlay / "glossary.yaml")
    assert "this isn't an ordinary file" == only(overlay=overlay).what


def test_a_yml_file_is_refused_and_not_overlooked(overlay: Path) -> None:
    write(overlay, "glossary.yml", "terms: {}\n")
    assert "rename it to .yaml" == only(overlay=overlay).fix


def test_a_file_and_a_folder_of_one_name_are_refused(overlay: Path) -> None:
    write(overlay, "topics.yaml", "devops: {name: Ours}\n")
    write(overlay, "topics/devops.yaml", "name: Ours\n")
    assert "there is a folder `topics` as well" == only(overlay=overlay).what


def test_a_huge_file_is_not_read_whole(overlay: Path) -> None:
    with (overlay / "glossary.yaml").open("wb") as file:
        file.truncate(8 * 1024**3)  # a sparse file: no room taken
    assert "the file has over 512 KB" == only(overlay=overlay).what


def test_other_files_are_left_alone(overlay: Path, catalog: Catalog) -> None:
    write(overlay, "README.md", "# Ours")
    write(overlay, ".glossary.yaml.swp", "[")
    write(overlay, ".git/config.yaml", "[")
    assert catalog == load(overlay)


def test_the_shipped_content_is_found_from_a_checkout() -> None:
    assert (built_in() / "replies.yaml").is_file()


# Noticing a change ----------------------------------------------------------------------
def test_a_stamp_stays_while_nothing_changes(content: Path) -> None:
    assert stamp([content]) == stamp([content])


def test_a_stamp_changes_with_every_kind_of_change(content: Path, overlay: Path) -> None:
    folders = (content, overlay)
    seen = [stamp(folders)]
    write(overlay, "topics/ours.yaml", "name: x\n")
    seen.append(stamp(folders))
    write(overlay, "topics/ours.yaml", "name: xy\n")
    seen.append(stamp(folders))
    os.utime(overlay / "topics/ours.yaml", (1, 1))  # as long as before, written at another time
    seen.append(stamp(folders))
    (overlay / "topics/ours.yaml").rename(overlay / "topics/theirs.yaml")
    seen.append(stamp(folders))
    (content / "sources.yaml").unlink()
    seen.append(stamp(folders))
    assert len(seen) == len(set(seen))


def test_a_stamp_of_nothing_and_of_links_to_nowhere_does_not_raise(overlay: Path) -> None:
    empty = stamp([overlay / "nowhere"])
    (overlay / "a.yaml").symlink_to(overlay / "gone")
    assert empty != stamp([overlay])
