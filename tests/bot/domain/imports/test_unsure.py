"""What a file leaves open is said or refused: encodings, titles above the heads, what a sheet hides, broken cells."""

import io
from datetime import date
from typing import Any

import pytest

from admin_cli.visitors import import_texts
from bot.domain.imports import columns, csv_files, read_file, validate_rows
from bot.domain.imports.cells import cell_problem, text
from bot.domain.imports.unreadable import UnreadableFile
from flows.understanding import plain
from tests.bot.domain.imports.sheets import of_markup, of_sheets
from tests.paths import VECTORS

LISTS = VECTORS / "lists"
KNOWN = columns.head_guesses([], several_kinds=False).known


def refused(body: bytes, encoding: str = "") -> tuple[str, Any]:
    with pytest.raises(UnreadableFile) as no:
        read_file.read_table(io.BytesIO(body), encoding=encoding)
    assert no.value.code in import_texts.file_problem(no.value)
    return no.value.code, no.value.params


def cells(body: bytes, encoding: str = "") -> list[Any]:
    return [cell for _, row in read_file.read_table(io.BytesIO(body), encoding=encoding).rows() for cell in row]


def test_one_bad_byte_makes_no_hindi_name_another() -> None:
    body = (LISTS / "bad_byte.csv").read_bytes()
    code, params = refused(body)
    assert (code, params["line"], params["number"], "�" in params["shown"][0]) == ("encoding_broken", 2, 1, True)
    told = cells(body, "utf-8")
    assert (told[0], [cell_problem(cell) for cell in told if cell_problem(cell)]) == ("राम", ["broken_letter"])
    assert refused(b"\xef\xbb\xbf" + body)[0] == "encoding_broken"


def test_the_command_line_knows_every_encoding() -> None:
    assert set(import_texts.ENCODINGS) == csv_files.ENCODINGS.keys()


def test_another_encoding_is_taken_only_as_told() -> None:
    body = "Name,City\nJosé,Málaga\nZoë,\n".encode("cp1252")
    code, params = refused(body)
    assert (code, params) == ("encoding_unclear", {"encoding": "windows-1252", "shown": ["José", "Zoë"]})
    assert cells(body, "windows-1252") == ["José", "Málaga", "Zoë", ""]
    assert cells("Name\nŁukasz\n".encode("cp1250"), "windows-1250") == ["Łukasz"]
    assert refused("Name\nराम\n".encode("utf-16-le"))[0] == "no_text"
    assert cells("Name\nराम\n".encode("utf-16-le"), "utf-16-le") == ["राम"]
    assert refused("Name\nराम\n".encode("utf-16"), "windows-1252") == (
        *("encoding_mark", {"encoding": "UTF-16", "told": "windows-1252"}),
    )
    assert refused(b"Name\n\x81\n", "windows-1252") == ("encoding_told", {"told": "windows-1252"})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        *((error, "sheet_error") for error in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")),
        *(
            (error, "sheet_error")
            for error in ("#SPILL!", "#CALC!", "#n/a", "#BEZUG!", "#WERT!", "Err:502", "########")
        ),
        *((error, "sheet_error") for error in ("#FIELD!", "#GETTING_DATA", "Asha #N/A", "#NOM?")),
        *((name, "garbled") for name in ("à¤®à¥€à¤°à¤¾", "JosÃ© Garcia", "Oâ€™Brien", "MÃ¼ller", "à®°à®¾à®®à¯")),
        *((name, "broken_letter") for name in ("D�lhi", "�")),
        *(
            (name, "")
            for name in ("", "José Ávila", "मीरा", "O’Brien", "JOÃO", "RENÉ’S", "à la carte", "Â", "#12", "C# club")
        ),
        *((name, "") for name in ("A-17#", "12:30", "Err", "N/A", "Noël – Zoë", "“Asha”")),
    ],
)
def test_cells_that_are_not_what_somebody_wrote(said: str, code: str) -> None:
    assert cell_problem(said) == code


