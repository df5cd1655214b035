"""The admin's guide is true: its variables, its commands, its tables, its files, its links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.teams import app, forms, package, trust
from adapters.teams.api import Api
from bot import settings
from bot.catalog.load import load
from bot.cli import main
from bot.settings import Settings, variable
from tests.teams.fake import APP_ID, TENANT

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "teams.md").read_text()
SCRIPTS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)


def ran(word: str) -> list[str]:
    """The words of a command of the guide, without variables set for it."""
    (line,) = (line for text in SCRIPTS for line in text.replace("\\\n", "").splitlines() if word in line)
    return shlex.split(line)


def slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def test_every_variable_exists_and_every_one_of_teams_is_explained() -> None:
    known = {variable(name, field) for name, field in Settings.model_fields.items()}
    named = set(re.findall(r"\b(?:SLACK|TEAMS|WHICHOPS)_[A-Z_]+[A-Z]\b", GUIDE))
    assert set() == named - known
    assert {name for name in known if name.startswith("TEAMS_")} <= named


def test_the_variables_that_are_shown_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = re.findall(r"(TEAMS_[A-Z_]+)=\.\.\.", GUIDE)
    values = {"TEAMS_APP_ID": APP_ID, "TEAMS_APP_PASSWORD": "x", "TEAMS_TENANT_ID": TENANT}
    assert sorted(values) == sorted(shown)
    for name in shown:
        monkeypatch.setenv(name, values[name])
    assert settings.load().teams


def test_the_package_is_made_by_the_command_that_is_shown(tmp_path: Path) -> None:
    words = ran("whichops teams package")[1:]
    told = [
        {"$TEAMS_APP_ID": APP_ID, "whichops-teams.zip": str(tmp_path / "app.zip")}.get(each, each) for each in words
    ]
    done = CliRunner().invoke(main, told)
    assert 0 == done.exit_code, done.output
    assert [] == list(package.faults((tmp_path / "app.zip").read_bytes()))


def test_every_option_of_the_package_is_explained() -> None:
    table = GUIDE.split("| option |")[1].split("\n\n")[0]
    options = main.commands["teams"].commands["package"].params  # type: ignore[attr-defined]
    assert re.findall(r"^\| `(--[a-z-]+)`", table, re.MULTILINE) == [option.opts[0] for option in options]


def test_the_doctor_takes_what_is_shown() -> None:
    words = ran("whichops doctor teams")[3:]
    taken = {option.opts[0] for option in main.commands["doctor"].commands["teams"].params}  # type: ignore[attr-defined]
    assert set(words[::2]) == taken


def test_the_permissions_are_those_that_are_asked_for() -> None:
    table = GUIDE.split("| permission |")[1].split("\n\n")[0]
    assert list(package.HEARS) == re.findall(r"^\| `([A-Za-z.]+)`", table, re.MULTILINE)


def test_the_address_is_the_one_that_is_served() -> None:
    assert set(re.findall(r"https?://[^\s`]+/api/messages|`/api/[a-z]+`", GUIDE)) == {
        f"https://ops.your-company.com{app.PATH}",
        f"http://127.0.0.1:3978{app.PATH}",
        f"`{app.PATH}`",
    }


def test_the_metadata_of_the_government_cloud_is_known_as_its() -> None:
    (url,) = re.findall(r"https://login\.\S+openidconfiguration", GUIDE)
    assert trust.cloud_of(url) != trust.cloud_of(Settings.model_validate({}).teams_openid_metadata_url)


def test_the_channels_file_is_one_that_is_taken(overlay: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (overlay / "channels.yaml").write_text("default: mention-only\n" + text)
    channels = load(overlay).channels
    assert 1 == len(channels.places["teams"]) == len(channels.people["teams"])


def test_what_people_can_say_is_understood_as_the_table_says() -> None:
    assert ("/roadmap", False) == forms.commanded("roadmap", command=False)
    assert ("/roadmap", False) == forms.commanded("roadmap", command=True)
    assert ("what is GitOps?", True) == forms.commanded("/private what is GitOps?", command=False)
    assert ("what is GitOps?", False) == forms.commanded("what is GitOps?", command=True)


def test_every_link_leads_somewhere() -> None:
    for file, _, part in (link.partition("#") for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", GUIDE)):
        text = (DOCS / file).read_text() if file else GUIDE
        headings = {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        assert not part or part in headings, part


def test_the_files_that_are_named_exist_and_the_boundary_is_there() -> None:
    for name in re.findall(r"`(adapters/[a-z/_.]+)`", GUIDE):
        assert (DOCS.parent / name).is_file(), name
    assert "hear" in vars(app.Adapter) and {"send", "update", "delete", "create"} <= set(vars(Api))
    pinned = re.search(r"`botbuilder-core` ([\d.]+)", GUIDE)
    assert pinned and f'"botbuilder-core=={pinned[1].rstrip(".")}"' in (DOCS.parent / "pyproject.toml").read_text()
