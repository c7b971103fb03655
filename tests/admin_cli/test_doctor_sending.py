"""`doctor` on whether messages can leave."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
import responses
from click.testing import Result
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import enqueue, health
from bot.delivery.outbox.rate_limit import RateLimiter
from bot.domain.models import Contact, ContentTemplate
from bot.errors import NotReady, SendFailed
from bot.settings import SIMULATED_SENDER, Settings

Run = Callable[..., Result]
SENDER, SERVICE = "whatsapp:+919000000001", "MG1"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ACCOUNT = f"{health.ACCOUNTS}/AC1.json"


def settings(**more: Any) -> Settings:
    real = {"twilio_account_sid": "AC1", "twilio_auth_token": "hidden", "twilio_whatsapp_from": (SENDER,)}
    return Settings(**{**real, "secret_key": "x" * 16, "public_url": "https://pass.example.org", **more})


@pytest.fixture
def outside() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def why(check: Callable[..., str], *given: Any) -> str:
    """What the check complains of, never a secret."""
    with pytest.raises(NotReady) as complaint:
        check(*given)
    assert "hidden" not in str(complaint.value)
    return str(complaint.value)


def test_a_sound_account(outside: responses.RequestsMock) -> None:
    outside.get(ACCOUNT, json={"status": "active"})
    assert "active" in health.twilio_answers(settings())


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 401}, "TWILIO_AUTH_TOKEN"),
        ({"status": 503}, "503"),
        ({"json": {"status": "suspended"}}, "suspended"),
        ({"body": "<html>"}, "unknown"),
        ({"body": requests.ConnectionError()}, "does not answer"),
    ],
)
def test_an_account_that_cannot_send(outside: responses.RequestsMock, answer: dict[str, Any], says: str) -> None:
    outside.get(ACCOUNT, **answer)
    assert says in why(health.twilio_answers, settings())


@pytest.mark.parametrize(("apart", "well"), [(0, True), (59, True), (-61, False), (3600, False)])
def test_the_clock_by_twilios_own(outside: responses.RequestsMock, apart: int, well: bool) -> None:
    outside.get(ACCOUNT, json={}, headers={"Date": format_datetime(NOW + timedelta(seconds=apart), usegmt=True)})
    if well:
        health.clock_is_right(settings(), NOW)
    else:
        assert "NTP" in why(health.clock_is_right, settings(), NOW)


@pytest.mark.parametrize(("state", "well"), [("ONLINE", True), ("ONLINE:UPDATING", True), ("OFFLINE", False)])
def test_senders(outside: responses.RequestsMock, state: str, well: bool) -> None:
    outside.get(health.SENDERS, json={"senders": [{"sender_id": SENDER, "status": state}]})
    if well:
        assert SENDER in health.senders_known(settings())
    else:
        assert "OFFLINE" in why(health.senders_known, settings())


def test_a_sender_that_twilio_does_not_know(outside: responses.RequestsMock) -> None:
    outside.get(health.SENDERS, json={"senders": []})
    assert "unknown" in why(health.senders_known, settings())
    assert health.senders_known(settings(twilio_whatsapp_from=(health.SANDBOX,)))


def test_a_messaging_service(outside: responses.RequestsMock) -> None:
    outside.get(f"{health.SERVICES}/{SERVICE}", json={})
    assert health.senders_known(settings(twilio_messaging_service_sid=SERVICE))


def test_a_way_for_otps() -> None:
    assert "TWILIO_SMS_FROM" in why(health.otps_have_a_way, settings())
    for way in (
        {"twilio_sms_from": "+15005550006"},
        {"twilio_otp_content_sid": "HX1"},
        {"otp_backend": "twilio_verify", "twilio_verify_sid": "VA1"},
    ):
        assert health.otps_have_a_way(settings(**way))


@pytest.mark.parametrize(
    ("answer", "well"),
    [
        ({"json": {"status": "ok", "version": "0.2"}}, True),
        ({"json": {"status": "ok"}}, True),
        ({"json": {"status": "ok", "shop": "open"}}, False),
        ({"body": "hello"}, False),
        ({"status": 502}, False),
    ],
)
def test_our_own_address(outside: responses.RequestsMock, answer: dict[str, Any], well: bool) -> None:
    outside.get("https://pass.example.org/healthz", **answer)
    if well:
        assert health.public_url_answers(settings())
    else:
        assert "not by us" in why(health.public_url_answers, settings())


def test_a_paused_sender_is_named(redis: "Redis") -> None:
    given = Settings(secret_key="x" * 16)
    assert health.senders_open(redis, given)
    RateLimiter(redis, 80).apply_refusal(SIMULATED_SENDER, "whatsapp:+911", SendFailed("63038", retry=True))
    said = why(health.senders_open, redis, given)
    assert SIMULATED_SENDER in said
    assert "63038" in said


def template(shape: str, approval: str, **more: Any) -> ContentTemplate:
    facts = {"sid": "HX1", "language": "en", "content_hash": "x", "created_at": NOW}
    return ContentTemplate(name=f"pravesh_{shape}", shape=shape, approval=approval, **facts, **more)


@pytest.mark.parametrize(
    ("rows", "says", "well"),
    [
        ([], "templates sync", True),
        ([template("buttons_2_1", "unsubmitted")], "templates sync", True),
        ([template("notice_pass_en", "approved"), template("buttons_2_1", "unsubmitted")], "1 approved", True),
        ([template("notice_pass_en", "approved"), template("notice_pass_hi", "pending")], "1 still", True),
        ([template("notice_pass_hi", "rejected")], "notice_pass_hi is rejected", False),
        ([template("notice_pass_hi", "unsubmitted")], "notice_pass_hi is unsubmitted", False),
        ([template("notice_pass_hi", "rejected", replaced_at=NOW)], "none", True),
        ([template("buttons_2_1", "unsubmitted", refused_at=NOW, refused_code="21656")], "21656", False),
    ],
)
def test_templates(database: Database, rows: list[ContentTemplate], says: str, well: bool) -> None:
    with database.write() as db:
        db.add_all([db.merge(row) for row in rows])
    said = health.templates_approved(database, NOW) if well else why(health.templates_approved, database, NOW)
    assert says in said


def test_who_has_stopped_us_is_counted(database: Database) -> None:
    with database.write() as db:
        db.add_all([Contact(created_at=NOW, stopped_at=NOW), Contact(created_at=NOW)])
    assert health.stops(database).startswith("1 ")


def test_what_is_stuck(database: Database) -> None:
    assert health.queue_moves(database, NOW)
    with database.write() as db:
        enqueue(db, kind="text", address="whatsapp:+911", payload={"body": "x"}, priority=0, now=NOW)
    assert health.queue_moves(database, NOW + timedelta(minutes=4))
    assert "7 minutes" in why(health.queue_moves, database, NOW + timedelta(minutes=7))
