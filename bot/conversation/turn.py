"""Runs one turn, once: from what was said to a new state, an answer, and rows in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.address import is_on_whatsapp
from bot.conversation import (
    button_taps,
    effects,
    funnel_tracking,
    gate_effects,
    team_effects,
    waiting_effects,
    walkup_effects,
)
from bot.conversation.facts import LiveFacts, Sources
from bot.conversation.funnel_tracking import FunnelProgress, FunnelTracker
from bot.conversation.look import identity_of
from bot.conversation.store import JOINED
from bot.database import Database
from bot.delivery.campaigns import account_notices
from bot.delivery.outbox import whatsapp_text
from bot.delivery.templates import TemplateCatalog, forms, interactive
from bot.delivery.twilio.media import TwilioMedia
from bot.domain import people
from bot.domain.models import TurnRecord, table
from bot.domain.people import ownership_proofs, phone_owners
from bot.domain.upserts import INTO
from bot.errors import Refused
from bot.inbound import Inbound
from bot.photos import delete_media
from bot.photos.photos import Photos
from bot.redis_client import Command
from bot.tracing import traced
from flows import engine
from flows.shapes import Effect, Facts, Say, Turn, UserInput
from flows.shapes.ownership_proof import ProveByCode
from flows.text.choices import event_by
from flows.visitor import forms as offered_forms

EFFECT_MODULES = (gate_effects, team_effects, waiting_effects, walkup_effects)
"""Importing these registers their performers with effects.perform."""
RECENTLY = timedelta(hours=1)
"""How old a message may be and still be tried again: longer than any turn is tried."""
_TURNS = table(TurnRecord)
_CLAIM = {
    dialect: into(_TURNS).on_conflict_do_nothing().returning(_TURNS.c.message_sid) for dialect, into in INTO.items()
}
_COMPLETE = (
    update(_TURNS)
    .where(_TURNS.c.message_sid == bindparam("sid"))
    .values(answer=bindparam("answer"), state=bindparam("state"))
)


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The result of a turn."""

    state: Mapping[str, Any]
    text: str
    delivery_ids: tuple[int, ...] = ()
    """Deliveries to enqueue now that the turn is kept."""
    question: Mapping[str, Any] | None = None
    """The answer as buttons or a list, where a template carries it; it then goes by the outbox."""
    moved: FunnelProgress | None = None
    """How far a registration has come, where that is news and no row tells it yet."""
    broken: bool = False
    """A bug of ours: the state is what it was and the text an apology."""


class AlreadyProcessed(Exception):
    """The database already holds this turn."""


