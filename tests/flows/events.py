"""The events that conversations in tests may be about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.sandbox import world
from flows.shapes import Event, Question
from flows.text import access_needs

SCHOOL_CLASS = Question(
    "visitor_type",
    "choice",
    {"en": "Who are you?", "hi": "आप कौन हैं?"},
    required=True,
    options=({"en": "Student", "hi": "विद्यार्थी"}, {"en": "Teacher", "hi": "शिक्षक"}, {"en": "Other", "hi": "अन्य"}),
)
CHILDREN = Question(
    "children", "number", {"en": "How many children are among you?", "hi": "आप में कितने बच्चे हैं?"}, least=0, most=10
)

_KEPT = access_needs.as_kept()
NEEDS = Question(**{**_KEPT, "options": tuple(_KEPT["options"])})
STALLS = Question(
    "stall",
    "choice",
    {"en": "Which stall?", "hi": "कौन सा स्टॉल?"},
    options=(
        {"en": "Book", "hi": "पंजीकरण"},
        {"en": "End", "hi": "बंद"},
        {"en": "None", "hi": "कुछ नहीं"},
        {"en": "Language", "hi": "भाषा"},
        {"en": "Menu", "hi": "मेनू"},
        {"en": "Help", "hi": "मदद"},
        {"en": "Change", "hi": "बदलें"},
    ),
)
"""Asked by an event of long ago: choices that read as commands are refused by now."""


def events(now: datetime) -> Mapping[str, tuple[Event, int | None]]:
    """Each event with its places a day: all those that `# events:` may name."""
    demo = world.demo(now)
    soon = demo.starts_on + timedelta(days=30)

    def other(slug: str, name: str, **changes: Any) -> Event:
        return replace(demo, slug=slug, name={"en": name, "hi": name}, **changes)

    return {
        "demo": (demo, None),
        "fair": (other("fair", "Science Fair", max_party=4, questions=(SCHOOL_CLASS, CHILDREN)), 100),
        "access": (other("access", "Accessible Fair", questions=(NEEDS,)), None),
        "stalls": (other("stalls", "Stall Fair", questions=(STALLS,)), None),
        "soon": (other("soon", "Spring Fair", registration_opens_at=now + timedelta(days=7)), None),
        "shut": (other("shut", "Craft Fair", status="closed"), None),
        "full": (other("full", "Food Fair"), 0),
        "over": (other("over", "Old Fair", starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 3)), None),
        "off": (other("off", "Kite Fair", status="cancelled"), None),
        "single": (other("single", "One Day Fair", starts_on=soon.replace(day=20), ends_on=soon.replace(day=20)), None),
        "hours": (other("hours", "Evening Fair", opens=time(17), closes=time(21)), 50),
    }
