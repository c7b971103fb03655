"""The poster from the page: a PDF whose code opens WhatsApp with the event's word."""

from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image

from bot.domain import audit, events, setup
from bot.domain.events import links
from tests.webhooks.staff.manage.pages import Office, wrong


def test_a_poster_with_a_logo_is_downloaded_and_its_code_leads_to_the_chat(office: Office) -> None:
    logo = BytesIO()
    Image.new("RGB", (60, 20), "red").save(logo, "JPEG")
    answer = office.post("/poster", paper="a3", logo=(BytesIO(logo.getvalue()), "logo.jpg"))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert 'filename="fair-poster-a3.pdf"' in answer.headers["Content-Disposition"]
    [page] = pypdfium2.PdfDocument(answer.data)
    settings = office.service.settings
    known = links.links_of_event("fair", settings.origin, settings.whatsapp_number, simulated=settings.simulated)
    [found] = zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("L"))
    assert found.text == known["whatsapp"]


def test_a_file_that_is_no_picture_is_refused_at_its_input(office: Office) -> None:
    answer = office.post("/poster", paper="a4", logo=(BytesIO(b"%PDF-1.5"), "logo.png"))
    assert (answer.status_code, wrong(answer)) == (422, ["logo"])
    assert not poster_is_done(office)
    assert office.post("/poster", paper="letter").mimetype == "application/pdf"
    assert poster_is_done(office), "it was downloaded"
    office.post("/poster", paper="a4")
    assert [what for what, _ in office.acts()] == [audit.SETUP_TICKED]


def poster_is_done(office: Office) -> bool:
    """Whether the list before the event says so."""
    with office.service.database.read() as db:
        event = events.by_slug(db, "fair")
        return next(line.done for line in setup.lines(db, event) if line.name == "poster")
