"""Parses a request's JSON body into a model, or raises a Problem."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar, get_args

from flask import request
from pydantic import BaseModel, ValidationError

from flows.shapes import Sentence
from flows.text import _
from webhooks import i18n
from webhooks.api.answers import FieldProblem
from webhooks.api.problems import Problem
from webhooks.api.values import ExpectedValue

Model = TypeVar("Model", bound=BaseModel)
WRONG_VALUE = _("This value is not valid.")
ERROR_SENTENCES: dict[str, Sentence] = {
    "missing": _("This is missing."),
    "extra_forbidden": _("Unknown field."),
    "model_type": _("This must be a JSON object."),
}
"""What is wrong with a field, by pydantic's own code; for other codes the field says what belongs there."""


def read(model: type[Model]) -> Model:
    """The body of this request. Raises Problem `not_json`, `bad_json`, `invalid`; 413 where it is too large."""
    if request.mimetype != "application/json":
        raise Problem("not_json")
    return checked(model, parsed(request.get_data(cache=False)))


def parsed(raw: bytes) -> Any:
    """JSON as RFC 8259 has it. Raises Problem `bad_json`, also for NaN, names given twice and endless nesting."""
    try:
        return json.loads(raw.decode(), parse_constant=_refuse, object_pairs_hook=_unique_pairs)
    except (ValueError, RecursionError):
        raise Problem("bad_json") from None


def checked(model: type[Model], value: Any) -> Model:
    """The value as the model. Raises Problem `invalid` with every field that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise Problem("invalid", [_wrong(model, problem["loc"], problem["type"]) for problem in problems]) from None


def _wrong(model: type[BaseModel], place: Iterable[Any], code: str) -> FieldProblem:
    # Unknown names come from outside: an answer repeats only as much as helps with a typing error.
    name = ".".join(str(part)[:40] for part in place if isinstance(part, str | int))
    return FieldProblem(field=name, code=code, detail=i18n.say(ERROR_SENTENCES.get(code) or _belongs(model, name)))


def _belongs(model: type[BaseModel], name: str) -> Sentence:
    """What belongs into this field of the body."""
    fields = (field for own, field in model.model_fields.items() if name in (own, field.alias))
    marks = (mark for field in fields for mark in (*field.metadata, *_marks(field.annotation)))
    return next((mark.sentence for mark in marks if isinstance(mark, ExpectedValue)), WRONG_VALUE)


def _marks(annotation: Any) -> Iterable[Any]:
    """What stands in the annotations of a field that may be absent."""
    return (mark for part in get_args(annotation) for mark in getattr(part, "__metadata__", ()))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name that is given twice")
    return found
