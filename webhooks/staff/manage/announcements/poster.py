"""The page of the poster: choose the paper, add a logo, get a PDF."""

from io import BytesIO

from flask import Blueprint, Response, request

from bot.delivery.campaigns import posters
from bot.delivery.images.poster import PAPERS
from bot.domain import events
from bot.domain.events import identity
from bot.errors import Refused
from bot.service import Service
from webhooks.staff.manage.layout import Answer, Texts, admin, page, refusal_text, typed
from webhooks.staff.manage.setup import checklist

DEFAULT_PAPER = "a4"


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/poster`."""

    @blueprint.get("/<slug>/poster")
    @admin
    def poster(slug: str) -> Answer:
        return _page(DEFAULT_PAPER)

    @blueprint.post("/<slug>/poster")
    @admin
    def make_poster(slug: str) -> Answer:
        paper = typed("paper") if typed("paper") in PAPERS else DEFAULT_PAPER
        logo, made = request.files.get("logo"), BytesIO()
        try:
            with service.database.read() as db:
                event = events.by_slug(db, slug)
                _, ticked = event.days, "poster" in event.setup_ticks
                look = identity.of(db, event)
            brought = logo.stream if logo and logo.filename else None
            posters.write_poster(made, event, look, service.settings, paper, brought)
        except Refused as no:
            return _page(paper, {"logo": refusal_text(no)})
        if not ticked:
            checklist.tick_line(service, slug, "poster")
        name = {"Content-Disposition": f'attachment; filename="{slug}-poster-{paper}.pdf"'}
        return Response(made.getvalue(), content_type="application/pdf", headers=name)


def _page(paper: str, wrong: Texts | None = None) -> Answer:
    return page(
        "poster",
        papers=[(name, name.upper()) for name in PAPERS],
        paper=paper,
        wrong=wrong or {},
    )
