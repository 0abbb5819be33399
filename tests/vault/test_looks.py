"""Who has looked: at a letter, and at how to reach its writer. The writer sees it, and nobody can collect."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huiying.agencies.actions import give_role
from huiying.casework.actions import sorting
from huiying.casework.actions.looking import record_opening, reveal
from huiying.casework.models import Opening
from huiying.intake.errors import TooManyLooks
from huiying.intake.indexing import index_letters
from huiying.intake.models import Reveal
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry
from tests.people import People, make_county, make_people, make_person
from tests.public_site.conftest import Desk, Writer, address, text_of

pytestmark = pytest.mark.django_db
HIDDEN = "li.wei.7731@example.org"


@pytest.fixture
def writer(people: People) -> Writer:
    """Somebody who left an address."""
    writer = Writer()
    writer.write("水管又漏了。", email=HIDDEN)
    return writer


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


def page_of(writer: Writer) -> str:
    return reverse("staff_desk:case_contact", args=[writer.case.number, writer.report.pk])


def followed(writer: Writer) -> str:
    writer.open()
    return text_of(writer.letter())


class TestContact:
    def test_a_clerk_with_a_reason_sees_it_once_and_the_writer_sees_that_at_once(
        self, writer: Writer, people: People
    ):
        url = page_of(writer)
        asked = people.clerk.client.get(url)
        assert HIDDEN not in text_of(asked)
        shown = people.clerk.client.post(url, {"reason": "call_back"})
        assert HIDDEN in text_of(shown)
        assert shown["Cache-Control"] == "no-store"
        assert HIDDEN not in text_of(people.clerk.client.get(url))
        seen = followed(writer)
        assert "来件人要求直接联系" in seen
        assert "群众来信办公室" in seen
        assert "clerk同志" not in seen

    def test_the_entry_keeps_who_and_why(self, writer: Writer, people: People):
        people.clerk.client.post(page_of(writer), {"reason": "danger"})
        entry = Entry.objects.get(action="contact.reveal")
        assert entry.actor == f"staff:{people.clerk.account.label}"
        assert entry.payload.data == {"reason": "danger"}
        timeline = text_of(
            people.auditor.client.get(reverse("staff_desk:case", args=[writer.case.number]))
        )
        assert "查看了来件人的联系方式" in timeline
        assert HIDDEN not in timeline

    @pytest.mark.parametrize("reason", ["", "curious", "call_back\0"])
    def test_no_other_reason(self, reason, writer: Writer, people: People):
        response = people.clerk.client.post(page_of(writer), {"reason": reason})
        assert response.status_code == 422
        assert HIDDEN not in text_of(response)
        assert not Reveal.objects.exists()

    @pytest.mark.parametrize("role", ["handler", "reviewer", "leader", "auditor", "administrator"])
    def test_a_clerk_who_is_something_else_too_sees_none(
        self, role, writer: Writer, people: People
    ):
        both = make_person("both", ("desk", "clerk"), ("desk", role))
        response = both.client.post(page_of(writer), {"reason": "danger"})
        assert response.status_code == 403
        assert HIDDEN not in text_of(response)

    def test_not_one_who_is_named_in_the_complaint_nor_below_them(
        self, writer: Writer, people: People
    ):
        outside = make_person("outside_clerk", ("county", "clerk"), ("county", "dispatcher"))
        sorting.mark_conduct(
            actor=people.supervisor.actor, number=writer.case.number, unit_codes=["desk"]
        )
        assert people.clerk.client.post(page_of(writer), {"reason": "danger"}).status_code == 404
        assert outside.client.post(page_of(writer), {"reason": "danger"}).status_code == 200

    def test_a_few_an_hour(self, writer: Writer, people: People):
        url = page_of(writer)
        for _look in range(5):
            assert people.clerk.client.post(url, {"reason": "asked"}).status_code == 200
        refused = people.clerk.client.post(url, {"reason": "asked"})
        assert refused.status_code == 429
        assert HIDDEN not in text_of(refused)
        assert Reveal.objects.count() == 5
        with time.at(time.now() + timedelta(minutes=61)):
            people.clerk.client.force_login(people.clerk.account)
            assert people.clerk.client.post(url, {"reason": "asked"}).status_code == 200

    def test_a_letter_of_another_case_is_not_here(self, writer: Writer, people: People):
        other = Writer()
        other.write("另一封信")
        url = reverse("staff_desk:case_contact", args=[other.case.number, writer.report.pk])
        assert people.clerk.client.post(url, {"reason": "danger"}).status_code == 404

    def test_who_left_no_contact_offers_no_way_to_it(self, people: People):
        writer = Writer()
        writer.write("没有留邮箱")
        case = people.clerk.client.get(reverse("staff_desk:case", args=[writer.case.number]))
        assert page_of(writer) not in text_of(case)
        assert people.clerk.client.get(page_of(writer)).status_code == 404

    def test_everybody_reads_how_often_and_why(self, writer: Writer, people: People):
        before = text_of(Client().get(address("privacy")))
        assert "至今一次也没有" in before
        for reason in ("danger", "danger", "asked"):
            people.clerk.client.post(page_of(writer), {"reason": reason})
        table = text_of(Client().get(address("privacy"))).split("<tbody>")[1].split("</tbody>")[0]
        assert re.findall(r">\s*(?:<bdi>)?(\d)\s*<", table) == ["0", "0", "2", "1"]

    def test_nobody_can_take_a_look_back(self, writer: Writer, people: People):
        people.clerk.client.post(page_of(writer), {"reason": "danger"})
        for statement in (
            "DELETE FROM intake_reveal",
            "UPDATE intake_reveal SET reason = 'asked'",
            "TRUNCATE casework_opening",
        ):
            with (
                pytest.raises(ProgrammingError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


class TestOpenings:
    def test_a_letter_of_which_a_search_shows_words_counts_as_opened(
        self, writer: Writer, people: People
    ):
        other = Writer()
        other.write("路灯坏了。")
        index_letters()
        search = reverse("staff_desk:search")
        for _again in range(2):
            assert "水管" in text_of(people.clerk.client.post(search, {"q": "水管"}))
        opening = Opening.objects.get()
        assert (opening.report, opening.account) == (writer.report, people.clerk.account)
        shown = [
            followed(each).split('id="looks-title"')[1].split("</section>")[0]
            for each in (writer, other)
        ]
        assert ["群众来信办公室" in part for part in shown] == [True, False]
        # Whoever may not read it finds nothing, and opens nothing.
        people.other_handler.client.post(search, {"q": "水管"})
        assert Opening.objects.count() == 1

    def test_the_writer_sees_unit_and_day_and_no_name(
        self, writer: Writer, desk: Desk, people: People
    ):
        desk.take_on(writer)
        assert "还没有人打开过" in followed(writer)
        url = reverse("staff_desk:case", args=[writer.case.number])
        for person in (people.clerk, people.handler, people.colleague):
            person.client.get(url)
        seen = followed(writer)
        part = seen.split('id="looks-title"')[1].split("</section>")[0]
        assert part.count("住房和城乡建设局") == 1
        assert part.count("群众来信办公室") == 1
        assert "handler同志" not in part

    def test_once_a_person_and_hour(self, writer: Writer, people: People):
        url = reverse("staff_desk:case", args=[writer.case.number])
        start = time.now().replace(minute=10)
        for minutes in (0, 5, 49, 51, 110):
            with time.at(start + timedelta(minutes=minutes)):
                people.clerk.client.force_login(people.clerk.account)
                people.clerk.client.get(url)
        assert Opening.objects.filter(account=people.clerk.account).count() == 3

    def test_a_complaint_about_conduct_likewise(self, writer: Writer, people: People):
        number = writer.case.number
        sorting.mark_conduct(actor=people.supervisor.actor, number=number, unit_codes=["housing"])
        url = reverse("staff_desk:case", args=[number])
        people.auditor.client.get(url)
        assert people.handler.client.get(url).status_code == 404
        assert [row.account for row in Opening.objects.all()] == [people.auditor.account]

    def test_it_costs_one_query_and_the_unit_that_leads_is_named(
        self, writer: Writer, desk: Desk, people: People
    ):
        give_role(actor=SYSTEM, username="handler", unit_code="water", role="handler")
        desk.take_on(writer)
        actor, number = people.handler.actor, writer.case.number
        for _again in range(2):
            with CaptureQueriesContext(connection) as captured:
                record_opening(actor=actor, number=number)
            said = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
            assert len(said) == 1
        row = Opening.objects.get()
        assert row.unit is not None
        assert row.unit.code == "housing"


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_are_both_counted(monkeypatch, settings):
    """The control: without the lock on the clerk both would find four and become the fifth."""
    settings.REVEALS_PER_HOUR = 1
    make_county()
    people = make_people()
    writer = Writer()
    writer.write("漏水", email=HIDDEN)
    actor, number, report = people.clerk.actor, writer.case.number, writer.report.pk
    ready, outcomes = threading.Barrier(2), []

    def look() -> None:
        ready.wait(60)
        try:
            reveal(actor=actor, number=number, report_id=report, reason="asked")
            outcomes.append("seen")
        except TooManyLooks:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["refused", "seen"]
