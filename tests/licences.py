"""`python -m tests.licences`: the licence of everything that the service runs on, as the installed packages tell it."""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from tests.paths import ROOT

UNKNOWN = "unknown"
MAX_LENGTH = 60
"""Characters of what counts as the name of a licence: some put its whole text into that field."""
_PINNED = re.compile(r"^([A-Za-z0-9][^\\\n#]*==[^\\\n#]*)", re.MULTILINE)


def requirements(file: Path) -> Iterator[Requirement]:
    """What a lock file installs on this machine."""
    for line in _PINNED.findall(file.read_text("utf-8")):
        wanted = Requirement(line.strip())
        if wanted.marker is None or wanted.marker.evaluate():
            yield wanted


def licence(name: str) -> str:
    """The licence that an installed package names: its SPDX expression, its classifiers or its own words."""
    told = metadata.metadata(name).json
    classifiers = [
        line.rpartition(" :: ")[2] for line in told.get("classifier", ()) if line.startswith("License :: OSI")
    ]
    own = str(told.get("license", "")).strip()
    words = own if "\n" not in own and len(own) <= MAX_LENGTH and own.upper() != "UNKNOWN" else ""
    return str(told.get("license_expression", "")) or " AND ".join(sorted(classifiers)) or words or UNKNOWN


def of_packages(lock_file: Path) -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of each Python package."""
    for one in requirements(lock_file):
        yield one.name, metadata.version(one.name), licence(one.name)


def of_the_browser(lock_file: Path) -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of each library that pages load, as npm's lock file tells it."""
    for path, told in json.loads(lock_file.read_text("utf-8"))["packages"].items():
        if path and not told.get("dev"):
            yield path.rpartition("node_modules/")[2], told["version"], told.get("license", UNKNOWN)


def main() -> int:
    """Print the list; 1 where a licence is unknown."""
    rows = [*of_packages(ROOT / "requirements.txt"), *of_the_browser(ROOT / "package-lock.json")]
    width = max(len(name) for name, _, _ in rows)
    for name, version, told in rows:
        print(f"{name:{width}}  {version:12}  {told}")
    missing = [name for name, _, told in rows if told == UNKNOWN]
    if missing:
        print(f"no licence is told by: {', '.join(missing)}; look it up before it is used", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
