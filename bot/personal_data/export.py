"""All that is held of one person, as JSON."""

from typing import Any
from zoneinfo import ZoneInfo

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from bot.conversation.store import ConversationStore
from bot.delivery.outbox import report as outbox_report
from bot.domain import pass_days
from bot.domain.models import Checkin, ContactAlias, Pass, Registration
from bot.domain.visitors import KnownPerson
from flows.understanding.codes import shown


def export_person(db: Session, known: KnownPerson, redis: "Redis") -> dict[str, Any]:
    """Their addresses, where their conversation stands, and their registrations, passes, entries and messages.

    Moments are in the zone of their event. The conversation is `unknown` where Redis is away.
    """
    return {**_person(known), **_conversation(known, redis), **_lists(db, known)}


def consents(known: KnownPerson) -> dict[int, str]:
    """The words that they agreed to, by version; where one version has several (in two languages, or agreed to
    elsewhere: version 0) each on a line of its own.
    """
    found: dict[int, list[str]] = {}
    for registration in known.registrations:
        if registration.consent_text not in found.setdefault(registration.consent_version, []):
            found[registration.consent_version].append(registration.consent_text)
    return {version: "\n".join(texts) for version, texts in found.items()}


def _person(known: KnownPerson) -> dict[str, Any]:
    aliases = [alias for contact in known.contacts for alias in contact.aliases]
    return {
        "phones": [alias.value for alias in aliases if alias.kind == ContactAlias.PHONE],
        "user_ids": [alias.value for alias in aliases if alias.kind == ContactAlias.USER],
        "language": next((contact_row.language for contact_row in known.contacts if contact_row.language), None),
        "stopped": next((contact_row.stopped_at for contact_row in known.contacts if contact_row.stopped_at), None),
        "known_since": min(contact_row.created_at for contact_row in known.contacts),
    }


def _conversation(known: KnownPerson, redis: "Redis") -> dict[str, Any]:
    """The flow and the question at which they are."""
    addresses = [f"{alias.kind}:{alias.value}" for contact in known.contacts for alias in contact.aliases]
    try:
        kept = ConversationStore(redis, state_seconds=1)
        states = [state for state in map(kept.state_of, addresses) if state]
    except RedisError:
        return {"flow": "unknown", "question": "unknown"}
    state = next(iter(states), {})
    return {"flow": state.get("flow") or None, "question": state.get("asked") or None}


def _lists(db: Session, known: KnownPerson) -> dict[str, Any]:
    mine = {contact.id for contact in known.contacts}
    passes = {issued.id: issued for registration in known.registrations for issued in registration.passes}
    zones = {registration.event_id: ZoneInfo(registration.event.timezone) for registration in known.registrations}
    return {
        "registrations": [
            _registration(registration, mine, zones[registration.event_id]) for registration in known.registrations
        ],
        "passes": [
            {"id": issued.registration_id, **_pass(issued, zones[issued.event_id])} for issued in passes.values()
        ],
        "entries": [
            _entry(checkin, shown(passes[checkin.pass_id or 0].code), zones[checkin.event_id])
            for checkin in known.entries
        ],
        "deliveries": [outbox_report.to_row(line) for line in outbox_report.deliveries_of_person(db, mine, passes)],
    }


def _registration(registration: Registration, contact_ids: set[int], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": registration.id,
        "event": registration.event.slug,
        "name": registration.full_name,
        "answers": registration.answers,
        "language": registration.language,
        "channel": registration.channel,
        "holder": "they" if registration.holder_id in contact_ids else "somebody else",
        "consent_version": registration.consent_version,
        "consented_at": registration.consented_at.astimezone(zone),
    }


def _pass(pass_: Pass, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "code": shown(pass_.code),
        "day": pass_.day,
        "days": pass_days.days_of_pass(pass_),
        "kind": pass_.kind.slug,
        "party_size": pass_.party_size,
        "status": pass_.status,
        "issued_at": pass_.issued_at.astimezone(zone),
    }


def _entry(checkin: Checkin, code: str, zone: ZoneInfo) -> dict[str, Any]:
    by = checkin.staff or checkin.device
    return {
        "code": code,
        "result": checkin.result,
        "people": checkin.people,
        "at": checkin.scanned_at.astimezone(zone),
        "gate": checkin.gate and checkin.gate.slug,
        "by": by and by.name,
        "forced": checkin.forced,
        "undone": checkin.undone_at is not None,
    }
