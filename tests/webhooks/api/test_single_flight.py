"""What is dear is made one at a time, and nobody gets what was begun before they asked."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from webhooks.api.single_flight import SingleFlight


def test_nobody_gets_what_was_begun_before_they_asked() -> None:
    flight: SingleFlight[int] = SingleFlight()
    begun, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> int:
        made.append(len(made) + 1)
        begun.set()
        assert go_on.wait(20)
        return made[-1]

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(flight.get, make)
        assert begun.wait(20)
        later = [pool.submit(flight.get, make) for _ in range(5)]
        go_on.set()
        assert first.result(20) == 1
        numbers = {one.result(20) for one in later}
    assert 1 not in numbers
    assert flight.get(make) == len(made) == max(numbers) + 1


def test_a_failure_is_for_who_met_it() -> None:
    flight: SingleFlight[int] = SingleFlight()

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        flight.get(fail)
    assert flight.get(lambda: 2) == 2
