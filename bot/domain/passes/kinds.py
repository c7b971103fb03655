"""Kinds of pass: `visitor` is the first of every event; organisers add exhibitors, schools, press."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.domain import events
from bot.domain.events import validation as event_validation
from bot.domain.events.rows import get_event
from bot.domain.models import Event, EventDay, Kind, Pass
from bot.domain.passes import tokens
from bot.domain.roster import gates
from bot.domain.upserts import added
from bot.errors import Refused, required
from flows.shapes import PassKind

MAX_KINDS = 256
"""The pass token gives a kind's number one byte."""
MAX_LABEL_LENGTH = 80


class KindFields(TypedDict, total=False):
    """The fields of a kind; None stands for the event's own value, or for every gate."""

    labels: Mapping[str, str]
    """By language; `en` serves where one is missing."""
    days: Sequence[date] | None
    """None: the day that the visitor chose."""
    policy: str | None
    max_party: int | None
    gates: Sequence[str] | None
    """Slugs or names."""


def add(db: Session, event_slug: str, slug: str, **fields: Unpack[KindFields]) -> Kind:
    """A new kind of pass; its label is its slug where none is given.

    Raises Refused `no_such_event`, `bad_slug`, `kind_taken` (`kind`), `too_many_kinds`, and what the
    fields are refused with: `bad_language`, `bad_text`, `no_such_day`, `too_many_days`, `bad_policy`,
    `bad_party_limit`, `no_such_gate`.
    """
    event = get_event(db, event_slug, lock=True)
    rows = db.execute(select(Kind.slug, Kind.number).where(Kind.event_id == event.id))
    numbers = {row.slug: row.number for row in rows}
    if event_validation.slug(slug) in numbers:
        raise Refused("kind_taken", kind=slug)
    if len(numbers) >= MAX_KINDS:
        raise Refused("too_many_kinds", most=MAX_KINDS)
    kind = Kind(event_id=event.id, slug=slug, number=max(numbers.values(), default=-1) + 1, labels={"en": slug})
    _fill(db, event, kind, fields)
    added(db, kind)
    db.expire(event, ["kinds"])
    return kind


def change(db: Session, event_slug: str, slug: str, **fields: Unpack[KindFields]) -> Kind:
    """Change what is given. The days of a kind that has passes stay: they are signed in its QR codes.

    Raises Refused as `add` does, `no_such_kind` (`kind`), `kind_has_passes` (`kind`).
    """
    event = get_event(db, event_slug, lock=True)
    kind = find(db, event.id, slug)
    before = kind.days
    _fill(db, event, kind, fields)
    if kind.days != before and db.scalar(select(exists().where(Pass.kind_id == kind.id))):
        raise Refused("kind_has_passes", kind=slug)
    db.flush()
    return kind


def retire(db: Session, event_slug: str, slug: str, now: datetime | None) -> Kind:
    """Give out no more passes of this kind; those that there are stay valid, and nothing of theirs changes.

    None for `now`: give them out again. Raises Refused `no_such_event`, `no_such_kind`, and `kind_is_public` (`kind`)
    of the first one, which visitors get.
    """
    kind = find(db, get_event(db, event_slug, lock=True).id, slug)
    if now and kind.number == 0:
        raise Refused("kind_is_public", kind=kind.slug)
    kind.retired_at = now and (kind.retired_at or now)
    db.flush()
    return kind


def list_kinds(db: Session, event_slug: str) -> list[Kind]:
    """The kinds of an event by number, retired ones too. Raises Refused `no_such_event`."""
    event = events.by_slug(db, event_slug)
    return list(db.scalars(select(Kind).where(Kind.event_id == event.id).order_by(Kind.number)))


def given_out(db: Session, event_slug: str) -> list[Kind]:
    """The kinds of which new passes can be had, by number. Raises Refused `no_such_event`."""
    return [kind for kind in list_kinds(db, event_slug) if kind.retired_at is None]


def shapes_of(db: Session, event_slug: str) -> tuple[PassKind, ...]:
    """The kinds of which new passes can be had as the flows know them, by number. Raises Refused `no_such_event`."""
    event = events.by_slug(db, event_slug)
    return tuple(
        PassKind(
            slug=kind.slug,
            labels=kind.labels,
            most=kind.max_party or event.max_party,
            days=tuple(date.fromisoformat(day) for day in kind.days or ()),
        )
        for kind in given_out(db, event_slug)
    )


def find(db: Session, event_id: int, slug: str, *, for_new: bool = False) -> Kind:
    """The kind of this slug; `for_new` passes a retired one is none.

    Raises Refused `no_such_kind` (`kind`; `there`: the slugs that there are).
    """
    wanted = select(Kind).where(Kind.event_id == event_id).order_by(Kind.number)
    kinds = db.scalars(wanted.where(Kind.retired_at.is_(None)) if for_new else wanted).all()
    return required(
        next((kind for kind in kinds if kind.slug == slug.strip().lower()), None),
        Refused("no_such_kind", kind=slug, there=", ".join(kind.slug for kind in kinds)),
    )


def label(kind: Kind, language: str) -> str:
    """The kind's label."""
    return str(kind.labels.get(language) or kind.labels.get("en") or kind.slug)


def _fill(db: Session, event: Event, kind: Kind, fields: KindFields) -> None:
    """None takes a value of the kind's own away: the event's holds."""
    for name, value in fields.items():
        setattr(kind, name, None if value is None else _CHECKS[name](db, event, kind, value))


def _labels(db: Session, event: Event, kind: Kind, value: Mapping[str, str]) -> dict[str, str]:
    return {**kind.labels, **event_validation.by_language(value, code="bad_text", most=MAX_LABEL_LENGTH)}


def _days(db: Session, event: Event, kind: Kind, value: Sequence[date]) -> list[str]:
    wanted = sorted(set(value))
    known = set(db.scalars(select(EventDay.day).where(EventDay.event_id == event.id)))
    strange = next((day for day in wanted if day not in known), None)
    if strange is not None or not wanted:
        raise Refused("no_such_day", day=strange or "", first=event.starts_on, last=event.ends_on)
    if (wanted[-1] - wanted[0]).days >= tokens.MAX_DAYS:
        raise Refused("too_many_days", most=tokens.MAX_DAYS)
    return [day.isoformat() for day in wanted]


_CHECKS: dict[str, Callable[[Session, Event, Kind, Any], Any]] = {
    "labels": _labels,
    "days": _days,
    "policy": lambda db, event, kind, value: event_validation.checked({"policy": value})["policy"],
    "max_party": lambda db, event, kind, value: event_validation.checked({"max_party": value})["max_party"],
    "gates": lambda db, event, kind, value: [gates.find(db, event.id, typed).slug for typed in value],
}
