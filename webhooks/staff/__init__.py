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
    session.attach(app, service)
    nav.attach(app)
    event_switcher.attach(app, service)
    checklist.attach(app, service)
    made = Blueprint("staff", __name__, url_prefix="/staff")
    login.routes(made, service)
    sign_in_link.routes(made, service)
    claim.routes(made, service)
    owners.routes(made, service)
    new_event.routes(made, service)
    scanner.routes(made)
    desk.routes(made, service)
    dashboard.routes(made, service)
    if service.settings.simulated:
        styles.routes(made)
    app.register_blueprint(made)
    app.register_blueprint(manage.blueprint(service))
    app.register_blueprint(scanner_data.blueprint(service))
    app.register_blueprint(admit.blueprint(service))
