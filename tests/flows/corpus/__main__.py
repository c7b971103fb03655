"""`python -m tests.flows.corpus [FILES]`: how many sentences are read right in each section, and the others."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.flows.corpus.lines import FILES, Line, read
from tests.flows.corpus.read import reading, right


def main(files: Sequence[Path]) -> int:
    """Print the score of each file: 0 where every sentence is read right."""
    return int(sum(map(_score, files)) > 0)


def _score(file: Path) -> int:
    """Print the score of a file: how many of its sentences are read wrong."""
    lines = list(read(file))
    wrong: dict[str, list[str]] = {line.section: [] for line in lines}
    for line in lines:
        heard = reading(line.section, line.sentence, line.language)
        if not right(heard, line.expected):
            wrong[line.section].append(_told(line, heard))
    for section, told in wrong.items():
        count = sum(line.section == section for line in lines)
        print(f"{file.name} [{section}]: {count - len(told)} of {count}", *told, sep="\n")
    missed = sum(map(len, wrong.values()))
    print(f"{file.name}: {len(lines) - missed} of {len(lines)}")
    return missed


def _told(line: Line, heard: str) -> str:
    return f"  {line.number}: {line.sentence!r} is {heard}, expected {line.expected}"


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]] or FILES))
