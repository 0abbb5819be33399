"""One letter with several matters: what the desk splits, what each unit sees, what its writer sees."""

from dataclasses import replace
from datetime import date, timedelta
from datetime import time as clock
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from huiying.casework.actions import sorting, working, writing_back
from huiying.casework.actions.extending import ask_extension, decide_extension
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.noting import write_note
from huiying.casework.actions.splitting import split, unsplit
from huiying.casework.errors import (
    ConductLost,
    HarmLost,
    NobodyToTakeApart,
    NoMoreTime,
    PartMoved,
    PartOfALetter,
    PartsTogether,
    SeveralLetters,
    TargetNotOpen,
    TooFewParts,
    WrongState,
)
from huiying.casework.extension_models import Extension
from huiying.casework.models import CaseFile, Named, Report, Verdict
from huiying.casework.part_models import Part
from huiying.casework.states import State
from huiying.finding.models import Text
from huiying.insight.actions import count_brief
from huiying.insight.models import BriefLine
from huiying.insight.periods import latest_day, period, usual_hour
from huiying.insight.reads import read_brief
from huiying.intake.indexing import index_letters
from huiying.intake.models import Submission
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotFound
from huiying.notices.models import Outgoing
from huiying.replies.actions.reviewing import approve_and_issue
from huiying.replies.actions.writing import put_forward
from huiying.replies.reads import answers_with_parts
from huiying.retention.actions import erase_on_wish
from huiying.retention.due import ended, not_held
from huiying.retention.models import Hold
from huiying.supervision.actions.alerting import steps_reached
from huiying.supervision.definitions import read_policy, usual
from huiying.supervision.late import count_late
from huiying.supervision.tasks import prepared
from tests.casework.ways import PARTS, brought_to, split_by, taken_in, writer_of
from tests.people import People
from tests.public_site.conftest import Writer, keys_in, text_of
from tests.scene import WORDS

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LEAK, NOISE = PARTS
CONDUCT = replace(
    NOISE,
    title="窗口态度",
    words="窗口的人骂人。",
    category_code="conduct",
    conduct=True,
    unit_codes=("water",),
)


def at(name: str, number: int) -> str:
    return reverse(f"staff_desk:{name}", args=[number])


def filled(**more: object) -> dict[str, object]:
    given: dict[str, object] = {"count": 2}
    for place, part in enumerate(PARTS, 1):
        given |= {
            f"title-{place}": part.title,
            f"words-{place}": part.words,
            f"category_code-{place}": part.category_code,
        }
    return given | more


def sees(person: object, number: int) -> bool:
    return bool(person.client.get(at("case", number)).status_code == 200)  # type: ignore[attr-defined]


def begun(people: People, case: CaseFile, lead: str) -> None:
    """A part is given to its unit and taken on."""
    sorting.assign(actor=people.dispatcher.actor, number=case.number, lead_code=lead)
    handler = people.handler if lead == "housing" else people.other_handler
    working.accept(actor=handler.actor, number=case.number)
    case.refresh_from_db()


def answered(people: People, case: CaseFile, text: str) -> None:
    words = replace(WORDS, text=text, audience="private")
    handler = (
        people.handler
        if case.lead_unit and case.lead_unit.code == "housing"
        else people.other_handler
    )
    reply = put_forward(actor=handler.actor, number=case.number, words=words)
    approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=reply.version, privately=True
    )


