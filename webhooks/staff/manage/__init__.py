"""`/staff/manage`: the pages of admins. They call the same functions as the command line."""

from flask import Blueprint

from bot.service import Service
from webhooks.staff.manage import alerts, audit_log, days, events, exports, gates, texts
from webhooks.staff.manage.announcements import broadcast_preview, broadcasts, daily_report, poster
from webhooks.staff.manage.settings import fields, look
from webhooks.staff.manage.setup import checklist, kinds, questions, scanners, trial_pass
from webhooks.staff.manage.visitors import imports, listing, person
from webhooks.staff.manage.volunteers import invitations, one, roster, team_list


def blueprint(service: Service) -> Blueprint:
    """All pages; each address but the first names its event."""
    made = Blueprint("manage", __name__, url_prefix="/staff/manage")
    for part in (
        *(events, fields, look, texts, days, gates, exports, audit_log, alerts),
        *(roster, one, team_list, invitations),
        *(listing, person, imports),
        *(broadcasts, broadcast_preview, daily_report, poster),
        *(checklist, trial_pass, questions, kinds, scanners),
    ):
        part.routes(made, service)
    return made
