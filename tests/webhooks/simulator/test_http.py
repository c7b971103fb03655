"""What the simulated Twilio says to our doors: signatures and parameters, against real captures."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER
from tests.paths import VECTORS
from webhooks.simulator.store.phones import NoNumber, SimulatedPhone, phone
from webhooks.simulator.twilio import inbound_form, twiml
from webhooks.simulator.twilio.inbound_form import ComposedMessage
from webhooks.simulator.twilio.signature import sign

CAPTURE = json.loads((VECTORS / "twilio_whatsapp_capture.json").read_text())
SIGNED = json.loads((VECTORS / "twilio_request_validator_cases.json").read_text())
TAPS = [
    dict(parse_qsl(line, keep_blank_values=True))
    for line in (VECTORS / "twilio_interactive_button_capture.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
CLIENTE = SimulatedPhone("+5511900000001", "Cliente Teste")
PHOTO = ("image/jpeg", "photo.jpg", "https://api.twilio.com/media")


def captured(name: str) -> dict[str, str]:
    return dict(next(one["form"] for one in CAPTURE["inbound"] if one["name"] == name))


def posted(written: ComposedMessage, who: SimulatedPhone = CLIENTE) -> dict[str, str]:
    return inbound_form.parameters("SM" + "0" * 32, who, SIMULATED_SENDER, written, SIMULATED_ACCOUNT)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("simples", ComposedMessage("Oi")),
        ("reply_to", ComposedMessage("eletrônico", reply_to="SM" + "1" * 32)),
        ("foto_com_legenda", ComposedMessage("Segue uma foto em anexo.", media=(PHOTO,))),
    ],
)
def test_a_message_has_the_parameters_of_a_captured_one(name: str, written: ComposedMessage) -> None:
    real, ours = captured(name), posted(written)
    assert ours.keys() == real.keys()
    same = {"Body", "MessageType", "NumMedia", "NumSegments", "ReferralNumMedia", "WaId", "ProfileName", "From", "To"}
    assert {key: ours[key] for key in same} == {key: real[key] for key in same}
    assert json.loads(ours["ChannelMetadata"]) == json.loads(real["ChannelMetadata"])


@pytest.mark.parametrize(
    ("real", "written"),
    [
        (TAPS[0], ComposedMessage(button=("{verifyEmail:asd@asd.com}", "Konfirmasi"), reply_to="MM1")),
        (TAPS[1], ComposedMessage(row=("date_2026-03-14", "Saturday 14 March"), reply_to="MM1")),
    ],
)
def test_a_tap_has_the_parameters_of_a_captured_one(real: dict[str, str], written: ComposedMessage) -> None:
    ours = posted(written)
    assert ours.keys() == real.keys()
    same = {"Body", "MessageType", "ButtonText", "ButtonPayload", "ListId", "ListTitle"} & real.keys()
    assert {key: ours[key] for key in same} == {key: real[key] for key in same}


@pytest.mark.parametrize(
    ("content_type", "form", "body"),
    [
        ("application/pdf", "document", "scan.pdf"),
        ("text/vcard", "contacts", ""),
        ("image/webp", "sticker", ""),
        ("audio/ogg", "audio", ""),
        ("image/png", "image", "words"),
    ],
)
def test_the_body_of_a_medium_is_what_whatsapp_makes_of_it(content_type: str, form: str, body: str) -> None:
    ours = posted(ComposedMessage("words", media=((content_type, "scan.pdf", "https://x.example/m"),)))
    assert (ours["MessageType"], ours["Body"], ours["NumMedia"]) == (form, body, "1")


def test_a_location_has_no_words() -> None:
    ours = posted(ComposedMessage("words", location=(28.6129, 77.2295)))
    assert (ours["MessageType"], ours["Body"], ours["Latitude"], ours["Longitude"]) == (
        "location",
        "",
        "28.6129",
        "77.2295",
    )


def test_a_hidden_number_appears_nowhere() -> None:
    ours = posted(ComposedMessage("hi"), SimulatedPhone("+919876543210", "Asha", hidden=True))
    assert "9876543210" not in json.dumps(ours)
    assert ours["From"] == ours["ExternalUserId"]
    assert ours["From"].startswith("whatsapp:IN.")


def test_a_status_has_the_parameters_of_a_captured_one() -> None:
    real = CAPTURE["status"][0]["form"]
    ours = inbound_form.status(real["MessageSid"], real["From"], real["To"], "sent", real["AccountSid"])
    assert ours.keys() == real.keys()
    assert {**ours, "ChannelInstallSid": ""} == {**real, "ChannelInstallSid": ""}


@pytest.mark.parametrize("case", [case for case in SIGNED["cases"] if "params" in case][:3])
def test_signatures_are_twilios(case: dict[str, object]) -> None:
    url = str(case["url"]).replace(":1234", "" if str(case["url"]).startswith("https") else ":1234")
    form = case["params"]
    assert isinstance(form, dict)
    assert sign(url, form, SIGNED["token"]) == case["signature"]


@given(form=st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=8), token=st.text(min_size=1))
def test_whatever_is_signed_passes_twilios_own_validator(form: dict[str, str], token: str) -> None:
    try:
        token.encode(), [(name + value).encode() for name, value in form.items()]
    except UnicodeEncodeError:
        return
    url = "http://127.0.0.1:8000/webhooks/twilio/status?delivery=7"
    assert RequestValidator(token).validate(url, form, sign(url, form, token))


@pytest.mark.parametrize(
    ("document", "bodies"),
    [
        (b"", []),
        (b"<Response/>", []),
        (b"<Response><Message>one</Message></Response>", ["one"]),
        (
            b"<Response><Message><Body>one</Body></Message><Message>two &amp; &lt;</Message></Response>",
            ["one", "two & <"],
        ),
    ],
)
def test_twiml_is_read(document: bytes, bodies: list[str]) -> None:
    assert [reply.body for reply in twiml.replies("text/xml; charset=utf-8", document)] == bodies


def test_media_of_twiml_is_read() -> None:
    document = b"<Response><Message><Body>x</Body><Media>https://a.example/b.png</Media></Message></Response>"
    assert twiml.replies("application/xml", document)[0].media == ("https://a.example/b.png",)


@pytest.mark.parametrize(
    ("content_type", "document", "code"),
    [
        ("text/html", b"<p>", 12300),
        ("text/xml", b"<Response>", 12100),
        ("text/xml", b"<Response><Message>" + b"x" * 1601 + b"</Message></Response>", 21617),
    ],
)
def test_twiml_that_twilio_would_not_use_is_not_used(content_type: str, document: bytes, code: int) -> None:
    with pytest.raises(twiml.UnreadableTwiml) as refused:
        twiml.replies(content_type, document)
    assert refused.value.code == code


@pytest.mark.parametrize("typed", ["98765 43210", "+91 98765-43210", "0091 9876543210", "09876543210"])
def test_a_number_is_read_as_people_write_it(typed: str) -> None:
    assert phone(typed, " Asha ") == SimulatedPhone("+919876543210", "Asha")


@pytest.mark.parametrize("typed", ["", "abc", "12", "+9", "+" + "9" * 40])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NoNumber):
        phone(typed, "Asha")
