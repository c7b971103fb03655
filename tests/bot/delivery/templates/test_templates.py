"""Templates at Twilio and in our table: made as they are needed, found again, replaced, removed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery import templates
from bot.delivery.templates import WANTED_KEY, TemplateCatalog, discovery, interactive
from bot.delivery.templates import sync as templates_sync
from bot.delivery.templates.interactive import CardShape
from bot.delivery.templates.sync import REPLACED_TEMPLATE_TTL, TemplateChange
from bot.delivery.twilio.content_api import ContentApi
from bot.domain.messaging import content_templates
from bot.domain.models import ContentTemplate
from bot.errors import SendFailed
from flows.sandbox import world as sandbox_world
from tests.bot.delivery.conftest import NOW

WANT = {"buttons_2_1", "list_9_1"}


@dataclass
class FakeContentApi:
    """Keeps templates as Twilio does, in pages of two."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    approvals: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refuse_at: int = 1000
    """The call that is refused, and all after it."""
    submitted: list[dict[str, Any]] = field(default_factory=list)
    takes_submissions: bool = True

    def call(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        self.calls.append(method)
        if len(self.calls) >= self.refuse_at:
            return 400, {"code": 20001}
        if uri.endswith("/ApprovalRequests/whatsapp") and json is not None:
            if not self.takes_submissions:
                return 400, {"code": 20001}
            self.submitted.append(dict(json))
            self.approvals[uri.split("/")[-3]] = "pending"
            return 201, {"status": "received"}
        if method == "POST" and json is not None:
            sid = f"HX{len(self.calls):032x}"
            self.kept[sid] = {**json, "sid": sid}
            return 201, self.kept[sid]
        if method == "DELETE":
            gone = self.kept.pop(uri.rpartition("/")[2], None)
            return (204, {}) if gone else (404, {"code": 20404})
        return 200, self._page(int(uri.partition("Page=")[2] or 0))

    def _page(self, number: int) -> dict[str, Any]:
        found = [
            {**one, "approval_requests": {"status": self.approvals.get(sid, "unsubmitted")}}
            for sid, one in self.kept.items()
        ]
        more = f"https://content.twilio.com/v1/ContentAndApprovals?Page={number + 1}"
        shown = found[2 * number : 2 * number + 2]
        return {"contents": shown, "meta": {"next_page_url": more if len(found) > 2 * number + 2 else None}}

    @property
    def names(self) -> set[str]:
        return {str(one["friendly_name"]) for one in self.kept.values()}


def sync(database: Database, api: FakeContentApi, now: datetime = NOW, want: set[str] = WANT) -> list[TemplateChange]:
    return templates_sync.sync(database, ContentApi(api), interactive.template_specs(want), now)


def sid_of(database: Database, shape: str, now: datetime = NOW) -> str | None:
    with database.read() as db:
        return templates.sid_of(db, shape, now)


def test_a_second_run_changes_nothing(database: Database) -> None:
    api = FakeContentApi()
    assert {change.done for change in sync(database, api)} == {"made"}
    assert len(api.kept) == 2
    assert {sid_of(database, shape) for shape in WANT} == set(api.kept)
    assert sync(database, api) == []
    assert sync(database, api, NOW + 10 * REPLACED_TEMPLATE_TTL) == []
    assert api.calls.count("POST") == 2


def test_what_was_made_before_a_failure_is_found_again(database: Database) -> None:
    api = FakeContentApi(refuse_at=3)
    with pytest.raises(SendFailed):
        sync(database, api)
    with database.write() as db:
        db.query(ContentTemplate).delete()
    api.refuse_at = 1000
    assert sorted(change.done for change in sync(database, api)) == ["found", "made"]
    assert len(api.kept) == 2


def test_a_changed_template_is_made_anew_and_the_old_one_removed_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = FakeContentApi()
    sync(database, api)
    before = sid_of(database, "buttons_2_1")
    samples = CardShape.variables
    monkeypatch.setattr(CardShape, "variables", lambda shape: [f"new {one}" for one in samples(shape)])
    assert sorted(change.done for change in sync(database, api)) == ["made", "made", "replaced", "replaced"]
    assert sid_of(database, "buttons_2_1") != before
    assert before in api.kept
    assert sync(database, api, NOW + REPLACED_TEMPLATE_TTL / 2) == []
    assert {change.done for change in sync(database, api, NOW + REPLACED_TEMPLATE_TTL)} == {"removed"}
    assert before not in api.kept
    assert len(api.kept) == 2


def test_a_template_goes_back_to_an_older_content(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    api = FakeContentApi()
    sync(database, api)
    before = sid_of(database, "buttons_2_1")
    with monkeypatch.context() as changed:
        changed.setattr(interactive, "LANGUAGE", "hi")
        sync(database, api)
        assert sid_of(database, "buttons_2_1") != before
    sync(database, api)
    assert sid_of(database, "buttons_2_1") == before


def test_templates_that_are_not_ours_are_left_alone(database: Database) -> None:
    api = FakeContentApi({"HX1": {"sid": "HX1", "friendly_name": "owl_air_qr"}})
    sync(database, api)
    assert "HX1" in api.kept


def test_one_that_somebody_removed_at_twilio_is_made_again(database: Database) -> None:
    api = FakeContentApi()
    sync(database, api)
    names = api.names
    api.kept.clear()
    assert {change.done for change in sync(database, api)} == {"made"}
    assert api.names == names
    assert {sid_of(database, shape) for shape in WANT} == set(api.kept)


@pytest.mark.parametrize(("approval", "used"), [("approved", True), ("pending", True), ("rejected", False)])
def test_a_template_that_whatsapp_does_not_carry_is_not_used(database: Database, approval: str, used: bool) -> None:
    api = FakeContentApi()
    sync(database, api)
    api.approvals = dict.fromkeys(api.kept, approval)
    sync(database, api)
    assert (sid_of(database, "buttons_2_1") is not None) == used
    with database.read() as db:
        assert {row.approval for row in content_templates.list_templates(db)} == {approval}


def test_a_refused_template_rests_for_an_hour(database: Database) -> None:
    api = FakeContentApi()
    sync(database, api)
    sid = sid_of(database, "buttons_2_1")
    assert sid is not None
    with database.write() as db:
        templates.refuse(db, sid, "21656", NOW)
    assert sid_of(database, "buttons_2_1", NOW + timedelta(minutes=59)) is None
    assert sid_of(database, "buttons_2_1", NOW + timedelta(minutes=60)) == sid
    assert sid_of(database, "list_9_1") is not None


def test_a_process_knows_what_it_read_and_notes_what_it_lacks(database: Database, redis: "Redis") -> None:
    none_yet = TemplateCatalog(database, redis, lambda: NOW)
    assert not none_yet.in_use
    sync(database, FakeContentApi())
    assert not none_yet.in_use
    known = TemplateCatalog(database, redis, lambda: NOW)
    assert known.in_use
    assert known.is_available("buttons_2_1")
    assert not known.is_available("buttons_3_4.4")
    assert redis.smembers(WANTED_KEY) == {b"buttons_3_4.4"}


def test_the_flows_questions_are_found_by_talking_to_them() -> None:
    now = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
    event = sandbox_world.demo(now)
    world = sandbox_world.World(now)
    world.add(event)
    found = discovery.needed_shapes([(event, world.days(event))], now)
    assert all(CardShape.read(name) for name in found)
    assert {"buttons_2_2.2", "buttons_1_1", "list_9_1", "list_4_1", "buttons_3_1", "buttons_2_6.1.1"} <= found
    assert len(found) < 100


def test_events_that_are_not_open_need_no_more_than_others() -> None:
    now = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
    events = [
        sandbox_world.demo(now, "one"),
        sandbox_world.demo(now, "two", status="closed"),
        sandbox_world.demo(now, "three"),
    ]
    world = sandbox_world.World(now)
    for event in events:
        world.add(event, 5)
    found = discovery.needed_shapes([(event, world.days(event)) for event in events], now)
    assert any(name.startswith("details_") for name in found)
    assert len(found) < 150
    assert discovery.needed_shapes([], now) == set()
