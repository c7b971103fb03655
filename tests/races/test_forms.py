"""A form and the chat's last yes at the same moment, for the same person: one pass, whichever comes first."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain import events
from bot.domain.models import Pass, Registration
from bot.inbound import Inbound
from bot.service import Service
from flows.engine import filled_forms
from flows.shapes import FILLED_FORM, Flow, State, UserInput
from flows.shapes.forms import ON
from flows.visitor.consent import consent_mark
from tests.chaos.plan import SPOKEN

pytestmark = pytest.mark.race

PEOPLE = 6
OURS = "whatsapp:+14155238886"


@pytest.fixture
def service_with_form(demo_service: Service) -> Service:
    """The whole service with the demo event, whose form is switched on."""
    with demo_service.database.write() as db:
        events.change(db, "demo", form=ON)
    return demo_service


def hear(service: Service, person: int, place: int, **said: Any) -> str:
    """The answer to one message of a person; the place is its number among theirs."""
    phone = f"+9198100{person:05d}"
    inbound = Inbound(f"SM{person}x{place}", f"whatsapp:{phone}", OURS, phone=phone, **said)
    return service.dialogue.handle(inbound)


def up_to_the_summary(service: Service, person: int) -> None:
    for place, text in enumerate(SPOKEN[:-1]):
        hear(service, person, place, text=text.format(name="Asha Rao"))


def send_form(service: Service, person: int) -> str:
    """A whole form for another day than was typed."""
    with service.database.read() as db:
        [event] = events.snapshot(db, service.now())
    day = (event.starts_on + timedelta(days=3)).isoformat()
    filled = {
        "full_name": "Asha Rao",
        "visit_date": day,
        "party_size": "2",
        "city": "",
        "agree": consent_mark(event, "en"),
    }
    return hear(service, person, 90, form=FILLED_FORM, filled=filled)


def passes_by_person(service: Service) -> Counter[int]:
    """How many people have how many passes."""
    with service.database.read() as db:
        held = select(func.count()).select_from(Pass).where(Pass.status == "valid").group_by(Pass.holder_id)
        return Counter(db.scalars(held))


def test_a_form_and_a_yes_at_once_make_one_pass(service_with_form: Service) -> None:
    for person in range(PEOPLE):
        up_to_the_summary(service_with_form, person)
    barrier = threading.Barrier(2 * PEOPLE)

    def at_once(act: Any, *arguments: Any, **said: Any) -> None:
        barrier.wait(30)
        act(service_with_form, *arguments, **said)

    racing = [
        threading.Thread(target=at_once, args=(hear, person, 80), kwargs={"text": "yes"}) for person in range(PEOPLE)
    ]
    racing += [threading.Thread(target=at_once, args=(send_form, person)) for person in range(PEOPLE)]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join(60)
    assert passes_by_person(service_with_form) == {1: PEOPLE}
    with service_with_form.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Registration)) == PEOPLE


@pytest.mark.databases("sqlite")
def test_without_looking_what_it_belongs_to_a_form_makes_a_second(
    service_with_form: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def any_state(state: State, message: UserInput, flow: Flow) -> State:
        return State(flow.name, flow.version, {"event": "demo", "language": "en"}, language="en")

    up_to_the_summary(service_with_form, 1)
    hear(service_with_form, 1, 80, text="yes")
    assert passes_by_person(service_with_form) == {1: 1}
    monkeypatch.setattr(filled_forms, "find_open", any_state)
    send_form(service_with_form, 1)
    assert passes_by_person(service_with_form) == {2: 1}
