"""Slot validation by rasa-sdk: each flow as a form, each question as a slot.

What is asked of an action is a JSON body (`validation_call`), the same in process and over HTTP. Its tracker
holds, besides the slot to judge, `known` (what the field must know), `said` (one message, see
shapes.Said) and `question` (the event's own question that is asked, or null). An unusable answer
comes back as the slot set to null and one response named by the code, its parameters beside it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction

from flows.fields import accept, question_step
from flows.shapes import Field, Flow, Invalid, Question, Sentence, UserInput, field_values

Json = dict[str, Any]
_DAY, _SENTENCE = "$day", "$sentence"
_RESPONSE_KEYS = frozenset(("text", "buttons", "elements", "custom", "template", "response", "image", "attachment"))
"""What every response of rasa-sdk carries; the rest are parameters."""


class _FieldValidator:
    """The base of all flows' forms: every slot is judged by the field of its step."""

    flow: Flow

    def name(self) -> str:
        """The action's name, by rasa's rule: `validate_` and the form."""
        return f"validate_{self.flow.name}"

    def __getattr__(self, name: str) -> Callable[..., Json]:
        """The method that rasa-sdk looks for by slot; the event's own questions have one too."""
        if name.startswith("validate_"):
            return self._validate
        raise AttributeError(name)

    def _validate(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> Json:
        slot = tracker.slots[REQUESTED_SLOT]
        try:
            accepted = accept(self._field(slot, tracker), UserInput(**tracker.slots["said"]), tracker.slots["known"])
        except Invalid as no:
            dispatcher.utter_message(response=no.code, **_packed(no.params))
            return {slot: None}
        return {slot: accepted}

    def _field(self, slot: str, tracker: Tracker) -> Field:
        question = tracker.slots.get("question")
        if question is not None:
            return question_step(Question(**question)).field
        return next(step.field for step in self.flow.steps if step.name == slot)


_FORMS: dict[int, type[FormValidationAction]] = {}


def form_of(flow: Flow) -> type[FormValidationAction]:
    """The form of a flow as a class of its own; the same class each time."""
    if id(flow) not in _FORMS:
        title = "".join(part.capitalize() for part in flow.name.split("_"))
        # rasa-sdk's server pickles its actions for its workers, which finds classes by module and name.
        body = {"flow": flow, "__module__": "flows.actions"}
        _FORMS[id(flow)] = type(f"Validate{title}", (_FieldValidator, FormValidationAction), body)
    return _FORMS[id(flow)]


def validation_call(
    flow: Flow, slot: str, message: UserInput, known: Mapping[str, Any], question: Question | None = None
) -> Json:
    """The body of an action call that judges one answer: what a rasa server would post."""
    slots: Json = {
        REQUESTED_SLOT: slot,
        slot: message.text,
        "said": field_values(message),
        "known": dict(known),
        "question": field_values(question) if question else None,
    }
    return {
        "next_action": f"validate_{flow.name}",
        "sender_id": "",
        "tracker": {
            "sender_id": "",
            "slots": slots,
            "latest_message": {"text": message.text},
            "events": [{"event": "slot", "name": slot, "value": message.text, "timestamp": None}],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": flow.name},
            "latest_action_name": "action_listen",
        },
        "domain": _domain(flow, slot),
    }


def _domain(flow: Flow, slot: str) -> Json:
    """The form with all its slots: rasa-sdk passes over, without a word, any that is not named here."""
    slots = list(dict.fromkeys([*(step.name for step in flow.steps), slot]))
    mapping = {"type": "any", "mappings": [{"type": "custom", "conditions": [{"active_loop": flow.name}]}]}
    return {"forms": {flow.name: {"required_slots": slots}}, "slots": dict.fromkeys(slots, mapping)}


def verdict(slot: str, events: list[Json], responses: list[Json]) -> Any:
    """The value that the form's answer accepts. Raises Invalid as the field did."""
    values = [event["value"] for event in events if event.get("event") == "slot" and event.get("name") == slot]
    if len(values) != 1:
        raise RuntimeError(f"the form did not judge {slot}")
    if values[0] is not None:
        return values[0]
    params = {name: value for name, value in responses[-1].items() if name not in _RESPONSE_KEYS}
    raise Invalid(responses[-1]["response"], **_unpacked(params))


def validate(
    flow: Flow, slot: str, message: UserInput, known: Mapping[str, Any], question: Question | None = None
) -> Any:
    """The value of an answer, judged by the flow's form in this process. Raises Invalid."""
    body = validation_call(flow, slot, message, known, question)
    dispatcher = CollectingDispatcher()
    running = form_of(flow)().run(dispatcher, Tracker.from_dict(body["tracker"]), body["domain"])
    try:
        running.send(None)  # nothing in it waits, so that one step runs it to its end without a loop
    except StopIteration as done:
        return verdict(slot, done.value, dispatcher.messages)
    running.close()
    raise RuntimeError("a form waited for something")


def _packed(params: Mapping[str, Any]) -> Json:
    return {name: _written(value) for name, value in params.items()}


def _written(value: Any) -> Any:
    """A parameter as JSON: days and sentences as objects of one key that nothing else has."""
    if isinstance(value, Sentence):
        return {_SENTENCE: [value.source, _packed(value.params), value.plural]}
    return {_DAY: value.isoformat()} if isinstance(value, date) else value


def _unpacked(params: Mapping[str, Any]) -> Json:
    return {name: _read(value) for name, value in params.items()}


def _read(value: Any) -> Any:
    match value:
        case {"$day": day}:
            return date.fromisoformat(day)
        case {"$sentence": [source, params, plural]}:
            return Sentence(source, _unpacked(params), plural)
        case _:
            return value
