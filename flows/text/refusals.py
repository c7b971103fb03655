"""The sentence for each code of an unusable answer or a refusal.

A code is raised as `Invalid` or `Refused`; its parameters fill the sentence. A sentence says what is
wrong and how to go on.
"""

from collections.abc import Mapping
from typing import Any

from flows.shapes import Sentence
from flows.text.organiser_refusals import ORGANISER_REFUSALS, ROSTER_REFUSALS
from flows.text.sentences import _, ngettext_

ANYTHING_ELSE = _("That did not work. Please try again, or send *help*.")
"""For a code that has no sentence here; a test sees to it that every code has one."""

ANSWER_REFUSALS: Mapping[str, Sentence] = {
    "not_text": _("Sorry, we can only read text here. Please type your answer."),
    "empty": _("That message is empty. Please type your answer."),
    "type_it": _("Please type it."),
    "too_short": _("That is too short. Use at least {least} characters."),
    "too_long": _("That is too long. Use at most {most} characters."),
    "no_letter": _("Please use letters."),
    "not_a_name": _("That does not look like a name. Please send the full name. If it is one, put “name:” before it."),
    "name_or_answer": _("*{doubted}* could be a name or an answer. Which name is right?"),
    "not_an_option": _("Choose one of these."),
    "several_options": _("That fits more than one answer. Choose one of these."),
    "not_yes_no": _("Please reply *yes* or *no*."),
    "not_agreed": _(
        "Nothing has been saved. Send *back* to change an answer, *restart* to start again, or *yes* when "
        "everything is right."
    ),
    "not_a_number": _("Send a whole number, such as 3."),
    "number_too_small": _("That is too small. Send a number from {least} to {most}."),
    "number_too_large": _("This file is too large"),
    "only_some_left": _("Places left for that day: {most}. Send a smaller number, or *back* to choose another day."),
    "only_some_today": _("Places left for today: {most}. A supervisor can register more."),
    "not_read_out": _("Nothing has been saved. Send *yes* when they agree, or *cancel* to stop."),
    "day_unclear": _("Which day do you mean? Choose one of these, or send a date such as 17 Jan."),
    "several_days": _("A pass is for one day. Which day do you mean: {days}?"),
    "day_contradicts": _("The weekday and the date do not match: that date is a {day}. Which day do you mean?"),
    "other_day": _("Tick the box to join the waiting list, or choose another day above."),
    "day_outside": _("The event is from {first} to {last}. Choose one of these days."),
    "not_a_phone": _("That is not a mobile number. Send all of its digits; from abroad, with + and country code."),
    "not_an_otp": _("Enter the 6-digit code that we sent."),
    "own_number": _(
        "That is your own number. To register yourself, send *register*; or send the other person’s number."
    ),
}
"""Answers that cannot be used: the question follows."""

EVENT_REFUSALS: Mapping[str, Sentence] = {
    "no_such_event": _("Event not found."),
    "event_not_yet_open": _("Registration for this event is not open yet."),
    "event_closed": _("Registration for this event is closed."),
    "event_full": _("This event is full."),
    "event_over": _("This event is over."),
    "event_cancelled": _("Sorry, this event is cancelled."),
    "day_full": _("{day} is full. Choose another day."),
    "day_closed": _("There is no entry on {day}. Choose another day."),
    "day_over": _("{day} is no longer open. Choose another day."),
    "too_few_left": _("Places left for {day}: {left}. Send a smaller number, or *back* to choose another day."),
    "party_too_large": ngettext_(
        "Only 1 person can come on a pass. Send 1.",
        "At most {most} people can come on a pass. Send a smaller number.",
    ),
    "already_registered": _("You already have a pass for {day}."),
    "place_free": _("{day} has a place again. You can have a pass at once."),
    "already_waiting": _("You are on the waiting list for {day} already: number *{place}*."),
    "no_waiting_list": _("{day} is full. Choose another day."),
    "not_waiting": _("You are not on that waiting list any more."),
    "place_gone": _("This place has gone to the next person. To register or wait again, send *register*."),
    "no_such_pass": _("This pass is no longer valid. To see your pass, send *my pass*."),
    "holds_it_already": _("Pass *{code}* already belongs to that person."),
    "not_proved": _("This code does not prove that the earlier passes of this number are yours."),
    "too_many_proofs": ngettext_(
        "Too many codes. Please wait 1 minute, then try again.",
        "Too many codes. Please wait {minutes} minutes, then try again.",
    ),
    "not_by_sms": _("We cannot do this by SMS, because an SMS sender can be forged. Please message us on WhatsApp."),
    "pass_used": _("Someone has already entered with this pass, so you cannot change or cancel it."),
    "consent_changed": _("The terms have changed. Please read them again."),
}
"""What the rules of an event refuse."""

