"""The stages of a case: what was promised for each, ended by an act on record and by nothing else."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.casework.actions.joining import join
from huiying.casework.actions.reporting import report_interim
from huiying.casework.actions.sorting import assign, mark_conduct, reassign, triage
from huiying.casework.actions.undoing import undo
from huiying.casework.actions.weighing import weigh_harm
from huiying.casework.actions.working import accept, ask_resident, resume
from huiying.casework.actions.writing_back import reopen, reopen_own, vote
from huiying.casework.actions.writing_back import withdraw as leave
from huiying.casework.deadlines import Clock
from huiying.casework.errors import NobodyWaits
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile, Move
from huiying.casework.stages.clocks import StageClock, stage_clocks
from huiying.casework.stages.standing import case_stages
from huiying.casework.stages.wording import stage_in_words
from huiying.casework.states import State
from huiying.casework.story import Step
from huiying.clocks.working_time import Timetable
from huiying.intake.models import Submission
from huiying.kernel import time
from huiying.kernel.refusals import NotFound
from huiying.replies.actions.mending import withdraw
from huiying.replies.reads.publication import with_publication, with_publication_for
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.definitions import USUAL_CAP, Promise, Span
from huiying.routing.promises.files import read_promises
from huiying.routing.reads import Terms
from tests.casework.ways import answered, brought_to, taken_in, writer_of
from tests.people import People
from tests.scene import answer, letter

START = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
ROWS = "".join(
    f'[[promise]]\nstage = "{stage}"\nsource = "{source}"\namount = {amount}\n'
    'kind = "calendar_days"\nbasis = { zh-hans = "因为", en = "because" }\n'
    for stage, source, amount in (
        ("first_contact", "agency", 1), ("accept", "agency", 2), ("accept", "law", 5),
        ("interim", "law", 3), ("publish", "agency", 7),
    )
)  # fmt: skip


def _adopted(people: People, rows: str) -> None:
    with time.at(START - 9 * DAY):
        promises = read_promises('name = { en = "a" }\n' + rows)
        number = propose_promises(actor=people.administrator.actor, promises=promises)
        adopt_promises(actor=people.supervisor.actor, number=number)


@pytest.fixture
def promised(people):
    _adopted(people, ROWS)
    return people


def stages(people, case: CaseFile) -> dict[str, StageClock]:
    return {each.stage: each for each in case_stages(people.clerk.actor, case.number)[1]}


def _given(people, case: CaseFile) -> None:
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="housing")


@pytest.mark.django_db
def test_each_stage_ends_by_its_act_and_late_is_late(promised):
    people = promised
    with time.at(START):
        case = taken_in()
        assert set(stages(people, case)) == {"first_contact", "interim", "solve", "publish"}
        assert stages(people, case)["first_contact"].due_at == START + DAY
    with time.at(START + DAY):
        _given(people, case)
    with time.at(START + 2 * DAY):
        found = stages(people, case)
        assert found["first_contact"].late
        assert found["first_contact"].ended_at is None
        assert found["accept"].due_at == START + 3 * DAY  # the law's five days stand beside it
        assert [each.promise.source for each in found["accept"].promises] == ["agency", "law"]
        accept(actor=people.handler.actor, number=case.number)
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    found = stages(people, case)
    assert (found["accept"].ended_at, found["accept"].late) == (START + 2 * DAY, False)
    assert (found["first_contact"].ended_at, found["first_contact"].late) == (START + 2 * DAY, True)
    assert found["solve"].ended_at is None
    assert {each.stage for each in letter_page(writer_of(case)).stages} == set(found)


@pytest.mark.django_db
def test_what_was_late_stays_late_when_the_desk_takes_the_harm_away(people):
    row = ROWS.split("[[promise]]")[1].replace('"agency"', '"agency"\nurgency = ["now", "first"]')
    _adopted(people, "[[promise]]" + row)
    with time.at(START):
        late, early = taken_in(harm=("hazard",)), taken_in(harm=("hazard",))
    for days, case in ((2, late), (0, early)):
        with time.at(START + days * DAY + timedelta(hours=1)):
            weigh_harm(actor=people.clerk.actor, number=case.number, facts=(), reason="不是")
    with time.at(START + 3 * DAY):
        assert stages(people, late)["first_contact"].late
        assert letter_page(writer_of(late)).stages[0].late
        assert set(stages(people, early)) == {"solve"}


SORTED = "".join(
    f'[[promise]]\nstage = "{stage}"\nsource = "agency"\namount = {amount}\n'
    f'category = "{topic}"\nkind = "calendar_days"\nbasis = {{ en = "because" }}\n'
    for topic, amount in (("noise", 2), ("leak", 4))
    for stage in ("first_contact", "interim", "publish")
)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "due"), [(1, 4), (3, 2)])
def test_another_topic_moves_what_runs_and_nothing_that_has_run_out(people, days, due):
    _adopted(people, SORTED)
    with time.at(START):
        case = taken_in()
        triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    with time.at(START + days * DAY):
        triage(actor=people.clerk.actor, number=case.number, category_code="leak")
        assign(actor=people.dispatcher.actor, number=case.number, lead_code="housing")
        accept(actor=people.handler.actor, number=case.number)
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    with time.at(START + (days + 2) * DAY):
        resume(actor=people.handler.actor, number=case.number)
        found = stages(people, case)
        assert found["first_contact"].due_at == START + due * DAY
        assert found["first_contact"].late is (days == 3)
        # Two days that the desk waited for the writer come on top of what ran then.
        moved = due if days == 3 else due + 2
        assert [found[each].due_at for each in ("interim", "publish")] == [START + moved * DAY] * 2
        of_writer = {each.stage: each for each in letter_page(writer_of(case)).stages}
        assert of_writer == found
    with time.at(START + 9 * DAY):
        late = stages(people, case)
        assert late["interim"].late
        assert late["publish"].due_at == START + moved * DAY


@pytest.mark.django_db
def test_a_topic_that_was_taken_back_at_once_leaves_no_lateness(people):
    _adopted(people, SORTED)
    with time.at(START):
        case = taken_in(category_code="leak")
    with time.at(START + 3 * DAY):
        triage(actor=people.clerk.actor, number=case.number, category_code="noise")
        assert stages(people, case)["first_contact"].late
        undo(actor=people.clerk.actor, number=case.number)
        assert stages(people, case)["first_contact"].due_at == START + 4 * DAY


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "late"), [(6, False), (8, True)])
def test_what_is_marked_as_conduct_after_the_day_stays_late(promised, days, late):
    people = promised
    with time.at(START):
        case, _receipt = letter(people, upto="in_progress", wish="public")
        said, _receipt = letter(people, wish="public", conduct=True)
    with time.at(START + days * DAY):
        for each in (case, said):
            mark_conduct(
                actor=people.supervisor.actor, number=each.number, usernames=["other_handler"]
            )
    with time.at(START + 9 * DAY):
        for each, stays in ((case, late), (said, False)):
            each.refresh_from_db()
            found = with_publication(case_stages(people.supervisor.actor, each.number)[1], each)[-1]
            assert (found.stage, found.not_published, found.late) == ("publish", "conduct", stays)


@pytest.mark.django_db
def test_no_interim_report_is_told_to_nobody(promised):
    people = promised
    case, other = (brought_to(State.IN_PROGRESS, people) for _number in range(2))
    join(actor=people.dispatcher.actor, number=other.number, into=case.number)
    answered(actor=people.reviewer.actor, number=case.number)
    vote(actor=writer_of(other), verdict="solved")
    reopen_own(actor=writer_of(case), text="还吵")
    leave(actor=writer_of(case), pressed=False)
    with pytest.raises(NobodyWaits):
        report_interim(actor=people.handler.actor, number=case.number, words="快了。")
    assert not Move.objects.filter(verb="interim").exists()


@pytest.mark.django_db
def test_another_unit_has_its_own_time_to_take_it_on(promised):
    people = promised
    with time.at(START):
        case = taken_in()
        _given(people, case)
    with time.at(START + 4 * DAY):
        reassign(
            actor=people.dispatcher.actor, number=case.number, lead_code="water", reason="归他们"
        )
        again = stages(people, case)["accept"]
    assert (again.started_at, again.ended_at, again.late) == (START + 4 * DAY, None, False)


@pytest.mark.django_db
def test_a_new_round_begins_anew(promised):
    people = promised
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people)
    with time.at(START + 8 * DAY):
        answered(actor=people.reviewer.actor, number=case.number)
        before = stages(people, case)
        assert before["first_contact"].late
        assert before["solve"].ended_at == START + 8 * DAY
        reopen(actor=people.supervisor.actor, number=case.number, words="还吵")
        found = stages(people, case)
    assert found["first_contact"].started_at == START + 8 * DAY
    assert not found["first_contact"].late
    assert "accept" not in found  # the unit has it still


@pytest.mark.django_db
def test_a_letter_that_is_taken_out_of_a_joined_case_begins_anew(promised):
    people = promised
    with time.at(START):
        case, other = (brought_to(State.IN_PROGRESS, people) for _number in range(2))
        join(actor=people.dispatcher.actor, number=case.number, into=other.number)
    with time.at(START + 8 * DAY):
        answered(actor=people.reviewer.actor, number=other.number)
        reopen_own(actor=writer_of(case), text="还吵")
        found = stages(people, case)
    assert found["first_contact"].started_at == START + 8 * DAY
    assert not found["first_contact"].late


@pytest.mark.django_db
def test_the_pages_show_every_stage(promised):
    people = promised
    case = brought_to(State.ASSIGNED, people)
    page = people.handler.client.get(f"/en/desk/cases/{case.number}/stages/").text
    assert "First contact" in page
    assert "Accepted or sent back by the unit" in page
    assert "Target of the agency: within 2 days (because)" in page
    assert "Interim report" in page
    assert "Published answer" in page
    with pytest.raises(NotFound):
        case_stages(people.other_handler.actor, case.number)


@pytest.mark.django_db
def test_an_interim_report_ends_its_clock_and_everybody_who_waits_reads_it(promised):
    people = promised
    with time.at(START):
        case, other = (brought_to(State.IN_PROGRESS, people) for _number in range(2))
        join(actor=people.dispatcher.actor, number=other.number, into=case.number)
    with time.at(START + DAY):
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    with time.at(START + 2 * DAY):
        resume(actor=people.handler.actor, number=case.number)
        found = stages(people, case)
        assert found["interim"].due_at == START + 4 * DAY  # a day of pause came on top
        assert found["publish"].due_at == START + 8 * DAY
        due = found["solve"].due_at
    with time.at(START + 5 * DAY):
        address = f"/en/desk/cases/{case.number}/"
        case.refresh_from_db()
        given = {"seen": case.version, "interim-words": "水泵已订好，下周到货。"}
        given |= {"words": given["interim-words"]}
        refused = people.other_handler.client.post(f"{address}interim/", given)
        assert refused.status_code == 404
        told = people.handler.client.post(f"{address}interim/", given)
        assert told.status_code == 302, told.text[-3000:]
        assert "Told the writers how it stands." in people.clerk.client.get(address).text
        found = stages(people, case)
        assert (found["interim"].ended_at, found["interim"].late) == (START + 5 * DAY, True)
        assert (found["solve"].due_at, found["solve"].ended_at) == (due, None)
        for each in (case, other):
            page = letter_page(writer_of(each))
            assert page.exchange[-1].text == "水泵已订好，下周到货。"
            interim = {stage.stage: stage for stage in page.stages}["interim"]
            assert (interim.ended_at, interim.late) == (START + 5 * DAY, True)


@pytest.mark.django_db
def test_publication_ends_by_the_answer_that_stands_in_public(promised):
    people = promised
    with time.at(START):
        case, _receipt = letter(people, upto="in_progress")
        private, _receipt = letter(people, upto="in_progress", wish="private")
    with time.at(START + 4 * DAY):
        reply = answer(people, case, upto="published")
        page = f"/en/desk/cases/{case.number}/stages/"
        assert "Done Saturday 28 November 2026, 10:00, in time" in _row(people, page)
        of_private = _row(people, f"/en/desk/cases/{private.number}/stages/")
        assert "published only where everybody who wrote wishes it so" in of_private
        assert "Done Saturday" in _stages_of_writer(case)
    with time.at(START + 9 * DAY):
        withdraw(actor=people.reviewer.actor, label=reply.label, reason="有误")
        assert "Late: it was due Tuesday 1 December 2026, 10:00." in _row(people, page)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "stays"), [(6, False), (8, True)])
def test_a_private_letter_that_is_joined_takes_no_lateness_away(promised, days, stays):
    people = promised
    with time.at(START):
        case, private = taken_in(wish="public"), taken_in(wish="private")
    with time.at(START + days * DAY):
        join(actor=people.dispatcher.actor, number=private.number, into=case.number)
    with time.at(START + 9 * DAY):
        found = with_publication(
            tuple(stages(people, case).values()), CaseFile.objects.get(pk=case.pk)
        )[-1]
        assert (found.stage, found.not_published, found.late) == ("publish", "wish", stays)
        of_private = with_publication_for(letter_page(writer_of(private)).stages, _letter(private))
        assert of_private[-1].late is stays


def _letter(case: CaseFile) -> int:
    return Submission.objects.get(report__own_case=case).pk


def _row(people: People, address: str) -> str:
    return people.handler.client.get(address).text.partition("Published answer")[2]


def _stages_of_writer(case: CaseFile) -> str:
    page = letter_page(writer_of(case))
    found = with_publication_for(page.stages, page.submission_id)
    return " ".join(" ".join(stage_in_words(each)) for each in found)


VERBS = [
    "triage",
    "assign",
    "reassign",
    "accept",
    "undo_accept",
    "return_to_desk",
    "ask_resident",
    "resume",
    "interim",
    "answer",
]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(VERBS)), max_size=12), st.integers(1, 9)
)
def test_no_stage_ends_before_it_starts_and_looking_again_changes_nothing(rows, amount):
    steps = [
        Step(START + timedelta(hours=hours), verb, "", "", "", 1) for hours, verb in sorted(rows)
    ]
    promises = tuple(
        Promise(stage, "agency", Span(amount, "calendar_days"), {})
        for stage in ("first_contact", "accept", "interim", "solve", "publish")
    )
    answer = Clock(START + amount * DAY, None, paused=False, late=False)
    asked = (Terms(promises, USUAL_CAP), steps, START, answer, START + 3 * DAY)
    found = stage_clocks(*asked)
    assert found == stage_clocks(*asked)
    for each in found:
        assert each.started_at < each.due_at
        assert each.stage != "publish" or each.ended_at is None
        assert each.ended_at is None or each.ended_at >= each.started_at
        assert each.late == (each.due_at < (each.ended_at or asked[4])) or each.stage == "solve"


DAYS_OFF = st.sets(st.integers(1, 30))
DUE_SPANS = st.tuples(st.integers(1, 9), st.sampled_from(["working_days", "working_hours"]))


def _timetable(off: set[int]) -> Timetable:
    week = (((540, 720), (840, 1050)),) * 5 + ((), ())
    days = {date(2026, 12, day): () for day in off}
    return Timetable(ZoneInfo("Asia/Shanghai"), week, days, None)


@given(DUE_SPANS, DAYS_OFF, st.lists(st.tuples(st.integers(1, 500), DAYS_OFF), max_size=4))
def test_no_version_of_the_calendar_makes_a_late_stage_one_in_time(span, first, later):
    start = datetime(2026, 12, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    promise = Promise("first_contact", "agency", Span(*span), {})
    versions = [(start - DAY, _timetable(first))]
    for hours, off in sorted(later, key=lambda each: each[0]):
        terms = Terms((promise,), USUAL_CAP, versions[-1][1], tuple(versions))
        moment = start + timedelta(hours=hours)
        before = terms.kept("first_contact", start, None)
        versions.append((moment, _timetable(off)))
        now = replace(terms, timetable=versions[-1][1], versions=tuple(versions))
        after = now.kept("first_contact", start, None)
        if before.promises[0].due.at < moment:
            assert after == before
        else:
            assert after.promises == now.of("first_contact", start)
        assert now.kept("first_contact", start, start) == terms.kept("first_contact", start, start)
