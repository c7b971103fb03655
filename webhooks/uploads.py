"""Which requests may be larger than others: those that bring a list of people, or an event's pictures."""

import re

from flask import Flask, request

from bot.domain.events import identity
from bot.domain.imports import stored

MAX_LIST_BYTES = stored.MAX_UPLOAD_BYTES + 100_000
"""Bytes of such a request: the file, and the form around it."""
MAX_PICTURES_BYTES = len(identity.KINDS) * identity.MAX_FILE_BYTES + 100_000
_LOOK = re.compile(r"/staff/manage/[^/?]+/look")
_LISTS = re.compile(r"/staff/manage/[^/?]+/visitors/imports")


def brings_list(path: str) -> bool:
    """Whether a request to this path brings a list."""
    return _LISTS.fullmatch(path) is not None


def allow(app: Flask) -> None:
    """Let these requests be as large as a list may be. To be called before anything that reads forms."""

    @app.before_request
    def may_be_large() -> None:
        if request.method == "POST" and brings_list(request.path):
            request.max_content_length = MAX_LIST_BYTES
        elif request.method == "POST" and _LOOK.fullmatch(request.path):
            request.max_content_length = MAX_PICTURES_BYTES
