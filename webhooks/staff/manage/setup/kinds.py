"""The pages of kinds of pass: the list, one kind's form, and retiring one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.domain import audit, edit_conflict, events
from bot.domain.events import validation as event_validation
from bot.domain.models import Event, Kind
from bot.domain.passes import kinds as domain
from bot.domain.roster import gates
from bot.errors import Refused
from bot.service import Service
from flows.text import _, words
from flows.text.languages import SOURCE
from flows.text.pass_days import describe_days
from webhooks.i18n import say
from webhooks.staff.manage import display, inputs, switches
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    audited,
    changing,
    done,
    form,
    judged,
    of_number,
    page,
    refusal_text,
    typed,
)
from webhooks.staff.manage.switches import EventSwitch

FIELD_OF_REFUSAL = {
    "bad_text": f"label-{SOURCE}",
    "bad_slug": "slug",
    "kind_taken": "slug",
    "bad_policy": "policy",
    "bad_party_limit": "max_party",
    "no_such_day": "days",
    "too_many_days": "days",
    "kind_has_passes": "days",
    "no_such_gate": "gates",
}
"""The input at which a refusal is shown, by code."""
SWITCHES = {
    "retire": EventSwitch(
        audit.KIND_RETIRED,
        _("Retire"),
        _("{kind} is retired."),
        lambda kind: kind.retired_at is not None,
        _("No more passes of this kind are given out. Those that there are stay valid."),
        grave=True,
    ),
    "restore": EventSwitch(
        audit.KIND_RESTORED,
        _("Give out again"),
        _("Passes of kind {kind} are given out again."),
        lambda kind: kind.retired_at is None,
        _("At the desk and in lists this kind can be chosen again."),
    ),
}
SAVED = _("{kind} is saved.")


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/kinds` and each of them."""

    @blueprint.get("/<slug>/kinds")
    @admin
    def kinds(slug: str) -> Answer:
        return _list(service, slug)

    @blueprint.get("/<slug>/kinds/new", endpoint="new_kind", defaults={"kind_id": None})
    @blueprint.get("/<slug>/kinds/<int:kind_id>")
    @admin
    def kind(slug: str, kind_id: int | None) -> Answer:
        return _page(service, slug, _find(service, slug, kind_id))

    @blueprint.post("/<slug>/kinds/new", endpoint="add_kind", defaults={"kind_id": None})
    @blueprint.post("/<slug>/kinds/<int:kind_id>")
    @admin
    def save_kind(slug: str, kind_id: int | None) -> Answer:
        return _save(service, slug, _find(service, slug, kind_id))

    switches.routes(blueprint, service, "kind", SWITCHES, domain.list_kinds, _throw, _list, name=_name)


def _throw(service: Service, db: Session, slug: str, kind: Kind, what: str) -> None:
    """Raises Refused."""
    domain.retire(db, slug, kind.slug, service.now() if what == "retire" else None)


def _save(service: Service, slug: str, row: Kind | None) -> Answer:
    """Keep the form's values: a new kind, or changes of `row`."""
    spoken = display.spoken(service.database.ask(events.by_slug, slug))
    given = _given(spoken)
    values, wrong = _checked(given, spoken)
    if wrong:
        return _page(service, slug, row, given, wrong)
    try:
        if row is None:
            named = given["slug"] or events.gate_slug(given[f"label-{SOURCE}"])[: event_validation.MAX_SLUG_LENGTH]
            with audited(service, audit.KIND_ADDED) as db:
                domain.add(db, slug, named.strip("-"), **values)
        else:
            with changing(service, audit.KIND_CHANGED, row) as db:
                domain.change(db, slug, row.slug, **values)
    except Refused as no:
        return _refused(service, slug, row, given, no)
    return _done(given)


def _refused(service: Service, slug: str, row: Kind | None, given: Texts, no: Refused) -> Answer:
    """The form again; where exactly this is kept already it was sent twice."""
    same = no.code in ("changed_meanwhile", "kind_taken")
    with service.database.read() as db:
        there = [kind for kind in domain.list_kinds(db, slug) if kind.id == (row.id if row else kind.id)]
        spoken = display.spoken(events.by_slug(db, slug))
    if same and any({**_current_texts(kind, spoken), "slug": given["slug"]} == given for kind in there):
        return _done(given)
    wrong = {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)}
    return _page(service, slug, there[0] if row else None, given, wrong, beside=no.code == "changed_meanwhile")


