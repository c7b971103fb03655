"""People of a file in the database: once each, never more than a day holds, whatever else happens."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.domain import events, passes, people
from bot.domain.imports import insert
from bot.domain.imports import run as run_import
from bot.domain.imports.plan import PlannedRow
from bot.domain.imports.rows import RejectedRow
from bot.domain.keys import KeyRing
from bot.domain.models import AuditEntry, EventDay, ImportedRow, Pass, Registration
from bot.domain.passes import kinds
from bot.domain.passes import registration as registrations
from bot.domain.privacy import erasure
from tests.bot.domain.builders import DAY, NOW, SECRET, asking, refused

HEADS = "name,phone,day,party,kind,ref,language"
PHONE, OTHER = "+919811111111", "+919811111112"
LIST = f"""{HEADS}
Asha Verma,{PHONE},{DAY},2,,,
Ravi Rao,,{DAY},1,school,,hi
Ravi Rao,,{DAY},1,school,,
मीरा,,{DAY},40,school,S-7,
Mira Das,{OTHER},{DAY};{DAY + timedelta(days=1)},1,,,
"""
Bring = Callable[..., tuple[run_import.ImportReport, list[PlannedRow]]]


@pytest.fixture
def mela(database: Database) -> str:
    """The slug of an event that is not open yet, with a kind for schools."""
    with database.write() as db:
        events.create(db, slug="mela", name="Mela", starts_on=DAY, ends_on=DAY + timedelta(days=2), now=NOW)
        kinds.add(db, "mela", "school", max_party=50)
    return "mela"


@pytest.fixture
def bring(database: Database, ring: KeyRing, mela: str) -> Bring:
    """Import a text; the report, and what came of each row."""

    def brought(body: str, **how: Any) -> tuple[run_import.ImportReport, list[PlannedRow]]:
        seen: list[PlannedRow] = []
        with database.read() as db:
            plan = run_import.make_plan(db, mela, io.BytesIO(body.encode()), region="IN", now=NOW, **how)
        looked = run_import.preview(database, plan, on_row=lambda one: None, progress=lambda rows: None)
        act = run_import.ImportAct(plan.event.id, "Meena", {"file": plan.digest})
        report = run_import.import_people(
            database,
            ring,
            plan,
            act,
            consent="signed lists",
            on_row=seen.append,
            progress=lambda rows: None,
            now=lambda: NOW,
        )
        assert (looked.rows, looked.people) == (report.rows, report.people)
        return report, seen

    return brought


def count(database: Database, *which: Any) -> int:
    with database.read() as db:
        return (
            db.scalar(select(func.count()).select_from(Registration).where(Registration.channel == "import", *which))
            or 0
        )


def taken_places(database: Database) -> list[int]:
    with database.read() as db:
        mine = select(EventDay.taken).where(EventDay.event_id == events.by_slug(db, "mela").id)
        return list(db.scalars(mine.order_by(EventDay.day)))


def test_a_list_twice_is_once(database: Database, bring: Bring) -> None:
    report, _ = bring(LIST)
    assert (report.rows, report.people, report.unreachable) == ({"new": 5}, 46, 3)
    assert (count(database), taken_places(database)) == (6, [45, 1, 0])
    assert len(set(report.passes)) == 6
    again, _ = bring(LIST)
    assert (again.rows, again.passes) == ({"already_there": 5}, report.passes)
    assert (count(database), taken_places(database)) == (6, [45, 1, 0])
    turned = [HEADS, *reversed(LIST.splitlines()[1:])]
    assert bring("\n".join(turned))[0].rows == {"already_there": 5}
    with database.read() as db:
        imports = select(AuditEntry.about).where(AuditEntry.what == "visitors_imported").order_by(AuditEntry.id)
        acts = db.scalars(imports).all()
    assert [(act.get("new"), act.get("already_there"), act["finished"]) for act in acts][:2] == [
        (5, None, True),
        (0, 5, True),
    ]


def test_what_is_kept_of_a_person(database: Database, bring: Bring) -> None:
    bring(LIST)
    with database.read() as db:
        ravi = db.scalars(
            select(Registration).where(Registration.full_name == "Ravi Rao").order_by(Registration.id)
        ).first()
        asha = people.find(db, phone=PHONE)
        assert ravi
        assert asha
        assert (ravi.language, ravi.consent_version, "signed lists" in ravi.consent_text) == (
            "hi",
            insert.NO_CONSENT_VERSION,
            True,
        )
        assert (ravi.passes[0].kind.slug, ravi.passes[0].status, ravi.holder.aliases) == ("school", "valid", [])
        assert [one.code for one in passes.of_person(db, asha, NOW)] == [
            db.scalars(select(Pass.code).where(Pass.holder_id == asha.id)).one()
        ]


def test_changed_rows_differ_and_change_nothing(database: Database, bring: Bring) -> None:
    bring(LIST)
    changed = (
        LIST.replace(f"{DAY},2", f"{DAY},3")
        .replace("मीरा", "Meera")
        .replace(f"{DAY},40", f"{DAY + timedelta(days=2)},40")
    )
    report, seen = bring(changed)
    assert report.rows == {"already_there": 3, "differs": 2}
    told = [one.differs for one in seen if one.state == "differs"]
    assert told == [{"party": (3, 2)}, {"name": ("Meera", "मीरा"), "day": (DAY + timedelta(days=2), DAY)}]
    assert taken_places(database) == [45, 1, 0]


def test_who_registered_by_themselves_is_there(database: Database, ring: KeyRing, bring: Bring, mela: str) -> None:
    with database.write() as db:
        events.open_event(db, mela)
        asker = people.find_or_make(db, phone=PHONE, now=NOW)
        registrations.register(db, ring, **asking(asker, event=mela))
    report, _ = bring(LIST)
    assert report.rows == {"already_there": 1, "new": 4}


def test_a_pass_that_was_cancelled_stays_so_unless_it_is_asked_for(
    database: Database, ring: KeyRing, bring: Bring
) -> None:
    bring(LIST)
    with database.write() as db:
        for phone in (PHONE, OTHER):
            holder = people.find(db, phone=phone)
            assert holder
            first = passes.of_person(db, holder, NOW)[0]
            if phone == PHONE:
                passes.cancel(db, contact=holder, code=first.code, now=NOW)
            else:
                events.open_event(db, "mela")
                later = DAY + timedelta(days=2)
                passes.change(db, ring, contact=holder, code=first.code, visit_date=later, party_size=1, now=NOW)
    report, seen = bring(LIST)
    assert report.rows == {"revoked": 1, "already_there": 3, "differs": 1}
    assert next(one.differs for one in seen if one.differs) == {"day": (DAY, DAY + timedelta(days=2))}
    assert bring(LIST, again=True)[0].rows == {"new": 1, "already_there": 3, "differs": 1}
    assert taken_places(database) == [44, 1, 1]


def test_nobody_beyond_what_a_day_holds(database: Database, bring: Bring, mela: str) -> None:
    with database.write() as db:
        events.set_day(db, mela, DAY, capacity=5)
    rows = [f"P {number}a,,{DAY},{party},,{number}," for number, party in enumerate((3, 3, 2, 1))]
    report, seen = bring("\n".join([HEADS, *rows]))
    assert (report.rows, taken_places(database)[0]) == ({"new": 2, "bad": 2}, 5)
    told = [(one.row.row.number, one.row.problems[0].code) for one in seen if isinstance(one.row, RejectedRow)]
    assert told == [(3, "too_few_left"), (5, "day_full")]


def test_a_kind_with_days_of_its_own_needs_places_on_each(database: Database, bring: Bring, mela: str) -> None:
    last = DAY + timedelta(days=2)
    with database.write() as db:
        kinds.add(db, mela, "press", days=(DAY, last))
        events.set_day(db, mela, last, capacity=5)
    rows = [f"P {number}a,98111{number:05},{day},2,press,," for number, day in enumerate((DAY, last, ""))]
    report, seen = bring("\n".join([HEADS, *rows]))
    assert (report.rows, report.more_days, taken_places(database)) == ({"new": 2, "bad": 1}, 2, [4, 0, 4])
    assert [one.row.problems[0].code for one in seen if isinstance(one.row, RejectedRow)] == ["too_few_left"]


def test_two_imports_at_once_make_everybody_once(database: Database, bring: Bring, mela: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(run_import, "BATCH_SIZE", 7)
    with database.write() as db:
        events.set_day(db, mela, DAY, capacity=30)
    rows = [f"P {number}a,{'' if number % 3 else f'98111{number:05}'},{DAY},1,,," for number in range(40)]
    body = "\n".join([HEADS, *rows])

    def once(_: int) -> run_import.ImportReport:
        with database.read() as db:
            plan = run_import.make_plan(db, mela, io.BytesIO(body.encode()), region="IN", now=NOW)
        act = run_import.ImportAct(plan.event.id, "Meena", {})
        none: Callable[[Any], None] = lambda one: None  # noqa: E731 - two arguments need the same
        ring = KeyRing.open(database, SECRET)
        return run_import.import_people(
            database, ring, plan, act, consent="lists", on_row=none, progress=none, now=lambda: NOW
        )

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(once, range(2)))
    assert sum(report.rows["new"] for report in reports) == 30
    assert (count(database), taken_places(database)[0]) == (30, 30)


def test_an_event_that_is_off_takes_nobody(database: Database, bring: Bring, mela: str) -> None:
    with database.write() as db:
        events.cancel_event(db, mela)
    with refused("event_cancelled"):
        bring(LIST)


def test_erasing_forgets_the_reference_too(database: Database, bring: Bring) -> None:
    report, _ = bring(LIST)
    with database.write() as db:
        code = db.get_one(Pass, report.passes[3]).code
        erasure.erase(db, erasure.by_code(db, code), NOW, even_today=True, actor="Meena")
    with database.read() as db:
        assert [key[:4] for key in db.scalars(select(ImportedRow.key))] == ["row:", "row:"]
    again, _ = bring(LIST)
    assert (report.erased, again.erased, again.rows["new"]) == (0, 1, 1)
