"""Who is told when a clock runs down: once a step, past those it is kept from, at an hour of the day."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.working import resume
from huiying.casework.actions.writing_back import reopen, reopen_own
from huiying.casework.models import CaseFile
from huiying.casework.policy import visible_cases
from huiying.casework.states import State
from huiying.clocks.actions import adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.config.demo_sample import file as sample
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid
from huiying.notices.models import Outgoing
from huiying.notices.tasks import sweep
from huiying.record.models import Entry
from huiying.supervision.actions.alerting import steps_reached
from huiying.supervision.definitions import Definition, from_data, read_policy, usual
from huiying.supervision.models import Alert
from huiying.supervision.rehearsing import rehearse
from huiying.supervision.tasks import escalate, prepared
from huiying.supervision.timing import SendingHours, sending_hours
from tests.casework.ways import answered, brought_to, writer_of
from tests.entries import holds
from tests.people import People, Person
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday nine o'clock; noise has ten days
LADDER = """
[[step]]
at = 50
tell = ["holders"]
[[step]]
at = 100
tell = ["holders", "unit_head"]
acknowledge_within = 8
[[step]]
at = 200
tell = ["agency_supervisor"]
[[step]]
at = 300
tell = ["leader"]
"""


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _adopt(text: str = LADDER) -> Definition:
    definition = read_policy(text)
    put_in_force(definition)
    return definition


def _case(people: People, state: State = State.IN_PROGRESS, **changes: object) -> CaseFile:
    with time.at(START):
        return brought_to(state, people, **changes)


def _pass(day: float) -> list[tuple[str, object]]:
    """Whom a pass on that day told, and of which share of the time."""
    before = set(Outgoing.objects.values_list("pk", flat=True))
    with time.at(_day(day)):
        escalate()
    rows = Outgoing.objects.exclude(pk__in=before).filter(kind="escalation")
    return sorted((row.recipient, row.data["percent"]) for row in rows)


def _told(*told: tuple[Person, int]) -> list[tuple[str, int]]:
    return sorted((f"staff:{person.account.label}", percent) for person, percent in told)


def test_each_step_is_told_once_to_those_it_names(people):
    _adopt()
    _case(people)
    assert _pass(4.9) == []
    assert _pass(5) == _told((people.handler, 50), (people.colleague, 50))
    assert _pass(5) == _pass(9.9) == []
    assert _pass(10) == _told(
        (people.handler, 100), (people.colleague, 100), (people.unit_reviewer, 100)
    )
    assert (people.supervisor.actor.label, 200) in _pass(20)
    assert (people.leader.actor.label, 300) in _pass(30)
    assert set(Alert.objects.filter(level=0).values_list("percent", flat=True)) == {
        50, 100, 200, 300,
    }  # fmt: skip


def test_after_a_standstill_each_person_hears_once_and_of_the_furthest_step(people):
    _adopt()
    _case(people)
    assert _pass(20.5) == _told(
        (people.handler, 100),
        (people.colleague, 100),
        (people.unit_reviewer, 100),
        (people.supervisor, 200),
    )


def test_a_pause_moves_the_steps_as_it_moves_the_clock(people):
    _adopt()
    case = _case(people, State.WAITING)  # asked at the very start; the cap is ten days
    assert _pass(7) == []
    with time.at(_day(8)):
        resume(actor=people.handler.actor, number=case.number)
    assert _pass(12.9) == []
    assert len(_pass(13)) == 2
    case.refresh_from_db()
    assert case.due_at == _day(18)
    assert _pass(17.9) == []
    assert len(_pass(18)) == 3


def test_a_clock_that_waits_beyond_the_cap_runs_on(people):
    _adopt()
    _case(people, State.WAITING)
    assert _pass(14.9) == []
    assert len(_pass(15)) == 2


def test_a_new_round_is_told_anew_and_what_is_answered_is_not(people):
    _adopt()
    case = _case(people)
    assert len(_pass(5)) == 2
    with time.at(_day(6)):
        answered(actor=people.reviewer.actor, number=case.number)
    assert _pass(11) == []
    with time.at(_day(12)):
        reopen(actor=people.supervisor.actor, number=case.number, words="还在响。")
    assert _pass(16.9) == []
    assert len(_pass(17)) == 2
    assert Alert.objects.filter(round=2).count() == 1


def test_a_letter_that_its_writer_takes_out_of_a_joined_case_has_its_time_anew(people):
    _adopt()
    case, other = _case(people), _case(people)
    with time.at(_day(1)):
        join(actor=people.dispatcher.actor, number=case.number, into=other.number)
    with time.at(_day(2)):
        answered(actor=people.reviewer.actor, number=other.number)
    with time.at(_day(6)):
        reopen_own(actor=writer_of(case), text="还在响。")
    assert _pass(10.9) == []
    assert len(_pass(11)) == 2


def test_where_no_unit_has_it_the_desk_hears_and_where_nobody_is_there_the_next_above(people):
    _adopt()
    _case(people, State.RECEIVED)
    with time.at(START):
        CaseFile.objects.update(due_at=_day(10))
    assert _pass(5) == _told((people.dispatcher, 50))
    CaseFile.objects.all().update(due_at=_day(1000))
    case = _case(people)
    for person in (people.handler, people.colleague):
        person.account.is_active = False
        person.account.save(update_fields=["is_active"])
    assert _pass(6) == _told((people.unit_reviewer, 50))
    assert CaseFile.objects.get(pk=case.pk).state == State.IN_PROGRESS


def test_a_complaint_about_conduct_tells_nobody_it_names_and_nobody_below(people):
    _adopt()
    case = _case(people, State.RECEIVED)
    with time.at(START):
        mark_conduct(actor=people.supervisor.actor, number=case.number, unit_codes=["desk"])
        CaseFile.objects.update(due_at=_day(10))
    # The desk has it and is named: the next above hear instead.
    assert _pass(5) == _told((people.supervisor, 50))
    told = {recipient for day in (10, 20, 30) for recipient, _percent in _pass(day)}
    assert told == {people.supervisor.actor.label, people.leader.actor.label}
    assert visible_cases(people.supervisor.actor).filter(pk=case.pk).exists()


def test_a_complaint_about_a_handler_still_tells_the_others(people):
    _adopt()
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people)
        mark_conduct(actor=people.supervisor.actor, number=case.number, usernames=["handler"])
    assert _pass(5) == _told((people.colleague, 50))


QUIET = """
quiet = "20:00-08:00"
quiet_on_days_off = true
digest_at = "08:30"
[[step]]
at = 50
tell = ["holders"]
digest = true
[[step]]
at = 100
tell = ["holders"]
"""


def _offices() -> None:
    file = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    adopt_calendar_version(actor=SYSTEM, code=file.code, name=file.name, definition=file.definition)
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code=file.code)


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02 20:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-06 21:00", "2026-03-09 08:00"),  # Friday night: Monday
        ("2026-03-07 12:00", "2026-03-09 08:00"),
    ],
)
def test_quiet_hours_and_days_off_put_a_notice_off(people, now, sent):
    _offices()
    timing = sending_hours(read_policy(QUIET))
    moment = timezone.make_aware(datetime.fromisoformat(now))
    assert timezone.localtime(timing.send_at(moment)).strftime("%Y-%m-%d %H:%M") == sent


def test_without_a_calendar_the_week_has_five_days():
    timing = SendingHours(read_policy(QUIET), None)
    friday, monday = (timezone.localtime(_day(day)).replace(hour=0, minute=0) for day in (4, 7))
    night = friday + timedelta(hours=21)
    assert timing.send_at(night) == monday + timedelta(hours=8)
    assert timing.digest_at(night) == monday + timedelta(hours=8.5)
    assert timing.acknowledge_by(night, 4) == monday + timedelta(hours=12)


def test_a_digest_holds_what_is_still_open_once_a_person(people):
    _adopt(QUIET)
    first, second, done = (_case(people) for _number in range(3))
    assert _pass(5) == []  # Saturday nine o'clock
    with time.at(_day(5.5)):
        answered(actor=people.reviewer.actor, number=done.number)
    _pass(6.9)
    assert not Outgoing.objects.filter(kind="escalation_digest").exists()
    _pass(7)  # Monday, after half past eight
    _pass(7.1)
    rows = Outgoing.objects.filter(kind="escalation_digest")
    assert {row.recipient for row in rows} == {
        people.handler.actor.label,
        people.colleague.actor.label,
    }
    assert rows.count() == 2
    wanted = [{"number": case.number, "percent": 50} for case in (first, second)]
    assert rows[0].data == {"cases": wanted, "more": 0}


def test_a_notice_says_the_number_and_nothing_of_letter_or_writer(people, settings, tmp_path):
    settings.OUTBOX_FOLDER = tmp_path
    _adopt()
    case = _case(people, title="绝不能说的话", body="我叫王小明")
    _pass(5)
    _pass(10)
    for row in Outgoing.objects.filter(kind="escalation"):
        assert set(row.data) == {"number", "percent"}
        assert row.data["number"] == case.number
    assert sweep() > 0


def test_somebody_of_the_unit_takes_note_and_nobody_above_is_told(people):
    _adopt()
    case = _case(people)
    _pass(10)
    url = f"/en/desk/cases/{case.number}/noted/"
    with time.at(_day(10.1)):
        page = people.handler.client.get(f"/en/desk/cases/{case.number}/")
        assert "I have taken note" in page.text
        assert "Told at 100% of the time: Head of the unit" in page.text
        assert people.other_handler.client.post(url).status_code == 404
        assert people.auditor.client.post(url).status_code == 403
        assert people.handler.client.post(url, follow=True).status_code == 200
        page = people.unit_reviewer.client.get(f"/en/desk/cases/{case.number}/")
    assert "Handler took note" in page.text
    assert "I have taken note" not in page.text
    assert _pass(10.9) == []
    entry = Entry.objects.get(action="escalation.noted")
    assert entry.actor == people.handler.actor.label
    assert holds(entry.pk)
    again = people.colleague.client.post(url, follow=True)
    assert "Nothing waits for you to take note of" in again.text


def test_where_nobody_takes_note_the_next_above_are_told_step_by_step(people):
    _adopt()
    case = _case(people)
    _pass(10)
    assert _pass(10.3) == []
    assert _pass(10.5) == _told((people.supervisor, 100))
    assert _pass(11) == _told((people.leader, 100))
    assert _pass(12) == []
    levels = Alert.objects.filter(case=case, percent=100).values_list("level", "audience")
    assert list(levels.order_by("level")) == [
        (0, "unit_head"),
        (1, "agency_supervisor"),
        (2, "leader"),
    ]


def test_a_rehearsal_says_what_then_happens(people):
    definition = read_policy(LADDER.replace("acknowledge_within = 8\n", ""))
    cases = [_case(people) for _number in range(2)] + [_case(people, State.WAITING)]
    with time.at(_day(4)):
        resume(actor=people.handler.actor, number=cases[2].number)
    put_in_force(definition)
    told = [line for half in range(24) for line in _pass(half / 2)]
    with time.at(_day(12)):
        answered(actor=people.reviewer.actor, number=cases[0].number)
    told += [line for half in range(24, 52) for line in _pass(half / 2)]
    with time.at(_day(26)):
        found = rehearse(definition, days=30)
    assert (found.cases, found.told) == (3, 3)
    alerts = Counter(Alert.objects.values_list("percent", flat=True))
    assert {line.step.at: line.cases for line in found.steps if line.cases} == alerts
    notices = Counter(recipient for recipient, _percent in told)
    assert {each.recipient: each.notices for each in found.people} == notices


def test_a_rehearsal_counts_a_pause_once_whatever_happens_in_it(people):
    case = _case(people, State.WAITING)
    with time.at(_day(3)):
        other = brought_to(State.IN_PROGRESS, people)
        join(actor=people.dispatcher.actor, number=other.number, into=case.number)
    with time.at(_day(4)):
        resume(actor=people.handler.actor, number=case.number)
    for day, told in ((8.9, 0), (9.1, 1)):
        with time.at(_day(day)):
            assert rehearse(read_policy(LADDER), days=30).told == told


def test_a_rehearsal_leaves_out_complaints_about_conduct(people):
    case = _case(people)
    with time.at(_day(6)):
        mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
        found = rehearse(read_policy(LADDER), days=30)
    assert (found.cases, found.people) == (0, [])


def test_a_rehearsal_tells_nobody(people):
    _case(people)
    with time.at(_day(11)):
        page = people.supervisor.client.post("/en/desk/escalation/", {"text": LADDER, "do": "try"})
    assert page.status_code == 200
    assert "1 cases ran; 1 came to a step" in page.text
    assert "1 notice" not in page.text
    assert not Alert.objects.exists()
    assert not Outgoing.objects.filter(kind="escalation").exists()


@pytest.mark.parametrize(
    "text",
    [
        "[[step]]\nat = 0\ntell = ['holders']",
        "[[step]]\nat = 50\ntell = []",
        "[[step]]\nat = 50\ntell = ['everybody']",
        "[[step]]\nat = 50\ntell = ['holders']\n[[step]]\nat = 50\ntell = ['leader']",
        "[[step]]\nat = 50\ntell = ['holders']\nacknowledge_within = -1",
        "[[step]]\nat = true\ntell = ['holders']",
        "quiet = '20:00'",
        "quiet = '08:00-08:00'",
        "digest_at = '25:00'",
        "sms = true",
        "step = 3",
        "not toml",
    ],
)
def test_a_policy_that_says_nothing_clear_is_refused(people, text):
    with pytest.raises(Invalid):
        read_policy(text)
    page = people.administrator.client.post("/en/desk/escalation/", {"text": text, "do": "propose"})
    assert page.status_code == 422


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('quiet = "20:00-08:00"\n\n[[step]]\nat = 50\ntell = ["boss"]', 5, "agency_supervisor"),
        ('[[step]]\nat = 50\ntell = ["leader"]\n[[step]]\ntell = ["leader"]', 4, "from 1 to 1000"),
        ('[[step]]\r\nat = 50\r\ntell = ["leader"]\r\ndigest = 1', 4, "true or false"),
        ('[[step]]\nat = 50\ntell = "leader', 3, "quotation marks"),
        ("at = 50\n", 1, "digest_at"),
        ('\nquiet = "8-20"', 2, "20:00-08:00"),
    ],
)
def test_it_says_on_which_line_and_what_to_write(text, line, what):
    with translation.override("en"), pytest.raises(Invalid) as refused:
        read_policy(text)
    assert str(refused.value).startswith(f"Line {line}: ")
    assert what in str(refused.value)


def test_a_policy_comes_back_from_its_text_and_its_data():
    definition = read_policy(usual())
    assert read_policy(definition.as_text()) == from_data(definition.as_data()) == definition


def test_no_policy_or_one_without_steps_tells_nobody(people):
    _case(people)
    assert _pass(50) == []
    assert steps_reached(prepared(1, _adopt(""))) == []
    assert _pass(51) == []