@pytest.mark.parametrize(
    ("rows", "head", "above"),
    [
        ([["Guest list 2027"], ["Name", "Mobile"], ["Asha", "9812345678"]], 2, ["Guest list 2027"]),
        ([["Guests", None], [], ["of", "our school"], ["Name", "Day"], ["Asha", "x"]], 4, ["Guests", "of our school"]),
        ([["Visitors"], ["Name"], ["Asha"]], 2, None),
        ([["List of the school"], ["Name"], ["Asha"]], 2, ["List of the school"]),
        ([["Name", "Notes"], ["Guest", "visitor"], ["Mobile", "Date"]], 1, None),
        ([["Student", "Class"], ["Asha", "7B"], ["Name", "Mobile"]], 3, ["Student Class", "Asha 7B"]),
        ([["Name"], ["Guest"]], 1, None),
        (
            [["Contact", None, "Visit"], ["Name", "Mobile", "Day"], ["Asha", "9812345678", "9 Jan"]],
            2,
            ["Contact Visit"],
        ),
    ],
)
def test_a_title_above_the_heads(rows: list[list[Any]], head: int, above: list[str] | None) -> None:
    if rows[0] == ["Visitors"]:
        head = 1  # it may be the head of a list with one column, and what is below it the first row
    for file in (of_sheets(A=rows), io.BytesIO("\n".join(";".join(c or "" for c in row) for row in rows).encode())):
        table = read_file.read_table(file, known=KNOWN)
        assert table.heads == tuple(text(cell) or f"column {n}" for n, cell in enumerate(rows[head - 1], 1))
        assert [note.params["above"] for note in table.notes if note.code == "title"] == ([above] if above else [])
        assert all(number > head for number, _ in table.rows())


def hide(book: Any) -> None:
    book["Old"].sheet_state, book["Deep"].sheet_state = "hidden", "veryHidden"
    book["New"].row_dimensions[3].hidden = True
    book["New"].column_dimensions["B"].hidden = True
    book["New"].auto_filter.ref = "A1:B4"


def test_what_a_workbook_hides_is_told() -> None:
    new: list[list[Any]] = [["Name", "Mobile"], ["Asha", 1], ["Ravi", 2], ["Mira", 3]]
    file = of_sheets(hide, Old=[["Name"], ["Gone"]], New=new, More=[["x"]], Deep=[["y"]])
    table = read_file.read_table(file)
    assert [(note.code, *note.params.values()) for note in table.notes] == [
        ("hidden_sheets", ["Old", "Deep"]),
        ("other_sheets", ["More"]),
        ("hidden_rows", 1, [3]),
        ("hidden_columns", ["Mobile"]),
    ]
    assert all(map(import_texts.note_text, table.notes))
    assert [row[0] for _, row in table.rows()] == ["Asha", "Ravi", "Mira"]
    assert [row[0] for _, row in read_file.read_table(file, hidden=False).rows()] == ["Asha", "Mira"]
    old = read_file.read_table(file, "Old")
    assert ([row for _, row in old.rows()], old.notes[0].code) == ([["Gone"]], "hidden_sheet")


def test_cells_of_every_kind() -> None:
    file = of_markup(
        '<row r="3"><c r="B3" t="s"><v>1</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>',
        '<c t="str"><f>A1</f><v>x</v></c>',
        '<c><f>A1</f></c><c><f>A1</f><v></v></c><c t="str"><f>A1</f><v></v></c><c><v>9.812345678E9</v></c>',
        '<c t="d"><v>2027-01-09</v></c><c t="inlineStr"><is><r><t>As</t></r><r><t>ha_x0021_</t></r></is></c></row>',
        texts=["<si/>", "<si><r><t>मी</t></r><rPh><t>mi</t></rPh><t>रा</t></si>"],
    )
    [(number, row)] = read_file.read_table(file).rows()
    assert (number, [text(cell) for cell in row]) == (
        *(3, ["", "मीरा", "True", "#N/A", "x", "#CALC!", "#CALC!", "", "9812345678", "2027-01-09", "Asha!"]),
    )


def test_dates_by_their_format() -> None:
    def style(book: Any) -> None:
        for place, form in enumerate(("dd/mm/yyyy", "General", '[Red]"days" 0.00', "[$-409]d-mmm-yy;@", "h:mm")):
            book["A"].cell(2, place + 1).number_format = form

    file = of_sheets(style, A=[["Name"], [46396, 46396, 46396, 46396.5, 0.5]])
    [(_, row)] = read_file.read_table(file).rows()
    assert (row[0], row[1], row[2], [text(cell) for cell in row[3:]]) == (
        *(date(2027, 1, 9), 46396, 46396, ["2027-01-09T12:00:00", "12:00:00"]),
    )


def test_a_status_says_who_does_not_come() -> None:
    no = ("Cancelled", "void", "REFUNDED", "Not Attending", "replaced", "revoked", "रद्द")
    yes = ("", "valid", "Attending", "Confirmed", "paid", "checked in")
    assert all(plain(said) in validate_rows._NOT_COMING for said in no)
    assert not any(plain(said) in validate_rows._NOT_COMING for said in yes)
