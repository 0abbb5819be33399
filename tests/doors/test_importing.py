"""Files of a partner, into every table and once only."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.forms.models import model_to_dict
from django.test import Client

from huiying.agencies.models import Unit
from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import triage
from huiying.casework.models import Assignment, CaseFile, Move, Report
from huiying.doors.actions import keep_batch
from huiying.doors.importing import DOOR
from huiying.doors.staging import Batch
from huiying.intake.letters import Letter
from huiying.intake.models import Contact, Message, Submission
from huiying.intake.opening import words_of
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from huiying.record.models import Entry
from huiying.record.reads import entries_about
from huiying.replies.models import Reply, ReplyVersion
from huiying.routing.models import Category
from tests.doors.conftest import HEADER, MAP, row
from tests.entries import holds

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERED = {"state": "done", "answer": "Mended.", "answered": "2026-03-03 09:00:00"}
CLOSED = ANSWERED | {"state": "closed", "closed": "2026-03-04 09:00:00"}


def shanghai(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour - 8, tzinfo=UTC)


def case_of(source_id: str) -> CaseFile:
    return CaseFile.objects.get(reports__submission__source_id=source_id)


def moves_of(case: CaseFile) -> list[tuple[str, str, str, datetime]]:
    return [
        (move.verb, move.source, move.target, move.at)
        for move in Move.objects.filter(case=case).order_by("id")
    ]


def totals() -> dict[str, int]:
    tables = [Submission, CaseFile, Report, Assignment, Move, Entry, Reply, ReplyVersion]
    return {model.__name__: model._default_manager.count() for model in tables}


def test_an_open_an_answered_and_a_closed_letter(county, file):
    report = file.load(row(1), row(2, **ANSWERED), row(3, **CLOSED), row(4, unit="", kind=""))
    assert (report.read, report.imported, report.updated, report.skipped) == (4, 4, 0, 0)
    assert report.rejected == []
    assert report.dropped_columns == ["phone"]

    first, second, third, fourth = (case_of(each) for each in "1234")
    water = Unit.objects.get(code="water")
    assert (first.state, first.lead_unit, first.version) == ("in_progress", water, 1)
    assert (second.state, second.outcome, second.version) == ("answered", "solved", 2)
    assert (third.state, third.version) == ("closed", 3)
    assert (fourth.state, fourth.lead_unit, fourth.category) == ("received", None, None)
    assert first.due_at == datetime(2026, 3, 5, tzinfo=UTC)  # the category's three days
    assert fourth.due_at == datetime(2026, 3, 17, tzinfo=UTC)  # the agency's fifteen

    came, answered, closed = shanghai(2, 8), shanghai(3, 9), shanghai(4, 9)
    assert moves_of(first) == [("receive", "", "in_progress", came)]
    assert moves_of(third) == [
        ("receive", "", "in_progress", came),
        ("answer", "in_progress", "answered", answered),
        ("close", "answered", "closed", closed),
    ]
    assert moves_of(fourth) == [("receive", "", "received", came)]
    assert (third.received_at, third.answered_at, third.closed_at) == (came, answered, closed)
    assert third.moved_at == closed
    assert Report.objects.get(case=third).delivered_at == answered
    assert Assignment.objects.get(case=third).unit == water
    assert not Assignment.objects.filter(case=fourth).exists()
    assert all(moves_of(case)[-1][2] == case.state for case in CaseFile.objects.all())


def test_answers_are_published_at_their_own_past_time(county, file):
    file.load(row(1, **ANSWERED))
    reply = Reply.objects.get()
    version = ReplyVersion.objects.get()
    assert (reply.state, reply.audience) == ("published", "public")
    assert reply.issued_at == reply.answered_at == shanghai(3, 9)
    assert Reply.objects.filter(unit__code="water", category__code="leak").exists()
    assert reply.approved_by == "source:partner"
    assert (version.title, version.question, version.text) == ("Title 1", "Title 1", "Mended.")
    assert Submission.objects.get().wish == "public"


def test_without_publish_answers_went_to_the_writer_alone(county, file):
    file.map.write_text(file.map.read_text().replace("publish = true", "publish = false"))
    file.load(row(1, **ANSWERED))
    assert (Reply.objects.get().state, Submission.objects.get().wish) == ("sent", "private")


def test_the_record_says_who_imported_and_holds(county, people, file):
    file.load(row(1), actor=people.administrator.actor)
    said = entries_about([f"case:{case_of('1').label}"])
    assert [each.action for each in said] == ["case.imported"]
    assert said[0].actor == people.administrator.actor.label
    assert said[0].data == {
        "source": "partner",
        "state": "in_progress",
        "submission": Submission.objects.get().label,
    }
    assert all(holds(entry) for entry in Entry.objects.values_list("id", flat=True))


@pytest.mark.parametrize("who", ["clerk", "dispatcher", "handler", "supervisor", "leader"])
def test_nobody_else_imports(county, people, file, who):
    with pytest.raises(NotAllowed):
        file.load(row(1), actor=getattr(people, who).actor)
    assert not Submission.objects.exists()


def test_nothing_says_who_wrote(county, file):
    file.load(row(1, phone="13812345678"))
    assert not Contact.objects.exists()
    assert not Message.objects.exists()
    assert not Submission.objects.get().reachable
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', ["%13812345678%"]
            )
            assert cursor.fetchone() == (0,), table


def test_the_same_rows_as_the_verbs_write(county, file):
    """An imported open letter differs from a received one by its own marks alone."""
    file.map.write_text(file.map.read_text().replace('open_state = "in_progress"', ""))
    file.load(row(1, unit=""))
    receive(
        actor=SYSTEM,
        letter=Letter(
            body="Text 1",
            title="Title 1",
            category_code="leak",
            language="en",
            wish="public",
            channel="other",
            source="elsewhere",
            source_id="1",
        ),
    )
    own = {"id", "label", "code", "replay", "received_at", "source", "number", "due_at", "moved_at"}
    own |= {"case", "submission", "at"}
    for model in (Submission, CaseFile, Report, Move):
        imported, received = (model_to_dict(each) for each in model._default_manager.order_by("pk"))
        assert {name: value for name, value in imported.items() if name not in own} == {
            name: value for name, value in received.items() if name not in own
        }, model.__name__


@pytest.mark.usefixtures("small_batches")
def test_rows_that_do_not_fit_cost_themselves_only(county, file):
    file.write(
        row(1),
        row(2, text=""),
        row(3),
        '"4","open, never closed',
        row(5, kind="unheard of"),
        row(6, unit="nowhere"),
        "7,too,few",
        row(8, came="2999-01-01"),
        row(9),
        row(10, kind="living"),
    )
    report = file.load()
    assert [(each.line, each.reason) for each in report.rejected] == [
        (3, "text: empty"),
        (5, "a quotation mark is opened and not closed as it should be"),
        (6, "kind: unknown category"),
        (7, "unit: unknown unit"),
        (8, "3 fields instead of 11"),
        (9, "came: the date lies in the future"),
        (11, "kind: unknown category"),
    ]
    assert report.read == report.imported + len(report.rejected) == 10
    assert sorted(Submission.objects.values_list("source_id", flat=True)) == ["1", "3", "9"]


@pytest.mark.usefixtures("small_batches")
def test_a_second_run_changes_nothing(county, file):
    lines = [row(number, **(CLOSED if number % 2 else ANSWERED)) for number in range(1, 9)]
    file.load(*lines)
    before = totals()
    again = file.load(*lines)
    assert (again.imported, again.updated, again.skipped) == (0, 0, 8)
    assert totals() == before


def test_an_id_twice_in_one_file_is_one_letter(county, file):
    report = file.load(row(1), row(2), row(1, **ANSWERED), row(2))
    assert (report.imported, report.updated, report.skipped) == (2, 1, 1)
    assert case_of("1").state == "answered"


def test_the_same_id_of_another_source_is_another_letter(county, file):
    file.load(row(1))
    assert file.load(row(1), source="another").imported == 1


@pytest.mark.parametrize("end", [ANSWERED, CLOSED])
def test_a_case_that_went_on_moves_forward(county, file, end):
    file.load(row(1))
    before = case_of("1")
    report = file.load(row(1, **end))
    assert (report.imported, report.updated, report.skipped) == (0, 1, 0)
    case = case_of("1")
    assert case.state == ("closed" if end is CLOSED else "answered")
    assert case.number == before.number
    verbs = [verb for verb, *_rest in moves_of(case)]
    assert verbs == ["receive", "answer", "close"][: len(verbs)]
    assert case.version == len(verbs)
    assert [each.action for each in entries_about([f"case:{case.label}"])] == [
        "case.imported",
        "case.import_moved",
    ]
    assert Reply.objects.filter(case=case, state="published").count() == 1
    assert all(holds(entry) for entry in Entry.objects.values_list("id", flat=True))
    assert file.load(row(1, **end)).skipped == 1


def test_an_answered_case_that_was_closed_since(county, file):
    file.load(row(1, **ANSWERED))
    assert file.load(row(1, **CLOSED)).updated == 1
    case = case_of("1")
    assert [verb for verb, *_rest in moves_of(case)] == ["receive", "answer", "close"]
    assert Reply.objects.count() == 1
    assert Report.objects.get().delivered_at == case.answered_at


def test_a_letter_that_a_unit_has_since(county, file):
    file.load(row(1, unit=""))
    assert file.load(row(1)).updated == 1
    case = case_of("1")
    assert (case.state, case.lead_unit) == ("in_progress", Unit.objects.get(code="water"))
    assert Assignment.objects.get(case=case).part == "lead"
    assert file.load(row(1, **CLOSED)).updated == 1
    assert case_of("1").state == "closed"


def test_nothing_is_moved_back(county, file):
    file.load(row(1, **CLOSED))
    before = totals()
    for earlier in (row(1), row(1, **ANSWERED), row(1, **CLOSED | {"answer": "Other words."})):
        report = file.load(earlier)
        assert (report.updated, report.skipped) == (0, 1)
    assert totals() == before
    assert case_of("1").state == "closed"
    assert ReplyVersion.objects.get().text == "Mended."


def test_what_was_done_here_later_stands(county, people, file):
    file.load(row(1, unit=""))
    case = case_of("1")
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    report = file.load(row(1, **CLOSED))
    assert (report.updated, report.skipped) == (0, 0)
    assert [each.line for each in report.rejected] == [2]
    assert "worked on here" in report.rejected[0].reason
    assert case_of("1").state == "triaged"
    # and the file's older state is no reason to move it either
    assert file.load(row(1)).skipped == 1


def test_new_units_and_categories_are_made_where_the_map_says_so(county, file):
    file.map.write_text(
        file.map.read_text()
        + '[units]\ncreate = true\nunder = "partner"\nname = { en = "Partner" }\n'
        + 'names = { "P W" = { zh-hans = "公共工程", en = "Public Works" } }\n'
        + '[categories]\ncreate = true\nunder = "partner"\ntarget_days = 9\nworking_days = true\n'
    )
    lines = [
        row(1, unit="P W", kind="Street Lights"),
        row(2, unit="p w", kind="Street lights"),
        row(3, unit="water", kind="Street Lights (Internal)"),
        row(4, unit="供水", kind="路灯"),
        row(5, kind="noise"),
    ]
    assert file.load(*lines).imported == 5
    units = {unit.code: unit for unit in Unit.objects.filter(path__startswith="county/partner/")}
    assert {"partner", "partner-p-w"} < set(units)
    assert units["partner-p-w"].name == {"zh-hans": "公共工程", "en": "Public Works"}
    assert len(units) == 3
    made = Category.objects.filter(parent__code="partner")
    assert made.count() == 3
    assert {(each.target_days, each.working_days, each.offered) for each in made} == {
        (9, True, False)
    }
    lights = Category.objects.get(code="partner-street-lights")
    assert lights.lead_unit == units["partner-p-w"]
    of_case = Category.objects.filter(pk__in=[case_of("4").category_id, case_of("5").category_id])
    assert set(of_case.values_list("name__en", flat=True)) == {"路灯", "Noise"}
    before = Counter(Unit.objects.values_list("code", flat=True))
    assert file.load(*lines).skipped == 5
    assert Counter(Unit.objects.values_list("code", flat=True)) == before


def test_a_column_that_is_no_list_of_categories_is_noticed(county, file):
    file.map.write_text(
        file.map.read_text().replace('category = "kind"', 'category = "text"')
        + '[categories]\ncreate = true\nunder = "partner"\n'
    )
    with pytest.raises(Exception, match="right column"):
        file.load(*[row(number) for number in range(1, 600)])
    assert not Category.objects.filter(code__startswith="partner").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_in_every_encoding(county, file, encoding):
    file.write(
        row(1, text="小区漏水三天了，没人管。" * 20, title="漏水"),
        row(2, text="𠮷野家门口"),
        encoding=encoding,
    )
    assert file.load().imported == 2
    assert sorted(words_of(letter).body for letter in Submission.objects.all()) == sorted(
        ["小区漏水三天了，没人管。" * 20, "𠮷野家门口"]
    )


def test_a_batch_is_a_verb_whose_return_means_committed(county, file):
    nothing = Batch(source="partner", language="en", publish=False, letters=[])
    with transaction.atomic(), pytest.raises(RuntimeError):
        keep_batch(actor=DOOR, batch=nothing)
    assert keep_batch(actor=DOOR, batch=nothing).imported == 0
    assert DOOR.label == "door:import"


POINT = '\n[point]\nlatitude = "lat"\nlongitude = "lng"\n'
PLACED = HEADER + ",lat,lng"


def placed(number: int, latitude: str, longitude: str, **given: str) -> str:
    return f"{row(number, **given)},{latitude},{longitude}"


def test_where_a_letter_lies_is_sealed_with_it_and_told_to_who_works_on_it(county, file, people):
    file.map.write_text(MAP + POINT, encoding="utf-8")
    dark = {"title": "", "unit": "", "kind": "leak"}
    lines = [
        placed(1, "30.25000", "120.16000", text="Lamp out at the bridge for days", **dark),
        placed(2, "30.25036", "120.16000", text="Street light broken, please mend it", **dark),
        placed(3, "30.25180", "120.16000", text="Another pipe, far down the road", **dark),
        placed(4, "0", "0", text="A row of zeros is no place", **dark),
        placed(5, "91", "x", text="Neither is this one on earth", **dark),
    ]
    file.write(*lines, header=PLACED)
    assert file.load().imported == 5
    points = [words_of(letter).point for letter in Submission.objects.order_by("source_id")]
    assert points == [(30.25, 120.16), (30.25036, 120.16), (30.2518, 120.16), None, None]

    client, first = people.dispatcher.client, case_of("1")
    beside = client.get(f"/en/desk/cases/{first.number}/alike/").content.decode()
    assert "about 40 m away, same category" in beside
    assert str(case_of("3").number) not in beside  # 200 m
    assert "30.25000, 120.16000" in client.get(f"/en/desk/cases/{first.number}/").content.decode()
    assert Client().get(f"/en/desk/cases/{first.number}/").status_code == 302


def test_a_file_without_the_columns_of_a_point_comes_in_without(county, file):
    file.map.write_text(MAP + POINT, encoding="utf-8")
    assert file.load(row(1)).imported == 1
    assert words_of(Submission.objects.get()).point is None
