"""The sentence for each code of an unusable answer or a refusal.

A code is raised as `Invalid` or `Refused`; its parameters fill the sentence. A sentence says what is
wrong and how to go on.
"""

from collections.abc import Mapping
from typing import Any

from flows.shapes import Sentence
from flows.text.organiser_refusals import ORGANISER_REFUSALS, ROSTER_REFUSALS
from flows.text.sentences import _, ngettext_

ANYTHING_ELSE = _("That did not work. Please try again, or type *help*.")
"""For a code that has no sentence here; a test sees to it that every code has one."""

ANSWER_REFUSALS: Mapping[str, Sentence] = {
    "not_text": _("Sorry, here we can only read what is typed."),
    "empty": _("That message was empty. Please type your answer."),
    "type_it": _("All right; please type it."),
    "too_short": _("That is too short: at least {least} characters, please."),
    "too_long": _("That is too long: at most {most} characters, please."),
    "no_letter": _("Please type it in letters."),
    "not_a_name": _(
        "That does not look like a name. Please type the full name. If it is one, write “name:” before it."
    ),
    "name_or_answer": _("*{doubted}* can be an answer as well as a name. Which name is right?"),
    "not_an_option": _("That is none of the choices. Please choose one of these."),
    "several_options": _("More than one of the choices fits that. Please choose one of these."),
    "not_yes_no": _("Please type *yes* or *no*."),
    "not_agreed": _(
        "All right, nothing has been saved. Type *back* to correct an answer, *restart* to begin again, "
        "or *yes* when all is right."
    ),
    "not_a_number": _("Please send a whole number, such as 3."),
    "number_too_small": _("That is too small: {least} to {most}, please."),
    "number_too_large": _("That is too large: {least} to {most}, please."),
    "only_some_left": _(
        "Places left for that day: {most}. Please send a smaller number, or *back* to choose another day."
    ),
    "only_some_today": _("Places left for today: {most}. A supervisor can register more people than that."),
    "not_read_out": _("Nothing has been saved. Type *yes* once they agree, or *cancel* to leave it."),
    "day_unclear": _("We did not understand which day. Please choose one of these, or type a date such as 17 Jan."),
    "several_days": _("A pass is for one day. Which one do you mean: {days}?"),
    "day_contradicts": _("The weekday and the date do not fit: that date is {day}. Which day do you mean?"),
    "day_outside": _("The event is from {first} to {last}. Please choose one of these days."),
    "not_a_phone": _(
        "That is not a mobile number. Please type all of its digits; from abroad, with + and country code."
    ),
    "not_an_otp": _("The code has 6 digits. Please type it as you received it."),
    "own_number": _("That is your own number. For yourself, type *register*; or send the other person's number."),
}
"""Answers that cannot be used: the question follows."""

EVENT_REFUSALS: Mapping[str, Sentence] = {
    "no_such_event": _("There is no such event here (any more)."),
    "event_not_yet_open": _("Registration for this event is not open yet."),
    "event_closed": _("Registration for this event is closed."),
    "event_full": _("This event is full: every place is taken."),
    "event_over": _("This event is over."),
    "event_cancelled": _("This event has been cancelled. We are sorry."),
    "day_full": _("{day} is full. Please choose another day."),
    "day_closed": _("There is no entry on {day}. Please choose another day."),
    "day_over": _("{day} cannot be chosen any more. Please choose another day."),
    "too_few_left": _("Places left for {day}: {left}. Please send a smaller number, or *back* to choose another day."),
    "party_too_large": ngettext_(
        "Only one person can come on one pass. Please send 1.",
        "At most {most} people can come on one pass. Please send a smaller number.",
    ),
    "already_registered": _("There is a pass for {day} already."),
    "no_such_pass": _("This pass is not valid any more. To see yours, type *my pass*."),
    "holds_it_already": _("Pass *{code}* is that person's already."),
    "not_proved": _("This code does not show that the passes which this number had are yours."),
    "too_many_proofs": ngettext_(
        "These were too many codes. Please wait a minute, then try again.",
        "These were too many codes. Please wait {minutes} minutes, then try again.",
    ),
    "not_by_sms": _("We cannot do this by SMS, for anybody can forge its sender. Please write to us on WhatsApp."),
    "pass_used": _("Somebody has entered with this pass already: it can be neither changed nor cancelled any more."),
    "consent_changed": _("The terms have changed meanwhile. Please read them once more."),
}
"""What the rules of an event refuse."""

