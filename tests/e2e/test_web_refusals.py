"""What the registration's pages refuse, as a browser shows it: with and without scripts, in both languages."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.fairs import ENDED, FAIR, LARGEST, PLACES, Fairs, fairs_of, new_number
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import CODE, follow
from tests.e2e.pages.checks import watched
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.refused import HINDI, NAME, WAYS, Reader, Ways, newest
from tests.e2e.pages.visitor import new_visitor
from tests.e2e.server import Running, until

pytestmark = pytest.mark.browser
PER_VISIT = 40
"""Forms a minute that one visit may send (webhooks.visitor.session)."""


def called(case: Any) -> str | None:
    """A test's name by its way."""
    return f"{case[0]}-{'js' if case[1] else 'plain'}" if case in WAYS else None


@pytest.fixture(scope="module")
def fairs(running: Running) -> Iterator[Fairs]:
    with fairs_of(running) as made:
        yield made


@pytest.fixture(scope="module")
def readers(browser: Browser, running: Running, fairs: Fairs) -> Iterator[Mapping[Ways, Reader]]:
    """One browser for each way, kept for all tests; it must not complain but of a refusal's status."""
    with ExitStack() as open_ones:

        def one(way: Ways) -> Reader:
            wanted: dict[str, Any] = {"locale": f"{way[0]}-IN", "java_script_enabled": way[1], "refusing": True}
            page = open_ones.enter_context(watched(browser, running, **wanted))
            page.set_default_timeout(10_000)
            return Reader(page, fairs, way)

        yield {way: one(way) for way in WAYS}


@pytest.fixture
def reader(readers: Mapping[Ways, Reader], fairs: Fairs, request: pytest.FixtureRequest) -> Reader:
    """The browser of the test's way, of somebody who was never here; the fair as it began."""
    fairs.anew()
    chosen = readers[request.param]
    chosen.page.context.clear_cookies()
    return chosen


def over_the_ways(cases: list[Any], everywhere: int = 1) -> list[Any]:
    """Each case in one way, by turns; the first ones in all four."""
    turns = cycle((WAYS[0], WAYS[3], WAYS[1], WAYS[2]))
    spread = [(way, case) for case in cases[:everywhere] for way in WAYS]
    return spread + [(next(turns), case) for case in cases[everywhere:]]


WRONG = [
    ("full_name", "7", "too_short"),
    ("full_name", "1234", "no_letter"),
    ("full_name", "stop", "not_a_name"),
    ("full_name", "", "empty"),
    ("visit_date", "", "empty"),
    ("party_size", str(LARGEST + 1), "party_too_large"),
    ("party_size", "0", "number_too_small"),
    ("party_size", "two and a half", "not_a_number"),
    ("city", "", "empty"),
    ("age", "many", "not_a_number"),
    ("age", "4", "number_too_small"),
    ("age", "121", "number_too_large"),
    ("who", "", "empty"),
    ("stall", "", "empty"),
    ("phone", "12345", "not_a_phone"),
    ("phone", "011 2345 6789", "not_a_phone"),
    ("phone", "", "empty"),
]


@pytest.mark.parametrize(("reader", "case"), over_the_ways(WRONG), indirect=["reader"], ids=called)
def test_a_wrong_answer_is_told_and_the_others_stay(reader: Reader, case: tuple[str, str, str]) -> None:
    slot, value, code = case
    reader.open()
    reader.fill(**{slot: value})
    before = reader.typed()
    assert reader.send().status == 422
    reader.told(slot, code)
    assert reader.typed() == before
    expect(reader.page.locator("[name=who]:checked")).to_have_count(0 if slot == "who" else 1)
    if slot in ("who", "age") and code != "number_too_small":
        reader.look(f"{slot}-{code}")


MEANWHILE = [
    ("visit_date", "day_full", {"taken": PLACES}),
    ("party_size", "only_some_left", {"taken": PLACES - 1}),
    ("visit_date", "day_closed", {"closed": True}),
]


