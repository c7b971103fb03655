"""`privacy erase`: afterwards nothing names the person, and every figure is what it was."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
import time_machine
from click.testing import Result
from redis import Redis
from responses import matchers
from sqlalchemy import func, select

from bot.conversation.store import ClaimedMessage, ConversationStore
from bot.conversation.web_sessions import WebSession, WebSessions
from bot.database import Database
from bot.delivery.outbox import enqueue
from bot.domain import audit, checkins, people
from bot.domain.keys import KeyRing
from bot.domain.models import (
    Checkin,
    Contact,
    ContactAlias,
    Delivery,
    EventDay,
    MediaDeletion,
    Registration,
    TurnRecord,
)
from bot.domain.passes import registration as registrations
from bot.domain.privacy import retention
from flows.shapes.scans import REVOKED, Scan
from flows.understanding.codes import shown
from tests.bot.domain.builders import SECRET, asking
from tests.table_dump import dump

Run = Callable[..., Result]
NOON = datetime(2027, 1, 9, 6, 30, tzinfo=UTC)
LATER = date(2027, 1, 11)
ACCOUNT, FOUND = "AC" + "0" * 32, "SM" + "9" * 32
PHONE, USER, NAME, ANSWER = "+919876543210", "IN.asha77", "Asha Verma", "Pondicherry"
FRIEND = "+919876543211"


def talk(redis: "Redis", database: Database, sid: str, phone: str, state: dict[str, Any], text: str) -> None:
    """A turn that wrote something, as the database and Redis keep it."""
    kept, address = ConversationStore(redis, state_seconds=3600), f"phone:{phone}"
    addresses = [address, f"user:{USER}"] if phone == PHONE else [address]
    held = kept.accept(sid, addresses, {"text": text}, 1, f"whatsapp:{phone}")
    assert isinstance(held, ClaimedMessage)
    kept.commit(held, state, {"text": text}, 2, in_outbox=False)
    with database.write() as db:
        db.add(TurnRecord(message_sid=sid, answer={"text": text}, state=state, address=address, created_at=NOON))


@pytest.fixture
def ashas_code(ok: Run, fair_slug: str, database: Database, redis: "Redis") -> str:
    """Asha: registered, entered in part; known to Redis, to a volunteer's chat, and as who asked for a friend."""
    ok("events", "open", fair_slug)
    ok("gates", "add", "--event", fair_slug, "--name", "Main")
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        asha = people.find_or_make(db, phone=PHONE, user=USER, now=NOON)
        wish = asking(asha, visit_date=date(2027, 1, 9), full_name=NAME, party_size=3, now=NOON)
        issued = registrations.register(db, ring, **wish | {"answers": {"city": ANSWER}})
        registrations.register(db, ring, **asking(asha, visit_date=LATER, full_name=NAME, party_size=2, now=NOON))
        registrations.register(
            db, ring, **asking(asha, phone=FRIEND, visit_date=LATER, full_name="Mira Das", party_size=2, now=NOON)
        )
        enqueue.enqueue_pass(db, issued, address=f"whatsapp:{PHONE}", sender=None, language="en", now=NOON)
        sent = db.scalars(select(Delivery)).one()
        sent.message_sid, sent.status = "MM" + "1" * 32, "sent"
        enqueue.enqueue_pass(db, issued, address=f"whatsapp:{PHONE}", sender=None, language="en", now=NOON)
        checkins.admit(db, ring, Scan(issued.code, "one", "fair", "api", "main", count=2), NOON)
        audit.record(db, "old_note", now=NOON, about={"ids": [["phone", PHONE]], "name": NAME})
    talk(redis, database, "SM" + "2" * 32, PHONE, {"slots": {"full_name": NAME, "city": ANSWER}}, f"Thank you, {NAME}")
    talk(redis, database, "SM" + "3" * 32, FRIEND, {"asked": "menu"}, f"{NAME} may enter")
    WebSessions(redis).save(WebSession("one", phone=PHONE))
    redis.set(f"window:heard:whatsapp:{PHONE}|whatsapp:+1555", 1)
    return shown(issued.code)


