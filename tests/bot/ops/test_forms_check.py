"""`doctor`'s line about forms: switched on, approved, tried with one phone, read."""

import json

import pytest
from redis import Redis

from bot import form_shapes
from bot.database import Database
from bot.delivery.templates import forms, sync
from bot.delivery.twilio.content_api import ContentApi
from bot.domain import events
from bot.errors import NotReady
from bot.ops.forms_check import TRY_FIRST, forms_are_read
from tests.bot.delivery.templates.test_templates import FakeContentApi
from tests.bot.test_form_shapes import NOW, WHOLE


@pytest.fixture
def team_content(database: Database) -> FakeContentApi:
    """Twilio, once the demo event's form is switched on for its team."""
    with database.write() as db:
        events.make_demo(db, NOW)
        events.change(db, "demo", form="team")
    return FakeContentApi()


def synced(database: Database, content: FakeContentApi) -> None:
    with database.read() as db:
        known = events.snapshot(db, NOW)
    sync.sync(database, ContentApi(content), forms.template_specs(known), NOW)


def said_by(database: Database, redis: "Redis", content: FakeContentApi, approval: str) -> str:
    content.approvals = dict.fromkeys(content.approvals, approval)
    synced(database, content)
    return forms_are_read(database, redis, NOW)


def test_nobody_offers_one(database: Database, redis: "Redis") -> None:
    assert forms_are_read(database, redis, NOW) == "no event offers one"


def test_from_switching_on_to_a_form_that_was_read(
    database: Database, redis: "Redis", team_content: FakeContentApi
) -> None:
    with pytest.raises(NotReady, match="templates sync"):
        forms_are_read(database, redis, NOW)
    synced(database, team_content)
    assert "demo (team): en pending, hi pending" in said_by(database, redis, team_content, "pending")
    tried = said_by(database, redis, team_content, "approved")
    assert ("en approved" in tried, tried.endswith(TRY_FIRST)) == (True, True)
    form_shapes.record(redis, NOW, json.dumps(WHOLE), "")
    read = forms_are_read(database, redis, NOW)
    assert "found agree, full_name, party_size, visit_date" in read
    assert "not found" not in read
    form_shapes.record(redis, NOW, '{"screen_0_name": "Asha Rao"}', "")
    with pytest.raises(NotReady, match=r"InteractiveData\.screen_0_name"):
        forms_are_read(database, redis, NOW)


@pytest.mark.parametrize("approval", ["rejected", "paused", "disabled"])
def test_a_form_that_is_refused_is_not_well(
    database: Database, redis: "Redis", team_content: FakeContentApi, approval: str
) -> None:
    synced(database, team_content)
    with pytest.raises(NotReady, match=f"en {approval}"):
        said_by(database, redis, team_content, approval)


def test_other_words_of_the_consent_need_another_form(
    database: Database, redis: "Redis", team_content: FakeContentApi
) -> None:
    synced(database, team_content)
    with database.write() as db:
        events.change(db, "demo", consent={"en": "I agree to all of this."})
    with pytest.raises(NotReady, match="templates sync"):
        forms_are_read(database, redis, NOW)
    synced(database, team_content)
    assert "demo (team)" in forms_are_read(database, redis, NOW)
