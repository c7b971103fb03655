"""Twilio's Content API: templates made, listed with their approval, and removed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.errors import SendFailed

BASE = "https://content.twilio.com/v1"
PAGE_SIZE = 100
MAX_PAGES = 100
"""Pages of Twilio's list that are read at most: ten thousand templates."""


class ApiClient(Protocol):
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
class TemplateSpec:
    """A template as it should be."""

    shape: str
    """What it can carry: the name that our table knows it by."""
    definition: Mapping[str, Any]
    """As the Content API takes it."""
    category: str = ""
    """WhatsApp's category, such as `UTILITY`, where it needs an approval; empty: it is used without."""


@dataclass(frozen=True, slots=True)
class RemoteTemplate:
    """A template as Twilio has it."""

    sid: str
    name: str
    language: str
    approval: str
    """Twilio's word: `unsubmitted`, `received`, `pending`, `approved`, `rejected`, `paused`, `disabled`."""


@dataclass(frozen=True, slots=True)
class ContentApi:
    """The templates of the account. Every function raises SendFailed."""

    twilio: ApiClient

    def make(self, definition: Mapping[str, Any]) -> str:
        """Make a template; its SID."""
        status, made = self.twilio.call("POST", f"{BASE}/Content", json=definition)
        return str(accepted(status, made)["sid"])

    def submit(self, sid: str, name: str, category: str) -> str:
        """Ask WhatsApp to approve a template under this name (small letters, digits, underscores); its word."""
        asked = {"name": name, "category": category}
        status, answer = self.twilio.call("POST", f"{BASE}/Content/{sid}/ApprovalRequests/whatsapp", json=asked)
        return str(accepted(status, answer).get("status") or "received")

    def list_templates(self) -> Iterator[RemoteTemplate]:
        """Every template of the account with its approval, ours and others."""
        uri = f"{BASE}/ContentAndApprovals"
        params: dict[str, Any] | None = {"PageSize": PAGE_SIZE}
        for _page in range(MAX_PAGES):
            status, page = self.twilio.call("GET", uri, params=params)
            yield from map(_remote_template, accepted(status, page).get("contents") or ())
            uri, params = str((page.get("meta") or {}).get("next_page_url") or ""), None
            if not uri:
                return

    def remove(self, sid: str) -> None:
        """Remove a template; one that is gone already is as good."""
        status, answer = self.twilio.call("DELETE", f"{BASE}/Content/{sid}")
        if status != 404:
            accepted(status, answer)


def _remote_template(data: Mapping[str, Any]) -> RemoteTemplate:
    approval = data.get("approval_requests") or {}
    return RemoteTemplate(
        str(data["sid"]),
        str(data.get("friendly_name") or ""),
        str(data.get("language") or ""),
        str(approval.get("status") or "unsubmitted"),
    )


def accepted(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of a call that Twilio took. Raises SendFailed with its code."""
    if status >= 400:
        raise SendFailed(str(answer.get("code") or f"http_{status}"), retry=False)
    return answer
