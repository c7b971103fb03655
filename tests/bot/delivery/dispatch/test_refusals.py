"""Twilio refusing with each class of code, over HTTP: what is tried again, when, how often, and what the visitor gets.

The real service, outbox and client against our simulator, by the clock of the test. Run it with `-s` for the table that
docs/figures.md has.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from redis import Redis

from admin_cli.__main__ import cli
from bot.delivery.dispatch import enqueue_reply, overdue_statuses
from bot.delivery.templates import interactive
from bot.delivery.templates.interactive import CardShape
from bot.delivery.twilio import http as twilio_http
from bot.delivery.twilio.content_api import ContentApi
from bot.delivery.twilio.error_codes import CLASSES, Class, class_of
from bot.domain.models import Contact, ContentTemplate
from tests.bot.delivery.conftest import LANE, NOW, a_pass, reply
from tests.bot.delivery.whole import Course, Whole, whole

ALWAYS = 1000
QUESTION = {"mark": "agree.0123abcd:", "shape": CardShape("buttons", 2, (1,)).name}
VALUES = ["Is it right?", "Yes", "agree.0123abcd:yes", "No", "agree.0123abcd:no"]
WORDS = "Is it right?\n\n1. Yes\n2. No"
HOURS = 6 * 3600


@dataclass(frozen=True)
class Case:
    """One kind of trouble and what must come of it."""

    name: str
    trouble: tuple[dict[str, Any], ...]
    kind: str = "reply"
    tries: tuple[int, int] = (1, 1)
    """At least and at most so often."""
    first_pause: tuple[float, float] | None = None
    """Seconds from the first try to the second, at least and at most."""
    least_pause: float = 0.0
    """Between any two tries."""
    status: str = "read"
    reason: str | None = None
    code: int | None = None
    got: int = 1
    """How often the visitor has it in the end."""
    calls: int | None = None
    """Where Twilio was called more often than was tried: words in the place of a template."""


def refuse(code: int = 0, status: int = 0, times: int = 1, kind: str = "send") -> tuple[dict[str, Any], ...]:
    """At the call with an HTTP status; without one Twilio takes the message and reports its failure later."""
    return ({"fault": "refuse", "kind": kind, "code": code, "status": status, "times": times},)


def lasting(name: str, code: int, reason: str, at_call: int = 400, kind: str = "reply") -> tuple[Case, Case]:
    """A code that no second try helps against, at the call and as a later status."""
    ends: dict[str, Any] = {"kind": kind, "status": "failed", "reason": reason, "code": code, "got": 0}
    return (
        Case(f"{name}, at the call", refuse(code, at_call, ALWAYS), **ends),
        Case(f"{name}, later", refuse(code, times=ALWAYS), **ends),
    )


def for_hours(name: str, code: int, at_call: int = 0, least: float = 0.0) -> Case:
    """A code that may pass, and does not for the whole of six hours."""
    ends: dict[str, Any] = {"status": "failed", "reason": "gave_up", "got": 0, "tries": (25, 60), "least_pause": least}
    return Case(f"{name}, for hours", refuse(code, at_call, ALWAYS), **ends)


def passing(name: str, code: int, at_call: int = 0, pause: tuple[float, float] = (1, 4), **more: Any) -> Case:
    """A case in which only one try is refused."""
    where = "at the call" if at_call else "later"
    return Case(f"{name}, once, {where}", refuse(code, at_call), tries=(2, 2), first_pause=pause, **more)


WAITS: dict[str, Any] = {"status": "owed", "reason": "window_closed", "code": 63016, "got": 0}
UNCLEAR = (30, 38)
"""Seconds: as long as Twilio's list may not show a message yet."""
CASES = (
    passing("429 too many requests 20429", 20429, 429),
    for_hours("429 too many requests 20429", 20429, 429),
    passing("rate of the channel 63018", 63018, pause=(6, 8)),
    passing("rate of the channel 63018", 63018, 429, pause=(6, 8)),
    for_hours("rate of the channel 63018", 63018, least=6),
    passing("queue overflow 30001", 30001),
    passing("channel's own error 63012", 63012),
    passing("HTTP 500", 20500, 500),
    passing("HTTP 503", 20503, 503),
    for_hours("HTTP 503", 20503, 503),
    Case("HTTP 503 with an unknown code", refuse(88888, 503), tries=(2, 2), first_pause=(1, 4)),
    passing("HTTP 502, sent or not", 20500, 502, pause=UNCLEAR),
    Case("cut off, not taken", ({"fault": "cut", "kind": "send", "accept": False},), tries=(2, 2), first_pause=UNCLEAR),
    Case("cut off, taken", ({"fault": "cut", "kind": "send"},)),
    Case(
        "cut off, taken, and no list for a while",
        ({"fault": "cut", "kind": "send"}, *refuse(status=503, times=3, kind="list")),
    ),
    Case("no answer in time, taken", ({"fault": "delay", "kind": "send", "seconds": 0.3},)),
    passing("sender stopped 63038", 63038, 400, pause=(300, 375)),
    passing("sender stopped 63020", 63020, pause=(300, 375)),
    Case(
        "wrong token 20003, for hours",
        refuse(20003, 401, ALWAYS),
        tries=(24, 73),
        least_pause=300,
        status="failed",
        reason="gave_up",
        got=0,
    ),
    *lasting("stop 21610", 21610, "stopped_by_recipient"),
    *lasting("blocked 63014", 63014, "stopped_by_recipient"),
    *lasting("no such number 21211", 21211, "bad_recipient"),
    *lasting("not on WhatsApp 63003", 63003, "bad_recipient"),
    *lasting("marketing limit 63049", 63049, "marketing_limit"),
    *lasting("not accepted 21617", 21617, "not_accepted"),
    *lasting("unknown code 88888", 88888, "not_accepted"),
    Case("unknown error 30008, once", refuse(30008), tries=(2, 2), first_pause=(1, 4)),
    Case(
        "unknown error 30008, always",
        refuse(30008, times=ALWAYS),
        tries=(2, 2),
        status="failed",
        reason="try_once_more",
        code=30008,
        got=0,
    ),
    Case("picture not fetched 63019, once", refuse(63019, kind="media"), "pass", (2, 2), (1, 4)),
    Case(
        "picture not fetched 63019, always",
        refuse(63019, times=ALWAYS, kind="media"),
        kind="pass",
        tries=(2, 2),
        status="failed",
        reason="media_not_fetched",
        code=63019,
        got=0,
    ),
    *lasting("picture refused 63005", 63005, "media_refused", kind="pass"),
    Case("window shut 63016, at the call", refuse(63016, 400), **WAITS),
    Case("window shut 63016, later", refuse(63016), **WAITS),
    Case("template's variables 21656, at the call", refuse(21656, 400), "question", calls=2),
    Case("template against the policy 63013, later", refuse(63013), "question", tries=(2, 2), first_pause=(0, 1)),
    Case("template, window shut 63016, at the call", refuse(63016, 400), "question", calls=2),
)


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """What was seen; printed in the end."""
    lines: list[str] = []
    yield lines
    print("\n" + "\n".join((HEAD, *lines)))


