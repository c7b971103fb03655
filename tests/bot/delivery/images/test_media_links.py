"""Signed, expiring links to pass images."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.images import media_links
from flows.shapes import Invalid

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECRET = "a secret of sixteen"


def verdict(token: str, now: datetime = NOW, secret: str = SECRET) -> str:
    with pytest.raises(Invalid) as caught:
        media_links.read(token, secret, now)
    return caught.value.code


def test_a_link_leads_to_its_pass_for_a_day() -> None:
    token = media_links.sign(7, SECRET, NOW)
    assert media_links.read(token, SECRET, NOW) == 7
    assert media_links.read(token, SECRET, NOW + timedelta(hours=23, minutes=59)) == 7
    assert verdict(token, NOW + timedelta(hours=24)) == "expired"


def test_anything_changed_is_forged() -> None:
    token = media_links.sign(7, SECRET, NOW)
    for place in range(len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        assert verdict(token[:place] + other + token[place + 1 :]) == "forged"
    assert verdict(token, secret="another secret, also long") == "forged"
    assert verdict(media_links.sign(7, SECRET, NOW)[:-4]) == "forged"


def test_an_expired_forgery_is_forged_not_expired() -> None:
    token = media_links.sign(7, "another secret, also long", NOW - timedelta(days=9))
    assert verdict(token) == "forged"


@given(st.text(max_size=80))
def test_no_text_makes_it_fall_over(text: str) -> None:
    assert verdict(text) == "forged"


def test_tokens_need_no_quoting() -> None:
    for pass_id in range(300):
        assert set(media_links.sign(pass_id, SECRET, NOW)) <= set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        )
