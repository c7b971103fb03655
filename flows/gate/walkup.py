"""Walk-up registration at the gate: `new`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows import understanding
from flows.fields import Choice, Number, Phone, Text, YesNo
from flows.fields.phone import phone_in
from flows.fields.steps import summary
from flows.gate import begun_at
from flows.shapes import (
    Answers,
    Effect,
    Event,
    EventDay,
    Facts,
    Flow,
    Invalid,
    Option,
    Outcome,
    PassKind,
    Say,
    Sentence,
    Start,
    Step,
    UserInput,
)
from flows.shapes.events import MAX_PARTY_SIZE
from flows.shapes.person import MAX_NAME_LENGTH, MIN_NAME_LENGTH
from flows.shapes.walkup_effects import LookForPass, RegisterWalkup
from flows.text import _, lines, sentence_for, words
from flows.text.choices import event_by, people
from flows.text.event_states import in_progress
from flows.text.literal import escape
from flows.understanding import party_sizes
from flows.understanding.vocabulary import Vocabulary, compiled
from flows.visitor.consent import read_out, shown_now, version_agreed
from flows.visitor.registration import event_sentences
from flows.visitor.someone_else import THEIR_NAME
from flows.visitor.visit_questions import party_sum

NAME = "walk_up"

SENT_TEXTS: Mapping[str, Sentence] = {
    "whatsapp": _("We are sending the pass to their WhatsApp."),
    "sms": _("We are sending a link to the pass to their phone by SMS."),
    "waits": _("They get the pass on WhatsApp when they send us *hi*. Until then, the code is their pass."),
    "": _("They gave no number: the code is their pass."),
}
"""How the pass reaches them, by the words of bot.delivery.dispatch.channel_choice."""

CODE_TO_WRITE = _("Write down this pass code for them: *{code}*")
PHONE_HAS_PASS = _("This number already has pass *{code}*. Make another pass anyway?")
OVERFULL = _("Places left for today: {left}. Register {people} anyway?")
NOT_REGISTERED = _("Nobody was registered.")
THEIRS = _("To admit them with the pass they have, send *{code}*.")

# --- what is known --------------------------------------------------------------------------------


def _event(facts: Facts) -> Event | None:
    return event_by(facts.duty.event, facts) if facts.duty else None


def _today(facts: Facts) -> EventDay | None:
    """The day on which people are let in now."""
    event = _event(facts)
    day = in_progress(event, facts.days(event), facts.now) if event else None
    return day if day and not day.closed else None


def _kinds(facts: Facts) -> tuple[PassKind, ...]:
    """The kinds that let people in today."""
    today = _today(facts)
    return tuple(kind for kind in facts.kinds if not kind.days or today.day in kind.days) if today else ()


def _kind(answers: Answers, facts: Facts) -> PassKind | None:
    return next((kind for kind in _kinds(facts) if kind.slug == answers.get("kind")), None)


def _left(facts: Facts) -> int | None:
    today = _today(facts)
    return today.left if today else None


def _is_supervisor(facts: Facts) -> bool:
    return facts.duty is not None and facts.duty.is_supervisor


def _max_party(answers: Answers, facts: Facts) -> int:
    """The largest party: what the kind allows, or what is left of the day for who may not go beyond it."""
    kind, left = _kind(answers, facts), _left(facts)
    allowed = kind.most if kind else MAX_PARTY_SIZE
    return allowed if left is None or _is_supervisor(facts) else min(allowed, left)


def _too_many(answers: Answers, facts: Facts) -> str:
    kind = _kind(answers, facts)
    return "only_some_today" if kind and _max_party(answers, facts) < kind.most else "party_too_large"


def _goes_beyond(answers: Answers, facts: Facts) -> bool:
    left = _left(facts)
    party = answers.get("party_size")
    return _is_supervisor(facts) and left is not None and isinstance(party, int) and party > left


# --- the questions --------------------------------------------------------------------------------


def _the_only_kind(answers: Answers, facts: Facts) -> str | None:
    kinds = _kinds(facts)
    return kinds[0].slug if len(kinds) == 1 else None


FOR_EVENT = Step(
    begun_at.EVENT,
    _("Which event?"),
    Choice(lambda answers, facts: tuple(Option(event.slug, words(event.name)) for event in facts.events)),
    given=lambda answers, facts: facts.duty.event if facts.duty else None,
)
"""Never asked: the event for which they work when it begins. What follows is about that event, or about none."""

FULL_NAME = replace(THEIR_NAME, name="full_name")

KIND = Step(
    "kind",
    _("Which kind of pass?"),
    Choice(
        lambda answers, facts: tuple(Option(kind.slug, words(kind.labels)) for kind in _kinds(facts)), findable=True
    ),
    label=_("Kind"),
    given=_the_only_kind,
    example=words("1"),
)

PARTY_SIZE = Step(
    "party_size",
    lambda answers, facts: (_("How many people? At most {most}.", most=_max_party(answers, facts)),),
    Number(1, _max_party, code=_too_many),
    label=_("People"),
    example=words("3"),
    heard=party_sum,
)


def _check_phone(answers: Answers, facts: Facts) -> tuple[Effect, ...]:
    if not answers["phone"] or facts.duty is None or begun_at.event_changed(answers, facts):
        return ()
    return (LookForPass(facts.duty.event, answers["kind"], answers["phone"]),)


PHONE = Step(
    "phone",
    _("What is their mobile number? If they have none, send *skip*."),
    Phone(optional=True),
    label=_("Their number"),
    after=_check_phone,
    example=words("98765 43210"),
)

ANYWAY = Step(
    "anyway",
    lambda answers, facts: (PHONE_HAS_PASS.filled(code=answers["held"]),),
    YesNo(),
    when=lambda answers, facts: bool(answers.get("held")),
    example=_("yes"),
)

OVERBOOK = Step(
    "overbook",
    lambda answers, facts: (OVERFULL.filled(left=_left(facts) or 0, people=people(answers["party_size"])),),
    YesNo(),
    when=_goes_beyond,
    example=_("yes"),
)


def _ask_consent(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    event = _event(facts)
    if event is None:  # the event was removed in mid-conversation: the flow ends before this is said
        return ()
    told = answers if len(_kinds(facts)) > 1 else {**answers, "kind": ""}
    return (
        lines(*summary(WALK_UP, told, facts)),
        _("Read this out to them:"),
        read_out(event),
        _("Do they agree? Reply *yes* or *no*."),
    )


AGREE = Step(
    "agree",
    _ask_consent,
    YesNo(no="not_read_out"),
    noted=lambda answers, facts: shown_now(_event(facts)),
    example=_("yes"),
)

ADMIT = Step(
    "admit",
    lambda answers, facts: (_("Let {people} in now?", people=people(answers["party_size"])),),
    YesNo(),
    example=_("yes"),
)

# --- before the first question --------------------------------------------------------------------


def started(text: str, facts: Facts) -> Start:
    """The beginning of a walk-up, with what these words answer: `Asha Rao 3 +91 98765 43210`, in any order."""
    rest, phone = _phone_in(text, facts)
    rest, kind = _kind_in(rest, facts)
    rest, party = _number_in(rest)
    found: dict[str, Any] = {"full_name": _name_in(rest), "kind": kind, "party_size": party, "phone": phone}
    return Start(NAME, {name: value for name, value in found.items() if value})


_DIGITS = re.compile(r"\+?[\d().-]+")
MAX_PARTS = 5
"""Parts into which a phone number may be spaced."""
_ALONE = re.compile(r"(?<!\S)(\d{1,3})(?!\S)")
_BETWEEN = " ,;:/|-–"


class _WalkUpWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.besides = spoken.words("gate_words.besides")
        self.before_numbers = self.besides | spoken.words("gate_words.before_numbers")


_words = compiled(_WalkUpWords)


def _phone_in(text: str, facts: Facts) -> tuple[str, str]:
    """The text without the phone number in it, and the number: the most words that make one together."""
    parts = understanding.with_latin_digits(understanding.cleaned(text)).replace(",", " , ").split()
    for length in range(MAX_PARTS, 0, -1):
        for start in range(len(parts) - length + 1):
            together = parts[start : start + length]
            if all(map(_DIGITS.fullmatch, together)) and (phone := phone_in(" ".join(together), facts.region)):
                return " ".join(parts[:start] + parts[start + length :]), phone
    return " ".join(parts), ""


def _kind_in(text: str, facts: Facts) -> tuple[str, str]:
    """The text without the name of a kind, and the kind's slug; a single kind is never looked for."""
    kinds = _kinds(facts)
    named = [(kind, name) for kind in kinds for name in (*kind.labels.values(), kind.slug)] if len(kinds) > 1 else []
    for kind, name in sorted(named, key=lambda name_and_kind: -len(name_and_kind[1])):
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
        if found:
            return f"{text[: found.start()]} {text[found.end() :]}", kind.slug
    return text, ""


