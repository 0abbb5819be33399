"""What masking finds, on invented sentences, on identifiers written into real letters, and how fast.

The real letters stand in ../shared, whose licence is unclear: read here, never copied. Of them only
row numbers and offsets are in the repository.
"""

import csv
import gzip
import os
import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from stdnum import luhn
from stdnum.cn import ric

from huiying.finding.masking import MARK, find, looks_like_somebody, mask

HERE = Path(__file__).parent
LETTERS = (
    Path(os.environ.get("HUIYING_SHARED", Path(__file__).parents[3].parent / "shared"))
    / "data/tipdm2020c-zh"
)
COLUMNS = {
    "messages": ("id", ("title", "body")),
    "messages_with_replies": ("id", ("title", "body", "reply")),
    "labelled_train": ("row_id", ("title", "body")),
}
MARKED = re.compile(r"\{(\w+)\|([^}]+)\}")


def _invented():
    lines = (HERE / "invented.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _expected(line: str) -> tuple[str, list[tuple[str, str]]]:
    return MARKED.sub(r"\2", line), [(match[1], match[2]) for match in MARKED.finditer(line)]


@pytest.mark.parametrize("line", _invented())
def test_an_invented_sentence(line):
    text, expected = _expected(line)
    assert [(each.kind, text[each.start : each.end]) for each in find(text)] == expected
    for _kind, said in expected:
        assert said not in mask(text)


def _identity(chance: random.Random) -> str:
    plain = f"{chance.choice([110105, 430102, 510104, 440305])}{chance.randint(1940, 2015)}"
    plain += f"{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.randint(0, 999):03}"
    return plain + ric.calc_check_digit(plain + "0")


def _card(chance: random.Random) -> str:
    plain = "62" + "".join(chance.choices("0123456789", k=chance.choice([13, 16])))
    return plain + luhn.calc_check_digit(plain)


def _mobile(chance: random.Random) -> str:
    return f"1{chance.choice('3456789')}{chance.randint(0, 999_999_999):09}"


def _landline(chance: random.Random) -> str:
    area, number = chance.choice(["010", "0731", "021"]), chance.randint(20_000_000, 89_999_999)
    return chance.choice(["{}-{}", "{} {}", "({}){}", "{}{}"]).format(area, number)


def _plate(chance: random.Random) -> str:
    return f"{chance.choice('湘京粤鄂')}{chance.choice('ABCDE')}{chance.randint(10_000, 99_999)}"


def _grouped(number: str, chance: random.Random) -> str:
    """As people write long numbers: plain, in groups, full-width."""
    apart = chance.choice(["", " ", "-"])
    groups = [number[:3], number[3:7], number[7:]]
    written = apart.join(group for group in groups if group)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return written.translate(wide) if chance.random() < 0.2 else written


def identifiers(chance: random.Random, number: int) -> list[tuple[str, str]]:
    """`number` invented identifiers of fixed form, as (kind, text)."""
    makers = {
        "mobile": lambda: _grouped(_mobile(chance), chance),
        "landline": lambda: _landline(chance),
        "identity": lambda: _grouped(_identity(chance), chance),
        "card": lambda: _grouped(_card(chance), chance),
        "plate": lambda: _plate(chance),
        "mail": lambda: f"user{chance.randint(1, 10**6)}@mail{chance.randint(1, 99)}.example.com",
        "passport": lambda: f"{chance.choice('EGeg')}{chance.randint(10**7, 10**8 - 1)}",
    }
    kinds = [chance.choice(list(makers)) for _each in range(number)]
    return [(kind, makers[kind]()) for kind in kinds]


@pytest.fixture(scope="module")
def letters():
    if not LETTERS.exists():
        pytest.skip("The letters that masking is measured on are not beside the checkout.")
    found = {}
    for name, (key, columns) in COLUMNS.items():
        with gzip.open(LETTERS / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[name, row[key]] = "\n".join(row[column] for column in columns)
    return found


def test_identifiers_written_into_real_letters_are_found(letters):
    chance = random.Random(5)
    texts = chance.sample(sorted(letters.values()), 1500)
    seen: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for text, (kind, said) in zip(texts, identifiers(chance, len(texts)), strict=True):
        places = [match.end() for match in re.finditer("[，。：；]", text)] or [0]
        at = chance.choice(places)
        written = f"{text[:at]}{said}{chance.choice('，。 ')}{text[at:]}"
        end = at + len(said)
        seen[kind] += 1
        whole = any(each.start <= at and each.end >= end for each in find(written))
        missed[kind] += not whole
    assert sum(missed.values()) <= 0.02 * sum(seen.values()), missed


def test_hardly_anything_else_in_real_letters_is_taken_for_a_number(letters):
    """The publishers put 0000-00000000 in the place of every number: what is found besides was read."""
    texts = _sample(letters, 1000)
    found: Counter[str] = Counter()
    for text in texts:
        for each in find(text):
            if each.kind != "name" and "0000-0000" not in text[each.start : each.end]:
                found[each.kind] += 1
    assert sum(found.values()) <= 3, found


def _sample(letters, number):
    return random.Random(11).sample(sorted(letters.values()), number)


def test_cued_names_in_real_letters(letters):
    """322 places, drawn at random among cues and read by a person."""
    with (HERE / "cued_names.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found, missed, wrong = 0, 0, 0
    for row in rows:
        start, end = int(row["start"]), int(row["end"])
        spans = find(letters[row["file"], row["row"]])
        if row["is_name"] == "1":
            whole = any(each.start <= start and each.end >= end for each in spans)
            found, missed = found + whole, missed + (not whole)
        else:
            wrong += any(each.start < end and each.end > start for each in spans)
    assert found / (found + missed) >= 0.95
    assert found / (found + wrong) >= 0.97


@pytest.mark.parametrize(
    "piece",
    [*"1@A一王·", "1 ", "13800138000 ", "a@", "a.", "我叫王", "王主任", "湘A1", "Mr A", "(0731)",
     "0 -", "QQ ", "护照", "联系人：王", "6222-"],
)  # fmt: skip
def test_a_hostile_text_costs_its_length(piece):
    _quick((piece * 100_000)[:100_000])


def test_a_megabyte_too():
    _quick("1 " * 500_000)
    _quick("王" * 1_000_000)


def _quick(text):
    """Generous: a pattern that is not linear needs hours."""
    started = time.perf_counter()
    mask(text)
    assert time.perf_counter() - started < 60


def test_many_different_names_cost_their_length():
    given = [chr(0x4E00 + number) for number in range(0, 20_000, 7)]
    text = "".join(f"联系人：王{one}{two}，" for one in given[:40] for two in given[-1000:])
    _quick(text)


@pytest.mark.parametrize(
    "query",
    ["13800138000", "138 0013 8000", "１３８００１３８", "84123456", "湘A12345", "a@b.cn", "我叫王小明",
     "王主任", "黄女士", "11010519491231002X", "一三八零零一三八零零零", "E12345678", "@", "Mr Smith"],
)  # fmt: skip
def test_a_search_for_somebody_is_known(query):
    assert looks_like_somebody(query)


@pytest.mark.parametrize(
    "query",
    [
        "路灯",
        "噪声 三里村",
        "12345",
        "2019",
        "20191213",
        "GB3096",
        "A3区",
        "noise at night",
        "主任",
        "先生",
    ],
)
def test_a_search_for_a_matter_is_not(query):
    assert not looks_like_somebody(query)


def test_a_name_said_once_is_masked_wherever_it_stands_again():
    assert mask("我叫王小明。王小明住三里村。") == f"我叫{MARK}。{MARK}住三里村。"


def test_masking_again_changes_nothing():
    for line in _invented():
        once = mask(_expected(line)[0])
        assert mask(once) == once
