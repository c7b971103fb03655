"""Other people's words among ours, on a volunteer's phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.text.literal import escape


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Asha Verma", "Asha Verma"),
        ("मीरा अय्यर", "मीरा अय्यर"),
        ("क्षि\u200dतिज", "क्षि\u200dतिज"),
        ("A.K. Nair", "A.K. Nair"),
        ("Sean O’Brien", "Sean O’Brien"),
        ("*Asha* _V_ ~x~ `y`", "∗Asha∗ ˍVˍ ∼x∼ ˋyˋ"),
        ("✅ Admitted: 5 people", "Admitted: 5 people"),
        ("⛔️ Stop", "Stop"),
        ("Asha\n✅ Admitted", "Asha Admitted"),
        ("https://evil.example.net/x", "https꞉∕∕evil․example․net/x"),
        ("wa.me/919812345678", "wa․me/919812345678"),
        ("Asha\u202egnirps", "Asha gnirps"),
        ("7QK2-M9X5", "7QK2\u2011M9X5"),
    ],
)
def test_it_looks_like_itself_and_does_nothing(typed: str, shown: str) -> None:
    assert escape(typed) == shown


@given(st.text(alphabet=st.characters() | st.sampled_from("*_~`✅⛔\u202e.-:/"), max_size=60))
def test_nothing_acts_and_once_is_enough(typed: str) -> None:
    shown = escape(typed)
    assert not set(shown) & set("*_~`✅⛔\u202e\n")
    assert "://" not in shown
    assert escape(shown) == shown
