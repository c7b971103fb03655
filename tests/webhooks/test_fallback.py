"""The fallback door: it works with the database alone, keeps a message once and promises the answer."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from bot.conversation.dialogue import deferred_answer
from bot.database import Database
from bot.domain import people
from bot.domain.models import InboundMessage
from bot.inbound import Inbound
from bot.service import assemble, utc_now
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN, Settings
from webhooks import create_app

pytestmark = pytest.mark.databases("sqlite", "postgres")
PATH = "/webhooks/twilio/fallback"
FORM = {
    "MessageSid": "SM1",
    "AccountSid": SIMULATED_ACCOUNT,
    "From": "whatsapp:+919810000001",
    "To": SIMULATED_SENDER,
    "Body": "Asha",
    "NumMedia": "0",
    "ErrorCode": "11200",
    "ErrorUrl": "http://127.0.0.1:8000/webhooks/twilio/message",
}


@pytest.fixture
def door_without_redis(database: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    """The whole application, its Redis away."""
    url = f"unix://{tmp_path / 'no-redis.sock'}"
    service = assemble(Settings(database_url=database.url, redis_url=url, secret_key="a secret for tests only"))
    yield create_app(service).test_client()
    service.close()


def post(client: FlaskClient, path: str = PATH, token: str = SIMULATED_TOKEN, **change: str) -> TestResponse:
    form = FORM | change
    signed = RequestValidator(token).compute_signature(f"http://127.0.0.1:8000{path}", form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signed})


def said(response: TestResponse) -> list[str]:
    assert (response.status_code, response.mimetype) == (200, "text/xml")
    return [message.text or "" for message in ElementTree.fromstring(response.data).iter("Message")]


def kept(database: Database) -> list[InboundMessage]:
    with database.read() as db:
        return list(db.scalars(select(InboundMessage)))


def test_without_redis_the_main_door_sends_twilio_on_and_the_fallback_keeps_the_message(
    door_without_redis: FlaskClient, database: Database
) -> None:
    assert post(door_without_redis, "/webhooks/twilio/message").status_code == 503
    assert said(post(door_without_redis)) == [deferred_answer(None)]
    [row] = kept(database)
    assert (row.source, row.taken_at) == ("fallback", None)
    inbound = Inbound.from_json(row.message)
    assert (inbound.sid, inbound.text, inbound.phone) == ("SM1", "Asha", "+919810000001")


def test_the_same_message_again_gets_the_same_answer_and_one_row(
    door_without_redis: FlaskClient, database: Database
) -> None:
    answers = [said(post(door_without_redis)) for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert len(kept(database)) == 1


def test_somebody_known_is_answered_in_their_language(door_without_redis: FlaskClient, database: Database) -> None:
    with database.write() as db:
        people.find_or_make(db, phone="+919810000001", now=utc_now()).language = "hi"
    assert said(post(door_without_redis)) == [deferred_answer("hi")]


def test_what_twilio_did_not_sign_is_neither_kept_nor_answered(
    door_without_redis: FlaskClient, database: Database
) -> None:
    assert post(door_without_redis, token="another").status_code == 403
    assert post(door_without_redis, AccountSid="AC" + "9" * 32).status_code == 403
    assert kept(database) == []


def test_a_form_that_names_no_message_is_answered_with_nothing(
    door_without_redis: FlaskClient, database: Database
) -> None:
    assert said(post(door_without_redis, MessageSid="")) == []
    assert kept(database) == []


def test_without_the_database_twilio_is_told_so(sqlite_url: str, redis_url: str) -> None:
    settings = Settings(database_url=sqlite_url, redis_url=redis_url, secret_key="a secret for tests only")
    service = assemble(settings)
    with service.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbound_messages")
    assert post(create_app(service).test_client()).status_code == 503
    service.close()
