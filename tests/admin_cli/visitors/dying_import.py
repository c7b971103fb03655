"""`visitors import` in a process that dies in the middle of a batch: `python -m … BATCH AT ARGUMENTS…`."""

import os
import sys

import time_machine

from admin_cli.__main__ import cli
from bot.domain.imports import run as run_import
from tests.admin_cli.conftest import MONTH_BEFORE

DIED = 9


def main() -> None:
    """Die when as many transactions have begun to be kept, before that one is."""
    size, at = int(sys.argv[1]), int(sys.argv[2])
    keep, begun = run_import.ImportAct.keep, []

    def kept(*args: object, **facts: object) -> None:
        begun.append(1)
        if len(begun) == at:
            os._exit(DIED)
        keep(*args, **facts)  # type: ignore[arg-type] # passed on as it came

    run_import.BATCH_SIZE = size
    run_import.ImportAct.keep = kept  # type: ignore[method-assign] # the point where it dies
    with time_machine.travel(MONTH_BEFORE, tick=True):
        cli(sys.argv[3:])


if __name__ == "__main__":
    main()
