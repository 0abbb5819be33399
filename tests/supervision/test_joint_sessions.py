"""Joint sessions: called, summarised, concluded, their tasks to the end; and who sees what of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from huiying.accounts.models import NoticeChoice
from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.notices import tasks
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.supervision.joint_sessions import wording
from huiying.supervision.joint_sessions.actions import calling
from huiying.supervision.joint_sessions.actions.calling import Call, call_session
from huiying.supervision.joint_sessions.actions.tasks import forget_sessions
from huiying.supervision.joint_sessions.models import (
    JointSession,
    Participant,
    SetAside,
    Summary,
    Task,
)
from huiying.supervision.joint_sessions.states import STEPS, TASK_STEPS, TaskState
from huiying.supervision.joint_sessions.states import State as SessionState
from huiying.supervision.joint_sessions.wording import LONGEST_RUN, shared_run
from tests.casework.ways import _assigned as assign_to_housing
from tests.casework.ways import brought_to, split_by, taken_in
from tests.entries import holds
from tests.people import People, Person, make_person

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Yundu
LIST = "/en/desk/supervision/sessions/"
NEW = f"{LIST}new/"
TOPIC, SUMMARY = "两家单位怎样一起止住漏水", "一处管道反复渗漏，两家单位都说不归自己管。"
BODY = "我家住在老机械厂宿舍三栋楼道口，水从墙里往外渗已经第三个月了，没人来看。"


@pytest.fixture
def case(people: People) -> CaseFile:
    with time.at(START):
        return brought_to(State.IN_PROGRESS, people, title="谁也不该告诉客人", body=BODY)


def post(person: Person, url: str, later: float = 0, /, **sent: object):
    with time.at(START + timedelta(days=later)):
        return person.client.post(url, sent, follow=True)


def seen(person: Person, url: str, day: float = 0):
    with time.at(START + timedelta(days=day)):
        return person.client.get(url)


def call(person: Person, *cases: CaseFile, **also: object):
    wanted = {
        "numbers": " ".join(str(case.number) for case in cases), "topic": TOPIC, "day": "2026-03-04",
        "hour": "14:30", "place": "二楼会议室", "unit_1": "water", "people": "investigator", "key": "k",
    } | also  # fmt: skip
    return post(person, NEW, **wanted)


def url(session: JointSession | None = None) -> str:
    return f"{LIST}{(session or JointSession.objects.get()).label}/"


def summarise(person: Person, text: str = SUMMARY, until: str = "2026-03-10", day: float = 0):
    return post(person, url(), day, do="summary", text=text, shown_until=until)


def held(people: People) -> str:
    """The session's page, once it was held."""
    post(people.supervisor, url(), 3, do="conclude", words="供水公司先止漏。")
    return url()


def give(person: Person, later: float = 3, /, **also: object):
    wanted = {"do": "task", "text": "关阀止漏", "unit_code": "water", "username": "other_handler",
              "due_on": "2026-03-09"} | also  # fmt: skip
    return post(person, url(), later, **wanted)


def report(person: Person, said: str, text: str = "已派人到场", day: float = 4):
    return post(
        person, f"/en/desk/supervision/tasks/{Task.objects.get().label}/", day, said=said, text=text
    )


def told() -> set[tuple[str, str]]:
    """What was told to whom since the last look."""
    rows = Outgoing.objects.filter(kind="joint_session", tries=0)
    found = {(row.data["what"], row.recipient) for row in rows}
    rows.update(tries=1)
    return found


