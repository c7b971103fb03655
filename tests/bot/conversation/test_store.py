"""The conversation store: order, repeats, leases and joins, on a real Redis."""

from typing import Any

import pytest
from redis import Redis

from bot.conversation.store import (
    JOINED,
    PARTED,
    AcceptResult,
    AlreadyAnswered,
    ClaimedMessage,
    Committed,
    ConversationStore,
    LeasedElsewhere,
    LeaseLost,
    NobodyWaiting,
)
from bot.timeouts import CONVERSATION_LEASE_MS, MAX_WEBHOOK_WAIT_MS

ASHA = "phone:+919810000001"


@pytest.fixture
def store(redis: "Redis") -> ConversationStore:
    return ConversationStore(redis, state_seconds=3600)


def held(found: AcceptResult | Committed | LeaseLost | NobodyWaiting | None) -> ClaimedMessage:
    if isinstance(found, Committed):
        found = found.next_message
    assert isinstance(found, ClaimedMessage)
    return found


def say(store: ConversationStore, sid: str, *addresses: str, at: int = 1000) -> AcceptResult:
    return store.accept(sid, addresses or (ASHA,), {"text": sid}, at)


def find(store: ConversationStore, sid: str, sent: int, *addresses: str, at: int = 9000) -> AcceptResult:
    """A message that comes by a side door, with Twilio's time."""
    return store.accept(sid, addresses or (ASHA,), {"text": sid}, at, sent_ms=sent)


def keep(
    store: ConversationStore, now: ClaimedMessage, *, at: int = 1000, in_outbox: bool = False, **state: Any
) -> Any:
    return store.commit(now, state, {"text": f"answer to {now.sid}"}, at, in_outbox=in_outbox)


def test_a_newcomer_is_held_with_no_state(store: ConversationStore) -> None:
    first = held(say(store, "SM1"))
    assert (first.sid, first.message, first.state, first.attempt) == ("SM1", {"text": "SM1"}, None, 1)


def test_messages_are_handed_out_in_the_order_of_arrival_with_the_state_left_by_the_one_before(
    store: ConversationStore,
) -> None:
    first = held(say(store, "SM1"))
    assert [say(store, sid) for sid in ("SM3", "SM2")] == [LeasedElsewhere(), LeasedElsewhere()]
    second = held(keep(store, first, step="a"))
    third = held(keep(store, second, step="b"))
    assert (second.sid, second.state, third.sid, third.state) == ("SM3", {"step": "a"}, "SM2", {"step": "b"})
    assert keep(store, third, step="c") == Committed(None)
    assert store.pending_count() == 0


