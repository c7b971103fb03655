"""The life of an event, command by command: every command of the command line stands here at least once.

A NEW COMMAND GETS ITS LINE HERE, at the place in the story where it makes sense:

    Run("noun verb", "ARGUMENTS", sql="SELECT count(*) FROM …", gives=1)

`{first}`, `{last}` are the event's first and last day, `{today}` is today, `{tmp}` a folder; what a run keeps
(`keep="code"`: the last word that it printed) is `{code}` afterwards. `sql` is looked at when the command has
ended. A command with `--json` runs with it, and what it prints is parsed.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """One command typed, and what must come of it."""

    command: str
    args: str = ""
    code: int = 0
    stdin: str = ""
    keep: str = ""
    told: str = ""
    """Stands in what was printed."""
    sql: str = ""
    """Gives one value."""
    gives: Any = 1
    before: str = ""
    """A change of the data by something that is no command, such as Twilio's answer."""


OF = "--event fair"
QUESTION = '[{"name": "city", "kind": "text", "labels": {"en": "Which city?"}}]'
ROSTER = "phone,name,role\n+919812345680,Mira Rao,supervisor\n"

JOINING = (
    "INSERT INTO join_requests (event_id, invitation_id, phone, name, status, created_at) "
    "SELECT event_id, id, '+9198123456{}', 'Dev', 'waiting', created_at FROM invitations"
)
CONFIRMED = "SELECT count(*) FROM join_requests WHERE status = 'confirmed'"

SET_UP = (
    Run("db upgrade", told="/staff/claim/"),
    Run("db check", told="at"),
    Run("events create", "--slug fair --name Books --from {first} --to {last}", sql="SELECT count(*) FROM events"),
    Run("events create", "--slug fair --name Again --from {first} --to {last}", code=1, told="slug_taken"),
    Run("events create", "--slug bad --name Bad --from 2027-13-01 --to 2027-13-02", code=2),
    Run("events create", "--slug old --name Old --from 2026-01-05 --to 2026-01-06"),
    Run("events list", "--json", told='"slug": "fair"'),
    Run("events show", "fair --json", told="hi%20fair"),
    Run("events show", "fare --json", code=1, told="did you mean fair"),
    Run("events set", "fair --venue 'Hall 1'", sql="SELECT count(*) FROM events WHERE venue = 'Hall 1'"),
    Run("events day", "fair {last} --capacity 50", sql="SELECT count(*) FROM event_days WHERE capacity = 50"),
    Run("events days", "fair --json", told='"capacity": 50'),
    Run("events texts", "fair --welcome 'en=Entry is free' --json", told="Entry is free"),
    Run("events questions", "fair --file - --yes --json", stdin=QUESTION, told="Which city?"),
    Run("events questions", "fair --file - --yes", code=1, stdin="{", told="not JSON"),
    Run("events reminder", "fair on --at 18:00", sql="SELECT count(*) FROM events WHERE reminder_at IS NOT NULL"),
    Run("events alerts", "fair --inside 5000 --json", told="5000"),
    Run("events kinds add", f"school {OF}", sql="SELECT count(*) FROM kinds WHERE slug = 'school'"),
    Run("events kinds set", f"school {OF} --policy once", sql="SELECT count(*) FROM kinds WHERE policy = 'once'"),
    Run("events kinds retire", f"school {OF}", sql="SELECT count(*) FROM kinds WHERE retired_at IS NOT NULL"),
    Run(
        "events kinds restore",
        f"school {OF}",
        sql="SELECT count(*) FROM kinds WHERE slug = 'school' AND retired_at IS NULL",
    ),
    Run("events kinds retire", f"visitor {OF}", code=1, told="kind_is_public"),
    Run("events kinds list", f"{OF} --json", told='"school"'),
    Run("events clone", "fair --slug next --from {last}", sql="SELECT count(*) FROM events WHERE slug = 'next'"),
    Run("gates add", f"{OF} --name Main", keep="gate"),
    Run("gates add", f"{OF} --name South"),
    Run("gates close", f"{OF} --name South", sql="SELECT count(*) FROM gates WHERE closed"),
    Run("gates open", f"{OF} --name South", sql="SELECT count(*) FROM gates WHERE closed", gives=0),
    Run("gates list", f"{OF} --json", told='"south"'),
    Run("volunteers add", f"{OF} --phone +919812345678 --name Ravi --gate main", sql="SELECT count(*) FROM staff"),
    Run("volunteers add", f"{OF} --phone 12 --name Ravi", code=1, told="not_a_phone"),
    Run("volunteers import", f"{OF} --file -", stdin=ROSTER, sql="SELECT count(*) FROM staff", gives=2),
    Run("volunteers invite", f"{OF} --people 2 --gate main --json", told='"message": "join '),
    Run("volunteers invite", f"{OF} --people 900", code=1, told="bad_invitation"),
    Run("volunteers invitations", f"{OF} --json", told='"people": 2'),
    Run("volunteers waiting", f"{OF} --json", told="[]"),
    Run("volunteers confirm", f"{OF} --phone +919812345681", code=1, told="nobody_waits"),
    Run("volunteers decline", f"{OF} --phone +919812345681", code=1, told="nobody_waits"),
    Run("volunteers confirm", f"{OF} --phone +919812345601", before=JOINING.format("01"), sql=CONFIRMED),
    Run("volunteers decline", f"{OF} --phone +919812345602", before=JOINING.format("02"), sql=CONFIRMED),
    Run("volunteers end-invitation", f"RIVER-RIVER-RIVER {OF}", code=1, told="no_such_invitation"),
    Run(
        "volunteers end-invitation",
        f"MANGO-RIVER-TOWER {OF}",
        before="UPDATE invitations SET words = 'MANGO-RIVER-TOWER'",
    ),
    Run("volunteers disable", "--phone +919812345680", sql="SELECT count(*) FROM staff WHERE NOT enabled"),
    Run("volunteers enable", "--phone +919812345680", sql="SELECT count(*) FROM staff WHERE NOT enabled", gives=0),
    Run("volunteers list", f"{OF} --json", told="Mira Rao"),
    Run("volunteers show", "--phone +919812345680 --json", told="supervisor"),
    Run("owners add", "--phone +919812345681 --name Asha", sql="SELECT count(*) FROM owners"),
    Run("owners remove", "--phone +919812345681 --yes", code=1, told="last_owner"),
    Run("owners add", "--phone +919812345682 --name Bina", sql="SELECT count(*) FROM owners", gives=2),
    Run("owners remove", "--phone +919812345682", code=1, stdin="n\n"),
    Run("owners remove", "--phone +919812345682 --yes", sql="SELECT count(*) FROM owners WHERE enabled"),
    Run("owners list", "--json", told="Asha"),
    Run("devices add", f"{OF} --gate main --name 'Phone 7'", keep="token", sql="SELECT count(*) FROM devices"),
    Run("devices roll", f"{OF} --name 'Phone 7' --yes", keep="second"),
    Run("devices list", f"{OF} --json", told="Phone 7"),
    Run("devices revoke", f"{OF} --name 'Phone 7'", code=1, stdin="n\n"),
    Run(
        "devices revoke",
        f"{OF} --name 'Phone 7' --yes",
        sql="SELECT count(*) FROM devices WHERE revoked_at IS NULL",
        gives=0,
    ),
    Run("templates sync", "--json", told='"made"', sql="SELECT count(*) > 0 FROM content_templates"),
    Run("templates list", "--json", told='"sid"'),
    Run("events poster", "fair --out {tmp}/poster.pdf --paper a3"),
    Run("events poster", "fair --out {tmp}/nowhere/poster.pdf", code=1),
    Run("events open", "fair", sql="SELECT count(*) FROM events WHERE status = 'open'"),
)
"""Until people can register."""

