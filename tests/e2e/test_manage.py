"""The pages of admins in a real Chromium: changed as by somebody at midnight, alone and two at once."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from bot.domain import events
from flows.fields.phone import grouped
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import follow
from tests.e2e.pages.checks import watched
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.sign_in import signed_in
from tests.e2e.server import Running
from tests.e2e.test_in_the_browser import new_phone, opened

pytestmark = pytest.mark.browser
ANNA, BINOD, RAVI = "+918100000111", "+918100000112", "+918100000113"
MAP = "Link to a map"
PAGES = (
    "",
    "/settings/basics",
    "/settings/days",
    "/look",
    "/texts",
    "/days",
    "/gates",
    "/volunteers",
    "/visitors",
    "/audit",
    "/alerts",
    "/poster",
    "/questions/new",
    "/kinds/new",
    "/report",
    "/broadcasts",
    "/switch/pause",
    *("/volunteers/list", "/volunteers/invitations", "/visitors/imports"),
)
LOWEST_TITLE_PX = 150
"""Where a page's title begins on a phone, at most."""
LONGEST = ("/settings/days", "/volunteers", "/audit")
"""Pages that are full at a phone's width: the other language's words are longer."""


@pytest.fixture(scope="module")
def sessions(browser: Browser, gate: Gate) -> dict[str, StorageState]:
    """Of two admins and of a volunteer at the desk."""
    for phone, role in ((ANNA, "admin"), (BINOD, "admin"), (RAVI, "volunteer")):
        gate.add_staff(phone, role)
    places = {ANNA: "/staff/manage", BINOD: "/staff/manage", RAVI: "/staff/desk"}
    return {phone: signed_in(browser, gate.origin, phone, path) for phone, path in places.items()}


@pytest.fixture
def browsers(browser: Browser, running: Running, sessions: dict[str, StorageState]) -> Iterator[dict[str, Page]]:
    """The page of each of them."""
    with ExitStack() as stack:
        yield {
            phone: stack.enter_context(watched(browser, running, refusing=True, storage_state=session, locale="en-IN"))
            for phone, session in sessions.items()
        }


def at(page: Page, running: Running, path: str) -> None:
    """Open a page of the demo event."""
    page.goto(f"{running.origin}/staff/manage/demo{path}")


def test_every_page_is_accessible_and_fits(browsers: dict[str, Page], running: Running) -> None:
    page = browsers[ANNA]
    for path in PAGES:
        at(page, running, path)
        accessible(page, f"manage{path.replace('/', '-')}")
        place = page.get_by_role("heading", level=1).bounding_box()
        assert place
        assert place["y"] <= LOWEST_TITLE_PX
    for path in LONGEST:
        at(page, running, f"{path}?lang=hi")
        accessible(page, f"manage{path.replace('/', '-')}-hi", (360,))
    at(page, running, "?lang=en")
    page.goto(f"{running.origin}/staff/manage")
    follow(page, page.get_by_role("link", name="Manage").last.click)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Demo Fair")


def test_every_part_of_pages_is_accessible_light_and_dark(browsers: dict[str, Page], running: Running) -> None:
    page = browsers[ANNA]
    page.goto(f"{running.origin}/staff/styles")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        accessible(page, f"styles-{scheme}")
    page.get_by_role("button", name="Open a sheet").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    accessible(page, "styles-sheet")
    page.get_by_role("button", name="Close").click()
    page.set_viewport_size({"width": 1280, "height": 800})
    days = page.locator("table[data-sorts] tbody th")
    before = days.all_inner_texts()
    for way in ("ascending", "descending"):
        page.get_by_role("button", name="With a pass").click()
        expect(page.locator(f"[aria-sort={way}]")).to_have_text("With a pass")
    assert days.all_inner_texts() == before
    page.get_by_role("button", name="With a pass").click()
    assert days.all_inner_texts() == before[::-1]


def test_of_two_admins_the_second_sees_what_it_is_now_and_keeps_what_they_typed(
    browsers: dict[str, Page], running: Running, gate: Gate
) -> None:
    for phone in (ANNA, BINOD):
        at(browsers[phone], running, "/settings/days")
        browsers[phone].get_by_label(MAP).fill(f"https://{phone[-1]}.example.org")
    browsers[ANNA].get_by_role("button", name="Save").click()
    expect(browsers[ANNA].get_by_role("status")).to_be_visible()
    page = browsers[BINOD]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator(".now")).to_contain_text("https://1.example.org")
    expect(page.get_by_label(MAP)).to_have_value("https://2.example.org")
    accessible(page, "manage-changed-meanwhile")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_be_visible()
    with gate.database.read() as db:
        assert events.by_slug(db, "demo").map_url == "https://2.example.org"
    at(page, running, "/settings/days")
    page.get_by_label(MAP).fill("")  # as other tests expect the event
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_be_visible()


