"""Where no password is set, the simulator answers this machine alone: also behind a tunnel that ends on it."""

from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.service import Service
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_TOKEN, Settings
from webhooks import create_app
from webhooks.simulator.twilio.signature import sign

TUNNEL = {"Host": "pravesh.tunnel.example", "X-Forwarded-For": "203.0.113.9"}
STRANGE = (TUNNEL, {"X-Forwarded-For": "203.0.113.9"}, {"CF-Connecting-IP": "203.0.113.9"}, {"Host": "rebound.example"})
DOORS = (
    "/simulator",
    f"/2010-04-01/Accounts/{SIMULATED_ACCOUNT}/Messages.json",
    f"/2010-04-01/Accounts/{SIMULATED_ACCOUNT}.json",
)


def _asked(client: FlaskClient, path: str, headers: Mapping[str, str]) -> int:
    return client.get(path, headers=dict(headers), auth=(SIMULATED_ACCOUNT, SIMULATED_TOKEN)).status_code


@pytest.mark.parametrize("path", DOORS)
def test_nobody_reads_codes_through_a_tunnel(client: FlaskClient, path: str) -> None:
    assert _asked(client, path, {}) == 200
    assert [_asked(client, path, headers) for headers in STRANGE] == [403] * len(STRANGE)
    assert _asked(client, path, {"Host": "[::1]:8000"}) == 200
    assert _asked(client, path, {"Host": "[::1"}) in (400, 403)


def test_nobody_writes_as_another_phone_through_a_tunnel(client: FlaskClient, service: Service) -> None:
    path, form = "/webhooks/twilio/message", {"MessageSid": "SM1", "From": "whatsapp:+919811111111", "Body": "hi"}
    signed = {"X-Twilio-Signature": sign(service.settings.origin + path, form, SIMULATED_TOKEN)}
    assert client.post(path, data=form, headers=signed | TUNNEL).status_code == 403
    assert client.post(path, data=form, headers=signed).status_code == 200


def test_a_password_shows_it_to_others(service: Service, settings: Settings) -> None:
    shown = settings.model_copy(update={"simulator_password": "of the organisers"})
    service.settings.simulator_password = shown.simulator_password
    app: Flask = create_app(service)
    asked = app.test_client().get("/simulator", headers=TUNNEL)
    app.extensions["simulator"].courier.close()
    assert (asked.status_code, asked.headers["WWW-Authenticate"][:5]) == (401, "Basic")
