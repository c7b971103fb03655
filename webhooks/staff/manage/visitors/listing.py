"""The list of visitors: search as you type, filters, order, pages by key. Each look at it is audited."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from bot.domain import audit, events
from bot.domain.audit import recorder
from bot.domain.models import Pass
from bot.domain.visitors import listing
from bot.domain.visitors.listing import PassFilter, PassPage
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _, words
from flows.text.choices import people as so_many
from flows.text.literal import escape
from flows.understanding.codes import shown
from webhooks.i18n import say
from webhooks.staff.dashboard.texts import CHANNEL_NAMES
from webhooks.staff.manage import display
from webhooks.staff.manage.announcements import broadcast_texts
from webhooks.staff.manage.layout import Answer, Texts, admin, audited, clean, page, refusal_text, typed
from webhooks.staff.manage.visitors import details, texts

FILTERS = ("day", "status", "kind", "channel", "entered", "sort")
FIELDS = ("sought", *FILTERS, "after", "before")
"""The inputs of the form, and the keys of the pages around this one."""
IN_ADDRESS = (*FILTERS, "after", "before")
"""What an address may say as well: nothing of anybody."""
MAX_INPUT_LENGTH = 80
"""Characters of one input."""
ENTERED: Mapping[str, bool | None] = {"": None, "yes": True, "no": False}
ENTERED_NAMES: Mapping[str, Sentence] = {"": _("all"), "yes": _("yes"), "no": _("not yet")}
SORT_NAMES: Mapping[str, Sentence] = {
    listing.NEWEST: _("newest first"),
    listing.OLDEST: _("oldest first"),
    listing.BY_DAY: _("by day"),
    listing.BY_LAST_DAY: _("by day, last day first"),
}


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors`; what is sought is sent in a body, which no log and no history keeps."""

    @blueprint.get("/<slug>/visitors", endpoint="visitors")
    @admin
    def first_page(slug: str) -> Answer:
        shown = {name: clean(request.args.get(name, ""))[:MAX_INPUT_LENGTH] for name in IN_ADDRESS}
        return _answer(service, slug, dict.fromkeys(FIELDS, "") | shown)

    @blueprint.post("/<slug>/visitors")
    @admin
    def find(slug: str) -> Answer:
        return _answer(service, slug, {name: typed(name)[:MAX_INPUT_LENGTH] for name in FIELDS})


def _answer(service: Service, slug: str, given: Texts) -> Answer:
    """The whole page, or for a page that is open only its list."""
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {"rows": [], "after": "", "before": ""}
    try:
        told |= _list(service, slug, given)
    except Refused as no:
        wrong = {"sought": refusal_text(no)}
    filtered = any(given[name] for name in FILTERS)
    told |= {"wrong": wrong, "filtered": filtered, "wanted": filtered or bool(given["sought"])}
    if "HX-Request" in request.headers:
        # The page puts in what comes with 200 alone.
        return render_template("staff/manage/visitors_list.html", slug=slug, part=True, **told), 200
    return page("visitors", form=given, choices=_choices(service, slug), **told)


def _list(service: Service, slug: str, given: Texts) -> dict[str, Any]:
    """The rows and the keys of the pages around them. Raises Refused."""
    wanted, keys = _filter(given), {"after": given["after"], "before": given["before"]}
    with service.database.read() as db:
        found = listing.list_passes(db, slug, wanted, region=service.settings.default_region, **keys)
        rows = [_row(pass_, found.entered.get(pass_.id, 0)) for pass_ in found.passes]
    _record(service, found)
    return {"rows": rows, "after": found.after, "before": found.before}


def _filter(given: Texts) -> PassFilter:
    """The filter of the form; whatever no list of it offers stands for all."""
    try:
        day = date.fromisoformat(given["day"]) if given["day"] else None
    except ValueError:
        day = None
    return PassFilter(
        text=given["sought"],
        day=day,
        status=given["status"] if given["status"] in texts.PASS_STATUS else "",
        kind=given["kind"],
        channel=given["channel"] if given["channel"] in broadcast_texts.CHANNELS else "",
        entered=ENTERED.get(given["entered"]),
        sort=given["sort"] if given["sort"] in listing.SORTS else listing.NEWEST,
    )


def _record(service: Service, found: PassPage) -> None:
    """Keep which passes were seen, never what was sought."""
    with audited(service, audit.SEARCHED) as db:
        ids, codes = [pass_.id for pass_ in found.passes], [shown(pass_.code) for pass_ in found.passes]
        recorder.add_facts(db, by=found.by, passes=ids, codes=codes)


def _choices(service: Service, slug: str) -> dict[str, list[tuple[str, str]]]:
    """What each list of the form offers."""
    with service.database.read() as db:
        event = events.by_slug(db, slug)
        days = [(day.day.isoformat(), display.weekday(day.day)) for day in event.days]
        kinds = [(kind.slug, say(words(kind.labels))) for kind in event.kinds]
    everything = ("", say(_("all")))
    return {
        "day": [everything, *days],
        "status": [everything, *((code, say(name)) for code, name in texts.PASS_STATUS.items())],
        "kind": [everything, *kinds],
        "channel": [everything, *((code, say(name)) for code, name in broadcast_texts.CHANNELS.items())],
        "entered": [(code, say(name)) for code, name in ENTERED_NAMES.items()],
        "sort": [(code, say(name)) for code, name in SORT_NAMES.items()],
    }


def _row(pass_: Pass, entered: int) -> Mapping[str, Any]:
    return {
        "id": pass_.id,
        "code": shown(pass_.code),
        "name": escape(pass_.registration.full_name) or texts.ERASED,
        "day": details.days(pass_),
        "people": so_many(pass_.party_size),
        "entered": entered,
        "kind": words(pass_.kind.labels) if pass_.kind.number else "",
        "status": pass_.status,
        "state": texts.PASS_STATUS[pass_.status],
        "channel": CHANNEL_NAMES.get(pass_.registration.channel, pass_.registration.channel),
    }
