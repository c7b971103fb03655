"""Tools for translators: update the files of the languages, and list what each lacks.

`python -m flows.text.translations [CODE …]` brings the catalogues up to date with the code, begins those of a new
folder, and prints what is missing; it exits 1 where a language that says `complete` lacks anything. Nothing at run
time needs this module. Why it is not `pybabel`: docs/adr/0030-catalogues-by-babels-modules.md.
"""

import re
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import write_po

from flows import locale
from flows.text.audiences import lacking, lacking_words, needed
from flows.text.languages import SOURCE, TABLE
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
_VALUE = re.compile(r'^(\S+ = )(?:"""(?s:.*?)"""|".*?")$', re.MULTILINE)
_ONE_WORD = re.compile(r'(\[\w+\.one_word\]\n)(?:".*\n)*')


def template() -> Catalog:
    """Every marked sentence of the code, with the files that say it."""
    root = Path(__file__).parents[2]
    found = Catalog(domain=DOMAIN, charset="utf-8")
    for room in ROOMS:
        for file, _line, message, comments, context in extract_from_dir(root / room, METHODS, keywords=KEYWORDS):
            found.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    return found


def update(language: str, wanted: Catalog) -> None:
    """Bring a language's file up to date: new sentences empty, old ones gone, nothing guessed."""
    known, own = catalogue(language), Catalog(domain=DOMAIN, charset="utf-8")
    for message in needed(wanted, language):
        own.add(message.id, None, message.locations, auto_comments=message.auto_comments, context=message.context)
    known.update(own, no_fuzzy_matching=True)
    known.obsolete.clear()
    body = BytesIO()
    write_po(body, known, width=100, sort_output=True, include_lineno=False, omit_header=True)
    plurals = known.plural_forms if language_has_file(language) else str(get_plural(language))
    header = HEADER.format(domain=DOMAIN, language=language, plurals=plurals).encode()
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(header + body.getvalue())


def language_has_file(language: str) -> bool:
    """Whether the language's catalogue has been begun: then it says itself how it counts."""
    return file_of(language).exists()


def begin_vocabulary(language: str) -> None:
    """Write the vocabulary of a new language: the headings of the source's, and empty tables."""
    file = locale.FOLDER / language / "vocabulary.toml"
    if not file.exists():
        source = (locale.FOLDER / SOURCE / file.name).read_text(encoding="utf-8")
        own = f"# The words of {TABLE[language].name} that are understood."
        empty = _ONE_WORD.sub(r"\1", _VALUE.sub(r'\1""', source)).split(".", 1)[1]
        file.write_text(own + empty, encoding="utf-8")


def main(languages: Iterable[str] = ()) -> int:
    """Update these languages, or all, and print what each lacks. Gives the exit status."""
    wanted, failed = template(), False
    for language in languages or locale.CODES:
        if language != SOURCE:
            begin_vocabulary(language)
            update(language, wanted)
            missing = [*lacking(language, wanted), *(f"words: {table}" for table in lacking_words(language))]
            failed = failed or bool(missing and TABLE[language].complete)
            print(*(f"{language}: {what}" for what in missing), sep="\n" if missing else "")
            print(f"{language}: {len(missing)} missing")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
