"""What a phone attached, from Twilio's side: fetched with the account's credentials, deleted, and then gone."""

import pytest
import requests

from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.media import TwilioMedia
from bot.delivery.twilio.messages import Twilio
from bot.errors import SendFailed
from bot.photos import download
from bot.photos.download import MediaDownloader
from tests.webhooks.stand_in import PIXEL, Form, Lab, until


def attached(phones: Lab) -> Form:
    """The form that our door got for a picture from the first phone."""
    put = requests.put(
        f"{phones.origin}/simulator/media?name=qr.png", data=PIXEL, headers={"Content-Type": "image/png"}, timeout=60
    )
    phones.write("2", media=[put.json()["sid"]])
    until(lambda: phones.doors.heard)
    return phones.doors.heard[-1]


def ours(phones: Lab) -> tuple[MediaDownloader, TwilioMedia, str]:
    """Our fetching, the picture as it names it, and where it is deleted."""
    form = attached(phones)
    made = MediaDownloader(phones.settings, TwilioHttp(phones.settings.api_base))
    medium = made.medium(form["MediaUrl0"], form["MessageSid"])
    assert medium is not None
    assert requests.get(form["MediaUrl0"], timeout=60).status_code == 401
    account = phones.settings.twilio_account_sid
    path = f"/2010-04-01/Accounts/{account}/Messages/{medium.message_sid}/Media/{medium.sid}.json"
    return made, medium, f"https://api.twilio.com{path}"


def deleted(phones: Lab) -> int:
    return int(requests.get(f"{phones.origin}/simulator/control", timeout=60).json()["deleted_media"])


def test_a_picture_is_fetched_and_deleted_and_stays_on_the_phone_that_took_it(phones: Lab) -> None:
    made, medium, address = ours(phones)
    assert made.bytes_of(medium) == PIXEL
    twilio = Twilio(phones.settings)
    assert (twilio.call("DELETE", address)[0], deleted(phones)) == (204, 1)
    assert (twilio.call("DELETE", address)[0], deleted(phones)) == (404, 1)
    [shown] = [one for one in phones.chat()["messages"] if one["mine"]]
    assert requests.get(phones.origin + shown["media"][0]["url"], timeout=60).content == PIXEL


def test_trouble_with_both_can_be_ordered(phones: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PHOTO_RETRY_DELAY_SECONDS", 0.0)
    made, medium, address = ours(phones)
    assert phones.order(fault="refuse", kind="fetch", status=503).status_code == 201
    assert made.bytes_of(medium) == PIXEL
    assert phones.order(fault="refuse", kind="discard", status=503).status_code == 201
    with pytest.raises(SendFailed):
        Twilio(phones.settings).call("DELETE", address)
    assert deleted(phones) == 0
    assert phones.order(fault="refuse", kind="discard").status_code == 422
