"""Each act of the case page over HTTP: done, refused, and what was typed is never lost."""

import pytest

from huiying.casework.actions.sorting import assign, reassign
from huiying.casework.models import CaseFile, Named
from huiying.casework.states import State
from huiying.casework.words import LONGEST_WORDS
from huiying.faces.staff_desk.case_acts import FACES
from tests.casework.ways import brought_to
from tests.people import MEMBERS

pytestmark = pytest.mark.django_db

# act: (who, from, what they send, where it leads)
ACTS = {
    "triage": ("clerk", State.RECEIVED, {"category_code": "leak", "title": "漏水"}, "triaged"),
    "assign": (
        "dispatcher",
        State.TRIAGED,
        {"lead_code": "water", "support_1": "roads", "support_3": "estates"},
        "assigned",
    ),
    "reassign": (
        "dispatcher",
        State.IN_PROGRESS,
        {"lead_code": "roads", "reason": "路面归他们。"},
        "assigned",
    ),
    "accept": ("handler", State.ASSIGNED, {}, "in_progress"),
    "ask_resident": ("handler", State.IN_PROGRESS, {"question": "几栋？"}, "waiting"),
    "resume": ("handler", State.WAITING, {}, "in_progress"),
    "interim": ("handler", State.WAITING, {"words": "水泵已经订好，下周到货。"}, "waiting"),
    "return_to_desk": (
        "handler",
        State.ASSIGNED,
        {"reason": "not_our_area", "words": "在邻县。"},
        "returned",
    ),
    "decline": (
        "dispatcher",
        State.TRIAGED,
        {"competent_body": "省公司", "reason": "这一段由他们养护。"},
        "closed",
    ),
    "close": ("handler", State.ANSWERED, {"outcome": "solved", "proof": "复查过。"}, "closed"),
    "reopen": ("supervisor", State.CLOSED, {"words": "又坏了。"}, "in_progress"),
    "co_signing": ("dispatcher", State.ASSIGNED, {"required": "on"}, "assigned"),
    "weigh": (
        "clerk",
        State.RECEIVED,
        {"harm": "hazard", "reason": "井盖没了，有人绊倒。"},
        "received",
    ),
    "mark_conduct": (
        "clerk",
        State.RECEIVED,
        {"unit_2": "water", "usernames": "handler， colleague"},
        "received",
    ),
}
# In tests/casework/test_extensions.py: their days follow from the case.
TRIED_ELSEWHERE = {"ask_extension", "decide_extension"}
# act: (what is sent instead, what the page then says)
REFUSED = {
    "triage": ({"category_code": "no such"}, "not one of the available choices"),
    "assign": ({"support_1": "water"}, "A unit can have one part in a case only."),
    "reassign": ({"reason": " "}, "Say why, in a sentence or two."),
    "ask_resident": ({"question": ""}, "Say why, in a sentence or two."),
    "interim": ({"words": ""}, "Say why, in a sentence or two."),
    "return_to_desk": ({"reason": ""}, "Choose a reason."),
    "decline": ({"competent_body": ""}, "required"),
    "close": ({"outcome": "withdrawn"}, "not one of the available choices"),
    "reopen": ({"words": "x" * (LONGEST_WORDS + 1)}, "characters"),
    "weigh": ({"harm": "virality"}, "Choose from the list."),
    "mark_conduct": ({"usernames": "nobody"}, "One of these user names is not known."),
}


def _address(case: CaseFile, act: str) -> str:
    return f"/en/desk/cases/{case.number}/{act}/"


def test_every_act_is_tried_here():
    faces = {name: face for name, face in FACES.items() if name not in TRIED_ELSEWHERE}
    assert set(ACTS) == set(faces)
    with_words = {name for name, face in faces.items() if not face.at_once}
    assert set(REFUSED) == with_words - {"co_signing"}  # a single box: nothing can be wrong in it


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_done_and_said(people, act):
    who, state, words, target = ACTS[act]
    case = brought_to(state, people)
    client = getattr(people, who).client
    done = client.post(_address(case, act), words | {"seen": case.version}, follow=True)
    case.refresh_from_db()
    assert case.state == target
    assert done.redirect_chain
    assert done.status_code == 200
    assert "hy-tone--success" in done.text


@pytest.mark.parametrize("act", REFUSED)
def test_a_refusal_stands_in_the_form_with_everything_typed(people, act):
    who, state, words, _target = ACTS[act]
    changed, said = REFUSED[act]
    case = brought_to(state, people)
    page = getattr(people, who).client.post(
        _address(case, act), words | changed | {"seen": case.version}
    )
    assert page.status_code == 422
    assert said in page.text
    assert "govuk-error-summary" in page.text
    for name, typed in words.items():
        if name not in changed:
            assert typed in page.text
    version = case.version
    case.refresh_from_db()
    assert (case.state, case.version) == (state, version)


@pytest.mark.parametrize("act", ACTS)
def test_the_act_of_another_role_is_refused(people, act):
    _who, state, words, _target = ACTS[act]
    case = brought_to(state, people)
    page = people.auditor.client.post(_address(case, act), words)
    assert page.status_code == 403
    case.refresh_from_db()
    assert case.state == state


