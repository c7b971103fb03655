"""A language is added as CONTRIBUTING says: Tamil, with the few sentences that a registration and a gate need."""

from tests.recipes.copy import Copy, steps, unlike

CATALOGUE = "flows/locale/ta/LC_MESSAGES/pravesh.po"
SAID = {
    "What is your full name?": "உங்கள் முழுப் பெயர் என்ன?",
    "Which day will you come?": "எந்த நாளில் வருவீர்கள்?",
    "Entry passes": "நுழைவுச் சீட்டுகள்",
}
ADMITTED = r'(msgid "✅ Admitted: \{count\} person"\nmsgid_plural .*\nmsgstr\[0\] )""(\nmsgstr\[1\] )""'

WALK = '''
"""Tamil in the chat, at the gate, on pages, in the API and on the picture."""

from datetime import date

import responses
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.delivery.images import fonts
from bot.domain import events, people, roster
from bot.domain.models import Event, Pass
from bot.service import Service
from flows.text.languages import written_in
from flows.text.translate import full_day, moment
from tests.webhooks.test_gate_chat import RAVI, STRANGER, Phones
from webhooks.api import values


def begun(client: FlaskClient, service: Service) -> Phones:
    with service.database.write() as db:
        events.make_demo(db, service.now())
        db.scalars(select(Event)).one().languages = ["en", "hi", "ta"]
    return Phones(client, service, responses.RequestsMock())


def test_registered_and_admitted_in_tamil(client: FlaskClient, service: Service) -> None:
    phones = begun(client, service)
    assert "தமிழ்" in phones.say("hi", STRANGER)
    assert "முழுப் பெயர்" in phones.say("தமிழ்", STRANGER)
    assert "எந்த நாளில்" in phones.say("Asha Rao", STRANGER)
    for text in ("1", "மூன்று", "skip", "ஆம்"):
        phones.say(text, STRANGER)
    with service.database.write() as db:
        issued = db.scalars(select(Pass)).one()
        assert (issued.party_size, issued.registration.language) == (3, "ta")
        people.find_or_make(db, phone=RAVI, now=service.now()).language = "ta"
        roster.add(db, "demo", phone=RAVI, name="Ravi", role="volunteer", region="IN", now=service.now())
        code = issued.code
    assert "அனுமதி: 3" in phones.say(f"force {code}") + phones.say(code)


def test_who_has_not_chosen_is_answered_in_the_letters_that_they_write() -> None:
    assert written_in("வணக்கம்", ("en", "hi", "ta")) == "ta"
    assert written_in("नमस्ते", ("en", "hi", "ta")) == "hi"


def test_pages_days_and_the_picture(client: FlaskClient, service: Service) -> None:
    begun(client, service)
    page = client.get("/register/demo?lang=ta", base_url="https://localhost").text
    assert 'lang="ta"' in page
    assert "உங்கள் முழுப் பெயர் என்ன?" in page
    assert "ஜன" in full_day(date(2026, 1, 17), "ta")
    assert "சனி" in moment(date(2026, 1, 17), "ta")
    assert values.language("ta") == "ta"
    assert fonts.BOX not in "".join(piece for _family, piece in fonts.runs("தமிழ்"))
'''


def test_a_language(copy: Copy) -> None:
    copy.insert_before(
        "flows/text/languages.py",
        r"\}\n",
        """    "ta": Language(
        *("தமிழ்", "ta_IN", "EEE, d MMM", "d MMM, y", "a h 'மணி'", "a h:mm"),
        letters="\u0b83-\u0bb9",
        font="tamil",
    ),
""",
    )
    vocabulary = "flows/understanding/vocabulary/__init__.py"
    copy.replace(vocabulary, '(?m)^YES = \\(\n    "', 'YES = (\n    "ஆம், ')
    copy.replace(vocabulary, '    "three, ', '    "மூன்று, three, ')
    copy.run("-m", "flows.text.translations", fails=True)
    for english, tamil in SAID.items():
        copy.replace(CATALOGUE, rf'(msgid "{english.replace("?", "[?]")}"\nmsgstr )""', rf'\1"{tamil}"')
    copy.replace(CATALOGUE, ADMITTED, r'\1"✅ அனுமதி: {count} நபர்"\2"✅ அனுமதி: {count} பேர்"')
    copy.write(
        "tests/flows/scripts/registration_ta.txt",
        """
=== the name and the day are asked in Tamil
# known: ta
> register
? full_name
< பெயர்
> Asha Rao
? visit_date
< எந்த நாளில்
> 1
? party_size
""",
    )
    (copy.root / "tests/webhooks/test_tamil.py").write_text(WALK.lstrip(), encoding="utf-8")
    copy.walk("tests/webhooks/test_tamil.py", "tests/flows/test_scripts.py", "-k", "tamil or Tamil")
    assert unlike(steps("a language"), copy.touched) == ([], [])