def test_from_the_call_to_the_last_task(people, case):
    before = {
        name: getattr(case, name) for name in ("version", "state", "due_at", "outcome", "danger")
    }
    assert call(people.supervisor, case).status_code == 200
    water, guest = people.other_handler, people.investigator
    assert told() == {("called", water.actor.label), ("called", guest.actor.label)}
    assert seen(people.supervisor, url()).status_code == 200
    assert TOPIC in seen(guest, LIST).text
    declined = post(guest, url(), do="cannot")
    assert "Say that you can come after all" in declined.text
    assert told() == {("declined", people.supervisor.actor.label)}
    assert post(guest, url(), do="comes").status_code == 200
    assert summarise(people.clerk).status_code == 200
    early = post(people.supervisor, url(), do="conclude", words="还没开")
    assert "has not begun yet" in early.text
    page = held(people)
    told()
    assert give(people.supervisor).status_code == 200
    assert told() == {("task", water.actor.label)}
    assert report(water, "progress").status_code == 200
    assert "is late" not in seen(people.supervisor, LIST, 7).text
    assert "1 task is late" in seen(people.supervisor, LIST, 8).text
    assert TOPIC in seen(people.supervisor, f"{LIST}?late=on", 8).text
    assert TOPIC not in seen(people.supervisor, f"{LIST}?late=on", 7).text
    assert report(water, "done", "验收单三号", day=8).status_code == 200
    assert told() == {(what, people.supervisor.actor.label) for what in ("task_done", "waiting")}
    assert "Late" in seen(people.supervisor, page, 9).text  # done, and still a day too late
    again = report(water, "progress", day=9)
    assert "This task has ended already" in again.text
    minutes = seen(people.auditor, f"{page}minutes/", 9).text
    for words in (TOPIC, SUMMARY, "供水公司先止漏。", "关阀止漏", str(case.number)):
        assert words in minutes
    assert BODY[:12] not in minutes
    assert case.title not in minutes
    entries = Entry.objects.filter(action__startswith="joint_session.").order_by("id")
    assert [entry.action.partition(".")[2] for entry in entries] == [
        "called", "declined", "comes", "summarised", "held", "task_given", "task_progress", "task_done",
    ]  # fmt: skip
    assert all(holds(entry.pk) for entry in entries)
    assert {entry.subject for entry in entries} == {f"case:{case.label}"}
    case.refresh_from_db()
    assert {name: getattr(case, name) for name in before} == before
    timeline = seen(people.handler, f"/en/desk/cases/{case.number}/", 9).text
    assert "Called a joint session about it." in timeline
    assert "Did a task from the joint session" in timeline
    for row in Outgoing.objects.filter(kind="joint_session"):
        assert set(row.data) == {"what", "session", "day", "time"}


def test_a_guest_sees_the_summary_until_its_day_and_nothing_of_the_case(people, case):
    call(people.supervisor, case)
    guest = people.investigator
    assert Participant.objects.get(account=guest.account).seat == "guest"
    assert SUMMARY not in seen(guest, url()).text
    summarise(people.dispatcher, until="2026-03-10")
    held(people)
    give(people.supervisor)
    for day, there in ((0, True), (8, True), (9, False), (400, False)):
        assert (SUMMARY in seen(guest, url(), day).text) is there
    page = seen(guest, url(), 4).text
    for hidden in (
        str(case.number),
        case.title,
        BODY[:12],
        "供水公司先止漏。",
        "关阀止漏",
        "minutes/",
    ):
        assert hidden not in page
    assert seen(guest, f"{url()}minutes/").status_code == 404
    assert seen(guest, f"/en/desk/cases/{case.number}/").status_code == 404
    assert SUMMARY in seen(people.handler, url(), 30).text  # who reads the case still does
    assert "Guests do not see it any more." in seen(people.handler, url(), 30).text
    # a new summary takes its place
    summarise(people.supervisor, text="现在改由一家牵头。", until="2026-03-20", day=9)
    assert "现在改由一家牵头。" in seen(guest, url(), 10).text
    assert SUMMARY not in seen(guest, url(), 10).text


