"""The edge: the doors through which Twilio, browsers and platforms reach the bot. No door decides anything."""

from flask import Flask

from bot.metrics import Counts
from bot.service import Service
from webhooks import assets, edge, figures, front, health, media, pass_page, simulator, twilio, wording


def create_app(service: Service) -> Flask:
    """The web application over a service that is put together."""
    app = edge.Edge(__name__)
    settings = service.settings
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=edge.MOST_BYTES)
    app.jinja_env.globals.update(say=wording.say, page_language=wording.language)
    edge.guard(app, https=settings.origin.startswith("https://"))
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
    ):
        app.register_blueprint(door)
    if settings.simulated:
        simulator.register(app, settings, service.redis)
    return app
