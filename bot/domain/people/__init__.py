"""People: contacts, the addresses they answer to, and the joining of two that turn out to be one.

**Two contacts that are one person** (a message carries both a phone and a user id that were apart) are
joined into the older one; whatever hung on the younger follows. Where both hold a valid pass of the same
kind for the same day, both passes stay valid: each was issued in good faith and may be in somebody's
hand. The one that moved gets a `twin` number of its own, which lets it past the rule of one pass a day;
for new registrations the rule holds as before, and the person can cancel either.

**A phone that comes with another user id than the one on file** (a recycled number) is somebody else's from
then on: a contact of their own takes the phone over, and the former owner keeps everything else. The same
where somebody who is on file with a phone comes with another that is on file for others: who has that one
is not known to be them. A pass code proves it: see bot.domain.people.ownership_proofs.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session, aliased

from bot.domain.models import ChangedHands, Contact, ContactAlias, Delivery, Pass, Registration, WaitingEntry, table
from bot.domain.people import phone_owners
from bot.domain.upserts import INTO, added, insert
from flows.understanding.phones import canonical

REFERENCES = (
    Pass.holder_id,
    Registration.holder_id,
    Registration.asked_by_id,
    Delivery.contact_id,
    ContactAlias.contact_id,
    ChangedHands.contact_id,
    WaitingEntry.contact_id,
)
"""Every column that names a contact: a test finds one that is forgotten here."""
_PHONE = and_(ContactAlias.kind == ContactAlias.PHONE, ContactAlias.value == bindparam("phone"))
_USER = and_(ContactAlias.kind == ContactAlias.USER, ContactAlias.value == bindparam("user"))
_ANY = aliased(ContactAlias)


def _goes_by(kind: str) -> ColumnElement[bool]:
    return exists().where(_ANY.contact_id == Contact.id, _ANY.kind == kind)


_HOLDERS = (
    select(ContactAlias.kind, ContactAlias.value, Contact, _goes_by(ContactAlias.USER), _goes_by(ContactAlias.PHONE))
    .join(Contact)
    .where(or_(_PHONE, _USER))
)
"""Built once, as every statement of every turn: building costs more than asking."""
IS_ON_FILE = exists(select(ContactAlias.contact_id).where(or_(_PHONE, _USER)))
"""Whether anybody has one of the names that `named` gives."""
_CONTACTS = table(Contact)
_MAKE = insert_into(_CONTACTS).returning(_CONTACTS.c.id)
_MADE = bindparam("made", type_=Integer)
_DROP = delete(_CONTACTS).where(_CONTACTS.c.id == _MADE)
_NAMED = table(ContactAlias)


def _give(into: Callable[[Any], Any], names: int) -> Any:
    """Rows that are selected: an INSERT of several VALUES is compiled anew each time (SQLAlchemy keeps none)."""
    columns = (_NAMED.c.kind, _NAMED.c.value, _NAMED.c.contact_id)
    rows = [
        # SQLite takes the ON of a conflict for that of a join where no WHERE stands before it.
        select(bindparam(f"kind{n}", type_=String), bindparam(f"value{n}", type_=String), _MADE).where(true())
        for n in range(names)
    ]
    given = into(_NAMED).from_select(columns, union_all(*rows))
    return given.on_conflict_do_nothing().returning(_NAMED.c.kind)


_GIVE = {(dialect, names): _give(into, names) for dialect, into in INTO.items() for names in (1, 2)}
"""The statement by dialect and by how many names somebody has."""


class _Holder(NamedTuple):
    """A contact that has a name, and whether it has any user id and any phone."""

    contact: Contact
    has_user: bool
    has_phone: bool


_Holders = Mapping[tuple[str, str], _Holder]


class Identity(NamedTuple):
    """The names that somebody goes by: E.164 and WhatsApp's business-scoped user id, either or both."""

    phone: str | None = None
    user: str | None = None
    lent: str = ""
    """Which of them, `phone` or `user`, the message did not tell itself, or told too late to be news: that one
    takes nothing from anybody."""

    def aliases(self) -> list[tuple[str, str]]:
        """The rows of contact_aliases that are this person's: kind and value, the phone first."""
        named = ((ContactAlias.PHONE, self.phone), (ContactAlias.USER, self.user))
        return [(kind, value) for kind, value in named if value]


def find(db: Session, *, phone: str | None = None, user: str | None = None, lent: str = "") -> Contact | None:
    """The contact with this phone or user id, the older where they are still two; None: nobody."""
    return next(iter(find_all(db, phone=phone, user=user, lent=lent)), None)


def find_all(db: Session, *, phone: str | None = None, user: str | None = None, lent: str = "") -> list[Contact]:
    """Every contact of this phone and user id, the older first: two until the next write joins them.

    Nobody who has the phone on file with another user id.
    """
    identity = _named(phone, user, lent)
    holders = _holders(db, identity)
    if _is_anothers(holders, identity):
        kept = _is_settled(identity) if lent else Identity(user=identity.user)
        holders = {name: holder for name, holder in holders.items() if name in kept.aliases()}
    return _contacts(holders)


