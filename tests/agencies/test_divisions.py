"""The places that clerks choose from: loaded from a file, told in full."""

import gzip

import pytest
from django.utils.translation import override

from huiying.agencies.divisions import MOST, load_divisions, place_names
from huiying.agencies.models import Division
from huiying.config.cli import divisions
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed
from tests.people import People

FILE = """\ufeffcode,name,name_en,areaCode
990101,云渡县,Yundu County,9901
990101001,槐堂街道,Huaitang,990101
990101001001,文庙街社区,Wenmiao Street,990101
990201,别处县,Elsewhere,9902
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "divisions.csv.gz"
    path.write_bytes(gzip.compress(FILE.encode()))
    return path


@pytest.mark.django_db
def test_a_packed_file_is_loaded_and_each_place_told_with_those_above(file):
    assert load_divisions(actor=SYSTEM, rows=divisions.rows(file, "990101")) == 3
    with override("zh-hans"):
        assert place_names() == ["槐堂街道", "槐堂街道文庙街社区"]
    with override("en"):
        assert place_names() == ["Huaitang", "Wenmiao Street, Huaitang"]


@pytest.mark.django_db
def test_a_new_file_takes_the_place_of_the_old(file):
    load_divisions(actor=SYSTEM, rows=divisions.rows(file, ""))
    load_divisions(actor=SYSTEM, rows=[{"code": "990201001", "name": {"zh-hans": "新街道"}}])
    with override("zh-hans"):
        assert place_names() == ["新街道"]
    assert Division.objects.filter(active=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "codes", [[], ["99"] * 2, ["9"], ["abcdef"], [f"{990101001 + n}" for n in range(MOST + 1)]]
)
def test_what_does_not_fit_changes_nothing(codes):
    with pytest.raises(Invalid):
        load_divisions(
            actor=SYSTEM, rows=[{"code": code, "name": {"zh-hans": "某地"}} for code in codes]
        )
    assert not Division.objects.exists()


def test_only_an_administrator_loads_them(people: People):
    with pytest.raises(NotAllowed):
        load_divisions(actor=people.clerk.actor, rows=[{"code": "99", "name": {"zh-hans": "某地"}}])


def test_a_file_without_its_columns_is_said_so(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(KeyError):
        divisions.rows(path, "")
