"""The shapes of forms that came back: the newest first, a few of them, and nobody's answers."""

import json
from datetime import UTC, datetime, timedelta

from redis import Redis

from bot import form_shapes
from bot.form_shapes import KNOWN

NOW = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
WHOLE = {"full_name": "Asha Rao", "visit_date": "2027-01-16", "party_size": "3", "agree": "yes_1", "city": "Delhi"}


def test_what_was_found_and_what_was_not(redis: "Redis") -> None:
    assert form_shapes.last(redis) == []
    form_shapes.record(redis, NOW, json.dumps(WHOLE), "")
    form_shapes.record(redis, NOW + timedelta(minutes=1), '{"screen_0_name": "Asha Rao"}', "")
    form_shapes.record(redis, NOW + timedelta(minutes=2), json.dumps({"visit_date": "2027-01-16", "party_size": 2}), "")
    change, unread, whole = form_shapes.last(redis)
    assert (set(whole.found), whole.missing) == (set(KNOWN), ())
    assert (unread.found, set(unread.missing)) == ((), set(KNOWN))
    assert unread.fields == ("FlowData", "InteractiveData.screen_0_name")
    assert change.missing == ()
    assert change.at == NOW + timedelta(minutes=2)


def test_no_answer_is_kept_and_not_everything(redis: "Redis") -> None:
    for _ in range(form_shapes.MAX_SHAPES + 5):
        form_shapes.record(redis, NOW, json.dumps(WHOLE), json.dumps({"flow_token": "x", **WHOLE}))
    kept = b" ".join(redis.lrange(form_shapes.SHAPES_KEY, 0, -1))  # type: ignore[arg-type]  # a list: not asyncio's
    assert len(form_shapes.last(redis)) == form_shapes.MAX_SHAPES
    assert not [answer for answer in (b"Asha", b"Delhi", b"yes_1", b"2027-01-16") if answer in kept]


def test_without_redis_nothing_is_kept_and_nothing_fails() -> None:
    with Redis(port=1) as nobody:
        form_shapes.record(nobody, NOW, json.dumps(WHOLE), "")
