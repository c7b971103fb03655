"""Whatever is sent to the visitors' forms, nothing breaks and nothing that a database refuses gets through."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows import engine
from flows.visitor.web_registration import WEB_REGISTRATION
from tests.flows.worlds import world
from tests.webhooks.visitor.browser import DETAILS, Browser

SLOTS = [*DETAILS, "visit_date", "otp", "agree", "act", "request", "event"]
TEXTS = st.text(max_size=40) | st.sampled_from(["yes", "resend", "language", "1", "2099-01-01", "+91", "skip", "\x00"])
FORMS = st.dictionaries(st.sampled_from(SLOTS), TEXTS, max_size=len(SLOTS))
PAGES = ("", "/code", "/review")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(form=FORMS, page=st.sampled_from(PAGES))
@example(form={"phone_country": "ZZ\x00", "phone": "\ud800".encode(errors="replace").decode()}, page="")
@example(form={"act": "resend"}, page="/code")
def test_no_form_breaks_a_page(visitor_browser: Browser, fair_on_web: None, form: dict[str, str], page: str) -> None:
    visitor_browser.client.delete_cookie("session")
    visitor_browser.details(**({} if page else form))
    if page:
        visitor_browser.post(f"/register/fair{page}", **form)
    assert visitor_browser.status < 500


@settings(deadline=None, max_examples=150)
@given(form=st.dictionaries(st.sampled_from(SLOTS), TEXTS))
@example(form={"full_name": "Asha\x00 Verma", "city": "\x00Delhi"})
def test_no_value_has_what_a_database_refuses(form: dict[str, str]) -> None:
    done = engine.submit(WEB_REGISTRATION, form, world(), "en", {"event": "demo"})
    assert not any("\x00" in value for value in done.values.values() if isinstance(value, str))
    assert {slot: code for slot, code in done.errors.items() if not code.code} == {}
