"""Who is signed in to the pages of the team, without the sign-in."""

from flask.testing import FlaskClient

from bot.service import Service


def sign_in(client: FlaskClient, service: Service, staff_id: int, as_owner: str = "") -> None:
    """Begin a session of this row of the roster, in this browser; `as_owner` is what an owner's session adds."""
    with client.session_transaction() as kept:
        kept["_user_id"] = f"{staff_id}.0.{int(service.now().timestamp())}{as_owner}"
