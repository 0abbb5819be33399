"""The numbers under which other systems know a case: found, shown beside the clock, never changed unseen."""

import pytest

from huiying.casework.actions.numbering import Elsewhere, add_outside_number
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.working import close
from huiying.casework.desk_models import OutsideNumber
from huiying.casework.models import CaseFile, Report
from huiying.casework.outside_numbers import folded, says_who
from huiying.intake.reads import resident
from huiying.record.models import Entry, Payload
from huiying.retention.actions import erase_on_wish
from tests.scene import answer, letter

pytestmark = pytest.mark.django_db

PROVINCE = "省12345平台"
GIVEN = {"new-system": PROVINCE, "new-number": "gd 20261122 0007", "new-due_at": "2026-12-24T17:30"}


def _url(case: CaseFile) -> str:
    return f"/en/desk/cases/{case.number}/numbers/"


def _add(person, case, **changes):
    return person.client.post(_url(case), GIVEN | {"do": "add"} | changes)


def _find(person, number: str):
    return person.client.post("/en/desk/find/", {"number": number})


def _told(case: CaseFile) -> list[str]:
    rows = Entry.objects.filter(action__startswith="outside_number", subject=f"case:{case.label}")
    return list(rows.order_by("id").values_list("action", flat=True))


def test_a_number_is_shown_with_its_day_and_moves_no_clock_of_ours(people):
    case, receipt = letter(people, upto="in_progress")
    before = CaseFile.objects.values().get(pk=case.pk)
    due = Report.objects.get(case=case).due_at
    assert _add(people.clerk, case).status_code == 302
    for person in (people.clerk, people.handler, people.auditor):
        page = person.client.get(f"/en/desk/cases/{case.number}/").text
        assert PROVINCE in page
        assert "GD202611220007" in page
        assert "24 December" in page
    assert _url(case) not in people.handler.client.get(f"/en/desk/cases/{case.number}/").text
    assert (
        "GD202611220007" in people.handler.client.get(f"/en/desk/cases/{case.number}/print/").text
    )
    assert CaseFile.objects.values().get(pk=case.pk) == before
    assert Report.objects.get(case=case).due_at == due
    stranger = people.stranger
    stranger.post("/en/follow/", {"code": receipt.code, "secret": receipt.secret})
    follow = stranger.get("/en/follow/letter/").text
    assert receipt.code[:4] in follow
    assert "GD202611220007" not in follow


def test_the_desk_finds_it_by_exactly_this_number_where_it_may_see_the_case(people):
    case, _receipt = letter(people, upto="in_progress")
    _add(people.clerk, case)
    where = f"/en/desk/cases/{case.number}/"
    for typed in ("GD202611220007", " gd2026 1122 0007", "ＧＤ２０２６１１２２０００７"):
        assert _find(people.handler, typed)["Location"] == where, typed
    for typed in ("GD20261122000", "202611220007", "D202611220007", "0007"):
        assert _find(people.handler, typed)["Location"] == "/en/desk/", typed
    assert _find(people.other_handler, "GD202611220007")["Location"] == "/en/desk/"
    assert _find(people.handler, str(case.number))["Location"] == where


def test_our_own_number_comes_first_and_two_cases_under_one_number_are_both_named(people):
    first, _receipt = letter(people)
    second, _receipt = letter(people)
    _add(people.clerk, second, **{"new-number": str(first.number)})
    assert _find(people.clerk, str(first.number))["Location"].endswith(f"/{first.number}/")
    _add(people.clerk, first)
    _add(people.clerk, second)
    found = people.clerk.client.post("/en/desk/find/", {"number": "GD202611220007"}, follow=True)
    assert found.redirect_chain[0][0].endswith(f"/{second.number}/")
    assert f"Other cases have this number too: {first.number}." in found.text