class TestTheDesk:
    def test_a_clerk_adds_parts_without_a_script_and_splits(self, people: People):
        case = taken_in(title="两件事", body="路灯不亮，晚上还施工。")
        assert at("case_split", case.number) in text_of(
            people.clerk.client.get(at("case", case.number))
        )
        page = people.clerk.client.get(at("case_split", case.number))
        assert "路灯不亮，晚上还施工。" in text_of(page)
        assert 'name="lead_code-1"' not in text_of(page)  # a clerk gives nothing to a unit
        more = people.clerk.client.post(at("case_split", case.number), filled(more="1"))
        assert (more.status_code, 'name="title-3"' in text_of(more)) == (200, True)
        assert PARTS[0].words in text_of(more)
        given = filled(count=3, seen=case.version)
        done = people.clerk.client.post(at("case_split", case.number), given)
        assert done["Location"] == at("case", case.number)
        case.refresh_from_db()
        parts = list(Part.objects.select_related("report__case").order_by("place"))
        assert (case.state, len(parts)) == (State.SPLIT, 2)
        assert {part.report.case.state for part in parts} == {State.TRIAGED}
        shown = text_of(people.clerk.client.get(at("case", case.number)))
        assert all(at("case", part.report.case.number) in shown for part in parts)
        child = text_of(people.clerk.client.get(at("case", parts[0].report.case.number)))
        assert at("case", case.number) in child
        assert PARTS[0].words in child
        assert "晚上还施工" not in child

    def test_a_dispatcher_gives_each_part_to_its_unit(self, people: People):
        case = taken_in()
        given = filled(**{"lead_code-1": "water", "lead_code-2": "housing"})
        people.dispatcher.client.post(at("case_split", case.number), given)
        parts = Part.objects.select_related("report__case__lead_unit").order_by("place")
        assert list(parts.values_list("report__case__lead_unit__code", flat=True)) == [
            "water",
            "housing",
        ]
        assert {part.report.case.state for part in parts} == {State.ASSIGNED}

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"words-2": ""}, "part-words-2"),
            ({"category_code-1": ""}, "part-category_code-1"),
            ({"conduct-2": "on"}, "part-unit-2"),
            ({"title-2": "", "words-2": "", "category_code-2": ""}, ""),
        ],
    )
    def test_what_is_missing_is_said_where_it_is_missing(self, people: People, more, field):
        case = taken_in()
        page = people.clerk.client.post(at("case_split", case.number), filled(**more))
        assert page.status_code == 422
        assert f'href="#{field}"' in text_of(page) or not field
        assert not Part.objects.exists()

    def test_whose_it_is_not_cannot(self, people: People):
        case = taken_in()
        for name, status in (("auditor", 403), ("handler", 404), ("leader", 404)):
            person = getattr(people, name)
            assert person.client.post(at("case_split", case.number), filled()).status_code == status
            assert person.client.post(at("case_unsplit", case.number)).status_code == status

    def test_only_one_whole_letter_is_split_and_only_by_the_desk(self, people: People):
        desk = people.dispatcher.actor
        with_unit = brought_to(State.IN_PROGRESS, people)
        assert people.dispatcher.client.get(at("case_split", with_unit.number)).status_code == 409
        case, other = taken_in(), taken_in()
        join(actor=desk, number=other.number, into=case.number)
        with pytest.raises(SeveralLetters):
            split(actor=desk, number=case.number, parts=PARTS)
        unjoin(actor=desk, number=other.number)
        with pytest.raises(TooFewParts):
            split(actor=desk, number=case.number, parts=[LEAK])
        with pytest.raises(TooFewParts):
            split(actor=desk, number=case.number, parts=[LEAK] * 7)
        first, _second = split_by(people, case.number)
        with pytest.raises(PartOfALetter):
            split(actor=desk, number=first.number, parts=PARTS)
        assert people.clerk.client.get(at("case_split", first.number)).status_code == 409
        with pytest.raises(TargetNotOpen):
            join(actor=desk, number=other.number, into=case.number)

    def test_danger_is_not_lost(self, people: People):
        case = taken_in(danger=True)
        with pytest.raises(HarmLost):
            split(actor=people.clerk.actor, number=case.number, parts=[NOISE, NOISE])
        urgent = replace(LEAK, facts=("danger",))
        first, second = split_by(people, case.number, [urgent, NOISE])
        assert (first.danger, second.danger) == (True, False)
        assert (first.urgency, second.urgency) == (3, 0)


