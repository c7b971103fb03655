"""Large text on the pages of a pass: by a link, remembered in this browser, without JavaScript."""

from flask import request, session

from flows.shapes import Sentence
from flows.text import _

LARGE, NORMAL = "large", "normal"
PAGES_OF_PASSES = ("pass_page", "visitor")
"""The blueprints whose pages can be had in it."""
LINKS = {LARGE: _("Larger text"), NORMAL: _("Normal text")}
"""What the link to each size is called."""


def keep_size() -> None:
    """Let a size that the address names hold for the pages that follow; run before each request."""
    if request.method == "GET" and (chosen := request.args.get("text")) in LINKS:
        session["text"] = chosen


def text_size() -> str:
    """The size of this page's text: the one that was chosen, on the pages of passes."""
    return LARGE if request.blueprint in PAGES_OF_PASSES and session.get("text") == LARGE else NORMAL


def other_size() -> tuple[str, Sentence]:
    """The size that this page does not have, as an address names it, and what the link to it is called."""
    name = NORMAL if text_size() == LARGE else LARGE
    return name, LINKS[name]
