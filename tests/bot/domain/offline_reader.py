"""A scanner that reads the offline document as docs/offline.md says, knowing nothing of how it was made."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One pass of the day."""

    code: bytes
    party: int
    kind: int
    state: int
    used: int
    inside: int
    minute: int
    gate: int


def rows(document: Mapping[str, Any]) -> dict[int, Row]:
    """The passes by id."""
    told = document["passes"]
    columns = {name: base64.b64decode(value) for name, value in told.items() if name != "count"}
    found: dict[int, Row] = {}
    last = 0
    for number, more in enumerate(_varints(columns["ids"])):
        last += more
        found[last] = Row(
            code=columns["codes"][number * 5 : number * 5 + 5],
            party=columns["parties"][number],
            kind=columns["kinds"][number],
            state=columns["states"][number],
            used=columns["used"][number],
            inside=columns["inside"][number],
            minute=int.from_bytes(columns["minutes"][number * 2 : number * 2 + 2], "big"),
            gate=columns["gates"][number],
        )
    assert len(found) == told["count"]
    return found


def look_up(document: Mapping[str, Any], code: str) -> int | None:
    """The id of the pass of a typed code."""
    key = base64.b64decode(document["code_key"])
    wanted = hmac.new(key, code.encode(), hashlib.sha256).digest()[:5]
    return next((one for one, row in rows(document).items() if row.code == wanted), None)


def _varints(data: bytes) -> list[int]:
    found, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(number)
            number, shift = 0, 0
    return found