class TestClocks:
    def test_every_part_runs_from_the_day_the_letter_came(self, people: People):
        case = taken_in()
        came = case.received_at
        with time.at(came + 2 * DAY):
            first, second = split_by(people, case.number)
        assert first.due_at == came + 3 * DAY
        assert second.due_at == came + 10 * DAY
        assert first.received_at == came
        due = dict(Report.objects.values_list("case", "due_at"))
        assert (due[first.pk], due[second.pk]) == (first.due_at, second.due_at)
        sorting.triage(actor=people.clerk.actor, number=second.number, category_code="leak")
        second.refresh_from_db()
        assert second.due_at == came + 3 * DAY

    def test_more_time_that_the_whole_had_counts_for_the_parts(self, people: People):
        case, unit = brought_to(State.IN_PROGRESS, people), people.handler.actor
        day = timezone.localdate(case.due_at) + 3 * DAY
        ask_extension(actor=unit, number=case.number, day=day, reason="等鉴定结果")
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
        working.return_to_desk(
            actor=unit, number=case.number, reason="needs_another_unit", words="另一件不归我们"
        )
        _first, second = split_by(people, case.number)
        begun(people, second, "housing")
        given = Extension.objects.get(case=second)
        assert (given.granted, given.reason) == (True, "")
        assert timezone.localdate(second.due_at) == day
        with pytest.raises(NoMoreTime):
            ask_extension(actor=unit, number=second.number, day=day + 2 * DAY, reason="再等等")

    def test_what_is_late_stays_late(self, people: People):
        case = taken_in(category_code="leak")
        with time.at(case.received_at + 4 * DAY):
            made = split_by(people, case.number, [NOISE, NOISE])
        assert {child.due_at for child in made} == {case.due_at}

    def test_a_pause_of_one_part_moves_no_other_clock(self, people: People):
        first, second = split_by(people, taken_in().number)
        begun(people, first, "water")
        working.ask_resident(
            actor=people.other_handler.actor, number=first.number, question="哪盏？"
        )
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == (State.WAITING, State.TRIAGED)
        assert second.waiting_since is None


class TestWhoSeesWhat:
    def test_a_unit_sees_its_part_and_nothing_else(self, people: People):
        case = taken_in(title="两件事", body="路灯不亮。还有别的话，不给单位看。")
        first, second = split_by(people, case.number)
        begun(people, first, "water")
        begun(people, second, "housing")
        water, housing = people.other_handler, people.handler
        assert (sees(water, first.number), sees(water, second.number)) == (True, False)
        assert (sees(housing, first.number), sees(housing, second.number)) == (False, True)
        assert not sees(water, case.number)
        page = unescape(text_of(water.client.get(at("case", first.number))))
        assert LEAK.words in page
        assert "不给单位看" not in page
        assert NOISE.title not in page
        assert at("case", case.number) not in page
        index_letters()
        found = text_of(water.client.get(reverse("staff_desk:search"), {"q": "不给单位看"}))
        assert at("case", case.number) not in found
        assert at("case", first.number) not in found
        code = Submission.objects.get(part=False).code
        assert water.client.get(reverse("staff_desk:queue"), {"q": code}).status_code in {
            200,
            302,
            404,
        }

    def test_a_part_about_conduct_is_kept_from_those_it_is_about_and_so_is_the_letter(
        self, people: People
    ):
        body = "窗口的人骂人。另外水管漏了。"
        case = taken_in(title="两件事", body=body)
        about, leak = split_by(people, case.number, [CONDUCT, LEAK])
        begun(people, leak, "water")
        named = people.other_handler
        page = unescape(text_of(named.client.get(at("case", leak.number))))
        assert LEAK.words in page
        assert "骂人" not in page
        for number in (case.number, about.number):
            assert not sees(named, number)
            assert sees(people.dispatcher, number)
        assert set(Named.objects.values_list("case", "unit__code")) == {
            (case.pk, "water"),
            (about.pk, "water"),
        }
        leak.refresh_from_db()
        assert not leak.conduct
        with pytest.raises(Invalid):
            sorting.assign(actor=people.dispatcher.actor, number=about.number, lead_code="water")

    def test_marking_a_part_later_keeps_the_whole_letter_too(self, people: People):
        case = taken_in()
        first, second = split_by(people, case.number)
        sorting.mark_conduct(actor=people.clerk.actor, number=first.number, unit_codes=["desk"])
        assert not sees(people.clerk, case.number)
        assert not sees(people.clerk, first.number)
        assert sees(people.clerk, second.number)
        assert sees(people.supervisor, case.number)

    def test_a_complaint_does_not_lose_its_mark(self, people: People):
        case = taken_in(named_units=("water",), conduct=True)
        with pytest.raises(ConductLost):
            split(actor=people.dispatcher.actor, number=case.number, parts=PARTS)
        again = replace(CONDUCT, unit_codes=())
        about, _leak = split_by(people, case.number, [again, LEAK])
        assert Named.objects.filter(case=about, unit__code="water").exists()

    def test_what_hides_the_letter_from_everybody_is_refused(self, people: People):
        case = taken_in()
        everyone = replace(CONDUCT, unit_codes=("county",))
        with pytest.raises(Invalid):
            split(actor=people.dispatcher.actor, number=case.number, parts=[everyone, LEAK])
        assert not Part.objects.exists()


