"""Where the time goes: a profile of a message, of an admission and of a pass delivered, each in one thread."""

import cProfile
import io
import json
import os
import pstats
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.serving import make_server

from bot.delivery.images.pass_image import draw
from bot.domain import events
from bot.domain.models import Delivery, Pass
from bot.domain.passes import tokens
from bot.domain.roster import devices
from bot.jobs import tasks, worker
from bot.service import Service, assemble, utc_now
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, Settings
from tests.bench.standing import conditions, standing
from tests.bench.table import pictures
from tests.bot.delivery.draining import drainer
from tests.bot.delivery.fake_api import FakeApi, serving
from tests.bot.domain import rush
from tests.chaos.plan import SPOKEN, name_of
from tests.ports import free_port
from webhooks import create_app
from webhooks.simulator.store.messages import new_sid
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.store.state import MESSAGE_PATH
from webhooks.simulator.twilio import inbound_form
from webhooks.simulator.twilio.signature import sign

TOKEN = "of-the-profiles-alone"
TIMES, FIRST = 40, 4
"""People, scans and passes that count, and those before that load and connect."""
LINES = 45
"""Of each profile that are printed."""
STATUSES = ("sent", "delivered", "read")


def print_all() -> None:
    """By own time and by time with all that was called, on PostgreSQL."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with ExitStack() as around:
        environment = around.enter_context(standing("postgres"))
        api, port = around.enter_context(serving()), free_port()
        more = {"twilio_account_sid": SIMULATED_ACCOUNT, "twilio_auth_token": TOKEN, "twilio_api_base": api.origin}
        more |= {"twilio_whatsapp_from": SIMULATED_SENDER, "public_url": f"http://127.0.0.1:{port}"}
        settings = Settings.model_validate({name.lower(): value for name, value in environment.items()} | more)
        service = assemble(settings)
        around.callback(service.close)
        print(f"profiles on PostgreSQL; {conditions()}")
        app = create_app(service)
        around.enter_context(_served(app, port))
        client = app.test_client()
        _messages(service, client)
        _admissions(service, client)
        _passes(service, client, api)
        _drawn()


@contextmanager
def _served(app: Flask, port: int) -> Iterator[None]:
    """Serve the application beside, for what a worker asks of its own media link."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


@contextmanager
def _profiled(what: str, times: int) -> Iterator[cProfile.Profile]:
    """Print what was profiled within the block, by the time of one."""
    profile = cProfile.Profile()
    yield profile
    written = io.StringIO()
    stats = pstats.Stats(profile, stream=written)
    for order in ("cumulative", "tottime"):
        stats.sort_stats(order).print_stats(LINES)
    seconds = sum(entry[2] for entry in stats.stats.values())  # type: ignore[attr-defined]  # typeshed has it not
    print(f"\n=== {what}: {1000 * seconds / times:.2f} ms under the profiler, {times} of them")
    print(written.getvalue())


def _messages(service: Service, client: FlaskClient) -> None:
    for person in range(FIRST):
        _register(service, client, person)
    with _profiled("a message of the registration", TIMES * len(SPOKEN)) as profile:
        for person in range(FIRST, FIRST + TIMES):
            _register(service, client, person, profile)


def _register(service: Service, client: FlaskClient, person: int, profile: cProfile.Profile | None = None) -> None:
    number = f"+9183{person:08d}"
    phone = SimulatedPhone(number, name_of(number))
    for text in SPOKEN:
        written = inbound_form.ComposedMessage(text=text.format(name=phone.name))
        form = inbound_form.parameters(new_sid("SM"), phone, SIMULATED_SENDER, written, SIMULATED_ACCOUNT)
        _post(service, client, MESSAGE_PATH, form, profile)


def _post(
    service: Service, client: FlaskClient, path: str, form: dict[str, str], profile: cProfile.Profile | None
) -> None:
    headers = {"X-Twilio-Signature": sign(service.settings.origin + path, form, TOKEN)}
    if profile:
        profile.enable()
    answer = client.post(path, data=form, headers=headers)
    if profile:
        profile.disable()
    assert answer.status_code in (200, 204), answer.text


def _admissions(service: Service, client: FlaskClient) -> None:
    with service.database.write() as db:
        demo = events.by_slug(db, "demo")
        today = utc_now().astimezone(ZoneInfo(demo.timezone)).date()
        codes = rush.issued(db, demo, service.ring.current, FIRST + TIMES, first=1_000_000)
        db.execute(update(Pass).where(Pass.code.in_(codes)).values(day=today))
        _, token = devices.add(db, "demo", name="Scanner", gate="main", now=utc_now())
    with service.database.read() as db:
        rows = db.scalars(select(Pass).where(Pass.code.in_(codes)))
        texts = [
            tokens.qr_text(service.settings.origin, tokens.encode(tokens.token_of(row), service.ring)) for row in rows
        ]
    with _profiled("an admission by API", TIMES) as profile:
        for place, text in enumerate(texts):
            body = json.dumps({"pass": text, "scan_id": str(uuid4())})
            if place >= FIRST:
                profile.enable()
            answer = client.post(
                "/api/v1/checkins",
                data=body,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            profile.disable()
            assert '"admitted"' in answer.text


def _passes(service: Service, client: FlaskClient, api: FakeApi) -> None:
    """Those that the registrations before left: sent by a worker of this thread, fetched, and told of."""
    tasks._kept[os.getpid()] = service, drainer(service.outbox)
    sender = worker.Worker(service.settings)
    number = FIRST + TIMES
    with _profiled("a pass delivered: the worker's part", number) as profile:
        profile.enable()
        sender.work(burst=True, logging_level="ERROR")
        profile.disable()
    with service.database.read() as db:
        sent = list(db.scalars(select(Delivery).where(Delivery.kind == "pass", Delivery.message_sid.is_not(None))))
    assert len(sent) == number, f"{len(sent)} of {number} passes left"
    _fetched(client, [message["MediaUrl"] for message in api.taken])
    _told(service, client, sent)


def _fetched(client: FlaskClient, links: list[str]) -> None:
    """Twilio's fetching of pictures that this process has drawn before, where it keeps so many."""
    with _profiled("a pass delivered: its picture fetched", len(links)) as profile:
        for link in links:
            profile.enable()
            answer = client.get(urlsplit(link).path, query_string=urlsplit(link).query)
            profile.disable()
            assert answer.mimetype == "image/png", answer.status


def _drawn() -> None:
    for language in pictures.SAID:
        people = [pictures.facts(language, place) for place in range(FIRST + TIMES)]
        for one in people[:FIRST]:
            draw(one)
        with _profiled(f"a picture drawn, {language}", TIMES) as profile:
            profile.enable()
            for one in people[FIRST:]:
                draw(one)
            profile.disable()


def _told(service: Service, client: FlaskClient, sent: list[Delivery]) -> None:
    with _profiled("a pass delivered: its three statuses", len(sent)) as profile:
        for row in sent:
            for state in STATUSES:
                form = inbound_form.status(str(row.message_sid), SIMULATED_SENDER, row.lane, state, SIMULATED_ACCOUNT)
                _post(service, client, f"/webhooks/twilio/status?delivery={row.id}", form, profile)
