"""The case page: what it shows to whom, and what it never shows."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.sorting import assign, mark_conduct
from huiying.casework.actions.working import ask_resident, resume
from huiying.casework.actions.writing_back import add_words, answer_question, vote, withdraw
from huiying.casework.models import Report
from huiying.casework.states import State
from huiying.intake.models import Submission
from tests.casework.ways import brought_to, declined, taken_in, writer_of
from tests.people import MEMBERS
from tests.scene import answer
from tests.staff_desk.test_queue_page import HOSTILE

pytestmark = pytest.mark.django_db


def _page(person, case, language="en"):
    return person.client.get(f"/{language}/desk/cases/{case.number}/")


def test_it_shows_the_letter_the_exchange_and_what_happened(people):
    case = brought_to(State.IN_PROGRESS, people, place="东大街八号")
    ask_resident(actor=people.handler.actor, number=case.number, question="在几栋？")
    answer_question(actor=writer_of(case), text="在三栋。")
    add_words(actor=writer_of(case), text="又响了。")
    page = _page(people.handler, case).text
    for words in ("晚上十点以后", "东大街八号", "在几栋？", "在三栋。", "又响了。"):
        assert words in page
    for words in ("The letter came in", "Sorted as", "Assigned to Housing", "took the case on"):
        assert words in page
    assert "Housing Department, asking" in page
    for words in ("Dispatcher · Letters Office", "Handler · Housing Department", "The writer"):
        assert words in page


def test_nobody_sees_how_to_reach_the_writer(people):
    case = brought_to(State.IN_PROGRESS, people, email="somebody@example.org")
    letter = Submission.objects.get(report__case=case)
    for name in MEMBERS:
        page = _page(getattr(people, name), case).text
        assert "somebody@" not in page
        assert letter.code not in page
        assert letter.label not in page


# A joined case leads to the one with which its letters stand: tests/casework/test_joining.py.
@pytest.mark.parametrize(
    "state", [state for state in State if state not in {State.JOINED, State.SPLIT}]
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_state_has_its_page_for_everybody_who_may(people, state, language):
    case = brought_to(state, people)
    for name in ("clerk", "dispatcher", "reviewer", "supervisor", "auditor"):
        assert _page(getattr(people, name), case, language).status_code == 200
    expected = 200 if case.lead_unit else 404
    assert _page(people.handler, case, language).status_code == expected


def test_anothers_case_looks_like_one_that_does_not_exist(people):
    case = brought_to(State.ASSIGNED, people)
    for name in ("other_handler", "below", "investigator", "leader", "administrator"):
        client = getattr(people, name).client
        theirs = client.get(f"/en/desk/cases/{case.number}/")
        nothing = client.get("/en/desk/cases/999999/")
        assert theirs.status_code == nothing.status_code == 404

        def plain(response, number):
            text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)
            return text.replace(str(number), "N")

        assert plain(theirs, case.number) == plain(nothing, 999999)
        acts = ("triage", "assign", "accept", "close", "mark_conduct")
        for act in acts:
            assert client.post(f"/en/desk/cases/{case.number}/{act}/").status_code == 404


def test_a_number_beyond_all_numbers_is_not_found(people):
    assert people.clerk.client.get(f"/en/desk/cases/{'9' * 60}/").status_code == 404


def _acts(person, case) -> tuple[set[str], str]:
    """The acts that can be done, and the part of the page about the others."""
    page = _page(person, case).text
    can, _, cannot = page.partition("What cannot be done now")
    found = set(re.findall(rf'action="/en/desk/cases/{case.number}/(\w+)/', can))
    return found - {"note", "undo", "keep"}, cannot  # a note is no act on the case


def test_only_allowed_acts_are_offered_and_the_others_say_why(people):
    case = brought_to(State.ASSIGNED, people)
    can, cannot = _acts(people.handler, case)
    assert can == {"accept", "return_to_desk"}
    assert "Accept the case first; then you can ask the writer." in cannot
    assert "A case can be closed once it is answered." in cannot
    assert _acts(people.dispatcher, case)[0] == {"reassign", "weigh", "mark_conduct", "co_signing"}
    assert _acts(people.auditor, case) == (set(), "")
    fresh = brought_to(State.RECEIVED, people)
    assert _acts(people.clerk, fresh)[0] == {"triage", "weigh", "mark_conduct"}
    resting = brought_to(State.CLOSED, people)
    assert _acts(people.supervisor, resting)[0] == {"reopen", "mark_conduct"}


def test_the_lead_that_the_category_suggests_is_chosen(people):
    case = brought_to(State.TRIAGED, people)
    page = _page(people.dispatcher, case).text
    assert '<option value="housing" selected>' in page
    assert "The category suggests: Housing Department" in page


def test_the_way_to_the_answer(people):
    case = brought_to(State.IN_PROGRESS, people, wish="public")
    editor = f"/en/desk/cases/{case.number}/answer/"
    assert editor in _page(people.handler, case).text
    assert editor not in _page(people.dispatcher, case).text
    reply = answer(people, case, upto="in_review")
    page = _page(people.reviewer, case).text
    assert f"/en/desk/answers/{reply.label}/" in page
    assert "Check the answer" in page
    assert "In review" in page
    new = brought_to(State.RECEIVED, people)
    assert f"/en/desk/cases/{new.number}/standard-answer/" in _page(people.clerk, new).text


def test_the_writers_verdict_is_shown(people):
    case = brought_to(State.ANSWERED, people)
    assert "has not said yet" in _page(people.handler, case).text
    vote(actor=writer_of(case), verdict="not_solved")
    assert "The writer says: Not solved." in _page(people.handler, case).text


@pytest.mark.parametrize(("pressed", "said"), [(True, "somebody pressed"), (False, "said no")])
def test_only_the_agencys_supervisor_sees_who_was_pressed(people, pressed, said):
    case = brought_to(State.IN_PROGRESS, people)
    withdraw(actor=writer_of(case), pressed=pressed)
    assert said in _page(people.supervisor, case).text
    for name in set(MEMBERS) - {"supervisor"}:
        assert "to withdraw" not in (page := _page(getattr(people, name), case).text)
        assert "Only you see this" not in page


def test_whom_a_complaint_is_about(people):
    case = brought_to(State.TRIAGED, people)
    mark_conduct(
        actor=people.clerk.actor,
        number=case.number,
        unit_codes=["water"],
        usernames=["handler"],
    )
    page = _page(people.dispatcher, case).text
    assert "A complaint about the conduct of" in page
    assert "Water Company" in page
    assert "Handler" in page
    assert "Name somebody else whom it is about" in page


def test_why_it_was_returned_stands_on_top(people):
    case = brought_to(State.RETURNED, people)
    top = _page(people.dispatcher, case).text.partition("hy-letter__text")[0]
    assert "Housing Department sent it back to the desk: Not our field." in top
    assert "归公路局。" in top


def test_what_was_declined_says_who_is_competent(people):
    assert "省高速公路公司" in _page(people.auditor, declined(people)).text


def test_hostile_text_is_text_everywhere(people):
    case = brought_to(State.IN_PROGRESS, people, title=HOSTILE[:100], body=HOSTILE, place=HOSTILE)
    ask_resident(actor=people.handler.actor, number=case.number, question=HOSTILE)
    add_words(actor=writer_of(case), text=HOSTILE)
    resume(actor=people.handler.actor, number=case.number)
    client = people.handler.client
    sent = client.post(
        f"/en/desk/cases/{case.number}/return_to_desk/", {"words": HOSTILE, "reason": HOSTILE}
    )
    assert sent.status_code == 422
    client.post(
        f"/en/desk/cases/{case.number}/return_to_desk/", {"words": HOSTILE, "reason": "unclear"}
    )
    pages = sent.text + _page(people.dispatcher, case).text
    assert "<script>alert" not in pages
    assert "<img src=x" not in pages
    assert pages.count("{{ 7*7 }}") >= 6


def test_a_page_costs_the_same_with_a_short_story_and_a_long_one(people):
    case = brought_to(State.IN_PROGRESS, people, wish="public")
    answer(people, case)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert _page(people.handler, case).status_code == 200
        # Where no test's transaction is open, keeping the opening is one statement without savepoint.
        return sum("SAVEPOINT" not in query["sql"] for query in found.captured_queries)

    before = queries()
    assert before <= 12
    other = taken_in(title="另一封")
    Report.objects.filter(case=other).update(case=case)
    for _round in range(15):
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
        resume(actor=people.handler.actor, number=case.number)
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["water"])
    assert queries() == before


def test_two_writers_of_one_case_each_have_their_letter(people):
    case = brought_to(State.TRIAGED, people)
    other = taken_in(title="同一件事", body="我家也吵。")
    Report.objects.filter(case=other).update(case=case)
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="housing")
    page = _page(people.handler, case).text
    assert "Letter 1" in page
    assert "Letter 2" in page
    assert "我家也吵。" in page
