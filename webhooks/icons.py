"""The icons of our pages: lucide's (ISC), as `make assets` fetched them, and of those only the ones named here."""

import json
from functools import cache
from pathlib import Path

from markupsafe import Markup

NODE_MODULES = Path(__file__).resolve().parent.parent / "node_modules"
SET = NODE_MODULES / "@iconify-json/lucide/icons.json"
FILE = "icons.svg"
"""The name under which pages load them, each a symbol."""
ICONS = (
    *("arrow-down", "arrow-right", "arrow-up", "badge-check", "ban", "bell", "calendar-days", "chart-column"),
    *("circle", "circle-alert", "circle-check", "contact", "door-open", "download", "file-text", "flashlight"),
    *("inbox", "info", "key-round", "keyboard", "languages", "list", "log-out", "megaphone", "message-circle"),
    *("minus", "monitor", "pause", "play", "plus", "scan-line", "scroll-text", "search", "send", "switch-camera"),
    *("ticket", "triangle-alert", "undo-2", "user", "user-plus", "users", "volume-2", "x"),
)


@cache
def sprite() -> bytes:
    """All of them as one SVG file of symbols; without any where the set has not been fetched."""
    drawn = json.loads(SET.read_text(encoding="utf-8"))["icons"] if SET.is_file() else {}
    symbols = (f'<symbol id="{name}" viewBox="0 0 24 24">{drawn[name]["body"]}</symbol>' for name in ICONS if drawn)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def drawing(name: str, address: str, look: str = "") -> Markup:
    """The icon as a page holds it: beside words, so that it says nothing itself. `address` is that of all of them.

    Raises ValueError for a name that is not among ICONS.
    """
    if name not in ICONS:
        raise ValueError(name)
    return Markup('<svg class="icon {}" width="20" height="20" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        look, address, name
    )
