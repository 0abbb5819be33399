"""Standard answers: two people before one is used, and answering a letter at once."""

from datetime import timedelta
from typing import Any

import pytest

from huiying.casework.states import State as CaseState
from huiying.intake.states import Wish
from huiying.kernel import time
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.replies.actions import mending, reviewing
from huiying.replies.actions.standards import (
    StandardText,
    answer_at_once,
    approve_standard,
    propose_standard,
    renew_standard,
    retire_standard,
)
from huiying.replies.errors import NeedsOwnAnswer, NeedsStandardApprover, NoStandard
from huiying.replies.models import ReplyVersion, StandardAnswer
from huiying.replies.reads.public import public_answer
from huiying.replies.reads.standards import today
from huiying.replies.states import State
from huiying.replies.words import Words
from tests.people import make_person

pytestmark = pytest.mark.django_db

TEXT = StandardText(
    title={"zh-hans": "夜间施工时间", "en": "Building at night"},
    question={"zh-hans": "晚上可以施工吗？", "en": "May they build at night?"},
    text={"zh-hans": "二十二点到六点不得施工。", "en": "Not between ten and six."},
    outcome="explained",
)


def _proposed(people, **changes) -> StandardAnswer:
    wanted: dict[str, Any] = {
        "unit_code": "housing",
        "category_code": "noise",
        "text": TEXT,
        "expires_on": today() + timedelta(days=30),
    }
    return propose_standard(actor=people.handler.actor, **(wanted | changes))


@pytest.fixture
def standard(people) -> StandardAnswer:
    proposed = _proposed(people)
    return approve_standard(actor=people.reviewer.actor, label=proposed.label)


def test_a_letter_is_answered_at_once(people, receive, standard):
    case = receive(language="en")
    reply = answer_at_once(
        actor=people.clerk.actor, number=case.number, seen=case.version, standard=standard.label
    )
    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.ANSWERED, "explained")
    assert (reply.state, reply.approved_by) == (State.PUBLISHED, people.reviewer.actor.label)
    shown = public_answer(reply.address)
    assert (shown.title, shown.text) == ("Building at night", "Not between ten and six.")
    assert case.title not in (shown.title, shown.question)


def test_a_private_wish_makes_it_private(people, receive, standard):
    case = receive(wish=Wish.PRIVATE)
    reply = answer_at_once(actor=people.clerk.actor, number=case.number, standard=standard.label)
    assert reply.state == State.SENT


def test_only_one_in_use_answers(people, receive, standard):
    proposed = _proposed(people)
    case = receive()
    for label in (proposed.label, "nothing"):
        with pytest.raises(NoStandard):
            answer_at_once(actor=people.clerk.actor, number=case.number, standard=label)
    with time.at(time.now() + timedelta(days=31)), pytest.raises(NoStandard):
        answer_at_once(actor=people.clerk.actor, number=case.number, standard=standard.label)
    retire_standard(actor=people.handler.actor, label=standard.label)
    with pytest.raises(NoStandard):
        answer_at_once(actor=people.clerk.actor, number=case.number, standard=standard.label)


def test_it_is_for_letters_that_no_unit_has_and_not_for_conduct(people, receive, in_hand, standard):
    with pytest.raises(MovedOn):
        answer_at_once(actor=people.clerk.actor, number=in_hand().number, standard=standard.label)
    about_staff = receive(conduct=True, named_units=("water",))
    with pytest.raises(NeedsOwnAnswer):
        answer_at_once(actor=people.clerk.actor, number=about_staff.number, standard=standard.label)
    case = receive()
    for name in ("dispatcher", "reviewer", "auditor"):
        with pytest.raises(NotAllowed):
            answer_at_once(
                actor=getattr(people, name).actor, number=case.number, standard=standard.label
            )


