"""One county in the middle of its day, made by the real verbs; what the tests of whole pages look at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import assign, triage
from huiying.casework.actions.working import accept
from huiying.casework.models import CaseFile
from huiying.insight.actions import count_brief
from huiying.insight.periods import latest_day, usual_hour
from huiying.insight.reads import BriefHead
from huiying.intake.letters import Letter
from huiying.intake.receipts import Receipt
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, SYSTEM
from huiying.replies.actions.mending import correct
from huiying.replies.actions.reviewing import approve_and_issue
from huiying.replies.actions.standards import StandardText, approve_standard, propose_standard
from huiying.replies.actions.writing import draft, submit
from huiying.replies.models import Reply, StandardAnswer
from huiying.replies.words import Words
from huiying.retention.actions import ask_hold, propose_rules, start_run
from huiying.retention.models import Hold, Rules, Run
from tests.people import People, make_county, make_people

CONTACT = "a@example.org"  # the only one of the scene
WORDS = Words(
    title="夜间施工噪声已停",
    question="晚上十点后工地还在施工，吵得睡不着。",
    text="经查，该工地未办夜间施工许可。已责令二十二点后停工。",
    outcome="solved",
    audience="public",
)


@dataclass(frozen=True)
class Scene:
    """`new` was just received, `at_work` lies with the housing department with a draft, `in_review`
    has an answer before the reviewer, `answered` a published one.
    """

    people: People
    new: CaseFile
    at_work: CaseFile
    draft: Reply
    in_review: Reply
    answered: CaseFile
    published: Reply
    correction: Reply
    proposed: StandardAnswer
    standard: StandardAnswer
    receipt: Receipt
    brief: BriefHead
    rules: Rules
    hold: Hold
    erasure_run: Run


def letter(
    people: People, *, upto: str = "received", **changes: object
) -> tuple[CaseFile, Receipt]:
    """A letter about noise, brought as far as `upto`: received, assigned or in_progress."""
    wanted = {"body": "晚上十点以后工地还在施工。", "title": "夜间施工", "wish": "public"} | changes
    receipt = receive(actor=STRANGER, letter=Letter(**wanted))  # type: ignore[arg-type]
    case = CaseFile.objects.get(reports__submission__code=receipt.code)
    if upto in {"assigned", "in_progress"}:
        triage(actor=people.clerk.actor, number=case.number, category_code="noise")
        assign(actor=people.dispatcher.actor, number=case.number, lead_code="housing")
    if upto == "in_progress":
        accept(actor=people.handler.actor, number=case.number)
    case.refresh_from_db()
    return case, receipt


def answer(people: People, case: CaseFile, *, upto: str = "draft") -> Reply:
    """An answer by the housing department, brought as far as `upto`: draft, in_review or published."""
    reply = draft(actor=people.handler.actor, number=case.number, words=WORDS)
    if upto in {"in_review", "published"}:
        submit(actor=people.handler.actor, label=reply.label, seen=reply.version)
    if upto == "published":
        approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=reply.version)
    reply.refresh_from_db()
    return reply


def corrected(people: People) -> Reply:
    """A correction that the housing department is writing for an answer of its own."""
    case, _receipt = letter(people, upto="in_progress", title="夜里鸣笛")
    published = answer(people, case, upto="published")
    words = replace(WORDS, text="更正：二十三点后停工。")
    return correct(
        actor=people.handler.actor, label=published.label, words=words, reason="时间写错了"
    )


def standard_text() -> StandardText:
    both = {"zh-hans": "垃圾每天早上七点收。", "en": "Waste is collected at seven each morning."}
    return StandardText(title=both, question=both, text=both, outcome="explained")


def make_scene(people: People) -> Scene:
    """The county's day."""
    new, _receipt = letter(people, title="路灯坏了", body="村口的路灯坏了三天。", email=CONTACT)
    at_work, receipt = letter(people, upto="in_progress")
    reviewed, _receipt = letter(people, upto="in_progress", title="施工扬尘")
    answered, _receipt = letter(people, upto="in_progress", title="夜里装卸")
    expires = (time.now() + timedelta(days=90)).date()
    standards = [
        propose_standard(
            actor=people.handler.actor,
            unit_code="housing",
            category_code="noise",
            text=standard_text(),
            expires_on=expires,
        )
        for _number in range(2)
    ]
    approve_standard(actor=people.reviewer.actor, label=standards[1].label)
    rules = propose_rules(
        actor=people.administrator.actor,
        contact_months=6,
        contact_basis="依据",
        words_months=None,
        words_basis="",
    )
    hold = ask_hold(
        actor=people.supervisor.actor,
        number=new.number,
        reason="法院要求保留",
        until=time.now() + timedelta(days=90),
    )
    until = usual_hour()
    brief = count_brief(actor=SYSTEM, day=latest_day(until, time.now()), until=until)
    return Scene(
        people=people,
        new=new,
        at_work=at_work,
        draft=answer(people, at_work),
        in_review=answer(people, reviewed, upto="in_review"),
        answered=answered,
        published=answer(people, answered, upto="published"),
        correction=corrected(people),
        proposed=standards[0],
        standard=standards[1],
        receipt=receipt,
        brief=brief,
        rules=rules,
        hold=hold,
        erasure_run=start_run(actor=SYSTEM, rules=rules),
    )


@pytest.fixture
def scene(people: People) -> Scene:
    """The county's day; takes whatever database the test has."""
    return make_scene(people)


def _tests_atomic() -> transaction.Atomic:
    """A transaction that Django takes for a test case's, so that a durable one may open inside."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    return atomic


@pytest.fixture(scope="module")
def _one_scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), _tests_atomic():
        make_county()
        yield make_scene(make_people())
        transaction.set_rollback(True)


@pytest.fixture
def shared_scene(_one_scene: Scene, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One day for a whole module: made once, and what a test does to it is rolled back."""
    with django_db_blocker.unblock(), _tests_atomic():
        yield _one_scene
        transaction.set_rollback(True)
