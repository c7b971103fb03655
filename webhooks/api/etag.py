"""ETags: a caller that has the current version gets 304."""

import hashlib
import json
from typing import Any

from flask import Response, request
from pydantic import BaseModel

CACHING = "private, no-cache"
"""Kept by who asked, and asked about again each time."""


def etag_response(content: BaseModel | dict[str, Any]) -> Response:
    """The object with an ETag of its content."""
    body = (json.dumps(content) if isinstance(content, dict) else content.model_dump_json()).encode()
    return with_etag(Response(body, content_type="application/json"), hashlib.sha256(body).hexdigest()[:32])


def with_etag(response: Response, tag: str) -> Response:
    """The response under this tag; 304 without a body where the caller has it."""
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = CACHING
    response.vary.update(("Authorization", "Cookie"))
    response.make_conditional(request)
    return response
