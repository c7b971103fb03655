"""A scan, its results and its answer: the gate's own words (docs/contract.md#check-in-results)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

IN, OUT = "in", "out"
DIRECTIONS = (IN, OUT)
BATCH, LATE = "batch", "late"
"""Channels of what is told afterwards; `late`: under another sign-in than the one under which it was made."""

UNREADABLE, FORGED, UNKNOWN = "unreadable", "forged", "unknown"
WRONG_EVENT, REPLACED, REVOKED, WRONG_GATE = "wrong_event", "replaced", "revoked", "wrong_gate"
EVENT_CLOSED, WRONG_DAY, ENTRY_PAUSED = "event_closed", "wrong_day", "entry_paused"
ALREADY_ADMITTED, TOO_MANY, ADMITTED = "already_admitted", "too_many", "admitted"
LEFT, NOT_INSIDE, CONFLICT = "left", "not_inside", "conflict"
RESULTS = (
    *(UNREADABLE, FORGED, UNKNOWN, WRONG_EVENT, REPLACED, REVOKED, WRONG_GATE, EVENT_CLOSED, WRONG_DAY),
    *(ENTRY_PAUSED, ALREADY_ADMITTED, TOO_MANY, ADMITTED, LEFT, NOT_INSIDE, CONFLICT),
)
"""Up to `admitted` in this order: the first that holds is the result."""
MAX_PEOPLE_AT_ONCE = 10_000
"""People counted without a pass. More is a slip of the thumb: a code typed where a number was asked."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One code or QR text, and what is to be done with it."""

    text: str
    """A code, a token or a QR's text, as it came."""
    direction: str = field(default=IN, kw_only=True)
    count: int | None = field(default=None, kw_only=True)
    """How many of the party; None: all who are left, or inside."""
    simulate: bool = field(default=False, kw_only=True)
    force: bool = field(default=False, kw_only=True)
    reason: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Scan(Scanned):
    """One request at a gate, from whatever channel."""

    scan_id: str
    """The scanner's own name of this scan, unique within the event: a UUID, or a message's SID."""
    event: str
    """The slug of the event whose gate it is."""
    channel: str
    """`whatsapp`, `api`, `page` or `batch`."""
    gate: str | None = None
    """The gate's slug; None where nobody said."""
    staff_id: int | None = None
    device_id: int | None = None
    scanned_at: datetime | None = None
    """When, by the scanner's clock; None: now."""
    anchored_at: datetime | None = None
    """The server's time when the scanner last heard it."""
    elapsed_ms: int | None = None
    """Since then, by a clock that nobody sets."""
    clock: bool = False
    """`scanned_at` is the arrival, because the scanner's clock cannot be right."""
    shown: str = ADMITTED
    """Batch only: the result that the scanner showed."""


@dataclass(frozen=True, slots=True)
class FirstEntry:
    """When, where and by whom a pass was first used in the period that counts."""

    at: datetime
    gate: str | None
    """The gate's slug."""
    gate_name: str | None
    by: str | None
    """The name of the volunteer or the scanner."""
    staff_id: int | None
    device_id: int | None


@dataclass(frozen=True, slots=True)
class SeenPass:
    """A pass as staff at a gate see it."""

    code: str
    """As shown: XXXX-XXXX."""
    name: str
    party_size: int
    days: tuple[date, ...]
    kind: str
    """The kind's slug."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call the kind, by language."""
    need: str = ""
    """The help that somebody of the party needs, where the event asks for it (flows.text.access_needs)."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer to a scan."""

    result: str
    """One of RESULTS."""
    scan_id: str
    admitted_now: int = 0
    """People who go in now; of `left`, those who go out."""
    remaining: int = 0
    """How many of the party can still be admitted; of `too_many` going out, how many are inside."""
    pass_: SeenPass | None = None
    """None where there is none, and for another event's."""
    first_entry: FirstEntry | None = None
    """The entry before this one; None where this is the first."""
    forced: bool = False
    again: bool = False
    """This scan_id was answered before: nothing has happened now."""
    inside: int | None = None
    """After `left`: how many of the party are still inside; None where that is not known."""
    clock: bool = False
    """Whether it counts from its arrival, because the scanner's clock cannot be right."""
    hours: tuple[time, time] | None = None
    """Of `event_closed`: when the day opens and closes, by the event's clock; None where it has no hours."""
