"""The audit log's page has a word for all that the log tells."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.delivery.outbox.statuses import RANKS
from bot.domain import audit
from bot.domain.audit.row_diff import AUDITED_COLUMNS
from webhooks.app_setup import App
from webhooks.staff.manage import audit_format, audit_texts
from webhooks.staff.manage.audit_format import AuditFormatter
from webhooks.staff.manage.visitors import texts as visitor_texts

EVENING = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
PAUSED = {"table": "gates", "before": {"paused_at": None}, "after": {"paused_at": EVENING.isoformat()}}
MOVED = {"table": "staff", "id": 1, "of": "…0111", "before": {"gate_id": 1}, "after": {"gate_id": 2}}


def test_every_act_table_and_column_has_a_word() -> None:
    acts = {value for name, value in vars(audit).items() if name.isupper()}
    acts.discard("import")  # a channel
    assert acts == set(audit_texts.ACT_NAMES)
    assert set(AUDITED_COLUMNS) <= set(audit_texts.TABLE_NAMES)
    assert {name for names in AUDITED_COLUMNS.values() for name in names.split()} <= set(audit_texts.COLUMN_NAMES)
    assert set(RANKS) == set(visitor_texts.MESSAGE_STATUS)


def test_moments_are_local_gates_have_their_names_and_likes_are_one_line() -> None:
    about = {"changes": [{**PAUSED, "id": one, "of": f"g{one}"} for one in range(5)] + [MOVED]}
    reader = AuditFormatter(ZoneInfo("Asia/Kolkata"), {1: "North", 2: "South"})
    with App("pages").test_request_context():
        paused, moved = audit_format.changes(about, reader)
    assert "23 Nov 2026, 1:30 am" in paused
    assert [name in paused for name in ("g0", "g2", "g3", " 2 ")] == [True, True, False, True]
    assert "North → South" in moved


def test_a_text_is_told_as_it_was_and_is() -> None:
    said = {"table": "events", "id": 1, "of": "fair", "before": {"texts": {}}}
    said["after"] = {"texts": {"notice": {"en": "Gate 2 is closed"}}}
    with App("pages").test_request_context():
        (line,) = audit_format.changes({"changes": [said]}, AuditFormatter(ZoneInfo("Asia/Kolkata"), {}))
    assert "none → Notice: English: Gate 2 is closed" in line


def test_gates_are_named_numbers_of_rows_are_not_and_counts_are() -> None:
    reader = AuditFormatter(ZoneInfo("Asia/Kolkata"), {1: "North", 2: "South"})
    with App("pages").test_request_context():
        stopped = list(audit_format.facts({"gates": [1, 2], "told": [[7, 1, 3], [8, None, 4]], "staff": [9]}, reader))
        erased = list(audit_format.facts({"passes": 3, "code": "7QK2-M9X5", "pass": 5}, reader))
    assert [one.rpartition(": ")[2] for one in stopped] == ["North, South", "2"]
    assert [one.rpartition(": ")[2] for one in erased] == ["3", "7QK2-M9X5"]
