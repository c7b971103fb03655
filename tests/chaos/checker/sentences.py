"""Whether what people read when something fails is a sentence that was written for them."""

import re
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence

FOR_PROGRAMMERS = re.compile(
    r"Traceback|\w(?:Error|Exception)\b|\bNone\b(?! (?:of|was|were))|\bnull\b|[{}<>]"
    r"|sqlalchemy|psycopg|\b[Rr]edis\b|0x[0-9a-f]{4}"
)
"""What no sentence for visitors or volunteers holds."""
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
MAIN = re.compile(r"<main\b.*?</main>|<body\b.*?</body>", re.DOTALL | re.IGNORECASE)
LEAST_WORDS = 3
UNUSABLE, DIFFERENT = "cannot be used", "answered differently"
"""Notes of Twilio's: an answer that it could not read; a repeat of a webhook that got another answer."""


def failures_are_clear(evidence: Evidence) -> Iterator[str]:
    """Whoever heard that something failed heard it in a sentence."""
    yield from _in_the_chat(evidence)
    yield from _at_gates(evidence)
    yield from _on_pages(evidence)


def is_sentence(text: str) -> bool:
    """Whether this can be read by anybody."""
    return len(text.split()) >= LEAST_WORDS and not FOR_PROGRAMMERS.search(text)


def _in_the_chat(evidence: Evidence) -> Iterator[str]:
    for one in evidence.log:
        if not one.inbound and (not one.body.strip() or FOR_PROGRAMMERS.search(one.body)):
            yield f"{one.recipient} read: {one.body[:80]!r}"
        if UNUSABLE in one.note or DIFFERENT in one.note:
            yield f"message {one.sid}: {one.note}"


def _at_gates(evidence: Evidence) -> Iterator[str]:
    for one in evidence.scans:
        problem = one.content_type.startswith("application/problem+json")
        if one.status >= 400 and not (problem and is_sentence(str(one.said.get("title", "")))):
            yield f"a scanner was answered {one.status}, {one.content_type}: {one.body[:80]!r}"
        if one.status == 200 and not is_sentence(str(one.said.get("message", ""))):
            yield f"a scanner was answered 200 with {one.body[:80]!r}"


def _on_pages(evidence: Evidence) -> Iterator[str]:
    for one in evidence.pages:
        if one.status >= 400 and not (one.content_type.startswith("text/html") and is_sentence(_words(one.body))):
            yield f"{one.path} was answered {one.status}, {one.content_type}: {one.body[:80]!r}"


def _words(page: str) -> str:
    """What a page says, without its head."""
    main = MAIN.search(page)
    return TAGS.sub(" ", main[0]) if main else ""
