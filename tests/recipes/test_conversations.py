"""A question, a flow and an effect are added as CONTRIBUTING says."""

from tests.recipes.copy import Copy, steps, unlike


def test_a_question(copy: Copy) -> None:
    """Parties of nine say the number plate of their coach."""
    registration = "flows/visitor/registration.py"
    copy.insert_before(
        registration,
        "AGREE = Step",
        """
COACH = Step(
    "coach",
    _("What is the number plate of your coach?"),
    Text(least=4, most=20),
    label=_("Coach"),
    when=lambda answers, facts: answers.get("party_size") == 9,
)

""",
    )
    copy.replace(registration, r"(    steps=\(LANGUAGE_STEP, .*PARTY_SIZE), AGREE\)", r"\1, COACH, AGREE)")
    copy.replace(
        registration,
        r'("""The answers to the event\'s own questions.*\n)    return (\{[^}]*\})',
        r'\1    coach = {"coach": answers["coach"]} if "coach" in answers else {}\n    return coach | \2',
    )
    copy.replace("bot/domain/events/questions.py", r"(_STEPS = \{.*)\}", r'\1, "coach"}')
    copy.replace("docs/questions.md", "(Not one of the conversation's own: `language`)", r"\1, `coach`")
    copy.insert("webhooks/staff/dashboard/texts.py", r'    "party_size": _\(', '    "coach": _("Coach"),\n')
    copy.insert(
        "tests/flows/engine/test_rasa_forms.py", r'    "party_size": \("3"', '    "coach": ("DL 1PC 4321", "x"),\n'
    )
    for language, said in {"en": ("1", "Asha Rao"), "hi": ("2", "आशा राव")}.items():
        copy.append(
            f"tests/flows/scripts/registration_{language}.txt",
            f"""
=== a party of nine tells the number plate of its coach
> hi
> {said[0]}
> {said[1]}
> 1
> 9
? coach
> DL 1PC 4321
? city
> skip
? agree
< DL 1PC 4321
> yes
! Register(party_size=9, answers={{'coach': 'DL 1PC 4321'}})
""",
        )
    copy.translate({"What is the number plate of your coach?": "आपकी बस का नंबर क्या है?", "Coach": "बस"})
    copy.walk(
        "tests/flows/test_scripts.py",
        "tests/flows/engine/test_rasa_forms.py",
        "tests/admin_cli/events/test_events.py",
        "-k",
        "nine or answer_of_each_kind or reserved_word",
    )
    assert unlike(steps("a question"), copy.touched) == ([], [])


def test_a_flow(copy: Copy) -> None:
    """`feedback`: was everything easy?"""
    copy.write(
        "flows/visitor/feedback.py",
        '''
"""`feedback`: whether everything was easy."""

from flows.fields import YesNo
from flows.shapes import Answers, Facts, Flow, Outcome, Say, Step
from flows.text import _


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    return (Say((_("Thank you for telling us."),)),)


FEEDBACK: Flow = Flow(
    name="feedback",
    version=1,
    steps=(Step("easy", _("Was everything easy?"), YesNo(), example=_("yes")),),
    finish=_finish,
)
''',
    )
    catalogue = "flows/engine/catalogue.py"
    copy.insert(catalogue, "from flows.visitor.confirm_intent import", "from flows.visitor.feedback import FEEDBACK\n")
    copy.replace(catalogue, r"\bREGISTRATION, SOMEONE_ELSE", "FEEDBACK, REGISTRATION, SOMEONE_ELSE")
    copy.insert(catalogue, "BEGUN_BY", '    "feedback": "feedback",\n')
    copy.replace(catalogue, r"(INTERRUPTING = frozenset\(\{)", r'\1"feedback", ')
    for language, said in {"en": "feedback", "hi": "राय, raay"}.items():
        copy.insert(f"flows/locale/{language}/vocabulary.toml", r"\[commands\]", f'feedback = "{said}"\n')
    copy.insert("flows/actions.py", "ValidateMenu", 'ValidateFeedback = form_of(FLOWS["feedback"])\n')
    copy.insert("tests/flows/engine/test_rasa_forms.py", r'    "agree": \(', '    "easy": ("yes", "नहीं", "perhaps"),\n')
    for language, (word, yes) in {"en": ("feedback", "yes"), "hi": ("राय", "हाँ")}.items():
        copy.write(
            f"tests/flows/scripts/feedback_{language}.txt",
            f"""
=== somebody says how it was
# known: {language}
> {word}
? easy
= @flow feedback
> {yes}
? -
""",
        )
    copy.translate({"Was everything easy?": "क्या सब आसान था?", "Thank you for telling us.": "बताने के लिए धन्यवाद।"})
    copy.walk(
        "tests/flows/test_scripts.py",
        "tests/flows/engine",
        "-k",
        "feedback or answer_of_each_kind or named_form or names or every_flow_has_scripts",
    )
    assert unlike(steps("a flow"), copy.touched) == ([], [])