@pytest.fixture(scope="module")
def served(redis_url: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    file = tmp_path_factory.mktemp("refusals") / "whole.db"
    file.write_bytes(sqlite_template.read_bytes())
    with Redis.from_url(redis_url) as client:
        client.flushall()
    with whole(f"sqlite:///{file}", redis_url) as made:
        yield made


@pytest.fixture
def whole_service(served: Whole, monkeypatch: pytest.MonkeyPatch, logs_as_before: None) -> Whole:
    """The whole service as it is at first; the command line works on the same database."""
    served.begin()
    settings = served.service.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setattr(twilio_http, "TWILIO_TIMEOUTS_SECONDS", (5.0, 0.2))
    return served


def owed(world: Whole, kind: str) -> int:
    """A message of this kind to the visitor."""
    database = world.service.database
    if kind == "pass":
        return a_pass(database)
    if kind == "reply":
        return reply(database, "Which day?")
    sid = made_template(world)
    with database.write() as db:
        row = {"name": "pravesh_x", "shape": QUESTION["shape"], "language": "en", "sid": sid, "content_hash": "x"}
        db.add(ContentTemplate(**row, approval="unsubmitted", created_at=NOW))
        asked = {**QUESTION, "values": VALUES}
        return enqueue_reply(db, message_sid="SM1", address=LANE, sender=None, body=WORDS, now=NOW, question=asked)


def made_template(world: Whole) -> str:
    """The SID of a template with two buttons."""
    return ContentApi(world.service.twilio).make(interactive.definition(CardShape("buttons", 2, (1,))))


def shown(delivery: int) -> dict[str, Any]:
    """What `deliveries show` prints of it."""
    result = CliRunner().invoke(cli, ["deliveries", "show", str(delivery), "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


WIDTHS = "{:46} {:>5}  {:32} {:38} {}"
HEAD = WIDTHS.format("Twilio says", "tries", "pauses between them, seconds", "in the end", "arrived")


def line(case: Case, course: Course, got: int) -> str:
    """A row of the table."""
    pauses = [f"{later - earlier:.0f}" for earlier, later in pairwise(course.tries)]
    when = ", ".join(pauses if len(pauses) < 6 else [*pauses[:4], f"… {pauses[-2]}"])
    why = " ".join(str(one) for one in (course.status, course.reason, course.error_code) if one)
    return WIDTHS.format(case.name, len(course.tries), when or "-", why, got)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_what_comes_of_a_refusal(whole_service: Whole, table: list[str], case: Case) -> None:
    delivery = owed(whole_service, case.kind)
    for trouble in case.trouble:
        whole_service.order(**trouble)
    course = whole_service.course(delivery)
    got = [one for one in whole_service.got() if one.direction == "outbound-api"]
    table.append(line(case, course, len(got)))

    least, most = case.tries
    assert least <= len(course.tries) <= most
    pauses = [later - earlier for earlier, later in pairwise(course.tries)]
    if case.first_pause:
        assert case.first_pause[0] <= pauses[0] <= case.first_pause[1]
    assert min(pauses, default=case.least_pause) >= case.least_pause
    if most > 2:
        assert 420 <= max(pauses) <= 1125 or case.least_pause == 300
    assert course.tries[-1] <= HOURS
    assert (course.status, course.reason, course.error_code) == (case.status, case.reason, course.error_code)
    assert course.error_code == case.code or case.reason == "gave_up"
    assert len(got) == case.got
    if any(trouble["kind"] == "send" and trouble.get("times") == ALWAYS for trouble in case.trouble):
        assert course.calls == (case.calls or len(course.tries))

    told = shown(delivery)
    assert (told["status"], told["reason"], told["error_code"]) == (course.status, course.reason, course.error_code)
    assert [step["what"] for step in told["story"]] == ["owed", *course.steps]
    assert "Which day" not in str(told)
    assert LANE[9:] not in str(told)


def test_every_class_of_codes_is_among_them() -> None:
    tried = {class_of(trouble["code"]) for case in CASES for trouble in case.trouble if trouble.get("code") in CLASSES}
    assert tried == set(Class)


def test_a_blocked_visitor_is_sent_nothing_unasked_until_they_write(whole_service: Whole) -> None:
    image = owed(whole_service, "pass")
    whole_service.order(**refuse(63014)[0])
    whole_service.course(image)
    assert whole_service.sweep() == []
    with whole_service.service.database.read() as db:
        assert [contact.stopped_at is not None for contact in db.query(Contact)] == [True]


def test_a_picture_that_whatsapp_refuses_goes_as_a_link_by_sms(whole_service: Whole) -> None:
    image = owed(whole_service, "pass")
    whole_service.order(**refuse(63005)[0])
    whole_service.course(image)
    [link] = whole_service.sweep()
    assert whole_service.course(link).status == "delivered"
    [sms] = whole_service.got()
    assert sms.recipient == LANE.removeprefix("whatsapp:")
    assert f"{whole_service.origin}/pass/" in sms.body


def test_what_waits_for_the_window_goes_as_soon_as_the_visitor_writes(whole_service: Whole) -> None:
    words = owed(whole_service, "reply")
    whole_service.order(**refuse(63016, 400)[0])
    assert whole_service.course(words).reason == "window_closed"
    whole_service.moment.shift(120)
    whole_service.write("hello")
    whole_service.until_let_go(words)
    assert whole_service.course(words).status == "read"
    assert "Which day?" in [one.body for one in whole_service.got()]


def test_while_a_sender_rests_nobodys_message_is_tried(whole_service: Whole) -> None:
    first = owed(whole_service, "reply")
    whole_service.order(**refuse(63038, 400)[0])
    whole_service.service.outbox.deliver(first)
    second = reply(whole_service.service.database, "Another's", lane="whatsapp:+919800000009")
    course = whole_service.course(second)
    assert course.tries[0] >= 300
    assert course.calls == 1
    assert course.steps[0] == "put_off"
    assert shown(second)["story"][1]["reason"] == "sender_paused"
    sent = whole_service.twilio.messages.several(whole_service.twilio.messages.sids(recipient="whatsapp:+919800000009"))
    assert [one.created_ms >= (NOW.timestamp() + 299) * 1000 for one in sent] == [True]


def test_what_twilio_could_not_tell_is_asked_for(whole_service: Whole) -> None:
    """Its callbacks met no web process, so that nothing came after our call."""
    whole_service.order(fault="lose", kind="status", times=ALWAYS)
    image = owed(whole_service, "pass")
    whole_service.service.outbox.deliver(image)
    whole_service.rest()
    assert whole_service.row(image).status == "queued"
    assert ask_for_statuses(whole_service, 2.9, status="queued") == 0
    assert ask_for_statuses(whole_service, 3.1, status="queued") == 1  # and Twilio knows no more than we do
    assert ask_for_statuses(whole_service, 10, status="undelivered", error_code=63019) == 0
    whole_service.service.redis.delete(f"status-asked:{image}")  # Redis does not travel
    assert ask_for_statuses(whole_service, 18.2, status="undelivered", error_code=63019) == 1
    assert (whole_service.row(image).status, whole_service.row(image).error_code) == (
        "owed",
        63019,
    )  # and tried once more
    assert ask_for_statuses(whole_service, 40, status="undelivered", error_code=63019) == 0


def ask_for_statuses(world: Whole, minutes: float, **has: object) -> int:
    """A look at what is silent, so long after it was owed, when Twilio has this of the only message."""
    world.moment.move_to(NOW + timedelta(minutes=minutes))
    world.rest()
    service = world.service
    [sid] = world.twilio.messages.sids(recipient=LANE)
    world.twilio.messages.change(sid, **has)
    return overdue_statuses.ask(service.database, service.redis, service.twilio, service.outbox, service.now())
