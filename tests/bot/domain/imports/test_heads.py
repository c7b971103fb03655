"""How people and ticket shops head their columns: what is known, and what looks like it and is something else."""

import pytest

from bot.domain.imports import columns
from bot.domain.imports.unreadable import UnreadableFile
from flows.shapes import Question


def guess(head: str, *, several_kinds: bool = False) -> str:
    return columns.head_guesses([], several_kinds=several_kinds).thing(head)


KNOWN = {
    "name": (
        "Name",
        "FULL NAME",
        "Full name *",
        "Your Name",
        "Name of Visitor",
        "Visitor's Name",
        "Name (as on ID card)",
        "Attendee Name",
        "Ticket Full Name",
        "What is your name?",
        "नाम",
        "पूरा नाम",
        "आपका नाम",
        "नाम (हिंदी में)",
        "Guest name:",
    ),
    "phone": (
        "Phone",
        "Mobile Number (WhatsApp)",
        "मोबाइल नं.",
        "मोबाइल नंबर",
        "Mobile No",
        "WhatsApp No.",
        "Contact Number",
        "Phone#",
        "Cell Phone",
        "Mobile/WhatsApp",
        "Your 10 digit mobile number",
        "Ticket Phone Number",
        "MobileNo",
        "mobile_number",
        "Phone Number (with country code)",
        "व्हाट्सएप नंबर",
        "संपर्क नंबर",
        "फोन न.",
    ),
    "day": (
        "Date of Visit",
        "Visit date (DD/MM/YYYY)",
        "Which day will you visit?",
        "Preferred date",
        "Day",
        "आने की तारीख",
        "दिनांक",
        "Date*",
        "Select date of visit",
    ),
    "party": (
        "No. of persons (including you)",
        "Number of people",
        "How many people will come?",
        "Total members",
        "Pax",
        "Quantity",
        "# of people",
        "No of visitors",
        "party_size",
        "Number of guests",
        "व्यक्तियों की संख्या",
        "कुल लोग",
        "कितने लोग आएंगे",
    ),
    "first_name": ("First Name", "Ticket First Name", "Given name", "पहला नाम", "FirstName", "Attendee first name"),
    "last_name": ("Last Name", "Surname", "Ticket Last Name", "Family name", "उपनाम", "last_name"),
    "ref": ("Ref", "Reference No.", "Ticket Reference", "Ref #"),
    "kind": ("Kind of pass", "Category"),
    "language": ("Preferred language", "भाषा"),
    "status": ("Status", "Attendee Status", "Void Status"),
}
OTHERS = (
    "Father's Name",
    "School name",
    "Company",
    "Order Name",
    "Buyer Name",
    "Event Name",
    "Name of school",
    "Emergency contact",
    "Emergency phone",
    "Parent mobile",
    "Phone (office)",
    "Mobile (if different)",
    "Alternate mobile number",
    "Home Phone",
    "Fax",
    "Contact person",
    "Order Phone Number",
    "Date of Birth",
    "Birth date",
    "Order Date",
    "Timestamp",
    "Registration date",
    "No. of accompanying persons",
    "Additional guests",
    "How many people are coming with you?",
    "Number of people (excluding you)",
    "T-shirt size",
    "Attendee #",
    "Order #",
    "Order Reference",
    "PIN code",
    "Email Address",
    "Blood type",
    "Age",
    "Gender",
    "नाम पिता",
    "Ticket Type",
    "Name on the pass",
    "Username",
    "column 3",
    "people_admitted",
    "registered_at",
    "",
)


@pytest.mark.parametrize(("thing", "head"), [(thing, head) for thing, heads in KNOWN.items() for head in heads])
def test_what_a_column_is(thing: str, head: str) -> None:
    assert guess(head) == thing


@pytest.mark.parametrize("head", OTHERS)
def test_what_looks_like_it_and_is_not(head: str) -> None:
    assert guess(head) == ""


def shown(*heads: str, several_kinds: bool = False) -> dict[str, str]:
    found = columns.match_columns(heads, [], several_kinds=several_kinds)
    return {thing: found.head(thing) for thing in found.places}