JOIN_REFUSALS: Mapping[str, Sentence] = {
    "no_such_invitation": _("We do not know this invitation. Check the words, or ask the organiser for a new link."),
    "invitation_ended": _("This invitation to the team of *{event}* has ended. Ask the organiser for a new link."),
    "in_team_already": _("You are already in the team of *{event}*. To see what you can do, send *menu*."),
    "join_declined": _("The organiser of *{event}* has not added you to the team."),
    "no_phone_to_join": _("We cannot see your phone number. Ask the organiser to add it to the team."),
}
"""What somebody hears who was invited to a team."""

CODE_REFUSALS: Mapping[str, Sentence] = {
    "otp_wait": ngettext_(
        "We have just sent a code. Wait 1 second before you ask for another.",
        "We have just sent a code. Wait {seconds} seconds before you ask for another.",
    ),
    "otp_too_many": ngettext_(
        "Too many codes were sent. Please try again in 1 minute.",
        "Too many codes were sent. Please try again in {minutes} minutes.",
    ),
    "otp_unreachable": _(
        "We cannot reach that number. Ask them to message us on WhatsApp once, then send the number again."
    ),
    "otp_country": _(
        "We cannot send SMS codes to that country. Ask them to message us on WhatsApp: they can register "
        "there without a code."
    ),
    "otp_budget": _(
        "We cannot send more SMS codes at the moment. Ask them to message us on WhatsApp: they can register "
        "there without a code."
    ),
    "otp_wrong": _("That code is wrong. Tries left: {left}."),
    "otp_not_sent": _("We are sending the code. If it does not come, send *new code*."),
    "otp_expired": _("That code no longer works. To get another, send *new code*."),
    "otp_not_checked": _("We cannot check the code at the moment. Send it again in a minute."),
    "sign_in_code": _("The code is wrong or no longer works. Check it, or get a new one."),
    "link_used": _("This link has already been used. To get another, send *sign in* to us on WhatsApp."),
    "link_expired": _(
        "This link no longer works: only the newest works, for 5 minutes. To get another, send *sign in* to us "
        "on WhatsApp."
    ),
    "otp_used_up": _("Too many wrong tries: that code no longer works. To get another, send *new code*."),
    "not_a_code": _("That is not a pass code."),
    "mistyped_code": _("The pass code has a wrong character. Check it and try again."),
    "unreadable": _("That is not one of our passes."),
    "forged": _("That is not a genuine pass."),
    "expired": _("That link has expired. To get a new one, send *my pass* to us on WhatsApp."),
    "broken": _("Sorry, there is a problem on our side. We have kept your message. Please send it again in a minute."),
}
"""One-time codes, pass codes and links, and our own faults."""

GATE_REFUSALS: Mapping[str, Sentence] = {
    "nobody_paused": _("No paused volunteer has that name."),
    "gate_closed": _("{gate} is closed. Do not admit anyone there until it opens again."),
    "no_such_gate": _("Gate {gate} not found."),
    "no_such_kind": _("Kind of pass {kind} not found."),
    "supervisors_only": _("Only a supervisor can do that."),
    "reason_missing": _("Enter a reason."),
    "bad_threshold": _("{field}: enter a whole number from 1 to {most}, or none."),
    "bad_count": _("Enter the number of people, 1 or more."),
    "gates_not_open": _("The gates are closed now. You can register people when they open."),
    "kind_not_today": _("This pass ({kind}) is not valid today."),
    "today_full": _("Places left for today: {left}. A supervisor can register more."),
    "bad_request_id": _("A request needs its own name, of 1 to 64 characters."),
    "nothing_to_undo": _("You have not admitted anyone yet."),
    "not_let_in_by_you": _("You have not admitted anyone with this pass."),
    "already_undone": _("That has already been undone."),
    "undo_too_late": _("You can undo only within 2 minutes."),
    "too_many_searches": _("You have reached the search limit for this hour. Please send the visitor to a supervisor."),
    "gone_meanwhile": _("They have already left, so you cannot undo this."),
}
"""What is refused at the gates besides the check-in results."""

SENTENCES: Mapping[str, Sentence] = {
    **ANSWER_REFUSALS,
    **EVENT_REFUSALS,
    **JOIN_REFUSALS,
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
