"""The API by its document, round after round: `python -m tests.fuzz.api SECONDS SEED FOLDER`."""

import os
import subprocess
import sys
import time

from tests.paths import ROOT

EXAMPLES = "40"
TEST = "tests/webhooks/api/test_openapi.py"


def search(seconds: float, seed: int) -> int:
    """Play its test with other seeds and more cases; what the first round that fails gives back."""
    end, number = time.monotonic() + seconds, seed
    while time.monotonic() < end:
        print(f"api, seed {number}", flush=True)
        wanted = {"SCHEMATHESIS_SEED": str(number), "SCHEMATHESIS_EXAMPLES": EXAMPLES, "SCHEMATHESIS_SECONDS": "900"}
        played = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-o", "timeout=0", TEST]
        if code := subprocess.run(played, cwd=ROOT, env=os.environ | wanted, check=False).returncode:
            return code
        number += 1
    return 0


if __name__ == "__main__":
    sys.exit(search(float(sys.argv[1]), int(sys.argv[2])))
