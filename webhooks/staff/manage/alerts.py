"""The page of alert thresholds."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from flask import Blueprint

from bot.domain import audit
from bot.domain.events import alert_thresholds
from bot.domain.events.alert_thresholds import AlertThresholds
from bot.domain.events.rows import get_event
from bot.domain.models import AlertRule
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.staff.manage import inputs
from webhooks.staff.manage.inputs import UnreadableInput
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    audited,
    done,
    form,
    judged,
    mark_of,
    refusal_text,
    require_unchanged,
    typed,
)
from webhooks.staff.session import user

LABELS: Mapping[str, tuple[Sentence, Sentence]] = {
    "inside": (_("People inside at once"), _("More people than this are inside.")),
    "silent_minutes": (
        _("Minutes without a scan"),
        _("No scan for this long at an open gate that had entries today."),
    ),
    "failures_permille": (
        _("Failed messages, per cent"),
        _("Of messages in the last hour. One decimal, such as 2.5."),
    ),
    "queue_seconds": (
        _("Message delay, seconds"),
        _("An answer or a pass is sent later than this."),
    ),
}
NO_PER_CENT = _("Enter a number from 0.1 to 100, with at most one decimal.")
SAVED = _("Saved.")


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/alerts`."""

    @blueprint.get("/<slug>/alerts")
    @admin
    def alerts(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/alerts")
    @admin
    def save_alerts(slug: str) -> Answer:
        given = {name: typed(name).strip() for name in LABELS}
        values, wrong = judged(given, lambda name: _value(name, given[name]) if given[name] else None)
        if wrong:
            return _page(service, slug, given, wrong)
        try:
            with audited(service, audit.ALERTS_SET) as db:
                require_unchanged(db, db.get(AlertRule, get_event(db, slug, lock=True).id))
                alert_thresholds.write(db, slug, AlertThresholds(**values))
        except Refused as no:
            if no.code == "changed_meanwhile" and _current_texts(service, slug)[0] == given:
                return done("manage.alerts", SAVED)  # sent twice
            wrong = {str(no.params.get("field", "")): refusal_text(no)}
            return _page(service, slug, given, wrong, beside=no.code == "changed_meanwhile")
        return done("manage.alerts", SAVED)


def _value(name: str, text: str) -> int:
    if name != "failures_permille":
        return inputs.whole(text)
    whole, point, tenth = text.replace(",", ".").partition(".")
    if not (inputs.WHOLE_NUMBER.fullmatch(whole) and len(whole) <= len("100") and len(tenth) == len(point)):
        raise UnreadableInput(NO_PER_CENT)
    tenths = int(Decimal(inputs.whole(whole)) * 10 + inputs.whole(tenth or "0"))
    if not 1 <= tenths <= alert_thresholds.MAX_THRESHOLDS[name]:
        raise UnreadableInput(NO_PER_CENT)
    return tenths


def _current_texts(service: Service, slug: str) -> tuple[dict[str, str], str]:
    """The inputs' values from the current rules, and the fingerprint of these."""
    with service.database.read() as db:
        rules = asdict(alert_thresholds.read(db, slug))
        mark = mark_of(db.get(AlertRule, user().event_id))
    tenths = rules["failures_permille"]
    texts = {name: "" if value is None else str(value) for name, value in rules.items()}
    return {**texts, "failures_permille": "" if tenths is None else f"{Decimal(tenths) / 10:f}"}, mark


def _page(
    service: Service, slug: str, given: Texts | None = None, wrong: Texts | None = None, *, beside: bool = False
) -> Answer:
    now, mark = _current_texts(service, slug)
    return form("alerts", now, given, wrong, beside=beside, empty=_("off"), labels=LABELS, seen=mark)
