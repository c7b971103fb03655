"""The pass-signing keys of an installation, opened with its SECRET_KEY."""

import structlog

from bot.database import Database
from bot.domain.keys import KeyRing
from bot.errors import NotReady
from bot.secret_key import is_guessable
from bot.settings import Settings

log = structlog.get_logger(__name__)

GUESSABLE = (
    "SECRET_KEY: can be guessed (too simple, or from a document); "
    'make one with python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
)


def open_ring(database: Database, settings: Settings) -> KeyRing:
    """The ring, its first key made where the database has none.

    With real Twilio a new installation needs a SECRET_KEY that cannot be guessed. An old one goes on, and
    its log says so. Raises NotReady, also where another secret sealed the keys.
    """
    if has_guessable_secret(settings):
        if not KeyRing.is_there(database):
            raise NotReady(GUESSABLE)
        log.warning("guessable_secret", see="pravesh keys rewrap --help")
    return KeyRing.open(database, settings.secret_key, settings.first_seed)


def has_guessable_secret(settings: Settings) -> bool:
    """Whether strangers might find SECRET_KEY; at the simulator it protects nothing."""
    return not settings.simulated and is_guessable(settings.secret_key)


def is_strong(settings: Settings) -> str:
    """That SECRET_KEY cannot be guessed, for `doctor`. Raises NotReady where it can."""
    if has_guessable_secret(settings):
        raise NotReady(f"{GUESSABLE}, then move the pass keys to it: pravesh keys rewrap --new-secret")
    return "cannot be guessed" if not settings.simulated else "good enough for the simulator"
