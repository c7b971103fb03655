"""The daily report from the page: an hour and admins, or none; two admins at once."""

from sqlalchemy import select

from bot.domain import audit, events
from bot.domain.models import DailyReport, Delivery
from bot.domain.roster import daily_reports
from tests.webhooks.staff.manage.pages import FORM, HIDDEN, OWNER, Office, wrong


def kept(office: Office) -> DailyReport | None:
    with office.service.database.read() as db:
        return daily_reports.find(db, office.event().id)


def test_it_is_set_and_ended_by_who_did_it(office: Office) -> None:
    form = {**office.form("/report"), "at": "21:30", "staff": str(office.staff["anna"])}
    assert [office.send("/report", form).status_code for _click in range(2)] == [303, 303]
    row = kept(office)
    assert row is not None
    assert (f"{row.at:%H:%M}", row.staff) == ("21:30", [office.staff["anna"]])
    assert office.acts() == [(audit.REPORT_SET, office.staff["anna"])]
    assert 'value="21:30"' in office.get("/report")
    assert office.post("/report", at="").status_code == 303
    assert kept(office) is None
    assert office.acts()[1:] == [(audit.REPORT_SET, office.staff["anna"])]


def test_what_cannot_be_is_refused_at_its_input(office: Office) -> None:
    answer = office.post("/report", at="late")
    assert (answer.status_code, wrong(answer)) == (422, ["at"])
    for stranger in ("ravi", "chitra"):
        answer = office.post("/report", at="21:00", staff=str(office.staff[stranger]))
        assert (answer.status_code, wrong(answer)) == (422, ["staff"])
    assert kept(office) is None


def test_an_owner_who_finds_no_admin_in_the_team_becomes_one_by_a_button(office: Office) -> None:
    with office.service.database.write() as db:
        events.create(
            db, slug="new", name="New", starts_on=office.today, ends_on=office.today, now=office.service.now()
        )
    olga = office.of(OWNER)
    page = olga.get("/staff/manage/new/report").text
    inside = next(inside for action, inside in FORM.findall(page) if action == "/staff/manage/new/volunteers")
    assert olga.post("/staff/manage/new/volunteers", data=dict(HIDDEN.findall(inside))).status_code == 303
    with office.service.database.read() as db:
        assert [one.name for one in daily_reports.admins(db, events.by_slug(db, "new").id)] == ["Olga"]
    assert '/staff/manage/new/volunteers">' not in olga.get("/staff/manage/new/report").text.partition("<main>")[2]


def test_todays_is_shown_and_sent_to_whoever_asks_once_for_each_form(office: Office) -> None:
    assert "Registered: 4 people today, 4 in all" in office.get("/report")
    form = office.form("/report", to="/report/now")
    assert [office.send("/report/now", form).status_code for _click in range(2)] == [303, 303]
    with office.service.database.read() as db:
        sent = list(db.scalars(select(Delivery).where(Delivery.key.startswith("report:"))))
    assert [(one.lane, "Registered: 4 people today" in one.payload["body"]) for one in sent] == [
        ("whatsapp:+919833333333", True)
    ]
    assert office.acts()[-1] == (audit.REPORT_SENT, office.staff["anna"])
    assert kept(office) is None, "no hour is set by this"
    assert "/report/now" not in office.of(OWNER).get("/staff/manage/fair/report").text, "no number of theirs is in it"


def test_of_two_admins_the_second_is_told(office: Office) -> None:
    before = office.form("/report", who="binod")
    office.post("/report", at="20:00")
    answer = office.send("/report", {**before, "at": "21:00"}, "binod")
    assert answer.status_code == 422
    row = kept(office)
    assert row is not None
    assert f"{row.at:%H:%M}" == "20:00"
