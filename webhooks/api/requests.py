"""What the API is asked: the bodies of its requests (docs/contract.md#check-in-results)."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from flows.text import _
from webhooks.api.values import (
    CleanText,
    Direction,
    ExpectedValue,
    Flag,
    Language,
    Milliseconds,
    Moment,
    Party,
    People,
    RequestId,
    ScanId,
    ShownResult,
    Slug,
    Text,
    Yes,
)

MAX_SCANS = 500


class Body(BaseModel):
    """A JSON object; a name that it does not know is a mistake, and a mistyped `simulate` would admit."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class CheckinRequest(Body):
    """A scan."""

    pass_: Annotated[Text, Field(alias="pass", description="A code, a token or a QR's text, as it came.")]
    scan_id: ScanId
    """The scanner's own name of this scan."""
    gate: Slug | None = None
    """Any gate of the event; absent: the caller's own."""
    event: Slug | None = None
    """Absent: the caller's own."""
    scanned_at: Moment | None = None
    anchored_at: Moment | None = None
    """The server's time when the scanner last heard it."""
    elapsed_ms: Milliseconds | None = None
    """Since then, by a clock that nobody sets. With `anchored_at` it says when the scan was made, whatever
    `scanned_at` says."""
    direction: Direction | None = None
    """Absent: `in`."""
    count: Party | None = None
    """How many of the party; absent: all who are left."""
    simulate: Flag | None = None
    """Say what would happen, change nothing."""
    force: Flag | None = None
    """Against the rules; supervisors only, with a reason."""
    reason: CleanText | None = None


class BatchScan(CheckinRequest):
    """A scan that was made without a network."""

    shown: ShownResult | None = None
    """The result that the scanner showed; absent: `admitted`."""
    late: Flag | None = None
    """Whether it was made under a sign-in or a token that has ended since."""


class BatchRequest(Body):
    """Scans that were made without a network; each is answered on its own."""

    scans: Annotated[
        list[Any],
        Field(
            max_length=MAX_SCANS,
            json_schema_extra={"items": {"anyOf": [{"$ref": "#/components/schemas/BatchScan"}, {}]}},
            description="Whatever is no BatchScan gets a problem in its place.",
        ),
        ExpectedValue(_("This must be a list of at most {most} scans.", most=MAX_SCANS)),
    ]


class CountRequest(Body):
    """People who went in or out without a pass."""

    request_id: RequestId
    """The counter's own name of this count: the same again counts nobody twice."""
    direction: Direction
    count: People
    gate: Slug | None = None
    event: Slug | None = None
    counted_at: Moment | None = None


class WalkupRequest(Body):
    """A walk-up registration."""

    request_id: RequestId
    """The desk's own name of this registration: the same again registers nobody twice."""
    full_name: CleanText
    party_size: Party
    kind: Slug | None = None
    """Absent: `visitor`."""
    phone: CleanText | None = None
    """Where the pass is sent; absent: nowhere, the code is written down."""
    language: Language | None = None
    """Language of the pass and its messages; absent: `en`."""
    consent_version: People
    """Version of the words that were read out to the visitor."""
    consent_read: Yes
    """The visitor heard them and agreed."""
    admit: Flag | None = None
    """Let the whole party in at once."""
    anyway: Flag | None = None
    """Although the phone holds a pass for the day."""
    overbook: Flag | None = None
    """Whether to go beyond the day's places; supervisors only."""
    gate: Slug | None = None
    event: Slug | None = None
