"""The pages on which an answer is written, checked and put right, asked over HTTP."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.sorting import reassign
from huiying.casework.models import CaseFile
from huiying.casework.states import State as CaseState
from huiying.kernel.names import localized
from huiying.replies import reads
from huiying.replies.actions import reviewing, writing
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads.listing import to_review
from huiying.replies.states import State
from huiying.replies.words import Words
from tests.people import Person, make_person

pytestmark = pytest.mark.django_db

TYPED = {
    "title": "夜间施工噪声",
    "question": "晚上十点后还在施工。",
    "text": "已责令\r\n二十二点后停工。",
    "outcome": "solved",
    "audience": "public",
    "label": "",
    "seen": "",
}


def _editor(case: CaseFile, language: str = "en") -> str:
    return f"/{language}/desk/cases/{case.number}/answer/"


def _post(person: Person, case: CaseFile, do: str, **changes: str) -> Any:
    return person.client.post(_editor(case), TYPED | {"do": do} | changes)


def _submitted(people, case, words) -> Reply:
    return writing.put_forward(actor=people.handler.actor, number=case.number, words=words)


def _published(people, case, words) -> Reply:
    reply = _submitted(people, case, words)
    return reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)


def test_an_answer_is_written_checked_and_published_in_the_browser(people, in_hand):
    case = in_hand(body="晚上十点以后工地还在施工，睡不着。")
    page = people.handler.client.get(_editor(case, "zh-hans"))
    assert page.status_code == 200
    assert "晚上十点以后工地还在施工，睡不着。" in page.text
    saved = _post(people.handler, case, "save", text="")
    assert saved.status_code == 302
    reply = Reply.objects.get()
    assert (reply.state, reply.version) == (State.DRAFT, 1)
    handed = _post(people.handler, case, "submit", label=reply.label, seen="1")
    assert handed.status_code == 302
    assert ReplyVersion.objects.get(number=2).text == "已责令\n二十二点后停工。"
    waiting = people.reviewer.client.get("/en/desk/answers/").text
    assert "夜间施工噪声" in waiting
    review = f"/en/desk/answers/{reply.label}/"
    page = people.reviewer.client.get(review).text
    assert "Approve and publish" in page
    assert 'name="seen" value="2"' in page
    assert people.reviewer.client.post(review, {"do": "publish", "seen": "2"}).status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.ANSWERED
    shown = people.stranger.get(f"/zh-hans/answers/{reply.address}/").text
    assert "夜间施工噪声" in shown
    assert "睡不着" not in shown  # the letter itself is nobody else's


def test_the_preview_is_what_everybody_will_see(people, in_hand, words):
    """The same mark-up, but for the days of answering, which a preview does not have yet."""
    reply = _submitted(people, in_hand(), words)
    preview = people.handler.client.get(f"/en/desk/answers/{reply.label}/preview/").text
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    public = people.stranger.get(f"/en/answers/{reply.address}/").text

    def paper(text: str) -> str:
        start = text.index('<article class="hy-paper">')
        return text[start : text.index('<p class="hy-paper__signed">', start)]

    assert paper(preview) == paper(public)
    assert words.question in paper(public)


def test_what_lacks_a_part_is_not_handed_over_and_nothing_typed_is_lost(people, in_hand):
    case = in_hand()
    refused = _post(people.handler, case, "submit", outcome="", title=" ")
    assert refused.status_code == 422
    assert "Say what came of it." in refused.text
    assert "Give the answer a title." in refused.text
    assert "二十二点后停工。" in refused.text
    assert not Reply.objects.exists()


def test_where_two_write_at_once_both_texts_are_shown(people, in_hand, words):
    case = in_hand()
    reply = writing.draft(actor=people.colleague.actor, number=case.number, words=words)
    conflict = _post(people.handler, case, "save")
    assert conflict.status_code == 409
    assert "二十二点后停工。" in conflict.text  # what was typed
    assert words.text in conflict.text  # what the colleague saved
    assert f'value="{reply.label}"' in conflict.text
    assert _post(people.handler, case, "save", label=reply.label, seen="1").status_code == 302
    stale = _post(people.colleague, case, "submit", label=reply.label, seen="1")
    assert stale.status_code == 409
    assert ReplyVersion.objects.filter(reply=reply).count() == 2


def test_what_is_typed_survives_when_the_case_is_taken_away(people, in_hand):
    """To a unit below, so that the writer still sees it; then to one whose cases they never see."""
    case = in_hand()
    for unit, status in (("estates", 409), ("water", 404)):
        reassign(
            actor=people.dispatcher.actor, number=case.number, lead_code=unit, reason="Theirs."
        )
        gone = _post(people.handler, case, "save")
        assert gone.status_code == status
        assert "二十二点后停工。" in gone.text
        assert case.title not in gone.text
    assert not Reply.objects.exists()


def test_a_reviewer_who_looks_at_an_old_version_is_shown_the_new_one(people, in_hand, words):
    reply = _submitted(people, in_hand(), words)
    actor = people.handler.actor
    writing.take_back(actor=actor, label=reply.label)
    newer = Words("新标题", "新问题", "新答复", "solved", "public")
    writing.save(actor=actor, label=reply.label, seen=1, words=newer)
    writing.submit(actor=actor, label=reply.label, seen=2)
    review = f"/en/desk/answers/{reply.label}/"
    page = people.reviewer.client.post(review, {"do": "publish", "seen": "1"})
    assert page.status_code == 409
    assert "新答复" in page.text
    assert 'name="seen" value="2"' in page.text
    for odd in ("", "x", "9" * 40):
        refused = people.reviewer.client.post(review, {"do": "publish", "seen": odd})
        assert refused.status_code == 409


def test_sending_back_needs_a_reason_and_the_writer_reads_it(people, in_hand, words):
    case = in_hand()
    reply = _submitted(people, case, words)
    review = f"/en/desk/answers/{reply.label}/"
    empty = people.reviewer.client.post(review, {"do": "send_back", "seen": "1", "reason": " "})
    assert empty.status_code == 422
    done = people.reviewer.client.post(
        review, {"do": "send_back", "seen": "1", "reason": "<b>Say when.</b>"}
    )
    assert done.status_code == 302
    assert "&lt;b&gt;Say when.&lt;/b&gt;" in people.handler.client.get(_editor(case)).text
    drafts = people.handler.client.get("/en/desk/answers/?tab=drafts").text
    assert words.title in drafts
    assert "Sent back" in drafts


def test_who_wrote_it_is_offered_no_approval(people, in_hand, words):
    both = make_person("both", ("housing", "handler"), ("housing", "reviewer"))
    case = in_hand()
    reply = writing.put_forward(actor=both.actor, number=case.number, words=words)
    review = f"/en/desk/answers/{reply.label}/"
    page = both.client.get(review).text
    assert "You wrote part of this text." in page
    assert "Approve and publish" not in page
    assert both.client.post(review, {"do": "publish", "seen": "1"}).status_code == 403
    assert Reply.objects.get().state == State.IN_REVIEW


def test_taking_back_and_giving_up(people, in_hand, words):
    case = in_hand()
    reply = _submitted(people, case, words)
    assert "Take it back" in people.handler.client.get(_editor(case)).text
    back = people.handler.client.post(f"/en/desk/answers/{reply.label}/take-back/")
    assert back.url == _editor(case)
    gone = people.colleague.client.post(f"/en/desk/answers/{reply.label}/give-up/")
    assert gone.status_code == 302
    assert Reply.objects.get().state == State.ABANDONED
    assert 'name="label" id="id_label"' in people.handler.client.get(_editor(case)).text


def test_a_correction_goes_through_the_pages(people, in_hand, words):
    first = _published(people, in_hand(), words)
    address = f"/en/desk/answers/{first.label}/correct/"
    assert words.text in people.handler.client.get(address).text
    typed = {"title": words.title, "question": words.question, "text": "七点前停工。"}
    refused = people.handler.client.post(address, typed | {"do": "submit", "reason": ""})
    assert refused.status_code == 422
    assert "七点前停工。" in refused.text
    done = people.handler.client.post(
        address, typed | {"do": "save", "reason": "The hour was wrong."}
    )
    correction = Reply.objects.get(corrects=first)
    assert done.url == f"/en/desk/answers/{correction.label}/text/"
    assert people.handler.client.get(address).url == done.url  # one at a time
    second = people.colleague.client.post(address, typed | {"do": "save", "reason": "Also me."})
    assert second.status_code == 409
    assert second.text.count("七点前停工。") == 2  # what is saved, and what was typed
    more = {**typed, "text": "六点前停工。", "label": correction.label, "seen": "1"}
    handed = people.handler.client.post(done.url, more | {"do": "submit"})
    assert handed.status_code == 302
    conflict = people.colleague.client.post(done.url, more | {"do": "save"})
    assert conflict.status_code == 409
    review = f"/en/desk/answers/{correction.label}/"
    page = people.reviewer.client.get(review).text
    assert "The hour was wrong." in page
    assert "Approve and send" not in page  # it is published where the first one was
    assert people.reviewer.client.post(review, {"do": "publish", "seen": "2"}).status_code == 302
    shown = people.stranger.get(f"/en/answers/{first.address}/").text
    assert "六点前停工。" in shown
    assert words.text in shown
    assert "The hour was wrong." in shown


def test_a_withdrawal_goes_through_the_pages(people, in_hand, words):
    reply = _published(people, in_hand(), words)
    address = f"/en/desk/answers/{reply.label}/withdraw/"
    assert people.handler.client.get(address).status_code == 403
    assert people.supervisor.client.get(address).status_code == 200
    assert people.supervisor.client.post(address, {"seen": "1"}).status_code == 422
    done = people.supervisor.client.post(address, {"seen": "1", "reason": "Wrong site."})
    assert done.status_code == 302
    assert "Wrong site." in people.stranger.get(f"/en/answers/{reply.address}/").text


def test_the_case_page_knows_its_answers(people, in_hand, words):
    case = in_hand()
    panel = reads.replies_on_case(people.handler.actor, case)
    assert (panel.lines, panel.may_write, panel.to_review) == ((), True, "")
    assert not reads.replies_on_case(people.clerk.actor, case).may_write
    reply = _submitted(people, case, words)
    panel = reads.replies_on_case(people.reviewer.actor, case)
    assert (panel.to_review, panel.lines[0].state) == (reply.label, State.IN_REVIEW)
    assert panel.lines[0].drafted_by == localized(people.handler.account.name)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    panel = reads.replies_on_case(people.supervisor.actor, CaseFile.objects.get(pk=case.pk))
    assert panel.lines[0].may_withdraw
    assert not panel.lines[0].may_correct
    assert panel.why_not == ""


HOSTILE = "<script>alert(1)</script>\"'>&\u202e{{ 7|add:7 }}{% now %}"


def test_hostile_text_is_shown_and_never_run(people, in_hand):
    case = in_hand(body=HOSTILE, title=HOSTILE, place=HOSTILE)
    typed = {"title": HOSTILE, "question": HOSTILE, "text": HOSTILE}
    assert _post(people.handler, case, "submit", **typed).status_code == 302
    reply = Reply.objects.get()
    review = f"/en/desk/answers/{reply.label}/"
    pages = [
        people.handler.client.get(_editor(case)),
        people.handler.client.get(f"{review}preview/"),
        people.reviewer.client.get(review),
        people.reviewer.client.get("/en/desk/answers/"),
    ]
    sent_back = {"do": "send_back", "seen": "1", "reason": HOSTILE}
    people.reviewer.client.post(review, sent_back)
    pages.append(people.handler.client.get(_editor(case)))
    writing.submit(actor=people.handler.actor, label=reply.label, seen=1)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    correction = typed | {"do": "submit", "reason": HOSTILE}
    people.handler.client.post(f"{review}correct/", correction)
    second = Reply.objects.get(corrects=reply)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=second.label, seen=1)
    address = f"/en/answers/{reply.address}/"
    pages += [people.stranger.get(address), people.stranger.get("/en/answers/")]
    withdrawing = f"/en/desk/answers/{second.label}/withdraw/"
    pages.append(people.supervisor.client.get(withdrawing))
    people.supervisor.client.post(withdrawing, {"seen": "1", "reason": HOSTILE})
    pages.append(people.stranger.get(address))
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text
        assert "{{ 7|add:7 }}" in page.text


def test_null_bytes_are_refused_by_the_form(people, in_hand):
    refused = _post(people.handler, in_hand(), "save", text="a\0b")
    assert refused.status_code == 422


def test_a_list_costs_the_same_at_one_row_and_at_thirty(people, in_hand, words):
    """What a handler has handed over is in both lists: theirs, and the reviewer's."""

    def cost(person: Person, tab: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page = person.client.get(f"/en/desk/answers/?tab={tab}")
            assert page.status_code == 200
        return len(captured)

    def costs() -> list[int]:
        return [cost(people.reviewer, "review"), cost(people.handler, "drafts")]

    _submitted(people, in_hand(), words)
    at_one = costs()
    for _each in range(29):
        _submitted(people, in_hand(), words)
    assert costs() == at_one
    assert max(at_one) <= 12


def test_the_lists_page_in_both_directions(people, in_hand, words, monkeypatch):
    monkeypatch.setattr("huiying.replies.reads.listing.PAGE_SIZE", 3)
    made = [_submitted(people, in_hand(), words).label for _each in range(7)]
    actor = people.reviewer.actor
    first = to_review(actor)
    second = to_review(actor, onward=first.onward)
    third = to_review(actor, onward=second.onward)
    walked = [line.label for page in (first, second, third) for line in page.lines]
    assert walked == made
    assert (first.back, third.onward) == ("", "")
    assert to_review(actor, back=third.back).lines == second.lines
    assert to_review(actor, back=second.back).lines == first.lines
    assert to_review(actor, back=second.back).back == ""


def test_the_single_pages_stay_within_their_queries(people, in_hand, words):
    case = in_hand()
    reply = _submitted(people, case, words)
    for person, address in (
        (people.handler, _editor(case)),
        (people.handler, f"/en/desk/answers/{reply.label}/preview/"),
        (people.reviewer, f"/en/desk/answers/{reply.label}/"),
    ):
        with CaptureQueriesContext(connection) as captured:
            assert person.client.get(address).status_code == 200
        # The opening is one statement; only a test's own transaction wraps it in a savepoint.
        asked = [query["sql"][:90] for query in captured if "SAVEPOINT" not in query["sql"]]
        assert len(asked) <= 12, asked
