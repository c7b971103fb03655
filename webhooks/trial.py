"""The ways on the first page to try the service without Twilio: as a visitor, at a gate, and as an organiser."""

from dataclasses import dataclass

from flask import url_for

from bot.domain.roster import trial
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.chat_links import chat_link

TEXTS = {
    "SIMULATE": _("All phones of the simulator"),
    "SIMULATED": _("This is a trial without WhatsApp. No message leaves this computer."),
}
SIGN_IN = _("Trial: sign in as {name}")
WAYS = (
    (
        _("Be a visitor"),
        _(
            "The first message is ready to send. Send it, answer the questions, and you get a pass. "
            "The pen above the phone writes answers for you."
        ),
        _("A visitor's phone"),
    ),
    (
        _("Work at a gate"),
        _("Send *menu*, then a pass code, to admit people. A photo of the QR code also works."),
        _("A volunteer's phone"),
    ),
    (
        _("Organise"),
        _("Send *sign in* and open the link: dashboard, team, visitors, exports."),
        _("An admin's phone"),
    ),
)


@dataclass(frozen=True, slots=True)
class TrialWay:
    """A way to try the service."""

    title: Sentence
    text: Sentence
    button: Sentence
    path: str


def sign_in_link(service: Service) -> tuple[str, Sentence] | None:
    """Of the page of the sign-in: the link to the phone of the demo's admin with the words that sign in, and what it is
    called; None where there is no such admin: with a real Twilio, and on an installation with events of its own.
    """
    if not service.settings.simulated:
        return None
    with service.database.read() as db:
        if not trial.is_staffed(db):
            return None
    name = next(name for phone, name, _role in trial.STAFF if phone == trial.ADMIN)
    return chat_link(service.settings, "sign in", trial.ADMIN), SIGN_IN.filled(name=name)


def ways(service: Service, chat: str) -> list[TrialWay]:
    """The three ways; none with a real Twilio. `chat` is the link by which a visitor begins.

    Without the demo's staff, as on an installation with events of its own, two of them lead to the sign-in.
    """
    settings = service.settings
    if not settings.simulated:
        return []
    staffed = service.database.ask(trial.is_staffed)
    gate = chat_link(settings, "menu", trial.VOLUNTEER) if staffed else url_for("staff.login")
    office = chat_link(settings, "sign in", trial.ADMIN) if staffed else url_for("staff.login")
    paths = (chat or chat_link(settings, "hi"), gate, office)
    return [TrialWay(*texts, path) for texts, path in zip(WAYS, paths, strict=True)]
