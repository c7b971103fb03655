"""People: contacts, the addresses they answer to, and the joining of two that turn out to be one.

**Two contacts that are one person** (a message carries both a phone and a user id that were apart) are
joined into the older one; whatever hung on the younger follows. Where both hold a valid pass of the same
kind for the same day, both passes stay valid: each was issued in good faith and may be in somebody's
hand. The one that moved gets a `twin` number of its own, which lets it past the rule of one pass a day;
for new registrations the rule holds as before, and the person can cancel either.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain.models import Contact, ContactAlias, Delivery, Pass, Registration
from bot.domain.upserts import insert
from flows.phones import canonical

FOLLOWS = (
    Pass.holder_id,
    Registration.holder_id,
    Registration.asked_by_id,
    Delivery.contact_id,
    ContactAlias.contact_id,
)
"""Every column that names a contact: a test finds one that is forgotten here."""
_PHONE = and_(ContactAlias.kind == "phone", ContactAlias.value == bindparam("phone"))
_USER = and_(ContactAlias.kind == "user", ContactAlias.value == bindparam("user"))
_HOLDERS = select(ContactAlias.kind, ContactAlias.value, Contact).join(Contact).where(or_(_PHONE, _USER))
"""Built once, as every statement of every turn: building costs more than asking."""


class Identity(NamedTuple):
    """The names that somebody goes by: E.164 and WhatsApp's business-scoped user id, either or both."""

    phone: str | None = None
    user: str | None = None

    def aliases(self) -> list[tuple[str, str]]:
        """The rows of contact_aliases that are this person's: kind and value, the phone first."""
        named = (("phone", self.phone), ("user", self.user))
        return [(kind, value) for kind, value in named if value]


def find(db: Session, *, phone: str | None = None, user: str | None = None) -> Contact | None:
    """The contact with this phone or user id, the older where they are still two; None: nobody."""
    return next(iter(find_all(db, phone=phone, user=user)), None)


def find_all(db: Session, *, phone: str | None = None, user: str | None = None) -> list[Contact]:
    """Every contact of this phone and user id, the older first: two until the next write joins them."""
    return _contacts(_holders(db, _named(phone, user)))


def find_or_make(db: Session, *, phone: str | None = None, user: str | None = None, now: datetime) -> Contact:
    """The one contact with this phone and this user id, made or joined where needed.

    Its row is held against joining until the transaction ends. Racing makers of the same alias all
    get the same contact. Raises ValueError without any name.
    """
    identity = _named(phone, user)
    if not identity.aliases():
        raise ValueError("a person without a name")
    while True:  # each round brings the tables nearer to one contact with every name
        holders = _holders(db, identity)
        match _contacts(holders):
            case []:
                _make(db, identity.aliases()[0], now)
            case [one] if len(holders) < len(identity.aliases()):
                _claim(db, one, next(name for name in identity.aliases() if name not in holders))
            case [one]:
                if _held(db, one.id, share=True):
                    return one
            case [older, younger]:
                if len(_held(db, older.id, younger.id)) == 2:
                    _join(db, older, younger)


def find_or_make_all(db: Session, phones: Collection[str], now: datetime) -> dict[str, Contact]:
    """The contacts of many phones (E.164), by the phone as it was given; made and held as by find_or_make."""
    wanted = {phone: canonical(phone) for phone in phones}
    while True:
        found = _of_phones(db, sorted(set(wanted.values())))
        if missing := sorted(set(wanted.values()) - found.keys()):
            _make_all(db, missing, now)
            continue
        ids = {contact.id for contact in found.values()}
        if not ids or ids <= set(_held(db, *ids, share=True)):
            return {phone: found[today] for phone, today in wanted.items()}


def _of_phones(db: Session, phones: Sequence[str]) -> dict[str, Contact]:
    named = select(ContactAlias.value, Contact).join(Contact)
    rows = db.execute(named.where(ContactAlias.kind == "phone", ContactAlias.value.in_(phones)))
    return {row.value: row.Contact for row in rows}


def _make_all(db: Session, phones: Sequence[str], now: datetime) -> None:
    """New contacts of these phones, in an order that all who make many keep; none where somebody was faster."""
    made = [Contact(created_at=now) for _ in phones]
    db.add_all(made)
    db.flush()
    rows = [
        {"kind": "phone", "value": phone, "contact_id": contact.id} for phone, contact in zip(phones, made, strict=True)
    ]
    claiming = insert(db, ContactAlias).values(rows).on_conflict_do_nothing().returning(ContactAlias.contact_id)
    ours = set(db.scalars(claiming))
    for contact in made:
        if contact.id not in ours:
            db.delete(contact)
    db.flush()


def _named(phone: str | None, user: str | None) -> Identity:
    """The names as they are kept: the phone as it is dialled today, however it was written."""
    return Identity(phone and canonical(phone), user)


def _holders(db: Session, identity: Identity) -> dict[tuple[str, str], Contact]:
    rows = db.execute(_HOLDERS, identity._asdict())
    return {(kind, value): contact for kind, value, contact in rows}


def _contacts(holders: Mapping[tuple[str, str], Contact]) -> list[Contact]:
    return sorted(set(holders.values()), key=lambda contact: contact.id)


def _held(db: Session, *ids: int, share: bool = False) -> Sequence[int]:
    """Lock contacts until the transaction ends; the ids of those that are still there."""
    there = select(Contact.id).where(Contact.id.in_(ids)).order_by(Contact.id)
    return db.scalars(there.with_for_update(read=share, key_share=share)).all()


def _make(db: Session, name: tuple[str, str], now: datetime) -> None:
    """A new contact of this name, or none where somebody else was faster."""
    contact = Contact(created_at=now)
    db.add(contact)
    db.flush()
    if not _claim(db, contact, name):
        db.delete(contact)
        db.flush()


def _claim(db: Session, contact: Contact, name: tuple[str, str]) -> bool:
    """Give the contact this alias, unless another has it: waits for whoever is just giving it."""
    row = {"kind": name[0], "value": name[1], "contact_id": contact.id}
    claiming = insert(db, ContactAlias).values(row).on_conflict_do_nothing().returning(ContactAlias.contact_id)
    return db.execute(claiming).first() is not None


def _join(db: Session, into: Contact, other: Contact) -> None:
    """Let everything that hangs on `other` follow to `into`, and remove `other`."""
    _make_twins(db, into, other)
    for column in FOLLOWS:
        db.execute(update(column.class_).where(column == other.id).values({column: into.id}))
    into.language = into.language or other.language
    into.stopped_at = into.stopped_at or other.stopped_at
    db.expunge(other)
    db.execute(delete(Contact).where(Contact.id == other.id))
    db.flush()


def _make_twins(db: Session, into: Contact, other: Contact) -> None:
    mine = aliased(Pass)
    clash = exists().where(
        mine.holder_id == into.id,
        mine.status == "valid",
        mine.event_id == Pass.event_id,
        mine.kind_id == Pass.kind_id,
        mine.day == Pass.day,
    )
    moved = update(Pass).where(Pass.holder_id == other.id, Pass.status == "valid", clash).values(twin=Pass.id)
    db.execute(moved.execution_options(synchronize_session=False))
