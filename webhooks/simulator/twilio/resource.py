"""Messages and media as Twilio's API shows them (its OpenAPI document, version 2010-04-01)."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from webhooks.simulator.store.media import StoredMedia
from webhooks.simulator.store.messages import SimulatedMessage

VERSION = "2010-04-01"
Json = dict[str, Any]


def account_path(account: str) -> str:
    """The path of an account's resources."""
    return f"/{VERSION}/Accounts/{account}"


def message(message_: SimulatedMessage, account: str) -> Json:
    """A Message resource."""
    path = f"{account_path(account)}/Messages/{message_.sid}"
    return {
        "sid": message_.sid,
        "account_sid": account,
        "messaging_service_sid": message_.messaging_service or None,
        "api_version": VERSION,
        "direction": message_.direction,
        "from": message_.sender,
        "to": message_.recipient,
        "body": message_.body,
        "status": "received" if message_.direction == "inbound" else message_.status,
        "num_segments": "1",
        "num_media": str(len(message_.media) or len(message_.media_urls)),
        "date_created": moment(message_.created_ms),
        "date_sent": moment(message_.created_ms),
        "date_updated": moment(message_.updated_ms),
        "error_code": message_.error_code or None,
        "error_message": "Failed" if message_.error_code else None,
        "price": None,
        "price_unit": "USD",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "uri": f"{path}.json",
    }


def medium(medium_: StoredMedia, account: str) -> Json:
    """A Media resource."""
    return {
        "sid": medium_.sid,
        "account_sid": account,
        "parent_sid": medium_.parent,
        "content_type": medium_.content_type,
        "date_created": moment(medium_.created_ms),
        "date_updated": moment(medium_.created_ms),
        "uri": f"{account_path(account)}/Messages/{medium_.parent}/Media/{medium_.sid}.json",
    }


def listing(name: str, items: list[Json], path: str, query: dict[str, str], page: int, size: int, total: int) -> Json:
    """One page of a list, with the addresses of its neighbours."""

    def uri(number: int) -> str:
        token = {"PageToken": f"PA{number}"} if number else {}
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number, **token})}"

    start = page * size
    return {
        name: items,
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + max(len(items) - 1, 0),
        "uri": uri(page),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if start + size < total else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }


def error(status: int, code: int, words: str) -> Json:
    """The body of an answer that refuses."""
    return {"status": status, "code": code, "message": words, "more_info": f"https://www.twilio.com/docs/errors/{code}"}


def moment(milliseconds: int) -> str:
    """A moment as RFC 2822 has it, in GMT."""
    return format_datetime(datetime.fromtimestamp(milliseconds / 1000, UTC))
