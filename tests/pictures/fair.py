"""The demo event in full swing: people who registered, gates that let them in, and everything that pages have to show.

The same at every run: names and sizes are taken in turn, moments are hours of the event's day.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation import funnel_tracking
from bot.conversation.funnel_tracking import FunnelProgress
from bot.delivery.carriers import StatusUpdate
from bot.delivery.outbox import enqueue
from bot.delivery.outbox.statuses import advance
from bot.domain import audit, checkins, events, people, roster, waiting_list
from bot.domain.audit import recorder
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.imports import stored as stored_lists
from bot.domain.messaging import broadcasts
from bot.domain.messaging.audience import Selection
from bot.domain.models import Alert, Contact, Delivery, Device, Pass, Staff
from bot.domain.passes import kinds, reissue, tokens
from bot.domain.passes import registration as registrations
from bot.domain.roster import devices, gates, invitations, offline_staff, owners, trial
from flows.shapes import VisitWish
from flows.shapes.scans import Scan
from tests.bot.domain.builders import asking
from tests.pictures.served import Served

DEMO, EMPTY, ENDED = "demo", "winter", "monsoon"
OWNER = "+919700000010"
GATES = ("Gate 2 Parking", "Gate 3 Metro", "VIP entrance")
NAMES = (
    *("Asha Verma", "Ravi Kumar", "Meera Iyer", "Farhan Qureshi", "Lakshmi Narayanan", "Gurpreet Kaur", "Ananya Ghosh"),
    *("Joseph D’Souza", "राधिका त्रिपाठी", "Imran Shaikh", "Kavya Reddy", "Sanjay Patil", "சுந்தர் ராமன்", "Priya Menon"),
    *("Venkata Subrahmanya Lakshminarasimhan of Tiruchirappalli", "Nusrat Jahan", "Arjun Nair", "Divya Joshi"),
)
CITIES = ("Delhi", "Mumbai", "Jaipur", "लखनऊ", "Kochi", "Kolkata")
SIZES = (2, 1, 4, 3, 1, 2, 6, 2, 1, 3)
CHANNELS = ("whatsapp", "whatsapp", "web", "whatsapp", "import", "walkup", "web")
PEOPLE_A_DAY = 400
PASSES = 96
ADMITTED = 62
FULL_DAY = 6
"""Days after the first."""
FAILED_EACH = 17
"""Of so many messages one failed."""
STEPS = ("language", "full_name", "party_size", "agree", "done")
LIST = "Guest,Mobile No,Visit day\nLeela Nair,98123 00771,{day}\nNo Phone,12,{day}\nSunil Rao,98123 00772,someday\n"


def make(served: Served) -> None:
    """Everything, in the database of what is being served."""
    with served.service.database.write() as db:
        _event(db, served)
        _team(db, served)
    passes = _passes(served)
    register(served, "Mohan Das", 1, "+919812000009", served.at(9), visit_date=served.today + timedelta(days=FULL_DAY))
    _entries(served, passes)
    with served.service.database.write() as db:
        _line(db, served)
        _begun(db, served)
        _messages(db, served)
        _others(db, served)


def _event(db: Session, served: Served) -> None:
    events.change(
        db,
        DEMO,
        capacity_per_day=PEOPLE_A_DAY,
        map_url="https://maps.example.org/fair-ground",
        organiser="Pravesh Demo Trust, 12 Ring Road, New Delhi",
        purpose="to give out passes and to count who comes in",
        complaints="Anita Rao, help@pravesh.example.org",
        retention_days=90,
    )
    for day in range(9):
        events.set_day(db, DEMO, served.today + timedelta(days=day), capacity=PEOPLE_A_DAY)
    for name in GATES:
        gates.add(db, DEMO, name)
    kinds.add(db, DEMO, "press", labels={"en": "Press", "hi": "प्रेस"}, max_party=2)


def _team(db: Session, served: Served) -> None:
    owners.add(db, phone=OWNER, name="Devika Pillai", region="IN", now=served.now)
    [vikram] = roster.of_phone(db, trial.VOLUNTEER)
    vikram.gate_id = gates.find(db, vikram.event_id, "main").id
    for number, (name, gate) in enumerate(
        (("Sunita Devi", "main"), ("Harish Chandra", "gate-2-parking"), ("Rekha Bhat", "gate-3-metro"))
    ):
        roster.add(
            db, DEMO, phone=f"+91970000002{number}", name=name, gate=gate, region="IN", now=served.at(7, 30 + number)
        )
    for name, gate in (("Main 1", "main"), ("Main 2", "main"), ("Parking", "gate-2-parking")):
        device, _token = devices.add(db, DEMO, name=name, gate=gate, now=served.at(7, 45))
        offline_staff.mark_seen(db, Device, device.id, served.now - timedelta(minutes=40 if name == "Parking" else 0))
    invitations.invite(db, DEMO, people=20, gate="main", once="pictures", now=served.at(8))


def register(served: Served, name: str, size: int, phone: str, at: datetime, **changes: Any) -> Pass:
    """A pass of the demo event, for its first day unless told otherwise."""
    with served.service.database.write() as db:
        asker = people.find_or_make(db, phone=phone, now=at)
        wish: dict[str, Any] = {"event": DEMO, "full_name": name, "party_size": size, "now": at}
        wish |= {"visit_date": served.today, "answers": {"city": "Delhi"}, "consent_version": _consent(db)}
        return registrations.register(db, served.service.ring, **asking(asker, **wish | changes))


def _consent(db: Session) -> int:
    return events.by_slug(db, DEMO).consent_version


def qr(served: Served, pass_id: int) -> str:
    """What the QR of a pass says."""
    with served.service.database.read() as db:
        token = tokens.encode(tokens.token_of(db.get_one(Pass, pass_id)), served.service.ring)
        return tokens.qr_text(served.origin, token)


def admit(served: Served, text: str, scan_id: str, **changes: Any) -> str:
    """Let somebody in at the main gate by another scanner; the result."""
    with served.service.database.write() as db:
        scan = Scan(text, scan_id, DEMO, "api", "main")
        return checkins.admit(db, served.service.ring, replace(scan, **changes), served.now).result


def _passes(served: Served) -> list[Pass]:
    """Passes for today and the days after, registered within the last days and this morning."""
    made = list[Pass]()
    turns = zip(cycle(NAMES), cycle(SIZES), cycle(CHANNELS), cycle(CITIES), cycle(("en", "hi", "en", "ta")))
    for number, (name, size, channel, city, language) in enumerate(islice(turns, PASSES)):
        days = 0 if number < 70 else 1 + number % 5
        at = served.at(9 + number % 11, number * 7 % 60, days=-1 - number % 4)
        if number % 3 == 0:
            at = served.at(6 + number % 5, number * 7 % 60)
        fields = {"visit_date": served.today + timedelta(days=days), "answers": {"city": city}, "language": language}
        made.append(register(served, name, size, f"+9198110{number:05}", at, channel=channel, **fields))
    return made


def _entries(served: Served, passes: list[Pass]) -> None:
    """What the gates did this morning: most came in, some left, and some were refused."""
    open_gates = cycle(("main", "gate-2-parking", "main", "gate-3-metro", "main", "vip-entrance"))
    with served.service.database.write() as db:
        staff = {row.name: row.id for row in roster.list_staff(db, DEMO)}
        at_work = {"main": "Sunita Devi", "gate-2-parking": "Harish Chandra", "gate-3-metro": "Rekha Bhat"}
        for number, issued in enumerate(passes[:ADMITTED]):
            gate = next(open_gates)
            at = served.at(8, 15) + timedelta(minutes=number * 3 + number % 4)
            if gate == "gate-3-metro":
                at = min(at, served.at(11, 8))
            who = staff.get(at_work.get(gate, ""))
            scan = Scan(issued.code, f"entry {number}", DEMO, "whatsapp", gate, who)
            checkins.admit(db, served.service.ring, scan, at)
            if number % 9 == 4:
                checkins.admit(db, served.service.ring, replace(scan, scan_id=f"again {number}"), at)
        wrong = replace(scan, text=passes[-1].code, scan_id="wrong day", gate="main")
        checkins.admit(db, served.service.ring, wrong, served.at(10, 5))
        reissue.revoke(db, passes[ADMITTED].code, served.at(9))
        revoked = replace(wrong, text=passes[ADMITTED].code, scan_id="revoked")
        checkins.admit(db, served.service.ring, revoked, served.at(10, 15))
        count = HeadCountRequest(DEMO, "school", "in", 12, "whatsapp", "main", staff_id=staff["Sunita Devi"])
        head_counts.add(db, count, served.at(10, 40))


def _line(db: Session, served: Served) -> None:
    """A day that is full, and two who wait for it."""
    day = served.today + timedelta(days=FULL_DAY)
    events.set_day(db, DEMO, day, capacity=1)
    events.change(db, DEMO, waiting_list=True)
    for number, name in enumerate(("Zubeda Khan", "Tenzin Dorje")):
        person = people.find_or_make(db, phone=f"+91981200000{number}", now=served.now)
        db.flush()
        facts: dict[str, Any] = {"answers": {"city": "Leh"}, "language": "en"}
        wish = VisitWish(DEMO, name, day, 2, **facts, consent_version=_consent(db), consent_text="I agree.")
        _join(db, wish, person, number, served)


def _join(db: Session, wish: VisitWish, person: Contact, number: int, served: Served) -> None:
    address = f"whatsapp:+91981200000{number}"
    waiting_list.join(
        db, wish, channel="whatsapp", contact_id=person.id, address=address, sender=None, now=served.at(10, number)
    )


def _begun(db: Session, served: Served) -> None:
    """Registrations that came to different questions."""
    for number in range(40):
        steps = STEPS[: 2 + number % 4] if number % 3 else STEPS
        at, channel = served.at(7 + number % 5, number).isoformat(), ("whatsapp", "web")[number % 2]
        funnel_tracking.write_rows(db, FunnelProgress(f"pictures {number}", channel, DEMO, steps, len(steps), at))


def _messages(db: Session, served: Served) -> None:
    """Passes that were sent: read, delivered, and a few that failed; an alert, and a message to many."""
    event = events.by_slug(db, DEMO)
    for number, issued in enumerate(db.query(Pass).filter_by(event_id=event.id).order_by(Pass.id)):
        address = f"whatsapp:+9198110{number:05}"
        enqueue.enqueue_pass(db, issued, address=address, sender=None, language="en", now=issued.issued_at)
    db.flush()
    for number, row in enumerate(db.query(Delivery).order_by(Delivery.id)):
        row.tried_at = row.created_at
        status = "failed" if number % FAILED_EACH == 5 else ("delivered", "read")[number % 2]
        failure = 63016 if status == "failed" else None
        advance(db, StatusUpdate(f"SM{number:032}", status, failure), row.id, row.created_at, "outside_window")
    silent = gates.find(db, event.id, "gate-3-metro")
    told: dict[str, Any] = {"value": 32, "threshold": 20, "raised_at": served.at(11, 28), "told": []}
    db.add(Alert(event_id=event.id, what="silent_gate", gate_id=silent.id, **told))
    wording: dict[str, Any] = {"en": {"body": "We are open until 8 pm."}, "hi": {"body": "हम रात 8 बजे तक खुले हैं।"}}
    many: dict[str, Any] = {"expected": 54, "made_by": "Anita Rao", "now": served.at(9, 30), "until": served.at(20)}
    broadcasts.pause(db, broadcasts.begin(db, event, purpose="news", wording=wording, selection=Selection(), **many).id)


def _others(db: Session, served: Served) -> None:
    """An event to come that nobody has set up, one that is over, and a list that was given."""
    for slug, name, days in ((EMPTY, "Winter Craft Fair", 30), (ENDED, "Monsoon Film Days", -60)):
        first = served.today + timedelta(days=days)
        events.create(
            db, slug=slug, name=name, starts_on=first, ends_on=first + timedelta(days=2), now=served.at(7, days=-70)
        )
    admin = db.query(Staff).filter_by(role="admin").one()
    text = LIST.format(day=served.today).encode()
    file = stored_lists.ListFile("guests.csv", len(text), stored_lists.pack(text))
    stored_lists.keep(db, DEMO, file, once="pictures", staff_id=admin.id, actor="Anita Rao", now=served.now)
    with recorder.audited(db, audit.EVENT_CHANGED, now=served.now, actor="Anita Rao", slug=DEMO):
        events.change(db, DEMO, venue="Fair Ground, Hall 1 and 2")
    with recorder.audited(db, audit.EVENT_CHANGED, now=served.now, actor="Anita Rao", slug=DEMO):
        events.change(db, DEMO, venue="Fair Ground, Hall 1")