class TestTheWriter:
    def test_one_page_one_code_each_part_its_promise_answer_and_say(self, people: People):
        writer = Writer()
        writer.write("路灯不亮，晚上还施工。", email="a@example.org")
        writer.open()
        case = CaseFile.objects.get()
        first, second = split_by(people, case.number)
        begun(people, first, "water")
        begun(people, second, "housing")
        working.ask_resident(
            actor=people.other_handler.actor, number=first.number, question="第几盏灯？"
        )
        answered(people, second, "已责令停工。")
        page = unescape(text_of(writer.letter()))
        for words in (
            LEAK.title,
            NOISE.title,
            "第几盏灯？",
            "已责令停工。",
            "路灯不亮，晚上还施工。",
        ):
            assert words in page
        assert "part_vote" not in page
        keys = keys_in(writer.letter())
        given = {"answer1-form_key": keys["answer1-form_key"], "answer1-text": "第三盏。"}
        missing = writer.client.post(part_at("answer", 1), given | {"answer1-text": ""})
        assert (missing.status_code, "#id_answer1-text" in text_of(missing)) == (422, True)
        done = writer.client.post(part_at("answer", 1), given)
        assert done.status_code == 303
        first.refresh_from_db()
        assert first.state == State.IN_PROGRESS
        exchange = text_of(people.other_handler.client.get(at("case", first.number)))
        assert "第三盏。" in exchange
        assert "第三盏。" not in text_of(people.handler.client.get(at("case", second.number)))
        given = {"vote2-form_key": keys["vote2-form_key"], "vote2-verdict": "not_solved"}
        assert writer.client.post(part_at("vote", 2), given).status_code == 303
        assert Verdict.objects.get().report.case == second
        keys = keys_in(writer.letter())
        given = {"reopen2-form_key": keys["reopen2-form_key"], "reopen2-text": "昨晚又响了。"}
        assert writer.client.post(part_at("reopen", 2), given).status_code == 303
        second.refresh_from_db()
        first.refresh_from_db()
        assert (first.round, second.round) == (1, 2)
        whole = Submission.objects.get(part=False)
        assert [each.text for each in answers_with_parts(whole.pk)] == ["已责令停工。"]
        codes = {row.data["code"] for row in Outgoing.objects.exclude(kind="received")}
        assert codes == {writer.code}
        whom = Outgoing.objects.values_list("recipient", flat=True)
        assert set(whom) == {f"submission:{whole.label}"}

    def test_no_other_letters_part_is_within_reach(self, people: People):
        writer, other = Writer(), Writer()
        writer.write("路灯不亮，晚上还施工。")
        writer.open()
        split_by(people, CaseFile.objects.get().number)
        other.write("别的事。")
        other.open()
        given = {"add1-form_key": "x", "add1-text": "看看。"}
        assert other.client.post(part_at("add", 1), given).status_code == 403
        assert writer.client.post(part_at("add", 3), given).status_code == 403
        part = Submission.objects.filter(part=True).first()
        assert part is not None
        assert Writer().open(part.code, "AAAAAAAAAA").status_code == 422

    def test_withdrawing_ends_every_part_that_somebody_works_on(self, people: People):
        case = taken_in()
        first, second = split_by(people, case.number)
        begun(people, first, "water")
        answered(people, first, "修好了。")
        writing_back.withdraw(actor=writer_of(case))
        for each in (case, first, second):
            each.refresh_from_db()
        assert [each.state for each in (case, first, second)] == [
            State.CLOSED,
            State.ANSWERED,
            State.CLOSED,
        ]
        assert (case.outcome, second.outcome) == ("withdrawn", "withdrawn")

    def test_what_is_answered_whole_is_not_withdrawn(self, people: People):
        case = taken_in()
        for child, lead in zip(split_by(people, case.number), ("water", "housing"), strict=True):
            begun(people, child, lead)
            answered(people, child, "办了。")
        with pytest.raises(WrongState):
            writing_back.withdraw(actor=writer_of(case))


