"""A language is added as CONTRIBUTING says: Odia, with the few sentences that a registration and a gate need."""

from tests.recipes.copy import Copy, steps, unlike

FOLDER = "flows/locale/or"
CATALOGUE, VOCABULARY = f"{FOLDER}/LC_MESSAGES/pravesh.po", f"{FOLDER}/vocabulary.toml"
SAID = {
    "What is your full name?": "ଆପଣଙ୍କ ପୂରା ନାମ କଣ?",
    "Which day will you come?": "ଆପଣ କେଉଁ ଦିନ ଆସିବେ?",
    "Entry passes": "ପ୍ରବେଶ ପାସ",
}
WORDS = {"yes": "ହଁ", "3": "ତିନି", "stop": "ବନ୍ଦ କରନ୍ତୁ"}
ADMITTED = r'(msgid "✅ Admitted: \{count\} person"\nmsgid_plural .*\nmsgstr\[0\] )""(\nmsgstr\[1\] )""'
LANGUAGE = """
name = "ଓଡ଼ିଆ"
order = 10
complete = true
confirmed = false
locale = "or_IN"
day = "EEEE, d MMMM"
full_day = "d MMMM y"
hour = "B h"
minute = "B h:mm"
letters = "\u0b00-\u0b7f"
font = "oriya"
"""

WALK = '''
"""Odia in the chat, at the gate, on pages and in the API."""

from datetime import date

import responses
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.domain import events, people, roster
from bot.domain.models import Event, Pass
from bot.service import Service
from flows.text.languages import written_in
from flows.text.formats import full_day, moment
from flows.understanding import intents
from tests.webhooks.test_gate_chat import RAVI, STRANGER, Phones
from webhooks.api import values


def begun(client: FlaskClient, service: Service) -> Phones:
    with service.database.write() as db:
        events.make_demo(db, service.now())
        db.scalars(select(Event)).one().languages = ["en", "hi", "or"]
    return Phones(client, service, responses.RequestsMock())


def test_registered_and_admitted_in_odia(client: FlaskClient, service: Service) -> None:
    phones = begun(client, service)
    assert "ଓଡ଼ିଆ" in phones.say("hi", STRANGER)
    assert "ପୂରା ନାମ" in phones.say("ଓଡ଼ିଆ", STRANGER)
    assert "କେଉଁ ଦିନ" in phones.say("Asha Rao", STRANGER)
    for text in ("1", "ତିନି", "skip", "ହଁ"):
        phones.say(text, STRANGER)
    with service.database.write() as db:
        issued = db.scalars(select(Pass)).one()
        assert (issued.party_size, issued.registration.language) == (3, "or")
        people.find_or_make(db, phone=RAVI, now=service.now()).language = "or"
        roster.add(db, "demo", phone=RAVI, name="Ravi", role="volunteer", region="IN", now=service.now())
        code = issued.code
    assert "ପ୍ରବେଶ: 3" in phones.say(f"force {code}") + phones.say(code)


def test_its_opt_out_words_are_heard_at_every_event() -> None:
    assert intents.command("ବନ୍ଦ କରନ୍ତୁ") == "stop"


def test_who_has_not_chosen_is_answered_in_the_letters_that_they_write() -> None:
    assert written_in("ନମସ୍କାର", ("en", "hi", "or")) == "or"
    assert written_in("नमस्ते", ("en", "hi", "or")) == "hi"


def test_pages_and_days(client: FlaskClient, service: Service) -> None:
    begun(client, service)
    page = client.get("/register/demo?lang=or", base_url="https://localhost").text
    assert 'lang="or"' in page
    assert "ଆପଣଙ୍କ ପୂରା ନାମ କଣ?" in page
    assert "ଜାନୁଆରୀ" in full_day(date(2026, 1, 17), "or")
    assert "ଶନିବାର" in moment(date(2026, 1, 17), "or")
    assert values.one_of(values.LANGUAGES, "or") == "or"
'''


def test_a_language(copy: Copy) -> None:
    copy.write(f"{FOLDER}/language.toml", LANGUAGE)
    copy.run("-m", "flows.text.translations", "or", fails=True)
    for table, word in WORDS.items():
        copy.replace(VOCABULARY, rf'(?m)^({table} = )""', rf'\1"{word}"')
    for english, said in SAID.items():
        copy.replace(CATALOGUE, rf'(msgid "{english.replace("?", "[?]")}"\nmsgstr )""', rf'\1"{said}"')
    copy.replace(CATALOGUE, ADMITTED, r'\1"✅ ପ୍ରବେଶ: {count} ଜଣ"\2"✅ ପ୍ରବେଶ: {count} ଜଣ"')
    copy.write(
        "tests/flows/scripts/registration_or.txt",
        """
=== the name and the day are asked in Odia
# known: or
> register
? full_name
< ନାମ
> Asha Rao
? visit_date
< କେଉଁ ଦିନ
> 1
? party_size
""",
    )
    (copy.root / "tests/webhooks/test_odia.py").write_text(WALK.lstrip(), encoding="utf-8")
    copy.walk("tests/webhooks/test_odia.py", "tests/flows/test_scripts.py", "-k", "odia or Odia")
    assert unlike(steps("a language"), copy.touched) == ([], [])
