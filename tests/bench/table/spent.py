"""What processes have used, by /proc: processor time and memory of a process with all that it has started."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, OWN, OF_ENDED_CHILDREN = 1, (11, 12), (13, 14)
"""Places in /proc/PID/stat after the name: the parent, utime and stime, cutime and cstime."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process now."""

    parent: int
    seconds: float
    """Of processor time, with its children that have ended."""


def processes() -> dict[int, Process]:
    """Every process of this machine, by its id."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (seen := _read(folder / "stat")):
            found[int(folder.name)] = seen
    return found


def _read(file: Path) -> Process | None:
    try:
        fields = file.read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return None
    ticks = sum(int(fields[place]) for place in OWN + OF_ENDED_CHILDREN)
    return Process(int(fields[PARENT]), ticks / TICKS)


def tree(root: int, among: Mapping[int, Process]) -> list[int]:
    """A process and all below it that run now; the process itself comes first."""
    found = [root] if root in among else []
    for one in found:
        found += [pid for pid, process in among.items() if process.parent == one]
    return found


def seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """Processor time so far of each of these processes with all that it has started, by name."""
    among = processes()
    return {name: sum(among[pid].seconds for pid in tree(root, among)) for name, root in roots.items()}


def since(before: Mapping[str, float], roots: Mapping[str, int]) -> dict[str, float]:
    """Processor time that each has used since `before`, in seconds."""
    return {name: now - before[name] for name, now in seconds(roots).items()}


def megabytes(root: int) -> list[float]:
    """The memory of a process and of each below it: its own and its share of what is shared (PSS)."""
    return [_proportional(pid) for pid in tree(root, processes())]


def _proportional(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
