"""Carries out a Dockerfile's steps where no engine runs: in folders, with this machine's Python and npm.

Every stage is built at the same place, as every stage has its `/app`, and moved away when the next begins; so what
one stage makes and another takes over finds its paths. What changes the machine itself (users, packages) is left out.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ABSOLUTE = ("/app", "/opt/tools")
"""Folders of the image that are folders below ours."""
LEFT_OUT = ("useradd", "apt-get")
NOT_HERE = (" --compile-bytecode", " --link-mode copy")
"""Half a minute of work that shows nothing here: compiling ahead, and copying where a link will do."""


@dataclass(frozen=True)
class Stage:
    """One FROM and what follows it."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str:
        """The instruction's words, the last time that it stands there."""
        return [words for name, words in self.steps if name == instruction][-1]


def parse(text: str) -> list[Stage]:
    """The stages of a Dockerfile, in order."""
    stages: list[Stage] = []
    for instruction, words in _instructions(text):
        if instruction == "FROM":
            base, _, name = words.partition(" AS ")
            stages.append(Stage(name or "final", base))
        elif stages:
            stages[-1].steps.append((instruction, words))
    return stages


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", lines).splitlines():
        if line.strip():
            instruction, _, words = line.strip().partition(" ")
            yield instruction, words.strip()


class Context:
    """What a build gets of the repository: all but what `.dockerignore` keeps out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        lines = (root / ".dockerignore").read_text().splitlines()
        self.rules = [line for line in lines if line and not line.startswith("#")]

    def has(self, path: str) -> bool:
        """Whether this file or folder goes in; the last rule that fits decides."""
        going_in = True
        for rule in self.rules:
            if _fits(path, rule.removeprefix("!")):
                going_in = rule.startswith("!")
        return going_in

    def copy(self, name: str, to: Path) -> None:
        """Copy a file or folder with what of it goes in."""
        assert self.has(name), f"{name} is not in the context"
        source = self.root / name
        if source.is_file():
            shutil.copy2(source, to)
            return

        def kept_out(folder: str, names: list[str]) -> list[str]:
            inside = Path(folder).relative_to(self.root)
            return [one for one in names if not self.has(str(inside / one))]

        shutil.copytree(source, to, ignore=kept_out)


def _fits(path: str, rule: str) -> bool:
    if rule.startswith("**/"):
        return any(fnmatch(part, rule.removeprefix("**/")) for part in path.split("/"))
    return fnmatch(path.split("/")[0], rule)


@dataclass
class Built:
    """The last stage: its folder for `/app`, and the environment of its processes."""

    app: Path
    environment: dict[str, str]


def carry_out(stages: Sequence[Stage], context: Context, folder: Path, environment: Mapping[str, str]) -> Built:
    """Carry out every stage; RUN steps get `environment` besides."""
    place, done = folder / "place", folder / "stages"
    done.mkdir(parents=True)
    own: dict[str, str] = {}
    for stage in stages:
        (place / "app").mkdir(parents=True)
        own = {}
        for instruction, words in stage.steps:
            match instruction:
                case "COPY":
                    _copy(words, context, place / "app", done)
                case "RUN":
                    _run(words, place, {**environment, **_arguments(stage)})
                case "ENV":
                    own |= _variables(words, place, environment)
                case _:
                    continue
        if stage is not stages[-1]:
            place.rename(done / stage.name)
    return Built(place / "app", own)


def _copy(words: str, context: Context, app: Path, done: Path) -> None:
    *sources, target = words.split()
    if not sources[0].startswith("--from="):
        for source in sources:
            context.copy(source, app / source)
        return
    made = done / sources[0].removeprefix("--from=") / sources[1].lstrip("/")
    shutil.copytree(made, app / target, symlinks=True, dirs_exist_ok=True, copy_function=os.link)


def _run(words: str, place: Path, environment: Mapping[str, str]) -> None:
    for option in NOT_HERE:
        words = words.replace(option, "")
    if words.startswith(LEFT_OUT):
        return
    subprocess.run(
        ["/bin/sh", "-ec", _moved(words, place)], cwd=place / "app", env=environment, check=True, timeout=240
    )


def _arguments(stage: Stage) -> dict[str, str]:
    return dict(words.split("=", 1) for name, words in stage.steps if name == "ARG" and "=" in words)


def _variables(words: str, place: Path, environment: Mapping[str, str]) -> dict[str, str]:
    found = dict(re.findall(r"(\w+)=(\S+)", words))
    return {name: _moved(value, place).replace("$PATH", environment["PATH"]) for name, value in found.items()}


def _moved(words: str, place: Path) -> str:
    for folder in ABSOLUTE:
        words = re.sub(rf"(?<![\w.]){folder}(?=[/\s:]|$)", str(place) + folder, words)
    return words


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of a folder with its size and when it was changed."""
    found = ((file, file.lstat()) for file in folder.rglob("*") if not file.is_dir())
    return {str(file.relative_to(folder)): (state.st_size, state.st_mtime_ns) for file, state in found}
