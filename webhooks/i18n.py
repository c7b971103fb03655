"""Sentences of the pages in the reader's language, and error pages."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import g, request, session
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from flows.shapes import Sentence
from flows.text import LANGUAGES, _, render
from flows.text.languages import CONFIRMED, SOURCE


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error page: what happened and what to do."""

    title: Sentence
    advice: Sentence


ERRORS: Mapping[int, ErrorText] = {
    400: ErrorText(_("There is a problem with this request"), _("Go back and try again.")),
    401: ErrorText(_("You are signed out"), _("Sign in again to go on.")),
    403: ErrorText(
        _("You cannot see this page"), _("If you need this page, ask the organisers, or sign in with another number.")
    ),
    404: ErrorText(_("Page not found"), _("Check the web address, or go to the first page.")),
    405: ErrorText(_("This page does not work that way"), _("Go to the first page and start again.")),
    410: ErrorText(_("This link has expired"), _("To get a new link, send *my pass* to us on WhatsApp.")),
    413: ErrorText(_("This file is too large"), _("Send a smaller file.")),
    429: ErrorText(_("Too many tries"), _("Wait 2 minutes, then go back and try again. Nothing is lost.")),
    503: ErrorText(_("Sorry, the service is not available"), _("Try again in a minute. Nothing is lost.")),
}
OLD_FORM = ErrorText(_("This page has expired"), _("Go back, reload the page and send it again. Cookies must be on."))
"""The error page for a form without the token of this browser."""
BOLD = re.compile(r"(?<!\w)\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\w)")
"""What WhatsApp shows bold: its asterisks stand beside words, not within them."""
FIRST_PAGE = _("Go to the first page")
REFERENCE = _("If you write to us about it, add this code:")
"""Before the number of the request, under which the log has the problem."""
BROKEN = ErrorText(_("Sorry, there is a problem"), _("We have recorded the problem. Try again in a minute."))


def error(code: int) -> ErrorText:
    """The words for an HTTP status."""
    return ERRORS.get(code, BROKEN if code >= 500 else ERRORS[400])


def offer(codes: Iterable[str]) -> None:
    """Let this page be had in these languages only: those of its event, or those that the pages of admins speak."""
    g.languages = {code: LANGUAGES[code] for code in codes if code in LANGUAGES}


def offered() -> Mapping[str, str]:
    """The languages in which this page can be had, by their codes; of no event: those that are confirmed, and the one
    that the reader has chosen at an event.
    """
    if g.get("languages"):
        return dict(g.languages)
    return {code: LANGUAGES[code] for code in (*CONFIRMED, str(session.get("language"))) if code in LANGUAGES}


_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")
"""The language of an answer that is made without Flask."""


def language() -> str:
    """The language of the page: the one chosen for it, else the first of the reader's in which it can be had."""
    if spoken := _SPOKEN.get():
        return spoken
    chosen, there = request.args.get("lang") or session.get("language"), list(offered())
    if chosen in there:
        return str(chosen)
    return _best(request.accept_languages, there)


def _best(accepted: LanguageAccept, there: Sequence[str]) -> str:
    likely = SOURCE if SOURCE in there else there[0]
    return accepted.best_match(there, default=likely) or likely


@contextmanager
def speaking(accepted: str) -> Iterator[None]:
    """Let sentences be in the language of somebody who has chosen none, by the header Accept-Language, in a block that
    asks nothing of Flask.
    """
    token = _SPOKEN.set(_of_header(accepted))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


@lru_cache(maxsize=64)
def _of_header(accepted: str) -> str:
    return _best(parse_accept_header(accepted, LanguageAccept), CONFIRMED)


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


def say_bold(sentence: Sentence) -> Markup:
    """A sentence in which what is bold on WhatsApp is bold too: words to send stand out from those around them."""
    return bold(render(sentence, language()))


def bold(text: str) -> Markup:
    """A message as WhatsApp shows it: what stands between asterisks is bold."""
    strong = Markup("<strong>{}</strong>")
    parts = BOLD.split(text)  # every other one stood between asterisks
    return Markup("").join(strong.format(part) if place % 2 else part for place, part in enumerate(parts))