@pytest.mark.parametrize("at", ["form", "review"])
@pytest.mark.parametrize(("reader", "case"), over_the_ways(MEANWHILE), indirect=["reader"], ids=called)
def test_what_changes_meanwhile_is_asked_again(reader: Reader, case: tuple[str, str, Any], at: str) -> None:
    slot, code, change = case
    if at == "form":
        reader.open()
        reader.fill()
    else:
        reader.prove()
        reader.page.locator("[name=agree]").check()
    reader.fairs.set_day(0, **change)
    reader.send()
    reader.told(slot, code)
    kept = reader.typed()
    assert (kept["full_name"], kept["city"], kept["age"], kept["stall"]) == (NAME, "Delhi", "30", "Maps")
    if at == "review":
        reader.look(code)
    reader.page.locator("[name=visit_date]").select_option(reader.fairs.day(1).isoformat())
    reader.send()
    expect(reader.page.locator("[name=agree]" if at == "review" else "[name=otp]")).to_be_visible()


@pytest.mark.parametrize(("reader", "state"), over_the_ways(["closed", "cancelled"]), indirect=["reader"], ids=called)
def test_an_event_that_ends_before_the_last_button(reader: Reader, state: str) -> None:
    reader.prove()
    reader.page.locator("[name=agree]").check()
    reader.fairs.end(state)
    assert reader.send().status == 200
    expect(reader.page.locator("[data-closed]")).to_have_count(1)
    expect(reader.page.locator("[name=full_name]")).to_have_count(0)
    assert reader.fairs.passes(reader.phone) == 0


@pytest.mark.parametrize("reader", WAYS, indirect=True, ids=called)
def test_without_agreement_there_is_no_pass(reader: Reader) -> None:
    reader.prove()
    assert reader.send().status == 422
    reader.told("agree", "not_agreed")
    expect(reader.page.locator(".facts")).to_contain_text(NAME)
    reader.look("agree")
    assert reader.fairs.passes(reader.phone) == 0


@pytest.mark.parametrize(
    ("reader", "state"), over_the_ways([*ENDED, "nowhere"], everywhere=0), indirect=["reader"], ids=called
)
def test_an_event_that_nobody_can_register_for(reader: Reader, state: str) -> None:
    answer = reader.open(state.replace("_", "-"))
    assert answer.status == (404 if state == "nowhere" else 200)
    expect(reader.page.locator("[data-closed]")).to_have_count(0 if state == "nowhere" else 1)
    expect(reader.page.locator("form")).to_have_count(0)
    expect(reader.page.locator("main a[href='/']")).to_be_visible()
    assert bool(HINDI.search(reader.page.locator("main").inner_text())) == (reader.way[0] == "hi")
    reader.look(state)


@pytest.mark.parametrize("reader", [WAYS[0], WAYS[3]], indirect=True, ids=called)
def test_codes_that_do_not_count(reader: Reader) -> None:
    phone = new_visitor(reader.origin, new_number())
    reader.open()
    reader.fill(phone=phone.number)
    reader.send()
    right = newest(phone)
    wrong = "111111" if right != "111111" else "222222"

    def type_in(otp: str, code: str) -> None:
        reader.page.locator("[name=otp]").fill(otp)
        assert reader.send().status == 422
        reader.told("otp", code)

    type_in("12 34", "not_an_otp")
    expect(reader.page.locator("[name=otp]")).to_have_value("12 34")
    type_in(wrong, "otp_wrong")
    reader.look("code")
    with reader.page.expect_navigation() as came:
        reader.page.locator("[value=resend]").click()
    reader.told("otp", "otp_wait")
    assert came.value.status == 429
    assert 0 < int(came.value.headers["retry-after"]) <= 30
    for left in (3, 2, 1):
        type_in(wrong, "otp_wrong")
        expect(reader.page.locator("#otp-error")).to_contain_text(str(left))
    type_in(wrong, "otp_used_up")
    type_in(right, "otp_used_up")
    reader.fairs.expire()
    type_in(right, "otp_expired")
    reader.page.goto(f"{reader.origin}/register/{FAIR}/review")
    expect(reader.page.locator("[name=otp]")).to_be_visible()


@pytest.mark.parametrize("reader", [WAYS[2], WAYS[1]], indirect=True, ids=called)
def test_a_number_to_which_too_many_codes_went(reader: Reader) -> None:
    number = new_number()
    reader.fairs.ask_often(number)
    reader.open()
    reader.fill(phone=number)
    answer = reader.send()
    assert answer.status == 429
    assert 3000 < int(answer.headers["retry-after"]) <= 3600
    reader.told("phone", "otp_too_many")
    assert reader.typed()["full_name"] == NAME


