"""Who is told when a clock beside that of the answer runs down: the same clock that the page shows."""

import contextlib
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huiying.casework.actions.joining import join
from huiying.casework.actions.reporting import report_interim
from huiying.casework.actions.sorting import assign, mark_conduct, reassign, triage
from huiying.casework.actions.undoing import undo
from huiying.casework.actions.working import accept, ask_resident, resume, return_to_desk
from huiying.casework.actions.writing_back import reopen
from huiying.casework.models import CaseFile
from huiying.casework.stages.standing import case_stages
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, Refusal
from huiying.notices.delivery import Route, compose
from huiying.notices.models import Outgoing
from huiying.replies.actions.mending import withdraw
from huiying.replies.reads.publication import with_publication
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from huiying.supervision.actions.alerting_stages import stages_reached, tell_stages_reached
from huiying.supervision.definitions import Definition, from_data, read_policy, usual
from huiying.supervision.models import Alert, StageDays
from huiying.supervision.reads import in_force
from huiying.supervision.rehearsing import rehearse
from huiying.supervision.tasks import escalate, prepared
from tests.casework.ways import answered, brought_to, taken_in
from tests.people import People, Person
from tests.scene import answer, letter
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
PROMISES = "".join(
    f'[[promise]]\nstage = "{stage}"\nsource = "agency"\namount = {amount}\n'
    'kind = "calendar_days"\nbasis = { en = "because" }\n'
    for stage, amount in (("first_contact", 1), ("accept", 2), ("interim", 4), ("publish", 12))
)
POLICY = """
[[step]]
at = 300
tell = ["leader"]

[[step]]
stage = "first_contact"
at = 80
tell = ["holders"]

[[step]]
stage = "accept"
at = 100
tell = ["unit_head"]
acknowledge_within = 8

[[step]]
stage = "interim"
at = 50
tell = ["holders"]

[[step]]
stage = "publish"
at = 100
tell = ["unit_head"]
"""


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _adopt(text: str) -> Definition:
    definition = read_policy(text)
    put_in_force(definition)
    return definition


@pytest.fixture(autouse=True)
def _promised(people: People) -> None:
    with time.at(_day(-9)):
        promises = read_promises('name = { en = "a" }\n' + PROMISES)
        number = propose_promises(actor=people.administrator.actor, promises=promises)
        adopt_promises(actor=people.supervisor.actor, number=number)
        _adopt(POLICY)


def _pass(day: float, kind: str = "escalation") -> list[tuple[str, str, int]]:
    """Whom a pass on that day told, of which stage, and of which share of its time."""
    before = set(Outgoing.objects.values_list("pk", flat=True))
    with time.at(_day(day)):
        escalate()
    rows = Outgoing.objects.exclude(pk__in=before).filter(kind=kind)
    return sorted((row.recipient, row.data.get("stage", ""), row.data["percent"]) for row in rows)


def _told(stage: str, percent: int, *people: Person) -> list[tuple[str, str, int]]:
    return sorted((f"staff:{person.account.label}", stage, percent) for person in people)


def test_each_stage_is_told_once_to_those_it_names_and_an_ended_one_never(people):
    with time.at(START):
        case, other = taken_in(), taken_in()
    assert _pass(0.79) == []
    assert _pass(0.81) == _told("first_contact", 80, people.dispatcher, people.dispatcher)
    assert _pass(0.9) == []
    with time.at(_day(1)):
        for each in (case, other):
            triage(actor=people.clerk.actor, number=each.number, category_code="noise")
            assign(actor=people.dispatcher.actor, number=each.number, lead_code="housing")
    with time.at(_day(1.5)):
        accept(actor=people.handler.actor, number=other.number)
        report_interim(actor=people.handler.actor, number=other.number, words="已经联系工地。")
    interim = _told("interim", 50, people.handler, people.colleague)
    assert _pass(2.9) == interim  # of the one that has heard nothing yet
    assert _pass(3) == _told("accept", 100, people.unit_reviewer)
    with time.at(_day(3.1)):
        accept(actor=people.handler.actor, number=case.number)
    assert _pass(9) == []
    assert set(Alert.objects.filter(case=other).values_list("stage", flat=True)) == {
        "first_contact"
    }
    row = Outgoing.objects.get(data__stage="accept")
    assert datetime.fromisoformat(row.data["due"]) == _day(3)
    assert set(row.data) == {"number", "percent", "stage", "due"}