def test_who_knows_of_it_and_who_may_do_what(people, case):
    call(people.supervisor, case, people="", unit_1="water")
    page = url()
    full = ("handler", "colleague", "unit_reviewer", "reviewer", "supervisor", "leader", "auditor",
            "clerk", "dispatcher")  # fmt: skip
    for name in full:
        text = seen(getattr(people, name), page).text
        assert str(case.number) in text, name
    assert str(case.number) not in seen(people.other_handler, page).text
    for name in ("investigator", "below", "administrator"):
        person = getattr(people, name)
        assert seen(person, page).status_code == 404, name
        assert TOPIC not in seen(person, LIST).text
    with time.at(START):
        assert people.stranger.get(page).status_code == 302
    for name in ("handler", "leader", "auditor", "clerk", "other_handler"):
        person = getattr(people, name)
        assert post(person, page, 3, do="conclude", words="x").status_code == 403, name
        assert post(person, page, do="off", words="x").status_code == 403, name
        assert call(person, case, key=name).status_code == 403, name
    for name in ("handler", "leader", "auditor", "other_handler"):
        assert summarise(getattr(people, name)).status_code == 403, name
    for name in ("handler", "supervisor", "auditor"):  # not called
        assert post(getattr(people, name), page, do="cannot").status_code == 403, name
    held(people)
    give(people.supervisor)
    assert report(people.handler, "done").status_code == 403
    assert report(people.other_handler, "dropped").status_code == 422
    assert report(people.investigator, "done").status_code == 404
    assert report(people.supervisor, "dropped", "并入修缮计划").status_code == 200
    assert Task.objects.get().state == TaskState.DROPPED
    others = make_person("head_of_water", ("water", "supervisor"))
    refused = call(others, case, key="o")
    assert "There is no case" in refused.text


WRONG_WORDS = {
    "请打13800138000联系": "“13800138000” (mobile number)",
    "身份证 110101199003078515": "identity number",
    "车牌云A12345": "number plate",
    "写信到 li@example.com": "“li@example.com” (e-mail address)",
    "事情是：老机械厂宿舍三栋楼道口，水从墙里往外渗已经第三个月": "This repeats the letter",
    "老机械厂，宿舍三栋 楼道口！水从墙里往外渗 已经第三个月了": "This repeats the letter",
}


def test_words_that_say_who_somebody_is_or_repeat_the_letter_are_refused(people, case):
    call(people.supervisor, case)
    for text, said in WRONG_WORDS.items():
        refused = summarise(people.clerk, text=text)
        assert refused.status_code == 422
        assert said in refused.text
        assert text in refused.text  # what was typed stays in the form
        assert call(people.supervisor, case, topic=text, key="2").status_code == 422
        assert call(people.supervisor, case, place=text, key="2").status_code == 422
        assert post(people.supervisor, url(), 3, do="conclude", words=text).status_code == 422
    assert not Summary.objects.exists()
    assert JointSession.objects.count() == 1


def test_the_code_of_a_letter_does_not_slip_in_and_every_text_is_looked_at(people, case):
    call(people.supervisor, case)
    code = case.reports.get().submission.code
    assert "code of a letter" in summarise(people.clerk, text=f"见来件 {code[:4]}-{code[4:]}").text
    phone = "13800138000"
    assert post(people.supervisor, url(), do="off", words=phone).status_code == 422
    assert post(people.supervisor, url(), 3, do="conclude", words=phone).status_code == 422
    held(people)
    assert give(people.supervisor, text=phone).status_code == 422
    give(people.supervisor)
    assert report(people.other_handler, "done", phone).status_code == 422
    assert call(people.supervisor, case, place=phone, key="2").status_code == 422


def conduct(people: People, case: CaseFile, *usernames: str, units: tuple[str, ...] = ()) -> None:
    with time.at(START):
        mark_conduct(
            actor=people.supervisor.actor, number=case.number, usernames=usernames, unit_codes=units
        )


def test_a_letter_that_stands_elsewhere_or_was_split_slips_in_neither(people, case):
    desk = people.dispatcher.actor
    call(people.supervisor, case)
    with time.at(START):
        join(actor=desk, number=case.number, into=brought_to(State.IN_PROGRESS, people).number)
        whole = taken_in(body=BODY)
        part, _other = split_by(people, whole.number)
    assert summarise(people.supervisor, BODY[:30]).status_code == 422
    call(people.supervisor, part, key="part", topic="别的")
    with_part = JointSession.objects.get(attached__case=part)
    code = Report.objects.get(case=whole).submission.code
    for words in (BODY[:30], code):
        sent = {"do": "summary", "text": words, "shown_until": "2026-03-10"}
        assert post(people.supervisor, url(with_part), **sent).status_code == 422
    assert not Summary.objects.exists()


