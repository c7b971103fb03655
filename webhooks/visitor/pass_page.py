"""The page of one's own pass: QR, code, calendar, picture, and 'send to WhatsApp'."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from bot.delivery.images import cache as image_cache
from bot.delivery.images import qr
from bot.delivery.images.pass_image import ANY_GATE, PassImage, entry_rule
from bot.domain import events, pass_days, passes, people
from bot.domain.models import Pass
from bot.service import Service
from flows.shapes import SendPass
from flows.text import _, event_states, words
from webhooks import i18n, limits, look
from webhooks.chat_links import chat_link
from webhooks.visitor import calendar
from webhooks.visitor import session as visitor_session
from webhooks.visitor.context import visitor_context

QR_MODULE_PIXELS = 8
"""Pixels of the picture for each module of the QR: enough for a screen held at arm's length."""
SEND_LIMIT = "5 per hour"
"""How often a pass may be sent to one number's WhatsApp."""
TEXTS = {
    "TITLE": _("Your pass"),
    "REGISTERED": _("You are registered"),
    "CHANGED": _("Here is your new pass. The old code and QR code no longer work."),
    "SAME": _("Your pass already says this. Nothing has changed."),
    "ALREADY": _("You already have a pass for this day. Here it is."),
    "SENT": _("We are sending it to your WhatsApp. If it has not come in a minute, send *hi* to us there."),
    "SHOW": _("Show this QR code at the gate. The code above also works."),
    "QR": _("QR code of pass {code}"),
    "CODE": _("Code"),
    "DETAILS": _("What the pass says"),
    "ACTIONS": _("What you can do"),
    "PICTURE": _("Save picture"),
    "SHARE": _("Share"),
    "CHANGE": _("Change day or number of people"),
    "CANCEL": _("Cancel this pass"),
    "RULE": _("Entry"),
    "CALENDAR": _("Add to calendar"),
    "SEND": _("Send to my WhatsApp"),
    "WRITE": _("Message us on WhatsApp"),
    "MAP": _("Map"),
    "ALL": _("All my passes"),
    "LEAVE": _("Forget me on this device"),
    "DATA": _("Your data: see, save or delete it"),
    "GATE": _("Gate"),
    "NAME": _("Name"),
}

NOTES = {"already": "ALREADY", "sent": "SENT", "changed": "CHANGED", "same": "SAME"}
"""What the page says first, by the note in its address."""


@dataclass(frozen=True, slots=True)
class VisiblePass:
    """A pass and what its picture says."""

    row: Pass
    image: PassImage


@dataclass(frozen=True, slots=True)
class PassFiles:
    """Where the page's files are had."""

    picture: str
    calendar: str
    pass_id: int | None = None
    """For whoever has proved their phone, who can send, change and cancel it; None: they can see it only."""


def add_routes(blueprint: Blueprint, service: Service) -> None:
    """The pages of one pass."""

    @blueprint.get("/passes/<int:pass_id>")
    def show_pass(pass_id: int) -> Answer:
        with visible_pass(service, pass_id) as visible:
            picture, entry = (url_for(f"visitor.{name}", pass_id=pass_id) for name in ("pass_picture", "pass_calendar"))
            return show_pass_page(service, visible, PassFiles(picture, entry, pass_id))

    @blueprint.get("/passes/<int:pass_id>/picture.png")
    def pass_picture(pass_id: int) -> Response:
        with visible_pass(service, pass_id, or_404=True) as visible:
            return picture_file(service, visible)

    @blueprint.get("/passes/<int:pass_id>/visit.ics")
    def pass_calendar(pass_id: int) -> Response:
        with visible_pass(service, pass_id, or_404=True) as visible:
            return calendar_file(service, visible)

    @blueprint.post("/passes/<int:pass_id>/whatsapp")
    def pass_to_whatsapp(pass_id: int) -> Answer:
        at = visitor_context(service, "passes")
        with visible_pass(service, pass_id) as visible:
            code = visible.image.code
        limits.spend(SEND_LIMIT, "pass to whatsapp", str(at.visit.phone))
        send = (SendPass(code, i18n.language()),)
        service.web_submissions.send_to_whatsapp(send, at.asker, f"{request.form.get('request', '')} {pass_id}")
        return redirect(url_for("visitor.show_pass", pass_id=pass_id, note="sent"), 303)


