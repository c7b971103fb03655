"""The page of one's own pass: QR, code, calendar, picture, and 'send to WhatsApp'."""

import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from bot.delivery.images import cache as image_cache
from bot.delivery.images import qr
from bot.delivery.images.pass_image import PassImage
from bot.domain import events, passes, people
from bot.domain.models import Pass
from bot.domain.passes import days as pass_days
from bot.service import Service
from flows.shapes import SendPass
from flows.text import _, event_states, words
from flows.text.choices import people as so_many
from flows.text.pass_days import said
from webhooks import i18n, limits
from webhooks.home import wa_me
from webhooks.visitor import calendar
from webhooks.visitor import otp as otp_page
from webhooks.visitor import session as visitor_session

PIXELS = 8
"""Pixels of the picture for each module of the QR: enough for a screen held at arm's length."""
SENDS = "5 per hour"
"""How often a pass may be sent to one number's WhatsApp."""
WORDS = {
    "TITLE": _("Your pass"),
    "ALREADY": _("There is a pass for this day already; this is it."),
    "SENT": _(
        "It is on its way to your WhatsApp. If it has not come in a minute, write *hi* to us there and it comes."
    ),
    "SHOW": _("Show this QR code at the gate. The code above works too."),
    "QR": _("QR code of the pass {code}"),
    "CODE": _("Code"),
    "PICTURE": _("Save as a picture"),
    "CALENDAR": _("Add to calendar"),
    "SEND": _("Send it to my WhatsApp"),
    "WRITE": _("Write to us on WhatsApp"),
    "MAP": _("Map"),
    "ALL": _("All my passes"),
    "LEAVE": _("Forget me on this device"),
    "DATA": _("Your data: see, save or delete it"),
    "EVENT": _("Event"),
    "DAY": _("Day"),
    "HOURS": _("Hours"),
    "PARTY": _("Party"),
    "NAME": _("Name"),
    "PLACE": _("Place"),
    "FROM_TO": _("{opens} to {closes}"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A pass and what its picture says."""

    row: Pass
    told: PassImage


def add(door: Blueprint, service: Service) -> None:
    """The pages of one pass."""

    @door.get("/passes/<int:pass_id>")
    def show_pass(pass_id: int) -> Answer:
        with held(service, pass_id) as one:
            return shown(service, one) if one else redirect(url_for("visitor.find_passes"), 303)

    @door.get("/passes/<int:pass_id>/picture.png")
    def pass_picture(pass_id: int) -> Response:
        with held(service, pass_id) as one:
            if one is None:
                abort(404)
            name = f"pass-{one.told.code}.png"
        return as_file(image_cache.of(service, pass_id, i18n.language()), "image/png", name)

    @door.get("/passes/<int:pass_id>/visit.ics")
    def pass_calendar(pass_id: int) -> Response:
        with held(service, pass_id) as one:
            text = calendar.of(one.row, one.told, service.settings.origin, service.now()) if one else abort(404)
            return as_file(text.encode(), "text/calendar; charset=utf-8", "visit.ics")

    @door.post("/passes/<int:pass_id>/whatsapp")
    def pass_to_whatsapp(pass_id: int) -> Answer:
        at = otp_page.here(service, "passes")
        with held(service, pass_id) as one:
            if one is None:
                return redirect(url_for("visitor.find_passes"), 303)
            code = one.told.code
        limits.spend(SENDS, "pass to whatsapp", str(at.visit.phone))
        send = (SendPass(code, i18n.language()),)
        service.submissions.send_to_whatsapp(send, at.asker, f"{request.form.get('request', '')} {pass_id}")
        return redirect(url_for("visitor.show_pass", pass_id=pass_id, note="sent"), 303)


@contextmanager
def held(service: Service, pass_id: int) -> Iterator[Held | None]:
    """The pass, if whoever asks has proved the phone of somebody who holds or asked for it."""
    phone = visitor_session.visit(service).phone
    with service.database.read() as db:
        row = _of_phone(db, phone, pass_id, service) if phone else None
        yield Held(row, image_cache.described(db, service, row.id, i18n.language())) if row else None


def _of_phone(db: Session, phone: str, pass_id: int, service: Service) -> Pass | None:
    contacts = people.find_all(db, phone=phone)
    rows = (one for contact in contacts for one in passes.of_person(db, contact, service.now()))
    return next((one for one in rows if one.id == pass_id), None)


def shown(service: Service, one: Held) -> Response:
    """The page."""
    senders, told = service.settings.twilio_whatsapp_from, one.told
    note = {"already": WORDS["ALREADY"], "sent": WORDS["SENT"]}.get(request.args.get("note", ""))
    page = render_template(
        "visitor/pass.html",
        words=WORDS,
        note=i18n.say(note) if note else "",
        sent=request.args.get("note") == "sent",
        code=told.code,
        qr=qr_address(told.qr_text),
        pass_id=one.row.id,
        lines=lines(told),
        told=_told(one.row),
        map_url=one.row.event.map_url,
        whatsapp=wa_me(senders[0] if senders else "", "hi"),
        request_id=secrets.token_hex(8),
    )
    return Response(page)


def _told(row: Pass) -> list[str]:
    """What the event says to who has the pass: that its day is off, what to know now, and its instructions."""
    event = row.event
    off = event_states.called_off(events.shape(event), [events.day_shape(day) for day in event.days], pass_days.of(row))
    texts = (event.texts.get(name) for name in ("notice", "instructions"))
    return [i18n.say(said) for said in (off, *(words(text) for text in texts if text)) if said]


def lines(told: PassImage) -> list[tuple[str, str]]:
    """Labels and what stands beside them."""
    hours = i18n.say(WORDS["FROM_TO"], opens=told.opens, closes=told.closes) if told.opens and told.closes else ""
    found = {
        "EVENT": told.event,
        "DAY": i18n.say(said(told.days)),
        "HOURS": hours,
        "PARTY": i18n.say(so_many(told.party_size)),
        "NAME": told.full_name,
        "PLACE": told.venue,
    }
    return [(i18n.say(WORDS[name]), value) for name, value in found.items() if value]


def qr_address(text: str) -> str:
    """The QR with its white edge as an address that holds the picture: it comes with the page or not at all."""
    symbol = qr.symbol(text)
    drawn = BytesIO()
    side = symbol.width * PIXELS
    symbol.resize((side, side), Image.Resampling.NEAREST).save(drawn, "PNG")
    return f"data:image/png;base64,{b64encode(drawn.getvalue()).decode()}"


def as_file(body: bytes, kind: str, name: str) -> Response:
    """Something to save."""
    return Response(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
