"""The values of the API's fields: what is taken, and what it says in the OpenAPI document."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints, WithJsonSchema

from flows.scans import RESULTS

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
LONGEST_TEXT = 500
"""Characters of a reason or a name that are looked at."""


def moment(value: Any) -> datetime:
    """The aware moment of an RFC 3339 text. Raises ValueError."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise ValueError("not RFC 3339")
    # RFC 3339 knows the leap second; Python's calendar does not.
    text = re.sub(r"(?<=:\d\d:)60", "59", value.upper())
    found = datetime.fromisoformat(text)
    try:
        return found.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar, moved out of it by its offset
        return found.replace(tzinfo=UTC)


def uuid(value: Any) -> str:
    """A UUID as RFC 9562 writes it: small letters. Raises ValueError."""
    if not isinstance(value, str) or not UUID_TEXT.fullmatch(value):
        raise ValueError("not a UUID")
    return str(UUID(value))


def whole(value: Any) -> int:
    """A whole number; JSON has no other kind than 2 and 2.0. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ValueError("not a whole number")
    return int(value)


def clean(value: str) -> str:
    """Text that every database can keep: without NUL and half characters."""
    return value[:LONGEST_TEXT].replace("\x00", "").encode("utf-8", "ignore").decode()


def result(value: str) -> str:
    """One of the check-in results. Raises ValueError."""
    if value not in RESULTS:
        raise ValueError("no result")
    return value


Text = Annotated[str, Strict()]
CleanText = Annotated[str, Strict(), AfterValidator(clean)]
Slug = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
ScanId = Annotated[str, BeforeValidator(uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
RequestId = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Moment = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Flag = Annotated[bool, Strict()]
Party = Annotated[int, Field(ge=1, le=255), BeforeValidator(whole)]
People = Annotated[int, Field(ge=1, le=10_000), BeforeValidator(whole)]
Direction = Literal["in", "out"]
_ANY_RESULT = Field(json_schema_extra={"enum": list(RESULTS)})
ShownResult = Annotated[str, Strict(), AfterValidator(result), _ANY_RESULT]
Result = Annotated[str, _ANY_RESULT]
