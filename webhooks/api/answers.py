"""What the API answers: the bodies of its responses (docs/contract.md#check-in-results)."""

import operator
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.models import HeadCount
from flows.shapes.scans import Admission
from webhooks.api.values import Result


class Answer(BaseModel):
    """A JSON object with every one of its members always there. `model_validate` takes them from what has them."""

    model_config = ConfigDict(
        frozen=True,
        serialize_by_alias=True,
        validate_by_name=True,
        use_attribute_docstrings=True,
        from_attributes=True,
    )


class ShownPass(Answer):
    """A pass as staff at a gate see it."""

    code: str
    """XXXX-XXXX."""
    name: str
    party_size: int
    days: list[date]
    kind: str
    """The kind's slug."""
    need: Annotated[str, Field(exclude_if=operator.not_)] = ""
    """There where somebody of the party has said what help they need: in English, such as `Wheelchair`."""


class Entry(Answer):
    """When, where and by whom a pass was first used."""

    at: datetime
    gate: str | None
    """The gate's slug."""
    by: str | None
    """The volunteer, or the scanner."""


class CheckinAnswer(Answer):
    """The answer to a scan."""

    result: Result
    message: str
    """The result in the reader's language."""
    admitted_now: int
    remaining: int
    pass_: Annotated[ShownPass | None, Field(alias="pass")]
    first_entry: Entry | None
    """The entry before this one."""
    scan_id: str
    forced: bool
    clock: Annotated[bool, Field(exclude_if=operator.not_)] = False
    """There where a scan of a batch counts from its arrival, because the scanner's clock cannot be right."""

    @classmethod
    def from_admission(cls, admission: Admission, message: str) -> "CheckinAnswer":
        """The admission for the JSON answer."""
        return cls(
            result=admission.result,
            message=message,
            admitted_now=admission.admitted_now,
            remaining=admission.remaining,
            pass_=ShownPass.model_validate(admission.pass_) if admission.pass_ else None,
            first_entry=Entry.model_validate(admission.first_entry) if admission.first_entry else None,
            scan_id=admission.scan_id,
            forced=admission.forced,
            clock=admission.clock,
        )


class FieldProblem(Answer):
    """What is wrong with one field."""

    field: str
    """The field's name; names and numbers within lists are joined by dots."""
    code: str
    detail: str


class ProblemAnswer(Answer):
    """An error as RFC 9457 has it."""

    type: str
    title: str
    status: int
    code: str
    """Stable; texts are not."""
    detail: str = ""
    request_id: str = ""
    errors: list[FieldProblem] = []


class ScanProblem(ProblemAnswer):
    """A scan of a batch that cannot be one, in its place among the answers."""

    scan_id: str | None
    """As it was sent, where it could be read."""


class BatchAnswer(Answer):
    """The answers in the order of the scans."""

    results: list[CheckinAnswer | ScanProblem]


class CountAnswer(Answer):
    """A count as it is kept: for a repeated request_id the first one."""

    request_id: str
    direction: Annotated[str, Field(json_schema_extra={"enum": ["in", "out"]})]
    count: int
    counted_at: datetime

    @classmethod
    def from_count(cls, head_count: HeadCount) -> "CountAnswer":
        """The count for the JSON answer."""
        return cls(
            request_id=head_count.request_id,
            direction=head_count.direction,
            count=head_count.people,
            counted_at=head_count.counted_at,
        )


class WalkupAnswer(Answer):
    """A registration as it is kept: for a repeated request_id the first one."""

    request_id: str
    code: str
    """XXXX-XXXX: to write down."""
    name: str
    party_size: int
    day: date
    kind: str
    sent: Annotated[str, Field(json_schema_extra={"enum": ["", "whatsapp", "sms", "waits"]})]
    """How the pass goes to the phone; `waits`: when they write to us; empty: there is none, or it went before."""
    admission: CheckinAnswer | None
    """Null where nobody asked to admit them."""