@pytest.mark.parametrize("reader", [WAYS[0], WAYS[3]], indirect=True, ids=called)
def test_a_visit_that_sends_too_much_gets_a_page_that_says_when(reader: Reader) -> None:
    reader.open()
    token = reader.page.locator("[name=csrf_token]").first.input_value()
    for _ in range(PER_VISIT):
        address = f"{reader.origin}/register/{FAIR}/code"
        form: dict[str, str | float | bool] = {"csrf_token": token}
        assert reader.page.request.post(address, form=form, max_redirects=0).status == 303
    reader.fill()
    answer = reader.send()
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61
    expect(reader.page.locator("h1")).to_be_visible()
    assert bool(HINDI.search(reader.page.locator("main").inner_text())) == (reader.way[0] == "hi")
    reader.look("too-often")


@pytest.mark.parametrize("reader", [WAYS[2], WAYS[1]], indirect=True, ids=called)
def test_who_has_a_pass_gets_it_and_nobody_else_hears_of_it(reader: Reader) -> None:
    page, phone = reader.page, new_visitor(reader.origin, new_number())

    def begin(name: str) -> None:
        page.context.clear_cookies()
        reader.open()
        reader.fill(phone=phone.number, full_name=name)
        reader.send()

    begin(NAME)
    page.locator("[name=otp]").fill(newest(phone))
    reader.send()
    page.locator("[name=agree]").check()
    page.locator("form button[type=submit]:visible:not(.second)").first.dblclick()
    expect(page.locator(".pass-code")).to_be_visible()
    page.reload()
    code = CODE.findall(page.locator(".pass-code").inner_text())
    assert reader.fairs.passes(phone.number) == 1
    sent = len(phone.got())
    reader.fairs.redis.delete(*(key for key in reader.fairs.redis.scan_iter("otp:*")))
    begin("Somebody Else")
    assert NAME not in page.content()
    assert not CODE.search(page.locator("main").inner_text())
    until(lambda: len(phone.got()) > sent, "another code")
    page.locator("[name=otp]").fill(newest(phone))
    reader.send()
    if page.locator("[name=agree]").count():
        page.locator("[name=agree]").check()
        reader.send()
    expect(page.locator(".pass-code")).to_contain_text(code[0])
    expect(page.locator("[role=status]")).to_be_visible()
    reader.look("already")
    assert reader.fairs.passes(phone.number) == 1


def test_pages_that_no_other_test_looks_at(browser: Browser, running: Running, gate: Gate, fairs: Fairs) -> None:
    ravi = new_visitor(running.origin, new_number())
    gate.add_staff(ravi.number)
    with watched(browser, running, locale="hi-IN", refusing=True) as page:

        def look(path: str, name: str) -> None:
            page.goto(f"{running.origin}{path}")
            accessible(page, f"{name}-hi")

        look("/passes", "find")
        page.get_by_role("textbox").fill("12")
        follow(page, page.locator("form button").first.click)
        expect(page.locator("[data-code=not_a_phone]")).to_be_visible()
        accessible(page, "find-wrong-hi")
        look("/nowhere", "nowhere")
        look("/p/nothing", "pass-page-unclear")
        look("/simulator", "simulator")
        look("/staff/login", "staff-login")
        page.get_by_role("textbox").fill(ravi.number)
        follow(page, lambda: page.get_by_role("textbox").press("Enter"))
        page.locator("[name=otp]").fill("12")
        follow(page, lambda: page.locator("[name=otp]").press("Enter"))
        expect(page.locator("#problem")).to_be_visible()
        accessible(page, "staff-code-wrong-hi")
        ravi.say("sign in")
        link = ravi.got()[-1]["text"].rsplit("/", 1)[1]
        look(f"/staff/link/{link}", "staff-link")
        page.get_by_role("button").last.click()
        page.wait_for_url("**/staff/scan*")
        look(f"/staff/link/{link}", "staff-link-used")
        look("/staff/login", "staff-home")
        look("/staff/events", "staff-events")
        look(gate.issue().qr.removeprefix(running.origin.upper()), "pass-page-admit")
        follow(page, page.locator(".admit button").click)
        accessible(page, "pass-page-admitted-hi")
