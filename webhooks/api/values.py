"""Types of the API's fields: what they accept, and how OpenAPI describes them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints, WithJsonSchema

from flows.shapes import Sentence
from flows.shapes.scans import RESULTS
from flows.text import LANGUAGES, _

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
MAX_TEXT_LENGTH = 500
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
    return value[:MAX_TEXT_LENGTH].replace("\x00", "").encode("utf-8", "ignore").decode()


def one_of(known: Collection[str], value: str) -> str:
    """One of these words. Raises ValueError."""
    if value not in known:
        raise ValueError("not one of these")
    return value


@dataclass(frozen=True, eq=False, slots=True)
class ExpectedValue:
    """Stands in a value's annotation: what the problem of a wrong one says."""

    sentence: Sentence


TEXT = ExpectedValue(_("This must be text."))
FLAG = ExpectedValue(_("This must be true or false, without quotation marks."))
SLUG = ExpectedValue(_("This must be a short name of small letters, digits and hyphens."))
Text = Annotated[str, Strict(), TEXT]
CleanText = Annotated[str, Strict(), AfterValidator(clean), TEXT]
Slug = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40), SLUG]
ScanId = Annotated[
    str,
    BeforeValidator(uuid),
    WithJsonSchema({"type": "string", "format": "uuid"}),
    ExpectedValue(_("This must be a UUID, such as 0b0f6a5e-7a0c-4d6f-9c56-2f3f8a1f7c11.")),
]
RequestId = Annotated[
    str,
    Strict(),
    StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$"),
    ExpectedValue(_("This must be a UUID or another name of 1 to 64 characters.")),
]
Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
    ExpectedValue(_("This must be a time as in RFC 3339 with its offset, such as 2027-01-14T10:30:00+05:30.")),
]
Flag = Annotated[bool, Strict(), FLAG]
Party = Annotated[
    int, Field(ge=1, le=255), BeforeValidator(whole), ExpectedValue(_("This must be a whole number from 1 to 255."))
]
People = Annotated[
    int,
    Field(ge=1, le=10_000),
    BeforeValidator(whole),
    ExpectedValue(_("This must be a whole number from 1 to 10,000.")),
]
MAX_ELAPSED_MS = 366 * 24 * 60 * 60 * 1000
"""Milliseconds of a year: no scanner is without a network for longer."""
Milliseconds = Annotated[
    int,
    Field(ge=0, le=MAX_ELAPSED_MS),
    BeforeValidator(whole),
    ExpectedValue(_("This must be a whole number of milliseconds, at most a year.")),
]
Direction = Annotated[Literal["in", "out"], ExpectedValue(_('This must be "in" or "out".'))]
Language = Annotated[
    str,
    Strict(),
    AfterValidator(partial(one_of, LANGUAGES)),
    Field(json_schema_extra={"enum": list(LANGUAGES)}),
    ExpectedValue(_("This must be the code of a language: {codes}.", codes=", ".join(LANGUAGES))),
]
Yes = Annotated[Literal[True], ExpectedValue(_("This must be true: without consent nobody can be registered."))]
_ANY_RESULT = Field(json_schema_extra={"enum": list(RESULTS)})
ShownResult = Annotated[
    str,
    Strict(),
    AfterValidator(partial(one_of, RESULTS)),
    _ANY_RESULT,
    ExpectedValue(_('This must be a check-in result, such as "admitted" or "wrong_day".')),
]
Result = Annotated[str, _ANY_RESULT]
