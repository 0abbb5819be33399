"""Unfinished words of a case: kept for whoever wrote them, gone once sent or forgotten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from huiying.accounts.actions.unsent import KEPT_FOR, forget_old_unsent
from huiying.accounts.models import UnsentWords
from huiying.accounts.unsent import unseal
from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.extending import ask_extension, decide_extension
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.weighing import weigh_harm
from huiying.casework.states import State
from huiying.casework.unfinished import place_of
from huiying.config import sealing_unfinished
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry
from tests.casework.ways import brought_to
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

WORDS = "请问是几栋几单元"


def _url(case) -> str:
    return f"/en/desk/cases/{case.number}/"


def _keep(person, case, act="ask_resident", **sent):
    sent = sent or {"question": WORDS}
    return person.client.post(f"{_url(case)}keep/{act}/", sent)


def test_what_was_begun_survives_signing_out_and_is_nobody_elses(people):
    case = brought_to(State.IN_PROGRESS, people)
    before = Entry.objects.count()
    page = people.handler.client.post(
        f"{_url(case)}keep/ask_resident/", {"question": WORDS}, follow=True
    ).text
    assert "only you see it" in page
    people.handler.client.post("/en/desk/sign-out/")
    people.handler.client.post(
        "/en/desk/sign-in/", {"username": people.handler.account.username, "password": PASSWORD}
    )
    assert WORDS in people.handler.client.get(_url(case)).text
    assert UnsentWords.objects.get().account == people.handler.account
    row = UnsentWords.objects.get()
    assert WORDS.encode() not in bytes(row.sealed), "nothing of it lies in clear"
    for other in (people.colleague, people.clerk, people.supervisor, people.auditor):
        assert WORDS not in other.client.get(_url(case)).text
    assert Entry.objects.count() == before


def test_it_stands_in_the_form_until_it_is_sent(people):
    case = brought_to(State.IN_PROGRESS, people)
    _keep(people.handler, case)
    page = people.handler.client.get(_url(case)).text
    assert f">{WORDS}</textarea>" in page
    assert "for you alone" in page
    _keep(people.handler, case, question=WORDS + "？")
    people.handler.client.post(f"{_url(case)}ask_resident/", {"question": WORDS + "？"})
    case.refresh_from_db()
    assert case.state == "waiting"
    assert not UnsentWords.objects.exists()


def test_a_note_is_kept_and_gone_once_written(people):
    case = brought_to(State.ASSIGNED, people)
    _keep(people.clerk, case, "note", text="等一下")
    assert ">等一下</textarea>" in people.clerk.client.get(_url(case)).text
    people.clerk.client.post(f"{_url(case)}note/", {"text": "等一下再说"})
    assert not UnsentWords.objects.exists()


def test_what_changes_a_day_takes_its_words_along(people):
    case = brought_to(State.IN_PROGRESS, people)
    _keep(people.handler, case, "ask_extension", reason=WORDS)
    _keep(people.dispatcher, case, "decide_extension", words=WORDS)
    day = timezone.localdate(case.due_at) + timedelta(days=3)
    ask_extension(actor=people.handler.actor, number=case.number, day=day, reason=WORDS)
    decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
    _keep(people.clerk, case, "weigh", reason=WORDS)
    assert f">{WORDS}</textarea>" in people.clerk.client.get(_url(case)).text
    weigh_harm(actor=people.clerk.actor, number=case.number, facts=["hazard"], reason=WORDS)
    assert not UnsentWords.objects.exists()


def test_it_can_be_thrown_away(people):
    case = brought_to(State.IN_PROGRESS, people)
    _keep(people.handler, case)
    _keep(people.handler, case, question=WORDS, forget="1")
    assert not UnsentWords.objects.exists()


def test_while_typing_the_answer_is_empty(people):
    case = brought_to(State.IN_PROGRESS, people)
    post = people.handler.client.post
    headers = {"X-While-Typing": "1"}
    url = f"{_url(case)}keep/ask_resident/"
    assert post(url, {"question": WORDS}, headers=headers).status_code == 204
    assert post(url, {"question": "长" * 4001}, headers=headers).status_code == 422
    assert unseal(UnsentWords.objects.get()) == {"question": WORDS}


def test_only_words_of_known_acts_on_cases_in_sight_are_kept(people):
    case = brought_to(State.IN_PROGRESS, people)
    assert _keep(people.other_handler, case).status_code == 404
    assert _keep(people.administrator, case).status_code == 404
    assert _keep(people.handler, case, "triage", title="新标题").status_code == 404
    assert _keep(people.handler, case, "close", outcome="solved").status_code == 302
    assert not UnsentWords.objects.exists()


def test_whoever_loses_the_case_reads_no_more_of_it(people):
    case = brought_to(State.IN_PROGRESS, people)
    _keep(people.handler, case)
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    assert people.handler.client.get(_url(case)).status_code == 404


def test_after_seven_days_and_with_the_letter_it_goes(people):
    case = brought_to(State.IN_PROGRESS, people)
    _keep(people.handler, case)
    assert forget_old_unsent(actor=SYSTEM) == 0
    with time.at(time.now() + KEPT_FOR + timedelta(minutes=1)):
        assert forget_old_unsent(actor=SYSTEM) == 1
    _keep(people.handler, case)
    erase_words(actor=SYSTEM, report=case.reports.get())
    assert not UnsentWords.objects.exists()


def test_moved_to_another_person_or_act_it_does_not_open(people):
    case = brought_to(State.IN_PROGRESS, people)
    _keep(people.handler, case)
    UnsentWords.objects.update(account=people.colleague.account)
    assert WORDS not in people.colleague.client.get(_url(case)).text
    UnsentWords.objects.update(account=people.handler.account, place=place_of(case.number, "close"))
    assert WORDS not in people.handler.client.get(_url(case)).text
    UnsentWords.objects.update(place=place_of(case.number, "ask_resident"))
    assert WORDS in people.handler.client.get(_url(case)).text


OLD_TABLE = """
CREATE TEMPORARY TABLE casework_unfinishedwords (id bigserial, account_id bigint, case_id bigint,
  act varchar(24), words jsonb, at timestamptz);
INSERT INTO casework_unfinishedwords (account_id, case_id, act, words, at) VALUES
  (%(handler)s, %(case)s, 'ask_resident', '{"question": "请问是几栋几单元"}', %(now)s),
  (%(clerk)s, %(case)s, 'note', '{"text": "等一下"}', %(now)s - interval '6 days'),
  (%(clerk)s, %(case)s, 'weigh', '{"reason": "过期"}', %(now)s - interval '8 days')
"""


def test_what_an_older_version_kept_in_clear_is_sealed_and_stands_there_again(people, monkeypatch):
    case = brought_to(State.IN_PROGRESS, people)
    ids = {"handler": people.handler.account.pk, "clerk": people.clerk.account.pk}
    with connection.cursor() as cursor:
        assert not sealing_unfinished.lie_in_clear()
        for statement in OLD_TABLE.split(";"):
            cursor.execute(statement, ids | {"case": case.pk, "now": time.now()})
    monkeypatch.setattr(sealing_unfinished, "AT_ONCE", 2)
    assert sealing_unfinished.lie_in_clear()
    assert sealing_unfinished.seal_unfinished() == 2  # the one that is over goes unsealed
    assert UnsentWords.objects.count() == 2
    assert f">{WORDS}</textarea>" in people.handler.client.get(_url(case)).text
    page = people.clerk.client.get(_url(case)).text
    assert ">等一下</textarea>" in page
    assert WORDS not in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_unfinishedwords")
        assert cursor.fetchone() == (0,)
