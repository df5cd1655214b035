"""What curators work with: a new entry that passes once it is written, gaps that are seen, sources for everything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import curating
from bot.catalog.load import load, read
from bot.catalog.schema import Catalog
from bot.cli import main
from bot.errors import WhichopsError

NEW = [("term", "blast-radius"), ("pair", "devops--modelops"), ("topic", "noops"), ("onboarding", "parking")]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["content", *words])


def written(folder: Path) -> None:
    """Write all TODOs, as a curator would."""
    for number, file in enumerate(sorted(folder.rglob("*.yaml"))):
        text = file.read_text().replace("{{blanks}}", "{{help_channel}}").replace('"TODO"', '"so"')
        file.write_text(text.replace("TODO: ", f"{number} "))


# A new entry ------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "id_"), NEW)
def test_a_new_entry_is_refused_until_it_is_written_and_then_loads(overlay: Path, kind: str, id_: str) -> None:
    assert 0 == run("add", kind, id_, "--dir", str(overlay)).exit_code
    assert "is still to be written" in run("lint", "--dir", str(overlay)).output
    written(overlay)
    linted = run("lint", "--dir", str(overlay))
    assert (0, "ok: ") == (linted.exit_code, linted.output[:4]), linted.output


def test_a_second_entry_joins_the_first_and_leaves_ours_to_their_owner(overlay: Path) -> None:
    for id_ in ("blast-radius", "bus-factor"):
        assert (
            0
            == run(
                "add", "term", id_, "--name", 'The "big" one: ' + id_, "--owner", "us", "--dir", str(overlay)
            ).exit_code
        )
    written(overlay)
    text = (overlay / "glossary.yaml").read_text().replace("4 somebody", "5 somebody", 1)
    (overlay / "glossary.yaml").write_text(text.replace("somebody", "anybody", 1))
    terms = load(overlay).glossary.terms
    assert ["us", "us", "whichops-editors"] == [terms[id_].owner for id_ in ("blast-radius", "bus-factor", "slo")]
    assert "The 'big' one: bus-factor" == terms["bus-factor"].name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("term", "slo"), "there is a term `slo` already"),
        (("pair", "mlops--devops"), "the pair stands in pairs/devops--mlops.yaml"),
        (("pair", "devops--nothing"), "isn't two topics"),
        (("pair", "devops--devops"), "isn't two topics"),
        (("term", "Blast Radius"), "small letters"),
    ],
)
def test_what_cannot_be_added_is_told_and_nothing_written(overlay: Path, words: tuple[str, str], told: str) -> None:
    done = run("add", *words, "--dir", str(overlay))
    assert (True, True) == (done.exit_code != 0, told in done.output), done.output
    assert [] == list(overlay.rglob("*.yaml"))


def test_an_entry_is_never_put_below_the_wrong_key(overlay: Path) -> None:
    (overlay / "glossary.yaml").write_text("terms: {}\nowner: us\n")
    done = run("add", "term", "blast-radius", "--dir", str(overlay))
    assert (1, True) == (done.exit_code, "blast-radius:" in done.output)
    assert "terms: {}\nowner: us\n" == (overlay / "glossary.yaml").read_text()


def test_without_a_folder_of_your_own_nothing_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHICHOPS_CONTENT_DIR", raising=False)
    assert "Name your content folder" in run("add", "term", "blast-radius").output


def test_the_checks_of_a_new_entry_ask_for_it() -> None:
    made = curating.start(read()[0], "pair", "devops--modelops", name="", owner="us", today=date(2026, 11, 23))
    assert ("pairs/devops--modelops.yaml", "checks/pair-devops-modelops.yaml") == (made.file, made.checks_file)
    assert 'must: ["compare devops modelops"]' in made.checks
    with pytest.raises(WhichopsError):
        curating.start(read()[0], "pair", "devops--mlops", name="", owner="us", today=date(2026, 11, 23))


# What is missing --------------------------------------------------------------------------
def test_a_missing_cell_pair_phrasing_and_check_are_seen(catalog: Catalog) -> None:
    sre = catalog.topics["sre"]
    thinner = catalog.model_copy(
        update={
            "topics": catalog.topics
            | {"sre": sre.model_copy(update={"choose": None, "facets": {"why": sre.facets["why"]}})},
            "pairs": {name: pair for name, pair in catalog.pairs.items() if name != "devops--sre"},
            "checks": {},
        }
    )
    told = "\n".join(curating.coverage(thinner))
    assert "sre                     2 of 15  lacks lifecycle" in told
    assert "devops--sre" in told
    assert "glossary:slo" in told.partition("without a check:")[2]
    assert "devops--sre" not in "\n".join(curating.coverage(catalog))


def test_coverage_of_the_shipped_content_has_no_empty_cell() -> None:
    done = run("coverage")
    assert (0, 12, False) == (done.exit_code, done.output.count("15 of 15"), "lacks" in done.output)


# Where answers come from ------------------------------------------------------------------
def test_every_answer_names_a_source_that_exists(catalog: Catalog) -> None:
    found = curating.sources(catalog)
    assert len(found) > 400
    assert {
        "define devops",
        "facet:cost itops",
        "changes devops mlops",
        "choose",
        "glossary:slo",
        "onboarding:vpn",
    } <= set(found)
    assert [] == [answer for answer, slugs in found.items() if not slugs or not set(slugs) <= set(catalog.sources)]


def test_the_list_of_sources_ends_with_the_share() -> None:
    done = run("sources")
    count = len(done.output.strip().splitlines()) - 2
    assert 0 == done.exit_code
    assert f"\n{count} of {count} answers have a source" in done.output


# For editors ------------------------------------------------------------------------------
@pytest.mark.parametrize("file", sorted(curating.FILES))
def test_each_kind_of_file_has_a_schema(file: str) -> None:
    made = json.loads(run("schema", file).output)
    assert ("object", False) == (made["type"], made["additionalProperties"])
    inherited = {key for each in made["$defs"].values() for key in each.get("required", ())} & {"owner", "reviewed"}
    assert set() == inherited


def test_the_schema_names_the_keys_a_curator_writes() -> None:
    term = curating.schema("glossary")["$defs"]["Term"]
    assert {"lead", "sources", "name"} <= set(term["required"])
    assert {"phrasings", "aliases", "review_in"} <= set(term["properties"])
