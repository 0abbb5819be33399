"""Broken CSV costs the broken rows and no others."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.doors import opening, records
from huiying.doors.records import Broken, Reader


def read(text: str) -> list[records.Record | Broken]:
    return list(Reader(io.StringIO(text, newline="")))


def numbers(text: str) -> tuple[list[int], list[int]]:
    """Line numbers of whole and of broken records."""
    found = read(text)
    whole = [each[0] for each in found if not isinstance(each, Broken)]
    return whole, [each.line for each in found if isinstance(each, Broken)]


def test_a_text_may_span_lines_and_its_number_is_that_of_the_first():
    assert read('id,text\n1,"a\nb"\n2,c\n') == [(2, ["1", "a\nb"]), (4, ["2", "c"])]


def test_an_unclosed_quotation_mark_costs_its_own_line_only():
    whole, broken = numbers('id,text\n1,"open\n2,b\n3,"c"\n4,d\n')
    assert (whole, broken) == ([3, 4, 5], [2])


def test_an_unclosed_mark_on_the_last_line_is_told():
    assert numbers('id,text\n1,a\n2,"open') == ([2], [3])


def test_words_after_a_closing_mark_are_broken_and_the_next_row_is_read():
    assert numbers('id,text\n1,"a"b\n2,c\n') == ([3], [2])


def test_a_mark_inside_a_plain_field_is_just_a_character():
    assert read("id,text\n1,5' 10\" tall\n") == [(2, ["1", "5' 10\" tall"])]


@pytest.mark.parametrize("line", ["1", "1,a,b", "1,a,b,c,d"])
def test_wrong_field_counts_are_told(line):
    found = read(f"id,text\n{line}\n2,b\n")
    assert found[0] == Broken(2, f"{line.count(',') + 1} fields instead of 2")
    assert found[1] == (3, ["2", "b"])


def test_a_row_swallowed_by_a_broken_one_is_given_back():
    # The mark that opens in line 2 is closed in line 4: one record of three lines and four fields.
    whole, broken = numbers('id,a,b\n1,"x\n2,y,z\n3,",v,w\n4,p,q\n')
    assert (whole, broken) == ([3, 5], [2, 4])


def test_a_huge_unclosed_record_is_given_up_line_by_line(monkeypatch):
    monkeypatch.setattr(records, "LONGEST_RECORD", 200)
    rows = [f"{number},text" for number in range(100)]
    whole, broken = numbers("\n".join(["id,text", '0,"open', *rows, ""]))
    assert broken == [2]
    assert len(whole) == 100


def test_empty_lines_are_no_rows():
    assert read("id,text\n\n1,a\n\n") == [(3, ["1", "a"])]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(ending):
    found = read(ending.join(["id,text", "1,a", "2,b", ""]))
    assert found == [(2, ["1", "a"]), (3, ["2", "b"])]


FIELD = st.text(alphabet=st.sampled_from('ab,"\n\r\0中 '), max_size=8)


@given(st.text(alphabet=st.sampled_from('a1,"\n'), max_size=120))
def test_whatever_comes_every_line_is_in_one_record_at_most(text):
    found = read("id,text\n" + text)
    places = [each.line if isinstance(each, Broken) else each[0] for each in found]
    assert places == sorted(set(places))


@given(st.lists(st.tuples(FIELD, FIELD), max_size=12))
def test_well_formed_rows_come_through_whole(rows):
    wanted = [[a or "x", b] for a, b in rows]
    lines = [",".join('"' + text.replace('"', '""') + '"' for text in fields) for fields in wanted]
    found = read("\r\n".join(["id,text", *lines, ""]))
    assert [each[1] for each in found if not isinstance(each, Broken)] == wanted


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_are_found(tmp_path: Path, encoding, found, packed):
    content = ("编号,内容\n" + "1,小区漏水三天了。\n" * 50).encode(encoding)
    path = tmp_path / "file.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    with opening.open_text(path) as text:
        assert text.encoding == found
        reader = Reader(text)
        assert reader.header == ["编号", "内容"]
        assert next(iter(reader)) == (2, ["1", "小区漏水三天了。"])


def test_one_broken_byte_does_not_make_a_file_another_encoding(tmp_path: Path):
    path = tmp_path / "file.csv"
    good = "1,小区漏水三天了。\n".encode()
    path.write_bytes("编号,内容\n".encode() + good * 20 + b"2,\xff\xfe\n" + good)
    with opening.open_text(path) as text:
        assert text.encoding == "utf-8"


@pytest.mark.parametrize("broken", ["cut off", "damaged"])
def test_a_damaged_packed_file_gives_what_came_before(tmp_path: Path, broken):
    content = "".join(f"{number},{number * 7919 % 104729}\n" for number in range(200_000)).encode()
    packed = bytearray(gzip.compress(b"id,text\n" + content))
    if broken == "cut off":
        packed = packed[: len(packed) // 2]
    else:
        packed[-6] ^= 0xFF  # the checksum
    path = tmp_path / "file.csv.gz"
    path.write_bytes(packed)
    with opening.open_text(path) as text:
        found = list(Reader(text, opening.DAMAGE))
    assert isinstance(found[-1], Broken)
    assert "damaged or cut off" in found[-1].reason
    assert len(found) > 50_000
