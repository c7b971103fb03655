"""Posts webhooks with the faults that were ordered, and retries as Twilio does."""

import uuid

from webhooks.simulator.courier import Errand
from webhooks.simulator.store.state import Parts
from webhooks.simulator.twilio import http

TRIES = 4
"""The first and three more, for `ct`, `rt` and `5xx`: what `#rc=3&rp=ct,rt,5xx` on the webhook's address means."""
AGAIN_SECONDS = 0.5
RETRIEVAL_FAILED = 11200


def post(parts: Parts, kind: str, sid: str, url: str, form: dict[str, str]) -> None:
    """Have a webhook posted: how often, when and whether at all is for the ordered trouble to say."""
    fault = parts.faults.take(kind)
    errand = {"do": "post", "kind": kind, "sid": sid, "url": url, "form": form, "try": 1, "token": uuid.uuid4().hex}
    errand |= {"cut": fault.cut, "accept": fault.accept}
    if fault.lose:
        parts.messages.change(sid, note="lost on purpose: never posted")
        return
    for _ in range(fault.copies):
        parts.courier.send(errand, fault.delay)


def answered_key(sid: str) -> str:
    """Where it is noted that the webhook of an inbound message has been answered."""
    return f"sim:answered:{sid}"


def once(parts: Parts, errand: Errand) -> http.Answer | None:
    """Post a webhook: the answer where it was taken; else None, and another try or the failure is scheduled."""
    try:
        answer = _posted(parts, errand)
    except http.NoAnswer as silence:
        _failed(parts, errand, f"no answer ({silence.policy})", retry=True)
        return None
    if answer.status < 300:
        return answer
    _failed(parts, errand, f"HTTP {answer.status}", retry=answer.status >= 500)
    return None


def _posted(parts: Parts, errand: Errand) -> http.Answer:
    """The answer of our webhook. Raises NoAnswer; for one that is cut off always, whether the webhook has it or not."""
    cut = errand.get("cut", False)
    if cut and not errand["accept"]:
        raise http.NoAnswer("ct")
    answer = http.post(errand["url"], errand["form"], parts.token, errand["token"])
    if cut:
        raise http.NoAnswer("rt")
    return answer


def _failed(parts: Parts, errand: Errand, why: str, *, retry: bool) -> None:
    if parts.redis.exists(answered_key(errand["sid"])):
        return  # another try of this webhook brought the answer already
    if retry and errand["try"] < TRIES:
        parts.courier.send({**errand, "try": errand["try"] + 1}, AGAIN_SECONDS * errand["try"])
        return
    fallback = parts.fallback_url if errand["kind"] == "inbound" else ""
    if fallback and errand["url"] != fallback:
        trouble = {"ErrorCode": str(RETRIEVAL_FAILED), "ErrorUrl": errand["url"]}
        parts.courier.send({**errand, "url": fallback, "form": {**errand["form"], **trouble}, "try": 1, "cut": False})
        return
    parts.messages.change(errand["sid"], note=f"{RETRIEVAL_FAILED}: {errand['kind']} webhook, {why}")
