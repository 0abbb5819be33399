"""The supervision list: asked by a date, reported on, taken off; and who sees it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.casework.part_models import Part
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.supervision.actions.matters import forget_matters, put_on_list
from huiying.supervision.actions.parting import split_on_list, unsplit_on_list
from huiying.supervision.models import Matter, Progress
from tests.casework.ways import PARTS, brought_to
from tests.entries import holds
from tests.people import People, Person, make_person

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LAST = date(2026, 3, 6)
LIST, NEW = "/en/desk/supervision/", "/en/desk/supervision/new/"
SAID = "请说明整改到哪一步"


@pytest.fixture
def case(people: People) -> CaseFile:
    with time.at(START):
        return brought_to(State.IN_PROGRESS, people, title="谁也不该告诉负责人")


def _put(person: Person, case: CaseFile, *, kind: str = "supervision", **also: object):
    wanted = {"number": case.number, "kind": kind, "asked": SAID, "due_on": LAST} | also
    with time.at(START):
        return person.client.post(NEW, wanted, follow=True)


def _seen(person: Person, day: float = 1, url: str = LIST) -> str:
    with time.at(START + timedelta(days=day)):
        return person.client.get(url).text


def _say(person: Person, matter: Matter, **sent: str):
    with time.at(START + timedelta(days=2)):
        return person.client.post(f"{LIST}{matter.label}/", sent, follow=True)


def test_a_supervisor_asks_the_unit_reports_and_the_supervisor_ends_it(people, case):
    assert _put(people.supervisor, case).status_code == 200
    matter = Matter.objects.get()
    told = Outgoing.objects.filter(kind="matter")
    assert {row.recipient for row in told} == {
        person.actor.label for person in (people.handler, people.colleague, people.unit_reviewer)
    }
    assert all(row.data == {"number": case.number, "due_on": "2026-03-06"} for row in told)
    assert f"/en/desk/supervision/{matter.label}/" in _seen(
        people.handler, url=f"/en/desk/cases/{case.number}/"
    )
    early = _say(people.supervisor, matter, do="close")
    assert "Nothing was reported on it yet" in early.text
    assert _say(people.supervisor, matter, do="report", text="自己说办好了").status_code == 403
    assert _say(people.handler, matter, do="report", text="周五完工").status_code == 200
    assert _say(people.handler, matter, do="close").status_code == 403
    assert "周五完工" in _say(people.supervisor, matter, do="close").text
    assert str(case.number) not in _seen(people.supervisor)
    assert case.title in _seen(people.supervisor, url=f"{LIST}?closed=1")
    assert str(case.number) in _seen(people.supervisor, url=f"{LIST}?closed=1")
    again = _say(people.handler, matter, do="report", text="还有一句")
    assert again.status_code == 403
    actions = ["matter.opened", "matter.reported", "matter.closed"]
    entries = Entry.objects.filter(action__startswith="matter.").order_by("id")
    assert [entry.action for entry in entries] == actions
    assert all(holds(entry.pk) for entry in entries)
    before = case.version, case.state, case.due_at
    case.refresh_from_db()
    assert (case.version, case.state, case.due_at) == before


def test_without_a_report_by_its_day_it_is_late(people, case):
    _put(people.supervisor, case)
    assert "The report is late" not in _seen(people.supervisor, 4)
    assert "The report is late" in _seen(people.supervisor, 5)
    _say(people.handler, Matter.objects.get(), do="report", text="已完成")
    assert "The report is late" not in _seen(people.supervisor, 5)


def test_a_leader_instructs_and_follows_it_without_a_word_of_the_letter(people, case):
    _put(people.leader, case, kind="instruction")
    matter = Matter.objects.get()
    _say(people.handler, matter, do="report", text="已派人")
    page = _seen(people.leader, url=f"{LIST}{matter.label}/")
    assert "已派人" in page
    assert "Open the case" not in page
    for text in (page, _seen(people.leader)):
        assert case.title not in text
        assert "Noise" in text
    assert _say(people.supervisor, matter, do="close").status_code == 403
    assert "Taken off the list" in _say(people.leader, matter, do="close").text


def test_the_agencys_supervisor_puts_a_leader_in_charge(people, case):
    refused = _put(people.supervisor, case, kind="in_charge", leader="")
    assert refused.status_code == 422
    _put(people.supervisor, case, kind="in_charge", leader="leader")
    matter = Matter.objects.get()
    assert matter.leader == people.leader.account
    assert Outgoing.objects.filter(kind="matter", recipient=people.leader.actor.label).exists()
    assert _say(people.leader, matter, do="report", text="每周过问").status_code == 200
    with pytest.raises(NotAllowed), time.at(START):
        put_on_list(
            actor=people.leader.actor, number=case.number, kind="in_charge", asked="x",
            due_on=LAST, leader="leader",
        )  # fmt: skip


def test_nobody_else_asks_or_sees(people, case):
    assert _put(people.handler, case).status_code == 403
    other = make_person("head_of_water", ("water", "supervisor"))
    assert "There is no such case" in _put(other, case).text
    _put(people.supervisor, case)
    matter = Matter.objects.get()
    assert people.other_handler.client.get(f"{LIST}{matter.label}/").status_code == 404
    assert people.administrator.client.get(LIST).status_code == 403
    assert _say(people.auditor, matter, do="report", text="我").status_code == 403
    assert people.stranger.get(LIST).status_code == 302


def test_a_complaint_about_conduct_takes_its_matters_from_those_it_names(people, case):
    _put(people.supervisor, case)
    matter = Matter.objects.get()
    with time.at(START):
        mark_conduct(
            actor=people.supervisor.actor, number=case.number, usernames=["handler", "leader"]
        )
    for person in (people.handler, people.leader):
        assert person.client.get(f"{LIST}{matter.label}/").status_code == 404
        assert str(case.number) not in _seen(person)
    assert _put(people.leader, case, kind="instruction").status_code == 422
    refused = _put(people.supervisor, case, kind="in_charge", leader="leader")
    assert "Choose a leader who answers for the unit." in refused.text


@pytest.mark.parametrize("due_on", ["2026-03-01", "2028-01-01", "soon"])
def test_a_day_that_is_none_is_refused(people, case, due_on):
    assert _put(people.supervisor, case, due_on=due_on).status_code == 422


def test_a_case_that_is_answered_is_not_put_on_the_list(people):
    with time.at(START):
        done = brought_to(State.ANSWERED, people)
    assert "would have to be reopened" in _put(people.supervisor, done).text


def test_the_words_go_with_the_last_letter_of_the_case(people, case):
    _put(people.supervisor, case)
    _say(people.handler, Matter.objects.get(), do="report", text="张三家门口")
    report = case.reports.get()
    forget_matters(actor=SYSTEM, report=report)
    assert Progress.objects.get().text
    erase_words(actor=SYSTEM, report=report)
    forget_matters(actor=SYSTEM, report=report)
    assert (Matter.objects.get().asked, Progress.objects.get().text) == ("", "")
    assert "The text was erased." in _seen(
        people.supervisor, url=f"{LIST}{Matter.objects.get().label}/"
    )


def test_the_words_go_too_where_the_letter_stands_with_another_case(people, case):
    _put(people.supervisor, case)
    report = case.reports.get()
    with time.at(START):
        other = brought_to(State.IN_PROGRESS, people)
        join(actor=people.dispatcher.actor, number=case.number, into=other.number)
    report.refresh_from_db()
    erase_words(actor=SYSTEM, report=report)
    forget_matters(actor=SYSTEM, report=report)
    assert Matter.objects.get().asked == ""


class TestASplitLetter:
    """What is asked of a letter goes on to its parts, and comes back with them."""

    @pytest.fixture
    def whole(self, people: People) -> CaseFile:
        with time.at(START):
            return brought_to(State.TRIAGED, people, title="两件事")

    def test_every_part_is_supervised_and_led(self, people: People, whole: CaseFile):
        desk = people.dispatcher.actor
        _put(people.supervisor, whole)
        _put(people.supervisor, whole, kind="in_charge", leader="leader")
        asked = set(Matter.objects.values_list("kind", "due_on", "leader"))
        assert len(asked) == 2
        split_on_list(actor=desk, number=whole.number, parts=PARTS)
        parts = list(Part.objects.values_list("report__case", flat=True))
        for part in parts:
            here = Matter.objects.filter(case=part, closed_at=None)
            assert set(here.values_list("kind", "due_on", "leader")) == asked
            assert not here.filter(asked=SAID).exists()
        assert not Matter.objects.filter(case=whole, closed_at=None).exists()
        unsplit_on_list(actor=desk, number=whole.number)
        left = Matter.objects.filter(closed_at=None)
        assert set(left.values_list("kind", "due_on", "leader")) == asked
        assert set(left.values_list("case", "asked")) == {(whole.pk, SAID)}

    def test_no_leader_is_in_charge_of_a_complaint_about_themselves(self, people, whole):
        _put(people.supervisor, whole, kind="in_charge", leader="leader")
        about = replace(PARTS[1], conduct=True, usernames=("leader",))
        split_on_list(actor=people.dispatcher.actor, number=whole.number, parts=[PARTS[0], about])
        first, second = Part.objects.order_by("place").values_list("report__case", flat=True)
        assert Matter.objects.filter(case=first, closed_at=None).exists()
        assert not Matter.objects.filter(case=second).exists()
