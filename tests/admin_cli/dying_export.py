"""`export` in a process that is ended once all rows are written: `python -m … SIGNAL ARGUMENTS…`."""

import os
import sys
from typing import Any

from admin_cli.__main__ import cli
from bot.domain.exports import run as run_export


def main() -> None:
    """Die by the signal once the rows are in the file."""
    write = run_export.run

    def run(*arguments: Any, **named: Any) -> int:
        write(*arguments, **named)
        os.kill(os.getpid(), int(sys.argv[1]))
        return 0

    run_export.run = run
    cli(sys.argv[2:])


if __name__ == "__main__":
    main()