def test_a_correction_says_what_stood_there_before(people):
    case, _receipt = letter(people)
    _add(people.clerk, case)
    row = OutsideNumber.objects.get()
    sent = {f"correct{row.pk}-system": PROVINCE, f"correct{row.pk}-number": "GD202611220008"}
    for _again in range(2):
        done = people.dispatcher.client.post(_url(case), sent | {"do": f"correct:{row.pk}"})
        assert done.status_code == 302
    page = people.clerk.client.get(f"/en/desk/cases/{case.number}/").text
    assert "GD202611220008; before: " in page
    assert "GD202611220007, due there on" in page
    assert _find(people.clerk, "GD202611220007")["Location"] == "/en/desk/"
    assert _told(case) == ["outside_number.added", "outside_number.corrected"]


def test_a_number_that_does_not_belong_here_is_taken_away_with_a_reason(people):
    case, _receipt = letter(people)
    _add(people.clerk, case)
    row = OutsideNumber.objects.get()
    act = {"do": f"end:{row.pk}"}
    assert people.clerk.client.post(_url(case), act).status_code == 422
    assert (
        people.clerk.client.post(_url(case), act | {f"end{row.pk}-reason": "填错了"}).status_code
        == 302
    )
    assert (
        people.clerk.client.post(_url(case), act | {f"end{row.pk}-reason": "填错了"}).status_code
        == 404
    )
    assert _find(people.clerk, "GD202611220007")["Location"] == "/en/desk/"
    assert "填错了" in people.clerk.client.get(f"/en/desk/cases/{case.number}/").text
    assert _add(people.clerk, case).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"new-number": "13800138000"},
        {"new-number": "a@example.org"},
        {"new-number": ""},
        {"new-system": " "},
        {"new-number": "1" * 61},
        {"new-due_at": "tomorrow"},
        {"do": "correct:x"},
        {"do": "burn:1"},
    ],
)
def test_what_cannot_be_kept_is_refused(people, changes):
    case, _receipt = letter(people)
    assert _add(people.clerk, case, **changes).status_code == 422
    assert not OutsideNumber.objects.exists()


def test_the_same_twice_is_refused_in_its_place(people):
    case, _receipt = letter(people)
    _add(people.clerk, case)
    again = _add(people.clerk, case)
    assert again.status_code == 422
    assert "stands there already" in again.text
    assert _told(case) == ["outside_number.added"]


def test_a_platform_number_with_a_day_in_it_is_none_of_a_person():
    assert not says_who(folded("530100 20261122 000 X"))
    assert not says_who("GD202611220007")
    assert says_who("11010519491231002X")


def test_another_cases_row_cannot_be_changed_from_this_one(people):
    case, _receipt = letter(people)
    other, _receipt = letter(people)
    row = add_outside_number(
        actor=people.clerk.actor, number=other.number, elsewhere=Elsewhere(PROVINCE, "A1")
    )
    sent = {
        "do": f"correct:{row.pk}",
        f"correct{row.pk}-system": "x",
        f"correct{row.pk}-number": "B2",
    }
    assert people.clerk.client.post(_url(case), sent).status_code == 404
    assert OutsideNumber.objects.get().number == "A1"


def test_whom_a_complaint_names_does_not_find_it_by_its_number(people):
    case, _receipt = letter(people, upto="in_progress")
    _add(people.clerk, case)
    assert _find(people.handler, "GD202611220007")["Location"].endswith(f"/{case.number}/")
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    assert _find(people.handler, "GD202611220007")["Location"] == "/en/desk/"


def test_it_goes_with_the_words_of_the_last_letter(people):
    case, receipt = letter(people, upto="in_progress")
    _add(people.clerk, case)
    answer(people, case, upto="published")
    close(actor=people.handler.actor, number=case.number, outcome="solved", proof="照片。")
    erase_on_wish(actor=resident(receipt.submission_label), what="words")
    assert not OutsideNumber.objects.exists()
    kept = Payload.objects.filter(entry__subject=f"case:{case.label}").values_list(
        "data", flat=True
    )
    assert "GD202611220007" not in str(list(kept))
    assert (
        "Noted a number of another system."
        in people.clerk.client.get(f"/en/desk/cases/{case.number}/").text
    )