def _at_start(state: State, people: People) -> CaseFile:
    with time.at(START):
        return brought_to(state, people)


def test_another_unit_has_time_of_its_own_and_nobody_above_hears_of_the_first(people):
    case = _at_start(State.ASSIGNED, people)
    assert _told("accept", 100, people.unit_reviewer)[0] in _pass(2.1)
    with time.at(_day(2.2)):
        reassign(
            actor=people.dispatcher.actor, number=case.number, lead_code="water", reason="归供水。"
        )
    assert _pass(4.1) == []  # the first unit's step would be raised by now
    assert _pass(4.3) == _told("accept", 100, people.supervisor)  # nobody heads the water company
    begun = Alert.objects.filter(stage="accept", level=0).values_list("began_at", flat=True)
    assert set(begun) == {START, _day(2.2)}
    assert _pass(7) == _told("accept", 100, people.supervisor)  # nobody took note: the next above
    assert Alert.objects.get(level=1).began_at == _day(2.2)


def test_a_pause_moves_the_interim_report_as_the_page_says_and_the_cap_ends_it(people):
    case, other = (_at_start(State.WAITING, people) for _number in range(2))
    assert _pass(5) == []
    with time.at(_day(5)):
        resume(actor=people.handler.actor, number=case.number)
    assert _pass(6.9) == []
    assert _pass(7) == _told("interim", 50, people.handler, people.colleague)
    assert {each.case_id for each in Alert.objects.all()} == {case.pk}
    assert _pass(11.9) == []
    assert len(_pass(12)) == 2  # ten days is the longest that a clock stands still
    assert Alert.objects.get(case=other).began_at == START


def test_nobody_hears_of_what_was_published_but_of_what_was_not_or_is_no_more(people):
    with time.at(START):
        case, silent = (letter(people, upto="in_progress")[0] for _number in range(2))
        letter(people, upto="in_progress", wish="private")
        _adopt("[[step]]\nstage = 'publish'\nat = 100\ntell = ['unit_head']")
    assert _pass(2) == []
    with time.at(_day(3)):
        reply = answer(people, case, upto="published")
        answered(actor=people.reviewer.actor, number=silent.number)
    late = _told("publish", 100, people.unit_reviewer)
    assert _pass(12.5) == late
    assert set(Alert.objects.values_list("case", flat=True)) == {silent.pk}
    with time.at(_day(14)):
        withdraw(actor=people.reviewer.actor, label=reply.label, reason="有误")
    assert _pass(14.1) == late
    assert _pass(14.2) == []
    with time.at(_day(15)):  # a new round, begun and answered between two passes
        reopen(actor=people.supervisor.actor, number=silent.number, words="没解决")
        answered(actor=people.reviewer.actor, number=silent.number)
    assert _pass(27.1) == late


def test_what_is_answered_while_a_pass_runs_is_told_by_the_next(people):
    with time.at(START):
        case, same = (letter(people, upto="in_progress")[0] for _number in range(2))
        _adopt("[[step]]\nstage = 'publish'\nat = 100\ntell = ['unit_head']")
    assert _pass(2) == []
    policy = in_force()
    assert policy is not None
    with time.at(_day(12.5)):
        one = prepared(policy.number, policy.definition)
        found = stages_reached(one)
        assert found == [case.pk, same.pk]
        answered(actor=people.reviewer.actor, number=case.number)
        assert tell_stages_reached(actor=SYSTEM, one=one, cases=found) == 1
        assert stages_reached(one) == [case.pk]
    assert _pass(12.6) == _told("publish", 100, people.unit_reviewer)
    assert _pass(13) == []
    assert set(Alert.objects.values_list("case", flat=True)) == {case.pk, same.pk}


