"""Photos are deleted at Twilio, however often that takes, and one that is not makes itself heard."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.delivery.outbox.backoff import STUCK_AFTER
from bot.delivery.twilio.media import TwilioMedia
from bot.domain.models import MediaDeletion
from bot.errors import NotReady, SendFailed
from bot.photos import delete_media
from bot.photos.delete_media import MediaDeleter
from bot.timeouts import PHOTO_DELETION_LEASE_TTL

NOW = datetime(2027, 1, 14, 6, 30, tzinfo=UTC)
MEDIA = (TwilioMedia("MM1", "ME1"), TwilioMedia("MM2", "ME2"))


@dataclass
class FakeTwilio:
    """Answers deletions as it is told, by file; else with 204."""

    answers: dict[str, Iterator[int | SendFailed]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def call(self, method: str, uri: str, **_more: object) -> tuple[int, dict[str, Any]]:
        assert method == "DELETE"
        assert uri.startswith("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/")
        sid = uri.rpartition("/")[2].removesuffix(".json")
        self.asked.append(sid)
        answer = next(self.answers.get(sid, iter([])), 204)
        if isinstance(answer, SendFailed):
            raise answer
        return answer, {}


@pytest.fixture
def media_keeper() -> FakeTwilio:
    return FakeTwilio()


@pytest.fixture
def work(database: Database, media_keeper: FakeTwilio) -> MediaDeleter:
    with database.write() as db:
        delete_media.enqueue_deletions(db, MEDIA, NOW)
        delete_media.enqueue_deletions(db, MEDIA[:1], NOW)
    return MediaDeleter(database, media_keeper, "AC1")


def waiting(database: Database) -> dict[str, tuple[int, str | None]]:
    with database.read() as db:
        return {row.media_sid: (row.attempts, row.reason) for row in db.scalars(select(MediaDeletion))}


def test_each_is_deleted_once_and_forgotten(work: MediaDeleter, media_keeper: FakeTwilio) -> None:
    assert work.sweep(NOW) == 2
    assert sorted(media_keeper.asked) == ["ME1", "ME2"]
    assert waiting(work.database) == {}
    assert work.sweep(NOW + timedelta(hours=1)) == 0


on_sqlite = pytest.mark.databases("sqlite")


@on_sqlite
@pytest.mark.parametrize(
    ("trouble", "reason"), [(SendFailed("http_503", retry=True), "http_503"), (401, "http_401"), (500, "http_500")]
)
def test_what_twilio_does_not_delete_is_tried_again_later(
    work: MediaDeleter, media_keeper: FakeTwilio, trouble: int | SendFailed, reason: str
) -> None:
    media_keeper.answers["ME1"] = iter([trouble, trouble])
    assert work.sweep(NOW) == 1
    assert waiting(work.database) == {"ME1": (1, reason)}
    assert work.sweep(NOW) == 0
    assert work.sweep(NOW + timedelta(minutes=1)) == 0
    assert waiting(work.database) == {"ME1": (2, reason)}
    assert work.sweep(NOW + timedelta(minutes=2)) == 1
    assert media_keeper.asked.count("ME1") == 3


@on_sqlite
def test_one_that_is_gone_already_is_done(work: MediaDeleter, media_keeper: FakeTwilio) -> None:
    media_keeper.answers["ME1"] = iter([404])
    assert work.sweep(NOW) == 2


@on_sqlite
def test_a_process_that_was_killed_leaves_it_to_the_next(work: MediaDeleter, media_keeper: FakeTwilio) -> None:
    assert len(work._claim(NOW)) == 2
    assert work.sweep(NOW + timedelta(seconds=10)) == 0
    assert work.sweep(NOW + PHOTO_DELETION_LEASE_TTL) == 2


@on_sqlite
def test_one_that_stays_too_long_is_told_with_twilios_reason(work: MediaDeleter, media_keeper: FakeTwilio) -> None:
    media_keeper.answers["ME1"] = iter([401])
    work.sweep(NOW)
    assert delete_media.nothing_is_stuck(work.database, NOW + STUCK_AFTER)
    with pytest.raises(NotReady, match="http_401"):
        delete_media.nothing_is_stuck(work.database, NOW + 2 * STUCK_AFTER)
