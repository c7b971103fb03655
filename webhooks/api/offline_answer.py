"""The offline document's shape, for the OpenAPI document; bot.domain.checkins.offline.document makes it."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from webhooks.api.answers import Answer

Base64 = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class OfflineEvent(Answer):
    """The event."""

    number: int
    """What tokens carry."""
    slug: str
    names: dict[str, str]
    timezone: str
    cancelled: bool
    paused: bool
    """For who has no gate."""


class OfflineKey(Answer):
    """A key that signs passes."""

    number: int
    public: Base64
    """Ed25519, 32 bytes."""


class OfflineDay(Answer):
    """One day of the event: people enter from the one moment until before the other."""

    day: date
    from_: Annotated[datetime, Field(alias="from")]
    until: datetime
    closed: bool


class OfflineKind(Answer):
    """A kind of pass."""

    number: int
    slug: str
    labels: dict[str, str]
    policy: Literal["once", "daily", "in_out"]
    days: list[date] | None
    gates: list[str] | None
    max_party: int


class OfflineGate(Answer):
    """A gate."""

    slug: str
    name: str
    closed: bool
    paused: bool


class OfflinePasses(Answer):
    """The passes of the day in columns of bytes, a row a pass."""

    count: int
    ids: Base64
    codes: Base64
    parties: Base64
    kinds: Base64
    states: Base64
    used: Base64
    inside: Base64
    minutes: Base64
    gates: Base64


class OfflineAnswer(Answer):
    """The document for a scanner without a network."""

    made_at: datetime
    format: Literal[1]
    event: OfflineEvent
    keys: list[OfflineKey]
    days: list[OfflineDay]
    kinds: list[OfflineKind]
    gates: list[OfflineGate]
    day: date
    """The day that the passes are of."""
    code_key: Base64
    zero: datetime
    since: str | None
    next: str
    passes: OfflinePasses