def test_nobody_approves_their_own(people):
    both = make_person("both", ("housing", "handler"), ("housing", "reviewer"))
    proposed = propose_standard(
        actor=both.actor,
        unit_code="housing",
        category_code="noise",
        text=TEXT,
        expires_on=today() + timedelta(days=9),
    )
    with pytest.raises(NeedsStandardApprover):
        approve_standard(actor=both.actor, label=proposed.label)
    water_reviewer = make_person("water_reviewer", ("water", "reviewer"))
    for person in (water_reviewer, people.clerk, people.colleague):
        with pytest.raises(NotAllowed):
            approve_standard(actor=person.actor, label=proposed.label)
    with pytest.raises(NotFound):
        approve_standard(actor=people.administrator.actor, label=proposed.label)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_code": "nowhere"}, "unit_code"),
        ({"category_code": "living"}, "category_code"),
        ({"expires_on": today()}, "expires_on"),
        ({"text": StandardText({}, {}, {}, "explained")}, "text_zh-hans"),
        ({"text": StandardText({}, {"en": "q"}, {"en": "t"}, "explained")}, "title_en"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(people, changes, field):
    with pytest.raises(Invalid) as refused:
        _proposed(people, **changes)
    assert refused.value.field == field


def test_the_clerk_may_correct_what_was_answered_at_once(people, receive, standard):
    case = receive()
    reply = answer_at_once(actor=people.clerk.actor, number=case.number, standard=standard.label)
    better = Words("夜间施工时间", "晚上可以施工吗？", "二十二点到七点不得施工。")
    correction = mending.correct_and_submit(
        actor=people.clerk.actor, label=reply.label, words=better, reason="The hour was wrong."
    )
    done = reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)
    assert done.state == State.PUBLISHED
    assert ReplyVersion.objects.count() == 2


def test_the_pages_propose_check_and_use_one(people, receive):
    form = {
        "unit_code": "housing",
        "category_code": "noise",
        "outcome": "explained",
        "expires_on": (today() + timedelta(days=9)).isoformat(),
        "title_en": "Building at night",
        "question_en": "May they?",
        "text_en": "No <b>never</b>.",
        "title_zh-hans": "",
        "question_zh-hans": "",
        "text_zh-hans": "",
    }
    refused = people.handler.client.post("/en/desk/standard-answers/new/", form | {"title_en": ""})
    assert refused.status_code == 422
    assert "No &lt;b&gt;never&lt;/b&gt;." in refused.text
    assert people.handler.client.post("/en/desk/standard-answers/new/", form).status_code == 302
    label = StandardAnswer.objects.get().label
    listed = people.reviewer.client.get("/en/desk/standard-answers/?state=proposed").text
    assert "No &lt;b&gt;never&lt;/b&gt;." in listed
    approve = f"/en/desk/standard-answers/{label}/approve/"
    assert people.handler.client.post(approve).status_code == 403
    assert people.reviewer.client.post(approve).status_code == 302
    case = receive()
    address = f"/en/desk/cases/{case.number}/standard-answer/"
    assert "Building at night" in people.clerk.client.get(address).text
    stale = people.clerk.client.post(address, {"standard": label, "seen": "0"})
    assert stale.status_code == 409
    done = people.clerk.client.post(address, {"standard": label, "seen": str(case.version)})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.ANSWERED


def test_one_whose_time_is_over_is_read_again_by_a_reviewer_and_used_again(
    people, receive, standard
):
    case, after = receive(), time.now() + timedelta(days=31)
    with time.at(after):
        with pytest.raises(NoStandard):
            answer_at_once(actor=people.clerk.actor, number=case.number, standard=standard.label)
        for name in ("clerk", "handler", "leader"):
            with pytest.raises((NotAllowed, NotFound)):
                renew_standard(
                    actor=getattr(people, name).actor,
                    label=standard.label,
                    expires_on=today() + timedelta(days=30),
                )
        with pytest.raises(Invalid):
            renew_standard(
                actor=people.unit_reviewer.actor, label=standard.label, expires_on=today()
            )
        page = people.unit_reviewer.client.get("/en/desk/standard-answers/")
        assert "its time is over" in page.content.decode()
        people.unit_reviewer.client.post(
            f"/en/desk/standard-answers/{standard.label}/renew/",
            {"expires_on": (today() + timedelta(days=30)).isoformat()},
        )
        answer_at_once(actor=people.clerk.actor, number=case.number, standard=standard.label)
    renewed = StandardAnswer.objects.get(pk=standard.pk)
    assert renewed.approved_by == people.unit_reviewer.actor.label


def test_who_proposed_it_cannot_read_it_again(people, standard):
    both = make_person("both", ("housing", "handler"), ("housing", "reviewer"))
    proposed = propose_standard(
        actor=both.actor,
        unit_code="housing",
        category_code="noise",
        text=TEXT,
        expires_on=today() + timedelta(days=9),
    )
    approve_standard(actor=people.reviewer.actor, label=proposed.label)
    with pytest.raises(NeedsStandardApprover):
        renew_standard(
            actor=both.actor, label=proposed.label, expires_on=today() + timedelta(days=30)
        )
