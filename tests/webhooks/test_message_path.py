"""README.md names every file that a message passes: a registration is followed, from webhook to picture."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.domain import events
from bot.domain.models import Delivery
from bot.metrics import THREAD_NAME as COUNTING
from bot.service import Service
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN
from tests.bot.delivery.conftest import FakeTwilio, fetched
from tests.paths import ROOT

ROOMS = tuple(f"{ROOT / room}/" for room in ("bot", "flows", "webhooks"))
PATH = "/webhooks/twilio/message"
ON_THE_WAY = ("hi", "1", "Asha Rao", "1", "3", "Delhi")
BRACED = re.compile(r"`([\w/]*)\{([^}]*)\}(\.\w+)`|`([\w/.]+\.(?:py|lua))`")
"""`folder/{one,two}.py`, or a single file."""


@contextmanager
def followed() -> Iterator[tuple[set[str], threading.Event]]:
    """The files of ours in which a function is called while the event is set, in every thread that begins here."""
    passed, watching = set[str](), threading.Event()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if watching.is_set() and event == "call" and frame.f_code.co_filename.startswith(ROOMS):
            passed.add(str(Path(frame.f_code.co_filename).relative_to(ROOT)))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield passed, watching
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def post(client: FlaskClient, number: int, text: str, phone: int = 1) -> str:
    """The answer to a message as Twilio brings it."""
    form = {"MessageSid": f"SM{phone}-{number}", "AccountSid": SIMULATED_ACCOUNT, "Body": text, "NumMedia": "0"}
    form |= {"From": f"whatsapp:+91981000000{phone}", "To": SIMULATED_SENDER}
    signature = RequestValidator(SIMULATED_TOKEN).compute_signature(f"https://localhost{PATH}", form)
    answer = client.post(PATH, data=form, headers={"X-Twilio-Signature": signature}, base_url="https://localhost")
    return answer.text


def named() -> set[str]:
    """The files that README names, those of the path among them."""
    found = set()
    for folder, names, ending, single in BRACED.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        found |= {single} if single else {f"{folder}{name.strip()}{ending}" for name in names.split(",")}
    return found


@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or coverage needs the hook for itself")
def test_readme_names_every_file_that_a_registration_passes(client: FlaskClient, service: Service) -> None:
    with service.database.write() as db:
        events.make_demo(db, service.now())
    outbox = replace(service.outbox, twilio=FakeTwilio(), check_media=fetched)
    with followed() as (passed, watching):
        for number, text in enumerate(ON_THE_WAY):
            post(client, number, text)
        watching.set()
        answer = post(client, len(ON_THE_WAY), "yes")
        with service.database.read() as db:
            (picture,) = db.scalars(select(Delivery.id))
        outbox.deliver(picture)
    assert "Your pass code is" in answer
    assert passed - named() == set()


STATIONS = {
    ("bot/conversation/store.py", "accept"),
    ("bot/conversation/look.py", "look"),
    ("flows/engine/__init__.py", "step"),
    ("flows/fields/__init__.py", "accept"),
    ("bot/conversation/turn.py", "claim"),
    ("bot/conversation/effects.py", "_register"),
    ("bot/conversation/turn.py", "complete"),
    ("bot/conversation/store.py", "commit"),
    ("webhooks/twilio.py", "twiml"),
}
"""Where what the path is for happens: onto the list, what is known, the answer judged, performed, kept, and told."""
ROOMS_OF_THE_PATH = (
    "webhooks/twilio.py",
    *(f"bot/conversation/{name}.py" for name in ("dialogue", "turn", "effects")),
    "flows/engine/__init__.py",
)
MAX_OPENED = 24
"""Functions that a reader opens from a `yes` to its answer: those of the path's rooms that lead to a station."""
OF_THE_GATE = ("flows/gate/", "flows/engine/gate_", "bot/conversation/gate_", "bot/domain/checkins/")


@contextmanager
def opened() -> Iterator[tuple[set[str], set[str], threading.Event]]:
    """The functions of the path's rooms that stand on the stack when a station is reached, and the stations, while the
    event is set.
    """
    leading, reached, watching = set[str](), set[str](), threading.Event()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if not watching.is_set() or event != "call" or _place(frame) not in STATIONS:
            return
        reached.add("{} {}".format(*_place(frame)))
        above: FrameType | None = frame
        while above:
            if _place(above)[0] in ROOMS_OF_THE_PATH:
                leading.add("{} {}".format(*_place(above)))
            above = above.f_back

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield leading, reached, watching
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _place(frame: FrameType) -> tuple[str, str]:
    """The file of ours and the name of a function that runs."""
    file = frame.f_code.co_filename
    return (file.removeprefix(f"{ROOT}/"), frame.f_code.co_name) if file.startswith(ROOMS) else ("", "")


@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or coverage needs the hook for itself")
def test_a_reader_opens_few_functions_from_a_yes_to_its_answer(client: FlaskClient, service: Service) -> None:
    with service.database.write() as db:
        events.make_demo(db, service.now())
    with opened() as (leading, reached, watching):
        for number, text in enumerate(ON_THE_WAY):
            post(client, number, text)
        watching.set()
        answer = post(client, len(ON_THE_WAY), "yes")
        watching.clear()
    assert "Your pass code is" in answer
    assert reached == {"{} {}".format(*station) for station in STATIONS}
    assert len(leading) <= MAX_OPENED, "\n".join(sorted(leading))


@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or coverage needs the hook for itself")
def test_no_message_of_a_visitor_passes_the_code_of_the_gate(client: FlaskClient, service: Service) -> None:
    with service.database.write() as db:
        events.make_demo(db, service.now())
    with followed() as (passed, watching):
        watching.set()
        for number, text in enumerate((*ON_THE_WAY, "yes", "menu", "my pass", "stop", "hi")):
            assert post(client, number, text)
        watching.clear()
    assert [name for name in sorted(passed) if name.startswith(OF_THE_GATE)] == []


def test_what_readme_names_on_the_path_is_there() -> None:
    assert named()
    assert [name for name in sorted(named()) if not (ROOT / name).is_file()] == []


MAX_CALLS = 2300
"""Functions written in Python that a message of a registration calls, libraries' too: some 1,930 on SQLite."""


@pytest.mark.skipif(sys.gettrace() is not None, reason="a debugger or coverage needs the hook for itself")
def test_a_message_calls_a_bounded_number_of_functions(client: FlaskClient, service: Service) -> None:
    """Not how long it takes, which the machine decides: a rule that looks at all days at each step shows here.

    The fewest of three people's count: on a slow machine something that is done every few seconds comes with one.
    """
    with service.database.write() as db:
        events.make_demo(db, service.now())
    made, counted, calls = list[None](), threading.Event(), list[int]()

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        # The thread that hands counts to Redis comes once a second, with whatever message.
        if event == "call" and counted.is_set() and threading.current_thread().name != COUNTING:
            made.append(None)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        for phone in range(1, 4):
            for number, text in enumerate(ON_THE_WAY[:-1]):
                post(client, number, text, phone)
            made.clear()
            counted.set()
            assert post(client, len(ON_THE_WAY), ON_THE_WAY[-1], phone)
            counted.clear()
            calls.append(len(made))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    print(f"\n{calls} calls")
    assert min(calls) < MAX_CALLS
