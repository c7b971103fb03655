"""The pages of the team: one by one, by list, by invitation."""

from flask import Blueprint

from bot.service import Service
from webhooks.staff.manage.volunteers import invitations, one, roster, team_list


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/volunteers` and what is under it."""
    for part in (roster, one, team_list, invitations):
        part.routes(blueprint, service)