@dataclass(frozen=True, slots=True)
class TurnRunner:
    """Runs turns against one database."""

    database: Database
    sources: Sources
    effect_deps: "effects.EffectDeps" = field(repr=False)
    templates: TemplateCatalog | None = field(default=None, repr=False)
    """None: every answer is words alone."""
    photos: Photos | None = field(default=None, repr=False)
    """None: photos are not looked at."""
    funnel_tracker: FunnelTracker | None = field(default=None, repr=False)
    """None: nobody asks how far registrations come."""

    @traced("turn")
    def run(
        self,
        inbound: Inbound,
        state: Mapping[str, Any] | None,
        now: datetime,
        *,
        news: str = "",
        late: bool = False,
    ) -> TurnResult:
        """Run the turn of one message from the state that was kept, unless the database has it already.

        `news`: what the message is the first to tell of its writer's names (JOINED, PARTED). `late`: a newer
        message of the person was taken meanwhile, so that this one moves nothing.
        """
        facts = self._facts(inbound, now)
        if news and (facts.look.known or facts.look.on_roster):
            if self._join(inbound, now) and news == JOINED:
                state = None  # the phone changed hands, and the conversation may have been the former owner's
            facts = self._facts(inbound, now)
        if facts.look.taken and (before := self._stored_result(inbound.sid)):
            return replace(before, state=state) if late and state is not None else before
        media = self._photos(inbound, facts)
        try:
            return self._run(inbound, state, self._facts(inbound, now) if media else facts, media, late=late)
        except DBAPIError:
            raise  # the caller tries again, or another process takes the message later
        except Exception:
            self._delete_photos(media, now)
            raise

    def _run(
        self,
        inbound: Inbound,
        state: Mapping[str, Any] | None,
        facts: LiveFacts,
        media: Sequence[TwilioMedia],
        *,
        late: bool,
    ) -> TurnResult:
        revived, restarted = engine.revive(state)
        if late:
            turn = engine.step_late(revived, facts)
        else:
            turn = engine.step(revived, self._user_input(inbound, state, media), facts, restarted=restarted)
        for _ in range(engine.MAX_REFUSALS):
            try:
                return self._persist(inbound, turn, facts, media, state)
            except Refused as no:
                facts = self._facts(inbound, facts.now)
                turn = engine.refuse(revived, turn, no.code, no.params, facts)
            except AlreadyProcessed:
                return self._stored_result(inbound.sid) or self._persist(inbound, turn, facts, media, state)
        raise RuntimeError(f"one turn met {engine.MAX_REFUSALS} refusals")

    def noting_commands(self, taken: TurnResult) -> tuple[Command, ...]:
        """What notes, once its answer is given, what a turn moved: for somebody else's round trip to Redis."""
        return (funnel_tracking.noting_command(taken.moved),) if taken.moved and self.funnel_tracker else ()

    def _photos(self, inbound: Inbound, facts: Facts) -> tuple[TwilioMedia, ...]:
        """The photos of a message from somebody on a roster; nobody else's are looked at."""
        if self.photos is None or not inbound.media or facts.duty is None:
            return ()
        return self.photos.media(inbound)

    def _user_input(self, inbound: Inbound, state: Mapping[str, Any] | None, media: Sequence[TwilioMedia]) -> UserInput:
        """The message as the flow sees it. No session is open while a photo is fetched."""
        if media and self.photos:
            return self.photos.read(inbound, media)
        return button_taps.read_message(self.database, inbound, state)

    def _delete_photos(self, media: Sequence[TwilioMedia], now: datetime) -> None:
        """Have these photos deleted although the turn came to nothing."""
        if media:
            self.database.do(delete_media.enqueue_deletions, media, now)

    def _join(self, inbound: Inbound, now: datetime) -> bool:
        """Let the two names of whoever wrote be one contact's, where the database knows either of them; whoever stands
        on a roster is known from then on, so that another with their phone is not taken for them.

        Whether the phone was somebody else's until just now.
        """
        names = identity_of(inbound)
        with self.database.write() as db:
            people.find_or_make(db, **names._asdict(), now=now)
            if names.phone:
                account_notices.notify_supervisors(db, names.phone, now)
            return names.phone is not None and phone_owners.has_changed_since(db, names.phone, now - RECENTLY)

    def _facts(self, inbound: Inbound, now: datetime) -> LiveFacts:
        return LiveFacts(self.sources, inbound, now)

    def _stored_result(self, sid: str) -> TurnResult | None:
        with self.database.read() as db:
            record = db.get(TurnRecord, sid)
            return _result(record.state, record.answer) if record else None

    def _persist(
        self,
        inbound: Inbound,
        turn: Turn,
        facts: LiveFacts,
        media: Sequence[TwilioMedia],
        stored_state: Mapping[str, Any] | None,
    ) -> TurnResult:
        """Perform the turn's effects; one transaction where any of them writes or a photo is to be deleted."""
        now, is_new = facts.now, not facts.look.known
        begun = funnel_tracking.progress_after_turn(stored_state, turn, inbound.sid, inbound.channel, now)
        state = funnel_tracking.with_state(engine.to_json(turn.state), begun)
        moved = begun if begun and begun.to_json() != (stored_state or {}).get(funnel_tracking.STATE_KEY) else None
        if not media and not any(effects.needs_transaction(effect) for effect in turn.effects):
            return _result(state, self._answer(inbound, turn, state, facts, {}), moved=moved)
        effects.check_sender(turn.effects, inbound)
        self._spend_proofs(turn.effects, inbound, now)
        effects.check_otps(turn.effects, self.effect_deps, inbound, now)
        with self.database.write() as db:
            claim(db, inbound.sid, now, inbound.addresses[-1])
            if media:
                delete_media.enqueue_deletions(db, media, now)
            doing = self.effect_deps.context(db, inbound, now, is_new=is_new)
            results = perform_all(turn.effects, doing)
            if moved:
                funnel_tracking.write_rows(db, moved)
            answer = self._answer(inbound, turn, state, facts, results)
            complete(db, doing, answer, state)
        return _result(state, answer, tuple(doing.delivery_ids))

    def _spend_proofs(self, requested: Sequence[Effect], inbound: Inbound, now: datetime) -> None:
        """Count a try at proving who one is, in a transaction of its own: it stays counted. Raises Refused."""
        if any(isinstance(effect, ProveByCode) for effect in requested):
            with self.database.write() as db:
                ownership_proofs.count_try(db, people.find_or_make(db, **identity_of(inbound)._asdict(), now=now), now)

    def _answer(
        self, inbound: Inbound, turn: Turn, state: Mapping[str, Any], facts: Facts, results: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The turn's words, and its question as buttons, or with the form of all questions, where a template carries
        it.
        """
        says = [effect for effect in turn.effects if isinstance(effect, Say)]
        language = turn.state.language or "en"
        answer = {"text": whatsapp_text.message(says, language, results)}
        if self.templates is None or not is_on_whatsapp(inbound.lane) or not self.templates.in_use:
            return answer
        mark = button_taps.tap_mark(turn.state.asked, state)
        if form := self._form(turn, says, facts, results):
            return {**answer, "question": {"mark": mark, **form}}
        card = interactive.build_card(says, language, results, mark)
        if card is None or not self.templates.is_available(card.shape.name):
            return answer
        return {**answer, "question": {"mark": mark, "shape": card.shape.name, "values": list(card.values)}}

    def _form(self, turn: Turn, says: Sequence[Say], facts: Facts, results: Mapping[str, Any]) -> dict[str, Any] | None:
        """The form that goes with this answer, as a row of the outbox keeps it; None: none."""
        offer = offered_forms.offer(turn.state, facts)
        event = event_by(offer.event, facts) if offer else None
        card = forms.build_card(offer, event, says, results) if offer and event else None
        if card is None or offer is None or self.templates is None or not self.templates.is_usable(card.shape):
            return None
        return {"shape": card.shape, "values": dict(card.values), "listed": card.body, "form": dict(offer.purpose)}


def claim(db: Session, sid: str, now: datetime, address: str) -> None:
    """Write the turn's row, first: a second transaction for the same message stops here. Raises AlreadyProcessed."""
    row = {"message_sid": sid, "answer": {"text": ""}, "state": {}, "address": address, "created_at": now}
    connection = db.connection()
    if connection.execute(_CLAIM[connection.dialect.name], row).first() is None:
        raise AlreadyProcessed


def complete(
    db: Session, doing: "effects.EffectContext", answer: Mapping[str, Any], state: Mapping[str, Any] | None = None
) -> None:
    """Fill the turn's row, and run what locks others out for as short a time as can be. Raises Refused."""
    row = {"sid": doing.attempt, "answer": dict(answer), "state": dict(state or {})}
    db.flush()
    db.connection().execute(_COMPLETE, row)
    doing.finish()


def perform_all(requested: tuple[Effect, ...], ctx: "effects.EffectContext") -> dict[str, Any]:
    """Perform those effects that write, in order; what they give together. Raises Refused."""
    results: dict[str, Any] = {}
    for effect in requested:
        if effects.needs_transaction(effect):
            results |= effects.perform(effect, ctx)
    return results


def _result(
    state: Mapping[str, Any],
    answer: Mapping[str, Any],
    delivery_ids: tuple[int, ...] = (),
    moved: FunnelProgress | None = None,
) -> TurnResult:
    return TurnResult(state, str(answer["text"]), delivery_ids, answer.get("question"), moved)
