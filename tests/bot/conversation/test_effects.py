from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import effects, turn
from bot.conversation.effects import EffectContext, EffectDeps, perform
from bot.domain import passes, people
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import OwnOtps
from bot.domain.models import Contact, Delivery, Event, Pass
from bot.domain.passes.holder_links import Links
from bot.domain.roster import invitations as team_invitations
from bot.inbound import Inbound
from flows import shapes
from flows.shapes import gate_effects, invitations, ownership_proof, waiting_effects, walkup_effects
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, SECRET, refused, taken

PHONE, LANE, SENDER = "+919812345678", "whatsapp:+919812345678", "whatsapp:+14155238886"
OTHER = "+919999999999"


EFFECTS = [
    thing
    for module in (shapes, gate_effects, invitations, ownership_proof, waiting_effects, walkup_effects)
    for thing in vars(module).values()
    if isinstance(thing, type) and issubclass(thing, shapes.Effect) and thing.__module__ == module.__name__
][1:]
"""All but Effect itself, which stands first."""


@pytest.fixture
def own_otps(redis: "Redis") -> OwnOtps:
    return OwnOtps(redis, SECRET, sms=True, template=False)


def inbound(**changes: Any) -> Inbound:
    return Inbound(**{"sid": "SM1", "lane": LANE, "sender": SENDER, "phone": PHONE, **changes})


@pytest.fixture
def doing(db: Session, ring: KeyRing, own_otps: OwnOtps, fair: Event) -> EffectContext:
    return EffectDeps(ring, own_otps).context(db, inbound(), NOW)


def registering(**changes: Any) -> shapes.Register:
    said: dict[str, Any] = {
        "event": "fair",
        "full_name": "Asha Verma",
        "visit_date": DAY,
        "party_size": 2,
        "answers": {"city": "Delhi"},
        "language": "hi",
        "consent_version": 1,
        "consent_text": "हाँ",
    }
    return shapes.Register(**{**said, **changes})


def owed(doing: EffectContext) -> list[Delivery]:
    rows = select(Delivery).where(Delivery.id.in_(doing.delivery_ids)).order_by(Delivery.id)
    return list(doing.db.scalars(rows))


def me(doing: EffectContext) -> Contact:
    found = people.find(doing.db, phone=PHONE)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", EFFECTS)
def test_every_effect_can_be_performed(kind: type[shapes.Effect]) -> None:
    assert turn.EFFECT_MODULES
    assert perform.dispatch(kind) is not perform.dispatch(object)


def test_all_effects_are_of_the_shapes() -> None:
    assert shapes.Effect not in EFFECTS
    assert {kind.__module__ for kind in shapes.Effect.__subclasses__()} == {kind.__module__ for kind in EFFECTS}


def test_an_effect_that_nobody_knows_is_a_bug(doing: EffectContext) -> None:
    with pytest.raises(TypeError, match="Effect"):
        perform(shapes.Effect(), doing)


def test_only_saying_writes_nothing(doing: EffectContext) -> None:
    say = shapes.Say((shapes.Sentence("Hello"),))
    assert not effects.needs_transaction(say)
    assert perform(say, doing) == {}
    assert all(
        effects.needs_transaction(effect) for effect in (registering(), shapes.StopMessages(), shapes.CancelPass("x"))
    )


def test_registering_gives_the_code_and_owes_the_image_to_whoever_asked(doing: EffectContext, fair: Event) -> None:
    results = perform(registering(), doing)
    issued = passes.by_code(doing.db, results["code"])
    assert results == {"code": codes.shown(issued.code), "day": DAY, "party_size": 2}
    assert (issued.registration.channel, issued.registration.consented_at) == ("whatsapp", NOW)
    assert issued.holder_id == me(doing).id
    [row] = owed(doing)
    assert (row.kind, row.lane, row.sender, row.pass_id) == ("pass", LANE, SENDER, issued.id)
    assert row.payload["language"] == "hi"
    assert row.contact_id == me(doing).id


def test_registering_somebody_else_owes_the_image_to_the_asker(doing: EffectContext) -> None:
    results = perform(registering(phone=OTHER), doing)
    issued = passes.by_code(doing.db, results["code"])
    other = people.find(doing.db, phone=OTHER)
    assert other is not None
    assert (issued.holder_id, issued.registration.asked_by_id) == (other.id, me(doing).id)
    assert [row.lane for row in owed(doing)] == [LANE]


