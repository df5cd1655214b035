"""What is deployed: the image's recipe, the compose file and the Kubernetes manifest, against the product they run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import validate  # type: ignore[import-untyped]  # it carries none
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from adapters.slack.needs import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.teams.app import PATH
from bot.settings import Settings, variable

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
NOBODY = 65534
OURS = {variable(name, field) for name, field in Settings.model_fields.items()}


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, Any]]:
    """Every Kubernetes resource by its kind."""
    return {each["kind"]: each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The compose file's services."""
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return dict(found)


def test_the_image_recipe_is_clean() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint is not None
    told = subprocess.run(
        [hadolint, "--no-color", str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (0, "") == (told.returncode, told.stdout)


def test_the_image_is_built_from_the_lock_and_runs_as_nobody() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    last = recipe.split("\nFROM ")[-1]
    assert "--require-hashes -r requirements.lock" in recipe
    assert f"USER {NOBODY}:{NOBODY}" in last
    assert "WHICHOPS_WEB=off" in last  # the web chat knows no accounts
    assert re.findall(r"^(?:COPY|ADD) --from=build /app", last, re.MULTILINE)


def test_kubernetes_knows_every_field(manifest: dict[str, dict[str, Any]]) -> None:
    assert {"Secret", "Deployment", "PodDisruptionBudget", "Service", "Ingress"} == set(manifest)
    for each in manifest.values():
        validate(each, "1.32", strict=True)


def test_a_pod_may_do_nothing_but_answer(manifest: dict[str, dict[str, Any]]) -> None:
    pod = manifest["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (True, NOBODY) == (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"])
    assert {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    } == container["securityContext"]
    assert pod["automountServiceAccountToken"] is False


def test_a_pod_is_asked_where_we_answer(manifest: dict[str, dict[str, Any]]) -> None:
    (container,) = manifest["Deployment"]["spec"]["template"]["spec"]["containers"]
    asked = {probe: container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")}
    assert {"livenessProbe": "/live", "readinessProbe": "/ready"} == asked
    assert [{"name": "http", "containerPort": Settings.model_fields["port"].default}] == container["ports"]


def test_an_update_never_leaves_nobody(manifest: dict[str, dict[str, Any]]) -> None:
    spec = manifest["Deployment"]["spec"]
    assert 0 == spec["strategy"]["rollingUpdate"]["maxUnavailable"]
    assert spec["replicas"] > manifest["PodDisruptionBudget"]["spec"]["minAvailable"]


def test_compose_hides_the_database_and_hardens_us(services: dict[str, dict[str, Any]]) -> None:
    ours = services["whichops"]
    assert (True, ["ALL"], ["no-new-privileges:true"]) == (ours["read_only"], ours["cap_drop"], ours["security_opt"])
    assert 2 == ours["deploy"]["replicas"]
    assert ["proxy"] == [name for name, each in services.items() if "ports" in each]


@pytest.mark.parametrize("path", [EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH, PATH, "/take/sealed", "/privacy", "/terms"])
def test_what_the_platforms_call_is_let_in(path: str, manifest: dict[str, dict[str, Any]]) -> None:
    caddy = (DEPLOY / "Caddyfile").read_text()
    let_in = re.search(r"@platforms path (.+)", caddy)
    assert let_in is not None
    assert any(re.fullmatch(each.replace("*", ".*"), path) for each in let_in[1].split())
    rules = manifest["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert any(
        path == rule["path"] or (rule["pathType"] == "Prefix" and path.startswith(rule["path"] + "/")) for rule in rules
    )


@pytest.mark.parametrize("path", ["/metrics", "/live", "/ready", "/"])
def test_what_is_ours_alone_stays_inside(path: str, manifest: dict[str, dict[str, Any]]) -> None:
    caddy = (DEPLOY / "Caddyfile").read_text()
    let_in = re.search(r"@platforms path (.+)", caddy)
    assert let_in is not None
    assert not [each for each in let_in[1].split() if re.fullmatch(each.replace("*", ".*"), path)]
    rules = manifest["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert not [rule for rule in rules if path.startswith(rule["path"])]


def test_every_variable_named_there_is_a_setting(
    manifest: dict[str, dict[str, Any]], services: dict[str, dict[str, Any]]
) -> None:
    example = re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE)
    assert {"HOST", "POSTGRES_PASSWORD"} == set(example) - OURS  # these two are for the services beside us
    assert set(manifest["Secret"]["stringData"]) <= OURS
    assert set(services["whichops"]["environment"]) <= OURS


def test_the_licence_list_names_what_is_shipped_and_nothing_else() -> None:
    listed = re.findall(r"^\| ([A-Za-z0-9_.-]+) +\|", (ROOT / "docs" / "licences.md").read_text(), re.MULTILINE)
    shipped: set[str] = set()
    asked = ["whichops"]
    while asked:
        for wanted in metadata.requires(asked.pop()) or ():
            need = Requirement(wanted)
            extras = ["", *(["binary"] if need.name.startswith("psycopg") else [])]
            if any(need.marker is None or need.marker.evaluate({"extra": extra}) for extra in extras):
                name = canonicalize_name(need.name)
                if name not in shipped:
                    shipped.add(name)
                    asked.append(name)
    assert sorted(shipped) == sorted(canonicalize_name(name) for name in listed if name != "Name")
