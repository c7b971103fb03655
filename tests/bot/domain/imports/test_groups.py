"""A school's list: one pass for all of it, or one a child."""

import io
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.imports import run as run_import
from bot.domain.imports.plan import PlannedRow
from bot.domain.imports.rows import RejectedRow
from bot.domain.keys import KeyRing
from bot.domain.models import Pass, Registration
from bot.domain.passes import kinds
from tests.bot.domain.builders import DAY, NOW, refused
from tests.bot.domain.gate import NOON, make_fair, scan

CLASS = "Sunrise School, 7B"
CHILDREN = "name\nMira\nRavi Rao\nAnil\n"
LATER = "name\nMira\nRavi Rao\nAnil\nSita\n"


@pytest.fixture
def staffed_fair(database: Database, ring: KeyRing) -> Database:
    """The fair of four days."""
    make_fair(database, ring)
    return database


def taken(
    fair: Database, ring: KeyRing, rows: str, **how: Any
) -> tuple[run_import.ImportReport, list[PlannedRow], list[Pass]]:
    """The list imported for the fair's first day: what came of it, and the passes of the lists."""
    said = {"defaults": {"day": DAY.isoformat()}, "region": "IN", "now": NOW, **how}
    with fair.read() as db:
        plan = run_import.make_plan(db, "fair", io.BytesIO(rows.encode()), **said)
    seen: list[PlannedRow] = []
    act = run_import.ImportAct(plan.event.id, "anna", {})
    told: dict[str, Any] = {"on_row": seen.append, "progress": lambda rows: None}
    report = run_import.import_people(fair, ring, plan, act, consent="a list", now=lambda: NOW, **told)
    with fair.read() as db:
        imported = select(Pass).join(Pass.registration).where(Registration.channel == "import").order_by(Pass.id)
        return report, seen, list(db.scalars(imported))


def test_each_child_has_a_pass(staffed_fair: Database, ring: KeyRing) -> None:
    _, _, passes = taken(staffed_fair, ring, CHILDREN)
    assert [issued.party_size for issued in passes] == [1, 1, 1]


def test_the_class_has_one_pass_and_nobodys_name_is_kept(staffed_fair: Database, ring: KeyRing) -> None:
    report, _, (issued,) = taken(staffed_fair, ring, CHILDREN, one_pass=CLASS, one_pass_phone="98765 43210")
    assert (report.rows["new"], report.people, issued.party_size) == (1, 3, 3)
    with staffed_fair.read() as db:
        names = db.scalars(select(Registration.full_name).where(Registration.channel == "import"))
        assert list(names) == [CLASS]
        assert events.days(db, "fair")[0].left is None
    with staffed_fair.write() as db:
        answer = checkins.admit(db, ring, scan(issued.code, count=2), NOON)
        assert (answer.result, answer.admitted_now, answer.remaining) == ("admitted", 2, 1)
        assert checkins.admit(db, ring, scan(issued.code, count=2), NOON).result == "too_many"


def test_the_same_list_again_makes_nothing_and_a_longer_one_is_told(staffed_fair: Database, ring: KeyRing) -> None:
    taken(staffed_fair, ring, CHILDREN, one_pass=CLASS)
    again, _, passes = taken(staffed_fair, ring, CHILDREN, one_pass=CLASS.lower())
    assert (again.rows["already_there"], len(passes)) == (1, 1)
    longer, seen, passes = taken(staffed_fair, ring, LATER, one_pass=CLASS)
    assert (longer.rows["differs"], [issued.party_size for issued in passes]) == (1, [3])
    assert seen[0].differs["party"] == (4, 3)


def test_a_bad_row_leaves_nobody_out(staffed_fair: Database, ring: KeyRing) -> None:
    report, seen, passes = taken(staffed_fair, ring, "name\nMira\n12\n", one_pass=CLASS)
    assert (report.rows["bad"], report.rows["new"], passes) == (2, 0, [])
    last = seen[-1].row
    assert isinstance(last, RejectedRow)
    assert [problem.code for problem in last.problems] == ["list_has_bad_rows"]


def test_one_pass_for_each_day_and_kind(staffed_fair: Database, ring: KeyRing) -> None:
    with staffed_fair.write() as db:
        kinds.add(db, "fair", "school", labels={"en": "School"}, max_party=2)
    days = f"Mira,{DAY},\nRavi,{DAY.replace(day=15)},\n"
    rows = "\n".join((f"name,day,kind\n{days}Anil,{DAY},school", f"Sita,{DAY},school", f"Tara,{DAY},school"))
    report, seen, passes = taken(staffed_fair, ring, rows, one_pass=CLASS)
    assert sorted((issued.day, issued.party_size) for issued in passes) == [(DAY, 1), (DAY.replace(day=15), 1)]
    assert report.rows["bad"] == 1  # a class of three is larger than that kind's party
    assert [problem.code for one in seen if isinstance(one.row, RejectedRow) for problem in one.row.problems] == [
        "party_too_large"
    ]


@pytest.mark.parametrize(("name", "phone", "code"), [("7", "", "bad_group_name"), (CLASS, "12", "bad_group_phone")])
def test_for_whom_the_pass_is_must_be_said(
    staffed_fair: Database, ring: KeyRing, name: str, phone: str, code: str
) -> None:
    with refused(code):
        taken(staffed_fair, ring, CHILDREN, one_pass=name, one_pass_phone=phone)
    with staffed_fair.read() as db:
        assert db.scalar(select(func.count()).select_from(Registration).where(Registration.channel == "import")) == 0