PEOPLE = (
    Run("visitors find", f"asha {OF} --json", told="Asha Verma"),
    Run("visitors find", f"a {OF}", code=1, told="search_too_short"),
    Run("visitors show", "{code} --json", told="Asha Verma"),
    Run("passes show", "{code} --json", told='"valid"'),
    Run("passes show", "7QK2-M9X5", code=1, told="no_such_pass"),
    Run("passes resend", "{code}", keep="delivery", sql="SELECT count(*) FROM deliveries WHERE kind = 'pass'"),
    Run("deliveries list", "--json", told='"owed"'),
    Run("deliveries show", "{delivery} --json", told='"story"'),
    Run("deliveries show", "999", code=1, told="no_such_delivery"),
    Run("deliveries why", "{delivery} --json", told='"happened"'),
    Run(
        "deliveries retry",
        "{delivery}",
        before="UPDATE deliveries SET status = 'failed'",
        sql="SELECT status FROM deliveries WHERE kind = 'pass'",
        gives="owed",
    ),
    Run("deliveries resume-sender", "whatsapp:+14155238886", told="was not paused"),
    Run("passes reissue", "{code} --yes", keep="code", sql="SELECT count(*) FROM passes WHERE status = 'replaced'"),
    Run("passes move", "{code} --phone +919812345699 --yes", keep="code", told="new code"),
    Run("visitors import", f"- {OF} --dry-run", code=1, stdin="name,phone\nRavi,12\n", told="not_a_phone"),
    Run(
        "visitors import",
        f"- {OF} --default day={{last}} --consent lists --yes --json",
        stdin="name\nRavi Rao\n",
        sql="SELECT count(*) FROM registrations WHERE channel = 'import'",
    ),
    Run("passes conflicts", f"{OF} --json", told="[]"),
    Run("broadcast send", f"{OF} --text 'We are open until 8 pm.' --yes", sql="SELECT count(*) FROM broadcasts"),
    Run("broadcast send", f"{OF} --text 'We are open until 8 pm.'", code=1, stdin="n\n"),
    Run("broadcast list", "--json", told='"fair"'),
    Run("broadcast show", "1 --json", told="8 pm"),
    Run("broadcast pause", "1"),
    Run("broadcast resume", "1"),
    Run("broadcast cancel", "1 --yes"),
    Run("events pause", "fair", sql="SELECT count(*) FROM events WHERE entry_paused_at IS NOT NULL"),
    Run("events resume", "fair", sql="SELECT count(*) FROM events WHERE entry_paused_at IS NOT NULL", gives=0),
    Run("events notice", "fair 'Gate 2 is closed'", told="notice"),
    Run("report on", f"{OF} --at 21:00", sql="SELECT count(*) FROM daily_reports"),
    Run("report on", f"{OF} --at 21:00 --to +919812345678", code=1, told="not_an_admin"),
    Run("report show", f"{OF} --json", told='"21:00'),
    Run("report off", OF, sql="SELECT count(*) FROM daily_reports", gives=0),
    Run("stats", f"{OF} --json", told='"admitted": 0'),
    Run("stats", "--event fare", code=1, told="no_such_event"),
    Run("stats rebuild", f"{OF} --json", told="["),
    Run("export visitors", f"{OF} --format csv --out {{tmp}}/visitors.csv", told=" rows in "),
    Run("export passes", f"{OF} --format xlsx --out {{tmp}}/passes.xlsx"),
    Run("export checkins", f"{OF} --format jsonl --out {{tmp}}/checkins.jsonl"),
    Run("export deliveries", f"{OF} --out {{tmp}}/deliveries.csv"),
    Run("export audit", f"{OF} --out {{tmp}}/audit.csv"),
    Run("export waiting", f"{OF} --out {{tmp}}/waiting.csv"),
    Run("export needs", f"{OF} --out {{tmp}}/needs.csv"),
    Run("export visitors", f"{OF} --out {{tmp}}/nowhere/visitors.csv", code=1),
    Run("keys roll", keep="key", sql="SELECT count(*) FROM signing_keys", gives=2),
    Run("keys list", "--json", told='"number": 2'),
    Run("keys retire", "1 --yes", sql="SELECT count(*) FROM signing_keys WHERE retired_at IS NOT NULL"),
    Run("doctor", "--json", code=1, told='"migrations"'),
    Run("doctor", "--reconcile --json", code=1, told="pass_not_sent"),
    Run("doctor", "--repair", code=2),
    Run("db backup", "--out {tmp}/backup --json", told='"encrypted": false'),
    Run("db backup", "--out {tmp}/backup", code=1, told="there already"),
    Run("db verify", "{tmp}/backup --json", told='"secret_key_opens_it": true'),
    Run("db verify", "{tmp}/nowhere", code=1, told="no backup of ours"),
    Run("db restore", "{tmp}/backup", code=1, told="already"),
)
"""While they come."""