def test_a_complaint_is_told_past_those_it_is_about_and_a_joined_letter_not_at_all(people):
    complaint, case, joined = (_at_start(State.IN_PROGRESS, people) for _number in range(3))
    with time.at(_day(0.1)):
        actor = people.supervisor.actor
        mark_conduct(actor=actor, number=complaint.number, usernames=["handler"])
        join(actor=people.dispatcher.actor, number=joined.number, into=case.number)
    told = _told("interim", 50, people.handler, people.colleague, people.colleague)
    assert [each for each in _pass(2.1) if each[1] == "interim"] == told
    assert set(Alert.objects.values_list("case", flat=True)) == {complaint.pk, case.pk}


def test_a_new_round_a_new_calendar_of_promises_and_a_new_policy_are_reckoned_anew(people):
    case = _at_start(State.IN_PROGRESS, people)
    assert len(_pass(2.1)) == 4
    with time.at(_day(3)):
        answered(actor=people.reviewer.actor, number=case.number)
        reopen(actor=people.supervisor.actor, number=case.number, words="没解决")
    assert _pass(3.5) == []
    again = ["first_contact", "first_contact", "interim", "interim"]
    assert sorted(each[1] for each in _pass(5)) == again
    with time.at(_day(6)):
        _adopt("[[step]]\nstage = 'interim'\nat = 70\ntell = ['leader']")
    assert _pass(6) == _told("interim", 70, people.leader)
    with time.at(_day(6.1)):
        _adopt("")
    assert _pass(30) == []


def test_who_takes_note_sees_of_which_stage_and_ends_it(people):
    case = _at_start(State.ASSIGNED, people)
    _pass(2.1)
    with time.at(_day(2.2)):
        client, url = people.unit_reviewer.client, f"/en/desk/cases/{case.number}/"
        page = client.get(url).text
        assert "Accepted or sent back by the unit: told at 100% of the time" in page
        assert "the next above are told." in page
        done = client.post(url + "noted/", follow=True).text
        assert "Noted: Accepted or sent back by the unit." in done
        assert "Took note that time is running out, or has: Accepted or sent back" in done
    with time.at(_day(9)):
        accept(actor=people.handler.actor, number=case.number)
        escalate()
        assert not Alert.objects.filter(level=1).exists()


def test_an_ended_stage_asks_nobody_to_take_note(people):
    case = _at_start(State.ASSIGNED, people)
    _pass(2.1)
    with time.at(_day(2.2)):
        accept(actor=people.handler.actor, number=case.number)
        escalate()
        page = people.unit_reviewer.client.get(f"/en/desk/cases/{case.number}/").text
        assert "Its clock has ended or begun anew since." in page
        assert "I have taken note" not in page
    _pass(9)
    assert not Alert.objects.filter(level=1).exists()


def test_notices_name_the_clock_in_both_languages_and_nothing_else(people):
    people.handler.account.language = "en"
    people.handler.account.save(update_fields=["language"])
    _adopt(POLICY.replace("at = 50", "at = 50\ndigest = true"))
    case = _at_start(State.IN_PROGRESS, people)
    for day in (0.9, 3, 4):
        with time.at(_day(day)):
            escalate()
    found = {}
    for row in Outgoing.objects.filter(kind__startswith="escalation"):
        parcel = compose(row, Route("mail", "a@example.org"), "")
        assert case.title not in parcel.subject + parcel.text
        found[row.kind, row.recipient] = parcel
    english = found["escalation", people.handler.actor.label]
    assert english.subject == f"Case {case.number}: First contact – Yundu County Government"
    assert f"{case.number} – First contact: 80% of the time has passed; it is due" in english.text
    assert "Wednesday 25 November 2026 10:00." in english.text
    chinese = found["escalation_digest", people.colleague.actor.label].text
    assert (
        f"办件 {case.number}，阶段答复：时间用去了 50%，应在 2026年11月28日 星期六 10:00" in chinese
    )


