"""Every message of the simulated Twilio, kept in Redis for all web processes."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from redis import Redis

MESSAGE_TTL_SECONDS = 7 * 24 * 3600
MAX_CHANGES = 20_000
"""Changes of messages that are kept for pages to catch up on."""
MAX_PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class SimulatedMessage:
    """One message, in or out. Addresses are `whatsapp:…` or E.164, as on Twilio's wire."""

    sid: str
    direction: str
    """`inbound`, `outbound-api` or `outbound-reply`."""
    sender: str
    recipient: str
    body: str
    status: str
    created_ms: int
    media: tuple[str, ...] = ()
    form: str = "text"
    """What it is, in Twilio's MessageType."""
    callback: str = ""
    messaging_service: str = ""
    media_urls: tuple[str, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    """The buttons or the list that it came with (see templates.Filled); empty: none."""
    error_code: int = 0
    note: str = ""
    """What Twilio's debugger would show about it: a code and why."""
    updated_ms: int = 0
    change: int = 0
    """Grows with every change of any message: what a page asks from."""


FIXED = (
    *("direction", "sender", "recipient", "created_ms", "form", "callback", "messaging_service", "media_urls"),
    "card",
)


def new_sid(prefix: str) -> str:
    """An identifier of Twilio's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def now_ms() -> int:
    """The present moment in milliseconds."""
    return time.time_ns() // 1_000_000


class MessageStore:
    """The messages, in the order in which they changed and by address."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        source = Path(__file__).with_name("messages.lua").read_text(encoding="utf-8")
        self._change = redis.register_script(source)

    def add(self, message: SimulatedMessage) -> None:
        """Keep a new message."""
        fixed = {name: getattr(message, name) for name in FIXED}
        self._note(message.sid, True, fixed=json.dumps(fixed), **_changeable(message))
        with self._redis.pipeline(transaction=True) as pipeline:
            for index in ("sim:all", f"sim:to:{message.recipient}", f"sim:from:{message.sender}"):
                pipeline.zadd(index, {message.sid: message.created_ms})
                pipeline.expire(index, MESSAGE_TTL_SECONDS)
            pipeline.execute()

    def change(self, sid: str, **changes: Any) -> bool:
        """Change what can change of a message: status, error_code, note, body, media. False: it is gone."""
        return self._note(sid, False, updated_ms=now_ms(), **changes)

    def _note(self, sid: str, create: bool, **fields: Any) -> bool:
        pairs = [part for name, value in fields.items() for part in (name, _packed(value))]
        keys = [f"sim:message:{sid}", "sim:changes", "sim:clock"]
        return bool(self._change(keys=keys, args=[sid, int(create), MESSAGE_TTL_SECONDS, MAX_CHANGES, *pairs]))

    def get(self, sid: str) -> SimulatedMessage | None:
        """The message, if it is still known."""
        found = self.several([sid])
        return found[0] if found else None

    def several(self, sids: Sequence[str]) -> list[SimulatedMessage]:
        """The messages of these SIDs that are still known, in that order."""
        with self._redis.pipeline(transaction=False) as pipeline:
            for sid in sids:
                pipeline.hgetall(f"sim:message:{sid}")
            rows = pipeline.execute()
        return [_message(sid, row) for sid, row in zip(sids, rows, strict=True) if row]

    def changed(self, after: int) -> list[SimulatedMessage]:
        """The messages that changed after this point, the newest change last."""
        newest: list[Any] = self._redis.zrange(
            "sim:changes", "+inf", f"({after}", desc=True, byscore=True, offset=0, num=MAX_PAGE_SIZE
        )
        return self.several([sid.decode() for sid in reversed(newest)])

    def sids(self, sender: str = "", recipient: str = "", since_ms: float = 0, until_ms: float = 1e15) -> list[str]:
        """The messages between two addresses (empty: any) in a span of time, the newest first."""
        indexes = [f"sim:to:{recipient}"] * bool(recipient) + [f"sim:from:{sender}"] * bool(sender)
        lists = [self._between(index, since_ms, until_ms) for index in indexes or ["sim:all"]]
        return [sid for sid in lists[0] if all(sid in other for other in lists[1:])]

    def _between(self, index: str, since_ms: float, until_ms: float) -> list[str]:
        found = cast("list[bytes]", self._redis.zrevrangebyscore(index, until_ms, since_ms))
        return [sid.decode() for sid in found]

    def remove(self, message: SimulatedMessage) -> None:
        """Forget a message."""
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.delete(f"sim:message:{message.sid}")
            for index in ("sim:changes", "sim:all", f"sim:to:{message.recipient}", f"sim:from:{message.sender}"):
                pipeline.zrem(index, message.sid)
            pipeline.execute()


def _changeable(message: SimulatedMessage) -> dict[str, Any]:
    names = ("body", "status", "media", "error_code", "note")
    return {"updated_ms": message.created_ms, **{name: getattr(message, name) for name in names}}


def _packed(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | tuple) else str(value)


def _message(sid: str, row: dict[bytes, bytes]) -> SimulatedMessage:
    text = {name.decode(): value.decode() for name, value in row.items()}
    fixed = json.loads(text["fixed"])
    fixed["media_urls"] = tuple(fixed["media_urls"])
    return SimulatedMessage(
        sid=sid,
        body=text["body"],
        status=text["status"],
        media=tuple(json.loads(text["media"])),
        error_code=int(text["error_code"]),
        note=text["note"],
        updated_ms=int(text["updated_ms"]),
        change=int(text["change"]),
        **fixed,
    )
