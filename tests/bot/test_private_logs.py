"""A whole registration, for oneself and for somebody else, at the loudest level: nobody is named in the logs."""

import uuid
from collections.abc import Iterator

import pytest
from redis import Redis
from sqlalchemy import select

from bot import logs
from bot.domain import events
from bot.domain.models import Delivery
from bot.inbound import Inbound
from bot.service import Service, assemble
from bot.settings import Settings
from webhooks import create_app

PHONE, OTHER = "919876543210", "9898989898"
NAMES = ("Asha", "Delhi", "Ravi", "Agra")


@pytest.fixture
def loud_service(sqlite_url: str, redis_url: str, redis: "Redis", logs_as_before: None) -> Iterator[Service]:
    """A service with the demo event whose Twilio does not answer; its logs go to standard error."""
    settings = Settings(
        database_url=sqlite_url,
        redis_url=redis_url,
        secret_key="x" * 16,
        twilio_api_base="http://127.0.0.1:1",
        log_level="DEBUG",
        log_format="json",
    )
    logs.configure(settings, "web")
    made = assemble(settings)
    with made.database.write() as db:
        events.make_demo(db, made.now())
    yield made
    made.close()


def _hear(service: Service, text: str) -> str:
    lane = f"whatsapp:+{PHONE}"
    sid = f"SM{uuid.uuid4().hex}"
    sender = "whatsapp:+14155238886"
    return service.dialogue.handle(
        Inbound(sid=sid, lane=lane, sender=sender, phone=f"+{PHONE}", profile_name="Asha R", text=text)
    )


def test_nobody_is_named(loud_service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("hi", "1", "Asha Rao", "1", "3", "Delhi"):
        _hear(loud_service, text)
    answer = _hear(loud_service, "yes")
    for text in ("register someone else", OTHER, "123456", "stop", "start"):
        _hear(loud_service, text)
    with loud_service.database.read() as db:
        owed = list(db.scalars(select(Delivery.id).order_by(Delivery.id)))
    for number in owed:
        loud_service.outbox.deliver(number)
    said = capsys.readouterr().err
    assert len(owed) == 2
    assert "delivery" in said
    code = next(word.strip("*.,") for word in answer.split() if "-" in word and len(word.strip("*.,")) == 9)
    for secret in (PHONE, OTHER, code, *NAMES):
        assert secret not in said


MARKED = "Zubeda Marked"


def test_whatever_door_breaks_nobody_is_named(
    loud_service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every door raises with somebody's words, and is called with them in address, query, headers and form."""
    app = create_app(loud_service)

    def broken(**_given: str) -> str:
        raise ValueError(MARKED)

    for endpoint in app.view_functions:
        monkeypatch.setitem(app.view_functions, endpoint, broken)
    monkeypatch.setattr(app, "before_request_funcs", {})
    client, doors = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        asked = rule.arguments - (rule.defaults or {}).keys()
        given = {name: 7 if f"int:{name}" in rule.rule else MARKED for name in asked}
        path = app.url_map.bind("localhost").build(rule.endpoint, given)
        method = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
        answer = client.open(path, method=method, query_string={"q": MARKED}, headers={"X-Name": MARKED}, data=MARKED)
        assert answer.status_code == 500, rule.rule
        assert MARKED not in answer.text
        doors += 1
    said = capsys.readouterr().err
    app.extensions["simulator"].courier.close()
    assert said.count('"broken"') == doors
    for part in MARKED.split():
        assert part not in said
