"""A copy of the repository in which a recipe is followed, and the files that the recipe names."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.paths import ROOT
from tests.tracked import tracked

CATALOGUE = "flows/locale/hi/LC_MESSAGES/pravesh.po"
_PATH = re.compile(r"`((?:bot|flows|webhooks|admin_cli|docs|tests)/[\w./<>-]+\.\w+|\.env\.example)`")
_STEP = re.compile(r"^\d+\. .*(?:\n   .*)*", re.MULTILINE)


@dataclass
class Copy:
    """The repository as somebody has cloned it; notes which files are touched."""

    root: Path
    touched: set[str] = field(default_factory=set)

    def write(self, path: str, text: str) -> None:
        """A new file."""
        file = self.root / path
        assert not file.exists(), f"{path} is there already"
        self._keep(path, text.lstrip("\n"))

    def insert(self, path: str, after: str, text: str) -> None:
        r"""Put lines behind the first line that the pattern matches; `\1` in them are its groups."""
        self._change(path, rf"(?m)^{after}.*\n", lambda match: match[0] + match.expand(text.lstrip("\n")))

    def insert_before(self, path: str, before: str, text: str) -> None:
        """Put lines in front of the first line that the pattern matches."""
        self._change(path, rf"(?m)^{before}", lambda match: match.expand(text.lstrip("\n")) + match[0])

    def replace(self, path: str, pattern: str, text: str) -> None:
        r"""Put a text in the place of what the pattern matches first; `\1` in it are its groups."""
        self._change(path, pattern, lambda match: match.expand(text))

    def find(self, path: str, pattern: str) -> str:
        """The first group of what the pattern matches first: a name as the file has it now."""
        found = re.search(pattern, (self.root / path).read_text(encoding="utf-8"))
        assert found, f"{path} has nothing like {pattern}"
        return found[1]

    def append(self, path: str, text: str) -> None:
        """Put lines at the end of a file."""
        self._keep(path, (self.root / path).read_text(encoding="utf-8") + text)

    def translate(self, hindi: Mapping[str, str]) -> None:
        """Bring the catalogue up to date as the recipe says, and fill in what is new."""
        self.run("-m", "flows.text.translations", fails=True)
        for english, said in hindi.items():
            self.replace(CATALOGUE, rf'(msgid "{re.escape(english)}"\nmsgstr )""', rf'\1"{said}"')
        lacking = re.findall(
            r'(?m)^msgid "(.+)"\nmsgstr ""\n(?!")', (self.root / CATALOGUE).read_text(encoding="utf-8")
        )
        assert lacking == []

    def run(self, *arguments: str, fails: bool = False, env: Mapping[str, str] | None = None) -> str:
        """What Python prints in the copy, which must succeed; with `fails` what it complains of when it does not."""
        ran = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert bool(ran.returncode) is fails, ran.stdout + ran.stderr
        return ran.stderr if fails else ran.stdout

    def walk(self, *tests: str) -> None:
        """Run these tests in the copy."""
        self.run("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests)

    def _change(self, path: str, pattern: str, new: Callable[[re.Match[str]], str]) -> None:
        text, times = re.subn(pattern, new, (self.root / path).read_text(encoding="utf-8"), count=1)
        assert times == 1, f"{path} has nothing like {pattern}"
        self._keep(path, text)

    def _keep(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # it may be a link to the one of the repository
        file.write_text(text, encoding="utf-8")
        self.touched.add(path)


def copied(root: Path) -> Copy:
    """A copy of all that is in the repository."""
    for file in tracked("*"):
        target = root / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.chmod(file.stat().st_mode)
    return Copy(root)


def steps(recipe: str) -> set[str]:
    """The files that the numbered steps of a recipe name; `<one>` stands for what is being added."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, _, rest = text.partition(f"### …add {recipe}\n")
    section = rest.partition("\n##")[0]
    assert section, f"there is no recipe: add {recipe}"
    return {path for step in _STEP.findall(section) for path in _PATH.findall(step)}


def unlike(named: set[str], touched: set[str]) -> tuple[list[str], list[str]]:
    """Which touched files no name stands for, and which names stand for no touched file."""
    patterns = {
        name: re.compile(re.sub(r"<\w+>", r"\\w+", re.escape(name).replace(r"\<", "<").replace(r"\>", ">")))
        for name in named
    }
    untold = [path for path in sorted(touched) if not any(one.fullmatch(path) for one in patterns.values())]
    idle = [name for name, one in sorted(patterns.items()) if not any(one.fullmatch(path) for path in touched)]
    return untold, idle