EVENTBRITE = (
    *(
        "Order #",
        "Order Date",
        "First Name",
        "Last Name",
        "Email",
        "Quantity",
        "Price Tier",
        "Ticket Type",
        "Attendee #",
    ),
    "Group",
    "Order Type",
    "Currency",
    "Total Paid",
    "Attendee Status",
    "Home Phone",
    "Cell Phone",
)
TITO = (
    *(
        "Number",
        "Ticket",
        "Ticket Full Name",
        "Ticket First Name",
        "Ticket Last Name",
        "Ticket Email",
        "Ticket Company Name",
    ),
    *(
        "Ticket Phone Number",
        "Event",
        "Void Status",
        "Price",
        "Ticket Reference",
        "Tags",
        "Order Reference",
        "Order Name",
    ),
    "Order Email",
    "Order Phone Number",
    "Order Completed Date",
    "Ticket Created Date",
)
FORM = (
    "Timestamp",
    "Email Address",
    "Full Name",
    "Mobile Number (WhatsApp)",
    "Date of Visit",
    "No. of persons (including you)",
)


def test_lists_of_shops_and_forms() -> None:
    assert shown(*EVENTBRITE) == {
        **{"name": "First Name + Last Name", "party": "Quantity", "status": "Attendee Status", "phone": "Cell Phone"}
    }
    assert shown(*EVENTBRITE, several_kinds=True)["kind"] == "Ticket Type"
    assert shown(*TITO) == {
        **{
            "name": "Ticket Full Name",
            "phone": "Ticket Phone Number",
            "status": "Void Status",
            "ref": "Ticket Reference",
        }
    }
    assert list(shown(*FORM)) == ["name", "phone", "day", "party"]


def test_names_of_several_columns() -> None:
    def name(heads: str, *cells: str) -> str:
        return columns.match_columns(heads.split(","), []).text_of(cells, "name")

    assert name("Last Name,First Name", "Verma", "Asha") == "Asha Verma"
    assert name("First Name,Middle Name,Surname", "Asha", "", "Verma") == "Asha Verma"
    assert name("Name,Surname", "Asha Verma", "VERMA") == "Asha Verma"
    assert name("First Name,Last Name", "", "Verma") == "Verma"
    assert name("Full Name,First Name,Last Name", "A. Verma", "Asha", "Verma") == "A. Verma"
    assert name("First Name,City", "Asha", "Delhi") == "Asha"


@pytest.mark.parametrize(
    "heads", [("Name", "Phone", "WhatsApp Number"), ("Name", "Mobile", "मोबाइल नं."), ("Name", "Date", "Date of visit")]
)
def test_two_columns_that_fit_are_asked_about(heads: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFile) as no:
        columns.match_columns(heads, [])
    assert (no.value.code, no.value.params["heads"]) == ("two_columns", heads[1:])
    thing = no.value.params["thing"]
    for told in ((heads[1], thing), (thing, heads[1])):
        assert columns.match_columns(heads, [], [told]).places[thing] == 1


def test_the_events_own_question_comes_before_a_guess() -> None:
    question = Question("helpers", "number", {"en": "How many people will come to help?", "hi": "Total guests"})
    found = columns.match_columns(("Name", "How many people will come to help?", "Total guests (all)"), [question])
    assert found.places == {"name": 0, "answer_helpers": 1, "party": 2}


def test_our_own_export_is_known() -> None:
    heads = (
        *(
            "registered_at",
            "full_name",
            "phone",
            "registered_by",
            "language",
            "channel",
            "consent_version",
            "consented_at",
        ),
        *(
            "code",
            "status",
            "kind",
            "day",
            "days",
            "party_size",
            "people_admitted",
            "first_entry_at",
            "ref",
            "answer_city",
        ),
    )
    question = Question("city", "text", {"en": "City?"})
    found = columns.match_columns(heads, [question])
    assert [heads[place] for place in found.places.values()] == [
        *("full_name", "phone", "language", "code", "status", "kind", "days", "party_size", "ref", "answer_city")
    ]
