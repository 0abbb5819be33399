"""What somebody typed on any page of the desk and did not send comes back to them, and to nobody else."""

from datetime import timedelta

import pytest

from huiying.accounts.actions.unsent import (
    MOST_PAGES,
    forget_old_unsent,
    forget_unsent,
    keep_unsent,
    reseal_unsent,
)
from huiying.accounts.models import UnsentWords
from huiying.accounts.unsent import unsent
from huiying.agencies.models import Unit
from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.writing_back import withdraw
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from huiying.record.models import Entry
from huiying.replies.models import Signature
from huiying.retention.actions import erase_on_wish
from huiying.supervision.actions.matters import put_on_list
from huiying.supervision.joint_sessions.actions.calling import Call, call_session
from huiying.supervision.joint_sessions.actions.tasks import give_task
from huiying.supervision.joint_sessions.actions.writing import conclude
from tests.casework.ways import brought_to, writer_of
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

WORDS = "请在周五前报来灯具更换的进度"
STANDARD = "/en/desk/standard-answers/new/"
CALL = "/en/desk/call/"


def _words(actor, place):
    found = unsent(actor, place)
    return found.words if found else None


def _sign_in_again(person) -> None:
    person.client.post("/en/desk/sign-out/")
    given = {"username": person.account.username, "password": PASSWORD}
    person.client.post("/en/desk/sign-in/", given)


def _put(case) -> str:
    return f"/en/desk/supervision/new/?case={case.number}"


def test_it_survives_signing_out_and_nobody_else_reads_it(people):
    case = brought_to(State.IN_PROGRESS, people)
    entries = Entry.objects.count()
    asked = people.supervisor.client.post(f"{_put(case)}&keep=1", {"asked": WORDS}, follow=True)
    assert "only you see it" in asked.text
    assert f">{WORDS}</textarea>" in asked.text
    _sign_in_again(people.supervisor)
    assert f">{WORDS}</textarea>" in people.supervisor.client.get(_put(case)).text
    assert WORDS not in people.leader.client.get(_put(case)).text
    assert WORDS not in people.supervisor.client.get("/en/desk/supervision/new/").text
    assert Entry.objects.count() == entries
    row = UnsentWords.objects.get()
    assert WORDS.encode() not in bytes(row.sealed)
    assert _words(people.supervisor.actor, row.place) == {"asked": WORDS}
    row.account = people.leader.account  # moved to another it does not open
    row.save()
    assert _words(people.leader.actor, row.place) is None


def test_sent_it_is_gone_and_refused_it_stays(people):
    case = brought_to(State.IN_PROGRESS, people)
    given = {"number": str(case.number), "kind": "supervision", "asked": WORDS, "due_on": ""}
    assert people.supervisor.client.post(_put(case), given).status_code == 422
    assert f">{WORDS}</textarea>" in people.supervisor.client.get(_put(case)).text
    given["due_on"] = (time.now() + timedelta(days=3)).date().isoformat()
    assert people.supervisor.client.post(_put(case), given).status_code == 302
    assert not UnsentWords.objects.exists()


def test_it_can_be_thrown_away_and_typing_gets_an_empty_answer(people):
    post = people.handler.client.post
    headers = {"X-While-Typing": "1"}
    url = f"{STANDARD}?keep=1"
    assert post(url, {"text_en": WORDS, "title_en": "x"}, headers=headers).status_code == 204
    assert post(url, {"text_en": "长" * 120_001}, headers=headers).status_code == 422
    assert WORDS in people.handler.client.get(STANDARD).text
    assert post(url, {"text_en": WORDS, "title_en": "", "forget": "1"}).status_code == 302
    assert not UnsentWords.objects.exists()
    assert post(url, {"csrfmiddlewaretoken": "x", "other": WORDS}).status_code == 302
    assert not UnsentWords.objects.exists()