GUESSES = (BODY[:30], "这句话不在任何来件里，只是猜一猜而已，没有别的意思。")


def test_who_does_not_read_the_letter_hears_the_same_whatever_they_try(people, case, monkeypatch):
    """Else nineteen characters of a letter, and one that is tried, would tell the next one."""
    call(people.supervisor, case, people="other_handler", unit_1="roads")
    held(people)
    give(people.supervisor)
    told()
    guest = people.other_handler
    opened: list[object] = []
    with monkeypatch.context() as watched:
        watched.setattr(wording, "each_opened", opened.append)
        answers = [report(guest, "progress", guess) for guess in GUESSES]
        assert not opened, "no letter is opened for it: the answer takes as long for each guess"
    for answer, guess in zip(answers, GUESSES, strict=True):
        assert answer.status_code == 200
        assert "The desk looks at your words before others read them." in answer.text
        assert guess in answer.text  # their own words they see
    assert told() == {("waiting", people.supervisor.actor.label)}
    task = f"/en/desk/supervision/tasks/{Task.objects.get().label}/"
    for reader in (people.leader, make_person("at_water", ("water", "handler"))):
        assert not [guess for guess in GUESSES if guess in seen(reader, task, 5).text]
    assert "Words wait for the desk" in seen(people.clerk, LIST, 5).text
    desk = seen(people.clerk, url(), 5).text
    assert all(guess in desk for guess in GUESSES)
    assert desk.count("This repeats the letter") == 1
    assert "Waits until you have looked at it" not in seen(guest, url(), 5).text


def test_the_desk_shows_words_that_waited_or_keeps_them_back_once(people, case):
    call(people.supervisor, case, people="other_handler", unit_1="roads")
    held(people)
    give(people.supervisor)
    for guess in GUESSES:
        report(people.other_handler, "progress", guess)
    repeats, own = (f"{each.pk}" for each in SetAside.objects.order_by("id"))
    for person, status in (
        (people.other_handler, 403),
        (people.auditor, 403),
        (people.investigator, 404),
    ):
        assert post(person, url(), 5, do="look", look=f"shown:{own}").status_code == status
    assert post(people.clerk, url(), 5, do="look", look=f"shown:{own}").status_code == 200
    assert (
        post(people.supervisor, url(), 5, do="look", look=f"kept_back:{repeats}").status_code == 200
    )
    again = post(people.clerk, url(), 5, do="look", look=f"shown:{repeats}")
    assert "Somebody has looked at these words already." in again.text
    for wrong in ("shown:999", "waiting:1", "shown:x", ""):
        assert post(people.clerk, url(), 5, do="look", look=wrong).status_code == 404
    task = f"/en/desk/supervision/tasks/{Task.objects.get().label}/"
    page = seen(people.leader, task, 5).text
    assert GUESSES[1] in page
    assert GUESSES[0] not in page
    assert "The desk did not show this to others" in page
    timeline = seen(people.handler, f"/en/desk/cases/{case.number}/", 9).text
    assert "Let words for the joint session be shown" in timeline
    assert "Kept words back" in timeline
    with pytest.raises(DatabaseError), transaction.atomic():
        SetAside.objects.update(look="waiting", looked_at=None, looked_by=None)


def test_a_supervisor_with_a_part_of_a_letter_tries_nothing_out_of_the_whole(people):
    """They read the case, and not the letter of which it is a part."""
    with time.at(START):
        whole = taken_in(body=BODY)
        part, _other = split_by(people, whole.number)
        assign_to_housing(people, part.number)
    head = make_person("head_of_housing", ("housing", "supervisor"))
    for key, guess in enumerate(GUESSES):
        answer = call(head, part, topic=guess, people="", unit_1="water", key=str(key))
        assert "The desk looks at your words before others read them." in answer.text
        assert guess in answer.text
    for guest in (people.other_handler, people.handler):
        assert "The desk looks at this before others read it" in seen(guest, LIST).text
        assert not [guess for guess in GUESSES if guess in seen(guest, LIST).text]
    first = JointSession.objects.earliest("pk")
    post(head, url(first), do="off", words=GUESSES[0])
    assert GUESSES[0] not in seen(people.other_handler, url(first)).text
    assert GUESSES[0] in seen(people.clerk, url(first)).text
    # An older summary stays in its place while a newer one waits.
    second = JointSession.objects.latest("pk")
    sent = {"do": "summary", "shown_until": "2026-03-10"}
    post(people.clerk, url(second), text=SUMMARY, **sent)
    post(head, url(second), text=GUESSES[0], **sent)
    page = seen(people.other_handler, url(second)).text
    assert SUMMARY in page
    assert GUESSES[0] not in page


