"""GitHub's workflows: what the linters of `make infra` do not know of ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def load(file: Path) -> dict[Any, Any]:
    return yaml.safe_load(file.read_text())  # type: ignore[no-any-return]


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
        assert job["permissions"]["contents"] == "read", name
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
