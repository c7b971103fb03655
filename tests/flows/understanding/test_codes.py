"""Pass codes: the check character catches every single mistake, and look-alikes are mended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.shapes import Invalid
from flows.understanding import codes

bodies = st.text(codes.ALPHABET, min_size=7, max_size=7)


@given(bodies)
def test_a_code_is_read_as_it_is_shown(body: str) -> None:
    code = body + codes.check_character(body)
    assert codes.parse(codes.shown(code)) == code
    assert codes.parse(f" {codes.shown(code).lower()} ") == code


@given(bodies, st.integers(0, 7), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_noticed(body: str, place: int, character: str) -> None:
    code = body + codes.check_character(body)
    wrong = code[:place] + character + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Invalid, match="mistyped_code"):
            codes.parse(wrong)


def test_look_alikes() -> None:
    body = "0110ABC"
    code = body + codes.check_character(body)
    assert codes.parse("oilO" + code[4:]) == code


@pytest.mark.parametrize("text", ["", "hello", "1234567", "123456789", "ABCD-EFGU", "ÄBCD-EFGH"])
def test_no_code(text: str) -> None:
    with pytest.raises(Invalid, match="not_a_code"):
        codes.parse(text)
