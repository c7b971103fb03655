"""The JSON API of the gate: scanners, the desk and screens. docs/api.md tells how to use it."""

from collections.abc import Callable

from flask import Blueprint, Response
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.domain.models import Staff
from bot.errors import Refused
from bot.service import Service
from webhooks.api import checkins, counts, etag, offline, problems, walkups
from webhooks.api import openapi as api_openapi
from webhooks.api.auth import Callers
from webhooks.api.problems import answer_errors
from webhooks.api.routes import Route, add_route

__all__ = ["answer_errors", "blueprint"]
BASE = "/api/v1"


def blueprint(service: Service, staff_of: Callable[[], Staff | None]) -> Blueprint:
    """Every route below BASE; `staff_of` gives the roster row of a request's session, where it has one."""
    made = Blueprint("api", __name__, url_prefix=BASE)
    callers = Callers(service, staff_of)
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
