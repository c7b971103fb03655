"""What forked processes share stays shared."""

import subprocess
import sys

import pytest

PROGRAM = """
import gc, os, re, sys
from pathlib import Path
from bot.ops import malloc

kept = [{number: [number]} for number in range(100_000)]
if sys.argv[1] == "shared":
    malloc.share_loaded()
if os.fork():
    os.wait()
else:
    gc.collect()
    print(re.search(r"Private_Dirty: +([0-9]+)", Path("/proc/self/smaps_rollup").read_text())[1])
"""


def _own_kilobytes(how: str) -> int:
    """What a forked process has for itself after a full round of garbage collection."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], check=True, capture_output=True, text=True, timeout=60)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which memory is shared")
def test_a_collection_in_a_forked_process_leaves_what_it_shares() -> None:
    assert _own_kilobytes("plain") > 4 * _own_kilobytes("shared")
