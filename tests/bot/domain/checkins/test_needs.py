"""What help somebody needs: seen at the gate, counted for admins, forgotten with the rest."""

from pathlib import Path

import pytest

from bot.database import Database
from bot.domain import events, people
from bot.domain.checkins import search
from bot.domain.exports import run as run_export
from bot.domain.exports.pages import scope_of
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from bot.domain.passes import registration as registrations
from bot.domain.privacy import erasure
from bot.domain.stats import dashboard_query, needs
from bot.domain.stats.needs import NeedOnDay
from flows.gate import answers as gate_answers
from flows.text import LANGUAGES, access_needs, render
from tests.bot.domain.builders import DAY, NOW, asking
from tests.bot.domain.gate import NOON, World, make_fair, scan
from webhooks.api.answers import ShownPass

MEERA = "+919800000021"


def asked_for(world: World, need: str, phone: str = MEERA) -> Pass:
    """A pass on which this help is needed, at an event that asks."""
    events.ask_needs(world.db, "fair", wanted=True)
    asker = people.find_or_make(world.db, phone=phone, now=NOW)
    answers = {access_needs.NAME: need} if need else {}
    wish = asking(asker, answers=answers, consent_version=world.event.consent_version, full_name="Meera Iyer")
    return registrations.register(world.db, world.ring, **wish)


def test_the_gate_sees_the_sign_in_its_own_language(world: World) -> None:
    issued = asked_for(world, "Wheelchair")
    looked, admitted = world.admit(issued.code, simulate=True), world.admit(issued.code, scan_id="wheels")
    again, repeated = world.admit(issued.code, scan_id="wheels"), world.admit(issued.code)
    for answer in (looked, admitted, again, repeated):
        assert answer.pass_ is not None
        assert answer.pass_.need == "Wheelchair"
        assert ShownPass.model_validate(answer.pass_).model_dump()["need"] == "Wheelchair"
        for language in LANGUAGES:
            told = [
                render(said, language)
                for said in gate_answers.scan_answer(answer, scan(issued.code), NOON, "Asia/Kolkata")
            ]
            assert told[0][0] in "✅⛔"
            assert f"♿ {render(access_needs.ANSWERS['Wheelchair'], language)}" in told
    in_a_list = render(gate_answers.in_a_line(admitted, scan(issued.code), (NOON, "Asia/Kolkata"), short=True), "en")
    assert "Meera Iyer, ♿" in in_a_list


def test_who_needs_no_help_has_no_sign(world: World) -> None:
    events.ask_needs(world.db, "fair", wanted=True)
    seen = world.admit().pass_
    assert seen is not None
    assert (seen.need, "need" in ShownPass.model_validate(seen).model_dump()) == ("", False)


def test_a_search_at_the_gate_shows_it(world: World) -> None:
    asked_for(world, "Help with hearing")
    (seen,) = search.search(world.db, "fair", staff_id=world.ravi.id, name="meera", now=NOON).passes
    assert seen.need == "Help with hearing"
    assert render(gate_answers.search_answer([seen], more=False)[0], "en").endswith(", ♿")


def test_admins_see_how_many_a_day(world: World) -> None:
    assert needs.by_day(world.db, world.event) is None
    for place, need in enumerate(("Wheelchair", "Help with seeing", "Wheelchair", "")):
        asked_for(world, need, f"+91980000003{place}")
    found = dashboard_query.get_dashboard(world.db, "fair", NOON).needs
    assert found == [NeedOnDay(DAY, "Wheelchair", 2), NeedOnDay(DAY, "Help with seeing", 1)]
    events.ask_needs(world.db, "fair", wanted=False)  # who has said so still comes
    assert needs.by_day(world.db, world.event) == found


def test_it_is_forgotten_with_the_rest(world: World) -> None:
    issued = asked_for(world, "Wheelchair")
    erasure.erase(world.db, erasure.by_name(world.db, phone=MEERA), NOON, even_today=True, actor="visitor")
    world.db.flush()
    assert needs.by_day(world.db, world.event) == []
    seen = world.admit(issued.code).pass_
    assert seen is None or seen.need == ""


@pytest.mark.own_database
def test_the_count_is_taken_out_without_a_name(database: Database, ring: KeyRing, tmp_path: Path) -> None:
    make_fair(database, ring)
    with database.write() as db:
        events.ask_needs(db, "fair", wanted=True)
        asker = people.find_or_make(db, phone=MEERA, now=NOW)
        answers = {access_needs.NAME: "Wheelchair"}
        registrations.register(db, ring, **asking(asker, answers=answers, consent_version=2))
    with database.read() as db:
        scope = scope_of(db, events.by_slug(db, "fair"))
    out = tmp_path / "needs.csv"
    assert run_export.run(database, "needs", scope, file_format="csv", path=out) == 1
    assert out.read_text(encoding="utf-8-sig").split() == ["day,help,passes", f"{DAY},Wheelchair,1"]
