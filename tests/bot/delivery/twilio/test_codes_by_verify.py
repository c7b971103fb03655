"""Somebody registers another person, whose phone is proved by Twilio Verify."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from sqlalchemy import text

from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.turn import TurnRunner
from bot.database import Database
from bot.delivery.twilio.verify import VerifyOtps
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import OwnOtps
from tests.bot.conversation.test_button_taps import NOW, PERSON, SECRET, Talk
from tests.bot.delivery.twilio.test_verify import RIGHT, SERVICE, FakeVerify

THEIRS = "+919822000000"


@dataclass
class Watchful(FakeVerify):
    """Fails where it is called while somebody holds the database."""

    database: Database | None = None

    def call(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        assert self.database is not None
        with self.database.write() as db:
            db.execute(text("UPDATE contacts SET stopped_at = stopped_at"))
        return FakeVerify.call(self, method, uri, params=params, form=form, json=json)


def test_a_code_of_verifys_leads_on_and_a_wrong_one_does_not(database: Database, redis: "Redis") -> None:
    with database.write() as db:
        events.make_demo(db, NOW)
    api = Watchful(database=database)
    otps = VerifyOtps(OwnOtps(redis, SECRET, sms=True, template=False), redis, api, SERVICE)
    means = EffectDeps(KeyRing.open(database, SECRET, None), otps)
    talk = Talk(TurnRunner(database, Sources(database, "IN"), means), database)
    for words in ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes", "register someone else", "98220 00000"):
        talk.hear(words)
    assert talk.asked == "otp"
    otps.send("someone_else", THEIRS, PERSON, "en")
    talk.hear("000000")
    assert talk.asked == "otp"
    talk.hear(RIGHT)
    assert talk.asked == "full_name"
    assert [check["Code"] for check in api.checked] == ["000000", RIGHT]
