"""What does not fit together is told, and what can be mended without a guess is mended."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.carriers import StatusUpdate
from bot.delivery.outbox import hold
from bot.delivery.outbox.enqueue import enqueue_pass, enqueue_reply
from bot.domain import checkins, events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery, EventDay, Figure, FigureChange, PassUse, Registration
from bot.domain.passes import registration as registrations
from bot.domain.stats import recount
from bot.ops import reconcile
from bot.ops.reconcile import Difference, Listed
from flows.shapes.scans import Scan
from tests.bot.domain.builders import asking

NOON = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
NOTHING: Listed = {}


@pytest.fixture
def sent_code(database: Database) -> str:
    """The code of a pass for two at the demo event, sent, with which one of them is inside."""
    ring = KeyRing.open(database, "a secret of sixteen")
    with database.write() as db:
        events.make_demo(db, NOON)
        asker = people.find_or_make(db, phone="+919800000001", now=NOON)
        issued = registrations.register(db, ring, **asking(asker, event="demo", visit_date=NOON.date(), now=NOON))
        enqueue_pass(db, issued, address="whatsapp:+919800000001", sender=None, language="en", now=NOON)
        scan = Scan(scan_id="one", text=issued.code, event="demo", gate="main", channel="api", count=1)
        assert checkins.admit(db, ring, scan, NOON).result == "admitted"
        db.execute(update(Delivery).values(status="sent", message_sid="SM1"))
    return issued.code


def found(database: Database, listed: Listed = NOTHING, *, repair: bool = False) -> Sequence[Difference]:
    with database.write() as db:
        return reconcile.compare(db, listed, since=NOON, now=NOON, repair=repair)


def codes(differences: Sequence[Difference]) -> dict[str, bool]:
    return {difference.code: difference.mended for difference in differences}


@pytest.mark.usefixtures("sent_code")
def test_where_everything_fits_nothing_is_told(database: Database) -> None:
    assert found(database, {"SM1": (StatusUpdate("SM1", "sent"), NOON)}) == []


def _less_entered(db: Session) -> None:
    db.execute(update(PassUse).values(entered=0))


def _more_entered(db: Session) -> None:
    db.execute(update(PassUse).values(entered=2))


def _more_taken(db: Session) -> None:
    db.execute(update(EventDay).values(taken=EventDay.taken + 1))


def _sums_lost(db: Session) -> None:
    db.execute(delete(Figure))
    db.execute(delete(FigureChange))


@pytest.mark.parametrize(
    ("spoil", "code_", "mends"),
    [
        (_less_entered, "use_differs", True),
        (_more_entered, "use_differs", False),
        (_more_taken, "taken_differs", True),
        (_sums_lost, "figure_differs", True),
    ],
)
@pytest.mark.usefixtures("sent_code")
def test_sums_that_are_wrong_are_told_and_mended_where_that_lets_nobody_in(
    database: Database, spoil: object, code_: str, mends: bool
) -> None:
    with database.write() as db:
        spoil(db)  # type: ignore[operator]  # one of the functions above
    assert codes(found(database)) == {code_: False}
    assert codes(found(database)) == {code_: False}  # looking has changed nothing
    assert codes(found(database, repair=True)) == {code_: mends}
    assert codes(found(database)) == ({} if mends else {code_: False})


def test_a_mended_use_lets_nobody_in_again(database: Database, sent_code: str) -> None:
    with database.write() as db:
        db.execute(delete(PassUse))
    assert codes(found(database, repair=True)) == {"use_differs": True}
    with database.write() as db:
        ring = KeyRing.open(database, "a secret of sixteen")
        scan = Scan(scan_id="two", text=sent_code, event="demo", gate="main", channel="api", count=2)
        assert checkins.admit(db, ring, scan, NOON).result == "too_many"


def test_a_registration_without_a_pass_and_a_pass_that_nobody_sent(database: Database, sent_code: str) -> None:
    with database.write() as db:
        db.execute(delete(Delivery))
        first = db.scalars(select(Registration)).one()
        asker = first.holder_id
        values = {
            column.key: getattr(first, column.key) for column in Registration.__table__.columns if column.key != "id"
        }
        db.add(Registration(**{**values, "holder_id": asker}))
    told = {difference.code: difference for difference in found(database, repair=True)}
    assert {"no_pass", "pass_not_sent"} <= told.keys()
    assert not told["no_pass"].mended
    assert f"passes resend {sent_code[:4]}-{sent_code[4:]}" in told["pass_not_sent"].said


@pytest.mark.usefixtures("sent_code")
def test_twilio_knows_better_how_a_message_fares_and_what_left_unseen(database: Database) -> None:
    listed = {
        "SM1": (StatusUpdate("SM1", "read"), NOON),
        "SM2": (StatusUpdate("SM2", "sent"), NOON + timedelta(minutes=1)),
    }
    assert codes(found(database, listed)) == {"status_behind": False, "unknown_message": False}
    assert codes(found(database, listed, repair=True)) == {"status_behind": True, "unknown_message": False}
    with database.read() as db:
        assert db.scalars(select(Delivery.status)).one() == "read"
        assert recount.differences(db, "demo") == []


@pytest.mark.usefixtures("sent_code")
def test_what_is_owed_after_a_restore_is_named_and_waits(database: Database) -> None:
    with database.write() as db:
        enqueue_reply(db, message_sid="SM9", address="whatsapp:+919800000002", sender=None, body="words", now=NOON)
        assert hold.doubt_owed(db, NOON) == 1
    (difference,) = found(database)
    assert (difference.code, difference.mended) == ("outcome_unknown", True)
