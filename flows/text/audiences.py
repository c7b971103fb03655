"""Who reads a sentence, by where it stands in the code; and what a language lacks of what visitors and volunteers need.

What only admins and programmers read is said in English and Hindi. All else is said in every language.
"""

from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

from flows.text.languages import SOURCE, TABLE
from flows.text.translate import catalogue
from flows.understanding import vocabulary

READ_BY_PEOPLE = (
    *("flows/", "bot/conversation/", "bot/delivery/", "bot/usecases/"),
    *("webhooks/home.py", "webhooks/i18n.py", "webhooks/public_pass.py", "webhooks/visitor/"),
    *("webhooks/api/problems.py", "webhooks/staff/desk/", "webhooks/staff/login.py", "webhooks/staff/nav.py"),
    "webhooks/staff/event_switcher.py",
    *("webhooks/staff/scanner/", "webhooks/staff/sign_in_link.py", "webhooks/templates/"),
)
"""Where sentences stand that visitors or volunteers read: chat, form, pass, picture, scanner, desk, sign-in."""
READ_BY_ADMINS = (
    *(
        "admin_cli/",
        "bot/delivery/campaigns/alerts.py",
        "bot/delivery/campaigns/daily_reports.py",
        "bot/domain/edit_conflict.py",
    ),
    *("flows/text/organiser_refusals.py", "webhooks/api/", "webhooks/staff/dashboard/", "webhooks/staff/manage/"),
    *("webhooks/staff/claim.py", "webhooks/staff/owners.py", "webhooks/templates/staff/manage/"),
    *("webhooks/trial.py", "webhooks/templates/inbox.html"),
)
"""Where sentences stand that only admins read, or programmers. Of two beginnings of a path the longer counts."""
NEEDED_TABLES = frozenset(
    (
        *("answers.yes", "answers.no", "answers.skip", "numbers.people", "days.relative.0", "days.relative.1"),
        *("agreement.yes", "agreement.no", "agreement.agrees", "agreement.wrong", "agreement.beside"),
        *("intents.stops", "intents.messages", "intents.negates", "intents.courtesy", "intents.around"),
        *("doubts.denying", "doubts.asking", "names.never", "names.seldom", "labels.full_name"),
        *("party.units", "party.adults", "party.children", "party.we"),
    )
)
"""Tables of the vocabulary that no language does without."""
NEEDED_WHOLE = ("commands.", "numbers.values.", "days.weekdays.", "days.months.", "gate.")
"""Tables of tables of which no language does without any."""


def is_for_people(message: Message) -> bool:
    """Whether visitors or volunteers read a message of a catalogue."""
    return any(who_reads(file) == "people" for file, _line in message.locations)


def who_reads(file: str) -> str:
    """`people` or `admins`, by the file that says a sentence; empty for a file of which it is not known."""
    people, admins = (_longest(file, table) for table in (READ_BY_PEOPLE, READ_BY_ADMINS))
    return "" if people == admins else "people" if people > admins else "admins"


def _longest(file: str, beginnings: tuple[str, ...]) -> int:
    return max((len(start) for start in beginnings if file.startswith(start)), default=0)


def needed(wanted: Catalog, language: str) -> Iterator[Message]:
    """The messages of a catalogue that a language must say."""
    return (message for message in wanted if message.id and (TABLE[language].admin or is_for_people(message)))


def lacking(language: str, wanted: Catalog | None = None) -> Iterator[str]:
    """What a language does not say yet, or says only fuzzily, of these messages; without them, of its own file."""
    known = catalogue(language)
    if not len(known):
        yield f"{language}/LC_MESSAGES/pravesh.po"
    for message in needed(known if wanted is None else wanted, language):
        if not _is_said(known.get(message.id)):
            yield message.id[0] if isinstance(message.id, tuple | list) else message.id


def _is_said(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


def lacking_words(language: str) -> Iterator[str]:
    """The tables of the vocabulary that a language needs and has no words in."""
    of_source, own = (vocabulary.tables_of(code) for code in (SOURCE, language))
    for table in of_source:
        if (table in NEEDED_TABLES or table.startswith(NEEDED_WHOLE)) and not own.get(table):
            yield table
