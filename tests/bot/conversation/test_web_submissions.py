"""What a form comes to is done once, whoever sends it how often; and nothing is known of who has proved nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select

from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.web_submissions import Asker, WebSubmissions
from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import OwnOtps
from bot.domain.models import Delivery, Pass
from bot.settings import Settings
from flows.shapes import KeepLanguage, Register, SendOtp, SendPass, VerifyOtp
from tests.bot.domain.builders import DAY, NOW, SECRET, refused

PHONE = "+919876543210"
STRANGER, ASHA = Asker("a-visit"), Asker("a-visit", PHONE)
CLICKS = 6


def register(**changes: Any) -> Register:
    """What the form asks for, for two people."""
    asked: dict[str, Any] = {
        **{"event": "fair", "full_name": "Asha Verma", "visit_date": DAY, "party_size": 2, "answers": {}},
        **{"language": "en", "consent_version": 1, "consent_text": "I agree."},
    }
    return Register(**{**asked, **changes})


@pytest.fixture
def submissions(database: Database, redis: "Redis") -> WebSubmissions:
    otps = OwnOtps(redis, SECRET, sms=True, template=False)
    settings = Settings(secret_key=SECRET)
    outbox = Outbox(database, redis, None, otps, settings, now=lambda: NOW)  # type: ignore[arg-type]  # nothing is sent
    means = EffectDeps(KeyRing.open(database, SECRET), otps)
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=1), now=NOW)
        events.open_event(db, "fair")
    return WebSubmissions(database, Sources(database, "IN"), means, outbox, settings.twilio_whatsapp_from, lambda: NOW)


def count(submissions: WebSubmissions, table: type[Pass] | type[Delivery]) -> int:
    with submissions.database.read() as db:
        return db.scalars(select(func.count()).select_from(table)).one()


def test_clicks_at_one_moment_register_once_and_hear_the_same(submissions: WebSubmissions) -> None:
    def click(_number: int) -> str:
        return submissions.perform((register(),), ASHA, "one")["code"]

    with ThreadPoolExecutor(CLICKS) as clicks:
        assert len(set(clicks.map(click, range(CLICKS)))) == 1
    assert (count(submissions, Pass), count(submissions, Delivery)) == (1, 0)
    assert submissions.is_performed(ASHA, "one")
    assert not submissions.is_performed(ASHA, "two")
    assert not submissions.is_performed(Asker("another visit", PHONE), "one")


def test_a_refusal_leaves_nothing_and_the_same_request_may_come_again(submissions: WebSubmissions) -> None:
    with refused("party_too_large"):
        submissions.perform((KeepLanguage("hi"), register(party_size=11)), ASHA, "one")
    assert not submissions.is_performed(ASHA, "one")
    assert submissions.perform((register(),), ASHA, "one")["code"]


def test_a_code_counts_for_the_visit_that_asked_for_it(submissions: WebSubmissions) -> None:
    submissions.perform((SendOtp("web", PHONE, "en"),), STRANGER, "one")
    submissions.perform((SendOtp("web", PHONE, "en"),), STRANGER, "one")
    assert count(submissions, Delivery) == 1
    otps = submissions.effect_deps.otps
    assert isinstance(otps, OwnOtps)
    otp = otps.make("web", PHONE, "web:a-visit", NOW)
    with refused("otp_expired"):
        submissions.perform((VerifyOtp("web", PHONE, otp),), Asker("another visit"), "two")
    submissions.perform((VerifyOtp("web", PHONE, otp),), STRANGER, "two")


def test_a_person_is_known_once_their_phone_is_proved(submissions: WebSubmissions) -> None:
    submissions.perform((register(),), ASHA, "one")
    assert submissions.facts(STRANGER).passes == ()
    assert not submissions.facts(STRANGER).person.known
    assert [one.full_name for one in submissions.facts(ASHA).passes] == ["Asha Verma"]


def test_the_picture_goes_to_the_whatsapp_of_the_proved_phone(submissions: WebSubmissions) -> None:
    code = submissions.perform((register(),), ASHA, "one")["code"]
    for _ in range(2):
        submissions.send_to_whatsapp((SendPass(code, "en"),), ASHA, "two")
    with submissions.database.read() as db:
        assert db.scalars(select(Delivery.lane)).all() == [f"whatsapp:{PHONE}"]
    with refused("no_such_pass"):
        submissions.send_to_whatsapp((SendPass(code, "en"),), Asker("a-visit", "+919812345678"), "three")


def test_the_country_of_a_number_is_the_askers(submissions: WebSubmissions) -> None:
    assert [submissions.facts(asker).region for asker in (ASHA, Asker("a-visit", None, "US"))] == ["IN", "US"]
