"""`GET /events/<event>/offline`: the document for a scanner without a network (docs/offline.md)."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request

from bot.domain.checkins.offline import document as offline_document
from bot.service import Service
from webhooks.api import etag
from webhooks.api.auth import Caller
from webhooks.api.offline_answer import OfflineAnswer
from webhooks.api.routes import LARGE_LIMIT, Route
from webhooks.api.single_flight import SingleFlight

COMPRESSION_LEVEL = 1
"""Level of gzip: the columns are mostly random or mostly zero, and the best level gains two per cent."""
SINCE_PARAMETER = {
    "name": "since",
    "in": "query",
    "description": "`next` of an earlier document: only passes that may have changed since. "
    "One of another day, or that is none of ours, is answered in full.",
    "schema": {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class PackedDocument:
    """A document ready to be sent."""

    packed: bytes
    """gzip."""
    tag: str
    """The ETag of everything but `made_at`."""


def routes(service: Service) -> Sequence[Route]:
    """The only route; whole documents of an event are made one after the other, and shared by who waits."""
    flights: defaultdict[str, SingleFlight[PackedDocument]] = defaultdict(SingleFlight)

    def offline(caller: Caller) -> Response:
        since = request.args.get("since", "")
        if since:
            return _send_document(_make_document(service, caller.event, since))
        return _send_document(flights[caller.event].get(lambda: _make_document(service, caller.event, "")))

    return (
        Route(
            method="GET",
            path="/events/<event>/offline",
            summary="What is needed to work without a network",
            answer=OfflineAnswer,
            view=offline,
            limit=LARGE_LIMIT,
            parameters=(SINCE_PARAMETER,),
        ),
    )


def _make_document(service: Service, event: str, since: str) -> PackedDocument:
    now = service.now()
    found = service.database.ask(offline_document.document, service.settings.secret_key, event, now, since)
    return packed(found, now)


def packed(document: dict[str, Any], now: datetime) -> PackedDocument:
    """The document as it is sent, with the time at which it was made."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    head = json.dumps({"made_at": offline_document.utc(now)}, separators=(",", ":")).encode()
    body = gzip.compress(b"%b,%b" % (head[:-1], text[1:]), COMPRESSION_LEVEL, mtime=0)
    return PackedDocument(body, hashlib.sha256(text).hexdigest()[:32])


def _send_document(document: PackedDocument) -> Response:
    response = Response(content_type="application/json")
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip"):
        response.set_data(document.packed)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(gzip.decompress(document.packed))
    return etag.with_etag(response, document.tag)
