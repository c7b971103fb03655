"""What the simulated Twilio does with a message that our door did not take, and what its list tells of it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Response

from bot.delivery.twilio.messages import Twilio
from bot.settings import SIMULATED_SENDER
from tests.webhooks.simulator.test_phones import message
from tests.webhooks.stand_in import ASHA, Lab, says, until
from webhooks.simulator.store.state import FALLBACK_PATH


def test_the_fallback_gets_what_the_first_door_did_not_take(phones: Lab) -> None:
    assert phones.order(fallback="/fallback").json()["fallback"] == phones.origin + "/fallback"
    phones.doors.answer = lambda form: says("later") if "ErrorCode" in form else Response(status=404)
    phones.write()
    until(lambda: phones.texts() == ["later"])
    last = phones.doors.heard[-1]
    assert (last["path"], last["ErrorCode"]) == ("/fallback", "11200")
    assert phones.doors.forged == 0


@pytest.mark.parametrize(("accept", "heard"), [(True, 5), (False, 1)])
def test_a_message_that_is_cut_off_at_every_try_goes_to_our_own_fallback(phones: Lab, accept: bool, heard: int) -> None:
    phones.order(fault="cut", kind="inbound", accept=accept)
    phones.doors.answer = lambda form: says("later") if "ErrorCode" in form else says("never heard")
    phones.write()
    until(lambda: phones.texts() == ["later"])
    assert len(phones.doors.heard) == heard
    assert phones.doors.heard[-1]["path"] == FALLBACK_PATH
    assert phones.doors.forged == 0


def test_where_no_fallback_is_wanted_there_is_none(phones: Lab) -> None:
    phones.order(fallback="")
    phones.order(fault="cut", kind="inbound", accept=False)
    sid = phones.write()
    until(lambda: "11200" in message(phones, sid)["note"])
    assert phones.doors.heard == []


def test_the_list_of_messages_names_what_came_in_as_twilios_client_reads_it(phones: Lab) -> None:
    begun = datetime.now(UTC) - timedelta(seconds=1)
    phones.order(fault="lose", kind="inbound")
    lost, heard = phones.write(), phones.write("again")
    until(lambda: phones.texts() == ["You said: again"])
    twilio = Twilio(phones.settings)
    found = {inbound.sid: (inbound, sent_at) for inbound, sent_at in twilio.received(begun)}
    assert found.keys() == {lost, heard}
    inbound, sent_at = found[lost]
    assert (inbound.lane, inbound.phone, inbound.sender, inbound.text, inbound.form) == (
        f"whatsapp:{ASHA}",
        ASHA,
        SIMULATED_SENDER,
        "hi",
        "text",
    )
    assert begun.replace(microsecond=0) <= sent_at <= datetime.now(UTC)
    assert list(twilio.received(datetime.now(UTC) + timedelta(minutes=1))) == []