def test_an_answer_not_saved_comes_back_also_over_a_newer_version(people):
    case = brought_to(State.IN_PROGRESS, people)
    url = f"/en/desk/cases/{case.number}/answer/"
    client = people.handler.client
    client.post(f"{url}?keep=1", {"text": WORDS, "seen": "", "audience": "private"})
    assert f">{WORDS}</textarea>" in client.get(url).text
    people.colleague.client.post(url, {"text": "colleague", "do": "save", "audience": "private"})
    page = client.get(url).text
    assert f">{WORDS}</textarea>" in page
    assert "Another version was saved" in page
    assert "colleague" in page
    client.post(url, {"text": WORDS, "do": "save", "seen": "1", "label": case.replies.get().label})
    assert not UnsentWords.objects.exists()


def test_what_a_caller_said_is_offered_for_a_day_and_never_stands_there_by_itself(people):
    client = people.clerk.client
    given = {"body": WORDS, "place": "槐堂街", "email": "caller@example.org"}
    client.post(f"{CALL}?keep=1", given)
    page = client.get(CALL).text
    assert WORDS not in page
    assert "not finished" in page
    page = client.get(f"{CALL}?resume=1").text
    assert WORDS in page
    assert "caller@example.org" not in page
    client.post(f"{CALL}?keep=1", {"forget": "1"})
    assert not UnsentWords.objects.exists()
    client.post(f"{CALL}?keep=1", given)
    letter = {"via": "phone", "language": "en", "wish": "private", "take": "1"}
    assert client.post(CALL, given | letter | {"email": ""}).status_code == 200
    assert not UnsentWords.objects.exists()
    client.post(f"{CALL}?keep=1", given)
    with time.at(time.now() + timedelta(days=1, minutes=1)):
        assert "not finished" not in client.get(CALL).text
        assert forget_old_unsent(actor=SYSTEM) == 1


def test_two_forms_of_a_page_keep_their_words_apart(people):
    keep = keep_unsent
    actor = people.handler.actor
    keep(actor=actor, place="x", words={"summary.text": "a", "task.text": "b"})
    keep(actor=actor, place="x", words={"summary.text": ""})
    assert _words(actor, "x") == {"task.text": "b"}
    keep(actor=actor, place="x", words={"text": "c"})
    forget_unsent(actor=actor, place="x")
    forget_unsent(actor=actor, place="x", part="summary")
    assert _words(actor, "x") == {"task.text": "b"}


def test_it_goes_with_the_words_of_its_case_and_nothing_goes_for_a_newer_page(people):
    case = brought_to(State.IN_PROGRESS, people)
    people.supervisor.client.post(f"{_put(case)}&keep=1", {"asked": WORDS})
    erase_words(actor=SYSTEM, report=case.reports.get())
    assert not UnsentWords.objects.exists()
    keep_unsent(actor=people.handler.actor, place="page:0", words={"text": "x"})
    (row,) = UnsentWords.objects.all()
    for number in range(1, MOST_PAGES):
        row.pk, row.place = None, f"page:{number}"
        row.save(force_insert=True)
    refused = people.handler.client.post(f"{STANDARD}?keep=1", {"text_en": WORDS}, follow=True)
    assert f"{MOST_PAGES} pages of yours are kept already" in refused.text
    for place in ("page:1", "act:note:case:1"):
        keep_unsent(actor=people.handler.actor, place=place, words={"text": "y"})
    assert UnsentWords.objects.count() == MOST_PAGES + 1


