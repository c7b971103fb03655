"""Explains a delivery in one sentence: what happened, what it means, what to do.

docs/operating.md has the same reasons as a table; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.delivery.twilio.error_codes import Class
from bot.domain.models import Delivery

NOTHING_TO_DO = "nothing"
AGAIN = "`deliveries retry` with its id"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a reason, and what to do."""

    means: str
    do: str = NOTHING_TO_DO


MEANINGS: Mapping[str, Meaning] = {
    Class.WINDOW: Meaning(
        "its reader wrote more than 24 hours ago, and no approved template carries it",
        "nothing: it goes when they write again; `templates sync` makes the templates",
    ),
    Class.RECIPIENT: Meaning(
        "there is no such number, or it is not on WhatsApp (with the sandbox: they have not joined)",
        "ask them for another number",
    ),
    Class.STOPPED: Meaning(
        "its reader blocked the sender or wrote STOP, so nothing unasked goes to them",
        "nothing: `start` or `hi` from them lifts it",
    ),
    Class.CAPPED: Meaning(
        "WhatsApp lets one person have only so many marketing messages, of all senders together, and they had theirs",
        "nothing now; after a day `deliveries retry`, or a template of the category utility",
    ),
    Class.SENDER: Meaning(
        "Twilio or Meta has stopped the sender, or the account's token is wrong",
        "look at Twilio's console, then `deliveries resume-sender`",
    ),
    "sender_slowed": Meaning("Twilio said that the sender is too fast", "nothing; if it stays, lower TWILIO_MPS"),
    Class.ONCE: Meaning("Twilio could not say why it failed, twice", AGAIN),
    "pair_rate": Meaning("one person gets one message in six seconds for a while"),
    "media_http_": Meaning("the picture cannot be fetched at PUBLIC_URL", "`doctor`; the proxy before us"),
    "media_unreachable": Meaning("the picture cannot be fetched at PUBLIC_URL", "`doctor`; the proxy before us"),
    "media_not_png": Meaning("what PUBLIC_URL gives is no picture", "`doctor`; the proxy before us"),
    "media_empty": Meaning("what PUBLIC_URL gives is empty", "`doctor`; the proxy before us"),
    "media_not_fetched": Meaning("Twilio could not fetch the picture from us", "`doctor`; the proxy before us"),
    "media_refused": Meaning("WhatsApp would not take the picture", "tell whoever maintains this software"),
    Class.OURS: Meaning(
        "the message or a setting is wrong, so that trying again changes nothing",
        "look the error code up at Twilio, and tell whoever maintains this software",
    ),
    Class.RETRY: Meaning("Twilio was busy", "nothing; if it stays, look at Twilio's status page"),
    "no_connection": Meaning("Twilio could not be reached", "nothing; if it stays, this machine's way to Twilio"),
    "no_answer": Meaning("Twilio did not answer in time", "nothing: its list is looked at before another try"),
    "not_composed": Meaning("the message could not be made, by a mistake of ours; the log says more", "tell us"),
    "outcome_unknown": Meaning("Twilio's list could not be had, so nobody knows whether it went", "nothing"),
    "http_": Meaning("Twilio answered with an error of its own", "nothing; if it stays, Twilio's status page"),
    "gave_up": Meaning("every try for six hours failed", "once the cause is gone, " + AGAIN),
    "broadcast_paused": Meaning("its broadcast is paused", "`broadcast resume`"),
    "broadcast_cancelled": Meaning("its broadcast was cancelled"),
    "pass_": Meaning("the pass was cancelled or issued anew meanwhile"),
    "newer_otp": Meaning("a newer code was asked for"),
    "number_changed_hands": Meaning(
        "the number writes from another WhatsApp account by now, so it may be somebody else's"
    ),
    "not_on_roster": Meaning("its reader is no volunteer any more"),
    "erased": Meaning("its reader was erased"),
}
"""What each reason means, by reason. One that ends in an underscore serves for all reasons that begin with it."""
FINAL_STATUSES = {
    "delivered": ("arrived on the phone", "nobody has opened it yet, or they do not tell"),
    "read": ("was read", "all is well"),
    "sent": ("left Twilio", "the phone has not confirmed it: it may be off or without a network"),
    "handed_over": ("was handed to the provider that sends codes", "what became of it, only that provider knows"),
}
UNKNOWN = Meaning("the reason has no words here", "look the error code up at Twilio")
KINDS = {"pass": "the pass", "otp": "the one-time code", "question": "the question", "link": "the link to the pass"}


def meaning(reason: str | None) -> Meaning | None:
    """The meaning of a reason; None where it is unknown."""
    if reason is None:
        return None
    starts = (meaning for name, meaning in MEANINGS.items() if name.endswith("_") and reason.startswith(name))
    return MEANINGS.get(reason) or next(starts, UNKNOWN)


def is_known(reason: str) -> bool:
    """Whether a message can wait or fail for this reason."""
    return meaning(reason) is not UNKNOWN


def names() -> tuple[str, ...]:
    """Every reason; one that goes on with more has `…` at its end."""
    return tuple(f"{name}…" if name.endswith("_") else str(name) for name in MEANINGS)


def why(row: Delivery, next_try: str) -> tuple[str, str, str]:
    """What happened, what it means and what to do; `next_try` is the moment in words."""
    known, what = meaning(row.reason), KINDS.get(row.kind, "the message")
    code = f" ({row.reason}{f', Twilio {row.error_code}' if row.error_code else ''})" if row.reason else ""
    match row.status:
        case "owed":
            means = known.means if known else "its turn has not come"
            return f"{what} waits, until {next_try} at most{code}", means, known.do if known else NOTHING_TO_DO
        case "failed" | "undelivered":
            means = known.means if known else UNKNOWN.means
            return f"{what} was not delivered{code}", means, known.do if known else UNKNOWN.do
        case "canceled":
            return f"{what} was not sent{code}", known.means if known else "it was no longer wanted", NOTHING_TO_DO
        case settled if settled in FINAL_STATUSES:
            happened, means = FINAL_STATUSES[settled]
            return f"{what} {happened}", means, NOTHING_TO_DO
        case _:
            return f"Twilio has {what}", "no word of its end has come yet", "nothing; it comes within minutes"
