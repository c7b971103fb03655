"""Registers somebody for the demo event at the simulator's phone, and waits for the pass: `register.py ORIGIN`.

The password is read from SIMULATOR_PASSWORD. Nothing but Python is needed.
"""

import base64
import json
import os
import sys
import time
from typing import Any
from urllib.request import Request, urlopen

SPOKEN = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
"""The messages of a registration with the demo event, as docs/contract.md has them."""
PHONE = "+919812345678"
ANSWER_SECONDS = 60.0
ON_THE_PHONE = ("sent", "delivered", "read")


def main(origin: str) -> int:
    """The exit code: 0 once the pass is on the phone."""
    ask(origin, "/simulator/phones", {"number": PHONE, "name": "Asha"})
    for said, text in enumerate(SPOKEN, 1):
        ask(origin, "/simulator/messages", {"phone": PHONE, "text": text})
        wait(origin, said, passes=0)
    code = wait(origin, len(SPOKEN), passes=1)
    print(f"registered, and the pass came: {code}")
    return 0


def wait(origin: str, answers: int, passes: int) -> str:
    """Wait until so many answers and passes are on the phone; the last one's words. Exits where they do not come."""
    end = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < end:
        messages = [one for one in ask(origin, "/simulator/chat")["messages"] if not one["mine"]]
        come = [one for one in messages if one["status"] in ON_THE_PHONE]
        pictures = [one for one in come if one["media"]]
        if len(come) - len(pictures) >= answers and len(pictures) >= passes:
            return str(come[-1]["text"]).splitlines()[0]
        time.sleep(0.2)
    sys.exit(f"no answer number {answers}, or no pass, within {ANSWER_SECONDS:.0f} s")


def ask(origin: str, path: str, body: dict[str, str] | None = None) -> Any:
    """What the simulator answers."""
    password = base64.b64encode(f"tests:{os.environ.get('SIMULATOR_PASSWORD', '')}".encode()).decode()
    headers = {"Authorization": f"Basic {password}", "Content-Type": "application/json"}
    request = Request(origin + path, json.dumps(body).encode() if body else None, headers)  # noqa: S310 - given by us
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/")))