@pytest.fixture
def twilio_list(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """An account whose list names one message of hers that we know nothing of, on its second page."""
    for name, value in (("ACCOUNT_SID", ACCOUNT), ("AUTH_TOKEN", "0" * 32), ("WHATSAPP_FROM", "whatsapp:+15550001111")):
        monkeypatch.setenv(f"TWILIO_{name}", value)
    monkeypatch.setenv("PUBLIC_URL", "https://pass.example.org")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as answering:
        listed = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        hers = [matchers.query_param_matcher({"From": f"whatsapp:{PHONE}"}, strict_match=False)]
        more = listed.removeprefix("https://api.twilio.com") + "?Page=1"
        answering.get(listed, json={"messages": [], "next_page_uri": more}, match=hers)
        second = [matchers.query_param_matcher({"Page": "1"})]
        answering.get(listed, json={"messages": [{"sid": FOUND}], "next_page_uri": None}, match=second)
        answering.get(listed, json={"messages": [], "next_page_uri": None})
        yield answering


def figures(database: Database) -> tuple[Any, ...]:
    with database.read() as db:
        taken = dict(db.execute(select(EventDay.day, EventDay.taken).where(EventDay.taken > 0)).all())
        people_in = db.scalar(select(func.sum(Checkin.people)))
        return taken, people_in, db.scalar(select(func.count(Registration.id)))


def test_nothing_names_them_any_more(
    ok: Run, run: Run, ashas_code: str, database: Database, redis: "Redis", twilio_list: object
) -> None:
    assert figures(database) == ({date(2027, 1, 9): 3, LATER: 4}, 2, 3)
    before = dump(database, redis)
    assert all(trace in before for trace in (PHONE, USER, NAME, ANSWER))
    with time_machine.travel(NOON, tick=True):
        refused = run("privacy", "erase", "--phone", PHONE, "--yes")
        assert (refused.exit_code, "valid_today" in refused.stderr) == (1, True), refused.stderr
        assert dump(database, redis).count(PHONE) == before.count(PHONE)
        assert "{" not in ok("privacy", "erase", "--phone", PHONE, "--yes", "--even-today").stderr
        again = run("privacy", "erase", "--phone", PHONE, "--yes")
        assert (again.exit_code, "erased" in again.output, "no data" in again.stderr) == (1, False, True)
    after = dump(database, redis)
    assert [trace for trace in (PHONE[1:], USER, NAME, "Asha", ANSWER) if trace in after] == []
    # The day on which they entered stays as it was; the two places of the other day are free, the friend's are not.
    assert figures(database) == ({date(2027, 1, 9): 3, LATER: 2}, 2, 3)
    assert "Mira Das" in after
    assert FRIEND in after
    assert "no_such_person" in run("visitors", "show", PHONE).stderr
    with database.write() as db:
        answer = checkins.admit(
            db, KeyRing.open(database, SECRET), Scan(ashas_code, "two", "fair", "api", "main"), NOON
        )
        assert answer.pass_ is not None
        assert (answer.result, answer.pass_.name) == (REVOKED, "")
        owed = set(db.scalars(select(MediaDeletion.message_sid)))
        assert {"MM" + "1" * 32, "SM" + "2" * 32, FOUND} <= owed
        assert set(db.scalars(select(Delivery.status))) == {"sent", "canceled"}
        asked = select(Registration).where(Registration.full_name == "Mira Das")
        assert db.scalars(asked).one().asked_by.aliases[0].value == FRIEND


def test_asked_twice_on_the_day(run: Run, ashas_code: str, database: Database, twilio_list: object) -> None:
    with time_machine.travel(NOON, tick=True):
        assert run("privacy", "erase", "--code", ashas_code, stdin="y\nn\n").exit_code == 1
        asked = run("privacy", "erase", "--code", ashas_code, stdin="n\n")
        assert (asked.exit_code, ashas_code in asked.output, "registrations 2 at fair" in asked.output) == (
            1,
            True,
            True,
        )
        with database.read() as db:
            assert db.scalars(select(Registration.full_name).where(Registration.full_name == NAME)).all()
        assert run("privacy", "erase", "--code", ashas_code, stdin="y\ny\n").exit_code == 0
    with database.read() as db:
        assert not db.scalars(select(Registration.full_name).where(Registration.full_name == NAME)).all()
        # Whoever writes again is somebody new.
    with database.write() as db:
        old = set(db.scalars(select(Contact.id)))
        assert people.find_or_make(db, phone=PHONE, now=NOON).id not in old


def test_held_about_somebody_as_a_file(ok: Run, run: Run, ashas_code: str, tmp_path: Path) -> None:
    out = tmp_path / "asha.json"
    ok("privacy", "report", "--phone", PHONE, "--out", str(out))
    told = json.loads(out.read_text())
    assert (told["phones"], told["registrations"][0]["answers"]["city"]) == ([PHONE], ANSWER)
    assert (told["consents"], out.stat().st_mode & 0o777) == ({"1": "I agree."}, 0o600)
    assert run("privacy", "report", "--phone", PHONE, "--out", "/nowhere/x").exit_code == 1
    assert run("privacy", "erase", "--yes").exit_code == 2


def test_data_are_kept_as_long_as_was_said(
    ok: Run, rows: Callable[..., Any], ashas_code: str, database: Database
) -> None:
    """The fair's last day is the eleventh of January; Asha is registered for the market in March as well."""
    ok("events", "create", "--slug", "market", "--name", "Market", "--from", "2027-03-01", "--to", "2027-03-01")
    ok("events", "open", "market")
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        asha = people.find_or_make(db, phone=PHONE, now=NOON)
        wish = asking(asha, event="market", visit_date=date(2027, 3, 1), full_name=NAME, now=NOON)
        registrations.register(db, ring, **wish)
    before = figures(database)
    ok("privacy", "retention", "set", "fair", "30")
    assert [row["kept_until"] for row in rows("privacy", "retention", "show")] == ["2027-02-10", None]
    with database.read() as db:
        assert retention.expired_events(db, date(2027, 2, 10)) == []
        due = retention.expired_events(db, date(2027, 2, 11))
    assert sum(retention.purge(database, due, NOON + timedelta(days=40), retention.CLOCK_ACTOR)) == 2
    retention.forget_turns(database, NOON + timedelta(days=40))
    assert figures(database) == before
    assert [row["with_a_name"] for row in rows("privacy", "retention", "show")] == [0, 1]
    with database.read() as db:
        assert [one.value for one in db.scalars(select(ContactAlias).where(ContactAlias.kind == "phone"))] == [PHONE]
        assert {row.state == {} for row in db.scalars(select(TurnRecord))} == {True}
    with time_machine.travel(datetime(2027, 4, 1, tzinfo=UTC), tick=True):
        ok("privacy", "purge", "--before", "2027-04-01", "--yes")
    with database.read() as db:
        assert db.scalars(select(ContactAlias)).all() == []
        assert set(db.scalars(select(Registration.full_name))) == {""}
