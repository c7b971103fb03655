"""The Content templates of the simulated account, and their texts when filled."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from redis import Redis

from webhooks.simulator.store import flow_templates

TEMPLATES_KEY = "sim:content"
TEMPLATES_ORDER_KEY = "sim:content:order"
MAX_BUTTONS, MAX_ROWS = 3, 10
MAX_LENGTHS = {"body": 1024, "title": 20, "item": 24, "button": 20, "description": 72, "id": 200}
"""Twilio's limits ('twilio/quick-reply', 'twilio/list-picker'), in UTF-16 units."""
_VARIABLE = re.compile(r"\{\{(\w{1,16})\}\}")
_ENDS = re.compile(r"^\s*\{\{|\}\}\s*$")
_SIDE_BY_SIDE = re.compile(r"\}\}\s*\{\{")
_NO_VALUE = re.compile(r"[\n\t\r]| {5}")
CONTENT_TYPES = (
    *("twilio/quick-reply", "twilio/list-picker", "twilio/media", "twilio/text", "whatsapp/authentication"),
    flow_templates.FLOWS,
)


@dataclass(eq=False)
class TemplateRefused(Exception):
    """Twilio's code: 21655 no such template, 21656 bad variables, 63013 WhatsApp would not take it."""

    code: int


@dataclass(frozen=True, slots=True)
class FilledContent:
    """A template with its variables in place."""

    body: str
    card: dict[str, Any]
    """`kind` (buttons, list), the list's `button`, `rows` of id, title and detail; of a `form` its `button` and
    `pages`; empty: words alone."""
    media: tuple[str, ...] = ()
    """Where its picture is to be fetched."""
    approved: bool = False
    """WhatsApp has approved the template, so that it counts outside the 24-hour window."""


class TemplateStore:
    """The templates, in the order in which they were made."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def add(self, sid: str, template: Mapping[str, Any]) -> None:
        """Keep a template."""
        self._redis.hset(TEMPLATES_KEY, sid, json.dumps(dict(template)))
        self._redis.zadd(TEMPLATES_ORDER_KEY, {sid: self._redis.incr(f"{TEMPLATES_ORDER_KEY}:next")}, nx=True)

    def get(self, sid: str) -> dict[str, Any] | None:
        """The template, if there is one."""
        row = self._redis.hget(TEMPLATES_KEY, sid)
        return dict(json.loads(row)) if row else None

    def list_templates(self) -> list[dict[str, Any]]:
        """All templates, the newest first."""
        order = cast("list[bytes]", self._redis.zrevrange(TEMPLATES_ORDER_KEY, 0, -1))
        rows = self._redis.hmget(TEMPLATES_KEY, order) if order else []
        return [json.loads(row) for row in rows if row]

    def remove(self, sid: str) -> None:
        """Forget a template."""
        self._redis.hdel(TEMPLATES_KEY, sid)
        self._redis.zrem(TEMPLATES_ORDER_KEY, sid)

    def fill(self, sid: str, variables: str) -> FilledContent:
        """The text of a message with this template. Raises TemplateRefused."""
        template = self.get(sid)
        if template is None:
            raise TemplateRefused(21655)
        values = {**(template.get("variables") or {}), **_given(variables)}
        kind = next((name for name in CONTENT_TYPES if name in template["types"]), "")
        if not kind:
            raise TemplateRefused(63013)
        approved = template.get("approval") == "approved"
        if kind == "whatsapp/authentication":
            return FilledContent(f"*{values.get('1', '')}* is your verification code.", {}, approved=approved)
        if kind == flow_templates.FLOWS and not approved:
            raise TemplateRefused(63013)
        return replace(_filled(kind, _put_in(template["types"][kind], values)), approved=approved)


def why_not(template: Mapping[str, Any]) -> str:
    """Why WhatsApp would not approve a template, by Twilio's pages on its types; empty: it would.

    A list has none at all; text neither begins nor ends with a variable, nor do two stand side by side; a
    variable has a sample. Whether a picture's sample can be fetched is for the caller to see.
    """
    kind = next((name for name in CONTENT_TYPES if name in template["types"]), "")
    body = str(template["types"][kind].get("body", "")) if kind else ""
    samples = template.get("variables") or {}
    if kind == "twilio/list-picker":
        return "A list picker cannot be submitted"
    if kind == flow_templates.FLOWS and template.get("name"):
        return "A template that was submitted is never submitted again"
    if _ENDS.search(body) or _SIDE_BY_SIDE.search(body):
        return "Variables cannot be at the start or end of the template, nor next to each other"
    if any(not samples.get(name) for name in _VARIABLE.findall(json.dumps(template["types"]))):
        return "A sample is needed for each variable"
    return ""


def sample_media(template: Mapping[str, Any]) -> list[str]:
    """The addresses of the pictures that WhatsApp is shown with a template."""
    samples = {name: str(value) for name, value in (template.get("variables") or {}).items()}
    media = (template["types"].get("twilio/media") or {}).get("media") or []
    return [str(_put_in(url, samples)) for url in media]


def _given(variables: str) -> dict[str, str]:
    try:
        given = json.loads(variables or "{}")
    except ValueError:
        raise TemplateRefused(21656) from None
    if not isinstance(given, dict):
        raise TemplateRefused(21656)
    if any(not isinstance(value, str) or not value.strip() or _NO_VALUE.search(value) for value in given.values()):
        raise TemplateRefused(21656)
    return given


def _put_in(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_put_in(inner, values) for inner in part]
    if isinstance(part, dict):
        return {name: _put_in(inner, values) for name, inner in part.items()}
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), part) if isinstance(part, str) else part


def _filled(kind: str, content: dict[str, Any]) -> FilledContent:
    card: dict[str, Any] = {}
    if kind == "twilio/quick-reply":
        rows = [{"id": item.get("id", ""), "title": item["title"], "detail": ""} for item in content["actions"]]
        card = {"kind": "buttons", "button": "", "rows": rows}
        _check_rows(rows, MAX_BUTTONS, MAX_LENGTHS["title"])
    elif kind == "twilio/list-picker":
        items = content["items"]
        rows = [{"id": item["id"], "title": item["item"], "detail": item.get("description", "")} for item in items]
        card = {"kind": "list", "button": content["button"], "rows": rows}
        _check_rows(rows, MAX_ROWS, MAX_LENGTHS["item"])
        _check(content["button"], MAX_LENGTHS["button"])
    elif kind == flow_templates.FLOWS:
        try:
            card = flow_templates.card(content)
        except (ValueError, KeyError, TypeError):
            raise TemplateRefused(21656) from None
    _check(content["body"], MAX_LENGTHS["body"] if card else 1600)
    return FilledContent(content["body"], card, tuple(content.get("media") or ()))


def _check_rows(rows: list[dict[str, str]], max_rows: int, longest_title: int) -> None:
    """WhatsApp wants few rows, of different titles and ids."""
    if not 1 <= len(rows) <= max_rows or any(len({row[part] for row in rows}) < len(rows) for part in ("id", "title")):
        raise TemplateRefused(63013)
    for row in rows:
        _check(row["title"], longest_title)
        _check(row["id"], MAX_LENGTHS["id"])
        _check(row["detail"], MAX_LENGTHS["description"], may_be_empty=True)


def _check(text: str, max_length: int, *, may_be_empty: bool = False) -> None:
    if len(text.encode("utf-16-le")) > 2 * max_length or not (text or may_be_empty):
        raise TemplateRefused(63013)