_NAME_FIRST = re.compile(r"^\s*[^\W\d]+")
"""A first word without a digit is a name, whatever else it says: Bina."""


def _number_in(text: str) -> tuple[str, int]:
    """The text without the number that stands alone in it, and the number; 0 where there is none or several.

    Also 0 where somebody comes besides: `Asha Rao and 2`, `Asha Rao 2 kids`. Whether she is counted is asked.
    """
    found = list(_ALONE.finditer(text))
    if (
        len(found) != 1
        or not 1 <= int(found[0][1]) <= MAX_PARTY_SIZE
        or party_sizes.is_doubtful(_NAME_FIRST.sub("", text))
    ):
        return text, 0
    after = text[found[0].end() :].strip(_BETWEEN).split(maxsplit=1)
    counted = bool(after) and understanding.counts_somebody(after[0])
    rest = (after[1] if len(after) > 1 else "") if counted else " ".join(after)
    before = text[: found[0].start()]
    besides = understanding.plain(before).split()[-1:]
    plain = not counted or party_sizes.find(f"{found[0][1]} {after[0]}") is not None
    return f"{before} {rest}", int(found[0][1]) if plain and not _words().besides.issuperset(besides or [""]) else 0


def _name_in(text: str) -> str:
    parts = [part for part in re.split(r"[,;|/]|\s", text) if part.strip(_BETWEEN)]
    while parts and understanding.plain(parts[-1]) in _words().before_numbers:
        parts.pop()
    name = " ".join(parts).strip(_BETWEEN)
    field = Text(least=MIN_NAME_LENGTH, most=MAX_NAME_LENGTH, letter=True, name=True)
    try:
        return field.parse(UserInput(name), {}) if not any(character.isdigit() for character in name) else ""
    except Invalid:
        return ""


