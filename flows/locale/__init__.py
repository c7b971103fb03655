"""The languages: all that is particular to each stands in a folder here, named by its code.

`language.toml` says what it is called and how it writes days, `vocabulary.toml` which words are understood,
`LC_MESSAGES/pravesh.po` what is said. A further language is a further folder (CONTRIBUTING.md).
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SOURCE = "en"
"""The language in which every sentence of the code is written. Its words are understood at every event."""


@cache
def read(code: str, name: str) -> dict[str, Any]:
    """The file of a language by its name (`language`, `vocabulary`), as TOML has it."""
    return tomllib.loads((FOLDER / code / f"{name}.toml").read_text(encoding="utf-8"))


def _codes() -> tuple[str, ...]:
    found = (folder.parent.name for folder in FOLDER.glob("*/language.toml"))
    return tuple(sorted(found, key=lambda code: (code != SOURCE, read(code, "language")["order"], code)))


CODES = _codes()
"""Every language by its code, the source first, then as they are listed to people."""
CONFIRMED = tuple(code for code in CODES if read(code, "language")["confirmed"])
"""Those whose words somebody who speaks them has confirmed. Outside of an event's conversation they are understood."""