@pytest.mark.parametrize("act", [*REFUSED])
def test_a_page_that_is_out_of_date_shows_the_case_anew_and_keeps_the_words(people, act):
    who, state, words, _target = ACTS[act]
    case = brought_to(state, people)
    CaseFile.objects.filter(pk=case.pk).update(version=case.version + 1)
    client = getattr(people, who).client
    page = client.post(_address(case, act), words | {"seen": case.version})
    assert page.status_code == 409
    assert "Somebody else has acted on this since you opened it." in page.text
    for typed in words.values():
        assert typed in page.text
    assert f'name="seen" value="{case.version + 1}"' in page.text
    again = client.post(_address(case, act), words | {"seen": case.version + 1})
    assert again.status_code == 302


def test_words_for_an_act_that_is_gone_stay_in_sight(people):
    case = brought_to(State.TRIAGED, people)
    assign(actor=people.supervisor.actor, number=case.number, lead_code="housing")
    words = {"competent_body": "省公司", "reason": "这一段由他们养护。", "seen": case.version}
    page = people.dispatcher.client.post(_address(case, "decline"), words)
    assert page.status_code == 409
    assert "Not done. What you had written" in page.text
    assert "这一段由他们养护。" in page.text
    assert "Assigned to Housing Department" in page.text


def test_a_button_that_is_out_of_date_does_nothing(people):
    case = brought_to(State.ASSIGNED, people)
    reassign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="housing",
        support_codes=["estates"],
        reason="加上物业科。",
    )
    stale = people.handler.client.post(f"{_address(case, 'accept')}?seen={case.version}")
    assert stale.status_code == 409
    assert "Somebody else has acted" in stale.text
    case.refresh_from_db()
    assert case.state == State.ASSIGNED


def test_sent_twice_is_done_once(people):
    case = brought_to(State.RECEIVED, people)
    words = {"category_code": "leak", "seen": case.version}
    assert people.clerk.client.post(_address(case, "triage"), words).status_code == 302
    assert people.clerk.client.post(_address(case, "triage"), words).status_code == 409


def test_an_act_is_never_done_by_a_link(people):
    case = brought_to(State.ASSIGNED, people)
    response = people.handler.client.get(_address(case, "accept"))
    assert response.headers["Location"] == f"/en/desk/cases/{case.number}/"
    case.refresh_from_db()
    assert case.state == State.ASSIGNED


def test_who_loses_the_case_from_sight_goes_back_to_the_queue(people):
    case = brought_to(State.ASSIGNED, people)
    words = {"reason": "not_our_field", "words": "不归。"}
    done = people.handler.client.post(
        _address(case, "return_to_desk") + "?tab=ours&sort=newest", words
    )
    assert done.headers["Location"] == "/en/desk/?tab=ours&sort=newest"


def test_one_comes_back_into_the_list_that_one_works_through(people):
    case = brought_to(State.RECEIVED, people)
    address = _address(case, "triage") + "?tab=sort&sort=oldest"
    done = people.clerk.client.post(address, {"category_code": "noise"}, follow=True)
    assert done.redirect_chain[-1][0] == f"/en/desk/cases/{case.number}/?tab=sort&sort=oldest"
    assert "/en/desk/next/?tab=sort&amp;sort=oldest&amp;after=" in done.text


def test_a_complaint_is_never_given_to_the_unit_it_is_about(people):
    case = brought_to(State.TRIAGED, people)
    client = people.dispatcher.client
    client.post(_address(case, "mark_conduct"), {"unit_1": "housing"})
    page = client.post(_address(case, "assign"), {"lead_code": "estates", "support_1": "water"})
    assert page.status_code == 422
    assert "The complaint is about this unit or one above it." in page.text
    assert '<option value="estates" selected>' in page.text


def test_marking_names_units_and_people(people):
    case = brought_to(State.RECEIVED, people)
    words = {"unit_1": "water", "unit_3": "roads", "usernames": "handler, Colleague"}
    people.clerk.client.post(_address(case, "mark_conduct"), words)
    named = Named.objects.filter(case=case)
    assert {each.unit.code for each in named if each.unit} == {"water", "roads"}
    assert {each.account.username for each in named if each.account} == {"handler", "colleague"}


def test_marking_nobody_is_refused(people):
    case = brought_to(State.RECEIVED, people)
    page = people.clerk.client.post(_address(case, "mark_conduct"), {})
    assert page.status_code == 422
    assert "Say first whom it is about." in page.text


def test_without_a_token_nothing_is_done(people):
    case = brought_to(State.ASSIGNED, people)
    client = people.handler.client
    client.handler.enforce_csrf_checks = True
    assert client.post(_address(case, "accept")).status_code == 403


def test_every_member_gets_an_answer_to_every_act(people):
    case = brought_to(State.IN_PROGRESS, people)
    for name in MEMBERS:
        for act in FACES:
            response = getattr(people, name).client.post(
                _address(case, act), {"seen": "x", "lead_code": "\0", "reason": "\ud7ff"}
            )
            assert response.status_code in {302, 403, 404, 409, 422}, (name, act)


def test_a_wrong_sorting_is_mended_until_a_unit_has_the_case(people):
    case = brought_to(State.TRIAGED, people)
    url = f"/en/desk/cases/{case.number}/"
    assert "Sort again" in people.clerk.client.get(url).text
    done = people.clerk.client.post(
        f"{url}triage/", {"category_code": "leak", "seen": case.version}
    )
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.category and case.category.code) == ("triaged", "leak")
    assert (
        f"/cases/{case.number}/"
        not in people.clerk.client.get("/en/desk/my-next/").headers["Location"]
    )
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="water")
    late = people.clerk.client.post(f"{url}triage/", {"category_code": "noise"})
    assert late.status_code == 409
