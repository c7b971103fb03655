"""Addresses: what each form says, and that one module alone knows how they are written."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.address import Address, at_twilio, is_on_whatsapp, on_whatsapp
from tests.paths import ROOT


@pytest.mark.parametrize(
    ("text", "kind", "value", "name", "phone"),
    [
        ("whatsapp:+919812345678", "whatsapp", "+919812345678", "+919812345678", "+919812345678"),
        ("whatsapp:IN.1234", "whatsapp", "IN.1234", "IN.1234", None),
        ("+919812345678", "sms", "+919812345678", "+919812345678", "+919812345678"),
        ("VK-FAIR", "sms", "VK-FAIR", "VK-FAIR", None),
        ("console:asha", "console", "asha", "console:asha", None),
        ("console:+919812345678", "console", "+919812345678", "console:+919812345678", None),
        ("", "sms", "", "", None),
    ],
)
def test_an_address_says_its_channel_and_who(text: str, kind: str, value: str, name: str, phone: str | None) -> None:
    address = Address.parse(text)
    assert (address.kind, address.value, address.name, address.phone) == (kind, value, name, phone)
    assert address.format() == text


@given(some.text())
def test_any_text_keeps_its_form(text: str) -> None:
    assert Address.parse(text).format() == text


@pytest.mark.parametrize(
    ("name", "written"),
    [("+919812345678", "whatsapp:+919812345678"), ("IN.1234", "whatsapp:IN.1234"), ("console:asha", "console:asha")],
)
def test_a_name_is_written_to_where_it_is_known(name: str, written: str) -> None:
    assert Address.of(name).format() == written
    assert Address.parse(written).name == name


def test_twilio_knows_a_phone_twice() -> None:
    assert at_twilio("+919812345678") == ("+919812345678", on_whatsapp("+919812345678"))
    assert [is_on_whatsapp(one) for one in at_twilio("+919812345678")] == [False, True]


def test_an_address_shows_nobody_in_a_log() -> None:
    assert "98" not in repr(Address.parse("whatsapp:+919812345678"))


@pytest.mark.parametrize("room", ["bot", "flows", "webhooks"])
def test_no_other_module_knows_the_form(room: str) -> None:
    spelled = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted((ROOT / room).rglob("*.py"))
        for line, text in _without_docstrings(file)
        if "whatsapp:" in text
    ]
    assert spelled == []


def _without_docstrings(file: Path) -> list[tuple[int, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose
    ]