def test_an_effect(copy: Copy) -> None:
    """ForgetLanguage: the language is asked for anew."""
    copy.append(
        "flows/shapes/__init__.py",
        '''

@dataclass(frozen=True, slots=True)
class ForgetLanguage(Effect):
    """Ask for the language anew; refuses `no_language`."""
''',
    )
    copy.write(
        "bot/domain/people/languages.py",
        '''
"""The language that somebody has chosen."""

from bot.domain.models import Contact
from bot.errors import Refused


def forget(person: Contact) -> None:
    """Ask for it anew. Raises Refused `no_language`."""
    if person.language is None:
        raise Refused("no_language")
    person.language = None
''',
    )
    effects = "bot/conversation/effects.py"
    copy.replace(effects, r"(?m)^(from bot\.domain\.people import .*)$", r"\1, languages")
    copy.replace(effects, r"    EraseMe,\n", "    EraseMe,\n    ForgetLanguage,\n")
    copy.replace(
        effects,
        r"(@perform\.register\ndef )_say(\(effect: )Say(, (\w+): .*)\n",
        r"\1_forget_language\2ForgetLanguage\3\n    languages.forget(\4.person())\n    return {}\n\n\n\g<0>",
    )
    copy.insert(
        "flows/text/refusals.py", '    "not_text": _', '    "no_language": _("You have not chosen a language yet."),\n'
    )
    world = "flows/sandbox/world.py"
    copy.replace(world, r"    EraseMe,\n", "    EraseMe,\n    ForgetLanguage,\n")
    copy.insert_before(
        world,
        "    # --- what effects share",
        """
    @perform.register
    def _(self, effect: ForgetLanguage) -> None:
        if self.person.language is None:
            raise Refused("no_language")
        self.person = replace(self.person, language=None)

""",
    )
    tests = "tests/bot/conversation/test_effects.py"
    copy.append(
        tests,
        """

def test_a_language_is_forgotten(db: Session, ring: KeyRing, own_otps: OwnOtps) -> None:
    turn_of = @CONTEXT@
    perform(shapes.KeepLanguage("hi", newcomer=True), turn_of)
    perform(shapes.ForgetLanguage(), turn_of)
    assert turn_of.person().language is None
    with refused("no_language"):
        perform(shapes.ForgetLanguage(), turn_of)
""".replace("@CONTEXT@", copy.find(tests, r"    return (\w+\(ring, own_otps\).*)")),
    )
    copy.write(
        "tests/bot/domain/people/test_languages.py",
        """
from bot.domain.models import Contact
from bot.domain.people import languages


def test_it_is_asked_for_anew() -> None:
    person = Contact(language="hi")
    languages.forget(person)
    assert person.language is None
""",
    )
    copy.translate({"You have not chosen a language yet.": "आपने अभी कोई भाषा नहीं चुनी है।"})
    copy.walk(
        "tests/bot/conversation/test_effects.py",
        "tests/bot/domain/people/test_languages.py",
        "tests/flows/text/test_texts.py",
        "-k",
        "(every_effect or language_is_forgotten or asked_for_anew or every_code) and not postgres",
    )
    played = "from flows.sandbox.world import World as W; from flows.shapes import *; from datetime import *;"
    played += (
        "w = W(datetime.now(UTC)); w.perform(KeepLanguage('hi')); w.perform(ForgetLanguage()); print(w.person.language)"
    )
    assert copy.run("-c", played) == "None\n"
    assert unlike(steps("an effect"), copy.touched) == ([], [])
