"""An application that stands in for ours behind the simulator: its doors say what a test wants to hear."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from flask import Flask, Response, request
from redis import Redis
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.serving import make_server

from bot.delivery.twilio.http import TwilioHttp
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_SMS, SIMULATED_TOKEN, Settings
from webhooks import assets, i18n, simulator
from webhooks.simulator.courier import QUEUE_KEY as ERRANDS
from webhooks.simulator.store.phones import DEFAULT_PHONES
from webhooks.simulator.store.state import SimulatorState

Form = dict[str, str]
ASHA, RAVI = (number for number, _ in DEFAULT_PHONES)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "78da63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def echo(form: Form) -> Response:
    """Answer with what was said."""
    return says(f"You said: {form['Body']}")


def says(*texts: str, media: str = "") -> Response:
    """A TwiML answer."""
    answer = MessagingResponse()
    for text in texts:
        message = answer.message(text)
        if media:
            message.media(media)
    return Response(str(answer), content_type="text/xml")


@dataclass
class Doors:
    """What was posted to our doors, and how they answer."""

    origin: str = ""
    answer: Callable[[Form], Response] = echo
    heard: list[Form] = field(default_factory=list)
    statuses: list[tuple[str, Form]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    forged: int = 0
    image: tuple[int, str, bytes] = (200, "image/png", PIXEL)

    def note(self) -> Form:
        """The form that is being posted; counts it where Twilio's own validator would not let it in."""
        validator = RequestValidator(SIMULATED_TOKEN)
        url = self.origin + request.full_path.rstrip("?")
        self.forged += not validator.validate(url, request.form, request.headers["X-Twilio-Signature"])
        self.headers.append(dict(request.headers))
        return request.form.to_dict()

    def app(self) -> Flask:
        """The doors."""
        app = Flask("webhooks")
        app.jinja_env.globals.update(page_language=i18n.language)
        app.register_blueprint(assets.blueprint())

        @app.post("/webhooks/twilio/message")
        @app.post("/webhooks/twilio/fallback")
        @app.post("/fallback")
        def message() -> Response:
            form = self.note()
            self.heard.append({**form, "path": request.path})
            return self.answer(form)

        @app.post("/webhooks/twilio/status")
        def status() -> Response:
            self.statuses.append((request.args.get("delivery", ""), self.note()))
            return Response(status=204)

        @app.get("/image.png")
        def image() -> Response:
            code, kind, data = self.image
            return Response(data, code, content_type=kind)

        return app


@dataclass
class Lab:
    """The simulator over stand-in doors, served on loopback."""

    doors: Doors
    parts: SimulatorState
    settings: Settings
    twilio: Client

    @property
    def origin(self) -> str:
        return self.doors.origin

    def start_anew(self) -> None:
        """Forget everything, once nothing is going on any more."""
        until(lambda: not self.parts.redis.zcard(ERRANDS))
        self.parts.redis.flushall()
        fresh = Doors(self.doors.origin)
        vars(self.doors).update(vars(fresh))

    def write(self, text: str = "hi", **more: object) -> str:
        """Type something on the first phone; the sid of the message."""
        answer = requests.post(
            f"{self.origin}/simulator/messages", json={"phone": ASHA, "text": text, **more}, timeout=60
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["sid"])

    def chat(self, after: int = 0) -> dict[str, Any]:
        """What the page is told."""
        return dict(requests.get(f"{self.origin}/simulator/chat", params={"after": after}, timeout=60).json())

    def texts(self, *, mine: bool = False) -> list[str]:
        """What the first phone has got, or written."""
        found = sorted(self.chat()["messages"], key=lambda message: message["at"])
        return [message["text"] for message in found if message["mine"] == mine and message["phone"] == ASHA]

    def order(self, **trouble: object) -> requests.Response:
        """Order trouble."""
        return requests.post(f"{self.origin}/simulator/control", json=trouble, timeout=60)

    def send(self, to: str = f"whatsapp:{ASHA}", body: str = "hello", **more: Any) -> MessageInstance:
        """Send a message as our client does."""
        sender = SIMULATED_SENDER if to.startswith("whatsapp:") else SIMULATED_SMS
        return self.twilio.messages.create(to=to, from_=sender, body=body, **more)


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to hold; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


@contextmanager
def lab(redis: "Redis") -> Iterator[Lab]:
    """Serve it for as long as the block lasts."""
    doors = Doors()
    app = doors.app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    settings = Settings(port=server.port, secret_key="0123456789abcdef", redis_url="redis://unused")
    doors.origin = settings.origin
    simulator.register_simulator(app, settings, redis)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Lab(doors, app.extensions["simulator"], settings, client(settings))
    finally:
        app.extensions["simulator"].courier.close()
        server.shutdown()
        thread.join()
        server.server_close()


def client(settings: Settings) -> Client:
    """Twilio's own client, speaking to the simulator."""
    return Client(SIMULATED_ACCOUNT, SIMULATED_TOKEN, http_client=TwilioHttp(settings.api_base), environment={"-": ""})
