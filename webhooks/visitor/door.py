"""The door of the visitors' pages, put together from its parts."""

from flask import Blueprint

from bot.service import Service
from webhooks.visitor import finding, guarding, my_data, registering, showing


def blueprint(service: Service) -> Blueprint:
    """`/register/<event>` and what follows it, and `/passes`."""
    door = Blueprint("visitor", __name__)
    guarding.guard(door)
    for part in (registering, finding, showing, my_data):
        part.add(door, service)
    return door
