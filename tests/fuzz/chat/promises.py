"""What holds after every step of the chat, and the state of the database that it is held against."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel.messages.pofile import read_po
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.delivery.outbox.enqueue import BULK
from bot.delivery.outbox.whatsapp_text import MAX_BODY_LENGTH
from bot.domain.models import Checkin, Contact, ContactAlias, Delivery, Pass, PassUse, Registration
from bot.ops.reconcile import entries, registrations
from flows.text.translate import MISSING
from tests.fuzz.chat.fair import PEOPLE, Answer, Fair, now
from tests.paths import ROOT

LEFT_OVER = re.compile(r"\{[a-z_]*\}|%\(|%[sd]\b|\bNone\b(?! of)|\bTrue\b|\bFalse\b|object at 0x|Sentence\(|" + MISSING)
"""What no answer holds: a parameter that was not filled in, or a value as Python writes it."""
HINDI = ROOT / "flows/locale/hi/LC_MESSAGES/pravesh.po"
PLAIN_ENOUGH = 25
"""Characters of a sentence that nobody types by chance."""


@dataclass(frozen=True, slots=True)
class Books:
    """What the database says of passes."""

    uses: Mapping[tuple[int, Any], tuple[int, int]]
    """People in and out, by pass and period."""
    checkins: int
    passes: Mapping[str, tuple[int, str, str, frozenset[str]]]
    """By code: party, event, status, and the names of those whose it is."""

    @classmethod
    def read(cls, db: Session) -> "Books":
        """As they are now."""
        uses = {(use.pass_id, use.period): (use.entered, use.gone) for use in db.scalars(select(PassUse))}
        rows = db.execute(select(Pass, Registration).join(Registration)).all()
        return cls(
            uses,
            db.scalar(select(func.count(Checkin.id))) or 0,
            {
                made.code: (made.party_size, made.event.slug, made.status, frozenset({asked.full_name}))
                for made, asked in rows
            },
        )


def after_message(fair: Fair, who: str, said: str, answer: Answer, before: Books) -> None:
    """What holds after one message."""
    assert not answer.broken, "a bug of ours: the turn failed"
    whole = [text for text in (answer.text, *answer.others) if text]
    assert len(whole) <= 1, whole
    assert whole or _may_be_silent(fair, who, answer), "no answer, and no reason"
    for text in whole:
        _well_said(text, said, answer)
        _of_nobody_else(fair, who, said, text)
    with fair.service.database.read() as db:
        after = Books.read(db)
        _nobody_twice(after, db)
        if not PEOPLE[who].works_for:
            assert (after.uses, after.checkins) == (before.uses, before.checkins), "a visitor moved a pass"
        assert list(_differing(db)) == []


def _may_be_silent(fair: Fair, who: str, answer: Answer) -> bool:
    """Whoever has stopped our messages hears nothing of what is no question to us."""
    return bool(answer.after.get("stopped") or answer.before.get("stopped"))


def _well_said(text: str, said: str, answer: Answer) -> None:
    assert len(text.encode("utf-16-le")) // 2 <= MAX_BODY_LENGTH
    assert text.strip() == text
    unsaid = text.replace(said, "") if said.strip() else text
    found = LEFT_OVER.search(unsaid)
    assert found is None or found[0] in said, (found[0], text)
    if (
        answer.before.get("language") == answer.after.get("language") == "hi"
        and answer.after.get("asked") != "language"
    ):
        unread = [sentence for sentence in english() if sentence in unsaid]
        assert unread == [], (unread, text)


@cache
def english() -> tuple[str, ...]:
    """Sentences that have another form in Hindi; how the language is changed is said in each."""
    with HINDI.open("rb") as file:
        catalogue = read_po(file)
    found = (message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id)
    parts = (part for sentence in found for part in re.split(r"\{[a-z_]*\}|\n", sentence))
    spoken = {part.strip() for part in parts if len(part.strip()) >= PLAIN_ENOUGH}
    told = "\n".join(str(message.string) for message in catalogue)
    return tuple(sorted(one for one in spoken if one[0].isalpha() and one not in told and "language" not in one))


def _of_nobody_else(fair: Fair, who: str, said: str, text: str) -> None:
    """Neither name nor number nor code of somebody else, but what the writer typed, and at the gate its own passes."""
    me = PEOPLE[who]
    for other, person in PEOPLE.items():
        if other == who or (me.works_for and person.works_for == me.works_for):
            continue
        for mark in person.marks:
            if mark in text and mark not in said:
                assert not mark.isdecimal(), f"{who} is told the number of {other}"
                assert me.works_for or _shares(fair, me.address, mark), f"{who} is told the name of {other}"


def _shares(fair: Fair, address: str, mark: str) -> bool:
    """Whether a registration that they asked for, or hold, has that name."""
    with fair.service.database.read() as db:
        contact = _contact(db, address)
        mine = (Registration.holder_id == contact) | (Registration.asked_by_id == contact)
        return any(mark in name for name in db.scalars(select(Registration.full_name).where(mine)))


def _contact(db: Session, address: str) -> int | None:
    return db.scalar(select(ContactAlias.contact_id).where(ContactAlias.value == address.removeprefix("whatsapp:")))


def _nobody_twice(books: Books, db: Session) -> None:
    parties = {row.id: row.party_size for row in db.execute(select(Pass.id, Pass.party_size))}
    forced = set(db.scalars(select(Checkin.pass_id).where(Checkin.forced)))
    for (number, period), (entered, gone) in books.uses.items():
        assert 0 <= gone <= entered
        assert number in forced or entered - gone <= parties[number], (number, period, entered, gone)


def _differing(db: Session) -> Iterator[str]:
    """Where figures, places and uses are not what the rows say."""
    for found in (*entries.differences(db, repair=False), *registrations.differences(db, now(), repair=False)):
        yield f"{found.code} {found.subject}: {found.said}"


def after_sending(fair: Fair, sent: list[Any]) -> None:
    """What holds for messages that left: whole, and nothing to many for whoever has stopped them."""
    with fair.service.database.read() as db:
        to_many = select(Delivery.id).join(Contact, Contact.id == Delivery.contact_id).where(Delivery.priority >= BULK)
        unwanted = to_many.where(Contact.stopped_at.is_not(None), Delivery.tried_at == now())
        assert list(db.scalars(unwanted)) == [], "a message to many for somebody who has stopped them"
    for message in sent:
        found = LEFT_OVER.search(message.body)
        assert found is None, (found[0], message.body)
        assert message.body.strip()
