"""Erasure on time, at the writer's wish, and held: what goes, what stays, and who may decide."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.casework.models import CaseFile, Report
from huiying.config.backup.erasures import AGAIN
from huiying.insight.actions import count_brief
from huiying.insight.models import BriefLine, BriefSheet
from huiying.insight.periods import latest_day, usual_hour
from huiying.intake import vault
from huiying.intake.actions.erasing import erase_contact
from huiying.intake.models import Contact, Message, Seal, Submission
from huiying.intake.opening import text_of as text_of_message
from huiying.intake.opening import words_of
from huiying.intake.reads import resident
from huiying.intake.states import ERASED
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound, Refusal, SamePerson
from huiying.notices.models import Outgoing
from huiying.record.models import Entry, Payload
from huiying.retention import actions
from huiying.retention.due import due, months_before
from huiying.retention.errors import Held, NothingLeft, StillOpen
from huiying.retention.models import Erased, Hold, Rules, Run, What
from huiying.retention.reads import certificate, rehearsal, rules_in_force
from huiying.retention.tasks import erase_due
from tests.entries import holds
from tests.people import People, make_county, make_people
from tests.public_site.conftest import Desk, Writer
from tests.scene import _tests_atomic

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31 * 30)


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


@pytest.fixture
def closed(people: People, desk: Desk) -> Writer:
    """A letter with contact and exchange, answered and closed."""
    writer = Writer()
    writer.write(
        "我住三栋二单元，楼上漏水。", title="楼上漏水", place="三栋", email="li@example.org"
    )
    desk.take_on(writer)
    writer.open()
    writer.act("add", text="我叫李伟")
    desk.answer(writer)
    desk.close(writer)
    return writer


def in_force(people: People, contact: int | None = 6, words: int | None = 24) -> Rules:
    rules = actions.propose_rules(
        actor=people.administrator.actor,
        contact_months=contact,
        contact_basis="《信访工作条例》",
        words_months=words,
        words_basis="《档案法》",
    )
    actions.approve_rules(actor=people.supervisor.actor, number=rules.number)
    return rules


def hold(people: People, writer: Writer, days: float = 180) -> Hold:
    asked = actions.ask_hold(
        actor=people.auditor.actor,
        number=writer.case.number,
        reason="法院要求保留",
        until=time.now() + timedelta(days=days),
    )
    actions.grant_hold(actor=people.supervisor.actor, label=asked.label)
    return asked


def left_of(writer: Writer) -> tuple[bool, bool]:
    """Whether contact and words are still there."""
    submission = writer.submission
    return Contact.objects.filter(submission=submission).exists(), words_of(
        submission
    ).body != ERASED


class TestRules:
    def test_nothing_is_erased_before_two_people_said_so(self, people: People, closed: Writer):
        with time.at(time.now() + LATER):
            assert erase_due() == 0
            rules = actions.propose_rules(
                actor=people.administrator.actor,
                contact_months=6,
                contact_basis="依据",
                words_months=None,
                words_basis="",
            )
            assert erase_due() == 0
            with pytest.raises(SamePerson):
                actions.approve_rules(actor=people.administrator.actor, number=rules.number)
            actions.approve_rules(actor=people.supervisor.actor, number=rules.number)
            assert erase_due() == 1
        assert left_of(closed) == (False, True)

    @pytest.mark.parametrize("name", ["clerk", "handler", "reviewer", "leader", "auditor"])
    def test_others_set_no_rules(self, name, people: People):
        with pytest.raises(NotAllowed):
            actions.propose_rules(
                actor=getattr(people, name).actor,
                contact_months=6,
                contact_basis="x",
                words_months=None,
                words_basis="",
            )

    @pytest.mark.parametrize(
        ("contact", "words"), [(1, None), (6, 5), (None, 24), (30, 24), (241, None), (-1, None)]
    )
    def test_rules_that_make_no_sense(self, contact, words, people: People):
        with pytest.raises(Invalid):
            in_force(people, contact, words)

    def test_a_proposal_that_a_newer_one_replaced_cannot_be_approved(self, people: People):
        first = actions.propose_rules(
            actor=people.administrator.actor,
            contact_months=6,
            contact_basis="x",
            words_months=None,
            words_basis="",
        )
        newer = in_force(people)
        with pytest.raises(Refusal):
            actions.approve_rules(actor=people.supervisor.actor, number=first.number)
        assert rules_in_force() == newer

    def test_a_version_never_changes(self, people: People):
        rules = in_force(people)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Rules.objects.filter(pk=rules.pk).update(contact_months=2)


def test_contact_goes_before_the_words_and_the_case_stands(people: People, closed: Writer):
    in_force(people)
    ended = closed.case.closed_at
    assert ended is not None
    figures_before = figures(ended + timedelta(days=1))
    for moment, expected in (
        (ended + timedelta(days=170), (True, True)),
        (ended + timedelta(days=190), (False, True)),
        (ended + timedelta(days=700), (False, True)),
        (ended + timedelta(days=760), (False, False)),
    ):
        with time.at(moment):
            erase_due()
        assert left_of(closed) == expected
    case = closed.case
    assert (case.state, case.title) == ("closed", ERASED)
    assert words_of(closed.submission).title == ERASED
    assert set(map(text_of_message, Message.objects.all())) == {ERASED}
    assert not Seal.objects.filter(submission=closed.submission).exists()
    assert figures(ended + timedelta(days=1)) == figures_before
    assert closed.open().status_code == 303
    assert closed.letter().status_code == 200


def figures(at: datetime) -> list[object]:
    """The brief that ends at the first usual hour after a moment, counted again, with every line of it."""
    until = usual_hour()
    with time.at(at):
        brief = count_brief(actor=SYSTEM, day=latest_day(until, at), until=until)
    sheets = BriefSheet.objects.filter(brief=brief.id).order_by("unit_id")
    lines = BriefLine.objects.filter(brief=brief.id).order_by("case_id")
    assert lines.exists()
    return [
        brief.digest,
        list(sheets.values_list("totals", "parts")),
        list(lines.values_list("case_id", "answered_outcome", "votes_solved", "submissions")),
    ]


def test_no_word_is_left_anywhere_in_the_database(people: People, closed: Writer):
    in_force(people)
    with time.at(time.now() + LATER):
        erase_due()
    secret_words = ("三栋", "楼上漏水", "李伟", "li@example.org")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "current_schema()::regnamespace"
        )
        for (table,) in cursor.fetchall():
            if table.startswith("replies_"):
                continue  # the agency's own words
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', ["|".join(secret_words)]
            )
            assert cursor.fetchone() == (0,), table


def test_entries_stay_and_still_hold_what_they_can(people: People, closed: Writer):
    in_force(people)
    before = set(Entry.objects.values_list("id", "commitment"))
    with time.at(time.now() + LATER):
        erase_due()
    after = {row[0]: bytes(row[1]) for row in Entry.objects.values_list("id", "commitment")}
    assert all(after[entry] == bytes(commitment) for entry, commitment in before)
    assert all(holds(entry) for entry in after)
    half = Payload.objects.filter(salt=None, data__isnull=False).count()
    assert half == 0


def test_the_certificate_names_acts_and_no_person(people: People, closed: Writer):
    rules = in_force(people)
    with time.at(time.now() + LATER):
        erase_due()
        run = Run.objects.get()
        paper = certificate(people.auditor.actor, run.label)
    assert run.finished_at is not None
    assert paper.rules.number == rules.number
    assert [(line.number, line.what) for line in paper.erased] == [(closed.case.number, "words")]
    entry = Entry.objects.get(pk=paper.erased[0].entry)
    assert entry.action == "submission.words_erased"
    assert paper.erased[0].commitment == bytes(entry.commitment).hex()
    assert "li@example" not in str(paper)
    for name in ("clerk", "handler", "leader"):
        with pytest.raises(NotAllowed):
            certificate(getattr(people, name).actor, run.label)


def test_a_rehearsal_does_nothing(people: People, closed: Writer):
    with time.at(time.now() + LATER):
        contact, words = rehearsal(people.administrator.actor, contact_months=6, words_months=24)
    assert (contact.count, words.count) == (1, 1)
    assert words.numbers == (closed.case.number,)
    assert left_of(closed) == (True, True)
    assert not Erased.objects.exists()


def test_only_retention_erases_and_only_once(people: People, closed: Writer):
    for actor in (people.administrator.actor, people.supervisor.actor, people.clerk.actor):
        with pytest.raises(NotAllowed):
            erase_contact(actor=actor, submission=closed.submission)
    assert erase_contact(actor=SYSTEM, submission=closed.submission) > 0
    assert erase_contact(actor=SYSTEM, submission=closed.submission) == 0
    assert vault.email_of(f"submission:{closed.submission.label}") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE intake_submission SET sealed = 'x'",
        "UPDATE intake_submission SET sealed = ''",
        "UPDATE intake_submission SET words_erased_at = now()",
        "UPDATE intake_message SET sealed = 'x'",
        "UPDATE intake_message SET at = now(), sealed = '', replay = NULL",
        "DELETE FROM intake_submission",
        "DELETE FROM retention_erased",
        "UPDATE retention_hold SET until = until + interval '1 year'",
    ],
)
def test_the_database_lets_no_words_be_changed_but_into_the_mark(
    statement, people: People, closed: Writer
):
    hold(people, closed)
    Erased.objects.create(
        case=closed.case,
        submission_label="x",
        what="words",
        at=time.now(),
        entry=Entry.objects.latest("id"),
    )
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


class TestHolds:
    def test_it_stops_the_run_and_ends_by_itself(self, people: People, closed: Writer):
        in_force(people, 2, 6)
        with time.at(time.now() + timedelta(days=100)):
            held = hold(people, closed, days=170)
            assert erase_due() == 0
            assert Outgoing.objects.filter(kind="hold").count() == 1
        with time.at(time.now() + timedelta(days=260)):
            assert erase_due() == 0
        with time.at(time.now() + timedelta(days=271)):
            assert erase_due() == 1
        held.refresh_from_db()
        assert held.ended_at is not None
        said = Entry.objects.filter(action__startswith="hold.").order_by("id")
        assert [entry.action for entry in said] == ["hold.asked", "hold.granted", "hold.ended"]

    def test_one_person_is_not_enough(self, people: People, closed: Writer):
        asked = actions.ask_hold(
            actor=people.supervisor.actor,
            number=closed.case.number,
            reason="x",
            until=time.now() + timedelta(days=9),
        )
        with pytest.raises(SamePerson):
            actions.grant_hold(actor=people.supervisor.actor, label=asked.label)
        in_force(people)
        with time.at(time.now() + LATER):
            assert erase_due() == 1

    @pytest.mark.parametrize("days", [-1, 0, 185, 4000])
    def test_six_months_at_most(self, days, people: People, closed: Writer):
        with pytest.raises(Invalid):
            actions.ask_hold(
                actor=people.auditor.actor,
                number=closed.case.number,
                reason="x",
                until=time.now() + timedelta(days=days),
            )

    @pytest.mark.parametrize("name", ["clerk", "dispatcher", "handler", "reviewer"])
    def test_others_hold_nothing(self, name, people: People, closed: Writer):
        with pytest.raises((NotAllowed, NotFound)):
            actions.ask_hold(
                actor=getattr(people, name).actor,
                number=closed.case.number,
                reason="x",
                until=time.now() + timedelta(days=9),
            )


class TestWish:
    def test_contact_at_once_and_words_once_it_is_closed(self, people: People, desk: Desk):
        writer = Writer()
        writer.write("漏水", email="li@example.org")
        actor = resident(writer.submission.label)
        actions.erase_on_wish(actor=actor, what=What.CONTACT)
        assert left_of(writer) == (False, True)
        with pytest.raises(NothingLeft):
            actions.erase_on_wish(actor=actor, what=What.CONTACT)
        with pytest.raises(StillOpen):
            actions.erase_on_wish(actor=actor, what=What.WORDS)
        desk.take_on(writer)
        desk.answer(writer)
        desk.close(writer)
        actions.erase_on_wish(actor=actor, what=What.WORDS)
        assert left_of(writer) == (False, False)
        assert Entry.objects.filter(action="retention.asked").count() == 2

    def test_a_hold_comes_first(self, people: People, closed: Writer):
        hold(people, closed)
        with pytest.raises(Held):
            actions.erase_on_wish(actor=resident(closed.submission.label), what=What.CONTACT)

    def test_not_the_letter_of_another(self, people: People, closed: Writer):
        with pytest.raises(NotFound):
            actions.erase_on_wish(actor=people.clerk.actor, what=What.CONTACT)

    def test_a_joined_case_keeps_the_other_letter_and_its_title(
        self, people: People, closed: Writer
    ):
        other = Writer()
        other.write("我也是")
        Report.objects.filter(submission=other.submission).update(case=closed.case)
        actions.erase_on_wish(actor=resident(closed.submission.label), what=What.WORDS)
        assert left_of(other)[1]
        assert CaseFile.objects.get(pk=closed.case.pk).title != ERASED


def test_what_was_searched_for_ends_and_that_somebody_searched_stays(people: People):
    people.clerk.client.post("/en/desk/search/", {"q": "老城区拆迁"})
    rules = actions.propose_rules(
        actor=people.administrator.actor,
        contact_months=None,
        contact_basis="",
        words_months=None,
        words_basis="",
        searches=actions.OfSearches(90, "《个人信息保护法》"),
    )
    made = Entry.objects.get(action="search.made")
    with time.at(made.at + timedelta(days=100)):
        assert erase_due() == 0
        assert Payload.objects.get(entry=made).data is not None, "not before a second person agreed"
        people.clerk.client.force_login(people.clerk.account)
        people.clerk.client.post("/en/desk/search/", {"q": "垃圾清运"})
        actions.approve_rules(actor=people.supervisor.actor, number=rules.number)
        erase_due()
        erase_due()
    said = Payload.objects.get(entry=made)
    assert (said.salt, said.data) == (None, None)
    younger = Entry.objects.filter(action="search.made").latest("id")
    assert (younger.payload.data or {})["words"] == ["垃圾清运"]
    act = Entry.objects.get(action="searches.erased")
    assert act.payload.data == {"count": 1}
    with time.at(made.at + timedelta(days=200)):
        assert AGAIN[act.action](act.subject) == 0
        assert AGAIN[act.action](f"searches:{time.now().isoformat()}") == 1


def test_a_restore_does_every_erasure_again():
    """Each entry that says "erased" is one that `huiying restore` can repeat."""
    assert {"submission.contact_erased", "submission.words_erased", "searches.erased"} <= set(AGAIN)


def test_months_as_a_calendar_has_them():
    day = datetime(2026, 8, 31, 9, tzinfo=UTC)
    assert months_before(day, 6) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert months_before(day, 24) == datetime(2024, 8, 31, 9, tzinfo=UTC)


@settings(max_examples=30)
@given(
    data=st.lists(
        st.tuples(
            st.sampled_from(["closed", "withdrawn", "open"]),
            st.integers(0, 1000),
            st.none() | st.tuples(st.integers(-150, 0), st.integers(1, 184)),
        ),
        min_size=1,
        max_size=8,
    ),
    contact=st.none() | st.integers(2, 12),
    more=st.integers(4, 12),
)
def test_what_is_due_on_random_histories(people: People, data, contact, more):
    """Against a plain reading of the rules, one letter at a time."""
    now = time.now()
    rules = Rules(contact_months=contact, words_months=None if contact is None else contact + more)
    with _tests_atomic():
        expected: dict[str, set[int]] = {"contact": set(), "words": set()}
        for state, days, held in data:
            report = made(state, now - timedelta(days=days))
            stopped = False
            if held is not None:
                asked, length = held
                begun = now + timedelta(days=asked)
                Hold.objects.create(
                    label=str(report.pk), case=report.case, reason="x", asked_by="a", asked_at=begun,
                    granted_by="b", granted_at=begun, until=begun + timedelta(days=length),
                )  # fmt: skip
                stopped = begun <= now < begun + timedelta(days=length)
            for what, months in (("contact", rules.contact_months), ("words", rules.words_months)):
                if months is None or state == "open" or stopped:
                    continue
                if now - timedelta(days=days) <= months_before(now, months):
                    expected[what].add(report.pk)
        found = {
            what: set(due(rules, what, now).values_list("pk", flat=True)) for what in What.values
        }
        transaction.set_rollback(True)
    assert found == expected


def made(state: str, ended: datetime) -> Report:
    """A letter that ended then, by closing or by its writer, or is still open."""
    writer = Writer()
    writer.write("x", email="x@example.org")
    report = writer.report
    if state == "closed":
        CaseFile.objects.filter(pk=report.case_id).update(
            state="closed", outcome="solved", closed_at=ended
        )
    elif state == "withdrawn":
        Report.objects.filter(pk=report.pk).update(ended_at=ended)
    return report


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_begins_while_a_run_erases_is_seen_or_waits():
    """Either the hold was first and nothing went, or the erasure was first: never both halves."""
    make_county()
    people = make_people()
    desk, writer = Desk(people), Writer()
    writer.write("漏水", email="li@example.org")
    desk.take_on(writer)
    desk.answer(writer)
    desk.close(writer)
    in_force(people, 2, 6)
    number, auditor, head = writer.case.number, people.auditor.actor, people.supervisor.actor
    later = time.now() + timedelta(days=200)
    with time.at(later):
        until = later + timedelta(days=9)
        asked = actions.ask_hold(actor=auditor, number=number, reason="x", until=until)
    ready, done = threading.Barrier(2), []

    def grant() -> None:
        with time.at(later):
            ready.wait(60)
            actions.grant_hold(actor=head, label=asked.label)
        connections.close_all()

    def erase() -> None:
        with time.at(later):
            ready.wait(60)
            done.append(erase_due())
        connections.close_all()

    threads = [threading.Thread(target=grant), threading.Thread(target=erase)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert done in ([0], [1])
    assert Submission.objects.filter(words_erased_at__isnull=False).count() == done[0]


def test_one_letter_that_cannot_be_erased_holds_up_no_other(
    people: People, desk: Desk, closed: Writer, monkeypatch: pytest.MonkeyPatch
):
    in_force(people)
    other = Writer()
    other.write("路灯坏了。", email="wang@example.org")
    desk.take_on(other)
    desk.answer(other)
    desk.close(other)
    asked: list[int] = []

    def stubborn(**given: Any) -> None:
        asked.append(given["report_id"])
        if given["report_id"] == asked[0]:
            raise ProgrammingError("no such luck")
        actions.erase_due_letter(**given)

    monkeypatch.setattr("huiying.retention.tasks.erase_due_letter", stubborn)
    with time.at(time.now() + LATER):
        assert erase_due() == 1
    assert Run.objects.get().finished_at is not None
    assert sorted(left_of(each) for each in (closed, other)) == [(False, False), (True, True)]


def test_a_run_ends_where_other_rules_come_into_force(
    people: People, closed: Writer, monkeypatch: pytest.MonkeyPatch
):
    """What two people have just agreed to keep longer, no run of a moment ago erases."""
    in_force(people)

    def agreed_meanwhile(**given: Any) -> None:
        in_force(people, contact=240, words=None)
        actions.erase_due_letter(**given)

    monkeypatch.setattr("huiying.retention.tasks.erase_due_letter", agreed_meanwhile)
    with time.at(time.now() + LATER):
        assert erase_due() == 0
    assert left_of(closed) == (True, True)
