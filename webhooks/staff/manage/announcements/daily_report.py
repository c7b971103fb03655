"""The page of the daily report: at which hour, to whom, or not at all."""

from collections.abc import Sequence

from flask import Blueprint, request

from bot.domain import audit, events
from bot.domain.events.rows import get_event
from bot.domain.roster import daily_reports
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.i18n import say
from webhooks.staff.manage import inputs
from webhooks.staff.manage.inputs import UnreadableInput
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    audited,
    done,
    mark_of,
    page,
    refusal_text,
    require_unchanged,
    typed,
)
from webhooks.staff.session import user

SAVED = _("Saved.")


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/report`."""

    @blueprint.get("/<slug>/report")
    @admin
    def report(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/report")
    @admin
    def save_report(slug: str) -> Answer:
        text = typed("at").strip()
        chosen = [int(number) for number in request.form.getlist("staff") if inputs.WHOLE_NUMBER.fullmatch(number)]
        try:
            at = inputs.hour(text) if text else None
            with audited(service, audit.REPORT_SET) as db:
                require_unchanged(db, daily_reports.find(db, get_event(db, slug, lock=True).id))
                if at is None:
                    daily_reports.stop(db, slug)
                else:
                    daily_reports.set_report(db, slug, at, chosen, service.now())
        except UnreadableInput as no:
            return _page(service, slug, (text, chosen), {"at": refusal_text(no)})
        except Refused as no:
            if no.code == "changed_meanwhile" and _is_so(service, text, chosen):
                return done("manage.report", SAVED)  # sent twice
            return _page(
                service, slug, (text, chosen), {"staff" if no.code == "not_an_admin" else "": refusal_text(no)}
            )
        return done("manage.report", SAVED if at else _("There are no more reports."))

    @blueprint.post("/<slug>/report/now")
    @admin
    def send_report(slug: str) -> Answer:
        me = user().staff_id
        if me is None:
            return done("manage.report", _("You are not in the team of this event. Add yourself first."))
        with audited(service, audit.REPORT_SENT) as db:
            owed = service.daily_reporter.send_now(db, slug, me, typed("once")[:32], service.now())
        service.outbox.dispatch(owed)
        if not owed:
            refused = _("It was not sent: your number takes no messages. Send *start* to us on WhatsApp first.")
            return done("manage.report", refused)
        return done("manage.report", _("The report is on its way to your phone."))


def _is_so(service: Service, text: str, chosen: Sequence[int]) -> bool:
    row = service.database.ask(daily_reports.find, user().event_id)
    return (f"{row.at:%H:%M}", row.staff) == (text, sorted(set(chosen))) if row else not text


def _page(
    service: Service, slug: str, given: tuple[str, Sequence[int]] | None = None, wrong: Texts | None = None
) -> Answer:
    with service.database.read() as db:
        event = events.by_slug(db, slug)
        row = daily_reports.find(db, event.id)
        today = service.daily_reporter.today(db, slug, service.now())
        options = [(str(one.id), one.name) for one in daily_reports.admins(db, event.id)]
    at, chosen = given or ((f"{row.at:%H:%M}", row.staff) if row else ("", ()))
    holder = user().holder
    return page(
        "report",
        at=at,
        chosen=[str(number) for number in chosen],
        admins=options,
        zone=event.timezone,
        wrong=wrong or {},
        labels={"at": _("Hour"), "staff": _("Admins")},
        today=say(today),
        me_is_admin=str(user().staff_id) in dict(options),
        in_team=holder.staff is not None,
        me={"phone": holder.phone, "name": holder.name, "role": "admin"},
        seen=mark_of(row),
    )
