"""Invitations to a team: words that people send us to ask for a place in it, which an admin gives them or not."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from bot.domain import events, roster, violations
from bot.domain.models import Event, Invitation, JoinRequest, Staff
from bot.domain.roster import gates
from bot.domain.roster import validation as roster_validation
from bot.domain.upserts import added
from bot.errors import Refused, required
from flows.text import event_states
from flows.understanding.invitation_words import PARTS, WORDS
from flows.understanding.phones import canonical

INVITATION_TTL = timedelta(days=1)
MAX_PEOPLE, DEFAULT_PEOPLE = 200, 20
"""People of one invitation, at most and where nobody says."""
REQUEST_TTL = timedelta(days=30)
"""How long it is kept who has asked to join: a name and a phone."""
WAITING, CONFIRMED, DECLINED = "waiting", "confirmed", "declined"


def invite(
    db: Session,
    slug: str,
    *,
    people: int = DEFAULT_PEOPLE,
    gate: str | None = None,
    staff_id: int | None = None,
    once: str | None = None,
    now: datetime,
) -> Invitation:
    """A new invitation, for a day and so many people; the same one where `once` has made one already.

    Raises Refused `no_such_event`, `no_such_gate`, `bad_invitation` (`most`).
    """
    event = events.by_slug(db, slug)
    if not 1 <= people <= MAX_PEOPLE:
        raise Refused("bad_invitation", most=MAX_PEOPLE)
    known = (
        db.scalar(select(Invitation).where(Invitation.event_id == event.id, Invitation.once == once)) if once else None
    )
    if known is not None:
        return known
    gate_id = gates.find(db, event.id, gate).id if gate else None
    whose = {"event_id": event.id, "gate_id": gate_id, "staff_id": staff_id, "once": once}
    return added(
        db,
        Invitation(
            **whose,
            words="-".join(secrets.choice(WORDS) for _ in range(PARTS)).upper(),
            max_people=people,
            joined=0,
            created_at=now,
            ends_at=now + INVITATION_TTL,
        ),
    )


def list_invitations(db: Session, slug: str, now: datetime) -> list[Invitation]:
    """The event's invitations that have not ended, the newest first. Raises Refused `no_such_event`."""
    event = events.by_slug(db, slug)
    alive = (Invitation.event_id == event.id, Invitation.ends_at > now, Invitation.joined < Invitation.max_people)
    whole = select(Invitation).where(*alive).options(joinedload(Invitation.gate), joinedload(Invitation.staff))
    return list(db.scalars(whole.order_by(Invitation.id.desc())))


def end(db: Session, slug: str, words: str, now: datetime) -> Invitation:
    """End an invitation at once; who has accepted it still waits.

    Raises Refused `no_such_event`, `no_such_invitation`.
    """
    event = events.by_slug(db, slug)
    mine = select(Invitation).where(Invitation.event_id == event.id, Invitation.words == words.strip().upper())
    found = required(db.scalar(mine.with_for_update()), Refused("no_such_invitation"))
    found.ends_at = min(found.ends_at, now)
    db.flush()
    return found


def check(db: Session, words: str, phone: str | None, now: datetime) -> Invitation:
    """The invitation, where this phone (E.164) can accept it now.

    Raises Refused `no_phone_to_join`, `no_such_invitation`, `invitation_ended`, `in_team_already`, `join_declined`,
    the last three with `event`, its names.
    """
    phone = required(phone, Refused("no_phone_to_join"))
    whole = select(Invitation).options(joinedload(Invitation.event).selectinload(Event.days))
    found = required(db.scalar(whole.where(Invitation.words == words)), Refused("no_such_invitation"))
    told = {"event": names(found.event)}
    on_team = select(Staff.id).where(Staff.event_id == found.event_id, Staff.phone == phone, Staff.enabled)
    if db.scalar(on_team):
        raise Refused("in_team_already", **told)
    before = _request(db, found, phone)
    if before and before.status == DECLINED:
        raise Refused("join_declined", **told)
    if before is None and (_is_over(found, now) or found.joined >= found.max_people):
        raise Refused("invitation_ended", **told)
    return found


