"""The sentence for each refusal that only organisers read, at the command line and on the pages of admins."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text.sentences import _

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
        "The time zone stays {zone}: people have entered already, and it says on which day. With another one "
        "someone could enter twice."
    ),
    "bad_capacity": _("The number of places must be a whole number from 1 to {most}."),
    "capacity_below_taken": _("Places given for {day} already: {taken}. It cannot have fewer."),
    "bad_party_limit": _("The largest party must be a whole number from 1 to 255."),
    "bad_retention": _("Data are kept for a whole number of days, from 1 to {most}."),
    "event_lacks": _("Before real people register for {slug} this must be said: {lacking}."),
    "bad_policy": _("The policy is one of once, daily, in_out."),
    "bad_country": _("{country} is no country of which we know phone numbers; two letters each, such as NP,BT."),
    "bad_language": _("We do not have the language {language}."),
    "language_incomplete": _("{language} cannot be offered yet. It lacks: {lacking}."),
    "bad_map_url": _("The map must be a web address."),
    "bad_question": _("Question {question} is not right: {problem}."),
    "no_such_field": _("An event has no {field}."),
    "day_has_passes": _("There are valid passes for {day}."),
    "no_such_delivery": _("There is no delivery {id}."),
    "delivery_not_failed": _("Delivery {id} has not failed: it is {status}."),
    "otp_not_repeated": _("Delivery {id} was a one-time code: those are not sent again."),
    "no_such_day": _("The event has no day {day}."),
    "pass_not_valid": _("Pass {code} is no longer valid: it is {status}."),
    "no_such_column": _("There is no column {column}; there are: {columns}."),
    "no_such_table": _("There is no such table; there are: {tables}."),
    "no_such_format": _("There is no such format; there are: {formats}."),
    "too_many_exports": _("At most {most} exports are made at a time. Please wait until one is ready."),
    "no_such_export": _("This export is not there any more."),
    "search_too_short": _("Enter a pass code, a full phone number, or at least {least} letters of a name."),
    "valid_today": _(
        "There is a valid pass for today. It would be lost, and with it the entry. To go on, confirm once more."
    ),
    "no_such_person": _("We have no data about that phone number."),
    "no_such_key": _("There is no key {key}."),
    "key_retired": _("Key {key} is retired already."),
    "key_is_current": _("Key {key} signs the passes: roll in another first."),
    "too_many_keys": _("There can be at most {most} keys."),
    "changed_meanwhile": _("Someone else has changed this ({by}). Your change was not saved. Look again, then decide."),
    "nobody_meant": _("Nobody would get this message: no valid pass fits what was chosen."),
    "no_such_broadcast": _("There is no broadcast {number}."),
    "broadcast_ended": _("Broadcast {number} cannot be paused or resumed any more: {status}."),
    "nothing_to_say": _("There is no text to send."),
    "day_needed": _("Say which day it is for."),
    "template_not_approved": _("WhatsApp has not approved the template {purpose} yet in: {languages}."),
    "pass_unreachable": _("We do not know where to send pass {code}: there is no phone or chat to it."),
}
"""What organisers hear at the command line."""

ROSTER_REFUSALS: Mapping[str, Sentence] = {
    "on_roster_already": _("This phone number is already in the team of this event."),
    "not_on_roster": _("This phone number is not in the team."),
    "owner_already": _("This phone number is an owner's already."),
    "not_an_owner": _("This phone number is no owner's."),
    "last_owner": _("This is the only owner. Please add another one first."),
    "claim_used": _("There is an owner already. Who should be one too is added by them."),
    "claim_expired": _(
        "This link no longer works: only the newest works, for 3 days. To get another, start the service again."
    ),
    "twice_in_file": _("This phone number is in the file twice."),
    "bad_role": _("The role is one of volunteer, supervisor, admin."),
    "bad_gate_name": _("The name of a gate needs a letter from a to z, or a digit: its short name is made of them."),
    "gate_taken": _("There is a gate {gate} already."),
    "no_such_device": _("There is no scanner {name} in use."),
    "device_taken": _("There is a scanner {name} in use already."),
    "kind_taken": _("There is a kind of pass {kind} already."),
    "too_many_kinds": _("An event has at most {most} kinds of pass."),
    "kind_has_passes": _("There are passes of the kind {kind}: its days cannot change any more."),
}
"""Refusals about volunteers, gates and devices."""
