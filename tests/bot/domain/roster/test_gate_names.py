"""Names of gates in any script, and the slugs that they get."""

from sqlalchemy.orm import Session

from bot.domain.models import Event
from bot.domain.roster import gates
from tests.bot.domain.builders import refused


def test_a_gate_has_a_name_in_any_script(db: Session, fair: Event) -> None:
    names = ("Main", "मुख्य द्वार", "நுழைவாயில்", "द्वार २", "Gate 9")
    assert [gates.add(db, "fair", name).slug for name in names] == ["main", "gate-2", "gate-3", "gate-4", "gate-9"]
    assert gates.find(db, fair.id, "मुख्य द्वार").slug == "gate-2"


def test_a_number_that_is_taken_is_left_out(db: Session, fair: Event) -> None:
    assert gates.add(db, "fair", "Gate 2").slug == "gate-2"
    assert gates.add(db, "fair", "पूर्व").slug == "gate-3"


def test_two_gates_of_one_name_and_a_name_of_no_letters_are_refused(db: Session, fair: Event) -> None:
    gates.add(db, "fair", "मुख्य द्वार")
    with refused("gate_taken", gate="gate-1"):
        gates.add(db, "fair", "मुख्य  द्वार")
    with refused("bad_gate_name"):
        gates.add(db, "fair", "– – –")