def test_a_refusal_owes_nothing(doing: EffectContext) -> None:
    perform(registering(), doing)
    with refused("already_registered"):
        perform(registering(), doing)
    assert len(doing.delivery_ids) == 1


def test_a_pass_is_sent_again_to_whoever_may_see_it(doing: EffectContext, db: Session) -> None:
    code = perform(registering(), doing)["code"]
    assert perform(shapes.SendPass(code, "en"), doing) == {}
    assert {row.pass_id for row in owed(doing)} == {passes.by_code(db, code).id}
    assert len(doing.delivery_ids) == 2
    stranger = EffectDeps(doing.deps.ring, doing.deps.otps).context(
        db, inbound(phone=OTHER, lane=f"whatsapp:{OTHER}"), NOW
    )
    with refused("no_such_pass"):
        perform(shapes.SendPass(code, "en"), stranger)


def test_a_picture_to_forward_is_owed_as_such(doing: EffectContext) -> None:
    code = perform(registering(), doing)["code"]
    perform(shapes.SendPass(code, "en", shared=True), doing)
    assert [row.payload.get("shared", False) for row in owed(doing)] == [False, True]


def test_a_change_gives_the_new_code_and_owes_its_image(doing: EffectContext, fair: Event) -> None:
    old = perform(registering(), doing)["code"]
    doing.finish()
    tomorrow = DAY + timedelta(days=1)
    results = perform(shapes.ChangePass(old, tomorrow.isoformat(), 3, "en"), doing)
    assert (results["day"], results["party_size"], results["code"] != old) == (tomorrow, 3, True)
    assert passes.by_code(doing.db, old).status == "replaced"
    assert owed(doing)[-1].pass_id == passes.by_code(doing.db, results["code"]).id
    assert (taken(doing.db, fair), taken(doing.db, fair, tomorrow)) == (0, 3)


def test_a_cancelled_pass_is_revoked(doing: EffectContext, fair: Event) -> None:
    code = perform(registering(), doing)["code"]
    doing.finish()
    perform(shapes.CancelPass(code), doing)
    assert passes.by_code(doing.db, code).status == "revoked"
    assert taken(doing.db, fair) == 0


def test_a_code_is_owed_to_the_phone_and_verified(doing: EffectContext, own_otps: OwnOtps) -> None:
    perform(shapes.SendOtp("someone_else", OTHER, "hi"), doing)
    [row] = owed(doing)
    assert (row.kind, row.lane) == ("otp", OTHER)
    assert row.payload == {"purpose": "someone_else", "phone": OTHER, "asker": LANE, "language": "hi"}
    otp = own_otps.make(row.payload["purpose"], row.payload["phone"], row.payload["asker"], NOW)
    perform(shapes.VerifyOtp("someone_else", OTHER, otp), doing)
    perform(shapes.VerifyOtp("someone_else", OTHER, otp), doing)  # the same turn again, after a crash
    later = EffectDeps(doing.deps.ring, own_otps).context(doing.db, inbound(sid="SM2"), NOW)
    with refused("otp_expired"):
        perform(shapes.VerifyOtp("someone_else", OTHER, otp), later)


@pytest.mark.parametrize(("heard", "leaves"), [("whatsapp:+14155550123", "whatsapp:+14155550123"), (None, SENDER)])
def test_a_code_by_whatsapp_goes_from_the_sender_that_its_phone_wrote_to(
    db: Session, ring: KeyRing, redis: "Redis", fair: Event, heard: str | None, leaves: str
) -> None:
    lane = f"whatsapp:{OTHER}"
    otps = OwnOtps(redis, SECRET, sms=False, template=True)
    means = EffectDeps(ring, otps, last_sender={lane: heard}.get)
    doing = means.context(db, inbound(), NOW)
    perform(shapes.SendOtp("someone_else", OTHER, "hi"), doing)
    assert [(row.lane, row.sender) for row in owed(doing)] == [(lane, leaves)]


def test_a_turn_taken_again_may_send_its_code_again(doing: EffectContext) -> None:
    perform(shapes.SendOtp("someone_else", OTHER, "en"), doing)
    perform(shapes.SendOtp("someone_else", OTHER, "en"), doing)
    next_turn = EffectDeps(doing.deps.ring, doing.deps.otps).context(doing.db, inbound(sid="SM2"), NOW)
    with refused("otp_wait"):
        perform(shapes.SendOtp("someone_else", OTHER, "en"), next_turn)