class TestTakingItBack:
    def test_as_long_as_nobody_has_acted(self, people: People):
        case = brought_to(State.RETURNED, people, category_code="noise")
        before = CaseFile.objects.filter(pk=case.pk).values("state", "due_at", "lead_unit").get()
        first, second = split_by(people, case.number, [replace(LEAK, lead_code="water"), NOISE])
        write_note(actor=people.dispatcher.actor, number=first.number, text="先看看。")
        shown = people.clerk.client.get(at("case", case.number))
        assert at("case_unsplit", case.number) in text_of(shown)
        done = people.clerk.client.post(at("case_unsplit", case.number))
        assert done["Location"] == at("case", case.number)
        assert (
            CaseFile.objects.filter(pk=case.pk).values("state", "due_at", "lead_unit").get()
            == before
        )
        first.refresh_from_db()
        assert (first.state, first.joined_to_id, first.lead_unit) == (State.JOINED, case.pk, None)
        assert not sees(people.other_handler, first.number)
        with pytest.raises(NobodyToTakeApart):
            unjoin(actor=people.dispatcher.actor, number=second.number)
        again = split_by(people, case.number)
        assert [
            part.place for part in Part.objects.filter(taken_back_at=None).order_by("place")
        ] == [1, 2]
        assert not {first.pk, second.pk} & {each.pk for each in again}

    def test_not_once_a_unit_has_taken_one_on(self, people: People):
        case = taken_in()
        first, second = split_by(people, case.number)
        begun(people, first, "water")
        assert at("case_unsplit", case.number) not in text_of(
            people.clerk.client.get(at("case", case.number))
        )
        with pytest.raises(PartMoved):
            unsplit(actor=people.clerk.actor, number=case.number)
        second.refresh_from_db()
        assert second.state == State.TRIAGED

    def test_a_part_goes_on_whatever_becomes_of_the_others(self, people: People):
        first, second = split_by(people, taken_in().number)
        begun(people, first, "water")
        answered(people, first, "修好了。")
        working.close(
            actor=people.other_handler.actor, number=first.number, outcome="solved", proof="查过。"
        )
        second.refresh_from_db()
        assert second.state == State.TRIAGED


class TestJoined:
    def test_a_part_is_joined_like_any_case_but_not_to_its_sibling(self, people: People):
        desk = people.dispatcher.actor
        case, other = taken_in(), brought_to(State.IN_PROGRESS, people)
        first, second = split_by(people, case.number, [NOISE, LEAK])
        with pytest.raises(PartsTogether):
            join(actor=desk, number=first.number, into=second.number)
        join(actor=desk, number=first.number, into=other.number)
        with pytest.raises(PartsTogether):
            join(actor=desk, number=second.number, into=other.number)
        with pytest.raises(PartMoved):
            unsplit(actor=desk, number=case.number)
        page = text_of(people.handler.client.get(at("case", other.number)))
        assert NOISE.words in page
        unjoin(actor=desk, number=first.number)
        first.refresh_from_db()
        assert first.state == State.TRIAGED


