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
from webhooks.api.routes import LARGE, Door
from webhooks.api.single_flight import SingleFlight

QUICKLY = 1
"""Level of gzip: the columns are mostly random or mostly zero, and the best level gains two per cent."""
SINCE = {
    "name": "since",
    "in": "query",
    "description": "`next` of an earlier document: only passes that may have changed since. "
    "One of another day, or that is none of ours, is answered in full.",
    "schema": {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document ready to be sent."""

    packed: bytes
    """gzip."""
    tag: str
    """The ETag of everything but `made_at`."""


def doors(service: Service) -> Sequence[Door]:
    """The one door; whole documents of an event are made one after the other, and shared by who waits."""
    flights: defaultdict[str, SingleFlight[Document]] = defaultdict(SingleFlight)

    def offline(caller: Caller) -> Response:
        since = request.args.get("since", "")
        if since:
            return _sent(_made(service, caller.event, since))
        return _sent(flights[caller.event].get(lambda: _made(service, caller.event, "")))

    return (
        Door(
            method="GET",
            path="/events/<event>/offline",
            summary="What is needed to work without a network",
            answer=OfflineAnswer,
            view=offline,
            limit=LARGE,
            parameters=(SINCE,),
        ),
    )


def _made(service: Service, event: str, since: str) -> Document:
    now = service.now()
    with service.database.read() as db:
        found = offline_document.document(db, service.settings.secret_key, event, now, since)
    return packed(found, now)


def packed(found: dict[str, Any], now: datetime) -> Document:
    """The document as it is sent, with the time at which it was made."""
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()
    head = json.dumps({"made_at": offline_document.utc(now)}, separators=(",", ":")).encode()
    body = gzip.compress(b"%b,%b" % (head[:-1], text[1:]), QUICKLY, mtime=0)
    return Document(body, hashlib.sha256(text).hexdigest()[:32])


def _sent(made: Document) -> Response:
    response = Response(content_type="application/json")
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip"):
        response.set_data(made.packed)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(gzip.decompress(made.packed))
    return etag.with_tag(response, made.tag)
