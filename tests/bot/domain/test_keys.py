import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, select, update

from bot.database import Database
from bot.domain import keys
from bot.domain.keys import KeyRing, derived
from bot.domain.models import SigningKey
from bot.domain.passes import key_rotation
from bot.errors import NotReady, Refused
from tests.bot.domain.builders import NOW, SECRET

pytestmark = pytest.mark.without_noise  # these tests begin with a database without keys

SEED = bytes(range(32))


def test_what_the_ring_signs_its_public_key_verifies(database: Database) -> None:
    ring = KeyRing.open(database, SECRET)
    key, signature = ring.sign(b"words")
    public = ring.public(key)
    assert public is not None
    public.verify(signature, b"words")


def test_a_second_opening_has_the_same_key(database: Database) -> None:
    first = KeyRing.open(database, SECRET).sign(b"words")
    assert KeyRing.open(database, SECRET).sign(b"words") == first
    with database.read() as db:
        assert db.scalar(select(func.count(SigningKey.id))) == 1


def test_the_first_key_can_be_given_and_later_ones_are_not_looked_at(database: Database) -> None:
    expected = Ed25519PrivateKey.from_private_bytes(SEED).sign(b"words")
    assert KeyRing.open(database, SECRET, SEED).sign(b"words") == (1, expected)
    assert KeyRing.open(database, SECRET, bytes(32)).sign(b"words") == (1, expected)


def test_another_secret_key_is_one_clear_line(database: Database) -> None:
    KeyRing.open(database, SECRET, SEED)
    with pytest.raises(NotReady, match=r"^SECRET_KEY: [^\n]+$"):
        KeyRing.open(database, "another secret of sixteen")


def test_the_seed_is_in_no_row_and_no_repr(database: Database) -> None:
    ring = KeyRing.open(database, SECRET, SEED)
    with database.read() as db:
        assert SEED not in db.scalars(select(SigningKey.sealed_seed)).one()
    assert SECRET not in repr(ring)
    assert "private" not in repr(ring).lower()


def test_a_sealed_seed_is_bound_to_its_row(database: Database) -> None:
    KeyRing.open(database, SECRET, SEED)
    with database.write() as db:
        db.execute(update(SigningKey).values(id=2))
    with pytest.raises(NotReady):
        KeyRing.open(database, SECRET)


def test_a_key_rolled_in_elsewhere_is_found_when_it_is_met(database: Database) -> None:
    ring = KeyRing.open(database, SECRET, SEED)
    assert ring.public(2) is None
    roll(database, ring, 2)
    newer = KeyRing.open(database, SECRET)
    assert (newer.current, ring.current) == (2, 1)
    key, signature = newer.sign(b"words")
    public = ring.public(key)
    assert public is not None
    public.verify(signature, b"words")
    assert newer.sign(b"words", 1) == ring.sign(b"words")


def test_a_retired_key_proves_nothing_and_another_signs_in_its_place(database: Database) -> None:
    ring = KeyRing.open(database, SECRET, SEED)
    with database.write() as db:
        assert key_rotation.roll(db, ring, NOW).id == 2
        key_rotation.retire(db, 1, NOW)
    again = KeyRing.open(database, SECRET)
    assert (again.current, again.public(1), again.in_place_of(1), again.in_place_of(2)) == (2, None, 2, 2)
    assert again.public(2) is not None


def test_running_processes_hear_of_changes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    lately_looked = KeyRing.open(database, SECRET, SEED)
    monkeypatch.setattr(keys, "REFRESH_SECONDS", 0)
    ring = KeyRing.open(database, SECRET)
    assert (ring.current, ring.public(1) is None) == (1, False)
    with database.write() as db:
        key_rotation.roll(db, ring, NOW)
        key_rotation.retire(db, 1, NOW)
    assert (ring.current, ring.public(1) is None) == (2, True)
    assert lately_looked.current == 1


def test_whoever_holds_the_last_session_still_finds_the_keys(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All threads of a process may wait for one pass, each with a session, and the first of them asks for keys."""
    KeyRing.open(postgres, SECRET)
    monkeypatch.setattr("bot.database.SESSIONS", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 1})
    small = Database(postgres.url)
    ring = KeyRing.open(small, SECRET)
    try:
        with small.write() as db:
            db.scalar(select(func.count(SigningKey.id)))
            ring._fresh_until = 0
            assert ring.public(ring.current) is not None
    finally:
        small.close()


@pytest.mark.parametrize(("number", "code"), [(3, "no_such_key"), (2, "key_is_current"), (1, "key_retired")])
def test_a_key_that_cannot_be_retired(database: Database, number: int, code: str) -> None:
    ring = KeyRing.open(database, SECRET, SEED)
    with database.write() as db:
        key_rotation.roll(db, ring, NOW)
        key_rotation.retire(db, 1, NOW)
        with pytest.raises(Refused) as no:
            key_rotation.retire(db, number, NOW)
    assert no.value.code == code


def test_a_key_that_there_is_not_signs_nothing(database: Database) -> None:
    with pytest.raises(KeyError):
        KeyRing.open(database, SECRET).sign(b"words", 77)


def test_a_key_once_met_is_not_looked_up_again(database: Database) -> None:
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        db.execute(delete(SigningKey))
    assert ring.public(1) is not None


def test_keys_for_different_purposes_differ() -> None:
    assert len({derived(SECRET, "one"), derived(SECRET, "two"), derived(SECRET + "x", "one")}) == 3


def roll(database: Database, ring: KeyRing, key: int) -> None:
    """Put another key into the database, as a later roll will."""
    with database.write() as db:
        db.add(ring.sealed(key, bytes([key]) * 32, NOW))
