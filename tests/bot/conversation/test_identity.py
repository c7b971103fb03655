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


def test_everything_that_needs_no_phone_works_without_one(demo_service: Service) -> None:
    first = register(demo_service, BY_USER)
    assert first in say(demo_service, "hi", BY_USER)
    assert say(demo_service, "my pass", BY_USER)
    for text in ("change", "2", "4", "yes"):
        say(demo_service, text, BY_USER)
    [second] = codes(demo_service)
    assert second != first
    for text in ("language", "2", "cancel pass", "yes"):
        say(demo_service, text, BY_USER)
    assert codes(demo_service) == []
    say(demo_service, "stop", BY_USER)
    with demo_service.database.read() as db:
        person = db.scalars(select(Contact)).one()
        assert (person.language, bool(person.stopped_at)) == ("hi", True)
    say(demo_service, "start", BY_USER)
    assert set(lanes(demo_service, "pass")) == {BY_USER}
    with demo_service.database.read() as db:
        assert db.scalar(select(Contact.stopped_at)) is None


def test_somebody_without_a_phone_registers_somebody_else_whose_phone_gets_the_code(demo_service: Service) -> None:
    for text in ("hi", "1", "register someone else", OTHER):
        answer = say(demo_service, text, BY_USER)
    assert lanes(demo_service, "otp") == [OTHER]
    otp = demo_service.otps.make("someone_else", OTHER, f"user:{USER}", utc_now())  # type: ignore[attr-defined]  # our own
    assert otp not in answer


def test_two_who_turn_out_to_be_one_are_one_from_that_message_on(demo_service: Service) -> None:
    mine, theirs = register(demo_service, BY_PHONE), register(demo_service, BY_USER)
    assert count_of(demo_service, Contact) == 2
    seen = say(demo_service, "hi", BY_PHONE, BY_USER)
    assert mine in seen
    assert theirs in seen
    assert count_of(demo_service, Contact) == 1
    for lane in (BY_USER, BY_PHONE):
        seen = say(demo_service, "hi", lane)
        assert mine in seen
        assert theirs in seen


def test_names_that_one_message_told_are_the_persons_when_the_next_tells_but_one(demo_service: Service) -> None:
    say(demo_service, "hi", BY_PHONE, BY_USER)
    code = register(demo_service, BY_PHONE, *SPOKEN[1:])
    with demo_service.database.read() as db:
        assert set(db.scalars(select(ContactAlias.value))) == {PHONE, USER}
    assert code in say(demo_service, "hi", BY_USER)


def test_a_registration_begun_by_phone_goes_on_by_user_id(demo_service: Service) -> None:
    for text in SPOKEN[:3]:
        say(demo_service, text, BY_PHONE)
    say(demo_service, "1", BY_PHONE, BY_USER)
    for text in SPOKEN[4:]:
        answer = say(demo_service, text, BY_USER)
    [code] = codes(demo_service)
    assert code in answer
    assert lanes(demo_service, "pass") == [BY_USER]


def test_both_have_a_message_waiting_when_a_third_tells_that_they_are_one(
    demo_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = register(demo_service, BY_PHONE), register(demo_service, BY_USER)
    go_on = _hold_turns(monkeypatch, ("one", "two"))
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(say, demo_service, "one", BY_PHONE)
        second = pool.submit(say, demo_service, "two", BY_USER)
        _until(lambda: demo_service.conversations.pending_count() == 2)
        third = pool.submit(say, demo_service, "hi", BY_PHONE, BY_USER)
        _until(lambda: demo_service.conversations.pending_count() == 1)
        go_on.set()
        answers = [one.result(60) for one in (first, second, third)]
    assert all(answers)
    assert mine in answers[2]
    assert theirs in answers[2]
    assert count_of(demo_service, Contact) == 1
    assert demo_service.conversations.pending_count() == 0
    assert demo_service.conversations.abandoned(int(utc_now().timestamp() * 1000) + MAX_WEBHOOK_WAIT_MS) == []


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
    demo_service: Service, written: str, otherwise: str
) -> None:
    code = register(demo_service, f"whatsapp:{written}")
    assert code in say(demo_service, "hi", f"whatsapp:{otherwise}")
    say(demo_service, "my pass", f"whatsapp:{otherwise}")
    assert lanes(demo_service, "pass") == [f"whatsapp:{written}", f"whatsapp:{otherwise}"]
    assert count_of(demo_service, Contact) == 1
