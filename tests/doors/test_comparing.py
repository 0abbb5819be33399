"""`huiying similar evaluate`: known doubles are asked for among what was open when they came."""

import csv
import gzip
import itertools
import json
from pathlib import Path

import pytest

from huiying.config.cli import main
from huiying.doors import mapping
from huiying.doors.comparing import Comparison, compare
from huiying.doors.errors import FileRefused, MapRefused
from tests.doors.conftest import shared_file

MAP = """
source = "hotline"
language = "zh-hans"
[targets]
id = "编号"
body = "内容"
place = "地点"
category = "事项"
received = "时间"
closed = "办结"
[point]
latitude = "纬度"
longitude = "经度"
"""
HEADER = ["编号", "内容", "地点", "事项", "时间", "办结", "纬度", "经度"]
ROWS = [
    ["1", "路灯不亮", "文庙街12号", "路灯", "2026-03-01 08:00", "", "30.0", "120.0"],
    ["2", "路灯坏了", "东门外大街", "路灯", "2026-03-01 09:00", "", "30.02", "120.0"],
    [
        "3",
        "垃圾没收",
        "文庙街12号",
        "垃圾",
        "2026-03-01 10:00",
        "2026-03-02 08:00",
        "30.0",
        "120.0",
    ],
    ["4", "路灯又不亮", "文庙街", "路灯", "2026-03-03 08:00", "", "30.0001", "120.0"],
    ["5", "垃圾还在", "文庙街12号", "垃圾", "2026-03-03 09:00", "", "", "x"],
    ["6", "", "没有内容", "路灯", "2026-03-03 09:00", "", "", ""],
]


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    return written(tmp_path / "requests.csv", [HEADER, *ROWS])


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def compared(requests: Path, *pairs: tuple[str, str, str], text: str = MAP) -> Comparison:
    folder = requests.parent
    (folder / "map.toml").write_text(text, encoding="utf-8")
    rows = [["child_id", "parent_id", "parent_in_file"], *map(list, pairs)]
    file = written(folder / "pairs.csv", rows)
    return compare(requests, mapping.load(folder / "map.toml"), file, tell=lambda *_: None)


def test_a_child_finds_what_was_open_when_it_came(requests):
    found = compared(requests, ("4", "1", "True"))
    assert (found.n, found.recall_at_1, found.recall_at_5) == (1, 1, 1)
    assert 0 < found.p50_ms <= found.p95_ms


def test_a_parent_that_was_closed_is_a_miss_and_one_that_came_later_is_left_out(requests):
    found = compared(requests, ("5", "3", "True"), ("1", "4", "True"))
    assert (found.n, found.recall_at_5, found.parent_later) == (1, 0, 1)


def test_pairs_that_name_nobody_in_the_file_are_left_out(requests):
    left_out = [("4", "", "False"), ("4", "99", "True"), ("6", "1", "True"), ("4", "4", "True")]
    assert compared(requests, *left_out) == Comparison(0, 0, 0, 0, 0, 0)


def test_without_points_words_and_places_are_left(requests):
    found = compared(requests, ("4", "1", "True"), text=MAP.partition("[point]")[0])
    assert found.recall_at_1 == 1


def test_what_cannot_be_read_is_said(requests):
    with pytest.raises(MapRefused, match="two columns"):
        compared(requests, text=MAP.replace('longitude = "经度"', ""))
    with pytest.raises(FileRefused, match="经度2"):
        compared(requests, text=MAP.replace('"经度"', '"经度2"'))
    no_pairs = written(requests.parent / "x.csv", [["child", "parent"]])
    (requests.parent / "map.toml").write_text(MAP, encoding="utf-8")
    chosen = mapping.load(requests.parent / "map.toml")
    with pytest.raises(FileRefused, match="child_id, parent_id"):
        compare(requests, chosen, no_pairs, tell=lambda *_: None)
    with pytest.raises(FileRefused, match="cannot be read"):
        compare(requests, chosen, requests.parent / "nowhere.csv", tell=lambda *_: None)


def test_the_command_prints_one_object(requests, capsys):
    compared(requests, ("4", "1", "True"))
    words = [
        "--map",
        str(requests.parent / "map.toml"),
        "--pairs",
        str(requests.parent / "pairs.csv"),
    ]
    assert main(["similar", "evaluate", str(requests), *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"n", "recall_at_1", "recall_at_5", "p50_ms", "p95_ms"} <= told.keys()
    assert main(["similar", "evaluate", str(requests), *words[:2], "--pairs", "nowhere"]) == 1


def test_doubles_of_a_real_city_are_found_again(tmp_path):
    """Three weeks of Boston's: the city's own words say what is a double."""
    pairs = shared_file("boston311-2011h2/duplicates_dev.csv")
    whole = shared_file("boston311-2011h2/requests.csv.gz")
    with gzip.open(whole, "rt", encoding="utf-8", newline="") as file:
        rows = list(itertools.islice(csv.reader(file), 7_000))
    cut = written(tmp_path / "requests.csv", rows)
    found = compare(cut, mapping.load("boston311"), pairs, tell=lambda *_: None)
    assert found.n > 50
    assert found.recall_at_1 >= 0.65
    assert found.recall_at_5 >= 0.85