class TestFigures:
    def test_letters_and_cases_are_counted_apart_and_once(self, people: People):
        day, until = latest_day(usual_hour(), time.now()), usual_hour()
        ends = period(day, until).ends_at
        with time.at(ends - timedelta(hours=5)):
            case, plain = taken_in(), taken_in()
        with time.at(ends - timedelta(hours=4)):
            first, _second = split_by(people, case.number)
            begun(people, first, "water")
        totals = read_of(day, until)
        assert plain.state == State.RECEIVED
        assert totals["submissions_received"] == totals["submissions_open"] == 2
        assert (totals["received"], totals["split_off"], totals["split"]) == (2, 2, 1)
        assert (totals["open"], totals["done"], totals["in_hand"]) == (3, 1, 4)
        with time.at(ends - timedelta(hours=3)):
            answered(people, first, "修好了。")
        totals = read_of(day, until)
        assert (totals["submissions_open"], totals["open"], totals["answered"]) == (2, 2, 1)

    def test_the_public_count_of_late_letters_counts_it_once(self, people: People):
        case = taken_in()
        split_by(people, case.number, [replace(NOISE, lead_code="housing"), LEAK])
        for days, late in ((1, (0, 0)), (4, (1, 1)), (20, (2, 1))):
            with time.at(case.received_at + days * DAY):
                total = count_late().total
            assert (total.running, total.letters, total.late, total.letters_late) == (2, 1, *late)

    def test_a_split_of_today_changes_no_figure_of_yesterday(self, people: People):
        day, until = latest_day(usual_hour(), time.now()), usual_hour()
        ends, eve = period(day, until).ends_at, day - DAY
        with time.at(ends - 30 * timedelta(hours=1)):
            case = taken_in()
        before = read_of(eve, until)
        with time.at(ends - timedelta(hours=2)):
            split_by(people, case.number)
        assert read_of(eve, until) == before
        totals = read_of(day, until)
        assert (totals["carried"], totals["split_off"], totals["open"]) == (before["open"], 2, 2)
        assert (totals["submissions_open"], totals["submissions_received"]) == (1, 0)

    def test_a_split_taken_back_leaves_one_case_and_one_letter(self, people: People):
        day, until = latest_day(usual_hour(), time.now()), usual_hour()
        with time.at(period(day, until).ends_at - timedelta(hours=2)):
            case = taken_in()
            split_by(people, case.number)
            unsplit(actor=people.clerk.actor, number=case.number)
        totals = read_of(day, until)
        assert (totals["open"], totals["submissions_open"]) == (1, 1)
        assert totals["submissions_withdrawn"] == totals["withdrawn"] == totals["settled"] == 0

    def test_an_answer_to_one_part_moves_no_count_of_complaints(self, people: People):
        conduct = replace(CONDUCT, unit_codes=("housing",), lead_code="integrity")
        parts = [replace(NOISE, lead_code="housing"), replace(conduct, category_code="leak")]
        for wanted in (parts, [parts[0], conduct]):  # the complaint is due first, and last
            split_by(people, taken_in().number, wanted)
        before = count_late()
        assert [(line.running, line.letters) for line in before.units] == [(2, 2)]
        for case in CaseFile.objects.filter(lead_unit__code="housing"):
            working.accept(actor=people.handler.actor, number=case.number)
            answered(people, CaseFile.objects.get(pk=case.pk), "停了。")
        assert count_late().conduct == before.conduct
        assert before.conduct.letters == 2

    def test_a_part_of_a_letter_taken_up_again_settles_no_promise_anew(self, people: People):
        start = time.now() - 40 * DAY
        with time.at(start):
            case = brought_to(State.CLOSED, people, category_code="noise")
        with time.at(start + 30 * DAY):
            reopened = writing_back.reopen(
                actor=people.supervisor.actor, number=case.number, words="又响了。"
            )
            working.return_to_desk(
                actor=people.handler.actor,
                number=reopened.number,
                reason="not_our_field",
                words="归公路局。",
            )
            first, second = split_by(people, case.number, [NOISE, replace(NOISE, title="鸣笛")])
        assert (first.round, second.round) == (2, 2)
        with time.at(start + 31 * DAY):
            assert steps_reached(prepared(1, read_policy(usual()))) == []