def test_a_volunteer_who_is_disabled_is_out_with_the_next_click(
    browsers: dict[str, Page], running: Running, gate: Gate
) -> None:
    volunteer, admin = browsers[RAVI], browsers[ANNA]
    volunteer.goto(f"{running.origin}/staff/desk")
    assert volunteer.goto(f"{running.origin}/staff/manage/demo/volunteers").status == 403  # type: ignore[union-attr]  # a page answers
    volunteer.goto(f"{running.origin}/staff/desk")
    at(admin, running, "/volunteers")
    admin.get_by_role("row").filter(has_text=grouped(RAVI)).get_by_role("button").click()
    expect(admin.get_by_role("status")).to_be_visible()
    expect(admin.get_by_role("row").filter(has_text=grouped(RAVI))).to_contain_text("disabled")
    volunteer.locator("#full_name").fill("Kamala Devi")
    volunteer.locator("#consent").check()
    volunteer.locator("#register .buttons button").first.click()
    volunteer.wait_for_url("**/staff/login**")


def test_a_visitor_is_found_shown_and_their_pass_revoked(
    browsers: dict[str, Page], running: Running, gate: Gate
) -> None:
    page, issued = browsers[ANNA], gate.issue(name="Zubeda Khan")
    at(page, running, "/visitors")
    page.get_by_label("Name, phone or pass code").press_sequentially("zub")
    expect(page.locator("#visitors-list li")).to_have_count(1)  # found while it was typed
    accessible(page, "manage-visitors-found")
    follow(page, page.get_by_role("link", name="Show: Zubeda Khan").click)
    expect(page.get_by_role("heading", level=1)).to_have_text("Zubeda Khan")
    accessible(page, "manage-visitor")
    follow(page, page.get_by_role("link", name="Revoke").click)
    follow(page, page.get_by_role("button", name="Revoke").click)
    expect(page.locator(".tag.revoked")).to_be_visible()
    assert gate.judge(issued.code).result == "revoked"


def test_a_message_is_looked_at_sent_and_watched_until_it_has_left(
    browsers: dict[str, Page], running: Running, gate: Gate
) -> None:
    page, last = browsers[ANNA], 8
    gate.issue(in_days=last)
    at(page, running, "/broadcasts")
    follow(page, page.get_by_role("link", name="New message").click)
    follow(page, page.get_by_role("button", name="Preview").click)
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page, "manage-broadcast-refused")
    page.get_by_label("English").first.fill("We are open until 8 pm.")
    page.locator('input[name="days"]').last.check()
    follow(page, page.get_by_role("button", name="Preview").click)
    expect(page.locator(".sample")).to_contain_text("We are open until 8 pm.")
    accessible(page, "manage-broadcast-preview")
    follow(page, page.get_by_role("button", name="Send it to 1 person").click)
    expect(page.locator(".tag.done")).to_be_visible()
    expect(page.locator("#figures")).not_to_have_attribute("hx-get", "")
    accessible(page, "manage-broadcast")
    follow(page, page.get_by_role("link", name="All messages").click)
    expect(page.locator(".lines")).to_contain_text("done")
    accessible(page, "manage-broadcasts")


def test_a_messy_list_is_dropped_and_its_people_registered(
    browsers: dict[str, Page], running: Running, gate: Gate
) -> None:
    page = browsers[ANNA]
    at(page, running, "/visitors/imports")
    text = f"Guest,Mobile No,Visit day\nLeela Nair,98123 00771,{gate.today()}\nNo Phone,12,{gate.today()}\n"
    file = {"name": "guests.csv", "mimeType": "text/csv", "buffer": text.encode("utf-16")}
    page.get_by_label("CSV or Excel file").set_input_files(file)  # type: ignore[arg-type]  # a FilePayload
    follow(page, page.get_by_role("button", name="Look at the list").click)
    expect(page.get_by_role("heading", name="Rows to look at")).to_be_visible()
    expect(page.get_by_text("Row 3, Mobile No")).to_be_visible()
    accessible(page, "manage-import-looked")
    page.get_by_label("Where they agreed").fill("signed list of the test")
    follow(page, page.get_by_role("button", name="Register 1 row").click)
    expect(page.get_by_role("heading", name="Hand out the passes")).to_be_visible()
    accessible(page, "manage-import-done")
    at(page, running, "/visitors")
    page.get_by_label("Name, phone or pass code").press_sequentially("leela")
    expect(page.get_by_role("link", name="Show: Leela Nair")).to_be_visible()


def test_a_volunteer_is_invited_joins_by_whatsapp_and_is_confirmed(
    browsers: dict[str, Page], running: Running, page: Page
) -> None:
    admin = browsers[ANNA]
    at(admin, running, "/volunteers/invitations")
    follow(admin, admin.get_by_role("button", name="Make an invitation").click)
    accessible(admin, "manage-invitation")
    words = admin.locator("code").first.inner_text()
    phone = new_phone(opened(page, running), "Dev Rao")
    phone.say(words)
    phone.tap("English")
    assert "must confirm you" in phone.say("Dev Rao")
    assert "Dev Rao" not in phone.say("menu")
    at(admin, running, "/volunteers")
    accessible(admin, "manage-waiting")
    before = phone.got().count()
    follow(admin, admin.get_by_role("button", name="Confirm: Dev Rao").click)
    assert "now in the team" in phone.answer(before)
    assert "undo" in phone.say("menu")  # the gate's
