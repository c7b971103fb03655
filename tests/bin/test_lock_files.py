"""The lock files: nothing is installed that they do not name by its hash, and every licence is known."""

import re
from pathlib import Path

import pytest

from tests import licences
from tests.paths import ROOT

NAMES = ("", "-dev", "-assets", "-fuzz", "-infra")
FILES = [f"requirements{name}.txt" for name in NAMES]


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_hashes_and_none_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = re.findall(r"^[a-z0-9].*", text.replace("\\\n", ""), re.MULTILINE)
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "--index" not in text


def test_every_licence_is_known() -> None:
    rows = [*licences.of_packages(ROOT / "requirements.txt"), *licences.of_the_browser(ROOT / "package-lock.json")]
    assert {"flask", "@picocss/pico"} <= {name for name, _, _ in rows}
    assert [name for name, _, told in rows if told == licences.UNKNOWN] == []


def test_one_that_tells_nothing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, told in (("secretive", "UNKNOWN"), ("open_one", "MIT")):
        folder = tmp_path / f"{name}-1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\nLicense: {told}\n")
    (tmp_path / "lock.txt").write_text(
        "secretive==1 \\\n    --hash=sha256:00\nopen_one==1\nabsent==1 ; python_version < '3'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(licences.of_packages(tmp_path / "lock.txt")) == [
        ("secretive", "1", licences.UNKNOWN),
        ("open_one", "1", "MIT"),
    ]
