"""One code in two browsers at once: it lets one in. The control shows both in without the guard."""

import threading
from collections.abc import Callable

import pyotp
import pytest
from django.db import connections

from huiying.accounts import one_time_codes, second_step
from huiying.accounts.actions.second_step import turn_on_codes
from huiying.accounts.models import Account, CodeApp
from huiying.kernel import time
from huiying.kernel.refusals import Refusal
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def with_app(people: People) -> tuple[Account, list[str], pyotp.TOTP]:
    account = people.clerk.account
    secret, offered = one_time_codes.offer(account.label)
    app = pyotp.TOTP(secret)
    codes = turn_on_codes(
        actor=people.clerk.actor,
        account_id=account.pk,
        offered=offered,
        code=app.at(time.now()),
    )
    CodeApp.objects.update(last_step=0)
    return account, codes, app


def let_in(account: Account, code: str) -> int:
    """How many of two browsers come in that show this code at the same moment."""
    entered: list[bool] = []

    def show() -> None:
        try:
            second_step.check_code(account, code)
            entered.append(True)
        except Refusal:
            pass
        finally:
            connections.close_all()

    browsers = [threading.Thread(target=show) for _browser in range(2)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join(60)
        assert not browser.is_alive()
    return len(entered)


@pytest.fixture
def both_match_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither uses the code up before both have found that it fits."""
    barrier, match = threading.Barrier(2), one_time_codes.matching_step

    def matching_step(*args: object) -> int | None:
        found: Callable[..., int | None] = match
        step = found(*args)
        barrier.wait(60)
        return step

    monkeypatch.setattr(one_time_codes, "matching_step", matching_step)


def test_a_code_lets_one_browser_in(people: People, request: pytest.FixtureRequest):
    account, _codes, app = with_app(people)
    request.getfixturevalue("both_match_first")
    assert let_in(account, app.at(time.now())) == 1


def test_without_compare_and_set_it_would_let_both_in(
    people: People, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    account, _codes, app = with_app(people)
    request.getfixturevalue("both_match_first")

    def look_then_write(held: CodeApp, step: int) -> bool:
        if held.last_step >= step:
            return False
        CodeApp.objects.filter(pk=held.pk).update(last_step=step)
        return True

    monkeypatch.setattr(second_step, "_take", look_then_write)
    assert let_in(account, app.at(time.now())) == 2


def test_a_recovery_code_lets_one_browser_in(people: People):
    account, codes, _app = with_app(people)
    assert let_in(account, codes[0]) == 1
