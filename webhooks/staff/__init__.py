"""The staff pages: sign-in, scanner, desk, dashboard, and the pages of admins."""

from flask import Blueprint, Flask

from bot.service import Service
from webhooks.staff import (
    claim,
    dashboard,
    desk,
    event_switcher,
    login,
    manage,
    nav,
    owners,
    scanner,
    session,
    sign_in_link,
    styles,
)
from webhooks.staff.manage.setup import checklist, new_event
from webhooks.staff.scanner import admit
from webhooks.staff.scanner import data as scanner_data


def register(app: Flask, service: Service) -> None:
    """Put the staff pages into the application."""
    nav.attach(app)
    for shown_everywhere in (session, event_switcher, checklist):
        shown_everywhere.attach(app, service)
    made = Blueprint("staff", __name__, url_prefix="/staff")
    for part in (login, sign_in_link, claim, owners, new_event, desk, dashboard):
        part.routes(made, service)
    scanner.routes(made)
    if service.settings.simulated:
        styles.routes(made)
    for pages in (
        made,
        manage.blueprint(service),
        scanner_data.blueprint(service),
        admit.blueprint(service),
    ):
        app.register_blueprint(pages)