def resolved(db: Session, identity: Identity) -> Identity:
    """The identity without the name that it was lent, where that name belongs to somebody else by now."""
    identity = _named(*identity)
    return _is_settled(identity) if identity.lent and _is_anothers(_holders(db, identity), identity) else identity


def named(identity: Identity) -> Mapping[str, str | None]:
    """These names as the parameters of IS_ON_FILE."""
    return {"phone": identity.phone and canonical(identity.phone), "user": identity.user}


def find_or_make(
    db: Session, *, phone: str | None = None, user: str | None = None, lent: str = "", now: datetime
) -> Contact:
    """The one contact with this phone and this user id, made or joined where needed.

    A phone that is on file for somebody else goes over to this one. The contact's row is held against joining
    until the transaction ends. Racing makers of the same alias all get the same contact. Raises ValueError
    without any name.
    """
    identity = resolved(db, Identity(phone, user, lent))
    if not identity.aliases():
        raise ValueError("a person without a name")
    alone = not (identity.phone and identity.user)
    while True:  # each round joins at least two contacts, until one has every name
        holders = _holders(db, identity)
        contacts = _contacts(holders)
        if len(contacts) == 1 and len(holders) == len(identity.aliases()):
            if _lock_contacts(db, contacts[0].id, share=True):
                return contacts[0]
        elif not alone:
            _wait_for_others(db, identity)
            alone = True
        elif _is_anothers(holders, identity):
            _claim_phone(db, identity, holders, now)
        else:
            _reassign_aliases(db, identity, holders, now)


def make(db: Session, identity: Identity, language: str | None, now: datetime) -> int | None:
    """The id of a new contact of somebody whom nobody has on file; None where somebody has by now: nothing is made.

    Nobody else sees the contact before the transaction ends, so that it need not be held. Who gives the same
    names meanwhile waits at the first that both give, the phone.
    """
    names, connection = _named(*identity).aliases(), db.connection()
    made = connection.execute(_MAKE, {"language": language, "stopped_at": None, "created_at": now}).scalar_one()
    row = {
        f"{part}{n}": word for n, name in enumerate(names) for part, word in zip(("kind", "value"), name, strict=True)
    }
    given = connection.execute(_GIVE[connection.dialect.name, len(names)], {"made": made, **row}).all()
    if len(given) == len(names):
        return int(made)
    connection.execute(_DROP, {"made": made})
    return None


def _wait_for_others(db: Session, identity: Identity) -> None:
    """Let one at a time say whose this phone is: of two ids that come with it at once the second must see the first.

    Until the transaction ends. SQLite lets only one write in any case.
    """
    if db.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256((identity.phone or "").encode()).digest()[:8], signed=True)
        db.execute(select(func.pg_advisory_xact_lock(number)))


def _reassign_aliases(db: Session, identity: Identity, holders: _Holders, now: datetime) -> None:
    """Make somebody, give them a name that nobody has, or join two."""
    match _contacts(holders):
        case []:
            _make(db, identity.aliases()[0], now)
        case [one]:
            _claim(db, one, next(name for name in identity.aliases() if name not in holders))
        case [older, younger]:
            if _still(db, identity, holders):
                join(db, older, younger)


def _still(db: Session, identity: Identity, holders: _Holders) -> bool:
    """Whether it is so even now that nobody else can change it: who has these names is locked from here on.

    Where it is not, nobody is locked: whoever waits with the locks of an earlier look waits for a deadlock.
    """
    ids = [contact.id for contact in _contacts(holders)]
    savepoint = db.begin_nested()
    if len(_lock_contacts(db, *ids)) == len(ids) and _holders(db, identity) == holders:
        savepoint.commit()
        return True
    savepoint.rollback()
    return False


def _is_anothers(holders: _Holders, identity: Identity) -> bool:
    """Whether the phone is on file for somebody who cannot be taken for whoever has this user id."""
    theirs, mine = (
        holders.get((ContactAlias.PHONE, identity.phone or "")),
        holders.get((ContactAlias.USER, identity.user or "")),
    )
    if theirs is None or identity.user is None or (mine and mine.contact is theirs.contact):
        return False
    return theirs.has_user or (mine is not None and mine.has_phone)


def _claim_phone(db: Session, identity: Identity, holders: _Holders, now: datetime) -> None:
    """Bring the phone nearer to whoever has the user id: make them, or give it to them."""
    theirs, mine = (holders.get(name) for name in identity.aliases())
    if mine is None:
        _make(db, identity.aliases()[1], now)
    elif theirs and _still(db, identity, holders):
        phone_owners.transfer_phone(db, identity.phone or "", theirs.contact, mine.contact, now)


