"""The JSON API of the gate: scanners, the desk and screens. docs/api.md tells how to use it."""

from flask import Blueprint, Response
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.errors import Refused
from bot.service import Service
from webhooks.api import checkins, counts, etag, offline, problems, walkups
from webhooks.api import openapi as api_openapi
from webhooks.api.auth import Callers
from webhooks.api.problems import answer_errors
from webhooks.api.routes import Route, add_route

__all__ = ["answer_errors", "blueprint", "routes_without_flask"]
BASE = "/api/v1"


def blueprint(service: Service, callers: Callers) -> Blueprint:
    """Every route below BASE."""
    made = Blueprint("api", __name__, url_prefix=BASE)
    listed: tuple[Route, ...] = (
        *checkins.routes(service),
        *counts.routes(service),
        *walkups.routes(service),
        *offline.routes(service),
    )
    for route in listed:
        add_route(made, route, callers)
    made.register_error_handler(Refused, problems.refused)
    for unavailable in (OperationalError, InterfaceError, RedisError):
        made.register_error_handler(unavailable, problems.unavailable)
    described = api_openapi.openapi_document(listed, BASE, service.settings.origin)

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        return etag.etag_response(described)

    return made


def routes_without_flask(service: Service) -> dict[str, Route]:
    """Those that webhooks.serving can answer before Flask, by path."""
    return {f"{BASE}{route.path}": route for route in checkins.routes(service) if route.without_flask}
