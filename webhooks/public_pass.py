"""The pass page that anybody sees who scans a pass's QR with a phone camera."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template

from bot.domain.checkins import public_status
from bot.domain.checkins.public_status import PublicPassStatus
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Invalid, Sentence
from flows.text import _, ngettext_, words
from flows.text.pass_days import full_days
from flows.text.scan_results import RESULT_NAMES
from webhooks import i18n, look
from webhooks.staff.scanner import admit

GOOD, WAIT, BAD, UNCLEAR = "good", "wait", "bad", "unclear"
"""How a verdict looks: each its own colour, and its own sign for who sees no colours."""
AT_THE_GATE = _("At the gate, show the pass itself, not this page.")
NAME = _("Name")
"""Whose pass it is, for whoever works at the event."""
FIND = _("Find your pass")
"""The way to the pass, for its holder: by their phone."""
LABELS = {"day": _("Day"), "notice": _("Note")}


@dataclass(frozen=True, slots=True)
class PassVerdict:
    """The large words of the page."""

    style: str
    title: Sentence
    advice: Sentence


VERDICT_OF_STATE = {
    public_status.VALID: PassVerdict(GOOD, _("Valid today"), _("This is a genuine pass.")),
    public_status.ANOTHER_DAY: PassVerdict(WAIT, _("Valid, but not today"), _("It is for {day}.")),
    public_status.USED_UP: PassVerdict(WAIT, _("Already used"), _("Everyone on this pass has already entered.")),
    public_status.OVER: PassVerdict(BAD, _("No longer valid"), _("It was for {day}.")),
    public_status.REPLACED: PassVerdict(BAD, _("Replaced"), _("This pass was replaced. Only the newer one is valid.")),
    public_status.REVOKED: PassVerdict(BAD, _("Cancelled"), _("This pass is cancelled. It is not valid for entry.")),
    public_status.EVENT_CANCELLED: PassVerdict(BAD, _("Event cancelled"), _("Sorry, the event will not take place.")),
    public_status.DAY_CLOSED: PassVerdict(BAD, _("Closed on that day"), _("Sorry, there is no entry on {day}.")),
}
VERDICT_OF_REFUSAL = {
    "forged": PassVerdict(BAD, _("Not genuine"), _("This QR code is not ours. It is not valid for entry.")),
    "no_such_pass": PassVerdict(BAD, _("Unknown"), _("We have no pass with this QR code.")),
    "unreadable": PassVerdict(UNCLEAR, _("We could not read it"), _("Scan the whole QR code again, in good light.")),
}
"""What the page says, by the code with which the domain refuses."""


def blueprint(service: Service) -> Blueprint:
    """`GET /p/<token>`, the same as `/P/<TOKEN>`: a QR is in capitals, and people type in small letters."""
    made = Blueprint("pass_page", __name__)

    @made.get("/p/<token>")
    @made.get("/P/<token>")
    def page(token: str) -> Response:
        try:
            with service.database.read() as db:
                found = public_status.public_status(db, service.ring, token, service.now())
        except (Invalid, Refused) as no:
            return _answer(404, VERDICT_OF_REFUSAL[no.code])
        offer = admit.offer(service, token, found.party_size)
        return _answer(200, _verdict(found, offer), found, offer)

    return made


def _verdict(status: PublicPassStatus, offer: admit.AdmissionOffer | None) -> PassVerdict:
    """How the pass stands; to whoever admits also whether it has been used, and what speaks against it now."""
    known = VERDICT_OF_STATE[status.state]
    if offer and offer.objection and known.style == GOOD:
        result, why = offer.objection
        return PassVerdict(BAD, RESULT_NAMES[result], why)
    if offer is None or offer.earlier is None:
        return known
    if offer.left:
        some = _("{left} of {party} can still come in", left=offer.left, party=status.party_size)
        return PassVerdict(GOOD, some, offer.earlier)
    everybody = ngettext_("This person is already in", "All {count} are already in", count=status.party_size)
    return PassVerdict(WAIT, everybody, offer.earlier)


def _facts(status: PublicPassStatus, offer: admit.AdmissionOffer | None) -> dict[str, Any]:
    """The head of the event, the party, and labels with what stands beside them, in the page's language."""
    lines = {
        "day": full_days(status.dates, i18n.language()),
        "notice": i18n.say(words(status.event.notice)) if status.event.notice else "",
    }
    named = [(i18n.say(NAME), i18n.say(offer.holder))] if offer and offer.holder else []
    return {
        "event_head": look.head_of(status.event),
        "party": look.party(status.party_size),
        "lines": [*named, *((i18n.say(LABELS[name]), value) for name, value in lines.items() if value)],
    }


def _answer(
    status: int,
    verdict: PassVerdict,
    found: PublicPassStatus | None = None,
    offer: admit.AdmissionOffer | None = None,
) -> Response:
    day = full_days(found.dates, i18n.language()) if found else ""
    note = AT_THE_GATE if found and verdict.style != BAD and not offer else None
    told = {
        "verdict": verdict,
        "advice": i18n.say(verdict.advice, day=day),
        "note": note,
        **(_facts(found, offer) if found else {}),
    }
    page = render_template("pass.html", **told, offer=offer, admit=admit.TEXTS, find=FIND)
    # The pass may be cancelled the next minute, and search engines must not list it.
    return Response(page, status, {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"})
