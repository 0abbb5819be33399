"""Maps: what they may say, and that nobody's name gets in by one."""

import tomllib

import pytest

from huiying.doors import mapping, writers
from huiying.doors.errors import MapRefused
from huiying.intake.models import Submission
from tests.doors.conftest import MAP


def read(text: str) -> mapping.Mapping:
    return mapping.read(tomllib.loads(text))


@pytest.mark.parametrize("name", sorted(each.stem for each in mapping.SHIPPED.glob("*.toml")))
def test_shipped_maps_are_read_by_name(name):
    assert mapping.load(name).source


@pytest.mark.parametrize(
    "target",
    ["writer", "name", "phone", "email", "contact", "id_card", "用户", "手机号", "Reported By"],
)
def test_there_is_no_target_for_who_wrote(target):
    with pytest.raises(MapRefused) as refused:
        read(MAP + f'\n[targets."{target}"]\ncolumn = "x"\n')
    assert "who wrote" in str(refused.value)


@pytest.mark.parametrize(
    "column", ["user", "USER_NAME", "Phone", "e-mail", "联系电话", "网友", "姓名", "caller"]
)
@pytest.mark.parametrize("target", ["place", "title", "question"])
def test_who_wrote_comes_in_by_no_other_target_either(column, target):
    text = MAP.replace('title = "title"\n', "")
    with pytest.raises(MapRefused) as refused:
        read(text + f'\n[targets.{target}]\ncolumn = ["text", "{column}"]\n')
    assert "who wrote" in str(refused.value)


def test_no_stored_column_of_a_letter_has_such_a_name():
    names = {str(field.column) for field in Submission._meta.concrete_fields}
    assert not {name for name in names if writers.says_who(name)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "partner"', "", "source"),
        ('source = "partner"', f'source = "{"x" * 60}"', "source"),
        ('language = "en"', 'language = "xx"', "language"),
        ("Asia/Shanghai", "Mars/Olympus", "time zone"),
        ("publish = true", 'publish = "yes"', "publish"),
        ("publish = true", "publish = true\nsilent = true", "silent"),
        ('open_state = "in_progress"', 'open_state = "waiting"', "open_state"),
        ('body = "text"', "", "body"),
        ('body = "text"', 'body = { constant = "x" }', "every row"),
        ('body = "text"', 'body = { column = "text", colour = "x" }', "colour"),
        ('title = "title"', 'headline = "title"', "headline"),
        ('title = "title"', "title = 3", "title"),
        ('constant = "solved"', 'constant = "splendid"', "splendid"),
        ('constant = "solved"', 'constant = "withdrawn"', "withdrawn"),
        ('open = "open"', 'open = "waiting"', "waiting"),
        ('unit = "unit"', 'unit = { column = "unit", constant = "water" }', "not both"),
        ('answered = "answered"\nclosed = "closed"', "", "its time"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused(old, new, said):
    assert old in MAP
    with pytest.raises(MapRefused) as refused:
        read(MAP.replace(old, new, 1))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "section",
    [
        "[units]\ncreate = true",
        '[units]\nunder = "x"\ncolour = "y"',
        '[categories]\ncreate = true\nunder = "x"\ntarget_days = 0',
        '[units]\ncreate = true\nunder = "x"\nname = "plain"',
        '[targets.channel]\ncolumn = "c"\nstarts = ["lonely"]',
        '[targets.channel]\ncolumn = "c"\nvalues = { a = 1 }',
        '[targets.place]\ncolumn = "c"\nempty = "x"',
    ],
)
def test_sections_are_checked(section):
    with pytest.raises(MapRefused):
        read(MAP + "\n" + section)


def test_a_map_that_is_no_toml_or_not_there_is_refused(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("source = ")
    with pytest.raises(MapRefused, match="not TOML"):
        mapping.load(broken)
    with pytest.raises(MapRefused, match="cannot be opened"):
        mapping.load(tmp_path / "nowhere.toml")
    with pytest.raises(MapRefused, match="cannot be opened"):
        mapping.load("nowhere")
