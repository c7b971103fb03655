"""Who somebody is: by phone, by WhatsApp's user id, by both, and by a number that is written in two ways."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.conversation.turn import TurnRunner
from bot.domain import events
from bot.domain.models import Contact, ContactAlias, Delivery, Pass
from bot.inbound import Inbound, from_address
from bot.service import Service, utc_now
from bot.settings import SIMULATED_SENDER
from bot.timeouts import MAX_WEBHOOK_WAIT_MS
from flows.understanding.codes import shown

SPOKEN = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
PHONE, USER = "+919810000001", "IN.2081234"
OTHER = "+919810000002"
BY_PHONE, BY_USER = f"whatsapp:{PHONE}", f"whatsapp:{USER}"
_numbers = count(1)


@pytest.fixture
def service(service: Service) -> Service:
    """With the demo event."""
    with service.database.write() as db:
        events.make_demo(db, utc_now())
    return service


def message(text: str, lane: str, user: str = "") -> Inbound:
    phone, known = from_address(lane, user)
    return Inbound(f"SM{next(_numbers)}", lane, SIMULATED_SENDER, phone=phone, user=known, text=text)


def say(service: Service, text: str, lane: str, user: str = "") -> str:
    return service.dialogue.handle(message(text, lane, user))


def register(service: Service, lane: str, *answers: str) -> str:
    """The code of the pass."""
    for text in answers or SPOKEN:
        answer = say(service, text, lane)
    return next(code for code in codes(service) if code in answer)


def codes(service: Service) -> list[str]:
    with service.database.read() as db:
        return [shown(code) for code in db.scalars(select(Pass.code).where(Pass.status == "valid").order_by(Pass.id))]


def count_of(service: Service, table: type[Any]) -> int:
    with service.database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def lanes(service: Service, kind: str) -> list[str]:
    with service.database.read() as db:
        return list(db.scalars(select(Delivery.lane).where(Delivery.kind == kind).order_by(Delivery.id)))


def test_everything_that_needs_no_phone_works_without_one(service: Service) -> None:
    first = register(service, BY_USER)
    assert first in say(service, "hi", BY_USER)
    assert say(service, "my pass", BY_USER)
    for text in ("change", "2", "4", "yes"):
        say(service, text, BY_USER)
    [second] = codes(service)
    assert second != first
    for text in ("language", "2", "cancel pass", "yes"):
        say(service, text, BY_USER)
    assert codes(service) == []
    say(service, "stop", BY_USER)
    with service.database.read() as db:
        person = db.scalars(select(Contact)).one()
        assert (person.language, bool(person.stopped_at)) == ("hi", True)
    say(service, "start", BY_USER)
    assert set(lanes(service, "pass")) == {BY_USER}
    with service.database.read() as db:
        assert db.scalar(select(Contact.stopped_at)) is None


def test_somebody_without_a_phone_registers_somebody_else_whose_phone_gets_the_code(service: Service) -> None:
    for text in ("hi", "1", "register someone else", OTHER):
        answer = say(service, text, BY_USER)
    assert lanes(service, "otp") == [OTHER]
    otp = service.otps.make("someone_else", OTHER, f"user:{USER}", utc_now())  # type: ignore[attr-defined]  # our own
    assert otp not in answer


def test_two_who_turn_out_to_be_one_are_one_from_that_message_on(service: Service) -> None:
    mine, theirs = register(service, BY_PHONE), register(service, BY_USER)
    assert count_of(service, Contact) == 2
    seen = say(service, "hi", BY_PHONE, BY_USER)
    assert mine in seen
    assert theirs in seen
    assert count_of(service, Contact) == 1
    for lane in (BY_USER, BY_PHONE):
        seen = say(service, "hi", lane)
        assert mine in seen
        assert theirs in seen


def test_names_that_one_message_told_are_the_persons_when_the_next_tells_but_one(service: Service) -> None:
    say(service, "hi", BY_PHONE, BY_USER)
    code = register(service, BY_PHONE, *SPOKEN[1:])
    with service.database.read() as db:
        assert set(db.scalars(select(ContactAlias.value))) == {PHONE, USER}
    assert code in say(service, "hi", BY_USER)


def test_a_registration_begun_by_phone_goes_on_by_user_id(service: Service) -> None:
    for text in SPOKEN[:3]:
        say(service, text, BY_PHONE)
    say(service, "1", BY_PHONE, BY_USER)
    for text in SPOKEN[4:]:
        answer = say(service, text, BY_USER)
    [code] = codes(service)
    assert code in answer
    assert lanes(service, "pass") == [BY_USER]


def test_both_have_a_message_waiting_when_a_third_tells_that_they_are_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = register(service, BY_PHONE), register(service, BY_USER)
    go_on = _hold_turns(monkeypatch, ("one", "two"))
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(say, service, "one", BY_PHONE)
        second = pool.submit(say, service, "two", BY_USER)
        _until(lambda: service.conversations.pending_count() == 2)
        third = pool.submit(say, service, "hi", BY_PHONE, BY_USER)
        _until(lambda: service.conversations.pending_count() == 1)
        go_on.set()
        answers = [one.result(60) for one in (first, second, third)]
    assert all(answers)
    assert mine in answers[2]
    assert theirs in answers[2]
    assert count_of(service, Contact) == 1
    assert service.conversations.pending_count() == 0
    assert service.conversations.abandoned(int(utc_now().timestamp() * 1000) + MAX_WEBHOOK_WAIT_MS) == []


def _hold_turns(monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]) -> threading.Event:
    """Turns of these texts last until the event."""
    go_on, take = threading.Event(), TurnRunner.run

    def slow(turns: TurnRunner, inbound: Inbound, *arguments: Any, **named: Any) -> Any:
        if inbound.text in texts:
            go_on.wait(60)
        return take(turns, inbound, *arguments, **named)

    monkeypatch.setattr(TurnRunner, "run", slow)
    return go_on


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("+553187654321", "+5531987654321"),
        ("+5215512345678", "+525512345678"),
        ("+541123456789", "+5491123456789"),
    ],
)
def test_a_number_that_whatsapp_writes_in_two_ways_is_one_person_answered_where_they_wrote(
    service: Service, written: str, otherwise: str
) -> None:
    code = register(service, f"whatsapp:{written}")
    assert code in say(service, "hi", f"whatsapp:{otherwise}")
    say(service, "my pass", f"whatsapp:{otherwise}")
    assert lanes(service, "pass") == [f"whatsapp:{written}", f"whatsapp:{otherwise}"]
    assert count_of(service, Contact) == 1
