"""Authentication of the API: a scanner by its token, somebody on the roster by their session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Response, after_this_request, request

from bot.domain.models import Device, Staff
from bot.domain.roster import devices, offline_staff
from bot.service import Service
from webhooks.api.problems import Problem

SCHEME = "bearer"
SAME_SITE = ("", "same-origin", "none")
"""Values of Sec-Fetch-Site that are accepted: our own pages', and none, since other programs send no such header."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A scanner, or somebody on the roster, at one event."""

    event: str
    """The slug."""
    event_id: int
    gate: str | None
    """The slug of the own gate; None where there is none."""
    name: str
    channel: str
    """`api` for a scanner, `page` for a session."""
    staff_id: int | None = None
    role: str = ""
    """Empty for a scanner."""
    device_id: int | None = None
    paused_until: datetime | None = None
    """Until when it is paused because of guessing codes; None or past: no pause."""

    @property
    def key(self) -> str:
        """The key by which limits count."""
        return f"device:{self.device_id}" if self.device_id else f"staff:{self.staff_id}"

    def at(self, event: str | None) -> "Caller":
        """The caller, who asks for this event. Raises Problem `other_event` where it is not the caller's own."""
        if event is not None and event != self.event:
            raise Problem("other_event")
        return self

    def is_paused(self, now: datetime) -> bool:
        """Whether guessing codes has been too much."""
        return self.paused_until is not None and now < self.paused_until

    def at_work(self, now: datetime) -> "Caller":
        """The caller, who may let people in. Raises Problem `paused` with Retry-After where they are paused."""
        if self.paused_until is not None and self.is_paused(now):
            seconds = int((self.paused_until - now).total_seconds()) + 1
            raise Problem("paused", headers={"Retry-After": str(seconds)})
        return self


class Callers:
    """Finds out who asks; `staff_of` gives the roster row of this request's session, where it has one."""

    def __init__(self, service: Service, staff_of: Callable[[], Staff | None]) -> None:
        self._service = service
        self._staff_of = staff_of

    def of_request(self) -> Caller:
        """The caller of this request, as the roster or the token is now.

        Raises Problem `bad_token`, `not_signed_in` (also who has been disabled), `cross_site`.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == SCHEME:
            caller, afterwards = self.of_token(token.strip())
            if afterwards:
                after_this_request(partial(_when_it_has_left, afterwards))
            return caller
        found = None if scheme else self._staff_of()
        if found is None:
            raise Problem("not_signed_in", headers={"WWW-Authenticate": "Bearer"})
        if request.headers.get("Sec-Fetch-Site", "") not in SAME_SITE:
            raise Problem("cross_site")
        self._mark_staff_seen(found)
        return of_staff(found)

    def of_token(self, token: str) -> tuple[Caller, Callable[[], None] | None]:
        """The scanner of a token, and what is to be done when its answer has left: nobody waits at a gate for that.

        Raises Problem `bad_token`.
        """
        found = devices.by_token(self._service.database, token)
        if found is None:
            raise Problem("bad_token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return of_device(found), self._to_mark_seen(found)

    def _mark_staff_seen(self, row: Staff) -> None:
        now = self._service.now()
        if row.seen_at is None or row.seen_at < now - offline_staff.SEEN_RESOLUTION:
            with self._service.database.write() as db:
                offline_staff.mark_seen(db, Staff, row.id, now)

    def _to_mark_seen(self, device: devices.Scanner) -> Callable[[], None] | None:
        """What keeps that a scanner is at work; None where that was kept a while ago."""
        now = self._service.now()
        if device.seen_at is not None and device.seen_at >= now - offline_staff.SEEN_RESOLUTION:
            return None

        def note() -> None:
            with self._service.database.write() as db:
                offline_staff.mark_seen(db, Device, device.id, now)

        return note


def _when_it_has_left(afterwards: Callable[[], None], answer: Response) -> Response:
    answer.call_on_close(afterwards)
    return answer


def of_staff(member: Staff) -> Caller:
    """The caller for a person on the roster."""
    return Caller(
        event=member.event.slug,
        event_id=member.event_id,
        gate=member.gate.slug if member.gate else None,
        name=member.name,
        channel="page",
        staff_id=member.id,
        role=member.role,
        paused_until=member.paused_until,
    )


def of_device(device: devices.Scanner) -> Caller:
    """A scanner."""
    return Caller(
        device.event,
        device.event_id,
        device.gate,
        device.name,
        "api",
        device_id=device.id,
        paused_until=device.paused_until,
    )
