"""Posts webhooks with the faults that were ordered, and retries as Twilio does."""

import uuid

from webhooks.simulator.courier import Task
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import http

MAX_TRIES = 4
"""The first and three more, for `ct`, `rt` and `5xx`: what `#rc=3&rp=ct,rt,5xx` on the webhook's address means."""
RETRY_SECONDS = 0.5
RETRIEVAL_FAILED = 11200


def post(simulator: SimulatorState, kind: str, sid: str, url: str, form: dict[str, str]) -> None:
    """Have a webhook posted: how often, when and whether at all is for the ordered trouble to say."""
    fault = simulator.faults.take_next(kind)
    errand = {"do": "post", "kind": kind, "sid": sid, "url": url, "form": form, "try": 1, "token": uuid.uuid4().hex}
    errand |= {"cut": fault.cut, "accept": fault.accept}
    if fault.lose:
        simulator.messages.change(sid, note="lost on purpose: never posted")
        return
    for _ in range(fault.copies):
        simulator.courier.add(errand, fault.delay)


def answered_key(sid: str) -> str:
    """Where it is noted that the webhook of an inbound message has been answered."""
    return f"sim:answered:{sid}"


def post_once(simulator: SimulatorState, task: Task) -> http.HttpAnswer | None:
    """Post a webhook: the answer where it was taken; else None, and another try or the failure is scheduled."""
    try:
        answer = _posted(simulator, task)
    except http.NoAnswer as silence:
        _failed(simulator, task, f"no answer ({silence.policy})", retry=True)
        return None
    if answer.status < 300:
        return answer
    _failed(simulator, task, f"HTTP {answer.status}", retry=answer.status >= 500)
    return None


def _posted(simulator: SimulatorState, task: Task) -> http.HttpAnswer:
    """The answer of our webhook. Raises NoAnswer; for one that is cut off always, whether the webhook has it or not."""
    cut = task.get("cut", False)
    if cut and not task["accept"]:
        raise http.NoAnswer("ct")
    answer = http.post(task["url"], task["form"], simulator.token, task["token"])
    if cut:
        raise http.NoAnswer("rt")
    return answer


def _failed(simulator: SimulatorState, task: Task, why: str, *, retry: bool) -> None:
    if simulator.redis.exists(answered_key(task["sid"])):
        return  # another try of this webhook brought the answer already
    if retry and task["try"] < MAX_TRIES:
        simulator.courier.add({**task, "try": task["try"] + 1}, RETRY_SECONDS * task["try"])
        return
    fallback = simulator.fallback_url if task["kind"] == "inbound" else ""
    if fallback and task["url"] != fallback:
        trouble = {"ErrorCode": str(RETRIEVAL_FAILED), "ErrorUrl": task["url"]}
        simulator.courier.add({**task, "url": fallback, "form": {**task["form"], **trouble}, "try": 1, "cut": False})
        return
    simulator.messages.change(task["sid"], note=f"{RETRIEVAL_FAILED}: {task['kind']} webhook, {why}")