def accept(db: Session, words: str, phone: str | None, name: str, now: datetime) -> Invitation:
    """Note that somebody wants to join; they may do nothing until an admin confirms them.

    Whoever waits already goes on waiting and takes no further place. Of any number at the same moment no more than
    the invitation has places for are noted. Raises Refused as `check` does, and `bad_name`.
    """
    found = check(db, words, phone, now)
    number = canonical(phone or "")
    waiting = select(JoinRequest.id).where(JoinRequest.event_id == found.event_id, JoinRequest.phone == number)
    if db.scalar(waiting.where(JoinRequest.status == WAITING)):
        return found
    if _request(db, found, number):  # they were confirmed, and are not in the team any more
        raise Refused("invitation_ended", event=names(found.event))
    called = roster_validation.name(name)
    take_place(db, found)
    made = JoinRequest(
        event_id=found.event_id, invitation_id=found.id, phone=number, name=called, status=WAITING, created_at=now
    )
    violations.add(db, made, "uq_join_requests_waiting", Refused("in_team_already", event=names(found.event)))
    return found


def take_place(db: Session, invitation: Invitation) -> None:
    """Take one of the invitation's places. Raises Refused `invitation_ended` where there is none."""
    room = (Invitation.id == invitation.id, Invitation.joined < Invitation.max_people)
    taking = update(Invitation).where(*room).values(joined=Invitation.joined + 1).returning(Invitation.id)
    required(
        db.execute(taking.execution_options(synchronize_session=False)).first(),
        Refused("invitation_ended", event=names(invitation.event)),
    )
    db.expire(invitation, ["joined"])


def list_waiting(db: Session, slug: str) -> list[JoinRequest]:
    """Who waits to be confirmed, the first who asked first. Raises Refused `no_such_event`."""
    event = events.by_slug(db, slug)
    mine = select(JoinRequest).where(JoinRequest.event_id == event.id, JoinRequest.status == WAITING)
    whole = mine.options(joinedload(JoinRequest.invitation).joinedload(Invitation.gate))
    return list(db.scalars(whole.order_by(JoinRequest.id)))


def find_waiting(db: Session, slug: str, phone: str, *, region: str) -> JoinRequest:
    """Who waits with this phone. Raises Refused `no_such_event`, `not_a_phone`, `nobody_waits`."""
    number = roster_validation.phone(phone, region)
    return required(
        next((request for request in list_waiting(db, slug) if request.phone == number), None), Refused("nobody_waits")
    )


def confirm(db: Session, slug: str, request_id: int, *, region: str, now: datetime) -> Staff:
    """Give somebody their place in the team, as a volunteer; who is on the roster, disabled, is enabled again.

    Raises Refused `no_such_event`, `nobody_waits` where somebody else has decided already.
    """
    request = _decide(db, slug, request_id, CONFIRMED, now)
    gate = request.invitation.gate
    known = select(Staff.id).where(Staff.event_id == request.event_id, Staff.phone == request.phone)
    if db.scalar(known):
        return roster.set_enabled(db, request.phone, True, slug=slug, region=region)[0]
    at_gate = gate.slug if gate else None
    return roster.add(db, slug, phone=request.phone, name=request.name, gate=at_gate, region=region, now=now)


def decline(db: Session, slug: str, request_id: int, *, now: datetime) -> JoinRequest:
    """Give somebody no place. Raises Refused as `confirm` does."""
    return _decide(db, slug, request_id, DECLINED, now)


def forget_old(db: Session, now: datetime) -> None:
    """Forget who has asked to join, a month later, and the invitations that are empty by then."""
    db.execute(delete(JoinRequest).where(JoinRequest.created_at < now - REQUEST_TTL))
    db.execute(delete(Invitation).where(Invitation.ends_at < now - REQUEST_TTL))


def names(event: Event) -> dict[str, str]:
    """What the event is called, by language."""
    return {"en": event.name, **event.names}


def _decide(db: Session, slug: str, request_id: int, status: str, now: datetime) -> JoinRequest:
    event = events.by_slug(db, slug)
    mine = select(JoinRequest).where(JoinRequest.id == request_id, JoinRequest.event_id == event.id)
    found = db.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if found is None or found.status != WAITING:
        raise Refused("nobody_waits")
    found.status, found.decided_at = status, now
    db.flush()
    return found


def _request(db: Session, invitation: Invitation, phone: str) -> JoinRequest | None:
    mine = select(JoinRequest).where(JoinRequest.invitation_id == invitation.id, JoinRequest.phone == canonical(phone))
    return db.scalar(mine)


def _is_over(invitation: Invitation, now: datetime) -> bool:
    """Whether the invitation has ended, or its event is over or cancelled."""
    event = invitation.event
    today = event_states.local_today(events.shape(event), now)
    return now >= invitation.ends_at or event.status == event_states.CANCELLED or today > event.ends_on
