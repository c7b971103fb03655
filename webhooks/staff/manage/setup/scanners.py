"""The page of scanners: phones that scan without anybody signed in, each opened by a link that is shown once."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint
from sqlalchemy.orm import Session

from bot.delivery.images import qr
from bot.domain import audit, events
from bot.domain.models import Device
from bot.domain.roster import devices, gates
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.staff.manage import display, switches
from webhooks.staff.manage.layout import Answer, Texts, admin, audited, page, refusal_text, typed
from webhooks.staff.manage.switches import EventSwitch

FIELD_OF_REFUSAL = {"bad_name": "name", "device_taken": "name", "no_such_gate": "gate"}
"""The input at which a refusal is shown, by code."""
SWITCHES = {
    "revoke": EventSwitch(
        audit.DEVICE_REVOKED,
        _("Revoke"),
        _("{scanner} is revoked."),
        lambda device: device.revoked_at is not None,
        _("It can scan no more, from now on and for good. Its scans stay."),
        grave=True,
    ),
    "roll": EventSwitch(
        audit.DEVICE_ROLLED,
        _("New link"),
        _("{scanner} has a new link."),
        lambda device: False,
        _("The phone that has the old link can scan no more. Open the new one there, or on another phone."),
        grave=True,
    ),
}
QR_PIXELS = 8
"""Pixels of a module: as large as a phone reads from an arm's length."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/scanners` and each of them."""

    @blueprint.get("/<slug>/scanners")
    @admin
    def scanners(slug: str) -> Answer:
        return _list(service, slug)

    @blueprint.post("/<slug>/scanners")
    @admin
    def add_scanner(slug: str) -> Answer:
        given = {name: typed(name) for name in ("name", "gate")}
        try:
            with audited(service, audit.DEVICE_ADDED) as db:
                made, token = devices.add(db, slug, name=given["name"], gate=given["gate"], now=service.now())
        except Refused as no:
            return _list(service, slug, given, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)})
        return _link(service, made.name, token)

    switches.routes(
        blueprint,
        service,
        "scanner",
        SWITCHES,
        devices.list_devices,
        _throw,
        _list,
        after=lambda token, device: _link(service, device.name, token) if token else None,
    )


def _throw(service: Service, db: Session, slug: str, device: Device, what: str) -> str:
    """The new token; empty where the scanner has none any more. Raises Refused."""
    if what == "roll":
        return devices.roll(db, slug, device.name)[1]
    devices.revoke(db, slug, device.name, service.now())
    return ""


def _link(service: Service, name: str, token: str) -> Answer:
    """The page with the link, which no other page shows again: only its hash is kept."""
    link = f"{service.settings.origin}/staff/scan#token={token}"
    return page("setup/scanner_link", name=name, link=link, code=qr.data_address(link, QR_PIXELS))


def _list(
    service: Service, slug: str, given: Texts | None = None, wrong: Texts | None = None, problem: str = ""
) -> Answer:
    with service.database.read() as db:
        zone = ZoneInfo(events.by_slug(db, slug).timezone)
        rows = [_row(device, zone) for device in devices.list_devices(db, slug)]
        there = [(gate.slug, gate.name) for gate in gates.list_gates(db, slug)]
    shown = {"rows": rows, "gates": there, "words": SWITCHES, "form": given or {"name": "", "gate": ""}}
    return page("setup/scanners", **shown, wrong=wrong or {}, problem=problem)


def _row(device: Device, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": device.id,
        "name": device.name,
        "gate": device.gate.name if device.gate else display.NO_VALUE,
        "seen": display.moment(device.seen_at, zone) or _("not yet"),
        "revoked": display.moment(device.revoked_at, zone),
    }
