"""A volunteer photographs a pass: from the phone to the ✅, and the photo is gone from Twilio."""

import requests

from tests.bot.photos.pictures import as_file, drawn, shot
from tests.e2e.pages.gate import gate_of
from tests.e2e.pages.visitor import new_visitor
from tests.e2e.server import Running, until

RAVI = "+919700000001"


def deleted(running: Running) -> int:
    return int(requests.get(f"{running.origin}/simulator/control", timeout=60).json()["deleted_media"])


def test_a_photo_of_a_pass_admits_and_is_deleted_at_twilio(running: Running) -> None:
    with gate_of(running) as gate:
        gate.add_staff(RAVI)
        phone = new_visitor(running.origin, RAVI)
        issued = gate.issue(3)
        before = deleted(running)
        phone.show(as_file(shot(drawn(issued.qr), angle=10)))
        assert phone.got()[-1]["text"].startswith("✅")
        assert gate.kept(issued) == [("whatsapp", "admitted", 3)]
        phone.show(b"no picture")
        assert not phone.got()[-1]["text"].startswith("✅")
        until(lambda: deleted(running) == before + 2, "both photos are deleted at Twilio")
