"""Forms inside WhatsApp: what Twilio's page on `twilio/flows` says of a template, and what a phone shows of it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

FLOWS = "twilio/flows"
CATEGORIES = ("UTILITY", "MARKETING")
"""The categories in which WhatsApp approves one."""
TYPES = frozenset(
    (
        "SIGN_UP",
        "SIGN_IN",
        "APPOINTMENT_BOOKING",
        "LEAD_GENERATION",
        "CONTACT_US",
        "CUSTOMER_SUPPORT",
        "SURVEY",
        "OTHER",
    )
)
NEEDED: Mapping[str, tuple[str, ...]] = {
    "SHORT_TEXT": ("text", "label"),
    "LONG_TEXT": ("text", "label"),
    "SINGLE_SELECT": ("text", "label", "options"),
    "MULTI_SELECT": ("text", "label", "options"),
    "DATE_PICKER": ("label", "min_date", "max_date", "unavailable_dates"),
    "LIST": ("label", "options"),
    "TEXT_HEADING": ("text",),
    "TEXT_SUBHEADING": ("text",),
    "TEXT_BODY": ("text",),
    "TEXT_CAPTION": ("text",),
    "RICH_TEXT": ("text_list",),
    "MEDIA": ("url",),
    "FOOTER": ("label",),
}
"""What each component must have."""
INPUT_TYPES = frozenset(("TEXT", "NUMBER", "EMAIL", "PASSWORD", "PASSCODE", "PHONE"))
MAX_PAGES, MAX_PAGE_ID_LENGTH, MAX_BODY_LENGTH = 10, 20, 1024
MAX_LENGTHS = {"label": 20, "text": 80, "title": 30, "footer": 35, "prose": 4096, "button": 20}
"""WhatsApp's own limits for the components of a form; a calendar's label may have 40."""
MAX_DATE_LABEL_LENGTH, MAX_OPTIONS = 40, 20
_VARIABLE = re.compile(r"\{\{([^}]*)\}\}")
_PROSE = ("TEXT_BODY", "TEXT_CAPTION")

Json = Mapping[str, Any]


def why_not(content: Any) -> str:
    """Why Twilio would not make such a template; empty: it would."""
    return next(_complaints(content), "")


def _complaints(content: Any) -> Iterator[str]:
    if not isinstance(content, dict) or not all(
        isinstance(content.get(name), str) and content[name] for name in ("body", "button_text", "type")
    ):
        yield "body, button_text, type and pages are needed"
        return
    if len(content["body"]) > MAX_BODY_LENGTH or content["type"] not in TYPES:
        yield "the body is too long, or the type is none"
    if _VARIABLE.search(content["button_text"]) or len(content["button_text"]) > MAX_LENGTHS["button"]:
        yield "button_text takes no variable and few characters"
    pages = content.get("pages")
    if not isinstance(pages, list) or not 1 <= len(pages) <= MAX_PAGES:
        yield f"1 to {MAX_PAGES} pages are needed"
        return
    ids = [page.get("id") for page in pages]
    if len(set(ids)) < len(ids) or any(page.get("next_page_id") not in (None, *ids) for page in pages):
        yield "pages have ids of their own, and lead to one another"
    for page in pages:
        yield from _of_page(page)


def _of_page(page: Json) -> Iterator[str]:
    if not re.fullmatch(rf"[A-Za-z_]{{1,{MAX_PAGE_ID_LENGTH}}}", str(page.get("id"))):
        yield f"the id of a page is at most {MAX_PAGE_ID_LENGTH} letters and underscores"
    if _VARIABLE.search(str(page.get("title", ""))):
        yield "the title of a page takes no variable"
    for part in page.get("layout") or [{}]:
        yield from _of_component(part)


def _of_component(part: Json) -> Iterator[str]:
    kind = str(part.get("type"))
    if kind not in NEEDED or any(not isinstance(part.get(name), str | list) for name in NEEDED[kind]):
        yield f"a {kind} is none, or lacks something"
        return
    if part.get("input_type", "TEXT") not in INPUT_TYPES:
        yield f"{part['input_type']} is no type of input"
    for name, value in part.items():
        if isinstance(value, str):
            yield from _of_value(kind, name, value)


def _of_value(kind: str, name: str, value: str) -> Iterator[str]:
    variables = _VARIABLE.findall(value)
    if any("." in variable for variable in variables):
        yield f"a variable in {name} has a full stop"
    if variables and not _VARIABLE.fullmatch(value):
        yield f"{name} is a variable as a whole or not at all"
    if not variables and len(value.encode("utf-16-le")) > 2 * _longest(kind, name):
        yield f"{name} of a {kind} is too long: {value}"


def _longest(kind: str, name: str) -> int:
    if kind in _PROSE or name in ("options", "unavailable_dates", "url"):
        return MAX_LENGTHS["prose"]
    if name == "label":
        return {"FOOTER": MAX_LENGTHS["footer"], "DATE_PICKER": MAX_DATE_LABEL_LENGTH}.get(kind, MAX_LENGTHS["label"])
    return MAX_LENGTHS.get(name, MAX_LENGTHS["text"])


def card(content: Json) -> dict[str, Any]:
    """What a phone shows of a filled template. Raises ValueError for options or days that are none."""
    pages = [{**page, "layout": [_shown(part) for part in page["layout"]]} for page in content["pages"]]
    return {"kind": "form", "button": content["button_text"], "pages": pages}


def _shown(part: Json) -> dict[str, Any]:
    if "options" in part:
        options = json.loads(part["options"])
        ids = [option["id"] for option in options]
        titles = [len(option["title"].encode("utf-16-le")) <= 2 * MAX_LENGTHS["title"] for option in options]
        if not 1 <= len(ids) <= MAX_OPTIONS or len(set(ids)) < len(ids) or not all(titles):
            raise ValueError("options")
        return {**part, "options": options}
    if part["type"] == "DATE_PICKER":
        away = [date.fromisoformat(day).isoformat() for day in json.loads(part["unavailable_dates"])]
        first, last = date.fromisoformat(part["min_date"]), date.fromisoformat(part["max_date"])
        if first > last:
            raise ValueError("dates")
        return {**part, "unavailable_dates": away}
    return dict(part)