THE_END = (
    Run("privacy retention set", "fair 30", sql="SELECT retention_days FROM events WHERE slug = 'fair'", gives=30),
    Run("privacy retention show", "--json", told='"retention_days": 30'),
    Run("privacy report", "--code {code} --out {tmp}/asha.json", told="asha.json"),
    Run("passes revoke", "{code} --yes", sql="SELECT count(*) FROM passes WHERE status = 'revoked'"),
    Run("privacy erase", "--code {code} --yes", sql="SELECT count(*) FROM registrations WHERE full_name = ''"),
    Run("privacy purge", "--before {today} --yes", told="events 1"),
    Run("events close", "fair", sql="SELECT count(*) FROM events WHERE status = 'open'", gives=0),
    Run("events cancel", "fair --yes", sql="SELECT count(*) FROM events WHERE status = 'cancelled'"),
    Run("templates remove", "--yes", sql="SELECT count(*) FROM content_templates", gives=0),
    Run("audit list", "--json", told="templates_removed"),
    Run("audit search", "fair --json", told="event_cancelled"),
    Run("keys rewrap", "--new-secret 9TgRfV3kLmQwZ8xBnYp2 --yes", told="moved"),
)
"""And when they have gone."""

STORY = (*SET_UP, *PEOPLE, *THE_END)
