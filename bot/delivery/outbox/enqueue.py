"""Puts a message into the outbox: writes its row in the caller's transaction.

Nothing leaves here. After the commit the ids go to `Outbox.dispatch`; a process that dies in between
loses nothing, for the sweep finds the row.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.address import Address, at_twilio
from bot.database import Database
from bot.delivery.outbox import history as delivery_history
from bot.domain.models import Contact, ContactAlias, Delivery, Pass, table
from bot.domain.passes.rows import Issued
from bot.domain.people import pending_messages
from bot.domain.upserts import INTO
from bot.timeouts import DELIVERY_TTL, OTP_DELIVERY_TTL
from flows.understanding.phones import canonical

REPLIES, PASSES, BULK = 0, 1, 2
"""Priorities, the most urgent first."""
ANSWER_KINDS = ("reply", "question")
"""Kinds that answer what a person said."""
IN_TRANSIT = ("accepted", "scheduled", "queued", "sending", "sent", "handed_over")
"""Statuses of what Twilio has taken and of which nobody knows yet whether it arrived."""
_CONTACT_AT = select(ContactAlias.contact_id).where(
    ContactAlias.kind == bindparam("alias_kind"), ContactAlias.value == bindparam("alias_value")
)
_ALIASES = select(ContactAlias).where(
    ContactAlias.kind.in_(bindparam("alias_kind", expanding=True)),
    ContactAlias.value.in_(bindparam("alias_value", expanding=True)),
)
_DELIVERIES = table(Delivery)
_UNSENT_REPLIES = (
    select(_DELIVERIES.c.id)
    .where(
        _DELIVERIES.c.lane.in_(bindparam("addresses", expanding=True)),
        _DELIVERIES.c.status == "owed",
        _DELIVERIES.c.kind != "pass",
        _DELIVERIES.c.priority < BULK,
    )
    .limit(1)
)
_OWE = {
    dialect: into(_DELIVERIES).on_conflict_do_nothing(index_elements=["key"]).returning(_DELIVERIES.c.id)
    for dialect, into in INTO.items()
}
_OWE_TO_CONTACT = {
    dialect: statement.values(contact_id=_CONTACT_AT.scalar_subquery()) for dialect, statement in _OWE.items()
}


def enqueue(
    db: Session,
    *,
    kind: str,
    address: str,
    payload: dict[str, Any],
    priority: int,
    now: datetime,
    key: str | None = None,
    sender: str | None = None,
    pass_id: int | None = None,
    contact_id: int | None = None,
    is_contacts: bool = False,
    ttl: timedelta = DELIVERY_TTL,
) -> int:
    """Put a message into the outbox; the delivery's id. With a `key` that was used before: the row that is there.

    `address` is the address, `sender` which of our senders (None: the first one). `is_contacts`: the row names the
    contact whose address it is.
    """
    row = {
        **{"kind": kind, "lane": address, "payload": payload, "priority": priority, "key": key, "sender": sender},
        **{"pass_id": pass_id, **_new_row(now, now + ttl)},
        **(_alias(address) if is_contacts else {"contact_id": contact_id}),
    }
    connection = db.connection()
    statements = _OWE_TO_CONTACT if is_contacts else _OWE
    made = connection.execute(statements[connection.dialect.name], row).scalar()
    if made is None:
        made = db.execute(select(Delivery.id).where(Delivery.key == key)).scalar_one()
    return int(made)


def enqueue_many(db: Session, rows: Sequence[Mapping[str, Any]], *, now: datetime, give_up_at: datetime) -> list[int]:
    """Put one kind of message into the outbox for many people; the ids of those whose `key` is new.

    Each row has the arguments of `enqueue` that differ, and all rows have the same ones.
    """
    if not rows:
        return []
    whole = [{**_new_row(now, give_up_at), **row} for row in rows]
    return list(db.scalars(_OWE[db.get_bind().dialect.name], whole))


def _new_row(now: datetime, give_up_at: datetime) -> dict[str, Any]:
    return {"status": "owed", "attempts": 0, "created_at": now, "not_before": now, "give_up_at": give_up_at}


def enqueue_reply(
    db: Session,
    *,
    message_sid: str,
    address: str,
    sender: str | None,
    body: str,
    now: datetime,
    question: Mapping[str, Any] | None = None,
    others: Collection[str] = (),
) -> int:
    """Put the answer to an inbound message into the outbox, where its webhook does not carry it; once a message.

    `question` is the same answer as buttons or a list: the mark of its taps, the shape, the values.
    `others` are further addresses of the same person: it leaves after what still waits for those.
    """
    key = f"reply:{message_sid}"
    payload: dict[str, Any] = {"body": body}
    if (earlier := _last_unsent(db, [other for other in others if other != address])) is not None:
        payload["after"] = earlier
    kind = "reply"
    if question is not None:
        kind, payload = "question", {**payload, **question}
    return enqueue(db, kind=kind, address=address, payload=payload, priority=REPLIES, now=now, key=key, sender=sender)


def enqueue_pass(
    db: Session,
    issued: Pass | Issued,
    *,
    address: str,
    sender: str | None,
    language: str,
    now: datetime,
    priority: int = PASSES,
    key: str | None = None,
    shared: bool = False,
) -> int:
    """Put the picture of a pass into the outbox for this address. Each call sends it, except with a used `key`.

    `shared`: the picture that is to be forwarded to the others of the party.

    Images of passes that are no longer valid are let go, so that the new one need not wait for them.
    """
    pending_messages.let_go_invalid(db, address, now)
    return enqueue(
        db,
        kind="pass",
        address=address,
        payload={"language": language, **({"shared": True} if shared else {})},
        priority=priority,
        key=key,
        now=now,
        sender=sender,
        pass_id=issued.id,
        is_contacts=True,
    )


def enqueue_otp(
    db: Session,
    *,
    purpose: str,
    phone: str,
    asker: str,
    language: str,
    address: str,
    now: datetime,
    sender: str | None = None,
) -> int:
    """Put an OTP for a phone (E.164) into the outbox; the code is made when it is sent and kept in no row.

    `sender`: where it goes by WhatsApp, the sender to which the phone last wrote
    (bot.delivery.outbox.session_window.SessionWindows.last).

    One that is still unsent for the same phone, purpose and asker is let go: its code would be void.
    """
    payload = {"purpose": purpose, "phone": phone, "asker": asker, "language": language}
    unsent = select(Delivery.id, Delivery.payload).where(
        Delivery.lane == address, Delivery.kind == "otp", Delivery.status == "owed"
    )
    overtaken = [row.id for row in db.execute(unsent) if {**row.payload, "language": language} == payload]
    pending_messages.cancel_unsent(db, "newer_otp", now, Delivery.id.in_(overtaken))
    return enqueue(
        db,
        kind="otp",
        address=address,
        payload=payload,
        priority=REPLIES,
        now=now,
        sender=sender,
        ttl=OTP_DELIVERY_TTL,
    )


def cancel_unsent(db: Session, ids: Collection[int], reason: str, now: datetime) -> list[int]:
    """Cancel those of these that have not left and are not just leaving; which."""
    return pending_messages.cancel_unsent(db, reason, now, Delivery.id.in_(ids))


def contact_at(db: Session, address: str) -> int | None:
    """The contact whose address this is: `whatsapp:+91…`, `whatsapp:IN.…` or `+91…`; None for a stranger."""
    known = _alias(address)
    found = db.get(ContactAlias, (known["alias_kind"], known["alias_value"]))
    return None if found is None else found.contact_id


def contacts_at(db: Session, addresses: Collection[str]) -> Sequence[ContactAlias]:
    """Read at once whose these addresses are: `contact_at` asks for none of them again while this is kept."""
    if not addresses:
        return ()
    known = [_alias(address) for address in addresses]
    return db.scalars(_ALIASES, {name: sorted({one[name] for one in known}) for name in known[0]}).all()


def _alias(lane: str) -> dict[str, str]:
    value = canonical(Address.parse(lane).name)
    return {"alias_kind": "phone" if value.startswith("+") else "user", "alias_value": value}


def belongs_to_another(db: Session, address: str, issued: Pass) -> bool:
    """Whether this address is on file for somebody who neither holds the pass nor asked for it."""
    registration = issued.registration
    return contact_at(db, address) not in (None, registration.holder_id, registration.asked_by_id)


def stopped_since(db: Session, row: Delivery) -> datetime | None:
    """Since when whom it is for wants no message that was not asked for; None: they take them."""
    contact = row.contact_id or contact_at(db, row.lane)
    return None if contact is None else db.get_one(Contact, contact).stopped_at


def has_unsent_replies(database: Database, *addresses: str) -> bool:
    """Whether these addresses still wait for words of ours, so that a later answer must queue up behind.

    What goes to many does not count: it may wait for hours, and answers nothing.
    """
    return bool(database.look(_UNSENT_REPLIES, {"addresses": addresses}))


def _last_unsent(db: Session, addresses: Collection[str]) -> int | None:
    """The newest answer that waits to leave for these addresses."""
    if not addresses:
        return None
    answers = (Delivery.status == "owed", Delivery.kind.in_(ANSWER_KINDS))
    return db.scalar(select(func.max(Delivery.id)).where(Delivery.lane.in_(addresses), *answers))


def mark_code_used(db: Session, *, purpose: str, phone: str, asker: str, now: datetime) -> None:
    """Note that the newest code for this has arrived: somebody has typed it. Twilio Verify tells no such thing."""
    wanted = {"purpose": purpose, "phone": phone, "asker": asker}
    lanes = at_twilio(phone)
    sent = select(Delivery).where(Delivery.lane.in_(lanes), Delivery.kind == "otp", Delivery.status.in_(IN_TRANSIT))
    for row in db.scalars(sent.order_by(Delivery.id.desc())):
        if wanted.items() <= row.payload.items():
            row.status = "delivered"
            delivery_history.record(db, row.id, "delivered", now, reason="code_used", message_sid=row.message_sid)
            return
