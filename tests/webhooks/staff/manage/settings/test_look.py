"""The page of an event's look: kept, seen on a pass, refused at its input, and not by two at once."""

from io import BytesIO
from typing import Any

from PIL import Image

from bot.domain import audit
from tests.bot.domain.events.drawn import header, logo
from tests.webhooks.staff.manage.pages import Office, wrong

COLOUR = "#7a1f5c"


def look(office: Office) -> tuple[str, bool, bool]:
    event = office.event()
    return event.colour, bool(event.logo), bool(event.header)


def test_colour_and_pictures_are_kept_shown_and_taken_away(office: Office) -> None:
    brought: dict[str, Any] = {"logo": (BytesIO(logo()), "logo.png"), "header": (BytesIO(header()), "photo.jpg")}
    assert office.post("/look", colour=COLOUR, **brought).status_code == 303
    assert look(office) == (COLOUR, True, True)
    entry = office.last()
    assert (entry.what, entry.staff_id) == (audit.EVENT_CHANGED, office.staff["anna"])
    [change] = [one for one in entry.about["changes"] if one["table"] == "events"]
    assert change["after"]["colour"] == COLOUR
    assert set(change["after"]) == {"colour", "logo", "header"}
    page = office.get("/look")
    assert page.count('src="/look/fair/') == 2
    sample = Image.open(BytesIO(office.of("anna").get("/staff/manage/fair/look/pass.png").data)).convert("RGB")
    assert (0x7A, 0x1F, 0x5C) in {sample.getpixel((4, at)) for at in range(sample.height)}
    assert office.post("/look", colour="#0b6b5d", no_logo="yes", no_header="yes").status_code == 303
    assert look(office) == ("", False, False)


def test_what_cannot_be_is_refused_at_its_input_and_nothing_is_kept(office: Office) -> None:
    answer = office.post("/look", colour="#7a7a7a", logo=(BytesIO(logo()), "logo.png"))
    assert (answer.status_code, wrong(answer)) == (422, ["colour"])
    assert "#767676" in answer.text
    answer = office.post("/look", colour=COLOUR, logo=(BytesIO(b"<svg/>"), "logo.svg"))
    assert (answer.status_code, wrong(answer)) == (422, ["logo"])
    answer = office.post("/look", colour=COLOUR, header=(BytesIO(header((600, 300))), "small.jpg"))
    assert wrong(answer) == ["header"]
    assert look(office) == ("", False, False)


def test_the_second_of_two_admins_is_told(office: Office) -> None:
    form = office.form("/look")
    assert office.post("/look", "binod", colour=COLOUR).status_code == 303
    assert office.send("/look", {**form, "colour": "#142a66"}).status_code == 422
    assert look(office)[0] == COLOUR
