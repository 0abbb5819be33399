"""Letters from workbooks (XLSX): the same report, line by line, and nothing that a stranger packed in."""

import resource
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from huiying.casework.models import CaseFile
from huiying.doors import cells, importing, mapping, packages, records, tables
from huiying.doors.errors import FileRefused, MapRefused
from huiying.doors.importing import DOOR, Report
from huiying.intake.models import Submission
from huiying.intake.opening import words_of
from tests.doors.conftest import HEADER, MAP

at = datetime  # without a zone, as a workbook has it
NAMES = HEADER.split(",")
FITS: dict[str, Any] = {
    "title": "Title",
    "text": "Text",
    "came": at(2026, 3, 2, 8),
    "kind": "leak",
    "unit": "water",
    "state": "open",
    "phone": 13800000000,
}
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def row(number: object, **given: Any) -> list[Any]:
    fields = {"id": number} | FITS | given
    return [fields.get(name) for name in NAMES]


class Made:
    """A workbook in a file, and the import of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "partner.xlsx"
        self.map = MAP
        self.book = Workbook()

    @property
    def sheet(self) -> Any:
        return self.book.active

    def add(self, *rows: list[Any]) -> None:
        for each in rows:
            self.sheet.append(each)

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path

    def change(self, part: str, change: Callable[[str], str]) -> None:
        """Write one part of the saved workbook anew."""
        with zipfile.ZipFile(self.path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[part] = change(parts[part].decode()).encode()
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    def load(self) -> Report:
        file = self.path.with_suffix(".toml")
        file.write_text(self.map, encoding="utf-8")
        read = mapping.load(file)
        return importing.run(self.path, read, actor=DOOR, tell=lambda _report: None)

    def reasons(self) -> dict[int, str]:
        return {each.line: each.reason for each in self.load().rejected}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def table_of(path: Path, **given: Any) -> tuple[list[str], list[Any]]:
    with tables.opened(path, **given) as (table, _found):
        return table.header, list(table)


@pytest.mark.django_db(transaction=True)
class TestImport:
    def test_a_sheet_gives_what_a_csv_file_gives(self, county, made):
        made.add(NAMES, row(1), row(2, text=None), row("三号", state="closed", closed="nonsense"))
        made.add(row(138001380000, state="closed", closed=at(2026, 3, 3, 9, 30)))
        made.save()
        report = made.load()
        assert (report.read, report.imported) == (4, 2)
        assert {each.line: each.reason for each in report.rejected} == {
            3: "text: empty",
            4: "closed: not a date and time",
        }
        assert report.dropped_columns == ["phone"]
        letter = Submission.objects.get(source_id="138001380000")
        assert letter.received_at == datetime(2026, 3, 2, tzinfo=UTC)
        case = CaseFile.objects.get(reports__submission=letter)
        assert case.state == "closed"
        assert case.closed_at == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
        assert not any("13800000000" in words_of(each).body for each in Submission.objects.all())

    def test_sent_again_it_skips_what_is_known_and_moves_on_what_has_moved(self, county, made):
        made.add(NAMES, row(1), row(2))
        made.save()
        assert made.load().imported == 2
        made.sheet["G2"], made.sheet["J2"] = "closed", at(2026, 3, 4)
        made.add(row(3))
        made.save()
        report = made.load()
        assert (report.read, report.imported, report.updated, report.skipped) == (3, 1, 1, 1)

    def test_what_a_cell_cannot_hold_rejects_its_row_where_it_is_used(self, county, made):
        made.add(NAMES, row(1, id=110105194912310029), row(2, phone=110105194912310029))
        made.add(row(3, text="#REF!"), row(4, text="=1+1"), row(5), row(6), row(7, came=-3))
        made.sheet["C4"].data_type = "e"
        made.sheet.merge_cells("C6:C7")
        made.sheet["D8"].number_format = "yyyy-mm-dd"
        made.save()
        reasons = made.reasons()
        assert {line: reason.partition(":")[0] for line, reason in reasons.items()} == {
            2: "id",
            4: "text",
            5: "text",
            7: "text",
            8: "came",
        }
        assert "15 digits" in reasons[2]
        assert "error value" in reasons[4]
        assert "not saved" in reasons[5]
        assert "merged" in reasons[7]
        assert "not a date" in reasons[8]

    def test_a_format_of_the_map_is_for_texts_only(self, county, made):
        made.map = MAP.replace(
            'received = "came"', 'received = { column = "came", format = "%d.%m.%Y %H:%M" }'
        )
        made.add(NAMES, row(1), row(2, came="02.03.2026 08:00"), row(3, came="2026-03-02"))
        made.save()
        assert made.reasons() == {4: "came: not a date and time"}
        assert Submission.objects.values("received_at").distinct().count() == 1

    def test_a_file_cut_off_in_the_middle_gives_what_came_before(self, county, made):
        made.add(NAMES, *(row(number) for number in range(1, 3)))
        made.save()
        made.change(
            "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", "<row r='1'/>")
        )
        report = made.load()
        assert (report.read, report.imported, report.damaged) == (3, 2, True)


def test_header_below_a_title_empty_rows_and_a_note_beside(made):
    made.add(["群众来信登记表"], [], ["单位：", "县供水公司"])
    made.sheet.merge_cells("A1:D1")
    made.add([" 编号 ", "内容", None, "时间"], ["1", "水", None, "x", "旁注"])
    made.add([], [None, " "], ["2", "电"])
    header, rows = table_of(made.save())
    assert header == ["编号", "内容", "(3)", "时间"]
    assert rows == [(5, ["1", "水", "", "x"]), (8, ["2", "电", "", ""])]
    assert table_of(made.path, columns=("单位：",))[0] == ["单位：", "县供水公司"]
    assert table_of(made.path, header_line=4)[0] == header
    with pytest.raises(FileRefused, match="Row 2"):
        table_of(made.path, header_line=2)


def test_sheets_by_name_and_the_first_that_is_shown(made):
    made.sheet.title, made.sheet.sheet_state = "旧", "hidden"
    made.add(["old"])
    made.book.create_sheet("新").append(["new"])
    made.book.create_chartsheet("图")
    path = made.save()
    assert table_of(path)[0] == ["new"]
    assert table_of(path, sheet="旧")[0] == ["old"]
    with pytest.raises(FileRefused, match="新, 旧"):
        table_of(path, sheet="图")


def test_a_map_names_sheet_and_header_row(made):
    text = 'sheet = "二月"\nheader_row = 3\n' + MAP
    path = made.path.with_suffix(".toml")
    path.write_text(text)
    assert (mapping.load(path).sheet, mapping.load(path).header_line) == ("二月", 3)
    path.write_text(text.replace("3", '"three"'))
    with pytest.raises(MapRefused, match="header_row"):
        mapping.load(path)


@pytest.mark.parametrize(
    ("value", "number_format", "said"),
    [
        (138001380000, "General", "138001380000"),
        (999999999999999, "General", "999999999999999"),
        (10**15, "General", cells.TOO_MANY_DIGITS),
        (1.2e11, "0.00E+00", "120000000000"),
        (123, "000000", "000123"),
        (-5, "General", "-5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-07, "General", "0.0000001"),
        (True, "General", "TRUE"),
        (at(2024, 2, 29, 23, 59, 59), "yyyy-mm-dd hh:mm", "2024-02-29T23:59:59"),
        (date(2024, 2, 29), "m/d/yy", "2024-02-29T00:00:00"),
        (45351.999999, 'yyyy"年"m"月"d"日"', "2024-03-01T00:00:00"),
        (45351.5, '"d"0.0', "45351.5"),
        (45351.5, "[Red]0.0", "45351.5"),
        (time(13, 5), "h:mm", "13:05:00"),
        (60, "yyyy-mm-dd", cells.NO_DATE),
        (1e9, "yyyy-mm-dd", cells.NO_DATE),
        ("_x000D_ and _x4E2D_", "General", "\r and 中"),
    ],
)
def test_the_text_of_a_cell(made, value, number_format, said):
    made.add(["a"], [None])
    made.sheet["A2"] = value
    made.sheet["A2"].number_format = number_format
    made.add(["end"])
    _header, rows = table_of(made.save())
    assert rows[0] == (2, [said])


def test_days_counted_from_1904(made):
    made.book.epoch = at(1904, 1, 1)
    made.add(["a"], [at(2024, 2, 29, 12)])
    assert table_of(made.save())[1] == [(2, ["2024-02-29T12:00:00"])]


def test_formulas_count_by_their_saved_result(made):
    made.add(["a", "b"], ["=1", "=2"], ["=3", ArrayFormula("B3", "=4")])
    made.save()
    made.change(
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("<f>1</f><v></v>", "<f>1</f><v>7</v>").replace(
            "<f>1</f><v />", "<f>1</f><v>7</v>"
        ),
    )
    assert table_of(made.path)[1][0] == (2, ["7", cells.UNSAVED])


RICH = "<r><t>东</t></r><r><t>京</t></r><rPh sb='0' eb='2'><t>トウキョウ</t></rPh>"
SHARED = "<row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row>"


def test_inline_and_shared_text_without_how_it_is_spoken(made):
    made.add(["a"], ["mark"])
    made.save()
    made.change("xl/worksheets/sheet1.xml", lambda text: text.replace("<t>mark</t>", RICH))
    assert table_of(made.path)[1] == [(2, ["东京"])]
    strings = f"<sst><si><t>a</t></si><si>{RICH}</si></sst>"
    path = packed(made.path, SHARED.encode(), strings=strings)
    assert table_of(path) == (["a"], [(2, ["东京"])])


@pytest.mark.parametrize(
    "strings",
    [
        "<sst><si><t>a</t></si></sst>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><sst><si><t>a</t></si><si><t>&a;</t></si></sst>",
        "<sst><si><t>a</t></si><si><t",
        "",
    ],
)
def test_shared_texts_that_somebody_bent(tmp_path, strings):
    path = packed(tmp_path / "a.xlsx", SHARED.encode() + b"<row/>" * 20_000, strings=strings)
    try:
        _header, rows = table_of(path)
    except FileRefused:
        return
    assert rows[-1].reason == records.DAMAGED


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"id,title\n1,x\n", "name end in .csv"),
        ("a.csv", b"PK\x03\x04", "name does not end in .xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel file"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1", "password"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.xlsx", b"PK\x03\x04", "damaged"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 200, "damaged"),
    ],
)
def test_a_wrong_name_or_content_is_told(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=said):
        table_of(path)


def test_a_zip_of_something_else(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(FileRefused, match="damaged, or not one"):
        table_of(path)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", lambda text: text.replace("<sheets>", "<!DOCTYPE x><sheets>")),
        ("xl/workbook.xml", lambda text: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + text),
        (
            "xl/workbook.xml",
            lambda text: "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + text,
        ),
        ("xl/styles.xml", lambda text: text.replace('numFmtId="0"', 'numFmtId="x"')),
        ("xl/worksheets/sheet1.xml", lambda text: text.replace('r="1"', 'r="-1"')),
        ("xl/worksheets/sheet1.xml", lambda _text: "\0"),
        ("_rels/.rels", lambda text: text.replace("xl/workbook.xml", "../../etc/passwd")),
        (
            "_rels/.rels",
            lambda text: text.replace("<Relationship ", '<Relationship TargetMode="External" '),
        ),
    ],
)
def test_a_workbook_that_somebody_bent(made, part, change):
    made.add(["a"], ["b"])
    made.save()
    made.change(part, change)
    with pytest.raises(FileRefused, match="damaged"):
        table_of(made.path)


def test_what_lies_outside_the_file_is_never_asked_for(made):
    made.add(["a"], ["b"])
    made.save()
    link = f'<Relationship Id="x9" TargetMode="External" Type="{RELATED}/externalLink" Target="http://192.0.2.1/"/>'
    made.change(
        "xl/_rels/workbook.xml.rels",
        lambda text: text.replace("</Relationships>", f"{link}</Relationships>"),
    )
    assert table_of(made.path)[1] == [(2, ["b"])]


def packed(path: Path, sheet: bytes, times: int = 1, strings: str = "") -> Path:
    """A workbook whose one sheet is `sheet`, with its middle `times` over, as small as can be."""
    relation = f'<Relationship Id="a" Type="{RELATED}/%s" Target="%s"/>'
    names = {
        "_rels/.rels": f"<R>{relation % ('officeDocument', 'xl/workbook.xml')}</R>",
        "xl/workbook.xml": "<workbook><sheets><sheet name='s' r:id='a'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<R>{relation % ('worksheet', 'sheet.xml')}</R>",
    }
    if strings:
        shared = relation.replace('"a"', '"b"') % ("sharedStrings", "strings.xml")
        names["xl/strings.xml"] = strings
        names["xl/_rels/workbook.xml.rels"] = names["xl/_rels/workbook.xml.rels"].replace(
            "</R>", f"{shared}</R>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in names.items():
            archive.writestr(name, text)
        with archive.open("xl/sheet.xml", "w", force_zip64=True) as part:
            part.write(b"<worksheet><sheetData>")
            for _time in range(times):
                part.write(sheet)
            part.write(b"</sheetData></worksheet>")
    return path


def test_a_bomb_is_refused_by_its_directory(tmp_path):
    path = packed(tmp_path / "bomb.xlsx", b" " * 1024 * 1024, 40)
    assert path.stat().st_size < 100_000
    with pytest.raises(FileRefused, match="200 times"):
        table_of(path)


def test_more_than_a_gigabyte_is_refused_by_its_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "MOST_BYTES", 1000)
    with pytest.raises(FileRefused, match="1 GB"):
        table_of(packed(tmp_path / "big.xlsx", b"<row/>" * 1000))


def test_a_directory_that_lies_about_sizes_gives_no_more_than_it_says(tmp_path):
    path = packed(tmp_path / "lie.xlsx", b"<row><c t='str'><v>x</v></c></row>", 1000)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/sheet.xml").file_size
    for place in range(len(content) - 4):
        if int.from_bytes(content[place : place + 4], "little") == size:
            content[place : place + 4] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        table_of(path)


@pytest.mark.parametrize(
    ("sheet", "times"),
    [
        (b"<row>" + b"<c/>" * 1000, 500),  # one row of half a million cells
        (b"<row><c t='str'><v>" + b"long " * 200_000, 8),  # one cell of eight million letters
        (b"<row a='" + b"long " * 300_000 + b"'>", 1),  # one piece of mark-up of 1.5 MB
        (b"<a>" * 1000, 100),  # a hundred thousand within each other
    ],
)
def test_parts_made_to_fill_the_memory_do_not(tmp_path, sheet, times, monkeypatch):
    monkeypatch.setattr(packages, "MOST_TIMES", 100_000)
    path = packed(tmp_path / "heavy.xlsx", sheet, times)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileRefused):
        table_of(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # kilobytes


def test_a_row_that_is_too_long_costs_no_other(tmp_path):
    head = b"<row><c t='str'><v>a</v></c></row>"
    long = b"<row><c t='str'><v>" + b"long " * 250_000 + b"</v></c></row>"
    _header, rows = table_of(packed(tmp_path / "a.xlsx", head + long + head))
    assert rows[0].line == 2
    assert "longer" in rows[0].reason
    assert rows[1] == (3, ["a"])


def test_far_rows_and_columns_cost_nothing(tmp_path):
    sheet = (
        b"<row r='1'><c r='A1' t='str'><v>a</v></c><c r='XFD1' t='str'><v>z</v></c></row>"
        b"<row r='1048576'><c r='A1048576' t='str'><v>b</v></c></row>"
    )
    assert table_of(packed(tmp_path / "a.xlsx", sheet)) == (["a"], [(1048576, ["b"])])
