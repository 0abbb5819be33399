"""What `huiying doctor` notices about how the installation is used."""

import pytest
from django.test import Client

from huiying.accounts.models import Account
from huiying.agencies.models import Membership
from huiying.casework.actions.sorting import mark_conduct
from huiying.config import diagnosis
from huiying.config.findings import Finding
from huiying.kernel import time
from huiying.kernel.models import Limit
from tests.people import make_person
from tests.scene import letter

pytestmark = pytest.mark.django_db


def _finding(check: str) -> Finding:
    return next(finding for finding in diagnosis.examine() if finding.check == check)


def test_a_proxy_that_nobody_told_us_of_is_noticed_without_any_address(county, settings, caplog):
    client = Client()
    client.get("/en/")
    assert _finding("proxies").state == "good"
    for _request in range(3):
        client.get("/en/", headers={"X-Forwarded-For": "203.0.113.9"})
    found = _finding("proxies")
    assert found.state == "warning"
    assert "HUIYING_PROXIES" in found.mend
    assert Limit.objects.count() == 1
    assert caplog.text.count("HUIYING_PROXIES is 0") == 1
    assert "203.0.113.9" not in caplog.text + found.says
    settings.PROXIES = 1
    assert _finding("proxies").state == "good"


def test_a_complaint_that_nobody_may_sort_any_more_is_named_by_its_number(people):
    case, _receipt = letter(people, title="只有信里才有的话")
    other, _receipt = letter(people)
    second = make_person("second", ("water", "dispatcher"))
    mark_conduct(
        actor=second.actor,
        number=case.number,
        usernames=["dispatcher", "supervisor"],
    )
    assert _finding("complaints").state == "good"
    Membership.objects.filter(account=second.account).update(ended_at=time.now())
    found = _finding("complaints")
    assert found.state == "warning"
    assert f"1 (cases {case.number})" in found.says
    assert str(other.number) not in found.says
    assert "只有信里才有的话" not in found.says
    Account.objects.filter(username="second").update(is_active=False)
    make_person("third", ("roads", "dispatcher"))
    assert _finding("complaints").state == "good"


@pytest.mark.parametrize(("number", "state"), [(0, "warning"), (1000, "good")])
def test_running_as_root_is_warned_of(number, state, county, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: number)
    assert _finding("account").state == state