class TestErasure:
    def test_a_letter_is_over_when_its_last_part_is(self, people: People):
        case = taken_in(email="a@example.org")
        first, second = split_by(people, case.number)
        whole = Report.objects.get(case=case)
        over = Report.objects.filter(ended(), pk=whole.pk)
        for child, lead in ((first, "water"), (second, "housing")):
            assert not over.exists()
            begun(people, child, lead)
            answered(people, child, "办了。")
            working.close(
                actor=people.supervisor.actor, number=child.number, outcome="solved", proof="查过。"
            )
        assert over.exists()
        index_letters()
        erase_on_wish(actor=writer_of(case), what="words")
        assert not Submission.objects.filter(words_erased_at=None).exists()
        assert not Text.objects.exists()
        assert not CaseFile.objects.filter(title=LEAK.title).exists()

    def test_what_is_withdrawn_is_not_over_while_a_part_of_it_is_worked_on(self, people: People):
        case = taken_in(email="a@example.org")
        first, _second = split_by(people, case.number)
        begun(people, first, "water")
        answered(people, first, "修好了。")
        writing_back.withdraw(actor=writer_of(case))
        writing_back.reopen_own(actor=writer_of(first), text="又坏了。")
        whole = Report.objects.get(case=case)
        for before in (None, time.now() + DAY):
            assert not Report.objects.filter(ended(before), pk=whole.pk).exists()
        first.refresh_from_db()
        answered(people, first, "换新的了。")
        working.close(
            actor=people.supervisor.actor, number=first.number, outcome="solved", proof="查过。"
        )
        for before in (None, time.now() + DAY):
            assert Report.objects.filter(ended(before), pk=whole.pk).exists()

    def test_a_hold_on_a_part_holds_the_letter_and_a_hold_on_the_letter_its_parts(
        self, people: People
    ):
        case, other = taken_in(), taken_in()
        first, second = split_by(people, case.number)

        def free() -> set[int]:
            return set(Report.objects.filter(not_held(time.now())).values_list("case", flat=True))

        assert free() == {case.pk, other.pk, first.pk, second.pk}
        hold = held(first)
        assert free() == {other.pk, second.pk}
        Hold.objects.filter(pk=hold.pk).update(ended_at=time.now())
        held(case)
        assert free() == {other.pk}


def test_a_whole_is_marked_by_the_part_that_it_is_about(people: People):
    case = taken_in()
    first, _second = split_by(people, case.number, [replace(LEAK, lead_code="water"), NOISE])
    with pytest.raises(WrongState):
        sorting.mark_conduct(
            actor=people.clerk.actor, number=case.number, unit_codes=["water"], usernames=[]
        )
    sorting.mark_conduct(
        actor=people.clerk.actor, number=first.number, unit_codes=["water"], usernames=[]
    )
    assert not sees(people.other_handler, first.number)
    assert Named.objects.filter(case=case, unit__code="water").exists()


def test_who_has_a_part_does_not_learn_the_number_of_the_whole(people: People):
    case = taken_in()
    first, second = split_by(
        people,
        case.number,
        [replace(NOISE, lead_code="housing"), replace(CONDUCT, unit_codes=("housing",))],
    )
    page = text_of(people.handler.client.get(at("case", first.number)))
    for number in (case.number, second.number):
        assert str(number) not in page


def test_a_brief_gives_the_letter_to_a_part_that_is_no_complaint(people: People):
    case = taken_in()
    complaint, other = split_by(
        people,
        case.number,
        [replace(CONDUCT, unit_codes=("housing",)), replace(NOISE, lead_code="housing")],
    )
    with time.at(time.now() + DAY):
        count_brief(actor=SYSTEM, day=latest_day(usual_hour(), time.now()), until=usual_hour())
    rows = BriefLine.objects.values_list("case_id", "submissions")
    assert dict(rows) == {complaint.pk: 0, other.pk: 1, case.pk: 0}


def held(case: CaseFile) -> Hold:
    now = time.now()
    return Hold.objects.create(
        label=f"hold{case.pk}",
        case=case,
        reason="法院要求保留",
        until=now + 30 * DAY,
        asked_by="a",
        asked_at=now,
        granted_by="b",
        granted_at=now,
    )


def part_at(act: str, place: int) -> str:
    return reverse(f"public_site:part_{act}", args=[place])


def read_of(day: date, until: clock) -> dict[str, int]:
    """The figures of one brief."""
    count_brief(actor=SYSTEM, day=day, until=until)
    return dict(read_brief(SYSTEM, day=day, until=until).totals)


def test_who_may_see_no_letters_sees_no_parts(people: People):
    first, _second = split_by(people, taken_in().number)
    with pytest.raises(NotFound):
        working.accept(actor=people.leader.actor, number=first.number)
