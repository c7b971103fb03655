"""The JSON API of the gate: scanners, the desk and screens. docs/api.md tells how to use it."""

from collections.abc import Callable

from flask import Blueprint, Response
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.domain.models import Staff
from bot.service import Service
from webhooks.api import checking_in, counting, document, going_offline, problems, tagged, walking_in
from webhooks.api.callers import Callers
from webhooks.api.doors import Door, hang
from webhooks.api.problems import answer_errors

__all__ = ["answer_errors", "blueprint"]
BASE = "/api/v1"


def blueprint(service: Service, staff_of: Callable[[], Staff | None]) -> Blueprint:
    """Every door below BASE; `staff_of` gives the roster row of a request's session, where it has one."""
    made = Blueprint("api", __name__, url_prefix=BASE)
    callers = Callers(service, staff_of)
    listed: tuple[Door, ...] = (
        *checking_in.doors(service),
        *counting.doors(service),
        *walking_in.doors(service),
        *going_offline.doors(service),
    )
    for door in listed:
        hang(made, door, callers)
    for unavailable in (OperationalError, InterfaceError):
        made.register_error_handler(unavailable, problems.unavailable)
    described = document.of(listed, BASE, service.settings.origin)

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        return tagged.answer(described)

    return made
