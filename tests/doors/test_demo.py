"""The sample as the demo loads it: through the real verbs, once, and safe to interrupt."""

import stat
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from huiying.accounts.models import Account
from huiying.agencies.duty.models import Shift
from huiying.agencies.duty.reads import on_duty
from huiying.agencies.models import Membership, Unit
from huiying.agencies.reads import unit_choices
from huiying.casework.models import CaseFile, Move
from huiying.config import demo, demo_growing, demo_letters, demo_sample
from huiying.config.cli.demo import demo_password
from huiying.insight.growing.models import GrowthLine
from huiying.insight.models import Brief
from huiying.intake.models import Submission
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.replies.models import Reply
from huiying.routing.models import Category
from huiying.supervision.models import Alert, Matter

PASSWORD = "abcd-efgh-jkmn-pqrs"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 20, 15, 30, 12, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    demo_letters.person.cache_clear()


def totals() -> dict[str, int]:
    models = (
        *(Account, Membership, Unit, Category, Submission, CaseFile, Move, Reply, Entry),
        *(Alert, Matter, Shift, Outgoing),
    )
    return {model.__name__: model._default_manager.count() for model in models}


def states() -> Counter[str]:
    rows = CaseFile.objects.filter(reports__submission__source=demo_letters.SOURCE)
    return Counter(rows.values_list("state", flat=True))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_everything_is_loaded_once_even_if_interrupted():
    said: list[str] = []
    patience = iter([True] * 5)
    hasty = demo.Ears(say=said.append, go_on=lambda: next(patience, False))
    demo.load(password=PASSWORD, ears=hasty)
    assert Submission.objects.filter(source=demo_letters.SOURCE).count() == 5
    assert not Submission.objects.filter(source=demo.BOSTON).exists()

    assert not Brief.objects.exists()
    far: list[tuple[int, int]] = []
    ears = demo.Ears(
        say=said.append, go_on=lambda: True, far=lambda done, whole: far.append((done, whole))
    )
    demo.load(password=PASSWORD, ears=ears)
    assert far == sorted(far)
    listed = Submission.objects.exclude(source=demo_growing.SOURCE).count()
    assert far[-1] == (listed, listed)
    assert 5 <= GrowthLine.objects.get(division="990101101").letters < demo_growing.COUNTS[0]
    briefs = Brief.objects.order_by("day")
    assert [brief.version for brief in briefs] == [1] * demo.BRIEF_DAYS
    assert all(brief.line_count > 20 for brief in briefs)
    letters = demo_sample.rows("letters.toml", "letter")
    assert states() == Counter(letter["state"] for letter in letters)
    requests = CaseFile.objects.filter(reports__submission__source=demo.BOSTON)
    assert requests.count() > 2_500
    assert set(requests.values_list("state", flat=True)) == {"closed"}
    assert not requests.filter(category__parent=None).exists()
    assert Reply.objects.filter(state="published", language="zh-hans").count() > 40
    assert Account.objects.get(username="clerk.lin").check_password(PASSWORD)
    assert Account.objects.get(username="dispatcher.fang").check_password(PASSWORD)
    assert len(on_duty()) == 2
    assert Alert.objects.filter(acknowledged_at__isnull=False).exists()
    assert {matter.kind for matter in Matter.objects.all()} == {"supervision", "in_charge"}
    assert any("Invented letters" in sentence for sentence in said)
    demo.check_place()

    before = totals()
    silent: list[str] = []
    demo.load(password=PASSWORD, ears=demo.Ears(say=silent.append, go_on=lambda: True))
    assert totals() == before
    assert silent == []


@pytest.mark.django_db(transaction=True)
def test_the_sample_is_not_loaded_among_somebodys_own_letters(people):
    with pytest.raises(demo.NotForTheSample):
        demo.check_place()


@pytest.mark.django_db(transaction=True)
def test_an_empty_place_is_fine():
    demo.check_place()


def test_moments_count_back_from_the_day_of_loading():
    assert demo_sample.moment("-25m", NOW) == datetime(2026, 9, 20, 15, 5, 12, tzinfo=ZONE)
    assert demo_sample.moment("-12d 09:14", NOW) == datetime(2026, 9, 8, 9, 14, tzinfo=ZONE)
    with pytest.raises(ValueError, match="yesterday"):
        demo_sample.moment("yesterday", NOW)


def test_dates_in_texts_are_words_of_the_language():
    text = "{date:+10} {month:+4} {other}"
    assert demo_sample.dated(text, NOW, "zh-hans") == "9月30日 1月 {other}"
    assert demo_sample.dated(text, NOW, "en") == "30 September January {other}"


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_no_letter_and_no_step_lies_ahead(hour):
    now = NOW.replace(hour=hour)
    for letter in demo_sample.letters(now):
        moments = [letter["received"], *(step["at"] for step in letter["steps"])]
        assert moments == sorted(moments)
        assert moments[-1] <= now
        drafts = [step for step in letter["steps"] if "drafted_at" in step]
        assert all(step["drafted_at"] <= step["at"] for step in drafts)


def test_the_password_is_made_once_and_nobody_else_may_read_it(tmp_path):
    password = demo_password(tmp_path / "data")
    path = tmp_path / "data" / "demo-password"
    assert len(password) >= 12
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert demo_password(tmp_path / "data") == password


@pytest.mark.django_db
def test_units_of_past_requests_are_given_no_new_cases():
    demo._load_trees()
    offered = [unit.code for unit in unit_choices()]
    assert "housing" in offered
    assert not [code for code in offered if code.startswith("boston")]
    assert len(unit_choices(past_too=True)) == len(offered) + 8


@pytest.mark.django_db
def test_units_stand_in_the_order_in_which_the_agency_listed_them():
    demo._load_trees()
    listed = [row["code"] for row in demo_sample.rows("units.toml", "unit")]
    at_first_level = [unit.code for unit in unit_choices() if unit.depth == 1]
    assert at_first_level == [code for code in listed if code in at_first_level]
    assert at_first_level != sorted(at_first_level)
