"""Rows of passes: inserted under a code that nobody has, and ended once."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.keys import KeyRing
from bot.domain.models import Kind, Pass, Registration, table
from bot.domain.passes import rules as pass_rules
from bot.domain.upserts import INTO
from bot.domain.violations import violated
from bot.errors import Refused, required
from flows.understanding import codes

MAX_CODE_TRIES = 5
"""New codes drawn when one is taken already: with a million passes one draw in 30,000 is."""
_PASSES = table(Pass)
_INSERT = {dialect: into(_PASSES).on_conflict_do_nothing().returning(_PASSES.c.id) for dialect, into in INTO.items()}


def new_code() -> str:
    """Seven random characters and their check character, without the hyphen."""
    body = "".join(secrets.choice(codes.ALPHABET) for _ in range(codes.LENGTH - 1))
    return body + codes.check_character(body)


def insert(
    db: Session,
    ring: KeyRing,
    registration: Registration,
    kind: Kind,
    day: date,
    party_size: int,
    now: datetime,
    *,
    twin: int = 0,
) -> Pass:
    """The pass's row under a code of its own. Raises Refused `already_registered`."""
    for _ in range(MAX_CODE_TRIES):
        made = _new(ring, registration, kind.id, day, party_size, now, twin)
        try:
            with db.begin_nested():
                db.add(made)
        except IntegrityError as error:
            _only_a_taken_code(db, error, made)
        else:
            return made
    raise RuntimeError(f"{MAX_CODE_TRIES} codes in a row were taken")


class Issued(NamedTuple):
    """A pass that was just made."""

    id: int
    code: str
    """Without the hyphen."""
    day: date
    party_size: int


def add(
    db: Session,
    ring: KeyRing,
    *,
    registration_id: int,
    event_id: int,
    kind_id: int,
    holder_id: int,
    day: date,
    party_size: int,
    now: datetime,
) -> Issued:
    """A pass under a code of its own, by one statement. Raises Refused `already_registered`."""
    row = {
        "registration_id": registration_id,
        "event_id": event_id,
        "kind_id": kind_id,
        "holder_id": holder_id,
        "day": day,
        "party_size": party_size,
        "twin": 0,
        "status": Pass.VALID,
        "key_id": ring.current,
        "issued_at": now,
    }
    connection = db.connection()
    for _ in range(MAX_CODE_TRIES):
        code = new_code()
        made = connection.execute(_INSERT[connection.dialect.name], {**row, "code": code}).scalar()
        if made is not None:
            return Issued(made, code, day, party_size)
        pass_rules.refuse_second(db, holder_id=holder_id, kind=db.get_one(Kind, kind_id), day=day)
    raise RuntimeError(f"{MAX_CODE_TRIES} codes in a row were taken")


def insert_all(
    db: Session, ring: KeyRing, rows: Iterable[tuple[Registration, int, date, int]], now: datetime
) -> list[Pass]:
    """The rows of many passes at once: for each its registration, the id of its kind, day and party.

    Raises IntegrityError where one person has a pass meanwhile or a code is taken: then all must begin again.
    """
    made = [_new(ring, registration, kind, day, party, now) for registration, kind, day, party in rows]
    db.add_all(made)
    db.flush()
    return made


def _new(
    ring: KeyRing, registration: Registration, kind_id: int, day: date, party_size: int, now: datetime, twin: int = 0
) -> Pass:
    return Pass(
        code=new_code(),
        registration_id=registration.id,
        event_id=registration.event_id,
        kind_id=kind_id,
        holder_id=registration.holder_id,
        day=day,
        party_size=party_size,
        twin=twin,
        status=Pass.VALID,
        key_id=ring.current,
        issued_at=now,
    )


def end_pass(db: Session, old: Pass, status: str) -> None:
    """Take a pass out of use, once: a second attempt is refused `no_such_pass`."""
    ending = update(Pass).where(Pass.id == old.id, Pass.status == Pass.VALID).values(status=status).returning(Pass.id)
    required(db.execute(ending).first(), Refused("no_such_pass"))


def _only_a_taken_code(db: Session, error: IntegrityError, pass_: Pass) -> None:
    """Go on where the code was taken; Refused where the person has a pass; else the error itself."""
    match violated(error):
        case "uq_passes_code":
            return
        case "uq_passes_one_a_day":
            pass_rules.refuse_second(db, holder_id=pass_.holder_id, kind=db.get_one(Kind, pass_.kind_id), day=pass_.day)
    raise error