def test_it_comes_under_the_newest_key_and_a_lost_key_keeps_nobody_out(people, settings):
    ring = dict(settings.KEY_RING)
    actor = people.handler.actor
    keep_unsent(actor=actor, place="x", words={"text": WORDS})
    settings.KEY_RING = ring | {max(ring) + 1: b"n" * 32}
    assert [reseal_unsent(actor=SYSTEM, most=9) for _ in range(2)] == [1, 0]
    settings.KEY_RING = {max(ring) + 1: b"n" * 32}
    assert _words(actor, "x") == {"text": WORDS}
    settings.KEY_RING = {max(ring) + 2: b"m" * 32}
    assert _words(actor, "x") is None
    for verb in (
        lambda: reseal_unsent(actor=actor, most=1),
        lambda: forget_old_unsent(actor=actor),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_form_sent_after_the_session_ended_loses_no_word(people):
    case = brought_to(State.IN_PROGRESS, people)
    url = f"/en/desk/cases/{case.number}/answer/"
    client = people.handler.client
    client.post("/en/desk/sign-out/")
    page = client.post(url, {"text": WORDS, "password": f"a {WORDS}b", "seen": "12"})
    assert page.status_code == 403
    assert f">{WORDS}</textarea>" in page.text
    assert f"{WORDS}b" not in page.text
    assert f"?next=%2Fen%2Fdesk%2Fcases%2F{case.number}%2Fanswer%2F" in page.text
    assert client.post(url, {"seen": "12"}).status_code == 302
    assert client.get(url).status_code == 302
    typing = client.post(f"{url}?keep=1", {"text": WORDS}, headers={"X-While-Typing": "1"})
    assert typing.status_code == 403
    assert not UnsentWords.objects.exists()


def test_words_on_a_page_with_a_label_go_with_the_letter(people):
    """Answer, co-signing, matter, session and task are addressed by a label, not by the case's number; what
    is put on the list or called names it in the form alone.
    """
    case = brought_to(State.IN_PROGRESS, people)
    supervisor, client = people.supervisor, people.handler.client
    draft = {"text": "a", "do": "save", "audience": "private"}
    client.post(f"/en/desk/cases/{case.number}/answer/", draft)
    now = time.now()
    due_on = (now + timedelta(days=3)).date()
    matter = put_on_list(
        actor=supervisor.actor, number=case.number, kind="supervision", asked="?", due_on=due_on
    )
    called = Call([case.number], "题目", now + timedelta(hours=1), "二楼", units=["water"])
    session = call_session(actor=supervisor.actor, call=called)
    with time.at(now + timedelta(hours=2)):
        conclude(actor=supervisor.actor, label=session.label, words="先止漏。")
        task = give_task(
            actor=supervisor.actor, label=session.label, text="关阀", unit_code="water",
            username="other_handler", due_on=due_on,
        )  # fmt: skip
    reply = case.replies.get()
    asked = Signature.objects.create(
        label="signature0123456", reply=reply, version=1, unit=Unit.objects.get(code="roads"), asked_by="x",
        asked_at=now, due_on=due_on,
    )  # fmt: skip
    answer = f"answers/{reply.label}"
    for path, field in (
        (f"{answer}/withdraw/", "reason"), (f"co-sign/{asked.label}/", "reason"),
        (f"{answer}/correct/", "text"),
        (f"supervision/{matter.label}/", "text"), (f"supervision/sessions/{session.label}/", "words"),
        (f"supervision/tasks/{task.label}/", "text"),
    ):  # fmt: skip
        client.post(f"/en/desk/{path}?keep=1", {field: WORDS})
    for page, field in (("new", "number"), ("sessions/new", "numbers")):
        named = {field: str(case.number), "asked": WORDS, "topic": WORDS}
        client.post(f"/en/desk/supervision/{page}/?keep=1", named)
    client.post(f"{STANDARD}?keep=1", {"text_en": WORDS})
    kept = set(UnsentWords.objects.values_list("place", flat=True))
    assert len(kept) == 9, kept
    withdraw(actor=writer_of(case))
    erase_on_wish(actor=writer_of(case), what="words")
    assert [row.place for row in UnsentWords.objects.all()] == ["standard_new"]


@pytest.mark.parametrize("between", [" ", ",", "，", "、", " 0"])
def test_words_about_several_cases_go_with_the_letter_of_any(people, between):
    first, second = (brought_to(State.IN_PROGRESS, people) for _each in range(2))
    given = {"numbers": f"{first.number}{between}{second.number}", "topic": WORDS}
    page = f"/en/desk/supervision/sessions/new/?case={first.number}&keep=1"
    people.supervisor.client.post(page, given)
    assert UnsentWords.objects.count() == 1
    erase_words(actor=SYSTEM, report=second.reports.get())
    assert not UnsentWords.objects.exists()
