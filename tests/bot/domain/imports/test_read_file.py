"""Files as spreadsheets, banks and phones write them: what is read, and as what."""

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from bot.domain.imports import columns, read_file
from bot.domain.imports.cells import text
from bot.domain.imports.unreadable import UnreadableFile
from flows.shapes import Question

CITY = Question("city", "text", {"en": "Which city do you come from?", "hi": "आप किस शहर से आ रहे हैं?"})


def of_text(text: str, encoding: str = "utf-8") -> read_file.ImportTable:
    return read_file.read_table(io.BytesIO(text.encode(encoding)))


def of_sheets(**sheets: list[list[Any]]) -> io.BytesIO:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("windows-1252", "Windows-1252")],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_with_every_separator(encoding: str, said: str, separator: str) -> None:
    lines = [
        ["Name", "Town, or village", "Notes"],
        ["José", 'the "old" one\nby the sea', "a;b,c"],
        ["", "", ""],
        ["Zoé", "", ""],
    ]
    body = "\r\n".join(separator.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in lines)
    told = encoding if said == "Windows-1252" else ""
    table = read_file.read_table(io.BytesIO(body.encode(encoding)), encoding=told)
    assert table.heads == tuple(lines[0])
    assert said in table.form
    assert list(table.rows()) == [(2, lines[1]), (4, lines[3])]
    assert list(table.rows()) == list(table.rows())


def test_the_line_by_which_excel_tells_the_separator() -> None:
    table = of_text("sep=;\nName;Price, in full\nAsha;1,5\n")
    assert (table.heads, list(table.rows())) == (("Name", "Price, in full"), [(3, ["Asha", "1,5"])])


def test_hindi_without_a_mark_is_no_windows_text() -> None:
    assert of_text("नाम,फ़ोन\nमीरा,9812345678\n").heads == ("नाम", "फ़ोन")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "no_rows"),
        (b"\n,,\n  \n", "no_rows"),
        (b"name\n\x81\xff", "encoding"),
        (b"\xff\xfe\x00", "encoding"),
        (b"GIF89a\x00\x01", "no_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_workbook"),
        (b"PK\x03\x04 and no zip", "no_workbook"),
    ],
)
def test_what_is_no_table(body: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as no:
        read_file.read_table(io.BytesIO(body))
    assert no.value.code == code


def test_a_quotation_mark_that_does_not_end_names_its_row() -> None:
    with pytest.raises(UnreadableFile) as no:
        list(of_text('name,day\nAsha,1\n"Ravi,2\n').rows())
    assert (no.value.code, no.value.params) == ("bad_csv", {"row": 3})


def test_a_workbook_with_numbers_dates_and_empty_rows() -> None:
    rows: list[list[Any]] = [
        [],
        ["नाम", "Mobile", None, "Day"],
        ["Asha", 9812345678.0, "x", datetime.fromisoformat("2027-01-09")],
        [None, None],
        ["'=Ravi", 9.81234e09, None, date(2027, 1, 9)],
    ]
    table = read_file.read_table(of_sheets(Guests=rows, Other=[["no"]]))
    assert table.heads == ("नाम", "Mobile", "column 3", "Day")
    assert "Guests" in table.form
    assert [(number, [text(cell) for cell in cells]) for number, cells in table.rows()] == [
        (3, ["Asha", "9812345678", "x", "2027-01-09"]),
        (5, ["=Ravi", "9812340000", "", "2027-01-09"]),
    ]
    assert read_file.read_table(of_sheets(A=[["a"]], B=[["b"]]), "B").heads == ("b",)
    with pytest.raises(UnreadableFile) as no:
        read_file.read_table(of_sheets(A=[["a"]]), "C")
    assert no.value.params == {"worksheet": "C", "there": ["A"]}


def test_columns_are_guessed_in_english_and_hindi() -> None:
    found = columns.match_columns(
        ("FULL  name ", "Mobile No.", "Visit-Date", "No. of People", "Town", "answer_city"), [CITY]
    )
    assert found.places == {"name": 0, "phone": 1, "day": 2, "party": 3, "answer_city": 5}
    assert found.ignored == ("Town",)
    hindi = columns.match_columns(
        ("पूरा नाम", "मोबाइल नंबर", "तारीख", "लोगों की संख्या", "भाषा", "आप किस शहर से आ रहे हैं?"), [CITY]
    )
    assert list(hindi.places) == ["name", "phone", "day", "party", "language", "answer_city"]


def test_forty_columns_of_which_two_count() -> None:
    heads = [f"Field {number}" for number in range(38)]
    found = columns.match_columns([*heads[:20], "Name", *heads[20:], "Mobile"], [])
    assert found.places == {"name": 20, "phone": 39}
    assert found.ignored == tuple(heads)


def test_what_was_told_counts_more_than_a_guess() -> None:
    heads = ("Student", "Parent", "Mobile", "Contact")
    found = columns.match_columns(heads, [CITY], [("student", "Name"), ("Contact", "phone"), ("Parent", "city")])
    assert (found.places, found.ignored) == ({"name": 0, "answer_city": 1, "phone": 3}, ("Mobile",))
    without = columns.match_columns(("Name", "Mobile", "Contact"), [], [("Contact", "")], {"Kind": "school"})
    assert (without.places, without.ignored, without.defaults) == (
        {"name": 0, "phone": 1},
        ("Contact",),
        {"kind": "school"},
    )


@pytest.mark.parametrize(
    ("heads", "told", "code", "params"),
    [
        (("Phone",), [], "no_column", {"thing": "name"}),
        (("Name", "Phone", "Mobile"), [], "two_columns", {"thing": "phone", "heads": ("Phone", "Mobile")}),
        (("Name", "Mobile"), [("Mobil", "phone")], "no_such_head", {"head": "Mobil", "nearest": "mobile"}),
        (("Name", "Mail"), [("Mail", "email")], "no_such_thing", {"thing": "email"}),
    ],
)
def test_columns_that_cannot_be_used(
    heads: tuple[str, ...], told: list[tuple[str, str]], code: str, params: dict[str, Any]
) -> None:
    with pytest.raises(UnreadableFile) as no:
        columns.match_columns(heads, [], told)
    assert no.value.code == code
    assert params.items() <= no.value.params.items()
