"""Play the chat for so long: `python -m tests.fuzz.chat SECONDS SEED FOLDER [EXAMPLES STEPS]`.

Every round has the next seed; what breaks is made as short as it can be, printed, and kept in FOLDER.
"""

import logging
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import structlog
from hypothesis import HealthCheck, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

import tests.conftest
from bot.database import Database
from bot.ops import migrations
from tests import redis_server
from tests.fuzz.chat.fair import Fair, fair
from tests.fuzz.chat.machine import machine

EXAMPLES, STEPS = 6, 40

assert tests.conftest  # its import makes the machine's own settings harmless


def play(made: Fair, number: int, *, examples: int, steps: int, folder: Path | None = None) -> None:
    """One round. Raises what a step raised, after its shortest example was printed."""
    wanted = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=False,
        database=DirectoryBasedExampleDatabase(folder / "examples") if folder else None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine(made)), settings=wanted)


def template(folder: Path) -> Path:
    """A migrated SQLite file."""
    file = folder / "template.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        migrations.upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def search(seconds: float, first_seed: int, kept: Path) -> None:
    """Round after round; ends the process where something was found."""
    end, number = time.monotonic() + seconds, first_seed
    kept.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="pravesh-fuzz-") as name, redis_server.serving(Path(name)) as url:
        folder = Path(name)
        with fair(folder, url, template(folder)) as made:
            while time.monotonic() < end:
                print(f"chat, seed {number}", flush=True)
                try:
                    play(made, number, examples=EXAMPLES, steps=STEPS, folder=kept)
                except BaseException:
                    print(f"found with seed {number}: kept in {kept}, tried again first", flush=True)
                    raise
                number += 1
            print(f"rounds {number - first_seed}, messages {made.messages}, left {made.left}")


if __name__ == "__main__":
    search(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    sys.exit(0)
