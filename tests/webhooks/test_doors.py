"""The whole application over the whole service: its plain doors."""

import threading
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone
from sqlalchemy import select

from bot import __version__, metrics
from bot.database import Database
from bot.delivery.dispatch import enqueue_pass, send
from bot.delivery.images import cache as image_cache
from bot.delivery.images import media_links, pass_image
from bot.delivery.images.pass_image import PassImage
from bot.domain import events, people
from bot.domain.models import Delivery, Pass
from bot.domain.passes import registration as registrations
from bot.metrics import MetricCounters
from bot.service import Service, assemble
from bot.settings import SIMULATED_TOKEN, Settings
from tests.bot.delivery.conftest import FakeTwilio
from tests.bot.domain.builders import DAY, NOW, asking
from webhooks import create_app
from webhooks.health import Readiness
from webhooks.metrics import MetricsCollector


class LostRedis:
    """A Redis that has gone away."""

    def __getattr__(self, name: str) -> object:
        raise RedisGone("gone")


def an_event(service: Service, slug: str, venue: str = "") -> None:
    with service.database.write() as db:
        today = service.now().date()
        events.create(
            db, slug=slug, name="Book Fair", starts_on=today, ends_on=today + timedelta(days=3), now=NOW, venue=venue
        )
        events.open_event(db, slug)


def test_the_first_page_names_the_open_events_and_their_way_in(client: FlaskClient, service: Service) -> None:
    assert "wa.me" not in client.get("/").text
    an_event(service, "fair-2", venue="Pragati Maidan")
    page = client.get("/").text
    assert "Book Fair" in page
    assert "Pragati Maidan" in page
    assert "/simulator?text=hi+fair-2" in page
    assert "wa.me" not in page
    assert 'href="/simulator"' in page


def test_without_the_simulator_nothing_of_it_is_there(settings: Settings) -> None:
    real = settings.model_copy(
        update={
            "twilio_account_sid": "AC" + "7" * 32,
            "twilio_auth_token": "a-real-token",
            "twilio_whatsapp_from": ("whatsapp:+14155550199",),
        }
    )
    service = assemble(real)
    app = create_app(service)
    client = app.test_client()
    assert [rule.rule for rule in app.url_map.iter_rules() if "simulator" in rule.rule or "2010" in rule.rule] == []
    assert client.get("/simulator").status_code == 404
    assert client.post(f"/2010-04-01/Accounts/{real.twilio_account_sid}/Messages.json").status_code == 404
    assert "simulator" not in client.get("/").text
    service.close()


def test_an_event_is_written_as_text_whatever_its_name(client: FlaskClient, service: Service) -> None:
    an_event(service, "fair", venue="<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/").text


@pytest.fixture
def link(service: Service) -> str:
    with service.database.write() as db:
        events.create(db, slug="fair", name="Book Fair", starts_on=DAY, ends_on=DAY, now=NOW)
        events.open_event(db, "fair")
        asha = people.find_or_make(db, phone="+919876543210", user=None, now=NOW)
        pass_id = registrations.register(db, service.ring, **asking(asha)).id
    token = media_links.sign(pass_id, service.settings.secret_key, service.now())
    return f"/media/passes/{token}.png"


