from bot.database import Database
from bot.ops import migrations


def test_a_migrated_database_is_at_the_newest_revision(database: Database) -> None:
    assert migrations.current(database) == migrations.newest() != ""
