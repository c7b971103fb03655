"""The doors that programs call: the headers of pages, without the work of pages."""

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.delivery.templates import notices
from webhooks import app_setup

PICTURE = f"/media/passes/{notices.SAMPLE_PICTURE}"
DOORS = ("/webhooks/twilio/message", "/webhooks/twilio/status", "/api/v1/checkins")
SAFE = (
    *("Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", "X-Frame-Options"),
    *("X-Content-Type-Options", "Strict-Transport-Security", "Cross-Origin-Opener-Policy", "Cache-Control"),
)


@pytest.mark.parametrize("door", DOORS)
def test_their_answers_have_the_headers_of_pages(client: FlaskClient, door: str) -> None:
    page, answer = client.get("/nowhere"), client.post(door)
    assert answer.status_code in (401, 403)
    assert {name: answer.headers.get(name) for name in SAFE} == {name: page.headers.get(name) for name in SAFE}
    assert all(page.headers.get(name) for name in SAFE)
    assert len(answer.headers["X-Request-ID"]) == 32


def test_no_library_of_pages_runs_for_them(client: FlaskClient) -> None:
    ran: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        library = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        # An error page asks for a form's token, and a refused request of Twilio's gets one.
        if event == "call" and library in app_setup.OF_PAGES and frame.f_code.co_name != "<lambda>":
            ran.add(library)

    def asked(ask: Callable[[], object]) -> set[str]:
        ran.clear()
        sys.setprofile(note)
        try:
            ask()
        finally:
            sys.setprofile(None)
        return set(ran)

    client.post(DOORS[0])
    assert asked(lambda: client.get("/nowhere")) == set(app_setup.OF_PAGES)
    for door in DOORS:
        assert asked(partial(client.post, door)) == set()
    assert asked(partial(client.get, PICTURE)) == set()


def test_a_picture_has_the_headers_of_pages_but_may_be_kept(client: FlaskClient) -> None:
    page, answer = client.get("/nowhere"), client.get(PICTURE)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert {name for name in SAFE if answer.headers.get(name) != page.headers.get(name)} == {"Cache-Control"}
