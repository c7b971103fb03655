"""Outside the 24-hour window a pass leaves by a template that WhatsApp has approved, and by nothing else."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import responses
from sqlalchemy import update

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.templates import notices, sync
from bot.delivery.twilio.content_api import ContentApi
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.messages import Twilio
from bot.domain.messaging import content_templates
from bot.domain.models import Contact, ContentTemplate, Delivery
from bot.errors import SendFailed
from bot.settings import Settings
from bot.timeouts import REFUSED_TEMPLATE_PAUSE
from flows.text.languages import CONFIRMED, LANGUAGES
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeTwilio, a_pass, row
from tests.bot.delivery.templates.test_templates import FakeContentApi
from tests.webhooks import openapi

pytestmark = pytest.mark.databases("sqlite")
SENDER = "whatsapp:+14155238886"
ORIGIN = "https://pass.example.org"
NO_ANSWER = SendFailed("no_answer", retry=True, unclear=True)


@pytest.fixture
def approved_api(database: Database) -> FakeContentApi:
    """A Content API that has made our templates and taken them to WhatsApp."""
    made = FakeContentApi()
    sync.sync(database, ContentApi(made), notices.template_specs(ORIGIN), NOW)
    return made


@pytest.fixture
def approved(database: Database, approved_api: FakeContentApi, outbox: Outbox) -> FakeContentApi:
    """The templates, approved by WhatsApp, and somebody whose window is shut."""
    approved_api.approvals = dict.fromkeys(approved_api.kept, "approved")
    sync.refresh(database, ContentApi(approved_api))
    outbox.windows.mark_closed(LANE, SENDER, NOW)
    return approved_api


def approvals(database: Database) -> set[str]:
    with database.read() as db:
        return {one.approval for one in content_templates.list_templates(db)}


# --- the templates ------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", notices.template_specs(ORIGIN, LANGUAGES), ids=lambda one: one.shape)
def test_each_is_one_that_twilio_takes_and_whatsapp_may_approve(wanted: Any) -> None:
    made = wanted.definition
    assert openapi.complaints(openapi.content("ContentCreateRequest"), made) == []
    (kind,) = made["types"]
    body = made["types"][kind]["body"]
    variables = re.findall(r"\{\{(\d+)\}\}", json.dumps(made["types"]))
    assert sorted(variables) == sorted(made["variables"])
    assert not re.search(r"^\{\{|\}\}$|\}\}\s*\{\{", body.strip("*"))
    assert len(body) <= 1024
    assert len(made["friendly_name"]) <= 80
    assert re.fullmatch("[a-z0-9_]+", made["friendly_name"])
    assert wanted.category == "UTILITY"


def test_there_is_one_in_every_language_in_its_own_words() -> None:
    bodies = {json.dumps(one.definition["types"]) for one in notices.template_specs(ORIGIN, LANGUAGES)}
    assert len(bodies) == len(LANGUAGES) * len(notices.NOTICES)


def test_each_is_submitted_once_and_its_approval_noted_later(database: Database, approved_api: FakeContentApi) -> None:
    assert approvals(database) == {"received"}
    assert sync.sync(database, ContentApi(approved_api), notices.template_specs(ORIGIN), NOW) == []
    assert len(approved_api.submitted) == len(CONFIRMED) * len(notices.NOTICES)
    approved_api.approvals = dict.fromkeys(approved_api.kept, "approved")
    sync.refresh(database, ContentApi(approved_api))
    assert approvals(database) == {"approved"}
    approved_api.refuse_at = 0
    sync.refresh(database, ContentApi(approved_api))
    assert approvals(database) == {"approved"}


def test_a_submission_that_twilio_does_not_take_is_told_and_made_again(database: Database) -> None:
    api = FakeContentApi(takes_submissions=False)
    done = sync.sync(database, ContentApi(api), notices.template_specs(ORIGIN), NOW)
    assert {(change.done, change.code) for change in done} == {("made", ""), ("not_submitted", "20001")}
    api.takes_submissions = True
    done = sync.sync(database, ContentApi(api), notices.template_specs(ORIGIN), NOW + timedelta(minutes=1))
    assert {change.done for change in done} == {"submitted"}
    names = [str(asked["name"]) for asked in api.submitted]
    assert len(names) == len(set(names))


def test_nothing_is_asked_of_twilio_where_nothing_needs_an_approval(database: Database) -> None:
    api = FakeContentApi()
    sync.refresh(database, ContentApi(api))
    assert api.calls == []


# --- leaving by one -----------------------------------------------------------------------------


def test_a_pass_leaves_by_it(database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi) -> None:
    image = a_pass(database)
    outbox.deliver(image)
    (sent,) = twilio.sent
    assert sent.content is not None
    sid, variables = sent.content[0], json.loads(sent.content[1])
    assert approved.kept[sid]["friendly_name"].startswith("pravesh_notice_pass_en_")
    assert (sent.body, sent.media_url) == ("", None)
    assert sent.validity
    assert variables["1"] == "7K3M-PQ2R"
    assert "Delhi Book Fair, Pragati Maidan" in variables["2"]
    assert "3 people" in variables["3"]
    assert re.fullmatch(r"[\w-]+\.png\?language=en", variables["4"])
    assert (row(database, image).status, row(database, image).reason) == ("queued", None)


def test_in_the_language_of_its_reader(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi
) -> None:
    image = a_pass(database)
    with database.write() as db:
        db.execute(update(Delivery).values(payload={"language": "hi"}))
    outbox.deliver(image)
    assert twilio.sent[0].content is not None
    assert approved.kept[twilio.sent[0].content[0]]["language"] == "hi"
    assert "दिल्ली पुस्तक मेला" in json.loads(twilio.sent[0].content[1])["2"]


def test_what_is_written_on_the_wire_is_what_twilio_takes(
    database: Database, outbox: Outbox, settings: Settings, approved: FakeContentApi
) -> None:
    image, taken = a_pass(database), "SM" + "a" * 32
    with responses.RequestsMock() as wire:
        wire.post(re.compile(r"https://api\.twilio\.com/.*/Messages\.json"), json={"sid": taken}, status=201)
        replace(outbox, twilio=Twilio(settings, TwilioHttp())).deliver(image)
        form = dict(parse_qsl(str(wire.calls[0].request.body), keep_blank_values=True))
    assert {"ContentSid", "ContentVariables", "ValidityPeriod", "StatusCallback"} <= form.keys()
    assert not {"Body", "MediaUrl"} & form.keys()
    known = openapi.form_schema(f"{openapi.BASE}.json")
    assert openapi.complaints({**known, "additionalProperties": False}, _typed(form)) == []
    for asked in approved.submitted:
        assert openapi.complaints(openapi.content("ContentApprovalRequest"), asked) == []
    with database.read() as db:
        assert "by_template" in [step.what for step in delivery_history.history(db, image)]


def _typed(form: dict[str, str]) -> dict[str, object]:
    """A form's values as the document types them."""
    return {name: int(value) if name == "ValidityPeriod" else value for name, value in form.items()}


