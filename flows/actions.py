"""The forms as named classes, one for each flow with questions, for `python -m rasa_sdk --actions flows.actions`."""

from flows.engine.catalogue import FLOWS
from flows.engine.rasa_forms import form_of
from flows.visitor.web_registration import FIND_PASSES, WEB_REGISTRATION

ValidateRegistration = form_of(FLOWS["registration"])
ValidateSomeoneElse = form_of(FLOWS["someone_else"])
ValidateShare = form_of(FLOWS["share"])
ValidateChange = form_of(FLOWS["change"])
ValidateCancellation = form_of(FLOWS["cancellation"])
ValidateDeleteData = form_of(FLOWS["delete_data"])
ValidateMenu = form_of(FLOWS["menu"])
ValidateLanguage = form_of(FLOWS["language"])
ValidateJoinTeam = form_of(FLOWS["join_team"])
ValidateUnsure = form_of(FLOWS["unsure"])
ValidatePlaceOffer = form_of(FLOWS["place_offer"])
ValidateGate = form_of(FLOWS["gate"])
ValidateNearPass = form_of(FLOWS["near_pass"])
ValidateLargeCount = form_of(FLOWS["large_count"])
ValidateWalkUp = form_of(FLOWS["walk_up"])
ValidateWebRegistration = form_of(WEB_REGISTRATION)
ValidateFindPasses = form_of(FIND_PASSES)
