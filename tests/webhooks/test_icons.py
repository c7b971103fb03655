"""The icons of the pages, in one file."""

from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from webhooks import assets, icons


def test_each_is_a_symbol_of_one_file(client: FlaskClient) -> None:
    answer = client.get(f"/assets/{assets.digest()}/icons.svg")
    assert answer.mimetype == "image/svg+xml"
    symbols = ElementTree.fromstring(answer.text)
    assert [symbol.get("id") for symbol in symbols] == list(icons.ICONS)
    assert all(len(symbol) for symbol in symbols)


def test_one_that_is_not_named_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-icon"):
        icons.drawing("no-such-icon", "/icons.svg")
