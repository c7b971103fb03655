"""The sentence for each code of an unusable answer or a refusal.

A code is raised as `Invalid` or `Refused`; its parameters fill the sentence. A sentence says what is
wrong and how to go on.
"""

from collections.abc import Mapping
from typing import Any

from flows.shapes import Sentence
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

ORGANISER_REFUSALS: Mapping[str, Sentence] = {
    "slug_taken": _("There is an event {slug} already."),
    "bad_slug": _("A short name has 1 to 40 small letters and digits, single hyphens between them."),
    "bad_name": _("The name is empty or too long."),
    "bad_venue": _("The venue is too long."),
    "bad_text": _("The text is too long."),
    "bad_dates": _("The dates are not right: give them as YYYY-MM-DD, the first before the last."),
    "too_many_days": _("An event has at most {most} days."),
    "bad_hours": _("The hours are not right: give both, as HH:MM-HH:MM."),
    "bad_zone": _("There is no time zone {zone}."),
    "not_of_scans": _("Only scans belong to a day of the event: leave it empty for the other tables."),
    "zone_in_use": _(
        "The time zone stays {zone}: people have entered already, and it says on which day. "
        "With another one somebody could enter twice."
    ),
    "bad_capacity": _("The number of places must be a whole number from 1 to {most}."),
    "capacity_below_taken": _("Places given for {day} already: {taken}. It cannot have fewer."),
    "bad_party_limit": _("The largest party must be a whole number from 1 to 255."),
    "bad_retention": _("Data are kept for a whole number of days, from 1 to {most}."),
    "event_lacks": _("Before real people register for {slug} this must be said: {lacking}."),
    "bad_policy": _("The policy is one of once, daily, in_out."),
    "bad_country": _("{country} is no country of which we know phone numbers; two letters each, such as NP,BT."),
    "bad_language": _("We do not have the language {language}."),
    "bad_map_url": _("The map must be a web address."),
    "bad_question": _("Question {question} is not right: {problem}."),
    "no_such_field": _("An event has no {field}."),
    "day_has_passes": _("There are valid passes for {day}."),
    "no_such_delivery": _("There is no delivery {id}."),
    "delivery_not_failed": _("Delivery {id} has not failed: it is {status}."),
    "otp_not_repeated": _("Delivery {id} was a one-time code: those are not sent again."),
    "no_such_day": _("The event has no day {day}."),
    "pass_not_valid": _("Pass {code} is not valid any more: it is {status}."),
    "no_such_column": _("There is no column {column}; there are: {columns}."),
    "no_such_table": _("There is no such table; there are: {tables}."),
    "no_such_format": _("There is no such format; there are: {formats}."),
    "too_many_exports": _("At most {most} exports of an event are made at a time. Please wait for one to be ready."),
    "no_such_export": _("This export is not there any more."),
    "search_too_short": _("Give a pass code, a whole phone number, or {least} letters of a name or more."),
    "valid_today": _(
        "There is a valid pass for today: it would be lost, and with it the way in. "
        "Where that is meant, it must be said once more."
    ),
    "no_such_person": _("Nothing is held about that phone number."),
    "no_such_key": _("There is no key {key}."),
    "key_retired": _("Key {key} is retired already."),
    "key_is_current": _("Key {key} signs the passes: roll in another first."),
    "too_many_keys": _("There can be at most {most} keys."),
    "changed_meanwhile": _(
        "This has been changed meanwhile ({by}). Nothing of yours was done: please look again, and then decide."
    ),
    "nobody_meant": _("Nobody would get this message: no valid pass fits what was chosen."),
    "no_such_broadcast": _("There is no broadcast {number}."),
    "broadcast_ended": _("Broadcast {number} cannot be paused or resumed any more: {status}."),
    "nothing_to_say": _("There is no text to send."),
    "day_needed": _("It must be said for which day."),
    "template_not_approved": _("WhatsApp has not approved the template {purpose} yet in: {languages}."),
    "pass_unreachable": _("We do not know where to send pass {code}: there is no phone or chat to it."),
}
"""What organisers hear at the command line."""

ROSTER_REFUSALS: Mapping[str, Sentence] = {
    "on_roster_already": _("This phone number stands on the roster of this event already."),
    "not_on_roster": _("This phone number does not stand on the roster."),
    "owner_already": _("This phone number is an owner's already."),
    "not_an_owner": _("This phone number is no owner's."),
    "last_owner": _("This is the only owner. Please add another one first."),
    "claim_used": _("There is an owner already. Who should be one too is added by them."),
    "claim_expired": _(
        "This link does not work any more: it works for 3 days, and only the newest does. Start the service again for "
        "another."
    ),
    "twice_in_file": _("This phone number stands in the file twice."),
    "bad_role": _("The role is one of volunteer, supervisor, admin."),
    "nobody_paused": _("Nobody of that name is paused."),
    "gate_closed": _("{gate} is closed: nobody is let in there until it is opened again."),
    "no_such_gate": _("There is no gate {gate}."),
    "bad_gate_name": _("The name of a gate needs a letter from a to z, or a digit: its short name is made of them."),
    "gate_taken": _("There is a gate {gate} already."),
    "no_such_device": _("There is no scanner {name} in use."),
    "device_taken": _("There is a scanner {name} in use already."),
    "no_such_kind": _("There is no kind of pass {kind}."),
    "kind_taken": _("There is a kind of pass {kind} already."),
    "too_many_kinds": _("An event has at most {most} kinds of pass."),
    "kind_has_passes": _("There are passes of the kind {kind}: its days cannot change any more."),
}
"""Refusals about volunteers, gates and devices."""

GATE_REFUSALS: Mapping[str, Sentence] = {
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