def test_a_policy_names_stages_and_an_old_one_means_the_answer(people):
    old = read_policy(usual())
    assert {step.stage for step in old.steps} == {"solve"}
    assert all("stage" not in step for step in old.as_data()["step"])
    both = read_policy(POLICY)
    assert [step.stage for step in both.steps] == [
        "solve", "first_contact", "accept", "interim", "publish",
    ]  # fmt: skip
    assert from_data(both.as_data()) == both == read_policy(both.as_text())
    with pytest.raises(Invalid, match="2"):
        read_policy('[[step]]\nstage = "contact"\nat = 5\ntell = ["leader"]')
    _adopt(usual())
    _at_start(State.IN_PROGRESS, people)
    _pass(9)
    assert not StageDays.objects.exists()  # a policy without stages keeps nothing


ACTS = ["triage", "assign", "accept", "return", "reassign", "ask", "resume", "interim", "answer",
        "reopen", "undo"]  # fmt: skip


def _act(name: str, number: int, people: People) -> None:
    hand, desk = people.handler.actor, people.dispatcher.actor
    {
        "triage": lambda: triage(actor=desk, number=number, category_code="noise"),
        "assign": lambda: assign(actor=desk, number=number, lead_code="housing"),
        "accept": lambda: accept(actor=hand, number=number),
        "return": lambda: return_to_desk(
            actor=hand, number=number, reason="unclear", words="看不明白。"
        ),
        "reassign": lambda: reassign(
            actor=desk, number=number, lead_code="housing", reason="还是归住建。"
        ),
        "ask": lambda: ask_resident(actor=hand, number=number, question="几栋？"),
        "resume": lambda: resume(actor=hand, number=number),
        "interim": lambda: report_interim(actor=hand, number=number, words="在查。"),
        "answer": lambda: answered(actor=people.reviewer.actor, number=number),
        "reopen": lambda: reopen(actor=people.supervisor.actor, number=number, words="没解决"),
        "undo": lambda: undo(actor=hand, number=number),
    }[name]()


def _late_on_page(people: People) -> set[tuple[int, str, datetime]]:
    """The clocks that the page of each case shows as late and running."""
    found = set()
    for case in CaseFile.objects.all():
        _case, stages = case_stages(people.clerk.actor, case.number)
        for each in with_publication(stages, case):
            if each.stage != "solve" and each.late and each.ended_at is None:
                found.add((case.pk, each.stage, each.started_at))
    return found


def test_whatever_happens_the_pass_tells_what_the_page_shows_and_the_rehearsal_counts_it(people):
    chance = random.Random(12)
    stages = ("first_contact", "accept", "interim", "publish")
    policy = _adopt(
        "".join(f"[[step]]\nstage = '{each}'\nat = 100\ntell = ['leader']\n" for each in stages)
    )
    with time.at(START):
        cases = [taken_in(wish="public") for _number in range(3)]
    hours, told = 0.0, set[tuple[int, str, datetime]]()
    for _step in range(16):
        hours += chance.choice([5, 20, 40]) + chance.random()  # never the very moment of a day
        with time.at(START + timedelta(hours=hours)):
            for acts in (0, 3):
                for name in chance.sample(ACTS, acts):
                    with contextlib.suppress(Refusal):
                        _act(name, chance.choice(cases).number, people)
                late = _late_on_page(people)
                escalate()
                rows = Alert.objects.values_list("case", "stage", "began_at")
                now_told = {(case, stage, began) for case, stage, began in rows if began}
                assert now_told - told == late - told
                told = now_told
    assert {stage for _case, stage, _began in told} == set(stages)
    with time.at(START + timedelta(hours=hours)):
        found = rehearse(policy, days=90)
    counted = {line.step.stage: line.cases for line in found.steps}
    assert counted == {stage: sum(1 for each in told if each[1] == stage) for stage in stages}
