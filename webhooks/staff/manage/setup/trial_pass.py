"""The page on which an admin sends a test pass to their own phone."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from bot.address import SMS, WHATSAPP
from bot.delivery.dispatch import channel_choice
from bot.domain import audit, events
from bot.domain.audit import recorder
from bot.domain.models import Pass
from bot.domain.passes import holder_links
from bot.errors import Refused
from bot.service import Service
from bot.usecases import trial_pass
from bot.usecases.trial_pass import TrialWish
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from flows.understanding.codes import shown
from webhooks.chat_links import inbox_link
from webhooks.i18n import language
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    audited,
    done,
    judged,
    page,
    refusal_text,
    typed,
)
from webhooks.staff.session import user

SENT: Mapping[str, Sentence] = {
    WHATSAPP: _("Your pass {code} is on its way to your WhatsApp."),
    SMS: _("A link to your pass {code} is on its way to your phone by SMS."),
    channel_choice.WAITING: _("Your pass is {code}. Send us *hi* on WhatsApp from your phone, and the picture comes."),
}
"""How the pass goes to the phone."""
FIELD_OF_REFUSAL = dict.fromkeys(("day_over", "day_closed", "day_full", "too_few_left", "already_registered"), "day")
"""The input at which a refusal is shown, by code."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/test`."""

    @blueprint.get("/<slug>/test", endpoint="trial")
    @admin
    def trial(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/test")
    @admin
    def send_trial(slug: str) -> Answer:
        given = {name: typed(name) for name in ("day", "language")}
        values, wrong = judged(["day"], lambda name: inputs.day(given[name]))
        if wrong:
            return _page(service, slug, given, wrong)
        spoken = given["language"] if given["language"] in user().event.languages else user().event.languages[0]
        whose = user().holder
        wish = TrialWish(slug, whose.phone, whose.name, values["day"], spoken)
        try:
            sent, code = _send(service, wish)
        except Refused as no:
            return _page(service, slug, given, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)})
        return done("manage.trial", SENT[sent].filled(code=code))


def _send(service: Service, wish: TrialWish) -> tuple[str, str]:
    """How it goes, and the pass's code. Raises Refused."""
    now = service.now()
    choice = channel_choice.choose_channel(service.outbox.windows, service.settings, wish.phone, now)
    with audited(service, audit.TRIAL_PASS_SENT) as db:
        made = trial_pass.send(db, service.ring, wish, choice, now)
        code = shown(made.pass_.code)
        recorder.add_facts(db, code=code)
    service.outbox.dispatch(made.deliveries)
    return made.sent, code


def _page(service: Service, slug: str, given: Texts | None = None, wrong: Texts | None = None) -> Answer:
    with service.database.read() as db:
        event = events.by_slug(db, slug)
        days = [(day.isoformat(), display.weekday(day)) for day in trial_pass.days(db, slug, service.now())]
        secret = service.settings.secret_key
        passes = [_row(*held, secret) for held in trial_pass.own_passes(db, slug, user().holder.phone)]
    return page(
        "setup/trial_pass",
        days=days,
        spoken=[(code, LANGUAGES.get(code, code)) for code in event.languages],
        form=given or {"day": "", "language": language()},
        wrong=wrong or {},
        passes=passes,
        phone=user().holder.phone,
        inbox=inbox_link(service.settings, user().holder.phone),
    )


def _row(held: Pass, used: bool, secret_key: str) -> dict[str, Any]:
    told = {"id": held.id, "code": shown(held.code), "day": display.weekday(held.day), "used": used}
    return {**told, "token": holder_links.sign(held.id, secret_key)}
