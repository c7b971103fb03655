"""The pages that visitors see."""

import re
from collections.abc import Iterator
from itertools import count

from bot.domain.passes import reissue
from tests.pictures import fair
from tests.pictures.shots import STRANGER, VISITOR, VOLUNTEER, Place, Shot, at, paths

NUMBERS = count(1)
OTP = re.compile(r"(?<!\d)\d{6}(?!\d)")
NAMES = {"en": "Asha Verma", "hi": "आशा वर्मा"}


def shots() -> Iterator[Shot]:
    """All of them."""
    yield from paths(VISITOR, front="/", register__form="/register/demo", register__closed="/register/winter")
    yield Shot("register/wrong", VISITOR, _wrong)
    yield Shot("register/code", VISITOR, _code)
    yield Shot("register/review", VISITOR, _review)
    yield Shot("register/done", VISITOR, _done)
    yield from paths(STRANGER, passes__find="/passes")
    yield Shot("passes/mine", VISITOR, lambda place: _mine(place, ""))
    yield Shot("passes/change", VISITOR, lambda place: _mine(place, "change"))
    yield Shot("passes/cancel", VISITOR, lambda place: _mine(place, "cancel"))
    yield from paths(VISITOR, passes__data="/passes/data", passes__delete="/passes/data/delete")
    yield from paths(VISITOR, passes__deleted="/passes/deleted")
    yield Shot("pass/valid", VISITOR, lambda place: _public(place, "valid"))
    yield Shot("pass/used", VISITOR, lambda place: _public(place, "used"))
    yield Shot("pass/revoked", VISITOR, lambda place: _public(place, "revoked"))
    yield Shot("pass/forged", VISITOR, at("/p/AAAABBBBCCCCDDDD"))
    yield Shot("pass/at-the-gate", VOLUNTEER, lambda place: _public(place, "valid"))
    for code in (400, 403, 404, 410, 413, 429, 500, 503):
        yield Shot(f"errors/{code}", VISITOR, at(f"/errors/{code}"))
    yield Shot("errors/403-team", VOLUNTEER, at("/staff/manage/demo"))


def _fill(place: Place, **changes: str) -> str:
    """Open the form and answer it; the phone."""
    phone = f"+91990000{next(NUMBERS):04}"
    place.open("/register/demo")
    given = {"full_name": NAMES[place.language], "party_size": "3", "city": "Delhi", "phone": phone, **changes}
    days = place.page.locator("select[name=visit_date]")
    if days.count():
        days.select_option(index=1)
    for name, value in given.items():
        place.page.locator(f"[name={name}]").first.fill(value)
    place.send("main form[action*=register]")
    return phone


def _wrong(place: Place) -> None:
    _fill(place, full_name="", party_size="40", phone="12")


def _code(place: Place) -> None:
    _fill(place)


def _otp(place: Place, phone: str) -> str:
    """The code that the phone got."""
    for _try in range(100):
        messages = place.page.request.get(f"{place.served.origin}/simulator/chat").json()["messages"]
        got = [one for one in messages if one["phone"] == phone and not one["mine"]]
        if got:
            return str(OTP.findall(max(got, key=lambda one: str(one["at"]))["text"])[0])
        place.page.wait_for_timeout(50)
    raise AssertionError("no code came")


def _phone(place: Place, phone: str) -> None:
    made = place.page.request.post(
        f"{place.served.origin}/simulator/phones", data={"number": phone, "name": "Asha Verma"}
    )
    assert made.status == 201, made.text()


def _review(place: Place) -> None:
    phone = f"+91990000{next(NUMBERS):04}"
    _phone(place, phone)
    _fill(place, phone=phone)
    place.page.locator("[name=otp]").fill(_otp(place, phone))
    place.send("main form")


def _done(place: Place) -> None:
    _review(place)
    place.page.locator("[name=agree]").check()
    place.send("main form")


def _mine(place: Place, what: str) -> None:
    """The visitor's passes; `what` is a link on them."""
    place.open("/passes")
    if not place.page.locator("ul.doors").count():
        _done(place)
        place.open("/passes")
    if what:
        place.press("ul.doors a")
        place.press(f"main a[href$='/{what}']")


def _public(place: Place, state: str) -> None:
    """What anybody sees who opens a QR's address."""
    served = place.served
    issued = fair.register(served, NAMES[place.language], 3, f"+91980000{next(NUMBERS):04}", served.at(9))
    with served.service.database.write() as db:
        if state == "revoked":
            reissue.revoke(db, issued.code, served.now)
    if state == "used":
        fair.admit(served, issued.code, f"public {next(NUMBERS)}")
    place.open("/p/" + fair.qr(served, issued.id).rpartition("/")[2])
