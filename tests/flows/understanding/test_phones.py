import pytest

from flows.understanding.phones import canonical, variants

WRITTEN = [
    ("+5531987654321", "+553187654321"),
    ("+5511987654321", "+551187654321"),
    ("+525512345678", "+5215512345678"),
    ("+5491123456789", "+541123456789"),
    ("+5492644472542", "+542644472542"),
]
"""As dialled today, and as WhatsApp or people may write it."""


@pytest.mark.parametrize(("today", "before"), WRITTEN)
def test_both_forms_of_a_number_are_one(today: str, before: str) -> None:
    assert canonical(before) == canonical(today) == today
    assert variants(before) == variants(today) == (today, before)


@pytest.mark.parametrize(
    "phone",
    [
        "+919812345678",
        "+14155238886",
        "+551132345678",  # a landline of São Paulo
        "+5511912345678999",
        "+549112345678",
        "whatsapp:+553187654321",
        "",
    ],
)
def test_any_other_number_has_one_form(phone: str) -> None:
    assert canonical(phone) == phone
    assert variants(phone) == (phone,)
