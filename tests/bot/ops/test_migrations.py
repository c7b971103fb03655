"""The migrations make the tables that the code expects, on both databases, and can be undone."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect

from bot.database import Database
from bot.domain.models import Base
from bot.ops import migrations


def test_the_migrated_tables_are_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_check_and_every_partial_index_is_there(database: Database) -> None:
    """What the comparison does not look at."""
    found = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        assert {check["name"] for check in found.get_check_constraints(table.name)} == wanted
    [one_a_day] = [index for index in found.get_indexes("passes") if index["name"] == "uq_passes_one_a_day"]
    options: dict[str, Any] = one_a_day["dialect_options"]
    assert one_a_day["unique"]
    assert "valid" in str(options.get("sqlite_where", options.get("postgresql_where")))


@pytest.mark.own_database
def test_everything_can_be_undone_and_done_again(database: Database) -> None:
    config = migrations._config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(database)
    assert migrations.current(database) == migrations.newest()
