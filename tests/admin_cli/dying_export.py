"""`export` in a process that is ended once all rows are written: `python -m … SIGNAL ARGUMENTS…`."""

import os
import sys
from typing import Any

from admin_cli.__main__ import cli
from bot.domain.exports import running


def main() -> None:
    """Die by the signal once the rows are in the file."""
    write = running.run

    def run(*arguments: Any, **named: Any) -> int:
        write(*arguments, **named)
        os.kill(os.getpid(), int(sys.argv[1]))
        return 0

    running.run = run
    cli(sys.argv[2:])


if __name__ == "__main__":
    main()
