"""Twilio's error codes in classes: try again, try once more, never, and who or what is at fault.

The classes are those of `tests/vectors/twilio_error_codes.json`, which a test holds this table against.
"""

from enum import StrEnum

from bot.timeouts import PAIR_RATE_SECONDS, SENDER_PAUSE_SECONDS


class Class(StrEnum):
    """Classes of error codes by what to do; the value is the reason that admins read."""

    RETRY = "provider_busy"
    """Try again with backoff."""
    ONCE = "try_once_more"
    """Try once more, then fail."""
    WINDOW = "window_closed"
    """Free words reach nobody outside WhatsApp's 24-hour window; an approved template would."""
    STOPPED = "stopped_by_recipient"
    """The person wants no messages from this sender."""
    RECIPIENT = "bad_recipient"
    """The address cannot be reached."""
    CAPPED = "marketing_limit"
    """WhatsApp lets nobody have more than a few marketing messages, whoever sends them: a later day may do."""
    OURS = "not_accepted"
    """Our message or our configuration is wrong: trying again changes nothing."""
    SENDER = "sender_paused"
    """Nothing of this sender goes out until somebody acts: wait long, keep trying."""


_CODES: dict[Class, tuple[int, ...]] = {
    Class.RETRY: (20429, 63018, 30001, 63010, 63012, 63009, 63017, 14107, 30410, 20500, 20503, 63037),
    Class.ONCE: (30008, 63019),
    Class.WINDOW: (63016,),
    Class.STOPPED: (21610, 63014),
    Class.RECIPIENT: (21211, 21614, 63003, 63024, 63015, 63033, 30003, 30004, 30005, 30006),
    Class.CAPPED: (63049,),  # Meta's 131049; to try again soon makes it worse (its own advice)
    Class.OURS: (
        *(21617, 21620, 21408, 21606, 21654, 21655, 21656, 11751, 12300),
        *(63002, 63005, 63006, 63007, 63013, 63021, 63022, 63023, 63027, 63028, 63029, 63030, 63031, 63032),
        *(63034, 63040, 63041),
        *(60200, 60202, 60203, 60212, 60223),
    ),
    Class.SENDER: (63038, 63026, 63020, 30002, 63001, 21611, 20003),
}
CLASSES: dict[int, Class] = {code: kind for kind, codes in _CODES.items() for code in codes}

REASONS = {63019: "media_not_fetched", 63005: "media_refused"}
"""Where the class says too little: Twilio could not get our image, or WhatsApp would not take it."""

PAIR_RATE = 63018
"""Among its causes: more than one message in 6 s to one person."""

TOO_FAST_CODES = frozenset({"20429", "http_429", "14107", "30001"})
"""What says that the sender, not the message, is too fast (SendFailed.code): 429 and Twilio's full queue."""

HTTP_RETRY = frozenset({408, 429, 500, 502, 503, 504})
HTTP_UNCLEAR = frozenset({502, 504})
"""A gateway's answers: the message may have gone through behind it."""


def class_of(code: int | None) -> Class:
    """The class of an error code; a code that nobody has classed is taken as lasting."""
    return CLASSES.get(code or 0, Class.OURS)


def reason_of(code: int | None) -> str:
    """The reason that admins read for an error code."""
    return REASONS.get(code or 0, class_of(code).value)


def may_retry(code: int | None) -> bool:
    """Whether another try can help (for ONCE: one more)."""
    return class_of(code) in (Class.RETRY, Class.ONCE, Class.SENDER)


def least_wait(code: int | None) -> float:
    """Seconds that must pass before the next try; 0 where backoff alone decides."""
    if code == PAIR_RATE:
        return PAIR_RATE_SECONDS
    return SENDER_PAUSE_SECONDS if class_of(code) is Class.SENDER else 0.0
