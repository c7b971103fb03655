"""The pages that people of the team see."""

from collections.abc import Iterator
from functools import partial
from itertools import count

from playwright.sync_api import expect

from bot.domain import events
from bot.domain.roster import gates, trial
from tests.pictures import fair
from tests.pictures.shots import ADMIN, OWNER, SUPERVISOR, VISITOR, VOLUNTEER, Place, Shot, at, paths

NUMBERS = count(1)
MANAGED = (
    *("", "days", "gates", "questions", "questions/new", "kinds", "kinds/new", "volunteers", "volunteers/list"),
    *("volunteers/invitations", "scanners", "visitors", "visitors/imports", "broadcasts", "broadcasts/new", "exports"),
    *(
        "settings/basics",
        "settings/days",
        "settings/passes",
        "settings/data",
        "audit",
        "alerts",
        "report",
        "poster",
        "look",
        "texts",
        "switch/pause",
        "switch/cancel",
    ),
)
"""Pages of an event below its own, as its admins open them."""
NAMES = {"en": "Asha Verma", "hi": "आशा वर्मा"}
LONG_NAME = "Venkata Subrahmanya Lakshminarasimhan of Tiruchirappalli"


def shots() -> Iterator[Shot]:
    """All of them."""
    yield from paths(VISITOR, team__sign_in="/staff/login")
    yield Shot("team/code", VISITOR, _code)
    yield from paths(SUPERVISOR, dashboard__day="/staff/dashboard")
    yield Shot("dashboard/wall", SUPERVISOR, at("/staff/dashboard?wall"), whole=False)
    yield Shot("dashboard/tables", SUPERVISOR, at("/staff/dashboard?tables"))
    yield from paths(VOLUNTEER, desk__form="/staff/desk")
    yield Shot("desk/wrong", VOLUNTEER, _desk_wrong)
    yield Shot("desk/registered", VOLUNTEER, _desk_registered)
    yield from paths(VOLUNTEER, desk__slip="/staff/desk/slip")
    for tab in ("scan", "code", "find", "count"):
        yield Shot(f"scanner/{tab}", VOLUNTEER, partial(_tab, tab=tab), whole=False)
    for result in ("admitted", "party", "long-name", "part", "already", "out", "forged", "wrong-day"):
        yield Shot(f"scanner/{result}", VOLUNTEER, partial(scanned, result=result), whole=False)
    yield Shot("scanner/stopped", VOLUNTEER, _stopped, whole=False)
    yield Shot("scanner/signed-out", VISITOR, _signed_out, whole=False)
    for path in MANAGED:
        yield Shot(f"manage/{path.replace('/', '-') or 'event'}", ADMIN, at(f"/staff/manage/demo/{path}".rstrip("/")))
    yield Shot("manage/day", ADMIN, _day)
    yield Shot("manage/visitor", ADMIN, lambda place: _first(place, "visitors", "#visitors-list a"))
    yield Shot("manage/import", ADMIN, lambda place: _first(place, "visitors/imports", "a[href*='/imports/']"))
    yield Shot("manage/broadcast", ADMIN, lambda place: _first(place, "broadcasts", "a[href$='/broadcasts/1']"))
    yield Shot("manage/invitation", ADMIN, _invitation)
    yield from paths(ADMIN, manage__list="/staff/manage", team__account="/staff/login", team__styles="/staff/styles")
    yield Shot("manage/not-set-up", OWNER, at("/staff/manage/winter"))
    yield from paths(
        OWNER, team__events="/staff/events", team__new_event="/staff/events/new", team__owners="/staff/owners"
    )
    yield from paths(OWNER, team__copy="/staff/events/demo/copy")


def _code(place: Place) -> None:
    place.open("/staff/login")
    place.page.get_by_role("textbox").fill({"en": trial.VOLUNTEER, "hi": trial.SUPERVISOR}[place.language])
    place.send("main form")


def _desk_wrong(place: Place) -> None:
    place.open("/staff/desk")
    place.page.locator("#phone").fill("12")
    place.send("#register")


def _desk_registered(place: Place) -> None:
    place.open("/staff/desk")
    place.page.locator("#full_name").fill(NAMES[place.language])
    place.page.locator("#party_size").fill("3")
    place.page.locator("#consent").check()
    place.send("#register")


def _scanner(place: Place) -> None:
    """The scanner as somebody opens it who is signed in, once it can work without a network."""
    place.open("/staff/scan")
    expect(place.page.locator("#ready[data-ready=true]")).to_be_visible(timeout=20_000)


def _tab(place: Place, tab: str) -> None:
    _scanner(place)
    place.page.evaluate("tab => document.querySelector(`#tabs [value=${tab}]`).click()", tab)


def scanned(place: Place, result: str) -> None:
    """A code is typed, and the result is shown."""
    served, sizes = place.served, {"admitted": 1, "party": 10, "part": 6}
    name = LONG_NAME if result == "long-name" else NAMES[place.language]
    changes = {"visit_date": place.served.at(9, days=2).date()} if result == "wrong-day" else {}
    issued = fair.register(served, name, sizes.get(result, 3), f"+91970010{next(NUMBERS):04}", served.at(9), **changes)
    text = issued.code
    if result in ("already", "out"):
        fair.admit(served, text, f"scanned {next(NUMBERS)}")
    if result == "forged":
        qr = fair.qr(served, issued.id)
        text = qr[:-3] + ("A" if qr[-3] != "A" else "B") + qr[-2:]
    _scanner(place)
    page = place.page
    if result == "part":
        page.locator("#more").click()
    if result == "out":
        page.locator("input[value=out]").check(force=True)
    page.evaluate("document.querySelector('#tabs [value=code]').click()")
    page.locator("#code").fill(text)
    page.locator("#code").press("Enter")
    expect(page.locator("#result")).to_be_visible(timeout=15_000)


def _stopped(place: Place) -> None:
    """Entry is stopped while the scanner is open; it goes on afterwards."""
    served = place.served
    with served.service.database.write() as db:
        event_id = _event_id(place)
        gates.pause_entry(db, event_id, None, served.now)
    try:
        _scanner(place)
        expect(place.page.locator("#pause")).to_be_visible(timeout=15_000)
    finally:
        with served.service.database.write() as db:
            gates.resume_entry(db, event_id, None)


def _event_id(place: Place) -> int:
    with place.served.service.database.read() as db:
        return events.by_slug(db, fair.DEMO).id


def _signed_out(place: Place) -> None:
    place.open("/staff/scan")
    expect(place.page.locator("#signed-out")).to_be_visible(timeout=15_000)


def _first(place: Place, path: str, link: str) -> None:
    """What the first link of this form on a page leads to."""
    place.open(f"/staff/manage/demo/{path}")
    place.press(f"main {link}")


def _day(place: Place) -> None:
    place.open(f"/staff/manage/demo/days/{place.served.today}")


def _invitation(place: Place) -> None:
    place.open("/staff/manage/demo/volunteers/invitations")
    place.send("main form.card")
