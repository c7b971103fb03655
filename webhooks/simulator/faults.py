"""Faults to order: what goes wrong with the next messages of a kind."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from redis import Redis

KINDS = ("inbound", "status", "send", "list", "media", "fetch", "discard")
"""Webhooks for messages from phones; status callbacks; Messages.json posted, and listed; Twilio's fetching of
our media; our fetching of what a phone attached, and our deleting of it."""
MAX_TIMES = 1000
MAX_SECONDS = 120.0
MAX_COPIES = 20
REST_KINDS = frozenset(("send", "list", "fetch", "discard"))
WEBHOOK_KINDS = frozenset(("inbound", "status"))
KINDS_OF_FAULT: Mapping[str, frozenset[str]] = {
    "repeat": WEBHOOK_KINDS,
    "reorder": WEBHOOK_KINDS,
    "delay": WEBHOOK_KINDS | REST_KINDS,
    "lose": WEBHOOK_KINDS,
    "refuse": REST_KINDS | {"media"},
    "cut": REST_KINDS | {"inbound"},
}
"""Which kinds each fault can befall."""


class NoSuchFault(Exception):
    """The order cannot be carried out; the message says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one message. All zero: none."""

    delay: float = 0.0
    """Seconds before it goes on its way, or before a call is answered."""
    copies: int = 1
    """How often a webhook is posted, all at once."""
    lose: bool = False
    """A webhook is never posted."""
    status: int = 0
    """HTTP status with which a call is refused; 0 with a code: taken, and failed with that code later."""
    code: int = 0
    cut: bool = False
    """The call's connection is closed without an answer; of a webhook: at every try, until the fallback."""
    accept: bool = True
    """Whether a call that is cut off was carried out all the same; of a webhook: whether our door got it."""


NO_FAULT = Fault()


class Faults:
    """The orders that still stand, kind by kind, first come first served."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def order(self, kind: str, faults: list[Fault]) -> None:
        """Let these befall the next messages of the kind, one each."""
        self._redis.rpush(f"sim:faults:{kind}", *(json.dumps(asdict(fault)) for fault in faults))

    def take_next(self, kind: str) -> Fault:
        """The fault for this message."""
        ordered = self._redis.lpop(f"sim:faults:{kind}")
        return Fault(**json.loads(ordered)) if isinstance(ordered, bytes) else NO_FAULT

    def standing(self) -> dict[str, int]:
        """How many messages of each kind still have trouble before them."""
        return {kind: self._redis.llen(f"sim:faults:{kind}") for kind in KINDS}

    def clear(self) -> None:
        """Take back every order."""
        self._redis.delete(*(f"sim:faults:{kind}" for kind in KINDS))


def read(order: Any) -> tuple[str, list[Fault]]:
    """The kind and the faults that an order (the JSON of `POST /simulator/control`) asks for.

    Raises NoSuchFault.
    """
    if not isinstance(order, dict):
        raise NoSuchFault("an object is needed")
    fault, kind = str(order.get("fault")), str(order.get("kind"))
    if fault not in KINDS_OF_FAULT:
        raise NoSuchFault(f"fault: one of {', '.join(KINDS_OF_FAULT)}")
    if kind not in KINDS_OF_FAULT[fault]:
        raise NoSuchFault(f"kind: for {fault} one of {', '.join(sorted(KINDS_OF_FAULT[fault]))}")
    times = int(_number(order, "times", 1, 1, MAX_TIMES))
    seconds = _number(order, "seconds", 1.0, 0.0, MAX_SECONDS)
    return kind, _build(fault, kind, times, seconds, order)


def _build(fault: str, kind: str, times: int, seconds: float, order: dict[str, Any]) -> list[Fault]:
    match fault:
        case "repeat":
            return [Fault(copies=int(_number(order, "copies", 2, 2, MAX_COPIES)))] * times
        case "reorder":  # the first waits longest, so that the last comes first
            return [Fault(delay=seconds * (times - 1 - place)) for place in range(times)]
        case "delay":
            return [Fault(delay=seconds)] * times
        case "lose":
            return [Fault(lose=True)] * times
        case "cut":
            return [Fault(cut=True, accept=order.get("accept") is not False)] * times
        case _:
            return [_refusal(kind, order)] * times


def _refusal(kind: str, order: dict[str, Any]) -> Fault:
    status = int(_number(order, "status", 0, 400, 599))
    code = int(_number(order, "code", 0, 10_000, 99_999))
    if kind in REST_KINDS - {"send"} and not status:
        raise NoSuchFault(f"status: needed to refuse a {kind}")
    if kind == "send" and not (status or code):
        raise NoSuchFault("status or code: one is needed")
    return Fault(status=status, code=code or {429: 20429, 503: 20503}.get(status, 20500 if status >= 500 else 0))


def _number(order: dict[str, Any], name: str, default: float, minimum: float, maximum: float) -> float:
    value = order.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoSuchFault(f"{name}: a number is needed")
    if value != default and not minimum <= value <= maximum:
        raise NoSuchFault(f"{name}: between {minimum:g} and {maximum:g}")
    return value