CODE_REFUSALS: Mapping[str, Sentence] = {
    "otp_wait": ngettext_(
        "A code was sent a moment ago. Please wait one second before you ask for another.",
        "A code was sent a moment ago. Please wait {seconds} seconds before you ask for another.",
    ),
    "otp_too_many": ngettext_(
        "Too many codes were sent. Please try again in one minute.",
        "Too many codes were sent. Please try again in {minutes} minutes.",
    ),
    "otp_unreachable": _(
        "We cannot reach that number. Ask them to write to us on WhatsApp once; then send the number again."
    ),
    "otp_country": _(
        "Codes do not go by SMS to numbers of that country. Ask them to write to us on WhatsApp first: there they "
        "can register themselves, without a code."
    ),
    "otp_budget": _(
        "No more codes can be sent by SMS at present. Ask them to write to us on WhatsApp first: there they "
        "can register themselves, without a code."
    ),
    "otp_wrong": _("That is not the code. Tries left: {left}."),
    "otp_not_sent": _("The code is on its way; please wait for it. If it does not come, type *new code*."),
    "otp_expired": _("That code does not count any more. For another, type *new code*."),
    "otp_not_checked": _("The code could not be checked just now. Please type it again in a minute."),
    "sign_in_code": _("That code is not right, or does not count any more. Please look again, or ask for a new one."),
    "link_used": _("This link has been used: each works once. For another write *sign in* to us on WhatsApp."),
    "link_expired": _(
        "This link does not work any more: it works for 5 minutes, and only the newest does. For another "
        "write *sign in* to us on WhatsApp."
    ),
    "otp_used_up": _("Too many wrong tries: that code does not count any more. For another, type *new code*."),
    "not_a_code": _("That is not a pass code."),
    "mistyped_code": _("One character of that pass code is wrong. Please look again."),
    "unreadable": _("That is not one of our passes."),
    "forged": _("That is not a genuine pass of ours."),
    "expired": _("That link has expired. Write *my pass* to us on WhatsApp for a new one."),
    "broken": _("Something broke on our side; we kept your message. Please send it again in a minute."),
}
"""One-time codes, pass codes and links, and our own faults."""

GATE_REFUSALS: Mapping[str, Sentence] = {
    "nobody_paused": _("Nobody of that name is paused."),
    "gate_closed": _("{gate} is closed: nobody is let in there until it is opened again."),
    "no_such_gate": _("There is no gate {gate}."),
    "no_such_kind": _("There is no kind of pass {kind}."),
    "supervisors_only": _("Only supervisors can do that."),
    "reason_missing": _("Please give a reason."),
    "bad_threshold": _("{field}: a whole number from 1 to {most}, or none."),
    "bad_count": _("The number of people must be a whole number, 1 or more."),
    "gates_not_open": _("The gates are not open now. Walk-ups are registered while they are."),
    "kind_not_today": _("A pass of the kind {kind} does not let anybody in today."),
    "today_full": _("Places left for today: {left}. A supervisor can register more people than that."),
    "bad_request_id": _("A request needs a name of its own, of 1 to 64 characters."),
    "nothing_to_undo": _("You have admitted nobody yet."),
    "not_let_in_by_you": _("You have let nobody in with this pass."),
    "already_undone": _("That has been taken back already."),
    "undo_too_late": _("That can be taken back only within two minutes."),
    "too_many_searches": _("That is enough searching for this hour. Please send the visitor to a supervisor."),
    "gone_meanwhile": _("They have gone out meanwhile; that cannot be taken back."),
}
"""What is refused at the gates besides the check-in results."""

SENTENCES: Mapping[str, Sentence] = {
    **ANSWER_REFUSALS,
    **EVENT_REFUSALS,
    **CODE_REFUSALS,
    **ORGANISER_REFUSALS,
    **ROSTER_REFUSALS,
    **GATE_REFUSALS,
}

COUNT_PARAMETER: Mapping[str, str] = {
    "party_too_large": "most",
    "otp_wait": "seconds",
    "otp_too_many": "minutes",
    "too_many_proofs": "minutes",
}
"""By code: the parameter that chooses between the sentence's singular and plural."""


def filled(sentence: Sentence, code: str, params: Mapping[str, Any]) -> Sentence:
    """A sentence for this code with the code's parameters, one of which may choose between singular and plural."""
    return sentence.filled(**{"count": params.get(COUNT_PARAMETER.get(code, "")), **params})
