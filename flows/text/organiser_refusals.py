"""The sentence for each refusal that only organisers read, at the command line and on the pages of admins."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text.sentences import _

ORGANISER_REFUSALS: Mapping[str, Sentence] = {
    "slug_taken": _("Event {slug} already exists."),
    "bad_slug": _("Use 1 to 40 small letters and digits, with single hyphens between them."),
    "bad_name": _("Enter a name that is not too long."),
    "bad_group_name": _("Enter the name for the pass, from 2 to 80 characters with a letter."),
    "bad_group_phone": _("Enter a mobile number for the pass, or leave it empty."),
    "bad_venue": _("Enter a shorter venue."),
    "bad_text": _("Enter a shorter text."),
    "bad_logo": _("This file is not a picture that can be printed. Choose a PNG or JPEG."),
    "bad_picture": _("This file is not a picture that we can read. Choose a PNG, JPEG or WebP."),
    "picture_too_large": _(
        "This picture is too large. Choose one of at most {megabytes} MB and {megapixels} million pixels."
    ),
    "picture_too_small": _("This picture is too small. It needs at least {width} by {height} pixels."),
    "logo_too_pale": _("This logo is hardly seen on white paper. Choose one in darker colours."),
    "bad_colour": _("Enter the colour as # and six digits or letters a to f, such as #0b6e4f."),
    "colour_unreadable": _(
        "Neither white nor dark words can be read on {colour}. The most similar colour that works is {nearest}."
    ),
    "bad_dates": _("Enter the dates as YYYY-MM-DD, the first before the last."),
    "too_many_days": _("An event has at most {most} days."),
    "bad_hours": _("Enter both times, as HH:MM-HH:MM."),
    "bad_zone": _("Time zone {zone} not found."),
    "not_of_scans": _("Only scans have an event day. Leave it empty for other tables."),
    "zone_in_use": _(
        "You cannot change the time zone {zone}: people have already entered, and someone could enter twice."
    ),
    "bad_capacity": _("Enter the number of places, from 1 to {most}."),
    "capacity_below_taken": _("{taken} places are already taken for {day}. Enter {taken} or more."),
    "bad_party_limit": _("Enter the largest party as a whole number from 1 to 255."),
    "bad_retention": _("Enter the days data is kept, from 1 to {most}."),
    "event_lacks": _("Before you open {slug}, fill in: {lacking}."),
    "bad_policy": _("Use one of these rules: once, daily, in_out."),
    "bad_form": _("Use one of these for the form inside WhatsApp: off, team, on."),
    "bad_country": _("Enter countries as two letters each, such as NP,BT. Not found: {country}."),
    "bad_language": _("Language {language} is not available."),
    "language_incomplete": _("{language} is not ready yet. Missing: {lacking}."),
    "bad_map_url": _("Enter the map as a web address."),
    "bad_question": _("There is a problem with question {question}: {problem}."),
    "no_such_field": _("Unknown field: {field}."),
    "day_has_passes": _("{day} has valid passes."),
    "no_such_delivery": _("Delivery {id} not found."),
    "delivery_not_failed": _("Delivery {id} has not failed: it is {status}."),
    "otp_not_repeated": _("Delivery {id} was a one-time code. Codes are not sent again."),
    "no_such_day": _("{day} is not a day of this event."),
    "pass_not_valid": _("Pass {code} is no longer valid: it is {status}."),
    "no_such_column": _("Column {column} not found. Use: {columns}."),
    "no_such_table": _("Table not found. Use: {tables}."),
    "no_such_format": _("Format not found. Use: {formats}."),
    "too_many_exports": _("At most {most} exports are made at a time. Please wait until one is ready."),
    "no_such_export": _("This export no longer exists."),
    "search_too_short": _("Enter a pass code, a full phone number, or at least {least} letters of a name."),
    "valid_today": _(
        "There is a valid pass for today. It would be lost, and with it the entry. To go on, confirm once more."
    ),
    "no_such_person": _("We have no data about that phone number."),
    "no_such_key": _("Key {key} not found."),
    "key_retired": _("Key {key} is already retired."),
    "key_is_current": _("Key {key} signs the passes. Add another key first."),
    "too_many_keys": _("You can have at most {most} keys."),
    "changed_meanwhile": _("Someone else has changed this ({by}). Your change was not saved. Look again, then decide."),
    "nobody_meant": _("Nobody would get this message: no valid pass matches."),
    "no_such_broadcast": _("Broadcast {number} not found."),
    "broadcast_begun": _("It is being sent already, as number {number}."),
    "broadcast_ended": _("You can no longer pause or resume broadcast {number}: {status}."),
    "nothing_to_say": _("Enter a text to send."),
    "day_needed": _("Say which day it is for."),
    "template_not_approved": _("WhatsApp has not yet approved the template {purpose} in: {languages}."),
    "pass_unreachable": _("We cannot send pass {code}: it has no phone number or chat."),
}
"""What organisers hear at the command line."""

ROSTER_REFUSALS: Mapping[str, Sentence] = {
    "on_roster_already": _("This phone number is already in the team of this event."),
    "bad_invitation": _("An invitation is for 1 to {most} people."),
    "nobody_waits": _("This person no longer waits to join: another admin may have decided, or they joined before."),
    "empty_list": _("Choose a file with a list of people."),
    "list_too_large": _("The file is larger than {most} MB. Divide it, or use the command line."),
    "too_many_lists": _("There are {most} lists already. Delete one that is done."),
    "no_such_list": _("This list no longer exists."),
    "list_busy": _("This list is being worked on, or is done already."),
    "sheet_too_large": _(
        "A sheet made here is for at most {most} rows. Use the command line: visitors import --sheet."
    ),
    "consent_needed": _("Say where these people agreed."),
    "not_an_admin": _("Choose among the admins of this event's team."),
    "not_on_roster": _("This phone number is not in the team."),
    "owner_already": _("This phone number already belongs to an owner."),
    "not_an_owner": _("This phone number does not belong to an owner."),
    "last_owner": _("This is the only owner. Add another one first."),
    "claim_used": _("This service already has an owner. Ask them to add you."),
    "claim_expired": _(
        "This link no longer works: only the newest works, for 3 days. To get another, start the service again."
    ),
    "twice_in_file": _("This phone number is in the file twice."),
    "bad_role": _("Use one of these roles: volunteer, supervisor, admin."),
    "bad_gate_name": _("Enter a gate name with at least one letter or digit."),
    "gate_taken": _("Gate {gate} already exists."),
    "no_such_device": _("Scanner {name} not found."),
    "device_taken": _("Scanner {name} is already in use."),
    "kind_taken": _("Kind of pass {kind} already exists."),
    "kind_is_public": _("Visitors get passes of kind {kind}: it cannot be retired."),
    "too_many_kinds": _("An event has at most {most} kinds of pass."),
    "kind_has_passes": _("Passes of the kind {kind} exist, so its days cannot change."),
}
"""Refusals about volunteers, gates and devices."""
