"""Tools for translators: updates the catalogues and lists what each language lacks.

`python -m flows.text.translations` brings every language's file up to date with the code and prints what
is missing; it exits 1 where anything is. Nothing at run time needs this module.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from flows.text.languages import LANGUAGES, SOURCE
from flows.text.translate import DOMAIN, catalogue, file_of

ROOMS = ("flows", "bot", "webhooks", "admin_cli")
"""The packages whose sentences are translated."""
KEYWORDS = {"_": None, "ngettext_": (1, 2)}
"""The functions that mark a sentence: flows.text.sentences."""
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
"""Which extractor reads which files; a template may mark its sentences itself."""

HEADER = """msgid ""
msgstr ""
"Project-Id-Version: {domain}\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
"""What opens a language's file; no dates in it, so that a file changes only with its sentences."""


def template() -> Catalog:
    """Every marked sentence of the code, with the files that say it."""
    root = Path(__file__).parents[2]
    found = Catalog(domain=DOMAIN, charset="utf-8")
    for room in ROOMS:
        for file, _line, message, comments, context in extract_from_dir(root / room, METHODS, keywords=KEYWORDS):
            found.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    return found


def lacking(language: str, wanted: Catalog) -> Iterator[str]:
    """The sentences that a language does not say yet, or says only fuzzily."""
    known = catalogue(language)
    for message in wanted:
        if message.id and not _is_said(known.get(message.id)):
            yield message.id[0] if isinstance(message.id, tuple | list) else message.id


def _is_said(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


def update(language: str, wanted: Catalog) -> None:
    """Bring a language's file up to date: new sentences empty, old ones gone, nothing guessed."""
    known = catalogue(language)
    known.update(wanted, no_fuzzy_matching=True)
    known.obsolete.clear()
    body = BytesIO()
    write_po(body, known, width=100, sort_output=True, include_lineno=False, omit_header=True)
    header = HEADER.format(domain=DOMAIN, language=language, plurals=known.plural_forms).encode()
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(header + body.getvalue())


def main() -> int:
    """Update every language and print what it lacks. Gives the exit status."""
    wanted = template()
    missing = []
    for language in LANGUAGES:
        if language != SOURCE:
            update(language, wanted)
            missing += [f"{language}: {source}" for source in lacking(language, wanted)]
    print("\n".join(missing) or "Every sentence is there in every language.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
