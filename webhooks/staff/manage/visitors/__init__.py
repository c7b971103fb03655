"""The pages of visitors: their list, and one of them."""

from flask import Blueprint

from bot.service import Service
from webhooks.staff.manage.visitors import listing, person


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors` and what is under it."""
    for part in (listing, person):
        part.routes(blueprint, service)
