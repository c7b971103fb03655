"""`templates`: made at Twilio as the flows need them; a Twilio that refuses is one line."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from click.testing import Result

from admin_cli.__main__ import NOUNS
from bot.delivery.templates import notices

Run = Callable[..., Result]
Rows = Callable[..., Any]
ORIGIN = "http://127.0.0.1:8000/v1"


@pytest.fixture
def content_kept() -> Iterator[dict[str, dict[str, Any]]]:
    """What the Content API holds, by SID."""
    kept: dict[str, dict[str, Any]] = {}

    def create(request: Any) -> tuple[int, dict[str, str], str]:
        sid = f"HX{len(kept) + 1:032x}"
        kept[sid] = {**json.loads(request.body), "sid": sid}
        return 201, {}, json.dumps(kept[sid])

    def submit(request: Any) -> tuple[int, dict[str, str], str]:
        kept[str(request.url).split("/")[-3]]["approval"] = "approved"
        return 201, {}, json.dumps({"status": "received"})

    def listed(request: Any) -> tuple[int, dict[str, str], str]:
        found = [{**one, "approval_requests": {"status": one.get("approval", "unsubmitted")}} for one in kept.values()]
        return 200, {}, json.dumps({"contents": found, "meta": {}})

    def remove(request: Any) -> tuple[int, dict[str, str], str]:
        kept.pop(str(request.url).rpartition("/")[2])
        return 204, {}, ""

    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.add_callback("DELETE", re.compile(f"{ORIGIN}/Content/HX"), remove)
        wire.add_callback("POST", re.compile(f"{ORIGIN}/Content/HX.*/ApprovalRequests/whatsapp"), submit)
        wire.add_callback("POST", f"{ORIGIN}/Content", create)
        wire.add_callback("GET", f"{ORIGIN}/ContentAndApprovals", listed)
        yield kept


def test_sync_makes_what_is_needed_once(
    ok: Run, rows: Rows, fair_slug: str, content_kept: dict[str, dict[str, Any]], redis: Any
) -> None:
    ok("events", "open", fair_slug)
    redis.sadd("content:wanted", "buttons_3_4.4", "nonsense")
    done = rows("templates", "sync")
    assert {row["done"] for row in done} == {"made", "submitted"}
    assert {row["name"] for row in done} == {one["friendly_name"] for one in content_kept.values()}
    kept = rows("templates", "list")
    assert {row["sid"] for row in kept} == set(content_kept)
    submitted = {row["shape"]: row["approval"] for row in kept if row["shape"].startswith("notice_")}
    assert submitted == {one.shape: "received" for one in notices.template_specs("http://127.0.0.1:8000")}
    act = rows("audit", "list", "--what", "templates_synced")[0]
    assert sorted(name for _, name in act["about"]["templates"]) == sorted(row["name"] for row in done)
    assert {row["approval"] for row in kept if row["shape"] not in submitted} == {"unsubmitted"}
    shapes = {row["shape"] for row in kept}
    assert {"buttons_2_2.2", "buttons_3_1", "buttons_3_4.4"} <= shapes
    assert "nonsense" not in shapes
    assert rows("templates", "sync") == []
    approvals = {row["approval"] for row in rows("templates", "list") if row["shape"] in submitted}
    assert approvals == {"approved"}


@pytest.mark.databases("sqlite")
def test_forms_of_events_that_have_them_on(
    ok: Run, run: Run, rows: Rows, fair_slug: str, content_kept: dict[str, dict[str, Any]]
) -> None:
    ok("events", "open", fair_slug)
    assert run("events", "set", fair_slug, "--form", "everybody").exit_code == 2
    ok("events", "set", fair_slug, "--form", "team")
    assert rows("events", "show", fair_slug)["form"] == "team"
    done = rows("templates", "sync")
    made = [row["name"] for row in done if row["done"] == "submitted" and "_form_" in row["name"]]
    assert [name.rpartition("_")[0] for name in made] == [
        *("pravesh_form_registration_en", "pravesh_form_registration_hi"),
        *("pravesh_form_change_en", "pravesh_form_change_hi"),
    ]
    assert rows("templates", "sync") == []
    shown = {row["name"]: row["approval"] for row in rows("templates", "list") if row["name"] in made}
    assert shown == dict.fromkeys(made, "approved")

    ok("events", "set", fair_slug, "--consent", "en=I agree to all of this.", "--form", "on")
    again = rows("templates", "sync")
    assert [row["done"] for row in again if "registration_en" in row["name"]] == ["made", "submitted", "replaced"]
    assert not [row for row in again if "change" in row["name"]]
    ok("events", "set", fair_slug, "--form", "off")
    assert {row["done"] for row in rows("templates", "sync")} == {"replaced"}


def test_remove_asks_first_and_then_leaves_none_of_ours(
    ok: Run, run: Run, rows: Rows, fair_slug: str, content_kept: dict[str, dict[str, Any]]
) -> None:
    ok("events", "open", fair_slug)
    ok("templates", "sync")
    assert run("templates", "remove", stdin="n\n").exit_code == 1
    assert len(rows("templates", "list")) == len(content_kept) > 0
    content_kept["HXother"] = {"sid": "HXother", "friendly_name": "somebody_elses", "language": "en", "types": {}}
    ok("templates", "remove", "--yes")
    assert list(content_kept) == ["HXother"]
    assert rows("templates", "list") == []


def test_nothing_is_there_at_first(ok: Run, rows: Rows) -> None:
    assert rows("templates", "list") == []
    assert ok("templates", "list").stdout == ""
    assert "templates" in NOUNS


def test_a_refusal_is_told_in_one_line(ok: Run, run: Run, fair_slug: str) -> None:
    ok("events", "open", fair_slug)
    with responses.RequestsMock() as wire:
        wire.get(f"{ORIGIN}/ContentAndApprovals", json={"code": 20003}, status=401)
        result = run("templates", "sync")
    assert result.exit_code == 1
    assert "20003" in result.stderr
    assert "Traceback" not in result.output
