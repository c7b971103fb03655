from bot import migrations
from bot.database import Database


def test_a_migrated_database_is_at_the_newest_revision(database: Database) -> None:
    assert migrations.current(database) == migrations.newest() != ""
