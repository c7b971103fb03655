"""The simulated Verify and our client of it: both keep to Twilio's OpenAPI document."""

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import responses
from redis import Redis

from bot.delivery.twilio.messages import Twilio
from bot.delivery.twilio.verify import VerifyOtps
from bot.domain.messaging.otp import OwnOtps
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_TOKEN, Settings
from tests.bot.domain.builders import NOW, refused
from tests.webhooks import openapi
from tests.webhooks.stand_in import ASHA, Lab, until

SERVICE = "VA" + "1" * 32
BEGIN, CHECK = "/v2/Services/{ServiceSid}/Verifications", "/v2/Services/{ServiceSid}/VerificationCheck"
BOUND = ("someone_else", ASHA, "whatsapp:+919822222222")


def post(lab: Lab, resource: str, **form: str) -> requests.Response:
    auth = (SIMULATED_ACCOUNT, SIMULATED_TOKEN)
    return requests.post(f"{lab.origin}/v2/Services/{SERVICE}/{resource}", data=form, auth=auth, timeout=60)


def promised(path: str, answer: requests.Response) -> list[str]:
    assert answer.status_code == 201, answer.text
    return openapi.complaints(openapi.answer_schema(path, "post", "201", openapi.VERIFY), answer.json())


def otps(lab: Lab) -> VerifyOtps:
    redis: Redis = lab.parts.redis
    own = OwnOtps(redis, "a secret of sixteen", sms=True, template=False)
    return VerifyOtps(own, redis, Twilio(lab.settings), SERVICE)


def code_on(lab: Lab) -> str:
    """The code in the latest SMS of the first phone."""
    until(lambda: any(re.search(r"\b\d{6}\b", text) for text in lab.texts()))
    return str(re.findall(r"\b\d{6}\b", lab.texts()[-1])[0])


def test_our_client_asks_only_what_twilio_knows(redis: "Redis") -> None:
    settings = Settings()
    own = OwnOtps(redis, "a secret of sixteen", sms=True, template=False)
    ours = VerifyOtps(own, redis, Twilio(settings), SERVICE)
    root = f"{settings.api_base}/v2/Services/{SERVICE}"
    with responses.RequestsMock() as wire:
        wire.post(f"{root}/Verifications", json={"sid": "VE" + "0" * 32}, status=201)
        wire.post(f"{root}/VerificationCheck", json={"status": "approved"}, status=201)
        ours.send(*BOUND, "hi")
        ours.verify(*BOUND, "123456", "SM1", NOW)
        forms = [dict(parse_qsl(str(made.request.body))) for made in wire.calls]
    for form, path in zip(forms, (BEGIN, CHECK), strict=True):
        schema = openapi.form_schema(path, openapi.VERIFY)
        assert form.keys() <= schema["properties"].keys()
        assert set(schema.get("required", ())) <= form.keys()


def test_every_answer_is_what_twilio_promises(phones: Lab) -> None:
    assert promised(BEGIN, post(phones, "Verifications", To=ASHA, Channel="sms")) == []
    code = code_on(phones)
    assert promised(CHECK, post(phones, "VerificationCheck", To=ASHA, Code=f"{int(code) ^ 1:06}")) == []
    approved = post(phones, "VerificationCheck", To=ASHA, Code=code)
    assert promised(CHECK, approved) == []
    assert approved.json()["status"] == "approved"
    assert post(phones, "VerificationCheck", To=ASHA, Code=code).status_code == 404


def test_a_code_on_the_phone_is_the_one_that_counts(phones: Lab) -> None:
    ours = otps(phones)
    ours.send(*BOUND, "en")
    code = code_on(phones)
    with refused("otp_wrong"):
        ours.verify(*BOUND, f"{(int(code) + 1) % 10**6:06}", "SM1", NOW)
    ours.verify(*BOUND, code, "SM2", NOW)
    with refused("otp_expired"):
        ours.verify(*BOUND, code, "SM3", NOW)


def test_a_code_that_is_asked_for_again_stays_the_same(phones: Lab) -> None:
    ours = otps(phones)
    assert ours.send(*BOUND, "en") == ours.send(*BOUND, "en")
    until(lambda: len(phones.texts()) == 2)
    assert len(set(phones.texts())) == 1


def test_five_sends_and_five_checks_are_all(phones: Lab) -> None:
    ours = otps(phones)
    for _ in range(5):
        ours.send(*BOUND, "en")
    with refused("otp_too_many"):
        ours.send(*BOUND, "en")
    for _ in range(5):
        post(phones, "VerificationCheck", To=ASHA, Code="00000000")
    with refused("otp_used_up"):
        ours.verify(*BOUND, "123456", "SM1", NOW)


@pytest.mark.parametrize("form", [{}, {"To": "98", "Channel": "sms"}, {"To": ASHA, "Channel": "pigeon"}])
def test_what_is_no_verification_is_refused(phones: Lab, form: dict[str, Any]) -> None:
    answer = post(phones, "Verifications", **form)
    assert (answer.status_code, answer.json()["code"]) == (400, 60200)