def _done(given: Texts) -> Response:
    return done("manage.kinds", SAVED.filled(kind=given[f"label-{SOURCE}"]))


def _given(spoken: Mapping[str, str]) -> dict[str, str]:
    plain = {name: typed(name).strip() for name in ("slug", "policy", "max_party")}
    several = {name: " ".join(request.form.getlist(name)) for name in ("days", "gates")}
    return {**plain, **several, **{f"label-{code}": typed(f"label-{code}").strip() for code in spoken}}


def _checked(given: Texts, spoken: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of the kind, and what is wrong, by input."""
    values, wrong = judged(("max_party", "days"), lambda name: _read(name, given[name]))
    labels = {code: given[f"label-{code}"] for code in spoken if given[f"label-{code}"]}
    if SOURCE not in labels:
        wrong[f"label-{SOURCE}"] = say(_("Enter a name in English."))
    fields = {"labels": labels, "policy": given["policy"] or None, "gates": given["gates"].split() or None}
    return {**values, **fields}, wrong


def _read(name: str, text: str) -> int | list[date] | None:
    """Raises UnreadableInput."""
    if name == "days":
        return [inputs.day(day) for day in text.split()] or None
    return inputs.whole(text) if text else None


def _current_texts(kind: Kind, spoken: Mapping[str, str]) -> dict[str, str]:
    return {
        "slug": kind.slug,
        "policy": kind.policy or "",
        "max_party": inputs.format_value(kind.max_party, "UTC"),
        "days": " ".join(kind.days or ()),
        "gates": " ".join(kind.gates or ()),
        **{f"label-{code}": kind.labels.get(code, "") for code in spoken},
    }


def _find(service: Service, slug: str, kind_id: int | None) -> Kind | None:
    """The kind of this id, else 404; None for a new one."""
    return None if kind_id is None else of_number(service.database.ask(domain.list_kinds, slug), kind_id)


def _name(kind: Kind) -> str:
    return say(words({"en": kind.slug, **kind.labels}))


def _list(service: Service, slug: str, problem: str = "") -> Answer:
    with service.database.read() as db:
        event = events.by_slug(db, slug)
        gate_names = {gate.slug: gate.name for gate in gates.list_gates(db, slug)}
        rows = [_row(kind, event, gate_names) for kind in domain.list_kinds(db, slug)]
    return page("setup/kinds", rows=rows, words=SWITCHES, problem=problem)


def _row(kind: Kind, event: Event, gate_names: Mapping[str, str]) -> dict[str, Any]:
    days = [date.fromisoformat(day) for day in kind.days or ()]
    return {
        "id": kind.id,
        "name": _name(kind),
        "slug": kind.slug,
        "public": kind.number == 0,
        "retired": kind.retired_at is not None,
        "rule": display.POLICY_NAMES[kind.policy or event.policy],
        "party": display.number(kind.max_party or event.max_party, ""),
        "days": describe_days(days) if days else _("the day that is chosen"),
        "gates": ", ".join(gate_names.get(gate, gate) for gate in kind.gates or ()) or _("every gate"),
    }


def _page(
    service: Service,
    slug: str,
    kind: Kind | None = None,
    given: Texts | None = None,
    wrong: Texts | None = None,
    *,
    beside: bool = False,
) -> Answer:
    with service.database.read() as db:
        event = events.by_slug(db, slug)
        days = [(day.day.isoformat(), display.weekday(day.day)) for day in event.days]
        there = [(gate.slug, gate.name) for gate in gates.list_gates(db, slug)]
    spoken = display.spoken(event)
    empty = dict.fromkeys(("slug", "policy", "max_party", "days", "gates", *(f"label-{code}" for code in spoken)), "")
    as_event = _("as the event: {value}", value=display.POLICY_NAMES[event.policy])
    return form(
        "setup/kind",
        _current_texts(kind, spoken) if kind else empty,
        given,
        wrong,
        beside=beside,
        kind=kind,
        title=_name(kind) if kind else _("New kind of pass"),
        spoken=spoken,
        days=days,
        gates=there,
        policies=[("", as_event), *display.POLICY_NAMES.items()],
        party=event.max_party,
        seen=edit_conflict.fingerprint(kind) if kind else "",
    )
