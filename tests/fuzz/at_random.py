"""One target with seeds changed at random, where there is no atheris.

`python -m tests.fuzz.at_random TARGET FOLDER SECONDS SEED`
"""

import sys
import time
from pathlib import Path

from tests.fuzz.targets import at_random

TRIES = 500


def search(name: str, folder: Path, seconds: float, seed: int) -> None:
    """Round after round. Raises what the target raises, after noting it in the folder."""
    end, rounds = time.monotonic() + seconds, 0
    folder.mkdir(parents=True, exist_ok=True)
    while time.monotonic() < end:
        try:
            at_random(name, seed + rounds, TRIES)
        except BaseException as found:
            (folder / f"found-{seed + rounds}.txt").write_text("\n".join(found.__notes__), encoding="utf-8")
            raise
        rounds += 1
    print(f"{rounds * TRIES} tries")


if __name__ == "__main__":
    search(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
