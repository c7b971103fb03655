"""Messages of ours a registration, typed in the chat and by the form: 80 a second and sender are the ceiling."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select

from bot.delivery.templates import forms, sync
from bot.delivery.twilio.content_api import ContentApi
from bot.domain import events
from bot.domain.models import Delivery
from bot.inbound import Inbound
from bot.service import Service, assemble
from bot.settings import Settings
from flows.shapes import FILLED_FORM
from flows.shapes.forms import ON
from flows.visitor.consent import consent_mark
from flows.visitor.registration import AGREE
from tests.bench.standing import standing
from tests.bot.delivery.templates.test_templates import FakeContentApi
from tests.chaos.plan import SPOKEN

OURS = "whatsapp:+14155238886"
MPS, HOUR_SECONDS = 80, 3600
"""Messages a second and sender (docs/field-notes.md#limits)."""
NAME = "Asha Rao"


def print_all() -> None:
    """Each way, and how many registrations an hour one sender carries by it."""
    print(f"messages of ours a registration, and how many an hour a sender of {MPS} a second carries")
    for way, count in counted().items():
        print(f"  {way:<40} {count:>3} {MPS * HOUR_SECONDS // count:>9,}")


def counted() -> dict[str, int]:
    """How many messages of ours each way takes, with the pass's picture."""
    with standing("sqlite") as environment:
        database, redis, secret = (environment[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"))
        settings = Settings(database_url=database, redis_url=redis, secret_key=secret)
        with closing(assemble(settings)) as service:
            filled = _form_approved(service)
            by_form = [Inbound("", "", OURS, form=FILLED_FORM, filled=filled)]
            return {
                "typed in the chat": _talk(service, 1, [_typed(text.format(name=NAME)) for text in SPOKEN]),
                "by the form, the language asked first": _talk(service, 2, [_typed("hi"), _typed("1"), *by_form]),
                "by the form, the language known": _talk(
                    service, 2, [_typed("register"), *(replace(one, filled=_next_day(filled)) for one in by_form)]
                ),
            }


def _form_approved(service: Service) -> dict[str, str]:
    """Let the demo event's form be approved; the form as somebody fills it in."""
    content, now = FakeContentApi(), service.now()
    with service.database.write() as db:
        events.change(db, "demo", form=ON)
        [event] = events.snapshot(db, now)
    for _ in range(2):
        sync.sync(service.database, ContentApi(content), forms.template_specs([event]), now)
        content.approvals = dict.fromkeys(content.approvals, "approved")
    day = event.starts_on + timedelta(days=1)
    whole = {"full_name": NAME, "visit_date": day.isoformat(), "party_size": "3", "city": "Delhi"}
    return {**whole, AGREE.name: consent_mark(event, "en")}


def _next_day(filled: Mapping[str, str]) -> dict[str, str]:
    day = date.fromisoformat(filled["visit_date"]) + timedelta(days=1)
    return {**filled, "visit_date": day.isoformat()}


def _typed(text: str) -> Inbound:
    return Inbound("", "", OURS, text=text)


def _talk(service: Service, person: int, messages: Sequence[Inbound]) -> int:
    """How many messages somebody got for these: in answers, and in what is owed to them."""
    phone = f"+91981000000{person}"
    lane, answered, before = f"whatsapp:{phone}", 0, _owed(service, f"whatsapp:{phone}")
    for message in messages:
        sid = f"SM{secrets.token_hex(16)}"
        answered += bool(service.dialogue.handle(replace(message, sid=sid, lane=lane, phone=phone)))
    return answered + _owed(service, lane) - before


def _owed(service: Service, lane: str) -> int:
    with service.database.read() as db:
        return db.scalar(select(func.count()).select_from(Delivery).where(Delivery.lane == lane)) or 0
