"""The catalogue: every flow by its name, and the command words that begin it."""

from collections.abc import Mapping

from flows.gate.questions import ASK_GATE_FLOW, CONFIRM_LARGE_COUNT, CONFIRM_NEAR_PASS
from flows.gate.walkup import WALK_UP
from flows.shapes import Flow
from flows.visitor.cancellation import CANCELLATION
from flows.visitor.confirm_intent import UNSURE
from flows.visitor.join_team import JOIN_TEAM
from flows.visitor.language import LANGUAGE
from flows.visitor.menu import MENU, entrance
from flows.visitor.my_data import DELETE_DATA, MY_DATA
from flows.visitor.my_pass import CHANGE, MY_PASS
from flows.visitor.place_offer import PLACE_OFFER
from flows.visitor.registration import REGISTRATION
from flows.visitor.share import SHARE
from flows.visitor.someone_else import SOMEONE_ELSE

__all__ = ["BEGUN_BY", "FLOWS", "HOME", "INTERRUPTING", "VISITING", "entrance"]

FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        *(REGISTRATION, SOMEONE_ELSE, MY_PASS, CHANGE, CANCELLATION, MENU, LANGUAGE, MY_DATA, DELETE_DATA, UNSURE),
        *(SHARE, JOIN_TEAM, PLACE_OFFER, ASK_GATE_FLOW, CONFIRM_NEAR_PASS, CONFIRM_LARGE_COUNT, WALK_UP),
    )
}

BEGUN_BY: Mapping[str, str] = {
    "register": "registration",
    "someone_else": "someone_else",
    "my_pass": "my_pass",
    "share": "share",
    "change": "change",
    "cancel_pass": "cancellation",
    "cancel": "cancellation",
    "my_data": "my_data",
    "delete_data": "delete_data",
    "language": "language",
    "menu": "menu",
}
"""Flow by command. `cancel` begins one only while no question is open."""

INTERRUPTING = frozenset({"language", "menu", "my_data", "my_pass", "share", "unsure", "join_team"})
"""Flows after which the conversation that they interrupted goes on: a mere look or setting loses nothing."""

HOME = "menu"
"""The flow in which nothing is going on yet: words that it cannot use are taken as a new beginning."""

VISITING = "registration"
"""The flow to which `hi <slug>` leads, with the event among its answers."""
