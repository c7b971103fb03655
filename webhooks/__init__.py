"""The web application: Twilio's webhooks, pages and APIs. It parses, calls the bot and answers."""

from flask import Flask

from bot.metrics import MetricCounters
from bot.service import Service
from webhooks import (
    api,
    app_setup,
    assets,
    cookies,
    health,
    home,
    i18n,
    limits,
    look,
    media,
    metrics,
    public_pass,
    simulator,
    staff,
    twilio,
    uploads,
)
from webhooks.api.auth import Callers
from webhooks.serving import scanner_posts, signed_posts
from webhooks.staff import session
from webhooks.visitor import blueprint as visitors
from webhooks.visitor import text_size

NO_FORMS = ("api", "twilio", "simulat")
"""Prefixes of the blueprints that take no forms of our pages, and so no CSRF token: they know their callers by
signatures and bearer tokens, or take only JSON, which no other site can send for somebody."""


def create_app(service: Service) -> Flask:
    """The web application over a service that is put together."""
    app = app_setup.App(__name__)
    settings = service.settings
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=app_setup.MAX_BODY_BYTES)
    app.session_interface = cookies.Sessions(service.now)
    uploads.allow(app)
    csrf = app_setup.guard(app, settings.origin)
    api.answer_errors(app)
    windows = limits.install(app, settings.redis)
    app.before_request(i18n.keep_language)
    app.before_request(text_size.keep_size)
    counts, callers = MetricCounters(service.redis), Callers(service, session.row)
    metrics.count_answers(app, counts)
    for made in (
        assets.blueprint(),
        home.blueprint(service),
        look.blueprint(service),
        media.blueprint(service),
        public_pass.blueprint(service),
        health.blueprint(service),
        metrics.blueprint(service, counts),
        twilio.blueprint(service),
        visitors.blueprint(service),
        api.blueprint(service, callers),
    ):
        app.register_blueprint(made)
    staff.register(app, service)
    if settings.simulated:
        simulator.register_simulator(app, settings, service.redis)
    for name, known in app.blueprints.items():
        if name.startswith(NO_FORMS):
            csrf.exempt(known)
    headers = app_setup.spare_machines(app)
    routes = api.routes_without_flask(service)
    scans = scanner_posts.ScannerPosts(settings.origin, routes, callers, windows, counts, headers, app.wsgi_app)
    posts = signed_posts.SignedPosts(service, counts, headers, scans)
    app_setup.put_first(app, app_setup.by_origin(posts, settings.origin))
    return app
