"""All that is held of one person, as JSON."""

from typing import Any
from zoneinfo import ZoneInfo

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from bot.conversation.store import Conversations
from bot.delivery.outbox import report as outbox_report
from bot.domain.models import Checkin, Pass, Registration
from bot.domain.passes import days as pass_days
from bot.domain.visitors import Known
from flows.understanding.codes import shown


def everything(db: Session, known: Known, redis: "Redis") -> dict[str, Any]:
    """Their addresses, where their conversation stands, and their registrations, passes, entries and messages.

    Moments are in the zone of their event. The conversation is `unknown` where Redis is away.
    """
    return {**_person(known), **_conversation(known, redis), **_lists(db, known)}


def consents(known: Known) -> dict[int, str]:
    """The words that they agreed to, by version; where one version has several (in two languages, or agreed to
    elsewhere: version 0) each on a line of its own.
    """
    found: dict[int, list[str]] = {}
    for one in known.registrations:
        if one.consent_text not in found.setdefault(one.consent_version, []):
            found[one.consent_version].append(one.consent_text)
    return {version: "\n".join(texts) for version, texts in found.items()}


def _person(known: Known) -> dict[str, Any]:
    aliases = [alias for contact in known.contacts for alias in contact.aliases]
    return {
        "phones": [alias.value for alias in aliases if alias.kind == "phone"],
        "user_ids": [alias.value for alias in aliases if alias.kind == "user"],
        "language": next((one.language for one in known.contacts if one.language), None),
        "stopped": next((one.stopped_at for one in known.contacts if one.stopped_at), None),
        "known_since": min(one.created_at for one in known.contacts),
    }


def _conversation(known: Known, redis: "Redis") -> dict[str, Any]:
    """The flow and the question at which they are."""
    addresses = [f"{alias.kind}:{alias.value}" for contact in known.contacts for alias in contact.aliases]
    try:
        kept = Conversations(redis, state_seconds=1)
        states = [state for state in map(kept.state_of, addresses) if state]
    except RedisError:
        return {"flow": "unknown", "question": "unknown"}
    state = next(iter(states), {})
    return {"flow": state.get("flow") or None, "question": state.get("asked") or None}


def _lists(db: Session, known: Known) -> dict[str, Any]:
    mine = {contact.id for contact in known.contacts}
    passes = {issued.id: issued for one in known.registrations for issued in one.passes}
    zones = {one.event_id: ZoneInfo(one.event.timezone) for one in known.registrations}
    return {
        "registrations": [_registration(one, mine, zones[one.event_id]) for one in known.registrations],
        "passes": [
            {"id": issued.registration_id, **_pass(issued, zones[issued.event_id])} for issued in passes.values()
        ],
        "entries": [_entry(one, shown(passes[one.pass_id or 0].code), zones[one.event_id]) for one in known.entries],
        "deliveries": [outbox_report.row(line) for line in outbox_report.of_person(db, mine, passes)],
    }


def _registration(one: Registration, mine: set[int], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "event": one.event.slug,
        "name": one.full_name,
        "answers": one.answers,
        "language": one.language,
        "channel": one.channel,
        "holder": "they" if one.holder_id in mine else "somebody else",
        "consent_version": one.consent_version,
        "consented_at": one.consented_at.astimezone(zone),
    }


def _pass(one: Pass, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "code": shown(one.code),
        "day": one.day,
        "days": pass_days.of(one),
        "kind": one.kind.slug,
        "party_size": one.party_size,
        "status": one.status,
        "issued_at": one.issued_at.astimezone(zone),
    }


def _entry(one: Checkin, code: str, zone: ZoneInfo) -> dict[str, Any]:
    by = one.staff or one.device
    return {
        "code": code,
        "result": one.result,
        "people": one.people,
        "at": one.scanned_at.astimezone(zone),
        "gate": one.gate and one.gate.slug,
        "by": by and by.name,
        "forced": one.forced,
        "undone": one.undone_at is not None,
    }
