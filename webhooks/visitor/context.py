"""What every form of a visitor works with: who fills it in, and how far they have come."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from bot.conversation.web_sessions import FormDraft, WebSession
from bot.conversation.web_submissions import Asker
from bot.service import Service
from flows.shapes import Effect, Facts
from flows.text.choices import languages_spoken
from webhooks import i18n, limits
from webhooks.visitor import countries
from webhooks.visitor import session as visitor_session


@dataclass(frozen=True, slots=True)
class VisitorContext:
    """One form, and who fills it in."""

    service: Service
    name: str
    """The form's."""
    visit: WebSession
    draft: FormDraft
    facts: Facts
    asker: Asker = field(repr=False)

    def keep(self, draft: FormDraft | None, **changes: Any) -> None:
        """Save the form, and what else has changed of the visit."""
        self.service.web_sessions.save(self.visit.with_draft(self.name, draft, **changes))

    @property
    def phone(self) -> str:
        """The number that was given; empty before."""
        return str(self.draft.values.get("phone") or "")

    @property
    def proved(self) -> bool:
        """Whether that number has been proved to be theirs."""
        return bool(self.phone) and self.visit.phone == self.phone

    def perform(self, wanted: tuple[Effect, ...], request_id: str) -> Mapping[str, str]:
        """Do it once; see bot.conversation.web_submissions. Raises Refused."""
        return self.service.web_submissions.perform(wanted, self.asker, request_id)


def visitor_context(service: Service, name: str) -> VisitorContext:
    """The form of this name, and its visitor. Facts of a person are known once their phone is proved."""
    visit = visitor_session.current_session(service)
    draft = visit.draft(name)
    default = service.settings.default_region
    country = countries.known(request.form.get("phone_country", ""), draft.country or default)
    asker = Asker(visit.id, visit.phone, country, limits.network())
    facts = service.web_submissions.facts(asker)
    i18n.offer(languages_spoken({}, facts))
    return VisitorContext(service, name, visit, replace(draft, country=country), facts, asker)
