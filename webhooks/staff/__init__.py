"""What people of the roster see: sign-in, the scanner, the desk, the dashboard, the pages of admins."""

from flask import Blueprint, Flask

from bot.service import Service
from webhooks.staff import admit, dashboard, desk, link, login, manage, nav, scan, scan_data, session


def register(app: Flask, service: Service) -> None:
    """Put the staff pages into the application."""
    session.attach(app, service)
    nav.attach(app)
    door = Blueprint("staff", __name__, url_prefix="/staff")
    login.doors(door, service)
    link.doors(door, service)
    scan.doors(door)
    desk.doors(door, service)
    dashboard.doors(door, service)
    app.register_blueprint(door)
    app.register_blueprint(manage.blueprint(service))
    app.register_blueprint(scan_data.blueprint(service))
    app.register_blueprint(admit.blueprint(service))
