"""Members of staff choose which notices they get, and when; the outbox asks as it sends."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from huiying.accounts.models import NoticeChoice
from huiying.agencies.actions import end_role
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.verbs import verb
from huiying.notices import tasks
from huiying.notices.actions import queue
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from tests.scene import letter

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
URL = "/en/desk/account/notices/"
GIVEN = {
    "co_sign": "now",
    "clock": "now",
    "duty": "now",
    "joint_session": "now",
    "digest_hour": "8",
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def mails(tmp_path, settings):
    settings.MAIL_FOLDER = tmp_path / "outbox"

    def read() -> list[str]:
        return [file.read_text("utf-8") for file in settings.MAIL_FOLDER.glob("*.eml")]

    return read


@pytest.fixture
def handler(people):
    people.handler.account.email = "handler@example.org"
    people.handler.account.language = "en"
    people.handler.account.save(update_fields=["email", "language"])
    return people.handler


@verb
def tell(*, actor: Actor, person, kind: str, said: dict[str, object]) -> None:
    queue(kind=kind, recipient=person.actor.label, language="en", data=said)


def _tell(person, moment: datetime, kind: str = "co_sign_asked", **data: object) -> None:
    with time.at(moment):
        said = {"number": 100_001, "due_on": "2026-03-20", **data}
        tell(actor=SYSTEM, person=person, kind=kind, said=said)
        tasks.sweep()


def _sweep(moment: datetime) -> None:
    with time.at(moment):
        tasks.sweep()


def choose(person, **changes: str):
    return person.client.post(URL, GIVEN | changes)


def results() -> list[str]:
    return list(Outgoing.objects.order_by("id").values_list("result", flat=True))


def test_without_a_choice_a_notice_goes_at_once(handler, mails):
    _tell(handler, at(2, 23))
    assert len(mails()) == 1


def test_what_is_not_wanted_is_not_sent_and_what_is_about_the_account_always_is(handler, mails):
    assert choose(handler, co_sign="never", clock="never").status_code == 302
    _tell(handler, at(2, 12))
    _tell(handler, at(2, 12), kind="account", what="codes_on")
    assert results() == ["unwanted", "sent"]
    assert len(mails()) == 1
    assert Entry.objects.filter(action="account.notices_chosen").count() == 1


def test_a_notice_in_quiet_hours_waits_until_they_end(handler, mails):
    choose(handler, quiet_from="20", quiet_until="7")
    _tell(handler, at(2, 23))
    assert Outgoing.objects.get().due_at == at(3, 7)
    assert Outgoing.objects.get().tries == 0
    _sweep(at(3, 6, 59))
    assert mails() == []
    _sweep(at(3, 7))
    assert len(mails()) == 1
    _tell(handler, at(3, 19, 59))
    assert len(mails()) == 2


def test_danger_passes_quiet_hours_only_where_a_person_chose_so(handler, people, mails):
    case, _receipt = letter(people, upto="in_progress", danger=True)
    choose(handler, quiet_from="20", quiet_until="7")
    _tell(handler, at(2, 23), kind="escalation", number=case.number, percent=100)
    assert mails() == []
    choose(handler, quiet_from="20", quiet_until="7", clock="never", danger_passes="on")
    _tell(handler, at(2, 23), kind="escalation", number=case.number, percent=100)
    assert len(mails()) == 1
    calm, _receipt = letter(people, upto="in_progress")
    assert not CaseFile.objects.get(pk=calm.pk).danger
    _tell(handler, at(2, 23), kind="escalation", number=calm.number, percent=100)
    assert len(mails()) == 1


def test_one_mail_a_day_holds_what_came_since_the_last(handler, mails):
    choose(handler, co_sign="digest", clock="digest")
    _tell(handler, at(2, 9))
    _tell(handler, at(2, 15), number=100_002)
    _tell(handler, at(2, 15), number=100_002)
    _tell(handler, at(2, 16), kind="escalation", number=100_003, percent=80)
    assert mails() == []
    _sweep(at(3, 8))
    _sweep(at(3, 8, 1))
    (mail,) = mails()
    assert mail.count("Case 100001: your unit is asked to co-sign an answer.") == 1
    assert mail.count("Case 100002: your unit is asked to co-sign an answer.") == 1
    assert "Case 100003: 80% of its time has passed" in mail
    assert results().count("gathered") == 4

    _tell(handler, at(3, 9), number=100_004)
    _sweep(at(4, 8))
    (second,) = set(mails()) - {mail}
    assert "100004" in second
    assert "100001" not in second
    _sweep(at(5, 8))
    assert len(mails()) == 2


def test_the_choice_at_sending_counts_and_nobody_elses(handler, people, mails):
    choose(people.colleague, co_sign="never")
    choose(handler, quiet_from="20", quiet_until="7")
    _tell(handler, at(2, 23))
    choose(handler, co_sign="never")
    _sweep(at(3, 7))
    assert results() == ["unwanted"]
    assert NoticeChoice.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"co_sign": "sms"},
        {"quiet_from": "20"},
        {"quiet_from": "7", "quiet_until": "7"},
        {"quiet_from": "22", "quiet_until": "9"},
        {"digest_hour": "24"},
        {"digest_hour": ""},
    ],
)
def test_what_makes_no_sense_is_refused_in_its_place(handler, changes):
    refused = choose(handler, **changes)
    assert refused.status_code == 422
    assert "Mails about your work" in refused.text
    assert not NoticeChoice.objects.exists()


def test_the_page_shows_what_was_chosen(handler):
    choose(handler, co_sign="digest", quiet_from="20", quiet_until="7")
    page = handler.client.get("/en/desk/account/").text
    assert '<option value="digest" selected>' in page
    assert '<option value="20" selected>' in page


def test_everybody_sees_what_was_sent_to_them(handler, people, mails):
    _tell(handler, at(2, 9))
    choose(handler, clock="never")
    _tell(handler, at(2, 10), kind="matter")
    page = handler.client.get("/en/desk/account/").text
    assert "Co-signing an answer" in page
    assert "Not wanted by mail" in page
    assert "100001" not in page
    assert "Co-signing an answer" not in people.colleague.client.get("/en/desk/account/").text


def test_what_is_asked_by_a_day_comes_as_one_chose_it(handler, mails):
    choose(handler, clock="digest")
    _tell(handler, at(2, 9), kind="matter")
    assert mails() == []
    _sweep(at(3, 8))
    (mail,) = mails()
    assert "Case 100001 is on the supervision list: report by 2026-03-20." in mail
    choose(handler, clock="never")
    _tell(handler, at(3, 9), kind="matter")
    assert len(mails()) == 1


def test_a_long_mail_of_the_day_says_how_much_does_not_fit(handler, mails, monkeypatch):
    monkeypatch.setattr("huiying.notices.gathering.MOST_LISTED", 2)
    choose(handler, co_sign="digest", clock="digest")
    for number in (1, 2, 3, 3, 4):
        _tell(handler, at(2, 9), number=100_000 + number)
    more = {"cases": [{"number": 100_009, "percent": 50}], "more": 7}
    _tell(handler, at(2, 9), kind="escalation_digest", **more)
    _sweep(at(3, 8))
    (mail,) = mails()
    assert "And 3 things more that do not fit here" in mail
    assert "100003" not in mail
    monkeypatch.undo()


def test_what_is_kept_from_somebody_meanwhile_stands_in_no_mail(handler, people, mails):
    """Marked as a complaint about them between the notice and the mail, of the day or after quiet hours."""
    named, other = (letter(people, upto="in_progress")[0] for _number in range(2))
    choose(handler, co_sign="digest", quiet_from="20", quiet_until="7")
    for case in (named, other):
        _tell(handler, at(2, 9), number=case.number)
        _tell(handler, at(2, 23), kind="escalation", number=case.number, percent=80)
    mark_conduct(actor=people.supervisor.actor, number=named.number, usernames=["handler"])
    _sweep(at(3, 8))
    sent = "".join(mails())
    assert len(mails()) == 2
    assert sent.count(str(other.number)) >= 2
    assert str(named.number) not in sent
    assert results().count("not_theirs") == 1
    page = handler.client.get("/en/desk/account/").text
    assert page.count("Deadlines and supervision<") == 1  # that there was another stays unsaid
    assert "In the mail of the day" not in page
    assert "The mail of the day<" in page
    choose(handler, clock="digest")
    _tell(handler, at(3, 9), kind="escalation", number=other.number, percent=100)
    end_role(actor=SYSTEM, username="handler", unit_code="housing", role="handler")
    _sweep(at(4, 8))
    assert len(mails()) == 2
