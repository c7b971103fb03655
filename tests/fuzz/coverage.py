"""One target under atheris, a process of its own: `python -m tests.fuzz.coverage TARGET FOLDER SECONDS SEED`.

Atheris follows the branches of our code only where it is there before our code is loaded.
"""

import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # in an environment of its own

FOLLOWED = ("bot.domain.checkins", "bot.domain.imports", "bot.domain.passes", "bot.inbound", "flows", "webhooks.twilio")
MAX_BYTES = 4096
SLOW_SECONDS = 60
"""An input that takes so long is a find, by the clock on the wall: the machine may be busy."""


def search(name: str, folder: Path, seconds: int, seed: int) -> None:
    """Search for so long; libFuzzer ends the process, with 77 where something was found."""
    with atheris.instrument_imports(include=list(FOLLOWED), enable_loader_override=False):
        from tests.fuzz.targets import TARGETS

    target, corpus = TARGETS[name], folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds):
        (corpus / f"seed{number}").write_bytes(data)
    options = (f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={MAX_BYTES}", f"-timeout={SLOW_SECONDS}")
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={folder}/found-", "-print_final_stats=1", str(corpus)], target.read
    )
    atheris.Fuzz()


if __name__ == "__main__":
    search(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