def test_a_pass_image_is_a_png_with_its_length_and_may_be_asked_for_again(client: FlaskClient, link: str) -> None:
    answer = client.get(link)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.cache_control.private
    assert Image.open(BytesIO(answer.data)).width == 1080
    assert client.get(link, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    head = client.head(link)
    assert (head.headers["Content-Length"], head.data) == (answer.headers["Content-Length"], b"")
    assert client.get(f"{link}?language=hi").data != answer.data


def test_a_picture_is_drawn_once_by_the_worker_and_our_link_is_looked_at_once(
    client: FlaskClient, service: Service, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, looked, twilio = list[str](), list[str](), FakeTwilio()

    def drawing(facts: PassImage) -> bytes:
        drawn.append(facts.language)
        return pass_image.draw(facts)

    for module, name in ((send, "draw"), (image_cache, "_drawn")):
        monkeypatch.setattr(module, name, drawing)
    outbox = replace(service.outbox, twilio=twilio, check_media=looked.append)
    with service.database.write() as db:
        issued = db.scalars(select(Pass)).one()
        sent = [
            enqueue_pass(db, issued, address=f"whatsapp:+9198111111{at}", sender=None, language="en", now=service.now())
            for at in (11, 12)
        ]
    outbox.deliver(sent[0])
    fetched = [client.get(str(twilio.sent[0].media_url)[len(service.settings.origin) :]) for _ in range(2)]
    assert drawn == ["en", "en"]  # by the worker, and for who came a second time
    assert fetched[0].data == fetched[1].data
    outbox.deliver(sent[1])
    assert len(looked) == 1
    outbox.record_status(twilio.sent[0].sid, sent[0], "failed", 63019, service.now())
    outbox.deliver(sent[0])
    with service.database.write() as db:
        db.get_one(Pass, issued.id).status = "revoked"
    assert client.get(link).status_code == 404  # though its picture is kept


def test_a_forged_link_is_not_found_and_an_old_one_is_gone(client: FlaskClient, service: Service, link: str) -> None:
    assert client.get(link.replace(".png", "A.png")).status_code == 404
    assert client.get("/media/passes/nonsense.png").status_code == 404
    sample = client.get("/media/passes/sample.png")
    assert (sample.status_code, sample.mimetype) == (200, "image/png")
    assert client.get("/media/passes/é.png").status_code == 404
    secret, long_ago = service.settings.secret_key, service.now() - timedelta(days=40)
    assert client.get(f"/media/passes/{media_links.sign(1, secret, long_ago)}.png").status_code == 410
    assert client.get(f"/media/passes/{media_links.sign(10**6, secret, service.now())}.png").status_code == 404


def test_alive_and_ready(client: FlaskClient) -> None:
    alive = client.get("/healthz")
    assert (alive.status_code, alive.json) == (200, {"status": "ok", "version": __version__})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        dict.fromkeys(("status", "database", "redis", "migrations", "outbox", "connections"), "ok"),
    )


def test_a_lost_redis_counts_only_until_it_has_been_seen(service: Service) -> None:
    never = Readiness(service.database, LostRedis())  # type: ignore[arg-type]  # one that is away
    assert never.states()[0] == 503
    seen = Readiness(service.database, service.redis)
    assert seen.states()[1]["status"] == "ok"
    seen._redis = LostRedis()  # type: ignore[assignment]  # it goes away
    assert seen.states()[0] == 200
    assert seen.states()[1]["status"] == "degraded"


def test_a_database_that_is_behind_or_away_cannot_serve(redis: "Redis", tmp_path: Path) -> None:
    behind = Readiness(Database(f"sqlite:///{tmp_path / 'empty.db'}"), redis)
    assert behind.states() == (503, {"status": "unready", "redis": "ok", "database": "ok", "migrations": "behind"})
    away = Readiness(Database(f"sqlite:///{tmp_path}/no/such/folder.db"), redis)
    assert away.states()[1]["database"] == "lost"
    assert away.states()[0] == 503


def test_the_figures_of_every_process_are_added_up(client: FlaskClient, service: Service) -> None:
    elsewhere = MetricCounters(service.redis)
    elsewhere.add("pravesh_http_answers", 5, door="health.alive", method="GET", status="200")
    elsewhere.flush()
    client.get("/healthz")
    with service.database.write() as db:
        db.add_all(
            Delivery(
                kind="text",
                lane="whatsapp:+919876543210",
                priority=0,
                payload={},
                not_before=NOW,
                give_up_at=NOW,
                created_at=NOW,
                status=status,
            )
            for status in ("owed", "owed", "failed")
        )
    text = client.get("/metrics").text
    assert 'pravesh_http_answers_total{door="health.alive",method="GET",status="200"} 6.0' in text
    assert 'pravesh_deliveries{status="owed"} 2.0' in text
    assert 'pravesh_queued_jobs{queue="replies"} 0.0' in text
    assert "9876543210" not in text


def test_figures_are_for_this_machine_or_for_who_has_the_token(client: FlaskClient, settings: Settings) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    service = assemble(settings.model_copy(update={"metrics_token": "for-prometheus"}))
    guarded = create_app(service).test_client()
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": "Bearer for-nobody"}).status_code == 401
    far = {"REMOTE_ADDR": "203.0.113.9"}
    answer = guarded.get("/metrics", headers={"Authorization": "Bearer for-prometheus"}, environ_base=far)
    assert answer.status_code == 200
    service.close()


def test_invented_methods_and_paths_make_no_series(client: FlaskClient, service: Service) -> None:
    for number in range(20):
        client.open(f"/nowhere-{number}", method=f"MADE{number}")
        client.open("/healthz", method=f"A|B{number}=c")
    answers = [
        labels for name, labels in metrics.MetricCounters(service.redis).sums() if name == "pravesh_http_answers"
    ]
    client.get("/metrics")
    told = [line for line in client.get("/metrics").text.splitlines() if "MADE" in line or "A|B" in line]
    assert (told, len(answers) < 5) == ([], True)


def test_neither_platforms_nor_twilio_are_sent_elsewhere(client: FlaskClient) -> None:
    by_http = {"X-Forwarded-Proto": "http", "Host": "evil.example.net"}
    assert client.get("/healthz", headers=by_http).status_code == 200
    assert client.post("/webhooks/twilio/message", headers=by_http).status_code == 403


def test_a_simulator_with_a_password_is_for_who_has_it(settings: Settings) -> None:
    shown = Settings(**{**settings.model_dump(), "twilio_auth_token": "", "simulator_password": "of the organisers"})
    service = assemble(shown)
    app = create_app(service)
    client = app.test_client()
    assert client.get("/simulator").status_code == 401
    assert client.post("/simulator/messages", json={}).status_code == 401
    assert client.get("/simulator/control", auth=("anybody", "guessed")).status_code == 401
    assert client.get("/simulator", auth=("anybody", "of the organisers")).status_code == 200
    tries = [client.get("/simulator", auth=("anybody", f"guess {number}")).status_code for number in range(25)]
    assert (tries[0], tries[-1]) == (401, 429)
    assert shown.simulated
    assert SIMULATED_TOKEN not in shown.twilio_auth_token
    account = f"/2010-04-01/Accounts/{shown.twilio_account_sid}.json"
    assert client.get(account, auth=(shown.twilio_account_sid, SIMULATED_TOKEN)).status_code == 401
    app.extensions["simulator"].courier.close()
    service.close()


def test_figures_that_cannot_be_had_are_left_out(service: Service) -> None:
    lost = LostRedis()
    counts = MetricCounters(lost)  # type: ignore[arg-type]  # one that is away
    counts.add("pravesh_http_answers", door="x")
    figures = MetricsCollector(counts, service.database, lost, service.inbound_watchdog)  # type: ignore[arg-type]  # one that is away
    assert {metric.name for metric in figures.collect()} == {
        "pravesh_deliveries",
        "pravesh_outbox_oldest_seconds",
        "pravesh_silence_seconds",
    }


def test_answer_times_are_a_histogram(client: FlaskClient, service: Service) -> None:
    """Buckets hold all that was quicker, of every process; the last one is the count."""
    elsewhere = MetricCounters(service.redis)
    for bucket, seconds in (("0.25", 0.2), ("+Inf", 12.0)):
        elsewhere.add("pravesh_http_answer_seconds", door="elsewhere", le=bucket)
        elsewhere.add("pravesh_http_answer_seconds_sum", seconds, door="elsewhere")
    elsewhere.flush()
    client.get("/healthz")
    text = client.get("/metrics").text
    told = {
        end: f'pravesh_http_answer_seconds_bucket{{door="elsewhere",le="{end}"}}'
        for end in ("0.1", "0.25", "10.0", "+Inf")
    }
    assert [f"{told[end]} {number}" in text for end, number in zip(told, (0.0, 1.0, 1.0, 2.0), strict=True)] == [
        True
    ] * 4
    assert 'pravesh_http_answer_seconds_sum{door="elsewhere"} 12.2' in text
    assert 'pravesh_http_answer_seconds_count{door="health.alive"} 1.0' in text


def test_what_a_lost_redis_did_not_take_is_counted_later(redis: "Redis") -> None:
    counts = MetricCounters(LostRedis())  # type: ignore[arg-type]  # one that is away
    counts.add("answers", 2, door="x")
    counts._redis = redis
    assert counts.sums() == {("answers", (("door", "x"),)): 2.0}


def test_a_redis_that_hangs_holds_up_no_request(monkeypatch: pytest.MonkeyPatch, redis: "Redis") -> None:
    """It takes seconds to fail, and a volunteer waits at a gate."""
    monkeypatch.setattr(metrics, "FLUSH_SECONDS", 0.0)
    asked: list[str] = []
    asking, fails = threading.Event(), threading.Event()

    class Hanging(LostRedis):
        def __getattr__(self, name: str) -> object:
            asked.append(name)
            asking.set()
            assert fails.wait(30)
            return super().__getattr__(name)

    counts = MetricCounters(Hanging())  # type: ignore[arg-type]  # one that is away
    for _ in range(20):
        counts.add("answers", door="x")
    assert asking.wait(30)
    assert asked == ["pipeline"]
    fails.set()
    counts._redis = redis
    assert counts.sums() == {("answers", (("door", "x"),)): 20.0}


def test_the_simulators_page_has_no_script_or_style_of_its_own_within(app: Flask) -> None:
    page = app.test_client().get("/simulator")
    assert page.status_code == 200
    assert "style=" not in page.text
    assert "<script>" not in page.text


def test_dates_are_told_as_one_or_two(client: FlaskClient, service: Service) -> None:
    with service.database.write() as db:
        day = service.now().date() + timedelta(days=2)
        events.create(db, slug="one", name="One Day", starts_on=day, ends_on=day, now=NOW)
        events.open_event(db, "one")
    assert " to " not in client.get("/").text.split("One Day")[1].split("</p>")[0]