@pytest.mark.parametrize("approval", ["received", "pending", "rejected", "paused", "disabled"])
def test_any_other_word_than_approved_lets_it_wait(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi, approval: str
) -> None:
    with database.write() as db:
        db.execute(update(ContentTemplate).values(approval=approval))
    image = a_pass(database)
    outbox.deliver(image)
    assert twilio.sent == []
    assert row(database, image).reason == "window_closed"
    outbox.record_inbound((LANE,), SENDER, answered=True)
    outbox.deliver(image)
    assert (twilio.sent[0].content, bool(twilio.sent[0].media_url)) == (None, True)


@pytest.mark.parametrize("by_status", [False, True])
def test_a_window_of_which_nobody_knew_costs_one_try(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi, by_status: bool
) -> None:
    outbox.redis.flushall()
    image = a_pass(database)
    if not by_status:
        twilio.failures = [SendFailed("63016", retry=False)]
    outbox.deliver(image)
    if by_status:
        outbox.record_status(twilio.sent.pop().sid, image, "failed", 63016, NOW)
    outbox.deliver(image)
    (sent,) = twilio.sent
    assert sent.content is not None
    assert row(database, image).status == "queued"


@pytest.mark.parametrize(("code", "by_status"), [(63041, True), (63016, True), (21656, False), (63013, False)])
def test_a_template_that_is_refused_rests_and_the_pass_waits(
    database: Database,
    outbox: Outbox,
    twilio: FakeTwilio,
    clock: Clock,
    approved: FakeContentApi,
    code: int,
    by_status: bool,
) -> None:
    if not by_status:
        twilio.failures = [SendFailed(str(code), retry=False)]
    image = a_pass(database)
    outbox.deliver(image)
    if by_status:
        outbox.record_status(twilio.sent.pop().sid, image, "failed", code, NOW)
    waits = row(database, image)
    assert (waits.status, waits.reason, waits.error_code) == ("owed", "window_closed", code)
    outbox.deliver(image)
    assert twilio.sent == []
    clock.at = max(NOW + REFUSED_TEMPLATE_PAUSE, row(database, image).not_before)
    outbox.deliver(image)
    assert [bool(sent.content) for sent in twilio.sent] == [True]


