"""Whom each door lets in, asked of the application's own map of addresses: whatever is on it is tried by everybody.

`ROUTES` of tests/test_structure.py says which role a door is for; a door that is not there fails here too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from bot.domain.roster import devices
from bot.service import assemble
from bot.settings import Settings
from tests.test_structure import ADMIN, OWNER, ROUTES, SCANNER, SEARCHER, SIGNED_IN, SUPERVISOR, VOLUNTEER
from tests.webhooks.staff.manage.pages import Office, office_of
from webhooks import create_app

SIGN_IN, FORBIDDEN = "asked to sign in", 403
NOBODY, DEVICE, OTHERS_ADMIN = "nobody", "a scanner", "chitra"
REFUSED: Mapping[str, Mapping[str, str | int]] = {
    ADMIN: {NOBODY: SIGN_IN, DEVICE: SIGN_IN, "ravi": FORBIDDEN, "mira": FORBIDDEN, OTHERS_ADMIN: FORBIDDEN},
    SUPERVISOR: {NOBODY: SIGN_IN, DEVICE: SIGN_IN, "ravi": FORBIDDEN},
    VOLUNTEER: {NOBODY: SIGN_IN, DEVICE: SIGN_IN, "olga": FORBIDDEN},
    SEARCHER: {NOBODY: SIGN_IN, DEVICE: SIGN_IN, "olga": SIGN_IN},
    SIGNED_IN: {NOBODY: SIGN_IN, DEVICE: SIGN_IN},
    OWNER: {
        **{NOBODY: SIGN_IN, DEVICE: SIGN_IN},
        **dict.fromkeys(("ravi", "mira", "anna", OTHERS_ADMIN), FORBIDDEN),
    },
    SCANNER: {NOBODY: SIGN_IN, OTHERS_ADMIN: FORBIDDEN},
}
"""By role, who is kept out, and how. Who works at another event is where the address names one."""
LET_IN = {
    ADMIN: ("anna", "olga"),
    SUPERVISOR: ("mira", "olga"),
    VOLUNTEER: ("ravi",),
    SEARCHER: ("ravi",),
    SIGNED_IN: ("ravi", "olga"),
    OWNER: ("olga",),
    SCANNER: (DEVICE,),
}
"""By role, the least who may, and an owner, who is on no roster."""
VALUES = {"slug": "fair", "event": "fair", "day": "2027-01-09"}
"""What stands in addresses; in the place of all else a 1."""
ASKED = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class House:
    """The fair's office, a scanner at its gate, and every door that a real service has."""

    office: Office
    token: str

    def doors(self) -> Iterator[tuple[Rule, str, str]]:
        """Every address with each of its methods, and whom it lets in; one that nobody has listed fails."""
        for rule in self.office.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                listed = ROUTES.get(("GET" if method == "HEAD" else method, rule.rule))
                assert listed, f"{method} {rule.rule} is not in ROUTES: whom does it let in?"
                yield rule, method, listed

    def ask(self, who: str, rule: Rule, method: str) -> TestResponse:
        """What somebody is answered."""
        known = who not in (NOBODY, DEVICE)
        client = self.office.of(who) if known else self.office.app.test_client()
        headers = {"Authorization": f"Bearer {self.token}"} if who == DEVICE else {}
        built = rule.build({name: VALUES.get(name, 1) for name in rule.arguments})
        assert built, rule.rule
        choice = {"event": "other" if who == OTHERS_ADMIN else "fair"} if known and method == "POST" else None
        return client.open(built[1], method=method, headers=headers, data=choice)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    real = {
        "twilio_account_sid": "AC1",
        "twilio_auth_token": "token",
        "twilio_whatsapp_from": ("whatsapp:+15550000000",),
    }
    service = assemble(settings.model_copy(update=real))
    app = create_app(service)
    app.config["WTF_CSRF_ENABLED"] = False  # a form without its token would be refused before anybody's role is
    office = office_of(service, app)
    with service.database.write() as db:
        token = devices.add(db, "fair", name="Scanner 1", gate="main", now=service.now())[1]
    yield House(office, token)
    service.close()


def how(answer: TestResponse) -> str | int:
    """How somebody was answered: 401 and the way to the sign-in are one."""
    to_sign_in = answer.status_code == 302 and answer.location.startswith("/staff/login")
    return SIGN_IN if to_sign_in or answer.status_code == 401 else answer.status_code


def test_whoever_may_not_is_refused_at_every_door(house: House) -> None:
    before, tried, wrong = house.office.acts(), 0, []
    for rule, method, guard in house.doors():
        for who, refusal in REFUSED.get(guard, {}).items():
            if who == OTHERS_ADMIN and not rule.arguments & {"slug", "event"}:
                continue
            tried += 1
            if (found := how(house.ask(who, rule, method))) != refusal:
                wrong.append(f"{method} {rule.rule}: {who} gets {found}, not {refusal}")
    assert wrong == []
    assert tried > 100
    assert house.office.acts() == before


def test_who_may_is_let_in_and_nobody_by_another_method(house: House) -> None:
    """So the refusals above are the role's, and no door stands open beside the listed ones."""
    wrong = []
    for rule, method, guard in house.doors():
        for who in LET_IN.get(guard, ()):
            if how(house.ask(who, rule, method)) in (SIGN_IN, FORBIDDEN):
                wrong.append(f"{method} {rule.rule} refuses {who}")
    for rule, method in _without_a_door(house.office.app):
        if (found := how(house.ask(NOBODY, rule, method))) != 405:
            wrong.append(f"{method} {rule.rule} answers {found}")
    assert wrong == []


def test_what_admins_look_after_is_for_admins() -> None:
    """A page that is listed must be listed as theirs."""
    theirs = {guard for (_method, rule), guard in ROUTES.items() if rule.startswith("/staff/manage")}
    assert theirs <= {ADMIN, OWNER}


def _without_a_door(app: Flask) -> Iterator[tuple[Rule, str]]:
    """The methods that an address does not know, for those of the staff."""
    there: dict[str, set[str]] = {}
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/staff/")]
    for rule in rules:
        there.setdefault(rule.rule, set()).update(rule.methods or ())
    for rule in rules:
        yield from ((rule, method) for method in ASKED if method not in there[rule.rule])
