"""A page and a command are added as CONTRIBUTING says."""

from tests.recipes.copy import Copy, steps, unlike


def test_a_page(copy: Copy) -> None:
    """Advice for the gate, for everybody on the roster."""
    copy.write(
        "webhooks/staff/advice.py",
        '''
"""Advice for the gate."""

from flask import Blueprint, render_template

from flows.text import _
from webhooks.staff import session

TITLE = _("Advice for the gate")


def blueprint() -> Blueprint:
    """`GET /staff/advice`."""
    routes = Blueprint("advice", __name__, url_prefix="/staff/advice")

    @routes.get("")
    @session.require_role("volunteer")
    def page() -> str:
        return render_template("staff/advice.html", title=TITLE)

    return routes
''',
    )
    copy.write(
        "webhooks/templates/staff/advice.html",
        """
{% extends "staff/page.html" %}
{% block title %}{{ say(title) }}{% endblock %}
{% block main %}
<h1>{{ say(title) }}</h1>
<p>{{ say(_("Look at the party before you scan the next pass.")) }}</p>
{% endblock %}
""",
    )
    room = "webhooks/staff/__init__.py"
    copy.replace(room, r"(?m)^(from webhooks\.staff import \(\n)", "\\1    advice,\n")
    copy.insert(room, r"        admit\.blueprint", "        advice.blueprint(),\n")
    copy.insert(
        "webhooks/staff/nav.py",
        r'    (\w+)\("staff\.desk"',
        r'    \1("advice.page", _("Advice"), "info", "volunteer"),' "\n",
    )
    copy.insert(
        "tests/test_structure.py", r'    \("GET", "/staff/dashboard"\)', '    ("GET", "/staff/advice"): VOLUNTEER,\n'
    )
    copy.write(
        "tests/webhooks/staff/test_advice.py",
        """
from tests.webhooks.staff.conftest import Browser


def test_advice_is_for_who_is_on_the_roster(staff_browser: Browser) -> None:
    assert staff_browser.client.get("/staff/advice").status_code == 302
    staff_browser.sign_in()
    assert "scan the next pass" in staff_browser.client.get("/staff/advice").text
    assert 'href="/staff/advice"' in staff_browser.client.get("/staff/desk").text
""",
    )
    copy.translate(
        {
            "Advice": "सलाह",
            "Advice for the gate": "गेट के लिए सलाह",
            "Look at the party before you scan the next pass.": "अगला पास स्कैन करने से पहले समूह को देखें।",
        }
    )
    copy.walk(
        "tests/webhooks/staff/test_advice.py",
        "tests/test_structure.py",
        "-k",
        "advice or every_route",
    )
    assert unlike(steps("a page"), copy.touched) == ([], [])


def test_a_command(copy: Copy) -> None:
    """`venues list`: where events take place."""
    copy.write(
        "admin_cli/venues.py",
        '''
"""`venues`: where events take place."""

import click

from admin_cli.console import session
from admin_cli.console.output import as_json_too, listing


@click.group
def command() -> None:
    """Venues.

    Example: pravesh venues list
    """


@command.command("list")
@as_json_too
def list_(as_json: bool) -> None:
    """The venue of each event.

    Example: pravesh venues list --json
    """
    from sqlalchemy import select

    from bot.domain.models import Event

    with session.reading() as db:
        rows = [{"event": event.slug, "venue": event.venue} for event in db.scalars(select(Event))]
    listing(rows, as_json=as_json, nothing="There is no event.")
''',
    )
    copy.insert("admin_cli/__main__.py", r'    "stats": ', '    "venues": "where events take place: list",\n')
    copy.replace("docs/contract.md", "`templates`, ", "`templates`, `venues`, ")
    copy.write(
        "tests/admin_cli/test_venues.py",
        """
from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.databases("sqlite")
def test_venues_are_listed(ok: Callable[..., Any], rows: Callable[..., Any], fair_slug: str) -> None:
    ok("events", "set", fair_slug, "--venue", "Hall 1")
    assert rows("venues", "list") == [{"event": "fair", "venue": "Hall 1"}]
""",
    )
    copy.walk(
        "tests/admin_cli/test_venues.py",
        "tests/admin_cli/shell/test_shell.py",
        "tests/test_documents.py",
        "-k",
        "venues or nouns",
    )
    assert unlike(steps("a command"), copy.touched) == ([], [])