def test_a_repeat_gets_the_first_answer_and_takes_nothing(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1")), step="a")
    assert say(store, "SM1") == AlreadyAnswered({"text": "answer to SM1"})
    assert held(say(store, "SM2")).state == {"step": "a"}


def test_a_repeat_while_the_first_is_running_waits(store: ConversationStore) -> None:
    held(say(store, "SM1"))
    assert say(store, "SM1") == LeasedElsewhere()


def test_a_holder_that_dies_leaves_its_message_at_the_head(store: ConversationStore, redis: "Redis") -> None:
    dead = held(say(store, "SM1"))
    redis.delete(f"c:lease:{dead.conversation}")  # what LEASE_MS of silence does
    again = held(store.status("SM1", 2000))
    assert (again.sid, again.attempt) == ("SM1", 2)
    assert keep(store, dead, step="from the dead") == LeaseLost()
    assert keep(store, again, step="a") == Committed(None)


def test_a_lease_ends_by_itself(store: ConversationStore, redis: "Redis") -> None:
    first = held(say(store, "SM1"))
    assert 0 < int(str(redis.pttl(f"c:lease:{first.conversation}"))) <= CONVERSATION_LEASE_MS


def test_a_holder_that_lives_keeps_its_lease_and_a_dead_one_cannot(store: ConversationStore, redis: "Redis") -> None:
    first = held(say(store, "SM1"))
    key = f"c:lease:{first.conversation}"
    redis.pexpire(key, 50_000_000)
    store.renew_lease(first)
    assert int(str(redis.pttl(key))) <= CONVERSATION_LEASE_MS
    redis.set(key, first.token + 1)
    store.renew_lease(first)
    assert redis.pttl(key) == -1


def test_an_answer_that_nobody_waits_for_is_kept_only_with_its_row_in_the_outbox(store: ConversationStore) -> None:
    first = held(say(store, "SM1"))
    assert store.stop_waiting("SM1", 12_000) is None
    assert keep(store, first) == NobodyWaiting()
    assert keep(store, first, in_outbox=True) == Committed(None)
    assert held(say(store, "SM2")).has_unsent_answer


def test_an_answer_that_comes_just_as_the_waiter_leaves_is_given_to_the_waiter(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1")))
    assert store.stop_waiting("SM1", 12_000) == AlreadyAnswered({"text": "answer to SM1"})


def test_abandoned_conversations_are_taken_over_with_their_answers_owed(
    store: ConversationStore, redis: "Redis"
) -> None:
    dead = held(say(store, "SM1"))
    redis.delete(f"c:lease:{dead.conversation}")
    assert store.abandoned(1000 + MAX_WEBHOOK_WAIT_MS - 1) == []
    [name] = store.abandoned(1001 + MAX_WEBHOOK_WAIT_MS)
    late = store.take_over(name, 1001 + MAX_WEBHOOK_WAIT_MS)
    assert late is not None
    assert (late.sid, late.by_outbox) == ("SM1", True)


def test_a_conversation_somebody_holds_is_not_taken_over(store: ConversationStore) -> None:
    first = held(say(store, "SM1"))
    assert store.take_over(first.conversation, 1000 + MAX_WEBHOOK_WAIT_MS) is None


def test_put_off_leaves_the_message_first_in_line(store: ConversationStore) -> None:
    first = held(say(store, "SM1"))
    say(store, "SM2")
    store.defer(first, {"text": "sorry"}, 1000)
    assert say(store, "SM1") == AlreadyAnswered({"text": "sorry"})
    again = held(store.status("SM2", 1100))
    assert (again.sid, again.attempt, again.by_outbox) == ("SM1", 2, True)


def test_two_addresses_of_one_person_are_one_conversation(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", ASHA, "user:IN.1")), step="a")
    assert held(say(store, "SM2", "user:IN.1")).state == {"step": "a"}


def test_two_people_found_to_be_one_keep_both_lists_in_order_of_arrival(store: ConversationStore) -> None:
    by_phone = held(say(store, "SM1", ASHA))
    by_user = held(say(store, "SM2", "user:IN.1"))
    say(store, "SM3", ASHA)
    say(store, "SM4", "user:IN.1")
    assert say(store, "SM5", ASHA, "user:IN.1") == LeasedElsewhere()
    assert keep(store, by_user, step="x") == LeaseLost()
    order = [by_phone]
    while (reply := keep(store, order[-1], step=order[-1].sid)).next_message:
        order.append(reply.next_message)
    assert [turn.sid for turn in order] == ["SM1", "SM2", "SM3", "SM4", "SM5"]
    assert order[1].attempt == 2


def test_the_later_state_of_two_joined_people_wins(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", ASHA, at=1000)), at=1000, step="old")
    keep(store, held(say(store, "SM2", "user:IN.1", at=2000)), at=2000, step="new")
    assert held(say(store, "SM3", ASHA, "user:IN.1", at=3000)).state == {"step": "new"}


def test_state_lapses_and_answers_do_not_with_it(store: ConversationStore, redis: "Redis") -> None:
    first = held(say(store, "SM1"))
    keep(store, first, step="a")
    assert 0 < int(str(redis.ttl(f"c:state:{first.conversation}"))) <= 3600
    redis.delete(f"c:state:{first.conversation}")
    assert say(store, "SM1") == AlreadyAnswered({"text": "answer to SM1"})
    assert held(say(store, "SM2")).state is None


def test_a_message_found_after_a_newer_one_was_taken_is_late(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM2", at=2000)), at=2100)
    older = held(find(store, "SM1", 1000))
    assert (older.found_later, older.late, older.by_outbox) == (True, True, True)
    keep(store, older, in_outbox=True)
    newer = held(find(store, "SM3", 3000))
    assert (newer.found_later, newer.late) == (True, False)


def test_messages_found_together_are_not_late_for_one_another(store: ConversationStore) -> None:
    keep(store, held(find(store, "SM1", 1000)), in_outbox=True)
    assert not held(find(store, "SM2", 1000)).late


def test_within_one_second_nothing_is_late_for_twilios_list_tells_no_more(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", at=1999)))
    assert not held(find(store, "SM2", 1000)).late


def test_what_comes_by_the_main_door_is_never_late(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM2", at=5000)))
    assert not held(say(store, "SM1", at=4000)).late


def test_a_message_found_while_a_newer_one_waits_is_late_when_its_turn_comes(store: ConversationStore) -> None:
    first = held(say(store, "SM2", at=2000))
    assert find(store, "SM1", 1000) == LeasedElsewhere()
    assert held(keep(store, first, at=2100)).late


def test_two_people_found_to_be_one_are_late_for_each_others_newest(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", "user:IN.1", at=5000)))
    assert held(find(store, "SM2", 4000, ASHA, "user:IN.1")).late


def test_a_found_message_opens_the_window_from_when_it_was_sent_and_shortens_none(
    store: ConversationStore, redis: "Redis"
) -> None:
    hour = 3_600_000
    lane = "whatsapp:+919810000001"
    store.accept("SM1", (ASHA,), {}, 10 * hour, lane, sent_ms=9 * hour)
    assert redis.get(f"c:window:{lane}") == str(9 * hour).encode()
    assert abs(int(str(redis.ttl(f"c:window:{lane}"))) - 23 * 3600) < 60
    store.accept("SM2", (ASHA,), {}, 10 * hour, lane, sent_ms=8 * hour)
    assert redis.get(f"c:window:{lane}") == str(9 * hour).encode()


def test_giving_up_a_message_that_the_store_has_lost_does_not_keep_it_from_coming_again(
    store: ConversationStore, redis: "Redis"
) -> None:
    held(say(store, "SM1"))
    redis.flushall()
    assert store.stop_waiting("SM1", 12_000) is None
    assert held(say(store, "SM1", at=13_000)).sid == "SM1"


def test_the_store_tells_what_it_knows_and_when_it_last_heard(store: ConversationStore) -> None:
    assert store.last_inbound_ms() is None
    say(store, "SM1", at=1000)
    find(store, "SM2", 3000)
    assert store.last_inbound_ms() == 1000
    assert store.known_sids(["SM1", "SM3", "SM2"]) == [True, False, True]


# --- a phone that comes with another user id ----------------------------------------------------

OLD, NEW = "user:IN.1", "user:IN.2"


def test_a_phone_with_another_id_begins_a_conversation_of_its_own(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", ASHA, OLD)), step="old")
    other = held(say(store, "SM2", ASHA, NEW))
    assert (other.state, other.identity_change, other.phone, other.user) == (None, PARTED, ASHA[6:], NEW[5:])
    keep(store, other, step="new")
    of_old = held(say(store, "SM3", OLD))
    assert (of_old.state, of_old.phone) == ({"step": "old"}, "")
    keep(store, of_old, step="old")
    for sid, addresses in (("SM4", (ASHA,)), ("SM5", (NEW,)), ("SM6", (ASHA, NEW))):
        again = held(say(store, sid, *addresses))
        assert (again.state, again.identity_change) == ({"step": "new"}, "")
        keep(store, again, step="new")
    back = held(say(store, "SM7", ASHA, OLD))
    assert (back.state, back.identity_change) == ({"step": "old"}, PARTED)


def test_what_is_just_being_taken_for_the_former_owner_is_kept_for_them(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", ASHA, OLD)), step="old")
    running = held(say(store, "SM2", ASHA, OLD))
    say(store, "SM3", ASHA, OLD)
    new = held(say(store, "SM4", ASHA, NEW))
    following = held(keep(store, running, step="older"))
    assert (following.sid, following.state) == ("SM3", {"step": "older"})
    assert keep(store, new, step="new") == Committed(None)


def test_a_phone_takes_along_what_was_said_without_any_id(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", ASHA)), step="a")
    first = held(say(store, "SM2", ASHA, OLD))
    assert (first.state, first.identity_change) == ({"step": "a"}, JOINED)


def test_an_account_with_a_new_phone_goes_on_and_its_old_phone_may_go_to_another(store: ConversationStore) -> None:
    later = "phone:+919810000002"
    keep(store, held(say(store, "SM1", ASHA, OLD)), step="a")
    moved = held(say(store, "SM2", later, OLD))
    assert moved.state == {"step": "a"}
    keep(store, moved, step="b")
    other = held(say(store, "SM3", ASHA, NEW))
    assert other.state is None
    keep(store, other, step="new")
    for sid, address in (("SM4", later), ("SM5", OLD)):
        mine = held(say(store, sid, address))
        assert (mine.state, mine.phone) == ({"step": "b"}, later[6:])
        keep(store, mine, step="b")
    assert store.owners({ASHA, NEW, OLD, later}) == {ASHA: NEW, NEW: NEW, OLD: later, later: later}


def test_a_message_found_after_the_fact_takes_no_phone_from_anybody(store: ConversationStore) -> None:
    keep(store, held(say(store, "SM1", ASHA, OLD)), step="old")
    keep(store, held(say(store, "SM2", ASHA, NEW)), step="new")
    late = held(find(store, "SM3", 500, ASHA, OLD))
    assert (late.state, late.identity_change) == ({"step": "old"}, "")
    keep(store, late, in_outbox=True, step="old")
    assert held(say(store, "SM4", ASHA)).state == {"step": "new"}
