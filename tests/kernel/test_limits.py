from datetime import UTC, datetime, timedelta

import pytest

from huiying.kernel import limits, time
from huiying.kernel.limits import WINDOW, count_try, forget_tries, give_back_try, sweep_limits
from huiying.kernel.models import Limit, LimitKey
from huiying.kernel.refusals import TooMany


@pytest.fixture(autouse=True)
def no_remembered_keys() -> None:
    limits._key_of.cache_clear()


NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_tries_are_counted_in_a_quarter_hour_and_start_anew_after_it():
    with time.at(NOON):
        for _try in range(3):
            count_try("test", "203.0.113.9", most=3)
        with pytest.raises(TooMany):
            count_try("test", "203.0.113.9", most=3)
        count_try("test", "203.0.113.10", most=3)
    with time.at(NOON + WINDOW):
        count_try("test", "203.0.113.9", most=3)


@pytest.mark.django_db
def test_a_success_forgets_and_nothing_readable_is_kept():
    with time.at(NOON):
        count_try("test", "203.0.113.9", most=1)
        assert b"203" not in bytes(Limit.objects.get().bucket)
        forget_tries("test", "203.0.113.9")
        count_try("test", "203.0.113.9", most=1)


@pytest.mark.django_db
def test_one_try_is_given_back_and_never_more_than_there_were():
    with time.at(NOON):
        give_back_try("test", "203.0.113.9")
        count_try("test", "203.0.113.9", most=1)
        for _success in range(3):
            give_back_try("test", "203.0.113.9")
        count_try("test", "203.0.113.9", most=1)
        with pytest.raises(TooMany):
            count_try("test", "203.0.113.9", most=1)
    with time.at(NOON + WINDOW):
        give_back_try("test", "203.0.113.9")
    assert Limit.objects.get().count == 2, "an earlier quarter hour stays as it was"


@pytest.mark.django_db
def test_the_key_changes_daily_and_old_windows_are_swept():
    with time.at(NOON):
        count_try("test", "203.0.113.9", most=5)
    with time.at(NOON + timedelta(days=1)):
        count_try("test", "203.0.113.9", most=5)
    assert LimitKey.objects.count() == 2
    first, second = Limit.objects.order_by("window")
    assert bytes(first.bucket) != bytes(second.bucket)
    with time.at(NOON + timedelta(days=1, hours=1)):
        assert sweep_limits() == 1
    assert LimitKey.objects.count() == 1, "yesterday's key is gone, and with it the way back"
