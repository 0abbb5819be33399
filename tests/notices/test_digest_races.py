"""A notice is gathered while the mail of the day goes out: it comes with this one or the next."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from huiying.accounts.models import NoticeChoice
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.verbs import verb
from huiying.notices import delivery, tasks
from huiying.notices.actions import queue
from huiying.notices.models import Outgoing
from tests.casework.test_joining_races import Meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
ZONE = ZoneInfo("Asia/Shanghai")


@verb
def _tell(*, actor: Actor, person, number: int) -> None:
    data = {"number": number, "due_on": "2026-03-20"}
    queue(kind="co_sign_asked", recipient=person.actor.label, language="en", data=data)


def _sweep(day: int) -> None:
    with time.at(datetime(2026, 3, day, 8, tzinfo=ZONE)):
        tasks.sweep()


def test_nothing_is_lost_between_two_mails_of_the_day(people, settings, tmp_path, monkeypatch):
    """Without the lock the second notice finds a mail that waits, and that is written already."""
    settings.MAIL_FOLDER = tmp_path
    person = people.handler
    person.account.email = "handler@example.org"
    person.account.save(update_fields=["email"])
    NoticeChoice.objects.create(account=person.account, co_sign="digest")
    with time.at(datetime(2026, 3, 2, 12, tzinfo=ZONE)):
        _tell(actor=SYSTEM, person=person, number=100_001)
        tasks.sweep()
    with time.at(datetime(2026, 3, 3, 8, tzinfo=ZONE)):
        _tell(actor=SYSTEM, person=person, number=100_002)
    other = Meanwhile(monkeypatch, delivery, "Parcel", lambda: _sweep(3))
    _sweep(3)
    other.end()
    _sweep(4)
    mails = [file.read_text("utf-8") for file in tmp_path.glob("*.eml")]
    for number in ("100001", "100002"):
        assert sum(number in mail for mail in mails) == 1
    assert not Outgoing.objects.filter(ended_at=None).exists()
