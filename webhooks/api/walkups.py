"""`POST /walkups`: registers somebody at the gate."""

from collections.abc import Sequence

from bot.delivery.dispatch import channel_choice
from bot.domain.roster import validation as roster_validation
from bot.service import Service
from bot.usecases import walkup as usecases_walkup
from flows.shapes.scans import Scan
from flows.shapes.walkup_effects import Walkup
from webhooks.api.answers import WalkupAnswer
from webhooks.api.auth import Caller
from webhooks.api.checkins import answer, own_gate
from webhooks.api.requests import WalkupRequest
from webhooks.api.routes import SCAN_LIMIT, Route


def routes(service: Service) -> Sequence[Route]:
    """The only route."""

    def register_walkup(caller: Caller, asked: WalkupRequest) -> WalkupAnswer:
        now = service.now()
        caller.at(asked.event).at_work(now)
        walkup = _walkup(caller, asked, asked.gate or own_gate(service, caller), service.settings.default_region)
        to = walkup.phone and channel_choice.choose_channel(service.outbox.windows, service.settings, walkup.phone, now)
        with service.database.write() as db:
            done = usecases_walkup.register_walkup(db, service.ring, walkup, to or None, now)
        service.outbox.dispatch(done.delivery_ids)
        made = done.registered
        return WalkupAnswer(
            request_id=asked.request_id,
            code=made.code,
            name=made.full_name,
            party_size=made.party_size,
            day=made.day,
            kind=made.kind,
            sent=done.sent,
            admission=answer(made.admission, Scan("", "", walkup.event, walkup.channel, walkup.gate))
            if made.admission
            else None,
        )

    return (
        Route(
            method="POST",
            path="/walkups",
            summary="Register somebody at the gate",
            body=WalkupRequest,
            answer=WalkupAnswer,
            view=register_walkup,
            limit=SCAN_LIMIT,
            problems=("refused",),
        ),
    )


def _walkup(caller: Caller, asked: WalkupRequest, gate: str | None, region: str) -> Walkup:
    return Walkup(
        event=caller.event,
        request_id=asked.request_id,
        full_name=asked.full_name,
        party_size=asked.party_size,
        language=asked.language or "en",
        consent_version=asked.consent_version,
        kind=asked.kind or "visitor",
        phone=roster_validation.phone(asked.phone, region) if asked.phone else None,
        gate=gate,
        admit=bool(asked.admit),
        anyway=bool(asked.anyway),
        overbook=bool(asked.overbook),
        staff_id=caller.staff_id,
        device_id=caller.device_id,
        channel=caller.channel,
    )
