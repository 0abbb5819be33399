"""Harm facts: said by the writer, weighed by the desk with a reason; urgency and clock follow."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from huiying.casework import cursors
from huiying.casework.actions import sorting
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.weighing import weigh_harm
from huiying.casework.errors import NothingWeighed, WrongState
from huiying.casework.harm_models import HarmDecision
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import State
from huiying.casework.urgency.standing import need_of_round
from huiying.harm.facts import BY_CODE, Level
from huiying.intake.models import Submission
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.record.models import Entry
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from tests.casework.ways import brought_to, taken_in
from tests.people import People
from tests.public_site.conftest import Writer, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PROMISED = """
name = { en = "x" }
about = { en = "x" }

[[promise]]
stage = "solve"
source = "agency"
urgency = ["now", "first"]
amount = 2
kind = "calendar_days"
basis = { en = "x" }
"""


@pytest.fixture
def writer(people: People) -> Writer:
    return Writer("en")


def fresh(case: CaseFile) -> CaseFile:
    return CaseFile.objects.get(pk=case.pk)


def by_law(case: CaseFile, days: int):
    return timezone.localdate(case.received_at) + days * DAY


class TestTheWriter:
    def test_says_what_is_so_and_it_decides(self, writer: Writer):
        writer.write("没有暖气", harm=["weather", "vulnerable"], people="people_10")
        case = CaseFile.objects.get()
        assert (case.urgency, sorted(case.harm)) == (2, ["people_10", "vulnerable", "weather"])
        assert case.facts == case.reports.get().submission.facts
        assert not case.danger

    def test_cannot_say_what_is_not_on_the_list_or_a_day_gone_by(self, writer: Writer):
        assert writer.write("x", harm=["virality"]).status_code == 422
        assert writer.write("x", people="people_9").status_code == 422
        gone = timezone.localdate(time.now()) - DAY
        assert writer.write("x", legal_date=gone.isoformat()).status_code == 422
        assert not CaseFile.objects.exists()

    def test_keeps_what_they_ticked_whoever_asks(self):
        taken_in(harm=("hazard",))
        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.update(harm=[])


class TestTheDesk:
    def test_weighs_with_a_reason_that_the_writer_reads(self, people: People, writer: Writer):
        writer.write("没有暖气", harm=["utilities"])
        case = CaseFile.objects.get()
        page = people.clerk.client.get(f"/en/desk/cases/{case.number}/").text
        assert "The writer said so." in page
        form = {"harm": ["weather"], "reason": "零下十五度，整栋停暖。", "seen": case.version}
        answer = people.clerk.client.post(f"/en/desk/cases/{case.number}/weigh/", form)
        assert answer.status_code == 302
        case = fresh(case)
        assert case.facts == {"weather"}
        assert case.urgency == 2
        assert case.reports.get().submission.facts == {"utilities"}
        assert set(HarmDecision.objects.values_list("fact", "holds")) == {
            ("weather", True),
            ("utilities", False),
        }
        entry = Entry.objects.get(action="case.weigh")
        assert entry.actor == people.clerk.actor.label
        writer.open()
        page = text_of(writer.letter())
        assert "零下十五度，整栋停暖。" in page

    def test_needs_a_reason_a_change_and_the_part(self, people: People):
        case = taken_in(harm=("hazard",))
        clerk, number = people.clerk.actor, case.number
        with pytest.raises(NothingWeighed):
            weigh_harm(actor=clerk, number=number, facts=["hazard"], reason="同上")
        with pytest.raises(Invalid):
            weigh_harm(actor=clerk, number=number, facts=[], reason=" ")
        with pytest.raises(Invalid):
            weigh_harm(actor=clerk, number=number, facts=["virality"], reason="热搜")
        with pytest.raises(MovedOn):
            weigh_harm(actor=clerk, number=number, seen=0, facts=[], reason="x")
        held = brought_to(State.IN_PROGRESS, people)
        with pytest.raises(NotAllowed):
            weigh_harm(actor=people.handler.actor, number=held.number, facts=["need"], reason="x")
        done = brought_to(State.CLOSED, people)
        with pytest.raises(WrongState):
            weigh_harm(actor=clerk, number=done.number, facts=["need"], reason="x")
        assert not HarmDecision.objects.exists()

    def test_the_words_channel_and_unit_change_nothing(self, people: People):
        loud = taken_in(body="再不处理就上热搜！一万人转发！", title="")
        quiet = taken_in(body="路灯坏了")
        sorting.triage(actor=people.clerk.actor, number=loud.number, category_code="noise")
        assert fresh(loud).urgency == fresh(quiet).urgency == 0


class TestClocks:
    @pytest.fixture(autouse=True)
    def promised(self, people: People) -> None:
        number = propose_promises(
            actor=people.administrator.actor, promises=read_promises(PROMISED)
        )
        adopt_promises(actor=people.supervisor.actor, number=number)

    def test_follow_the_facts_from_when_they_were_known(self, people: People):
        known, learned = taken_in(harm=("hazard",)), taken_in()
        assert known.due_at == known.received_at + 2 * DAY
        later = learned.received_at + 3 * DAY
        with time.at(later):
            weigh_harm(
                actor=people.clerk.actor, number=learned.number, facts=["need"], reason="断粮"
            )
            learned = fresh(learned)
            assert learned.due_at == later + 2 * DAY
            sorting.triage(actor=people.clerk.actor, number=learned.number, category_code="noise")
            assert fresh(learned).due_at == later + 2 * DAY
            weigh_harm(actor=people.clerk.actor, number=learned.number, facts=[], reason="弄错了")
        assert fresh(learned).due_at == learned.received_at + 10 * DAY
        moves = Move.objects.filter(case=learned, verb="weigh").order_by("id")
        assert [move.due_at for move in moves] == [later + 2 * DAY, fresh(learned).due_at]

    def test_late_stays_late(self, people: People):
        case = taken_in(harm=("hazard",))
        with time.at(case.received_at + 3 * DAY):
            weigh_harm(actor=people.clerk.actor, number=case.number, facts=[], reason="已盖好")
        assert fresh(case).due_at == case.due_at

    def test_no_later_than_the_day_of_the_law(self, people: People):
        case = taken_in()
        day = by_law(case, 4)
        weigh_harm(
            actor=people.clerk.actor,
            number=case.number,
            facts=["legal_date"],
            legal_date=day,
            reason="复议期满",
        )
        due = timezone.localtime(fresh(case).due_at)
        assert (due.date(), due.hour, due.minute) == (day, 23, 59)
        assert Report.objects.get(case=case).due_at == fresh(case).due_at

    def test_the_facts_of_joined_letters_come_and_go(self, people: People):
        target, other = taken_in(harm=("utilities",)), taken_in(harm=("hazard",), danger=True)
        desk = people.dispatcher.actor
        join(actor=desk, number=other.number, into=target.number)
        assert fresh(target).facts == {"utilities", "hazard", "danger"}
        assert fresh(target).urgency == 3
        page = people.clerk.client.get(f"/en/desk/cases/{target.number}/").text
        assert "Said in another letter about the same." in page
        together = time.now()
        unjoin(actor=desk, number=other.number)
        assert fresh(target).facts == {"utilities"}
        assert fresh(target).urgency == 1
        assert fresh(other).facts == {"hazard", "danger"}
        rows = HarmDecision.objects.filter(case=target, along_with=other).order_by("pk")
        came, went = ("danger", True), ("hazard", False)
        assert list(rows.values_list("fact", "holds"))[::3] == [came, went]
        assert rows.count() == 4
        assert need_of_round(fresh(target), None).before == ()
        late_by = need_of_round(fresh(target), together).before
        assert [need.level for need, _until in late_by] == [Level.NOW]

    def test_apart_again_the_desks_word_and_the_own_day_count(self, people: People):
        target = taken_in(harm=("hazard", "legal_date"), legal_date=by_law(taken_in(), 20))
        other = taken_in(harm=("hazard", "legal_date"), legal_date=by_law(target, 10))
        desk, day = people.dispatcher.actor, target.legal_date
        weigh_harm(
            actor=people.clerk.actor,
            number=target.number,
            facts=["legal_date"],
            legal_date=day,
            reason="已盖好",
        )
        join(actor=desk, number=other.number, into=target.number)
        assert fresh(target).facts == {"hazard", "legal_date"}
        assert fresh(target).legal_date == other.legal_date
        unjoin(actor=desk, number=other.number)
        assert fresh(target).facts == {"legal_date"}
        assert fresh(target).legal_date == day


class TestAWithdrawnFact:
    def test_counts_where_it_was_said_and_is_offered_nowhere_else(
        self, people: People, writer: Writer, monkeypatch: pytest.MonkeyPatch
    ):
        writer.write("停水", harm=["vulnerable"], people="people_10")
        case, other = CaseFile.objects.get(), taken_in()
        for code in ("vulnerable", "people_10"):
            gone = replace(BY_CODE[code], withdrawn=date(2026, 1, 2))
            monkeypatch.setitem(BY_CODE, code, gone)
        said = str(BY_CODE["vulnerable"].said)
        assert (case.need.level, case.urgency) == (Level.SOON, 1)
        pages = [people.clerk.client.get(f"/en/desk/cases/{n.number}/").text for n in (case, other)]
        assert said in pages[0]
        assert 'value="vulnerable"' in pages[0]
        assert said not in pages[1]
        writer.open()
        assert said in text_of(writer.letter())
        assert Writer("en").write("x", harm=["vulnerable"]).status_code == 422
        assert "No longer asked for" in people.stranger.get("/en/urgency/").text
        form = {"harm": ["need", "vulnerable"], "people": "people_10", "reason": "断粮"}
        path = f"/en/desk/cases/{case.number}/weigh/"
        assert people.clerk.client.post(path, form | {"seen": case.version}).status_code == 302
        assert fresh(case).facts == {"need", "vulnerable", "people_10"}
        with pytest.raises(Invalid):
            weigh_harm(actor=people.clerk.actor, number=other.number, facts=[code], reason="x")


def test_the_list_is_public_and_whole(client, people: People):
    page = client.get("/en/urgency/").text
    assert "an open manhole" in page
    assert "By law something is lost or due on a certain day" in page
    assert SYSTEM.label not in page


def test_the_queue_by_urgency_pages_both_ways(people: People):
    usual = [taken_in(title=f"u{n}") for n in range(2)]
    soon = taken_in(title="s", harm=("vulnerable",))
    first = [taken_in(title=f"f{n}", harm=("hazard",)) for n in range(2)]
    parts = [CaseFile.objects.all()]
    wanted = [case.number for case in (*first, soon, *usual)]
    seen, after = [], ""
    for _page in range(3):
        page = cursors.page_of(parts, "urgent", after, "", 2)
        seen += [case.number for case in page.rows]
        after = page.older
    assert (seen, after) == (wanted, "")
    back = cursors.page_of(parts, "urgent", "", cursors.place_in(usual[1], "urgent"), 2)
    assert [case.number for case in back.rows] == wanted[2:4]
    assert back.newer
    shown = people.clerk.client.get("/en/desk/?tab=open&urgency=first").text
    assert shown.count("Before others") >= 2
    assert f"/cases/{usual[0].number}/" not in shown
    unknown = people.clerk.client.get("/en/desk/?tab=open&urgency=x").text
    assert f"/cases/{first[0].number}/" not in unknown
