"""Terraform's files: they parse, their parts fit, and every setting of the service reaches its processes."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest

from bot import timeouts
from bot.settings import Settings
from tests.paths import ROOT

FOLDER = ROOT / "deploy/terraform"
SERVICE = FOLDER / "modules/service"
NOT_NEEDED = {
    "var_dir": "the image names it, and nothing is kept there: DATABASE_URL, REDIS_URL and SECRET_KEY are given",
    "workers": "by the size of a worker's task",
}
"""Settings that nobody gives to the modules, and why."""
FILES = sorted(FOLDER.rglob("*.tf"))
FOLDERS = [FOLDER, *sorted(FOLDER.glob("modules/*")), *sorted(FOLDER.glob("examples/*"))]


@cache
def parsed(file: Path) -> dict[str, Any]:
    return hcl2.loads(file.read_text())


def blocks(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    """A folder's blocks of one kind by name, where one label names them."""
    return {
        name.strip('"'): body
        for file in folder.glob("*.tf")
        for block in parsed(file).get(kind, [])
        for name, body in block.items()
        if isinstance(body, dict)
    }


def text(folder: Path) -> str:
    return "\n".join(file.read_text() for file in sorted(folder.glob("*.tf")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_it_parses(file: Path) -> None:
    assert parsed(file)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_variable_and_output_says_what_it_is(folder: Path) -> None:
    for name, body in (blocks(folder, "variable") | blocks(folder, "output")).items():
        assert len(str(body["description"])) > 10, name
    assert all("type" in body for body in blocks(folder, "variable").values())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_named_is_there(folder: Path) -> None:
    """Variables, the parts of other modules, and what they are given: what `terraform validate` would say first."""
    source = text(folder)
    declared = set(blocks(folder, "variable"))
    assert set(re.findall(r"\bvar\.(\w+)", source)) == declared
    for name, body in blocks(folder, "module").items():
        module = (folder / str(body["source"]).strip('"')).resolve()
        wanted = blocks(module, "variable")
        given = {key for key in body if not key.startswith("__")} - {"source", "count", "providers"}
        assert given <= set(wanted), name
        assert {key for key, variable in wanted.items() if "default" not in variable} <= given, name
        used = set(re.findall(rf"module\.{name}(?:\[[^\]]*\])?\.(\w+)", source))
        assert used <= set(blocks(module, "output")), name
    for kind, name in set(re.findall(r"(?<![\w.])(aws_\w+)\.(\w+)", source)):
        assert f'"{kind}" "{name}"' in source, f"{kind}.{name}"


def test_every_setting_reaches_the_processes() -> None:
    """By a variable, by the modules themselves or as a secret; or it is named here as not needed."""
    (allowed,) = re.findall(r"keys\(var\.settings\), \[(.*?)\]", text(FOLDER), re.DOTALL)
    given = set(re.findall(r'"(\w+)"', allowed))
    source = (SERVICE / "settings.tf").read_text()
    own = {name.lower() for name in re.findall(r"^\s+([A-Z_]+)\s+=", source, re.MULTILINE)}
    secret = {name.lower() for name in re.findall(r'= "([A-Z_]+)"', source)}
    reached = (given | own | secret) - {"pgpassword"}
    assert reached | set(NOT_NEEDED) == set(Settings.model_fields)
    assert not reached & set(NOT_NEEDED)


def test_secrets_are_no_plain_settings() -> None:
    """What the code hides when it prints its settings is given from Secrets Manager, or holds no password there."""
    hidden = {name for name, field in Settings.model_fields.items() if field.repr is False}
    source = (SERVICE / "settings.tf").read_text()
    _, _, secrets = source.partition("secrets = merge(")
    named = {name.lower() for name in re.findall(r"\b([A-Z_]{6,})\b", secrets)}
    assert hidden - named == {"database_url"}, "its password comes by PGPASSWORD"


def test_processes_are_those_of_the_procfile() -> None:
    from tests.e2e import server

    commands = re.findall(r"command\s+= (\[\".*?\"\])\n", (SERVICE / "main.tf").read_text())
    assert sorted(" ".join(re.findall(r'"([^"]+)"', command)) for command in commands[:4]) == sorted(
        server.procfile().values()
    )


def test_a_process_may_end_what_it_holds() -> None:
    """ECS kills after stopTimeout: longer than gunicorn's grace and a job; Fargate knows 120 s at most."""
    seconds = [int(found) for found in re.findall(r"stop_seconds\s*= (\d+)", (SERVICE / "main.tf").read_text())]
    web, worker, _, _ = seconds
    assert web > timeouts.WEB_STOP_SECONDS
    assert worker > timeouts.JOB_TIMEOUT_SECONDS
    assert max(seconds) <= 120


def test_each_exception_to_checkov_says_why() -> None:
    found = [line for file in FILES for line in file.read_text().splitlines() if "checkov:skip" in line]
    assert [line for line in found if not re.search(r"#checkov:skip=CKV2?_AWS_\d+:\w.{10,}", line)] == []


# --- sizes: docs/capacity.md ---------------------------------------------------------------------

CAPACITY = (ROOT / "docs/capacity.md").read_text(encoding="utf-8")
VCPU = {"db.r7g.xlarge": 4, "cache.r7g.large": 2}
"""Of the classes that the examples name: "Amazon RDS instance types", "Supported node types" in Amazon's documents."""


def book_fair() -> dict[str, Any]:
    return blocks(FOLDER / "examples/book-fair", "module")["pravesh"]


def to_provide() -> dict[str, int]:
    """The upper end of what docs/capacity.md wants provided, in cores: web, worker, database, Redis."""
    (row,) = re.findall(r"^\| to provide, half of it in reserve \|(.*)\|$", CAPACITY, re.MULTILINE)
    upper = [cell.split(" to ")[-1].strip().replace("one", "1") for cell in row.split("|")]
    return dict(zip(("web", "worker", "database", "Redis"), map(int, upper), strict=True))


def test_the_book_fair_has_what_capacity_wants_with_a_zone_away() -> None:
    wanted, stack = to_provide(), book_fair()
    zones = int(stack["zones"])
    for name in ("web", "worker"):
        size = stack[name]
        assert int(size["least"]) >= zones, "one in each zone"
        left = int(size["least"]) - -(-int(size["least"]) // zones)
        assert left * int(size["cpu"]) / 1024 >= wanted[name], name
        assert int(size["most"]) * int(size["cpu"]) / 1024 >= 2 * wanted[name], name
    assert VCPU[str(stack["database_class"]).strip('"')] >= wanted["database"]
    assert VCPU[str(stack["redis_class"]).strip('"')] >= wanted["Redis"]
    assert int(stack["redis_replicas"]) >= 1


def test_the_book_fairs_database_bears_an_update_at_the_most() -> None:
    """Every process twice, with all its connections."""
    stack = book_fair()
    web, worker = stack["web"], stack["worker"]
    (rule,) = re.findall(r"WEB_CONCURRENCY = tostring\(max\(2, var\.web\.cpu / (\d+)\)\)", text(SERVICE))
    processes = int(web["most"]) * max(2, int(web["cpu"]) // int(rule))
    processes += int(worker["most"]) * int(worker["processes"]) + 1
    (each,) = re.findall(r"(\d+) connections for each process", CAPACITY)
    (allowed,) = re.findall(r"allows some ([\d,]+)\.", (FOLDER / "examples/book-fair/main.tf").read_text())
    connections = 2 * processes * int(each)
    assert f"{processes} processes at the most" in CAPACITY
    assert f"are {connections:,}" in CAPACITY
    assert connections <= int(allowed.replace(",", ""))


def test_the_table_of_costs_has_the_examples_sizes() -> None:
    stack, clock = book_fair(), 0.25
    least, most = (
        sum(int(stack[name][end]) * int(stack[name]["cpu"]) / 1024 for name in ("web", "worker"))
        for end in ("least", "most")
    )
    memory = sum(int(stack[name]["least"]) * int(stack[name]["memory"]) / 1024 for name in ("web", "worker"))
    told = (ROOT / "docs/aws.md").read_text(encoding="utf-8")
    assert f"{least + clock:g} vCPU, {memory + 2 * clock:g} GiB at the least; {most:g} vCPU at the most" in told
    assert str(stack["database_class"]).strip('"') + f" twice, {stack['database_gigabytes']}" in told