# --- instead of a question ------------------------------------------------------------------------


def instead(answers: Answers, facts: Facts) -> Outcome:
    """Why nobody can be registered now, and what comes of a no."""
    elsewhere = begun_at.event_changed(answers, facts)
    if elsewhere:
        return (Say((*elsewhere, NOT_REGISTERED)),)
    if _today(facts) is None:
        return (Say((sentence_for("gates_not_open"),)),)
    if answers.get("anyway") is False:
        return (Say((NOT_REGISTERED, THEIRS.filled(code=answers["held"]))),)
    if answers.get("overbook") is False:
        return (Say((NOT_REGISTERED,)),)
    if _left(facts) == 0 and not _is_supervisor(facts):
        return (Say((sentence_for("today_full", left=0),)),)
    return ()


# --- the end --------------------------------------------------------------------------------------


def finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    """Registers, admits where that was said, and tells the code to write down."""
    duty, event = facts.duty, _event(facts)
    if duty is None or event is None:
        return (Say((NOT_REGISTERED,)),)
    wanted = RegisterWalkup(
        event=duty.event,
        full_name=answers["full_name"],
        party_size=answers["party_size"],
        language=language,
        consent_version=version_agreed(event, answers),
        kind=answers["kind"],
        phone=answers["phone"] or None,
        gate=duty.place,
        admit=answers["admit"],
        anyway=bool(answers.get("anyway")),
        overbook=bool(answers.get("overbook")),
        staff_id=duty.staff_id,
        timezone=duty.timezone,
    )
    made = lines(_("Registered, not admitted yet:"), escape(answers["full_name"]), people(answers["party_size"]))
    headline = (Sentence("{told}"),) if answers["admit"] else (made,)
    return (wanted, Say((*headline, CODE_TO_WRITE, Sentence("{sent}"), *event_sentences(event))))


def _day_is_full(code: str, params: Mapping[str, Any], answers: Answers, facts: Facts) -> Outcome:
    """A supervisor is asked whether to go beyond; others may choose fewer, if any place is left."""
    if _is_supervisor(facts):
        return (Start(NAME, _without(answers, "overbook")),)
    return (Start(NAME, _without(answers, "party_size", "admit")),) if params.get("left") else ()


def _without(answers: Answers, *names: str) -> Answers:
    return {known: value for known, value in answers.items() if known not in names}


WALK_UP: Flow = Flow(
    name=NAME,
    version=2,
    steps=(FOR_EVENT, FULL_NAME, KIND, PARTY_SIZE, PHONE, ANYWAY, OVERBOOK, AGREE, ADMIT),
    finish=finish,
    refused={
        "already_registered": lambda code, params, answers, facts: (Start(NAME, {**answers, "held": params["code"]}),),
        "today_full": _day_is_full,
        "party_too_large": "party_size",
        "bad_name": "full_name",
        "consent_changed": "agree",
        "kind_not_today": "kind",
        "no_such_kind": "kind",
    },
    instead=instead,
)
