"""The picture of a pass by its row: its QR leads to the pass, in the reader's language, drawn once."""

import io
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from bot.database import Database
from bot.delivery.images import cache as image_cache
from bot.domain.keys import KeyRing
from bot.domain.models import EventDay, Pass
from bot.domain.passes import tokens
from bot.errors import Refused
from bot.settings import Settings
from tests.bot.delivery.conftest import make_pass


@dataclass
class Service:
    """As much of the service as a picture takes."""

    database: Database
    ring: KeyRing
    settings: Settings


@pytest.fixture
def pictures(database: Database, ring: KeyRing, settings: Settings) -> Service:
    """As much of the service as a picture takes."""
    return Service(database, ring, settings)


def kept(database: Database, **fields: Any) -> int:
    with database.write() as db:
        return make_pass(db, **fields).id


def test_its_qr_is_the_signed_token_of_the_pass(pictures: Service) -> None:
    pass_id = kept(pictures.database)
    image = Image.open(io.BytesIO(image_cache.pass_image(pictures, pass_id)))
    text = zxingcpp.read_barcodes(image)[0].text
    assert text.startswith("HTTPS://LOCALHOST/P/")
    token = tokens.decode(text, pictures.ring)
    assert (token.pass_id, token.party_size, token.dates) == (pass_id, 3, (date(2027, 1, 17),))


def test_each_language_has_its_own_and_an_unknown_one_is_the_registrations(pictures: Service) -> None:
    pass_id = kept(pictures.database)
    english, hindi, other = (image_cache.pass_image(pictures, pass_id, language) for language in ("en", "hi", "../x"))
    assert english != hindi
    assert other == english


def test_the_same_picture_is_drawn_once_and_a_change_is_seen(pictures: Service) -> None:
    pass_id = kept(pictures.database)
    first = image_cache.pass_image(pictures, pass_id)
    assert image_cache.pass_image(pictures, pass_id) is first
    with pictures.database.write() as db:
        shown = db.get_one(Pass, pass_id)
        db.add(EventDay(event_id=shown.event_id, day=shown.day, opens=time(12)))
    assert image_cache.pass_image(pictures, pass_id) != first


def test_the_kind_is_shown_where_it_is_not_visitor(pictures: Service) -> None:
    pass_id = kept(pictures.database)
    first = image_cache.pass_image(pictures, pass_id)
    with pictures.database.write() as db:
        kind = db.get_one(Pass, pass_id).kind
        kind.number, kind.labels = 1, {"en": "Exhibitor"}
    assert image_cache.pass_image(pictures, pass_id) != first


@pytest.mark.parametrize("status", ["replaced", "revoked"])
def test_there_is_none_of_a_pass_that_is_not_valid(pictures: Service, status: str) -> None:
    pass_id = kept(pictures.database)
    with pictures.database.write() as db:
        db.get_one(Pass, pass_id).status = status
    for wanted in (pass_id, 10**9):
        with pytest.raises(Refused) as caught:
            image_cache.pass_image(pictures, wanted)
        assert caught.value.code == "no_such_pass"
