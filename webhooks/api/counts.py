"""`POST /counts` and `GET /events/<event>/stats`: people counted without a pass, and the figures of the day."""

from collections import defaultdict
from collections.abc import Sequence

from flask import Response

from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.roster import entry_notices, gates
from bot.domain.stats import gate_figures
from bot.service import Service
from webhooks.api import etag
from webhooks.api.answers import CountAnswer
from webhooks.api.auth import Caller
from webhooks.api.checkins import own_gate
from webhooks.api.requests import CountRequest
from webhooks.api.routes import LARGE_LIMIT, SCAN_LIMIT, Route
from webhooks.api.single_flight import SingleFlight
from webhooks.api.stats import StatsAnswer


def routes(service: Service) -> Sequence[Route]:
    """`POST /counts` and `GET /events/<event>/stats`, which is worked out once for all who ask meanwhile."""
    flights: defaultdict[str, SingleFlight[StatsAnswer]] = defaultdict(SingleFlight)

    def count(caller: Caller, asked: CountRequest) -> CountAnswer:
        caller.at(asked.event).at_work(service.now())
        wanted = HeadCountRequest(
            event=caller.event,
            request_id=asked.request_id,
            direction=asked.direction,
            people=asked.count,
            channel=caller.channel,
            gate=asked.gate or own_gate(service, caller),
            staff_id=caller.staff_id,
            device_id=caller.device_id,
            counted_at=asked.counted_at,
        )
        with service.database.write() as db:
            return CountAnswer.from_count(head_counts.add(db, wanted, service.now()))

    def stats(caller: Caller) -> Response:
        return etag.etag_response(flights[caller.event].get(lambda: _figures(service, caller.event)))

    return (
        Route(
            method="POST",
            path="/counts",
            summary="Count people without a pass",
            body=CountRequest,
            answer=CountAnswer,
            view=count,
            limit=SCAN_LIMIT,
        ),
        Route(
            method="GET",
            path="/events/<event>/stats",
            summary="The figures of the day",
            answer=StatsAnswer,
            view=stats,
            limit=LARGE_LIMIT,
        ),
    )


def _figures(service: Service, event: str) -> StatsAnswer:
    now = service.now()
    with service.database.read() as db:
        found, notice = gate_figures.today(db, event, now), entry_notices.last_notice(db, event, now)
        return StatsAnswer.from_figures(found, gates.list_gates(db, event), notice)