def test_refusals_and_words_that_wait_are_counted(people, case, monkeypatch):
    monkeypatch.setattr(settings, "TRIES_FACTOR", 1)
    monkeypatch.setattr("huiying.faces.staff_desk.joint_sessions.words.MOST_REFUSALS", 2)
    monkeypatch.setattr(wording, "MOST_A_DAY", 1)
    call(people.supervisor, case, people="other_handler", unit_1="roads")
    refused = [summarise(people.clerk, text=BODY[:30]).status_code for _each in range(3)]
    assert refused == [422, 422, 429]
    held(people)
    give(people.supervisor)
    assert report(people.other_handler, "progress").status_code == 200
    assert report(people.other_handler, "progress", "再写一句").status_code == 429


def test_those_whom_a_complaint_is_about_are_never_called(people, case):
    conduct(people, case, "handler", units=("water",))
    for also in (
        {"people": "handler", "unit_1": ""},
        {"people": "", "unit_1": "water"},
        {"people": "other_handler", "unit_1": ""},
    ):
        refused = call(people.supervisor, case, **also)
        assert refused.status_code == 422
        assert "cannot take part: the complaint is kept from them" in refused.text
    assert not JointSession.objects.exists()
    assert not Outgoing.objects.filter(kind="joint_session").exists()
    with time.at(START):
        other = brought_to(State.IN_PROGRESS, people)
    together = call(people.supervisor, case, other, people="investigator", unit_1="")
    assert "a session of its own" in together.text
    call(people.supervisor, case, people="investigator", unit_1="")
    held(people)
    for who, unit in (("other_handler", "water"), ("handler", "housing")):
        assert "cannot take part" in give(people.supervisor, username=who, unit_code=unit).text
    assert not Task.objects.exists()


def test_a_complaint_takes_the_session_from_those_it_names_and_no_notice_tells_them(people, case):
    call(people.supervisor, case, unit_2="housing", people="handler leader investigator")
    summarise(people.clerk)
    told()
    conduct(people, case, "handler", "leader", units=("water",))
    for person in (people.handler, people.leader, people.other_handler):
        assert seen(person, url()).status_code == 404
        assert seen(person, f"{url()}minutes/").status_code == 404
        assert post(person, url(), do="cannot").status_code == 404
        assert TOPIC not in seen(person, LIST).text
    post(people.supervisor, url(), do="off", words="另行安排")
    heard = {recipient for _what, recipient in told()}
    assert heard == {people.unit_reviewer.actor.label, people.investigator.actor.label}
    assert "另行安排" in seen(people.investigator, url()).text
    # The call was queued before the complaint was marked: it does not go to those whom it names.
    with time.at(START):
        tasks.sweep()
    ended = Outgoing.objects.filter(kind="joint_session", recipient=people.handler.actor.label)
    assert {row.result for row in ended} == {"unwanted"}
    others = Outgoing.objects.filter(recipient=people.investigator.actor.label)
    assert "unwanted" not in {row.result for row in others}


