"""What a run leaves behind for the checker: the rows, Twilio's record, what gates and pages were answered."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from redis import Redis
from sqlalchemy import Connection, text

CODE = re.compile(r"\b([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})\b")
"""A pass code as people read it (docs/contract.md#codes-and-qr): no other text of ours has that form."""
NEVER_CAME = ("failed", "undelivered")
WHATSAPP = "whatsapp:"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Twilio's record has it."""

    sid: str
    inbound: bool
    sender: str
    recipient: str
    body: str
    status: str
    at_ms: int
    """When Twilio got it, milliseconds since 1970."""
    has_media: bool = False
    note: str = ""
    """What Twilio's debugger shows about it."""

    @property
    def came(self) -> bool:
        """Whether it was not refused on its way."""
        return self.status not in NEVER_CAME

    @property
    def codes(self) -> frozenset[str]:
        """The pass codes in it, without the hyphen."""
        return frozenset("".join(found) for found in CODE.findall(self.body))


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What a scanner was answered to one request; status 0: nothing came."""

    scan_id: str
    code: str
    status: int
    content_type: str = ""
    body: str = ""
    asked_ms: int = 0
    at_ms: int = 0

    @property
    def said(self) -> Mapping[str, Any]:
        """The JSON of the answer; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def admitted(self) -> int:
        """How many people were let in by it."""
        return int(self.said["admitted_now"]) if self.status == 200 and self.said.get("result") == "admitted" else 0


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a browser was answered; status 0: nothing came."""

    path: str
    status: int
    content_type: str = ""
    body: str = ""
    asked_ms: int = 0
    at_ms: int = 0


@dataclass(frozen=True)
class Evidence:
    """Everything that the checker looks at."""

    connection: Connection
    """To the service's database."""
    log: Sequence[Message]
    """Twilio's record, in the order in which Twilio got the messages."""
    scans: Sequence[ScanAnswer] = ()
    pages: Sequence[PageAnswer] = ()
    interim: frozenset[str] = field(default=frozenset())
    """Texts that only say that the answer will come."""

    def rows(self, statement: str) -> list[Any]:
        """What this SQL gives."""
        return [tuple(row) for row in self.connection.execute(text(statement))]

    @cached_property
    def staff(self) -> frozenset[str]:
        """The phones of those who work at the gates."""
        return frozenset(phone for (phone,) in self.rows("SELECT phone FROM staff"))

    @cached_property
    def sent(self) -> Mapping[str, list[Message]]:
        """By phone: what it sent."""
        return _by_phone((one.sender, one) for one in self.log if one.inbound)

    @cached_property
    def got(self) -> Mapping[str, list[Message]]:
        """By phone: what came to it."""
        return _by_phone((one.recipient, one) for one in self.log if not one.inbound and one.came)

    def answers(self, phone: str) -> list[Message]:
        """What came to it in words, and says more than that something will come."""
        return [one for one in self.got.get(phone, ()) if not one.has_media and one.body not in self.interim]


def _by_phone(pairs: Any) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for address, message in pairs:
        found.setdefault(address.removeprefix(WHATSAPP), []).append(message)
    return found


def read_log(redis: "Redis") -> list[Message]:
    """Twilio's record, as it stands in the simulator's Redis."""
    sids = [sid.decode() for sid in cast("list[bytes]", redis.zrange("sim:all", 0, -1))]
    with redis.pipeline(transaction=False) as pipeline:
        for sid in sids:
            pipeline.hgetall(f"sim:message:{sid}")
        found = pipeline.execute()
    return [_message(sid, row) for sid, row in zip(sids, found, strict=True) if row]


def _message(sid: str, row: Mapping[bytes, bytes]) -> Message:
    fixed = json.loads(row[b"fixed"])
    return Message(
        sid=sid,
        inbound=fixed["direction"] == "inbound",
        sender=fixed["sender"],
        recipient=fixed["recipient"],
        body=row[b"body"].decode(),
        status=row[b"status"].decode(),
        at_ms=fixed["created_ms"],
        has_media=bool(fixed["media_urls"]),
        note=row.get(b"note", b"").decode(),
    )
