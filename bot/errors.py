"""The errors that are no bugs: of the rules, of providers, and of an installation that is not ready."""

from typing import TypeVar

from flows.coded import Coded

Row = TypeVar("Row")


class Refused(Coded):
    """The rules say no. `code` is stable and has a sentence in every language; `params` go into it."""


def required(row: Row | None, refusal: Refused) -> Row:
    """What was looked for. Raises the refusal where there is none."""
    if row is None:
        raise refusal
    return row


class SendFailed(Exception):
    """The provider did not take a message.

    `code` is ours or Twilio's number as text; `retry` says whether trying again can help;
    `unclear` that the message may have gone out all the same: look it up before trying again.
    """

    def __init__(self, code: str, *, retry: bool, unclear: bool = False, wait: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry = retry
        self.unclear = unclear
        self.wait = wait


class NotReady(Exception):
    """The process cannot start or go on; the message is one line for a person, without personal data."""
