"""Supporting units co-sign one version of an answer by a day: asked, said, void, decided without."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.casework.actions.sorting import (
    assign,
    mark_conduct,
    reassign,
    require_co_signing,
    triage,
)
from huiying.casework.actions.working import accept, return_to_desk
from huiying.casework.errors import NamedUnit, NeedsWords
from huiying.casework.models import CaseFile
from huiying.casework.queues import Wanted, case_list
from huiying.kernel import time
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound, Refusal
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.replies import policy, signing
from huiying.replies.actions import co_signing, mending, reviewing, writing
from huiying.replies.actions.reviewing import Without
from huiying.replies.errors import (
    AlreadyAsked,
    BadDay,
    CaseMovedOn,
    NeedsReviewer,
    NeedsSecondPerson,
    NotNow,
    NotSupporting,
    OtherSignatures,
    OtherVersion,
    SayWhyWithout,
    SignFirst,
    StillAsked,
    TookPartInSigning,
)
from huiying.replies.models import Reply, Signature
from huiying.replies.reads.beside import preview
from huiying.replies.reads.co_signing import to_sign
from huiying.replies.reads.listing import waiting_rows
from huiying.replies.reads.public import public_answer
from huiying.replies.reads.signed import co_signed, columns
from huiying.replies.states import SIGNATURE_STEPS, SignatureState, State
from huiying.replies.stepping import move_signature
from huiying.replies.tasks import remind_to_co_sign
from huiying.routing.models import Category
from tests.people import make_person

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 10, 12, tzinfo=ZONE)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time.at(NOON):
        yield


@pytest.fixture
def helped(people, receive):
    """A case that the housing department leads and the water company and the roads department support."""

    def make(*support: str, **changes) -> CaseFile:
        case = receive(**changes)
        triage(actor=people.clerk.actor, number=case.number, category_code="noise")
        units = support or ("water", "roads")
        assign(
            actor=people.dispatcher.actor,
            number=case.number,
            lead_code="housing",
            support_codes=units,
        )
        return accept(actor=people.handler.actor, number=case.number)

    return make


@pytest.fixture
def roads(people):
    return make_person("roads_handler", ("roads", "handler"))


def _draft(people, case, words) -> Reply:
    return writing.draft(actor=people.handler.actor, number=case.number, words=words)


def _ask(people, reply, *codes, days=3) -> list[Signature]:
    co_signing.ask_signatures(
        actor=people.handler.actor,
        label=reply.label,
        seen=reply.version,
        unit_codes=codes or ("water",),
        due_on=signing.today() + days * DAY,
    )
    return list(Signature.objects.filter(reply=reply, version=reply.version).order_by("unit__path"))


def _save(people, reply, words) -> Reply:
    return writing.save(
        actor=people.handler.actor, label=reply.label, seen=reply.version, words=words
    )


def _submit(people, reply) -> Reply:
    return writing.submit(actor=people.handler.actor, label=reply.label, seen=reply.version)


def _publish(people, reply, **without) -> Reply:
    return reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=reply.version, **without
    )


def _count(person) -> int:
    """What the tab of the queue says."""
    found = case_list(person.actor, Wanted(), also=waiting_rows(person.actor))
    return found.counts["co_sign"]


def _state(signature) -> str:
    return Signature.objects.get(pk=signature.pk).state


def test_every_state_of_a_signature_is_reached_and_the_dead_ends_are_two():
    reached = {step.target for step in SIGNATURE_STEPS}
    left = {source for step in SIGNATURE_STEPS for source in step.sources}
    assert reached == set(SignatureState)
    assert set(SignatureState) - left == {SignatureState.RECALLED, SignatureState.VOID}


def test_every_pair_that_is_not_in_the_table_is_refused(people, helped, words):
    [row] = _ask(people, _draft(people, helped(), words))
    for step, state in itertools.product(SIGNATURE_STEPS, SignatureState):
        if state in step.sources or step.verb == "ask":
            continue
        row.state = state
        with pytest.raises(NotNow):
            move_signature(row, verb=step.verb)


def test_a_unit_signs_and_the_published_answer_names_it_with_the_day(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply)
    assert _count(people.other_handler) == 1
    with time.at(NOON + DAY):
        co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    assert _count(people.other_handler) == 0
    reply = _publish(people, _submit(people, reply))
    shown = public_answer(reply.address)
    assert [(each.unit, each.at) for each in shown.co_signed] == [
        ("Water Company", NOON + DAY)
    ] or ([each.at for each in shown.co_signed] == [NOON + DAY])
    page = people.stranger.get(f"/en/answers/{reply.address}/").text
    assert "Co-signed by" in page
    assert "Water Company" in page
    assert "11 November 2026" in page
    acts = ["signature.ask", "signature.sign"]
    assert list(Entry.objects.filter(action__in=acts).values_list("action", flat=True)) == acts


def test_those_asked_and_those_who_asked_are_told(people, helped, words):
    [row] = _ask(people, _draft(people, helped(), words))
    asked = Outgoing.objects.get(kind="co_sign_asked")
    assert asked.recipient == people.other_handler.actor.label
    co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    assert Outgoing.objects.get(kind="co_sign_signed").recipient == people.handler.actor.label
    co_signing.refuse(
        actor=people.other_handler.actor, label=row.label, seen=1, reason="Wrong.", wording="Right."
    )
    assert Outgoing.objects.get(kind="co_sign_refused").data == {"number": row.reply.case.number}


def test_a_new_text_makes_every_signature_void_and_the_unit_is_asked_anew(people, helped, words):
    reply = _draft(people, helped(), words)
    first, second = _ask(people, reply, "water", "roads")
    co_signing.sign(actor=people.other_handler.actor, label=second.label, seen=1)
    reply = _save(people, reply, replace(words, text="Another text."))
    assert _state(first) == _state(second) == SignatureState.VOID
    assert co_signed([reply]) == {}
    entry = Entry.objects.get(action="signature.void")
    assert sorted((entry.payload.data or {})["units"]) == ["roads", "water"]
    with pytest.raises(OtherVersion):
        co_signing.sign(actor=people.other_handler.actor, label=second.label, seen=1)
    assert _count(people.other_handler) == 0
    rows = _ask(people, reply, "water")
    assert [row.version for row in rows] == [2]
    page = people.other_handler.client.get(f"/en/desk/co-sign/{rows[0].label}/").text
    assert "What changed since your unit was last asked" in page
    assert "Another text." in page


def test_saving_the_same_text_again_keeps_the_signature(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply)
    co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    _save(people, reply, words)
    assert _state(row) == SignatureState.SIGNED


def test_nothing_is_handed_over_while_a_unit_still_has_time(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply, days=1)
    with translation.override("en"), pytest.raises(StillAsked) as refused:
        _submit(people, reply)
    assert "Water Company" in str(refused.value)
    with time.at(datetime(2026, 11, 11, 23, 59, tzinfo=ZONE)), pytest.raises(StillAsked):
        _submit(people, reply)
    with time.at(datetime(2026, 11, 12, 0, 1, tzinfo=ZONE)):
        assert _submit(people, reply).state == State.IN_REVIEW
    assert _state(row) == SignatureState.ASKED


def test_who_stays_silent_is_shown_and_the_reviewer_decides_openly(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply, days=1)
    with time.at(NOON + 2 * DAY):
        reply = _submit(people, reply)
        url = f"/en/desk/answers/{reply.label}/"
        page = people.reviewer.client.get(url).text
        assert "Did not answer by Wednesday 11 November 2026" in page
        assert "Why it goes out without the signature" in page
        seen = f"{row.label}.asked"
        assert f'name="signatures_seen" value="{seen}"' in page
        with pytest.raises(OtherSignatures):
            _publish(people, reply)
        with pytest.raises(SayWhyWithout):
            _publish(people, reply, without=Without(seen, " "))
        refused = people.reviewer.client.post(
            url, {"do": "publish", "seen": "1", "signatures_seen": seen, "because": ""}
        )
        assert refused.status_code == 422
        assert "Say why the answer goes out all the same" in refused.text
        typed = {"do": "publish", "seen": "1", "signatures_seen": seen, "because": "Not theirs."}
        assert people.reviewer.client.post(url, typed).status_code == 302
        with pytest.raises(NotNow):
            co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    reply.refresh_from_db()
    assert (reply.state, reply.without_because) == (State.PUBLISHED, "Not theirs.")
    said = Entry.objects.get(action="reply.decide_without").payload.data or {}
    assert (said["units"], said["silent"], said["words"]) == (["water"], ["water"], "Not theirs.")
    assert public_answer(reply.address).co_signed == ()
    story = people.auditor.client.get(f"/en/desk/cases/{reply.case.number}/").text
    assert "Did not answer in time: Water Company." in story


def test_a_no_says_why_and_how_it_should_read_and_is_not_published_over_unseen(
    people, helped, words
):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply)
    url = f"/en/desk/co-sign/{row.label}/"
    lacking = people.other_handler.client.post(
        url, {"do": "refuse", "seen": "1", "reason": "Ours is another pipe.", "wording": ""}
    )
    assert lacking.status_code == 422
    assert "Ours is another pipe." in lacking.text
    with pytest.raises(NeedsWords):
        co_signing.refuse(
            actor=people.other_handler.actor, label=row.label, seen=1, reason="No.", wording=""
        )
    done = people.other_handler.client.post(
        url,
        {"do": "refuse", "seen": "1", "reason": "Not our pipe.", "wording": "Leave us out."},
    )
    assert done.status_code == 302
    reply = _submit(people, reply)
    page = people.reviewer.client.get(f"/en/desk/answers/{reply.label}/").text
    assert "Not our pipe." in page
    assert "Leave us out." in page
    with pytest.raises(OtherSignatures):
        _publish(people, reply, without=Without(f"{row.label}.asked", "I saw silence."))
    _publish(people, reply, without=Without(f"{row.label}.refused", "The pipe is theirs."))


def test_a_unit_may_change_its_mind_until_the_reviewer_has_decided(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply)
    actor = people.other_handler.actor
    co_signing.refuse(actor=actor, label=row.label, seen=1, reason="No.", wording="This.")
    co_signing.sign(actor=actor, label=row.label, seen=1)
    row.refresh_from_db()
    assert (row.state, row.reason, row.wording) == (SignatureState.SIGNED, "", "")
    reply = _submit(people, reply)
    co_signing.refuse(actor=actor, label=row.label, seen=1, reason="Look.", wording="That.")
    with pytest.raises(OtherSignatures):
        _publish(people, reply)
    co_signing.sign(actor=actor, label=row.label, seen=1)
    _publish(people, reply)
    with pytest.raises(NotNow):
        co_signing.refuse(actor=actor, label=row.label, seen=1, reason="Late.", wording="Late.")


def test_where_the_dispatcher_says_so_the_units_must_be_asked(people, helped, words):
    case = helped()
    url = f"/en/desk/cases/{case.number}/co_signing/"
    assert people.handler.client.post(url, {"required": "on"}).status_code == 403
    assert people.dispatcher.client.post(url, {"required": "on"}).status_code == 302
    reply = _draft(people, case, words)
    page = people.handler.client.get(f"/en/desk/cases/{case.number}/answer/").text
    assert "Not asked yet about this version: " in page
    with pytest.raises(SignFirst):
        _submit(people, reply)
    rows = _ask(people, reply, "water", "roads", days=1)
    co_signing.recall(actor=people.handler.actor, label=rows[0].label)
    co_signing.sign(actor=people.other_handler.actor, label=rows[1].label, seen=1)
    with pytest.raises(SignFirst):
        _submit(people, reply)
    require_co_signing(actor=people.dispatcher.actor, number=case.number, required=False)
    reply.case.refresh_from_db()
    _publish(people, _submit(people, reply))
    entries = Entry.objects.filter(action="case.co_signing").order_by("id")
    assert [(entry.payload.data or {})["required"] for entry in entries] == [True, False]


def test_where_the_category_says_so_a_reviewer_cannot_pass_over_it(people, helped, words):
    """Also not where the category came to say so after the answer was handed over."""
    reply = _submit(people, _draft(people, helped("water"), words))
    Category.objects.filter(code="noise").update(co_sign=True)
    with pytest.raises(SignFirst):
        _publish(people, reply, without=Without("", "Quickly."))
    page = people.reviewer.client.get(f"/en/desk/answers/{reply.label}/").text
    assert "These units must co-sign first: Water Company." in page
    assert "Approve and publish" not in page


def test_a_correction_that_takes_personal_data_from_view_waits_for_nobody(people, helped, words):
    case = helped("water")
    first = _publish(people, _submit(people, _draft(people, case, words)))
    require_category = Category.objects.filter(code="noise")
    require_category.update(co_sign=True)
    better = replace(words, text="Without the name.")
    with pytest.raises(SignFirst):
        mending.correct_and_submit(
            actor=people.handler.actor, label=first.label, words=better, reason="A slip."
        )
    correction = mending.correct_and_submit(
        actor=people.handler.actor,
        label=first.label,
        words=better,
        reason="A name.",
        hides_earlier=True,
    )
    _publish(people, correction)


def test_a_correction_is_co_signed_for_itself(people, helped, words):
    reply = _draft(people, helped("water"), words)
    [row] = _ask(people, reply)
    co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    first = _publish(people, _submit(people, reply))
    correction = mending.correct(
        actor=people.handler.actor, label=first.label, words=words, reason="A slip."
    )
    [again] = _ask(people, correction)
    correction = _save(people, correction, replace(words, text="Corrected."))
    [again] = _ask(people, correction)
    co_signing.sign(actor=people.other_handler.actor, label=again.label, seen=2)
    _publish(people, _submit(people, correction))
    assert len(public_answer(first.address).co_signed) == 1
    assert _state(row) == SignatureState.SIGNED


def test_only_units_that_help_are_asked_once_and_from_tomorrow_on(people, helped, words):
    reply = _draft(people, helped("water"), words)
    for code in ("housing", "integrity", "nowhere"):
        with pytest.raises(NotSupporting):
            _ask(people, reply, code)
    for days in (-1, 0, 61):
        with pytest.raises(BadDay):
            _ask(people, reply, days=days)
    _ask(people, reply, days=60)
    with pytest.raises(AlreadyAsked):
        _ask(people, reply)
    with pytest.raises(OtherVersion):
        co_signing.ask_signatures(
            actor=people.handler.actor,
            label=reply.label,
            seen=7,
            unit_codes=["water"],
            due_on=signing.today() + DAY,
        )


def test_an_incomplete_text_is_not_given_to_sign(people, helped, words):
    reply = _draft(people, helped(), replace(words, outcome=""))
    with pytest.raises(Invalid):
        _ask(people, reply)


def test_nobody_signs_for_another_unit_or_for_their_own_text(people, helped, words, roads):
    reply = _draft(people, helped("water", "estates"), words)
    estates, water = _ask(people, reply, "water", "estates")
    assert estates.unit.code == "estates"
    for name in ("dispatcher", "clerk", "auditor", "reviewer", "supervisor", "administrator"):
        with pytest.raises(NotFound):
            co_signing.sign(actor=getattr(people, name).actor, label=water.label, seen=1)
    for person in (people.handler, people.below, roads):
        with pytest.raises(NotFound):
            co_signing.sign(actor=person.actor, label=water.label, seen=1)
    # The handler of the department speaks for the office below, but wrote the text.
    with pytest.raises(NeedsSecondPerson):
        co_signing.sign(actor=people.handler.actor, label=estates.label, seen=1)
    co_signing.sign(actor=people.colleague.actor, label=estates.label, seen=1)


def test_who_signed_for_one_unit_does_not_approve_for_the_other(people, helped, words):
    reply = _draft(people, helped("estates"), words)
    (estates,) = _ask(people, reply, "estates")
    # The department's reviewer is over both, the one that leads and the office that helps.
    co_signing.sign(actor=people.unit_reviewer.actor, label=estates.label, seen=1)
    _submit(people, reply)
    url = f"/en/desk/answers/{reply.label}/"
    page = people.unit_reviewer.client.get(url).text
    assert "Another reviewer must approve it" in page
    with pytest.raises(TookPartInSigning):
        reviewing.approve(actor=people.unit_reviewer.actor, label=reply.label, seen=1)
    assert "Another reviewer must approve it" not in people.reviewer.client.get(url).text
    assert _publish(people, reply).state == State.PUBLISHED


@pytest.mark.parametrize("part", ["asked", "refused"])
def test_who_asked_or_refused_does_not_approve(people, helped, words, part):
    both = make_person("both", ("housing", "handler"), ("water", "handler"), ("county", "reviewer"))
    reply = _draft(people, helped("water"), words)
    asker = both if part == "asked" else people.handler
    co_signing.ask_signatures(
        actor=asker.actor,
        label=reply.label,
        seen=1,
        unit_codes=["water"],
        due_on=signing.today() + DAY,
    )
    label = Signature.objects.get(reply=reply).label
    if part == "asked":
        co_signing.sign(actor=people.other_handler.actor, label=label, seen=1)
    else:
        co_signing.refuse(actor=both.actor, label=label, seen=1, reason="x", wording="y")
    _submit(people, reply)
    without = Without(signing.as_seen(signing.standing(reply)), "because")
    with pytest.raises(TookPartInSigning):
        reviewing.approve(actor=both.actor, label=reply.label, seen=1, without=without)
    reviewing.approve(actor=people.reviewer.actor, label=reply.label, seen=1, without=without)


def test_only_who_writes_the_answer_asks_or_withdraws(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply)
    with pytest.raises(NotAllowed):
        co_signing.recall(actor=people.other_handler.actor, label=row.label)
    with pytest.raises(NotFound):
        co_signing.recall(actor=people.handler.actor, label="nothing")
    url = f"/en/desk/answers/{reply.label}/co-sign/"
    assert people.other_handler.client.get(url).status_code == 403
    assert people.administrator.client.get(url).status_code == 404
    done = people.handler.client.post(f"/en/desk/co-sign/{row.label}/withdraw/")
    assert done.status_code == 302
    assert _state(row) == SignatureState.RECALLED
    assert "Request withdrawn" in people.handler.client.get(done.url).text
    with pytest.raises(NotNow):
        co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    _ask(people, reply)


def test_silence_cannot_be_hidden_by_withdrawing_the_request(people, helped, words):
    reply = _draft(people, helped(), words)
    [row] = _ask(people, reply, days=1)
    with time.at(NOON + 3 * DAY), pytest.raises(NotNow):
        co_signing.recall(actor=people.handler.actor, label=row.label)
    assert _state(row) == SignatureState.ASKED


def test_a_unit_that_a_complaint_names_is_never_asked_and_loses_what_it_was_asked(
    people, helped, words
):
    words = replace(words, audience="private")
    case = helped("water", "roads")
    reply = _draft(people, case, words)
    _roads, water = _ask(people, reply, "water", "roads")
    co_signing.sign(actor=people.other_handler.actor, label=water.label, seen=1)
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["water"])
    for act in (
        lambda: co_signing.refuse(
            actor=people.other_handler.actor, label=water.label, seen=1, reason="a", wording="b"
        ),
        lambda: _ask(people, Reply.objects.get(pk=reply.pk), "integrity"),
    ):
        with pytest.raises((NotFound, NotSupporting)):
            act()
    with pytest.raises(NamedUnit):
        _ask(people, reply, "water")
    assert co_signed([reply]) == {}
    url = f"/en/desk/co-sign/{water.label}/"
    assert people.other_handler.client.get(url).status_code == 404
    assert case.title not in people.other_handler.client.get("/en/desk/co-sign/").text
    assert _count(people.other_handler) == 0


def test_nobody_whom_a_complaint_names_is_told_of_a_request(people, helped, words):
    """A member of staff is named; their unit helps all the same."""
    water = make_person("water_two", ("water", "handler"))
    case = helped("water")
    mark_conduct(actor=people.clerk.actor, number=case.number, usernames=["other_handler"])
    reply = _draft(people, case, replace(words, audience="private"))
    [row] = _ask(people, reply)
    told = Outgoing.objects.filter(kind="co_sign_asked").values_list("recipient", flat=True)
    assert list(told) == [water.actor.label]
    with pytest.raises(NotFound):
        co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    co_signing.sign(actor=water.actor, label=row.label, seen=1)


def test_a_case_that_is_returned_takes_the_requests_along(people, helped, words):
    case = helped("water")
    reply = _draft(people, case, words)
    [row] = _ask(people, reply)
    return_to_desk(
        actor=people.handler.actor, number=case.number, reason="not_our_field", words="Not ours."
    )
    assert _count(people.other_handler) == 0
    with pytest.raises((NotFound, CaseMovedOn)):
        co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    # The same unit again, in the same round: its draft and what was said about it are there again.
    assign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="housing",
        support_codes=["water"],
    )
    accept(actor=people.handler.actor, number=case.number)
    assert _count(people.other_handler) == 1


def test_a_unit_that_no_longer_helps_does_not_stand_under_the_answer(people, helped, words):
    case = helped("water", "roads")
    reply = _draft(people, case, words)
    _roads, water = _ask(people, reply, "water", "roads")
    co_signing.sign(actor=people.other_handler.actor, label=water.label, seen=1)
    reassign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="housing",
        support_codes=["integrity"],
        reason="Another office helps.",
    )
    accept(actor=people.handler.actor, number=case.number)
    reply = _submit(people, Reply.objects.get(pk=reply.pk))
    reply = _publish(people, reply)
    assert public_answer(reply.address).co_signed == ()
    assert _state(water) == SignatureState.VOID


def test_an_answer_without_a_reviewer_goes_out_only_with_every_signature(people, helped, words):
    Category.objects.filter(code="noise").update(private_unreviewed=True)
    reply = _draft(people, helped("water"), replace(words, audience="private"))
    [row] = _ask(people, reply)
    with pytest.raises(NeedsReviewer):
        reviewing.send_unreviewed(actor=people.handler.actor, label=reply.label, seen=1)
    co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)
    reviewing.send_unreviewed(actor=people.handler.actor, label=reply.label, seen=1)


def test_a_unit_is_reminded_once_on_the_day_before_its_last(people, helped, words):
    reply = _draft(people, helped("water", "roads"), words)
    _ask(people, reply, "water", days=3)
    _ask(people, reply, "roads", days=1)

    def reminders() -> int:
        remind_to_co_sign()
        return Outgoing.objects.filter(kind="co_sign_reminder").count()

    assert reminders() == 0  # asked for tomorrow just now: told already
    with time.at(NOON + DAY):
        assert reminders() == 0
    with time.at(NOON + 2 * DAY):
        assert reminders() == 1
        assert reminders() == 1
    with pytest.raises(NotAllowed):
        co_signing.remind(actor=people.clerk.actor, signature=Signature.objects.latest("pk"))


def test_the_lists_and_the_case_lead_to_what_waits(people, helped, words, roads):
    case = helped("water")
    reply = _draft(people, case, words)
    [row] = _ask(people, reply)
    queue = people.other_handler.client.get("/en/desk/").text
    assert "To co-sign" in queue
    assert (
        f"/en/desk/co-sign/{row.label}/"
        in people.other_handler.client.get("/en/desk/co-sign/").text
    )
    assert (
        "Co-sign the answer"
        in people.other_handler.client.get(f"/en/desk/cases/{case.number}/").text
    )
    assert to_sign(roads.actor).lines == ()
    assert "Nothing waits for your signature" in roads.client.get("/en/desk/co-sign/").text
    assert "To co-sign" not in people.clerk.client.get("/en/desk/").text
    assert people.leader.client.get("/en/desk/co-sign/").status_code == 403
    url = f"/en/desk/co-sign/{row.label}/"
    assert people.other_handler.client.post(url, {"do": "sign", "seen": "9"}).status_code == 409
    assert people.other_handler.client.post(url, {"seen": "1"}).status_code == 422
    assert people.other_handler.client.post(url, {"do": "sign", "seen": "1"}).status_code == 302


def test_asking_over_the_page(people, helped, words):
    reply = _draft(people, helped("water", "roads"), words)
    url = f"/en/desk/answers/{reply.label}/co-sign/"
    page = people.handler.client.get(url).text
    assert 'value="2026-11-13"' in page
    wrong = {"units": ["water"], "due_on": "2026-11-10", "seen": "1"}
    refused = people.handler.client.post(url, wrong)
    assert refused.status_code == 422
    assert "Choose a day from tomorrow on" in refused.text
    assert people.handler.client.post(url, wrong | {"units": ["integrity"]}).status_code == 422
    done = people.handler.client.post(url, wrong | {"due_on": "2026-11-14"})
    assert done.status_code == 302
    assert "Asked, until Saturday 14 November 2026" in people.handler.client.get(done.url).text
    stale = people.handler.client.post(
        url, {"units": ["roads"], "due_on": "2026-11-14", "seen": "5"}
    )
    assert stale.status_code == 409


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM replies_signature",
        "TRUNCATE replies_signature",
        "UPDATE replies_signature SET version = 2",
        "UPDATE replies_signature SET due_on = due_on + 1",
        "UPDATE replies_signature SET asked_at = now()",
        "UPDATE replies_signature SET state = 'signed'",
    ],
)
def test_what_was_asked_cannot_be_changed_in_the_database(people, helped, words, statement):
    _ask(people, _draft(people, helped(), words))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


ACTS = st.lists(
    st.sampled_from(
        ["save", "ask water", "ask roads", "sign", "sign roads", "refuse", "recall", "submit",
         "take_back", "later", "without", "publish", "shrink"]
    ),
    max_size=14,
)  # fmt: skip


@settings(
    max_examples=12,
)
@given(acts=ACTS)
def test_in_whatever_order_nothing_stands_under_a_text_that_was_not_signed(
    people, helped, words, roads, acts
):
    """Whoever is named signed the very text; whoever was asked and did not is on record as passed over."""
    reply = _draft(people, helped(), words)
    moment = NOON
    signed: dict[str, int] = {}  # unit → version of the last word, if that was a yes
    for step, act in enumerate(acts):
        with time.at(moment):
            try:
                _do(people, roads, reply, act, words, step)
            except Refusal:
                continue
            finally:
                reply = Reply.objects.select_related("case").get(pk=reply.pk)
        if act == "later":
            moment += 2 * DAY
        elif act.startswith("sign"):
            signed["roads" if act == "sign roads" else "water"] = reply.version
        elif act == "refuse":
            signed.pop("water", None)
    named = {row.unit.code for row in signing.signed_on([reply])}
    assert named <= {code for code, version in signed.items() if version == reply.version}
    if reply.state == State.PUBLISHED:
        stood = signing.standing(reply)
        assert bool(signing.unsigned(stood)) == bool(reply.without_because)
        assert not [row for row in stood if row.state == "asked" and not row.due_on < moment.date()]
    shown = preview(policy.find(people.reviewer.actor, reply.label, **columns()))
    assert len(shown.co_signed) == len(named)


def _do(people, roads, reply, act, words, step) -> None:
    handler = people.handler.actor
    rows = {row.unit.code: row for row in signing.standing(reply)}
    if act == "save":
        _save(people, reply, replace(words, text=f"Text {step}"))
    elif act.startswith("ask "):
        _ask(people, reply, act.removeprefix("ask "), days=1)
    elif act in {"sign", "refuse", "sign roads"}:
        code, who = ("roads", roads) if act == "sign roads" else ("water", people.other_handler)
        if code not in rows:
            raise NotNow
        if act == "refuse":
            co_signing.refuse(
                actor=who.actor, label=rows[code].label, seen=reply.version, reason="a", wording="b"
            )
        else:
            co_signing.sign(actor=who.actor, label=rows[code].label, seen=reply.version)
    elif act == "recall" and "water" in rows:
        co_signing.recall(actor=handler, label=rows["water"].label)
    elif act == "submit":
        _submit(people, reply)
    elif act == "take_back":
        writing.take_back(actor=handler, label=reply.label)
    elif act == "publish":
        _publish(people, reply)
    elif act == "without":
        seen = signing.as_seen(signing.standing(reply))
        _publish(people, reply, without=Without(seen, "It cannot wait."))
    elif act == "shrink":
        reassign(
            actor=people.dispatcher.actor, number=reply.case.number, lead_code="housing",
            support_codes=["roads"], reason="Fewer.",
        )  # fmt: skip
        accept(actor=handler, number=reply.case.number)