@pytest.mark.parametrize("named", [False, True])
def test_the_mail_of_the_day_tells_of_a_session_whoever_may_still_know_of_it(
    people, case, named, settings, tmp_path
):
    settings.MAIL_FOLDER = tmp_path
    water = people.other_handler.account
    water.email, water.language = "w@example.org", "en"
    water.save(update_fields=["email", "language"])
    NoticeChoice.objects.create(account=water, joint_session="digest", digest_hour=8)
    call(people.supervisor, case)
    with time.at(START):
        tasks.sweep()
        if named:
            mark_conduct(
                actor=people.clerk.actor, number=case.number, unit_codes=["water"], usernames=[]
            )
    with time.at(START + timedelta(days=1)):
        tasks.sweep()
    mails = [each.read_text("utf-8") for each in tmp_path.glob("*.eml")]
    told = [each for each in mails if "since the last mail of this kind" in each]
    assert ["to a joint session on" in each for each in told] == ([] if named else [True])


def test_one_case_that_is_kept_hides_the_session_from_the_page_of_another(people, case):
    with time.at(START):
        other = brought_to(State.IN_PROGRESS, people)
    call(people.supervisor, case, other)
    page = f"/en/desk/cases/{other.number}/"
    assert "Joint session, 4 March 2026, 14:30" in seen(people.handler, page).text
    conduct(people, case, "handler")
    assert seen(people.handler, page).status_code == 200
    assert "14:30" not in seen(people.handler, page).text
    assert "14:30" in seen(people.colleague, page).text


def test_the_same_call_twice_is_one_session_and_another_call_is_another(people, case):
    for _time in range(2):
        assert TOPIC in call(people.supervisor, case).text
    assert JointSession.objects.count() == 1
    assert len(told()) == 2
    assert Entry.objects.filter(action="joint_session.called").count() == 1
    call(people.supervisor, case, topic="换一个题目")
    assert JointSession.objects.count() == 2


UNFIT: list[tuple[str, object]] = [
    ("numbers", "1"), ("numbers", "x"), ("numbers", ""), ("numbers", "9" * 13), ("day", "2026-03-01"),
    ("day", "2028-01-01"), ("hour", "25:00"), ("people", "nobody"), ("unit_1", "county"),
    ("topic", ""), ("topic", "题" * 121), ("topic", "a\0b"), ("place", ""),
]  # fmt: skip


def test_two_at_the_same_moment_call_one_session(people, case, monkeypatch):
    actor = people.supervisor.actor
    wanted = Call([case.number], TOPIC, START + timedelta(days=2), "二楼", units=["water"], key="k")

    def while_another_calls(_starts_at: datetime) -> None:
        monkeypatch.undo()
        call_session(actor=actor, call=wanted)  # has the same key before this one inserts

    monkeypatch.setattr(calling, "_check_time", while_another_calls)
    with time.at(START):
        session = call_session(actor=actor, call=wanted)
    assert session == JointSession.objects.get()
    assert Participant.objects.count() == 1
    assert told() == {("called", people.other_handler.actor.label)}
    assert Outgoing.objects.filter(kind="joint_session").count() == 1


def test_what_does_not_fit_is_said_in_its_place(people, case):
    for field, value in UNFIT:
        refused = call(people.supervisor, case, **{field: value})
        assert refused.status_code == 422, (field, value)
        assert f'id="id_{field}-error"' in refused.text or f'"#id_{field}' in refused.text
    assert not JointSession.objects.exists()


def test_an_answered_case_and_a_task_for_somebody_elsewhere_are_refused(people, case):
    with time.at(START):
        done = brought_to(State.ANSWERED, people)
    assert "would have to be reopened" in call(people.supervisor, done).text
    assert "Call 1 to 30" in call(people.supervisor, case, unit_1="", people="").text
    call(people.supervisor, case)
    assert give(people.supervisor, 0).status_code == 200  # told that it was not held yet
    held(people)
    assert "Write one of these: " in give(
        people.supervisor, username="clerk"
    ).text  # fmt: skip
    assert give(people.supervisor, due_on="2026-03-01").status_code == 422
    assert summarise(people.clerk, until="2026-08-01", day=3).status_code == 422
    assert not Task.objects.exists()
    off = post(people.supervisor, url(), 3, do="off", words="迟了")
    assert "held or called off already" in off.text


