"""GitHub's workflows: what the linters of `make infra` do not know of ours."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def load(file: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(file.read_text())
    return loaded


def steps(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in load(file)["jobs"].items():
        for step in job["steps"]:
            yield name, step


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_and_say_their_version(file: Path) -> None:
    used = re.findall(r"uses: (.*)", file.read_text())
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_one_action_has_one_version() -> None:
    used = {line for file in WORKFLOWS for line in re.findall(r"uses: (\S+)", file.read_text())}
    assert len({line.partition("@")[0] for line in used}) == len(used)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_nothing_is_allowed_but_by_its_job(file: Path) -> None:
    workflow = load(file)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert set(job["permissions"]) <= {"contents", "id-token"}, name
        writes = (file.name, name) == ("release.yml", "publish")
        assert job["permissions"]["contents"] == ("write" if writes else "read"), name
        assert job["timeout-minutes"], name


def test_no_key_is_stored() -> None:
    assert [file.name for file in WORKFLOWS if re.search(r"secrets\.|aws-secret-access-key", file.read_text())] == []


def test_ci_runs_what_every_machine_runs() -> None:
    assert ".ci/run" in [step.get("run") for _, step in steps(ROOT / ".github/workflows/ci.yml")]


@pytest.mark.parametrize(("file", "job"), [("deploy.yml", "deploy"), ("terraform.yml", "apply")])
def test_what_changes_the_stack_waits_for_an_approval(file: str, job: str) -> None:
    assert load(ROOT / ".github/workflows" / file)["jobs"][job]["environment"] == "production"


def test_scripts_that_workflows_call_are_there() -> None:
    for file in WORKFLOWS:
        for name in re.findall(r"(?:^|\s)((?:deploy|bin|\.ci)/[\w./-]+)", file.read_text()):
            path = ROOT / name.rstrip(".")
            assert path.exists(), f"{file.name}: {name}"


def test_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    from bot import __version__

    def notes(tag: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [ROOT / "bin/release-notes", tag], capture_output=True, text=True, timeout=30, check=False
        )

    told = notes(f"v{__version__}")
    assert told.returncode == 0
    assert told.stdout.strip()
    assert told.stdout.strip() in (ROOT / "CHANGELOG.md").read_text()
    assert "## 0." not in told.stdout
    assert notes("v999.0.0").returncode == 1


@pytest.mark.infra
def test_a_release_tells_what_it_is_made_of() -> None:
    """Every package of the lock files is in one of the two lists, with its version."""
    subprocess.run([ROOT / "bin/sbom"], check=True, capture_output=True, timeout=120)
    told = {}
    for name in ("python", "browser"):
        listed = json.loads((ROOT / f"var/sbom/{name}.cdx.json").read_text())
        assert listed["bomFormat"] == "CycloneDX"
        told[name] = {(one.get("group", ""), one["name"], one["version"]) for one in listed["components"]}
    pinned = set(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert {(name, version) for _, name, version in told["python"]} == pinned
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(wanted) <= {f"{group}/{name}".lstrip("/") for group, name, _ in told["browser"]}
