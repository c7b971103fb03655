"""Sentences of the pages in the reader's language, and error pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, session

from flows.shapes import Sentence
from flows.text import LANGUAGES, _, render


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error page: what happened and what to do."""

    title: Sentence
    advice: Sentence


ERRORS: Mapping[int, ErrorText] = {
    400: ErrorText(_("We could not read that"), _("Please go back and try again.")),
    401: ErrorText(_("You are signed out"), _("Please sign in again.")),
    403: ErrorText(_("This is not open to you"), _("If you think it should be, please ask the organisers.")),
    404: ErrorText(_("There is nothing here"), _("Please check the address, or start again from the first page.")),
    405: ErrorText(_("That does not work here"), _("Please start again from the first page.")),
    410: ErrorText(_("This link has expired"), _("Send *my pass* on WhatsApp and you get a new one.")),
    413: ErrorText(_("That is too large"), _("Please send something smaller.")),
    429: ErrorText(
        _("That was too often"), _("Please wait a minute or two, then go back and try again. Nothing is lost.")
    ),
    503: ErrorText(_("We cannot answer just now"), _("Please try again in a minute.")),
}
OLD_FORM = ErrorText(
    _("This page was open for too long"), _("Please go back, load it again, and send it once more. Cookies must be on.")
)
"""The error page for a form without the token of this browser."""
FIRST_PAGE = _("To the first page")
BROKEN = ErrorText(_("Something broke on our side"), _("It has been noted. Please try again in a minute."))


def error(code: int) -> ErrorText:
    """The words for an HTTP status."""
    if code >= 500:
        return ERRORS.get(code, BROKEN)
    return ERRORS.get(code, ERRORS[400])


def language() -> str:
    """The language of the page: the one chosen for it, else the first of the reader's that we have."""
    chosen = request.args.get("lang") or session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), default="en") or "en"


def keep_language() -> None:
    """Let a language that the address names hold for the pages that follow; run before each request."""
    if request.method == "GET" and (chosen := request.args.get("lang")) in LANGUAGES:
        session["language"] = chosen


def localized(value: Any) -> Any:
    """The value as a template prints it: a sentence in the page's language, all else unchanged."""
    return say(value) if isinstance(value, Sentence) else value


def say(sentence: Sentence, **params: Any) -> str:
    """A sentence in the page's language. What is bold on WhatsApp is plain here."""
    return render(sentence.filled(**params), language()).replace("*", "")