def test_nothing_is_deleted_and_only_the_words_go_with_the_last_letter(people, case):
    with time.at(START):
        other = brought_to(State.IN_PROGRESS, people)
    call(people.supervisor, case, other)
    summarise(people.clerk)
    held(people)
    give(people.supervisor)
    report(people.other_handler, "done")
    session = JointSession.objects.filter(pk=JointSession.objects.get().pk)
    for rows, change in (
        (session, {"starts_at": START}), (session, {"state": "called"}), (session, {"topic": "改"}),
        (Summary.objects.all(), {"shown_until": date(2030, 1, 1)}), (Task.objects.all(), {"state": "open"}),
        (Participant.objects.all(), {"seat": "person"}),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        session.delete()
    for each, left in ((case, TOPIC), (other, "")):
        letter = each.reports.get()
        erase_words(actor=SYSTEM, report=letter)
        forget_sessions(actor=SYSTEM, report=letter)
        assert session.get().topic == left
    kept = session.get()
    assert (kept.words, kept.place, Summary.objects.get().text, Task.objects.get().text) == (
        "",
    ) * 4
    assert Task.objects.get().reports.get().text == ""
    assert "The text was erased." in seen(people.auditor, url()).text


def test_the_list_and_the_page_cost_the_same_for_one_and_for_many(people, case):
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert seen(people.supervisor, path).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in found.captured_queries)

    call(people.supervisor, case, unit_1="water", people="")
    first = JointSession.objects.get()
    few = [queries(LIST), queries(url(first))]
    for place in range(6):
        call(people.supervisor, case, key=str(place), unit_2="roads", unit_3="integrity",
             people="handler clerk leader")  # fmt: skip
    newest = JointSession.objects.latest("pk")
    many = [queries(LIST), queries(url(newest))]
    assert many == few
    assert max(many) <= 12


def test_people_are_chosen_by_name_and_a_long_list_has_pages(people, case, monkeypatch):
    form = seen(people.supervisor, f"{LIST}new/").text
    assert '<option value="clerk" label="Clerk' in form
    assert 'list="colleagues"' in form
    call(people.supervisor, case, unit_1="water", person_1="clerk", person_2="Leader", people="")
    assert JointSession.objects.get().participants.count() == 3
    call(people.supervisor, case, key="2", unit_1="water", people="")
    monkeypatch.setattr("huiying.supervision.joint_sessions.reads.ROWS", 1)
    first, last = seen(people.supervisor, LIST).text, seen(people.supervisor, f"{LIST}?page=2").text
    assert "?page=2" in first
    assert ("?page=1" in last, "?page=3" in last) == (True, False)
    assert seen(people.supervisor, f"{LIST}?page=９").text.count("?page=2") == 1


def test_an_empty_list_says_what_would_stand_there(people):
    assert "No joint session yet" in seen(people.handler, LIST).text
    assert "No session is like this" in seen(people.handler, f"{LIST}?state=held&mine=on").text
    assert seen(people.handler, f"{LIST}?state=x&late=maybe").status_code == 200


def test_every_state_is_reached_and_none_has_a_way_back():
    assert {each.target for each in STEPS} | {SessionState.CALLED} == set(SessionState)
    assert {each.target for each in TASK_STEPS} | {TaskState.OPEN} == set(TaskState)
    assert {state for each in STEPS for state in each.sources} == {SessionState.CALLED}


@given(st.text(alphabet="水管墙渗漏三个月了没人来看，。 \n", max_size=60), st.integers(0, 40))
def test_a_piece_of_the_letter_is_found_wherever_it_stands_and_however_it_is_broken(around, place):
    piece = "".join(character for character in BODY if character.isalnum())[: LONGEST_RUN + 3]
    broken = piece[:7] + " ，" + piece[7:]
    at = min(place, len(around))
    assert shared_run(around[:at] + broken + around[at:], BODY)
    assert shared_run("", BODY) == shared_run(BODY, "") == ""


@given(st.text(max_size=80))
def test_a_text_repeats_another_only_with_a_piece_that_is_in_both(text):
    run = shared_run(text, BODY)
    bare = "".join(character for character in BODY if character.isalnum())
    assert run == "" or (run in bare and len(run) == LONGEST_RUN)
