"""The runbook: its commands run, in its order, and each alert that there is stands in it."""

import re
import shlex
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.database import Database
from bot.domain import events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.domain.passes import registration as registrations
from bot.domain.stats import alert_metrics
from bot.service import assemble
from bot.settings import Settings
from flows.understanding.codes import shown
from tests.admin_cli.shell.shells import Shell, warm
from tests.bot.domain.builders import asking
from tests.paths import ROOT
from webhooks import create_app

PAGE = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
SECRET = "x" * 16
FIRST_DAY = date(2027, 1, 9)
"""The event's, on the page."""
CODE, DELIVERY = "7QK2-M9X5", "17"
"""A pass and a delivery, on the page."""
FILES = {
    "roster.csv": "phone,name,role\n+919812345683,Mira Rao,volunteer\n",
    "guests.csv": "name,phone\nAnil Das,\n",
}
"""What the page reads."""


def commands() -> Iterator[str]:
    """The page's commands, each on one line and without `pravesh`."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            program, _, rest = line.strip().partition(" ")
            assert program == "pravesh", line
            yield rest


@pytest.fixture
def operated(sqlite_template: Path, redis: Any, redis_url: str, tmp_path: Path) -> Iterator[tuple[Shell, Database]]:
    """A shell and its database, with the simulator as Twilio."""
    file = tmp_path / "runbook.db"
    file.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{file}"
    service = assemble(Settings(database_url=url, redis_url=redis_url, secret_key=SECRET))
    app = create_app(service)
    quiet = type("Quiet", (WSGIRequestHandler,), {"log_request": lambda *_told: None})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    where = {"DATABASE_URL": url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET, "PORT": str(server.server_port)}
    try:
        with warm({**where, "VAR_DIR": str(tmp_path / "var")}, tmp_path) as shell:
            yield shell, service.database
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["simulator"].courier.close()
        service.close()


@pytest.mark.infra
def test_every_command_runs(operated: tuple[Shell, Database], tmp_path: Path) -> None:
    shell, database = operated
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "posters").mkdir()
    first = datetime.now(UTC).date() + timedelta(days=30)
    code, delivery = CODE, DELIVERY
    for command in commands():
        words = _as_here(command, first, tmp_path).replace(CODE, code).replace(f" {DELIVERY}", f" {delivery}")
        if command.startswith(("deliveries why", "deliveries retry")):
            _fail(database, int(delivery))
        ended = shell("", words)
        assert (command, ended.code) == (command, 1 if command == "doctor" else 0), ended.out + ended.err
        if command == "doctor":  # no worker and no clock run here; all else that it asks for must be found
            assert "✓ migrations" in ended.out
        if command.startswith("events open"):
            code = _registered(database, first)
        if command.startswith("passes resend"):
            delivery = ended.out.split()[-1]


def _as_here(command: str, first: date, folder: Path) -> str:
    """The command with this test's days and files."""

    def day(found: re.Match[str]) -> str:
        if "--before" in command:  # a day when all is over, which here it never is
            return datetime.now(UTC).date().isoformat()
        return (first + (date.fromisoformat(found[0]) - FIRST_DAY)).isoformat()

    moved = re.sub(r"\d{4}-\d\d-\d\d", day, command)
    return re.sub(
        r"(?<= )([\w-]+\.(?:csv|xlsx|json)|posters|backup-1)(?= |$)",
        lambda found: shlex.quote(str(folder / found[0])),
        moved,
    )


def _registered(database: Database, day: date) -> str:
    ring, now = KeyRing.open(database, SECRET), datetime.now(UTC)
    with database.write() as db:
        asker = people.find_or_make(db, phone="+919876543210", now=now)
        consent = events.by_slug(db, "fair").consent_version
        wish = asking(asker, visit_date=day, full_name="Asha Verma", consent_version=consent, now=now)
        return shown(registrations.register(db, ring, **wish).code)


def _fail(database: Database, number: int) -> None:
    with database.write() as db:
        db.get_one(Delivery, number).status = "failed"


def test_every_alert_says_what_to_do() -> None:
    """Prometheus' rules, CloudWatch's alarms, and what supervisors' phones are told."""
    (group,) = yaml.safe_load((ROOT / "deploy/grafana/alerts.yml").read_text())["groups"]
    alarms = (ROOT / "deploy/terraform/modules/alarms/main.tf").read_text()
    wanted = {rule["alert"] for rule in group["rules"]}
    wanted |= set(re.findall(r"^    (\w+) = \{$", alarms, re.MULTILINE))
    wanted |= set(re.findall(r'"(\w+)/\$\{node\}"', alarms)) | set(re.findall(r"alert (\w+)\.\"", alarms))
    wanted |= {getattr(alert_metrics, name) for name in ("INSIDE", "SILENT", "FAILURES", "QUEUE", "CODES")}
    _, _, table = PAGE.partition("| alert | by |")
    told = set(
        re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    )
    assert told == wanted
