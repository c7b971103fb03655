"""The corpus as it is written: sections of lines, each a sentence and the reading that is expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
FILES = tuple(sorted(FOLDER.glob("*.txt")))


@dataclass(frozen=True)
class Line:
    """One sentence where it stands; `expected` may name several readings, any of which is right."""

    file: Path
    number: int
    section: str
    sentence: str
    expected: str

    @property
    def language(self) -> str:
        """The language of the conversation: a file is called after it."""
        return self.file.stem


def read(file: Path) -> Iterator[Line]:
    """The lines of a file. Raises ValueError for one that is none, with its place."""
    section = ""
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and "=>" not in line:
            section = line[1:-1]
            continue
        sentence, arrow, expected = line.rpartition("=>")
        if not arrow or not section:
            raise ValueError(f"{file.name}:{number}: a line is `sentence => expected`, below a [section]")
        yield Line(file, number, section, sentence.strip().replace("\\n", "\n"), expected.strip())
