"""Files of other people, clean and broken, are read as what they mean."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customary.engine.exchange import Row, Unreadable, format_of, formats, read

DATA = Path(__file__).parents[4] / "shared" / "data"
SPECTRUM = sorted((DATA / "csv-spectrum" / "csvs").glob("*.csv"))
POLLOCK = sorted((DATA / "csv-pollock" / "csv").glob("*.csv"))
SAME_AS_CLEAN = {
    "file_double_trailing_newline",
    "file_field_delimiter_0x2C_0x20",
    "file_field_delimiter_0x3B",
    "file_header_only",
    "file_no_payload",
    "file_no_trailing_newline",
    "file_record_delimiter_0xA",
    "file_record_delimiter_0xD",
    "row_field_delimiter_0_0x20",
    "row_more_sep_row0_col0",
    "row_more_sep_row0_col4",
}


def cells(data: bytes | str, name: str = "file.csv") -> list[tuple]:
    sheet = read(data.encode() if isinstance(data, str) else data, name)
    return [sheet.columns, *(row.cells for row in sheet.rows)]


@pytest.mark.parametrize("file", SPECTRUM, ids=lambda file: file.stem)
def test_csv_spectrum_is_read_as_its_json_twin_says(file: Path) -> None:
    sheet = read(file.read_bytes(), file.name)
    wanted = json.loads((file.parents[1] / "json" / f"{file.stem}.json").read_text("utf-8"))
    wanted = wanted if isinstance(wanted, list) else [wanted]
    found = [dict(zip(sheet.columns, row.cells, strict=True)) for row in sheet.rows]
    if file.stem == "location_coordinates":  # its twin has another phone number
        found, wanted = ([{**row, "Contact Phone Number": ""} for row in rows] for rows in (found, wanted))
    plain = [{name: value.replace("\r\n", "\n") for name, value in row.items()} for row in wanted]
    assert found in (plain, wanted)


@pytest.mark.parametrize("file", POLLOCK, ids=lambda file: file.stem)
def test_polluted_files_are_read_like_their_clean_twins(file: Path) -> None:
    """What cannot be mended stays confined to the row where it is."""
    sheet = read(file.read_bytes(), file.name)
    clean = read((file.parents[1] / "clean" / file.name).read_bytes(), file.name)
    different = sum(1 for row, twin in zip(sheet.rows, clean.rows, strict=False) if row.cells != twin.cells)
    assert different <= (0 if file.stem in SAME_AS_CLEAN else 1)
    if file.stem in SAME_AS_CLEAN:
        assert (sheet.columns, len(sheet.rows)) == (clean.columns, len(clean.rows))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Name;Größe\nJürgen;ø\n"),
        ("utf-8-sig", "Name;Größe\nJürgen;ø\n"),
        ("utf-16", "Name;Größe\nJürgen;ø\n"),
        ("utf-16-le", "Name;Groesse\nJuergen;12\n"),
        ("cp1252", "Name;Größe\nJürgen;éà\n"),
        ("cp1253", "Όνομα;Πόλη\nΓιώργος;Αθήνα\nΕλένη;Πάτρα\n"),
        ("gb18030", "名称;城市\n云海酒店集团;杭州\n华信软件科技;深圳\n"),
        ("utf-8", "名称;城市\n云海酒店集团;杭州\n"),
    ],
)
def test_encodings_are_told_apart(encoding: str, text: str) -> None:
    lines = [tuple(line.split(";")) for line in text.splitlines()]
    assert cells(text.encode(encoding)) == lines


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart(delimiter: str) -> None:
    text = f'name{delimiter}note\nA{delimiter}"one, two; three"\nB{delimiter}"4,5"\n'
    assert cells(text) == [("name", "note"), ("A", "one, two; three"), ("B", "4,5")]


def test_a_row_knows_the_line_where_it_begins() -> None:
    sheet = read(b'a,b\n1,"two\nlines"\n\n3,4\n', "file.csv")
    assert sheet.rows == (Row(2, ("1", "two\nlines")), Row(5, ("3", "4")))


def test_a_title_above_the_header_is_passed_over() -> None:
    assert cells("Report of March,,\nname,city,size\nA,B,1\n") == [("name", "city", "size"), ("A", "B", "1")]


def test_columns_without_a_name_or_with_one_name_twice_get_their_own() -> None:
    assert cells("a,,a\n1,2,3\n")[0] == ("a", "(2)", "a (2)")


def test_spreadsheets_are_read_with_their_types() -> None:
    rows = [["A", 1, Decimal("2.50"), date(2026, 3, 9), True, None], ["=B1", 10**16, None, None, False, "+1"]]
    data = b"".join(formats()["xlsx"].write(["n", "i", "d", "t", "b", "x"], rows))
    assert cells(data, "file.xlsx") == [
        ("n", "i", "d", "t", "b", "x"),
        ("A", 1, Decimal("2.5"), date(2026, 3, 9), True, ""),
        ("=B1", str(10**16), "", "", False, "+1"),
    ]


@pytest.mark.parametrize(
    "text",
    ['[{"a": 1, "b": 2.50}, {"b": 3, "c": null}]', '{"items": [{"a": 1, "b": 2.50}, {"b": 3, "c": null}]}',
     '{"a": 1, "b": 2.50}\n{"b": 3, "c": null}\n'],
)  # fmt: skip
def test_json_is_a_list_an_answer_of_the_api_or_one_object_a_line(text: str) -> None:
    assert cells(text, "file.json") == [("a", "b", "c"), (1, Decimal("2.50"), None), (None, 3, None)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[1, 2]"),
        ("a.json", b'{"a": NaN}'),
        ("a.json", b"[" * 100_000),
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.xlsx", b""),
        ("a.csv", b"%PDF-1.7\nname,city\n"),
        ("a.pdf", b"%PDF-1.7\nname,city\n"),
        ("a.csv", b"\x89PNG\r\n"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_breaks(name: str, data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, name)


def test_two_cells_far_apart_do_not_fill_the_memory() -> None:
    page = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    page += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(Unreadable, match="more than 20000000 cells"):
        read(workbook(page), "a.xlsx")


def test_a_small_file_that_unfolds_to_a_huge_one_is_refused() -> None:
    with pytest.raises(Unreadable, match="larger than 500 MB when unpacked"):
        read(workbook(b" " * 501_000_000), "a.xlsx")


def workbook(page: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", page)
    return made.getvalue()


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", "a.xlsx", "a"]))
def test_any_bytes_are_a_sheet_or_unreadable(data: bytes, name: str) -> None:
    try:
        sheet = read(data, name)
    except Unreadable:
        return
    assert len(set(sheet.columns)) == len(sheet.columns)


@given(st.lists(st.lists(st.text("ab,;\"\n'=+-@5", max_size=6), min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    data = b"".join(formats()["csv"].write(["one", "two", "three"], [["a", "b", "c"], *rows]))
    filled = [tuple(row) for row in rows if any(row)]
    assert [row.cells for row in read(data, "a.csv").rows] == [("a", "b", "c"), *filled]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(1+9)*cmd|' /C calc'!A0", "+cmd", "-2+3", "\t=1", "\r=1", "=cmd|'!A1"])
def test_formulas_are_exported_as_texts(text: str) -> None:
    found = list(csv.reader(io.StringIO(b"".join(formats()["csv"].write(["a"], [[text]])).decode("utf-8-sig"))))
    assert found[1][0].startswith("'")


@pytest.mark.parametrize("number", ["-12", "-12.50", "+3", "-5%"])
def test_negative_numbers_stay_numbers(number: str) -> None:
    assert b"'" not in b"".join(formats()["csv"].write(["a"], [[number]]))


def test_a_format_is_known_by_name_or_by_how_the_file_begins() -> None:
    assert [format_of("A.XLSX"), format_of("a.tsv"), format_of("a", b" [{}]"), format_of("a", b"PK\x03\x04")] == [
        "xlsx", "csv", "json", "xlsx",
    ]  # fmt: skip


def test_the_decimal_comma_and_day_first_dates_of_superstore_are_noticed() -> None:
    from customary.engine.exchange.kinds import kind_of, locale_of
    from customary.engine.locale import locale

    file = DATA / "superstore" / "superstore_semicolon_decimalcomma.csv"
    if not file.is_file():
        pytest.skip("the data set is not here")
    sheet = read(file.read_bytes(), file.name)
    sales, ordered = sheet.columns.index("Sales"), sheet.columns.index("Order Date")
    assert (kind_of(sheet.column(sales)), kind_of(sheet.column(ordered))) == ("decimal", "date")
    reading = locale_of(sheet.column(sales), locale("en"))
    assert sum(map(reading.parse_number, sheet.column(sales))).quantize(Decimal("0.01")) == Decimal("2297200.86")
    reading = locale_of(sheet.column(ordered), locale("en"))
    assert reading.parse_date(sheet.column(ordered)[0]) == date(2020, 11, 8)
