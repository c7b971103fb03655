"""A channel is added as CONTRIBUTING says: a console on this machine, over which somebody registers."""

from tests.recipes.copy import Copy, steps, unlike

CARRIER = '''
"""The console: messages to `console:<name>` wait in Redis until that name asks for them."""

import json
from dataclasses import dataclass, field
from uuid import uuid4

from redis import Redis

from bot.address import Address
from bot.delivery.carriers import StatusUpdate
from bot.delivery.message import OutboundMessage, SentSearch
from bot.settings import Settings

KIND = "console"


@dataclass(frozen=True, slots=True)
class Console:
    """Takes messages to names on the console."""

    redis: "Redis" = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Console":
        """The console of this service."""
        return cls(Redis.from_url(settings.redis))

    def send(self, message: OutboundMessage) -> str:
        """See Carrier."""
        sid = uuid4().hex
        said = json.dumps([sid, message.body, message.media_url])
        self.redis.rpush(f"console:{Address.parse(message.to).value}", said)
        return sid

    def find(self, wanted: SentSearch) -> StatusUpdate | None:
        """See Carrier."""
        taken = (json.loads(one) for one in self.redis.lrange(f"console:{Address.parse(wanted.to).value}", 0, -1))
        found = (sid for sid, said, _ in taken if said in wanted.bodies and sid not in wanted.known)
        return next((StatusUpdate(sid, "delivered") for sid in found), None)
'''

DOOR = '''
"""The console's door: what a name on this machine says, and the answer as plain text."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from bot.address import Address
from bot.delivery.console import KIND
from bot.inbound import Inbound, storable_sid, storable
from webhooks import local_requests

if TYPE_CHECKING:
    from bot.service import Service


def blueprint(service: "Service") -> Blueprint:
    """The door of `/console`."""
    routes = Blueprint("console", __name__, url_prefix="/console")

    @routes.post("/<name>")
    def hear(name: str) -> Response:
        if not local_requests.is_nearby():
            abort(403)
        sid, lane = storable_sid(f"console {request.headers['Idempotency-Key']}"), Address(KIND, name).format()
        said = storable(request.get_data(as_text=True))
        answer = service.dialogue.handle(Inbound(sid, lane, KIND, text=said, channel=KIND))
        return Response(answer, mimetype="text/plain")

    return routes
'''

WALK = '''
"""Somebody registers over the console."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.delivery.dispatch import resend
from bot.domain import events
from bot.domain.models import Delivery, Pass
from bot.service import Service
from tests.bot.delivery.conftest import fetched

Say = Callable[[str], str]


@pytest.fixture
def say(client: FlaskClient, service: Service) -> Say:
    with service.database.write() as db:
        events.make_demo(db, service.now())
    numbers = iter(range(100))

    def one(text: str) -> str:
        return client.post("/console/asha", data=text, headers={"Idempotency-Key": str(next(numbers))}).text

    return one


def sent(service: Service) -> list[tuple[str, str]]:
    """What has been delivered to the console by a worker."""
    outbox = replace(service.outbox, check_media=fetched)
    with service.database.read() as db:
        rows = list(db.execute(select(Delivery.id, Delivery.lane).order_by(Delivery.id)))
    for row in rows:
        assert row.lane == "console:asha"
        outbox.deliver(row.id)
    kept = [json.loads(one) for one in service.redis.lrange("console:asha", 0, -1)]
    return [(body, media) for _sid, body, media in kept]


def test_a_registration_as_on_whatsapp(say: Say, service: Service) -> None:
    for text in ("hi", "1", "Asha Rao", "1", "3", "Delhi"):
        say(text)
    answer = say("yes")
    with service.database.read() as db:
        issued = db.scalars(select(Pass)).one()
        assert (issued.party_size, issued.registration.channel) == (3, "console")
    code = f"{issued.code[:4]}-{issued.code[4:]}"
    assert code in answer
    ((caption, media),) = sent(service)
    assert code in caption
    assert "/media/passes/" in media


def test_the_pass_is_sent_there_again_and_can_be_cancelled(say: Say, service: Service) -> None:
    for text in ("hi", "1", "Asha Rao", "1", "3", "Delhi", "yes"):
        say(text)
    with service.database.write() as db:
        resend.resend(db, db.scalars(select(Pass)).one(), service.now())
    assert len(sent(service)) == 2
    say("cancel pass")
    say("yes")
    with service.database.read() as db:
        assert db.scalars(select(Pass.status)).all() == ["revoked"]
'''


def test_a_channel(copy: Copy) -> None:
    copy.write("bot/delivery/console/__init__.py", CARRIER)
    copy.write("webhooks/console.py", DOOR)
    copy.replace("bot/service.py", r"(?m)^(CARRIERS: .*) = \{\}", r"\1 = {console.KIND: console.Console.of}")
    copy.insert("bot/service.py", "from bot.delivery.campaigns.broadcasts", "from bot.delivery import console\n")
    copy.insert("webhooks/__init__.py", "    assets,", "    console,\n")
    copy.replace("webhooks/__init__.py", r'NO_FORMS = \("api"', 'NO_FORMS = ("api", "console"')
    copy.insert("webhooks/__init__.py", r"        twilio\.blueprint", "        console.blueprint(service),\n")
    copy.insert("tests/test_structure.py", "ROUTES = {", '    ("POST", "/console/<name>"): "this machine",\n')
    copy.write("tests/webhooks/test_console.py", WALK)
    copy.walk("tests/webhooks/test_console.py", "tests/test_structure.py::test_every_route_is_listed_with_its_guard")
    assert unlike(steps("a channel"), copy.touched) == ([], [])