@pytest.mark.parametrize("code", [63032, 63024])
def test_a_refusal_of_the_person_is_the_end_and_leaves_the_template_alone(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi, code: int
) -> None:
    image = a_pass(database)
    outbox.deliver(image)
    outbox.record_status(twilio.sent[0].sid, image, "failed", code, NOW)
    assert row(database, image).status == "failed"
    other = a_pass(database, code="11111118")
    outbox.deliver(other)
    assert twilio.sent[1].content


@pytest.mark.parametrize("taken", [True, False])
def test_an_unclear_call_is_looked_up_whichever_way_twilio_lists_it(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock, approved: FakeContentApi, taken: bool
) -> None:
    twilio.failures, twilio.taken_all_the_same = [NO_ANSWER], taken
    image = a_pass(database)
    outbox.deliver(image)
    clock.move(seconds=31)
    outbox.deliver(image)
    (looked,) = twilio.looked
    assert looked.media is None
    assert "" in looked.bodies
    assert any("7K3M-PQ2R" in body and "Delhi Book Fair, Pragati Maidan" in body for body in looked.bodies)
    assert len(twilio.sent) == 1
    assert row(database, image).status in ("queued", "sent")


def test_whoever_has_stopped_us_gets_none(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi
) -> None:
    image = a_pass(database)
    with database.write() as db:
        db.execute(update(Contact).values(stopped_at=NOW))
    outbox.deliver(image)
    assert (twilio.sent, row(database, image).reason) == ([], "window_closed")


# --- what others may send by one ----------------------------------------------------------------


def to_many(database: Database) -> int:
    values = {"code": "7K3M-PQ2R", "event": "Fair\n{{1}}", "day": "Sat", notices.PICTURE: "x.png"}
    payload = {"body": "in words", "language": "en", "notice": {"purpose": "pass", "values": values}}
    with database.write() as db:
        return enqueue(db, kind="text", address=LANE, payload=payload, priority=BULK, now=NOW)


@pytest.mark.parametrize(("window", "by_template"), [("open", False), ("closed", True), ("unknown", True)])
def test_a_message_to_many_costs_no_try_where_nobody_knows(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi, window: str, by_template: bool
) -> None:
    outbox.redis.flushall()
    if window == "open":
        outbox.record_inbound((LANE,), SENDER, answered=False)
    elif window == "closed":
        outbox.windows.mark_closed(LANE, SENDER, NOW)
    outbox.deliver(to_many(database))
    (sent,) = twilio.sent
    assert (bool(sent.content), sent.body) == (by_template, "" if by_template else "in words")
    if sent.content:
        assert json.loads(sent.content[1])["2"] == "Fair {1}"


def test_nothing_to_many_goes_to_somebody_who_has_stopped_it(
    database: Database, outbox: Outbox, twilio: FakeTwilio, approved: FakeContentApi
) -> None:
    a_pass(database)
    many = to_many(database)
    with database.write() as db:
        db.execute(update(Contact).values(stopped_at=NOW))
        db.execute(update(Delivery).where(Delivery.kind == "pass").values(status="read"))
    outbox.deliver(many)
    assert twilio.sent == []
    assert (row(database, many).status, row(database, many).reason) == ("canceled", "stopped_by_recipient")
