"""While a demo loads its sample: pages say so, and no brief is counted."""

import pytest
from django.test import Client

from huiying.config import schedules
from huiying.insight.models import Brief
from huiying.sample import loading

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA = tmp_path
    settings.DEMO = True
    loading.tell(tmp_path, loading.Progress(1200, 5000))
    return tmp_path


def _page(language: str) -> str:
    return Client().get(f"/{language}/").text


def test_every_page_says_how_far_it_is(data):
    assert "The sample is being loaded: 1,200 of 5,000." in _page("en")
    assert "示例正在载入：5,000 件里已有 1,200 件。" in _page("zh-hans")
    assert "being loaded" in Client().get("/en/desk/sign-in/").text
    loading.finish(data)
    assert "being loaded" not in _page("en")


def test_an_installation_that_is_no_demo_says_nothing(data, settings):
    settings.DEMO = False
    assert "being loaded" not in _page("en")


def test_no_brief_is_counted_before_the_sample_is_there(data, county):
    schedules.freeze_due_brief(0)
    assert not Brief.objects.exists()
    loading.finish(data)
    schedules.freeze_due_brief(0)
    assert Brief.objects.count() == 1
