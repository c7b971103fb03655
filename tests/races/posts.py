"""Real bodies, signed anew for our account and posted to the whole application; in processes of its own.

The captures share message SIDs (each is one message seen alone), so each body gets a SID of its own.
"""

import json
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from twilio.request_validator import RequestValidator

from bot.service import Service, assemble
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_TOKEN, Settings
from tests.paths import VECTORS
from tests.races.people import wait_for
from webhooks import create_app

DOORS = "/webhooks/twilio/"
ORIGIN = "https://localhost"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Body:
    """One captured body."""

    name: str
    door: str
    """`message` or `status`."""
    form: tuple[tuple[str, str], ...]
    after: str = ""
    """SID of the message that the same people sent before this one; empty: the first."""

    @property
    def sid(self) -> str:
        return dict(self.form)["MessageSid"]


def captured() -> list[Body]:
    """Every body of tests/vectors, as it was captured, in the order of its file."""
    whatsapp = json.loads((VECTORS / "twilio_whatsapp_capture.json").read_text())
    courier = json.loads((VECTORS / "courier_twiml_payloads.json").read_text())["payloads"]
    taps = (VECTORS / "twilio_interactive_button_capture.txt").read_text().splitlines()
    raw = [(one["name"], one["raw_body_reencoded"]) for one in (*whatsapp["inbound"], *whatsapp["status"])]
    raw += [*courier.items()]
    raw += [(f"tap {number}", line) for number, line in enumerate(taps) if line and not line.startswith("#")]
    return [_body(name, dict(parse_qsl(text, keep_blank_values=True))) for name, text in raw]


def _body(name: str, form: dict[str, str]) -> Body:
    return Body(name, "status" if "MessageStatus" in form else "message", tuple(form.items()))


def ours() -> list[Body]:
    """The captured bodies with our account, each with a SID of its own, in order."""
    made: list[Body] = []
    for number, body in enumerate(captured()):
        sid = f"{body.sid[:2]}{number:032d}"
        form = dict(body.form) | {"AccountSid": SIMULATED_ACCOUNT, "MessageSid": sid, "SmsSid": sid}
        before = [one.sid for one in made if one.door == body.door == "message"]
        made.append(Body(body.name, body.door, tuple(form.items()), before[-1] if before else ""))
    return made


def post(app: Flask, body: Body, token: str = SIMULATED_TOKEN, origin: str = ORIGIN) -> tuple[int, str]:
    """Status and text of the answer."""
    path, form = DOORS + body.door, dict(body.form)
    signature = RequestValidator(token).compute_signature(origin + path, form)
    headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
    answer = app.test_client().post(path, data=form, headers=headers, content_type=FORM)
    return answer.status_code, answer.get_data(as_text=True)


def post_all(settings: Mapping[str, Any], bodies: Sequence[Body], seed: int) -> dict[str, set[tuple[int, str]]]:
    """Post each body twice, in a mixture of its own, from several threads; the answers by SID."""
    service = assemble(Settings(**settings))
    app = create_app(service)
    answers: dict[str, set[tuple[int, str]]] = {}
    with ThreadPoolExecutor(6) as pool:
        for sid, answer in pool.map(lambda body: _posted(service, app, body), shuffled(bodies, seed)):
            answers.setdefault(sid, set()).add(answer)
    app.extensions["simulator"].courier.close()
    service.close()
    return answers


def shuffled(bodies: Sequence[Body], seed: int) -> list[Body]:
    """Each body twice: first in the order in which it was sent, and once more anywhere after that."""
    mixing, mixed = random.Random(seed), list(bodies)
    for body in bodies:
        mixed.insert(mixing.randint(mixed.index(body) + 1, len(mixed)), body)
    return mixed


def _posted(service: Service, app: Flask, body: Body) -> tuple[str, tuple[int, str]]:
    """Post once the message before it has been accepted anywhere: a phone sends in order."""
    if body.after:
        wait_for(service, f"c:message:{body.after}")
    return f"{body.door}:{body.sid}", post(app, body)
