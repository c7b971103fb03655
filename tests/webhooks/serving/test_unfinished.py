"""Who may wait for a slow caller, and who has to go."""

from webhooks.serving.unfinished import Unfinished, Wait


def waiting(*keys: str, address: str = "a", held: int = 0, **bounds: int) -> Unfinished[str]:
    made: Unfinished[str] = Unfinished(**{"max_per_address": 2, "max_total": 3, "max_bytes": 100, **bounds})
    for key in keys:
        made.put(key, Wait(address, 10.0, held))
    return made


def dropped(waits: Unfinished[str], address: str = "a") -> list[str]:
    gone = []
    for key in waits.over_bounds(address):
        gone.append(key)
        waits.remove(key)
    return gone


def test_the_oldest_of_an_address_goes_and_others_stay() -> None:
    waits = waiting("first", "second", "third")
    assert dropped(waits) == ["first"]
    waits.put("other", Wait("b", 10.0, 0))
    assert dropped(waits, "b") == []


def test_what_is_new_of_one_changes_nothing_about_its_age() -> None:
    waits = waiting("first", "second")
    waits.put("first", Wait("a", 10.0, 5))
    waits.put("third", Wait("a", 10.0, 0))
    assert dropped(waits) == ["first"]


def test_one_that_turns_out_to_come_from_elsewhere_counts_there() -> None:
    waits = waiting("first", "second")
    waits.put("first", Wait("b", 10.0, 0))
    waits.put("third", Wait("a", 10.0, 0))
    assert dropped(waits) == []


def test_forged_addresses_do_not_make_it_endless() -> None:
    waits = waiting()
    for number in range(5):
        waits.put(str(number), Wait(f"forged {number}", 10.0, 0))
    assert dropped(waits, "forged 4") == ["0", "1"]


def test_what_is_held_is_bounded() -> None:
    waits = waiting("large", held=90)
    waits.put("small", Wait("b", 10.0, 20))
    assert dropped(waits, "b") == ["large"]
    assert dropped(waits, "b") == []


def test_each_has_its_time() -> None:
    waits = waiting("early")
    waits.put("late", Wait("a", 20.0, 0))
    assert waits.overdue(9.9) == []
    assert waits.overdue(10.0) == ["early"]
    waits.remove("early")
    waits.remove("early")
    assert len(waits) == 1