def find_or_make_all(db: Session, phones: Collection[str], now: datetime) -> dict[str, Contact]:
    """The contacts of many phones (E.164), by the phone as it was given; made and held as by find_or_make."""
    wanted = {phone: canonical(phone) for phone in phones}
    while True:
        found = _of_phones(db, sorted(set(wanted.values())))
        if missing := sorted(set(wanted.values()) - found.keys()):
            _make_all(db, missing, now)
            continue
        ids = {contact.id for contact in found.values()}
        if not ids or ids <= set(_lock_contacts(db, *ids, share=True)):
            return {phone: found[today] for phone, today in wanted.items()}


def _of_phones(db: Session, phones: Sequence[str]) -> dict[str, Contact]:
    named = select(ContactAlias.value, Contact).join(Contact)
    rows = db.execute(named.where(ContactAlias.kind == ContactAlias.PHONE, ContactAlias.value.in_(phones)))
    return {row.value: row.Contact for row in rows}


def _make_all(db: Session, phones: Sequence[str], now: datetime) -> None:
    """New contacts of these phones, in an order that all who make many keep; none where somebody was faster."""
    made = [Contact(created_at=now) for _ in phones]
    db.add_all(made)
    db.flush()
    rows = [
        {"kind": ContactAlias.PHONE, "value": phone, "contact_id": contact.id}
        for phone, contact in zip(phones, made, strict=True)
    ]
    claiming = insert(db, ContactAlias).values(rows).on_conflict_do_nothing().returning(ContactAlias.contact_id)
    ours = set(db.scalars(claiming))
    for contact in made:
        if contact.id not in ours:
            db.delete(contact)
    db.flush()


def _named(phone: str | None, user: str | None, lent: str = "") -> Identity:
    """The names as they are kept: the phone as it is dialled today, however it was written."""
    return Identity(phone and canonical(phone), user, lent)


def _is_settled(identity: Identity) -> Identity:
    return Identity(user=identity.user) if identity.lent == "phone" else Identity(phone=identity.phone)


def _holders(db: Session, identity: Identity) -> _Holders:
    rows = db.execute(_HOLDERS, {"phone": identity.phone, "user": identity.user})
    return {(kind, value): _Holder(contact, by_user, by_phone) for kind, value, contact, by_user, by_phone in rows}


def _contacts(holders: _Holders) -> list[Contact]:
    return sorted({holder.contact for holder in holders.values()}, key=lambda contact: contact.id)


def _lock_contacts(db: Session, *ids: int, share: bool = False) -> Sequence[int]:
    """Lock contacts until the transaction ends; the ids of those that are still there."""
    there = select(Contact.id).where(Contact.id.in_(ids)).order_by(Contact.id)
    return db.scalars(there.with_for_update(read=share, key_share=share)).all()


def _make(db: Session, name: tuple[str, str], now: datetime) -> None:
    """A new contact of this name, or none where somebody else was faster."""
    contact = added(db, Contact(created_at=now))
    if not _claim(db, contact, name):
        db.delete(contact)
        db.flush()


def _claim(db: Session, contact: Contact, name: tuple[str, str]) -> bool:
    """Give the contact this alias, unless another has it: waits for whoever is just giving it."""
    row = {"kind": name[0], "value": name[1], "contact_id": contact.id}
    claiming = insert(db, ContactAlias).values(row).on_conflict_do_nothing().returning(ContactAlias.contact_id)
    return db.execute(claiming).first() is not None


def join(db: Session, into: Contact, other: Contact) -> None:
    """Let everything that hangs on `other` follow to `into`, and remove `other`. The caller has locked both."""
    _make_twins(db, into, other)
    for column in REFERENCES:
        db.execute(update(column.class_).where(column == other.id).values({column: into.id}))
    into.language = into.language or other.language
    into.stopped_at = into.stopped_at or other.stopped_at
    db.expunge(other)
    db.execute(delete(Contact).where(Contact.id == other.id))
    db.flush()


def join_proved(db: Session, contact_id: int, other_id: int) -> Contact | None:
    """Join two contacts, by their ids, who were proved to be one person; None where one of them is gone."""
    if len(_lock_contacts(db, contact_id, other_id)) < 2:
        return None
    older, younger = (db.get_one(Contact, number) for number in sorted((contact_id, other_id)))
    join(db, older, younger)
    return older


def _make_twins(db: Session, into: Contact, other: Contact) -> None:
    mine = aliased(Pass)
    clash = exists().where(
        mine.holder_id == into.id,
        mine.status == Pass.VALID,
        mine.event_id == Pass.event_id,
        mine.kind_id == Pass.kind_id,
        mine.day == Pass.day,
    )
    moved = update(Pass).where(Pass.holder_id == other.id, Pass.status == Pass.VALID, clash).values(twin=Pass.id)
    db.execute(moved.execution_options(synchronize_session=False))
