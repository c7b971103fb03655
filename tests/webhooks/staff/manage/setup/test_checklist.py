"""The list before the event: on its page until all is done, each line leading to where it is done."""

import re

from bot.domain import audit, events, setup
from bot.domain.events.validation import EventFields
from bot.domain.models import Event
from tests.webhooks.staff.manage.pages import Office

LINE = re.compile(r'<li( class="done")?>.*?<a href="([^"]+)">', re.DOTALL)
DATA: EventFields = {
    "organiser": "Delhi Books",
    "purpose": "Entry",
    "complaints": "help@example.org",
    "retention_days": 30,
}


def lines(office: Office) -> dict[str, bool]:
    """Where each line of the list leads, and whether it is done."""
    found = re.search(r'id="setup".*?</section>', office.get(""), re.DOTALL)
    return {to.removeprefix("/staff/manage/fair"): bool(done) for done, to in LINE.findall(found[0])} if found else {}


def test_each_line_leads_to_a_page_and_what_is_there_is_done(office: Office) -> None:
    assert lines(office) == {
        **{
            "/gates": True,
            "/volunteers": True,
            "/settings/passes#capacity_per_day": True,
            "/settings/data#organiser": False,
        },
        **{"/test": False, "/poster": False, "/switch/open": True},
    }
    assert all("<h1" in office.get(path.partition("#")[0]) for path in lines(office))


def test_the_list_goes_when_all_is_done_and_comes_back_when_it_is_not(office: Office) -> None:
    with office.service.database.write() as db:
        events.change(db, "fair", **DATA)
    for line in ("poster", "trial"):
        assert lines(office)[{"trial": "/test"}.get(line, f"/{line}")] is False
        ticked = office.send(f"/setup/{line}", {**office.form("", f"/setup/{line}"), "done": "1"})
        assert ticked.location == "/staff/manage/fair#setup"
    assert lines(office) == {}
    assert [what for what, _ in office.acts()] == [audit.SETUP_TICKED] * 2
    assert office.post("/switch/close").status_code == 303
    assert [to for to, done in lines(office).items() if not done] == ["/switch/open"]


def test_what_was_done_leads_on_to_what_is_next_until_all_is(office: Office) -> None:
    def next_of(path: str, **fields: str) -> list[str]:
        """Where the page that follows a form leads on to."""
        office.post(path, **fields)
        said = office.get(path).partition('role="status"')[2].partition("<h1")[0]
        return re.findall('href="(/staff[^"#]+)', said)

    event = "/staff/manage/fair"
    assert next_of("/gates", name="North") == [f"{event}/settings/data", event]
    with office.service.database.write() as db:
        events.change(db, "fair", **DATA)
        for line in ("poster", "trial"):
            setup.tick(db, "fair", line, done=True)
    assert next_of("/gates", name="South") == []


def test_a_tick_is_taken_away_and_one_sent_twice_is_once(office: Office) -> None:
    form = office.form("", "/setup/poster")
    for _ in range(2):
        office.send("/setup/poster", {**form, "done": "1"})
    assert lines(office)["/poster"]
    office.send("/setup/poster", {**form, "done": ""})
    assert not lines(office)["/poster"]
    assert len(office.acts()) == 2
    assert office.send("/setup/gate", {**form, "done": "1"}).status_code == 404


def test_an_event_that_is_over_or_cancelled_has_no_list(office: Office) -> None:
    with office.service.database.write() as db:
        event = events.cancel_event(db, "fair")
    assert lines(office) == {}
    with office.service.database.write() as db:
        event = db.get_one(Event, event.id)
        event.status = "closed"
        for day in event.days:
            day.taken = 0
        event.starts_on = event.ends_on = event.days[0].day
        del event.days[1:]
    assert lines(office) == {}
