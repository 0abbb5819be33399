"""An answer to what turns out to be a complaint about conduct: those it names read public pages, too."""

import pytest

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.intake.models import Submission
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.errors import NeverPublic
from huiying.replies.models import Reply
from huiying.replies.reads import answers_for_submission
from huiying.replies.reads.public import answers
from huiying.replies.words import Words

pytestmark = pytest.mark.django_db

PLACES = ["/zh-hans/", "/zh-hans/answers/", "/zh-hans/answers/?category=living&unit=county"]


def _words(title: str) -> Words:
    return Words(title, f"{title}问的话", f"{title}答的话", "solved", "public")


@pytest.fixture
def put_forward(people, in_hand):
    def make(title: str) -> Reply:
        case = in_hand()
        return writing.put_forward(
            actor=people.handler.actor, number=case.number, words=_words(title)
        )

    return make


@pytest.fixture
def publish(people, put_forward):
    def make(title: str) -> Reply:
        label = put_forward(title).label
        return reviewing.approve_and_issue(actor=people.reviewer.actor, label=label, seen=1)

    return make


def _mark(people, case: CaseFile) -> None:
    case.refresh_from_db()
    form = {"seen": str(case.version), "unit_1": "housing"}
    address = f"/zh-hans/desk/cases/{case.number}/mark_conduct/"
    response = people.clerk.client.post(address, form)
    assert response.status_code == 302, response.text
    case.refresh_from_db()
    assert case.conduct


def _everywhere(people, reply: Reply) -> str:
    """Every public page on which the answer could stand, as one text."""
    pages = [people.stranger.get(place).text for place in PLACES]
    pages.append(people.stranger.get(f"/zh-hans/answers/{reply.address}/").text)
    return "\n".join(pages)


def test_an_answer_leaves_the_public_pages_when_its_case_is_marked(people, publish):
    other, reply = publish("路灯"), publish("夜里施工")
    assert _everywhere(people, reply).count("夜里施工答的话") == 1
    assert answers().count == 2
    _mark(people, reply.case)
    shown = _everywhere(people, reply)
    for words in ("夜里施工", reply.address):
        assert words not in shown.replace(f"/answers/{reply.address}/", "")
    assert "路灯" in shown
    found = answers()
    assert [line.address for line in found.lines] == [other.address]
    assert found.count == 1
    assert Reply.objects.get(pk=reply.pk).state == "published"


def test_its_address_does_not_tell_why(people, publish):
    reply = publish("夜里施工")
    _mark(people, reply.case)
    page = people.stranger.get(f"/zh-hans/answers/{reply.address}/")
    assert page.status_code == 404
    assert "这条答复现在不公开显示" in page.text
    for telling in ("投诉", "作风", "举报", "夜里施工", "conduct"):
        assert telling not in page.text
    english = people.stranger.get(f"/en/answers/{reply.address}/").text
    assert "This answer is not shown." in english
    assert "complaint" not in english


def test_marked_first_it_is_never_published(people, put_forward):
    reply = put_forward("夜里施工")
    # The unit that answers is not the one that it is about, so its draft goes on.
    mark_conduct(actor=people.clerk.actor, number=reply.case.number, unit_codes=["water"])
    page = people.reviewer.client.post(
        f"/zh-hans/desk/answers/{reply.label}/", {"seen": "1", "do": "publish"}
    )
    assert page.status_code == 422
    assert "夜里施工" not in _everywhere(people, reply)
    with pytest.raises(NeverPublic):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    assert "夜里施工" not in _everywhere(people, reply)


def test_a_corrected_or_withdrawn_answer_goes_with_all_its_texts(people, publish):
    reply = publish("夜里施工")
    correction = mending.correct_and_submit(
        actor=people.handler.actor, label=reply.label, words=_words("更正过"), reason="写错了"
    )
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)
    withdrawn = publish("已经撤回")
    mending.withdraw(actor=people.supervisor.actor, label=withdrawn.label, reason="工地名写错")
    for each in (reply, withdrawn):
        _mark(people, each.case)
        assert people.stranger.get(f"/zh-hans/answers/{each.address}/").status_code == 404
        shown = _everywhere(people, each)
        for words in ("夜里施工", "更正过", "已经撤回", "工地名写错"):
            assert words not in shown


def test_the_list_goes_on_past_what_is_kept_from_view(people, publish):
    made = [publish(f"答复{number}") for number in range(7)]
    for hidden in (made[1], made[4], made[5], made[6]):
        CaseFile.objects.filter(pk=hidden.case_id).update(conduct=True)
    kept = [made[3].address, made[2].address, made[0].address]
    first = answers(size=2)
    assert [line.address for line in first.lines] == kept[:2]
    second = answers(size=2, older=first.older)
    assert [line.address for line in second.lines] == kept[2:]
    assert second.older == ""
    assert answers(size=2, newer=second.newer).lines == first.lines
    assert first.count == 3


def test_the_writer_still_reads_it_without_a_link_to_nowhere(people, publish):
    reply = publish("夜里施工")
    _mark(people, reply.case)
    letter = Submission.objects.get(report__case=reply.case)
    (shown,) = answers_for_submission(letter.pk)
    assert (shown.text, shown.on_view) == ("夜里施工答的话", False)
    page = people.clerk.client.get(f"/zh-hans/desk/cases/{reply.case.number}/").text
    assert reply.address not in page
