"""The session that carries requests to Twilio."""

import pytest

from bot.delivery.twilio.http import TwilioHttp
from tests.bot.delivery.fake_api import serving

LIST = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"


def test_a_proxy_of_the_environment_is_used_and_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setenv("NO_PROXY", "")
        wire = TwilioHttp("http://twilio.invalid")
        assert wire.request("GET", LIST, {"To": "whatsapp:+919810000001"}).status_code == 200
        monkeypatch.setattr("requests.sessions.get_environ_proxies", lambda *_, **__: pytest.fail("looked up again"))
        assert wire.request("GET", LIST, {"To": "whatsapp:+919810000001"}).status_code == 200
