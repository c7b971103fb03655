"""The blueprint of the visitors' pages."""

from flask import Blueprint

from bot.service import Service
from webhooks.visitor import change_pass, find_passes, my_data, pass_link, pass_page
from webhooks.visitor import register as register_page
from webhooks.visitor import session as visitor_session


def blueprint(service: Service) -> Blueprint:
    """`/register/<event>` and what follows it, `/passes` and `/pass/<token>`."""
    made = Blueprint("visitor", __name__)
    visitor_session.guard(made)
    for part in (register_page, find_passes, pass_page, pass_link, change_pass, my_data):
        part.add_routes(made, service)
    return made
