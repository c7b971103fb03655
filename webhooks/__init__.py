"""The edge: the doors through which Twilio, browsers and platforms reach the bot. No door decides anything."""

from flask import Flask

from bot.metrics import Counts
from bot.service import Service
from webhooks import (
    api,
    assets,
    cookies,
    edge,
    figures,
    front,
    health,
    limits,
    media,
    pass_page,
    simulator,
    staff,
    twilio,
    wording,
)
from webhooks.staff import session
from webhooks.visitor import door as visitors

NO_FORMS = ("api", "twilio", "simulat")
"""How the names begin of doors that take no forms of our pages, and so no token of theirs: they know their
callers by signatures and bearer tokens, or take only JSON, which no other site can send for somebody."""


def create_app(service: Service) -> Flask:
    """The web application over a service that is put together."""
    app = edge.Edge(__name__)
    settings = service.settings
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=edge.MOST_BYTES)
    app.session_interface = cookies.Sessions(service.now)
    csrf = edge.guard(app, settings.origin)
    api.answer_errors(app)
    limits.install(app, settings.redis)
    app.before_request(wording.keep_language)
    counts = Counts(service.redis)
    figures.count_answers(app, counts)
    for door in (
        assets.blueprint(),
        front.blueprint(service),
        media.blueprint(service),
        pass_page.blueprint(service),
        health.blueprint(service),
        figures.blueprint(service, counts),
        twilio.blueprint(service),
        visitors.blueprint(service),
        api.blueprint(service, session.row),
    ):
        app.register_blueprint(door)
    staff.register(app, service)
    if settings.simulated:
        simulator.register(app, settings, service.redis)
    for name, known in app.blueprints.items():
        if name.startswith(NO_FORMS):
            csrf.exempt(known)
    return app
