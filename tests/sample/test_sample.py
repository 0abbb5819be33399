"""The shipped sample keeps its promises: trees, names, sizes, and nothing personal."""

import re
from collections import Counter
from datetime import datetime

import pytest

from huiying.agencies.models import Role
from tests.sample import reading

LANGUAGES = {"zh-hans", "en"}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HAN = re.compile(r"[\u4e00-\u9fff]")
PERSONAL = {
    "mobile": re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    "landline": re.compile(r"(?<!\d)(0\d{2,3}[-— ]?|[48]00[-— ]?\d?)\d{7,8}(?!\d)"),
    "american telephone": re.compile(r"(?<!\d)(\(?\d{3}\)?[-. ])?\d{3}[-. ]\d{4}(?!\d)"),
    "identity number": re.compile(r"(?<!\d)\d{17}[\dXx]"),
    "e-mail": re.compile(r"[\w.+-]+@\w"),
    "plate": re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]\s?[·.]?\s?[A-Z0-9]{5,6}"
    ),
    "address of a page": re.compile(r"https?://|www\."),
    "long number": re.compile(r"\d{7,}"),
}
TREES = {
    "ours": (reading.units, reading.categories),
    "boston": (
        lambda: reading.units() + reading.boston_units(),
        lambda: reading.categories() + reading.boston_categories(),
    ),
}


def test_the_files_are_utf8_without_mark_and_end_in_a_line() -> None:
    for name in (
        "units",
        "categories",
        "accounts",
        "letters",
        "standards",
        "boston_units",
        "boston_categories",
        "escalation",
        "rosters",
    ):
        content = reading.raw(f"{name}.toml")
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.endswith(b"\n")


@pytest.mark.parametrize("tree", TREES)
def test_codes_are_unique_and_parents_come_first(tree: str) -> None:
    for rows in (each() for each in TREES[tree]):
        known: set[str] = set()
        for row in rows:
            assert CODE.fullmatch(row["code"]), row["code"]
            assert len(row["code"]) <= 60
            assert row["code"] not in known
            parent = row.get("parent", "")
            assert not parent or parent in known, row["code"]
            known.add(row["code"])


def test_there_is_one_root_of_all_units() -> None:
    roots = [row["code"] for row in reading.units() + reading.boston_units() if not row["parent"]]
    assert roots == ["county"]


@pytest.mark.parametrize("tree", TREES)
def test_every_leaf_has_a_lead_that_exists_and_a_target(tree: str) -> None:
    units, categories = (each() for each in TREES[tree])
    known = {row["code"] for row in units}
    parents = {row["parent"] for row in reading.leaves(categories)}
    for row in categories:
        if row["code"] in parents:
            assert "lead" not in row
        else:
            assert row["lead"] in known, row["code"]
            assert row["description"]
            assert 1 <= row["target_days"] <= (365 if "source" in row else 30), row["code"]


@pytest.mark.parametrize("tree", TREES)
def test_both_languages_everywhere(tree: str) -> None:
    named = [*(row for each in TREES[tree] for row in each()), *reading.accounts()]
    for row in named:
        for names in (row["name"], row.get("description", row["name"])):
            assert set(names) == LANGUAGES, row
            assert HAN.search(names["zh-hans"]) or "311" in names["zh-hans"], names
            assert names["en"].strip(), names
            assert not HAN.search(names["en"]), names
            assert max(map(len, names.values())) <= 120, names


def test_the_tree_is_as_large_as_promised() -> None:
    groups = [row for row in reading.categories() if not row.get("parent")]
    assert 14 <= len(groups) <= 18
    assert 95 <= len(reading.leaves(reading.categories())) <= 120
    leads = {row["code"]: row["lead"] for row in reading.leaves(reading.categories())}
    assert leads["conduct"] == "integrity"
    assert leads["other"] == "desk"


def test_accounts_have_roles_at_units_and_no_password() -> None:
    known = {row["code"] for row in reading.units()}
    held: Counter[str] = Counter()
    for account in reading.accounts():
        assert set(account) == {"username", "name", "featured", "memberships"}
        assert re.fullmatch(r"[a-z.-]+", account["username"])
        assert account["memberships"]
        for membership in account["memberships"]:
            assert set(membership) == {"unit", "role"}
            assert membership["unit"] in known
            assert membership["role"] in Role.values
            held[membership["role"]] += 1
    assert set(held) == set(Role.values)
    usernames = [account["username"] for account in reading.accounts()]
    assert len(usernames) == len(set(usernames))


def test_featured_accounts_show_every_role_and_handlers_of_five_units() -> None:
    shown = [account for account in reading.accounts() if account["featured"]]
    memberships = [each for account in shown for each in account["memberships"]]
    assert {each["role"] for each in memberships} == set(Role.values)
    assert len({each["unit"] for each in memberships if each["role"] == Role.HANDLER}) >= 5
    assert len(shown) <= 16


@pytest.mark.parametrize("kind", PERSONAL)
def test_nothing_personal_in_any_text(kind: str) -> None:
    files = (
        reading.units(),
        reading.categories(),
        reading.accounts(),
        reading.letters(),
        reading.boston_units(),
        reading.boston_categories(),
        [
            {column: text for column, text in row.items() if column != "case_enquiry_id"}
            for row in reading.boston_rows()
        ],
    )
    for rows in files:
        for text in reading.strings(rows):
            plain = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "", text)
            assert not PERSONAL[kind].search(plain), text


def test_the_patterns_find_what_they_are_for() -> None:
    samples = {
        "mobile": "打13800138000找我",
        "landline": "0571-88888888",
        "american telephone": "call 617-555-0100",
        "identity number": "11010119900307123X",
        "e-mail": "write to a@b.org",
        "plate": "浙A12345",
        "address of a page": "https://example.org",
        "long number": "订单20240001",
    }
    assert samples.keys() == PERSONAL.keys()
    for kind, text in samples.items():
        assert PERSONAL[kind].search(text), kind


BOSTON_COLUMNS = [
    "case_enquiry_id",
    "open_dt",
    "target_dt",
    "closed_dt",
    "case_status",
    "closure_reason",
    "case_title",
    "reason",
    "type",
    "department",
    "neighborhood",
    "source",
]


def test_the_boston_file_is_as_large_as_promised_and_spread() -> None:
    rows = reading.boston_rows()
    assert len(reading.raw("boston.csv.gz")) <= 400_000
    assert 2_900 <= len(rows) <= 3_100
    assert list(rows[0]) == BOSTON_COLUMNS
    months = Counter(row["open_dt"][:7] for row in rows)
    assert sorted(months) == [f"2011-{month:02}" for month in range(7, 13)]
    assert min(months.values()) > 400
    assert 38 <= len({row["type"] for row in rows}) <= 46
    numbers = [row["case_enquiry_id"] for row in rows]
    assert len(numbers) == len(set(numbers))


def test_every_boston_row_has_a_unit_a_category_and_sound_times() -> None:
    types = {row["source"] for row in reading.leaves(reading.boston_categories())}
    departments = {row["source"] for row in reading.boston_units() if "source" in row}
    rows = reading.boston_rows()
    assert {row["type"] for row in rows} == types
    assert {row["department"] for row in rows} == departments
    for row in rows:
        assert row["case_status"] in {"Open", "Closed"}
        assert (row["case_status"] == "Closed") == bool(row["closed_dt"]), row
        opened = datetime.fromisoformat(row["open_dt"])
        for column in ("target_dt", "closed_dt"):
            if row[column]:
                assert datetime.fromisoformat(row[column]) >= opened, row
        assert "[" not in row["closure_reason"]
        assert len(row["closure_reason"]) <= 500
