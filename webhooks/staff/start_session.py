"""Begins a session, once it is known who somebody is."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster.sessions import SessionMark
from bot.errors import Refused
from bot.service import Service
from webhooks.staff import known_browser
from webhooks.staff import session as sessions

PER_ADDRESS = "600 per minute"
"""Askings and tries from one address: a mobile carrier's is shared by many. What counts is the limit of each number
and code."""


def start_session(service: Service, mark: SessionMark) -> Response:
    """Begin this session, and let the browser be known from now on; to the choice of an event where there are several.

    Raises Refused `sign_in_code` where the session holds no more.
    """
    now = service.now()
    with service.database.read() as db:
        holder = staff_sessions.resume(db, mark, now)
        if holder is None:
            raise Refused("sign_in_code")
        several = holder.owner is None and len(staff_sessions.list_events(db, holder, now)) > 1
        sessions.begin(sessions.signed_in(holder))
        wanted = request.args.get("next", "")
        onward = url_for("staff.choose", next=wanted or None) if several else sessions.safe_redirect(wanted)
        answer = redirect(onward)
        known_browser.remember(answer, holder.phone)
    return answer
