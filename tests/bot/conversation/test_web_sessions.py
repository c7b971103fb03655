"""Who sits before our pages: kept for a while, and hard to take over."""

from redis import Redis

from bot.conversation.web_sessions import SESSION_TTL_SECONDS, FormDraft, WebSession, WebSessions, new_id


def test_a_visit_comes_back_as_it_was_saved(redis: "Redis") -> None:
    visits = WebSessions(redis)
    draft = FormDraft({"full_name": "आशा", "party_size": 3}, {"full_name": "आशा"}, "IN", "request", "7QK2-M9X5")
    kept = WebSession(new_id()).with_draft("register fair", draft, phone="+919876543210")
    visits.save(kept)
    assert visits.find(kept.id) == kept
    assert visits.find(kept.id).draft("register fair") == draft


def test_one_form_does_not_touch_another(redis: "Redis") -> None:
    one, other = FormDraft(request="one"), FormDraft(request="other")
    visit = WebSession("id").with_draft("a", one).with_draft("b", other)
    assert visit.with_draft("a", None).drafts == {"b": other}
    assert visit.phone is None


def test_what_nobody_knows_is_empty(redis: "Redis") -> None:
    assert WebSessions(redis).find("never seen") == WebSession("never seen")
    first, second = (WebSession("id").draft("a").request for _ in range(2))
    assert first != second


def test_it_is_forgotten_after_a_while_or_at_once(redis: "Redis") -> None:
    visits, visit = WebSessions(redis), WebSession(new_id(), phone="+919876543210")
    visits.save(visit)
    (key,) = redis.keys("*")
    assert visit.id.encode() not in key
    assert 0 < int(redis.ttl(key)) <= SESSION_TTL_SECONDS
    visits.end(visit)
    assert visits.find(visit.id).phone is None


def test_nothing_of_anybody_shows_in_a_repr() -> None:
    visit = WebSession(
        "id", "+919876543210", {"a": FormDraft({"full_name": "Asha"}, {"full_name": "Asha"}, done="7QK2-M9X5")}
    )
    assert not any(secret in repr((visit, visit.drafts["a"])) for secret in ("98765", "Asha", "7QK2"))
