"""A slip in a team's own folder is told with the name that was meant, once; a new entry is welcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.load import load
from bot.errors import ContentError, Problem


def problems(overlay: Path, name: str, text: str) -> tuple[Problem, ...]:
    file = overlay / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    with pytest.raises(ContentError) as caught:
        load(overlay)
    return caught.value.problems


@pytest.mark.parametrize(
    ("name", "text", "line", "meant"),
    [
        ("onboarding/team.yaml", 'fields:\n  help_chanel:\n    value: "#x"\n', 2, "help_channel"),
        ("onboarding/answers.yaml", "answers:\n  acess:\n    lead: Ask me.\n", 2, "access"),
        ("topics/srre.yaml", "operates: services\n", 1, "sre"),
        ("pairs/devops--mlop.yaml", "fit: x\n", 1, "devops--mlops"),
        ("glossary.yaml", "terms:\n  canry:\n    lead: A bird.\n", 2, "canary"),
        ("sources.yaml", "dora-2O24:\n  title: x\n", 1, "dora-2024"),
    ],
)
def test_a_mistyped_name_is_told_once_with_the_one_meant(
    overlay: Path, name: str, text: str, line: int, meant: str
) -> None:
    (problem,) = problems(overlay, name, text)
    assert (str(overlay / name), line) == (problem.file, problem.line)
    assert problem.fix.startswith(f"did you mean `{meant}`?")


def test_a_whole_entry_under_a_similar_name_is_the_teams_own(overlay: Path) -> None:
    (overlay / "onboarding").mkdir()
    field = "{label: our second help channel, type: channel, required: false, value: '#b', example: '#b'}"
    (overlay / "onboarding" / "team.yaml").write_text(f"fields:\n  help_channels: {field}\n")
    assert "#b" == load(overlay).onboarding.team.fields["help_channels"].value


def test_what_a_team_removes_leaves_no_loose_ends(overlay: Path) -> None:
    (overlay / "onboarding").mkdir()
    (overlay / "onboarding" / "answers.yaml").write_text("answers:\n  vpn: null\n")
    (overlay / "glossary.yaml").write_text("terms:\n  canary: null\n")
    smaller = load(overlay)
    assert ("vpn" in smaller.onboarding.answers.answers, "canary" in smaller.glossary.terms) == (False, False)
    assert [] == [id_ for id_, term in smaller.glossary.terms.items() if "glossary:canary" in term.next]


def test_a_mistyped_file_is_told_with_the_one_meant(overlay: Path) -> None:
    (problem,) = problems(overlay, "glosary.yaml", "terms: {}\n")
    assert "did you mean `glossary`?" == problem.fix