def test_the_language_is_kept_with_somebody_known_and_makes_nobody_known(doing: EffectContext) -> None:
    perform(shapes.KeepLanguage("hi"), doing)
    assert people.find(doing.db, phone=PHONE) is None
    perform(registering(), doing)
    perform(shapes.KeepLanguage("en"), doing)
    assert me(doing).language == "en"


def test_stop_is_remembered_also_of_a_stranger_and_undone(doing: EffectContext) -> None:
    perform(shapes.ResumeMessages(), doing)
    assert people.find(doing.db, phone=PHONE) is None
    perform(shapes.StopMessages(), doing)
    assert me(doing).stopped_at == NOW
    doing.now = NOW + timedelta(days=1)
    perform(shapes.StopMessages(), doing)
    assert me(doing).stopped_at == NOW
    perform(shapes.ResumeMessages(), doing)
    assert me(doing).stopped_at is None


def test_who_was_told_of_a_failed_image_is_not_told_again(doing: EffectContext) -> None:
    first = perform(registering(), doing)["code"]
    second = perform(registering(visit_date=DAY + timedelta(days=1)), doing)["code"]
    for row in owed(doing):
        row.status = "failed"
    doing.db.flush()
    doing.deps = replace(doing.deps, links=Links("https://pass.example.org", "a secret"))
    told_links = perform(shapes.MarkFailuresTold((first,)), doing)["links"]
    assert told_links == doing.deps.links.to_pass(passes.by_code(doing.db, first).id)
    told = select(Pass.code).join(Delivery, Delivery.pass_id == Pass.id).where(Delivery.told_at.is_not(None))
    assert [codes.shown(code) for code in doing.db.scalars(told)] == [first] != [second]


def test_a_person_with_a_user_id_alone_is_served(db: Session, ring: KeyRing, own_otps: OwnOtps, fair: Event) -> None:
    lane = "whatsapp:IN.2081234"
    doing = EffectDeps(ring, own_otps).context(db, inbound(phone=None, user="IN.2081234", lane=lane), NOW)
    perform(registering(), doing)
    assert [row.lane for row in owed(doing)] == [lane]
    both = EffectDeps(ring, own_otps).context(db, inbound(user="IN.2081234"), NOW)
    with refused("already_registered"):
        perform(registering(), both)


def test_an_address_that_is_neither_is_a_person_too(db: Session, ring: KeyRing, own_otps: OwnOtps, fair: Event) -> None:
    doing = EffectDeps(ring, own_otps).context(db, inbound(phone=None, lane="messenger:12345"), NOW)
    perform(registering(), doing)
    with refused("already_registered"):
        perform(registering(), doing)


def test_nobodys_address_is_in_the_repr(doing: EffectContext) -> None:
    assert PHONE not in repr(doing)


# --- joining a team -------------------------------------------------------------------------------


def test_an_invitation_is_accepted_with_the_phone_on_file(db: Session, doing: EffectContext) -> None:
    words = team_invitations.invite(db, "fair", now=NOW).words
    assert perform(invitations.CheckInvitation(words), doing)["event"]["en"] == "Book Fair"
    perform(invitations.JoinTeam(words, "Ravi Kumar", "hi"), doing)
    [waiting] = team_invitations.list_waiting(db, "fair")
    assert (waiting.phone, waiting.name, me(doing).language) == (PHONE, "Ravi Kumar", "hi")


def test_who_is_known_by_a_user_id_alone_cannot_join(
    db: Session, ring: KeyRing, own_otps: OwnOtps, fair: Event
) -> None:
    words = team_invitations.invite(db, "fair", now=NOW).words
    nameless = EffectDeps(ring, own_otps).context(db, inbound(lane="whatsapp:IN.1", phone=None, user="IN.1"), NOW)
    with refused("no_phone_to_join"):
        perform(invitations.JoinTeam(words, "Ravi Kumar", "hi"), nameless)
    people.find_or_make(db, phone=OTHER, user="IN.1", now=NOW)
    perform(invitations.JoinTeam(words, "Ravi Kumar", "hi"), nameless)
    assert [one.phone for one in team_invitations.list_waiting(db, "fair")] == [OTHER]


def test_nobody_joins_by_sms() -> None:
    by_sms = inbound(lane=PHONE)
    with refused("not_by_sms"):
        effects.check_sender([invitations.CheckInvitation("MANGO-RIVER-TOWER")], by_sms)
