"""The pages of visitors: their list, one of them, and lists that are imported."""

from flask import Blueprint

from bot.service import Service
from webhooks.staff.manage.visitors import imports, listing, person


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors` and what is under it."""
    for part in (listing, person, imports):
        part.routes(blueprint, service)
