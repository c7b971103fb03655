"""Twilio's Content API: templates made, listed with their approval, and removed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.errors import SendFailed

BASE = "https://content.twilio.com/v1"
A_PAGE = 100
MOST_PAGES = 100
"""Pages of Twilio's list that are read at most: ten thousand templates."""


class Caller(Protocol):
    """Carries calls to Twilio: see bot.delivery.twilio.messages.Twilio."""

    def call(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """The HTTP status and the answer. Raises SendFailed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A template as it should be."""

    shape: str
    """What it can carry: the name that our table knows it by."""
    definition: Mapping[str, Any]
    """As the Content API takes it."""
    category: str = ""
    """WhatsApp's category, such as `UTILITY`, where it needs an approval; empty: it is used without."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A template as Twilio has it."""

    sid: str
    name: str
    language: str
    approval: str
    """Twilio's word: `unsubmitted`, `received`, `pending`, `approved`, `rejected`, `paused`, `disabled`."""


@dataclass(frozen=True, slots=True)
class Content:
    """The templates of the account. Every function raises SendFailed."""

    twilio: Caller

    def make(self, definition: Mapping[str, Any]) -> str:
        """Make a template; its SID."""
        status, made = self.twilio.call("POST", f"{BASE}/Content", json=definition)
        return str(_taken(status, made)["sid"])

    def submit(self, sid: str, name: str, category: str) -> str:
        """Ask WhatsApp to approve a template under this name (small letters, digits, underscores); its word."""
        asked = {"name": name, "category": category}
        status, answer = self.twilio.call("POST", f"{BASE}/Content/{sid}/ApprovalRequests/whatsapp", json=asked)
        return str(_taken(status, answer).get("status") or "received")

    def listed(self) -> Iterator[Kept]:
        """Every template of the account with its approval, ours and others."""
        uri = f"{BASE}/ContentAndApprovals"
        params: dict[str, Any] | None = {"PageSize": A_PAGE}
        for _page in range(MOST_PAGES):
            status, page = self.twilio.call("GET", uri, params=params)
            yield from map(_kept, _taken(status, page).get("contents") or ())
            uri, params = str((page.get("meta") or {}).get("next_page_url") or ""), None
            if not uri:
                return

    def remove(self, sid: str) -> None:
        """Remove a template; one that is gone already is as good."""
        status, answer = self.twilio.call("DELETE", f"{BASE}/Content/{sid}")
        if status != 404:
            _taken(status, answer)


def _kept(found: Mapping[str, Any]) -> Kept:
    approval = found.get("approval_requests") or {}
    return Kept(
        str(found["sid"]),
        str(found.get("friendly_name") or ""),
        str(found.get("language") or ""),
        str(approval.get("status") or "unsubmitted"),
    )


def _taken(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status >= 400:
        raise SendFailed(str(answer.get("code") or f"http_{status}"), retry=False)
    return answer