@contextmanager
def visible_pass(service: Service, pass_id: int, *, or_404: bool = False) -> Iterator[VisiblePass]:
    """The pass, if whoever asks has proved the phone of somebody who holds or asked for it.

    Others are asked for their phone, or with `or_404` there is none.
    """
    phone = visitor_session.current_session(service).phone
    with service.database.read() as db:
        row = _of_phone(db, phone, pass_id, service) if phone else None
        if row is None:
            abort(404 if or_404 else redirect(url_for("visitor.find_passes"), 303))
        yield VisiblePass(row, image_cache.image_facts(db, service, row.id, i18n.language()))


def _of_phone(db: Session, phone: str, pass_id: int, service: Service) -> Pass | None:
    contacts = people.find_all(db, phone=phone)
    rows = (pass_ for contact in contacts for pass_ in passes.of_person(db, contact, service.now()))
    return next((pass_ for pass_ in rows if pass_.id == pass_id), None)


def show_pass_page(service: Service, visible: VisiblePass, files: PassFiles) -> Response:
    """The page."""
    told = visible.image
    note = NOTES.get(request.args.get("note", ""))
    page = render_template(
        "visitor/pass.html",
        words=TEXTS,
        note=i18n.say(TEXTS[note]) if note else "",
        sent=request.args.get("note") == "sent",
        code=told.code,
        qr=qr.data_address(told.qr_text, QR_MODULE_PIXELS),
        files=files,
        pass_id=files.pass_id,
        event_head=look.head_of(events.shape(visible.row.event), told.days, told.opens, told.closes),
        party=look.party(told.party_size),
        lines=lines(told),
        told=_image_facts(visible.row),
        map_url=visible.row.event.map_url,
        whatsapp=chat_link(service.settings, "hi"),
        request_id=secrets.token_hex(8),
    )
    return Response(page)


def _image_facts(row: Pass) -> list[str]:
    """What the event says to who has the pass: that its day is off, what to know now, and its instructions."""
    event = row.event
    off = event_states.is_called_off(
        events.shape(event), [events.day_shape(day) for day in event.days], pass_days.days_of_pass(row)
    )
    texts = (event.texts.get(name) for name in ("notice", "instructions"))
    return [i18n.say(said) for said in (off, *(words(text) for text in texts if text)) if said]


def lines(image: PassImage) -> list[tuple[str, str]]:
    """Labels and what stands beside them: what the head of the page does not say."""
    found = {
        "NAME": image.full_name,
        "GATE": ", ".join(image.gates) or i18n.say(ANY_GATE),
        "RULE": i18n.say(entry_rule(image.policy, on_each_day=len(image.days) > 1)),
    }
    return [(i18n.say(TEXTS[name]), value) for name, value in found.items() if value]


def picture_file(service: Service, visible: VisiblePass) -> Response:
    """The picture to save; with `shared` the one to be forwarded, with `show` to be looked at first."""
    picture = image_cache.pass_image(service, visible.row.id, i18n.language(), shared="shared" in request.args)
    return as_file(picture, "image/png", f"pass-{visible.image.code}.png", show="show" in request.args)


def calendar_file(service: Service, visible: VisiblePass) -> Response:
    """The days of the visit for a calendar."""
    entry = calendar.calendar_entry(visible.row, visible.image, service.settings.origin, service.now())
    return as_file(entry, "text/calendar; charset=utf-8", "visit.ics")


def as_file(body: bytes, kind: str, name: str, *, show: bool = False) -> Response:
    """Something to save, or to be shown first."""
    what = "inline" if show else "attachment"
    return Response(body, content_type=kind, headers={"Content-Disposition": f'{what}; filename="{name}"'})
