"""A picture waits for Twilio in Redis: once, not for ever, and not more than there is room for."""

from typing import cast

from redis import Redis

from bot.delivery.images.handover import KEEP_SECONDS, KEPT_SET_KEY, TOTAL_BYTES_KEY, Handover

BLUE, RED = b"blue" * 25, b"red." * 25


def kept(redis: "Redis") -> tuple[int, int]:
    """How many pictures are kept, and how many bytes they have by the count."""
    return len(redis.keys("picture:*")), int(cast("bytes | None", redis.get(TOTAL_BYTES_KEY)) or 0)


def test_a_picture_is_taken_once(redis: "Redis") -> None:
    pictures = Handover(redis)
    pictures.keep(1, "en", BLUE)
    pictures.keep(1, "hi", RED)
    assert 0 < redis.ttl("picture:1:en") <= KEEP_SECONDS
    assert [pictures.take(1, "hi"), pictures.take(1, "hi"), pictures.take(2, "en")] == [RED, None, None]
    assert kept(redis) == (1, 100)


def test_the_oldest_give_way_and_what_has_expired_counts_no_more(redis: "Redis") -> None:
    pictures = Handover(redis, max_bytes=250)
    for number in (1, 2, 2, 3):
        pictures.keep(number, "en", BLUE)
    assert [pictures.take(number, "en") for number in (1, 3)] == [None, BLUE]
    assert kept(redis) == (1, 100)
    redis.delete("picture:2:en")  # as Redis does when its time is over
    redis.zadd(KEPT_SET_KEY, {"100 picture:2:en": 1})
    pictures.keep(4, "en", RED)
    assert kept(redis) == (1, 100)
    pictures.keep(5, "en", BLUE * 10)
    assert kept(redis) == (0, 0)


def test_without_redis_it_is_drawn_when_it_is_asked_for() -> None:
    pictures = Handover(Redis(unix_socket_path="/nowhere/redis.sock"))
    pictures.keep(1, "en", BLUE)
    assert pictures.take(1, "en") is None
